"""A language model's double behind a real HTTP server that speaks OpenAI's protocol: it answers by a script.

    async with model_server(script) as server: ...      # in this event loop, on a free port
    python -m tests.llm_server                          # a process that takes a question and never answers; prints its port

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
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

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


Script = Callable[[Body], Answer]


class ModelServer:
    """A running double. `asked` are the bodies of the questions, `headers` what came with the last one."""

    def __init__(self, script: Script | Sequence[Answer]) -> None:
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
    message: Body = {"role": "assistant", "content": answer.text or None}
    if answer.calls:
        message["tool_calls"] = [
            {
                "id": f"call_{number}_{len(body['messages'])}",
                "type": "function",
                "function": {"name": name, "arguments": json.dumps(arguments, ensure_ascii=False)},
            }
            for number, (name, arguments) in enumerate(answer.calls)
        ]
    given, made = answer.tokens
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": body["model"],
        "choices": [{"index": 0, "message": message, "finish_reason": "tool_calls" if answer.calls else "stop"}],
        "usage": {"prompt_tokens": given, "completion_tokens": made, "total_tokens": given + made},
    }


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
        return JSONResponse(completion(answer, body))

    return app


@contextlib.asynccontextmanager
async def model_server(script: Script | Sequence[Answer]) -> AsyncIterator[ModelServer]:
    """Run a double in this event loop, on a free port."""
    double = ModelServer(script)
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
async def silent_server() -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """Run a double in a process of its own that says ``asked`` when it is asked, and then nothing; yields it and its address."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.llm_server", stdout=asyncio.subprocess.PIPE
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


def _hang() -> None:
    def script(_: Body) -> Answer:
        _tell("asked")
        return Answer("too late", wait_s=600)

    listener = socket.create_server(("127.0.0.1", 0))
    _tell(str(listener.getsockname()[1]))
    server = uvicorn.Server(uvicorn.Config(app_of(ModelServer(script)), log_level="error", lifespan="off"))
    asyncio.run(server.serve(sockets=[listener]))


if __name__ == "__main__":
    _hang()
