"""An OpenAI-compatible server in this process, on a free port of this machine: whoever answers is a function."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import threading
from collections.abc import Callable, Iterator
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from knowledge.types import JsonObject


@dataclasses.dataclass(frozen=True)
class Answer:
    """What a model says: words, or calls of tools with their arguments."""

    text: str = ""
    calls: tuple[tuple[str, JsonObject], ...] = ()


Answers = Callable[[JsonObject], Answer]
"""Gives the answer to the body of a question. It is called in threads of the server."""


@contextlib.contextmanager
def serving(answers: Answers) -> Iterator[str]:
    """Run the server and yield its address, with ``/v1``."""

    class Handler(BaseHTTPRequestHandler):
        """Answers one question."""

        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            """Answer ``/v1/chat/completions``."""
            body: Any = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if self.path != "/v1/chat/completions":
                self.send_error(HTTPStatus.NOT_FOUND)
                return
            told = json.dumps(completion(answers(body), body), ensure_ascii=False).encode()
            self.send_response(HTTPStatus.OK)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the library's name)
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def completion(answer: Answer, body: JsonObject) -> JsonObject:
    """Return an answer in OpenAI's form; tokens are counted by characters, four to one."""
    message: JsonObject = {"role": "assistant", "content": answer.text or None}
    if answer.calls:
        message["tool_calls"] = [
            {
                "id": f"call_{len(body['messages'])}_{number}",
                "type": "function",
                "function": {"name": name, "arguments": json.dumps(arguments, ensure_ascii=False)},
            }
            for number, (name, arguments) in enumerate(answer.calls)
        ]
    asked = len(json.dumps(body["messages"], ensure_ascii=False)) // 4
    said = len(json.dumps(message, ensure_ascii=False)) // 4
    return {
        "id": f"chatcmpl-{len(body['messages'])}",
        "object": "chat.completion",
        "created": 0,
        "model": body["model"],
        "choices": [{"index": 0, "message": message, "finish_reason": "tool_calls" if answer.calls else "stop"}],
        "usage": {"prompt_tokens": asked, "completion_tokens": said, "total_tokens": asked + said},
    }
