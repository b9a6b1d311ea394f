"""A language model's double behind a real HTTP server that speaks OpenAI's protocol: it answers by a script.

    async with model_server(script) as server: ...      # in this event loop, on a free port
    python -m tests.llm_server [PIECE ...]              # a process that takes a question and never answers, or never ends; prints its port

A script is a function from the request's body to an `Answer`; a list of answers is given out in order, and a question too many is
an error of the test.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import json
import socket
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from typing import Any, Literal

import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse

Body = dict[str, Any]


@dataclasses.dataclass(frozen=True)
class Answer:
    """What the model says: words, calls of tools, or something that is no answer."""

    text: str = ""
    calls: tuple[tuple[str, Body], ...] = ()
    status: int = 200
    raw: str | None = None
    """The whole body, instead of a completion."""
    wait_s: float = 0.0
    until: asyncio.Event | None = None
    """What it waits for."""
    tokens: tuple[int, int] = (100, 20)
    pieces: tuple[str | asyncio.Event, ...] = ()
    """Where the answer is asked for in pieces, these, and what is waited for between them; none: `text` is one."""
    ends: Literal["well", "cut", "error", "never"] = "well"
    """How the pieces end: as they should, without a reason or a usual last line, with an error, or not at all."""
    counted: bool = True
    """Whether the tokens are told with the pieces."""

    @property
    def words(self) -> str:
        """All that is said."""
        return self.text or "".join(piece for piece in self.pieces if isinstance(piece, str))


Script = Callable[[Body], Answer]


class ModelServer:
    """A running double. `asked` are the bodies of the questions, `headers` what came with the last one.

    `streams`: whether it gives answers in pieces where it is asked to, or takes no notice of that.
    """

    def __init__(self, script: Script | Sequence[Answer], *, streams: bool = True) -> None:
        self.streams = streams
        self.url = ""
        self.asked: list[Body] = []
        self.headers: dict[str, str] = {}
        self._script = script if callable(script) else _in_order(list(script))

    def told(self, number: int = -1) -> str:
        """Everything that a question said, as one text."""
        return "\n".join(str(message.get("content")) for message in self.asked[number]["messages"])

    def answer(self, body: Body) -> Answer:
        """Look the answer up."""
        self.asked.append(body)
        return self._script(body)


def _in_order(answers: list[Answer]) -> Script:
    def script(_: Body) -> Answer:
        return answers.pop(0) if answers else Answer(status=418, raw="the script has no more answers")

    return script


def completion(answer: Answer, body: Body) -> Body:
    """Return an answer in OpenAI's form."""
    message: Body = {"role": "assistant", "content": answer.words or None}
    if answer.calls:
        message["tool_calls"] = calls_of(answer, body)
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": body["model"],
        "choices": [{"index": 0, "message": message, "finish_reason": "tool_calls" if answer.calls else "stop"}],
        "usage": usage_of(answer),
    }


def calls_of(answer: Answer, body: Body) -> list[Body]:
    """Return the calls of an answer in OpenAI's form."""
    return [
        {
            "id": f"call_{number}_{len(body['messages'])}",
            "type": "function",
            "function": {"name": name, "arguments": json.dumps(arguments, ensure_ascii=False)},
        }
        for number, (name, arguments) in enumerate(answer.calls)
    ]


def usage_of(answer: Answer) -> Body:
    """Return what an answer cost in OpenAI's form."""
    given, made = answer.tokens
    return {"prompt_tokens": given, "completion_tokens": made, "total_tokens": given + made}


async def streamed(answer: Answer, body: Body) -> AsyncIterator[str]:
    """Yield an answer as OpenAI streams it: words first, calls after them, the tokens last where that was asked for."""
    yield _chunk(body, {"role": "assistant", "content": ""})
    for piece in answer.pieces or (answer.text,):
        if isinstance(piece, asyncio.Event):
            await piece.wait()
        elif piece:
            yield _chunk(body, {"content": piece})
    if answer.ends == "never":
        await asyncio.sleep(600)
    if answer.ends == "error":
        yield 'data: {"error": {"message": "out of memory", "type": "double"}}\n\n'
    if answer.ends != "well":
        return
    for call in _call_pieces(answer, body):
        yield _chunk(body, {"tool_calls": [call]})
    yield _chunk(body, {}, "tool_calls" if answer.calls else "stop")
    if answer.counted and (body.get("stream_options") or {}).get("include_usage"):
        yield _chunk(body, None, usage=usage_of(answer))
    yield "data: [DONE]\n\n"


def _chunk(body: Body, delta: Body | None, finish: str | None = None, **more: object) -> str:
    choices = [] if delta is None else [{"index": 0, "delta": delta, "finish_reason": finish}]
    head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": body["model"]}
    return f"data: {json.dumps({**head, 'choices': choices, **more}, ensure_ascii=False)}\n\n"


def _call_pieces(answer: Answer, body: Body) -> Iterator[Body]:
    for number, call in enumerate(calls_of(answer, body)):
        whole = call["function"]["arguments"]
        yield {"index": number, **call, "function": {**call["function"], "arguments": ""}}
        for part in (whole[: len(whole) // 2], whole[len(whole) // 2 :]):
            yield {"index": number, "function": {"arguments": part}}


def app_of(server: ModelServer) -> FastAPI:
    """Return the double's application."""
    app = FastAPI()

    @app.get("/v1/models")
    async def models() -> Body:
        return {"object": "list", "data": [{"id": "double", "object": "model"}]}

    @app.post("/v1/chat/completions")
    async def complete(request: Request) -> Response:
        body = await request.json()
        server.headers = dict(request.headers)
        answer = server.answer(body)
        await asyncio.sleep(answer.wait_s)
        if answer.until is not None:
            await answer.until.wait()
        if answer.raw is not None:
            return Response(answer.raw, status_code=answer.status, media_type="application/json")
        if answer.status != 200:
            return JSONResponse({"error": {"message": "refused", "type": "double"}}, status_code=answer.status)
        if body.get("stream") and server.streams:
            return StreamingResponse(streamed(answer, body), media_type="text/event-stream")
        return JSONResponse(completion(answer, body))

    return app


@contextlib.asynccontextmanager
async def model_server(script: Script | Sequence[Answer], *, streams: bool = True) -> AsyncIterator[ModelServer]:
    """Run a double in this event loop, on a free port."""
    double = ModelServer(script, streams=streams)
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setblocking(False)
    config = uvicorn.Config(app_of(double), log_level="error", lifespan="off", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:
        if task.done():
            await task
            raise RuntimeError("the double did not start")
        await asyncio.sleep(0.005)
    double.url = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
    try:
        yield double
    finally:
        server.should_exit = True
        await task
        listener.close()


@contextlib.asynccontextmanager
async def silent_server(*pieces: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """Run a double in a process of its own that says ``asked`` when it is asked, and then nothing; yields it and its address.

    With `pieces` it begins to answer with them, and then falls silent.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.llm_server", *pieces, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    port = (await process.stdout.readline()).decode().strip()
    try:
        yield process, f"http://127.0.0.1:{port}/v1"
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _hang(pieces: Sequence[str]) -> None:
    def script(_: Body) -> Answer:
        _tell("asked")
        return Answer(pieces=tuple(pieces), ends="never") if pieces else Answer("too late", wait_s=600)

    listener = socket.create_server(("127.0.0.1", 0))
    _tell(str(listener.getsockname()[1]))
    server = uvicorn.Server(uvicorn.Config(app_of(ModelServer(script)), log_level="error", lifespan="off"))
    asyncio.run(server.serve(sockets=[listener]))


if __name__ == "__main__":
    _hang(sys.argv[1:])
