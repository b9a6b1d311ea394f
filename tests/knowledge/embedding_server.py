"""A double of a server of vectors, behind real HTTP."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from knowledge.embedding import HashingEmbedder

Body = dict[str, Any]
COMMON = 5.0
"""What the double's vectors have in common, as those of many encoders have."""


class Server:
    """Gives the vectors of `HashingEmbedder`, shifted and not normalised, until it is told to do something else."""

    def __init__(self) -> None:
        self.asked: list[Body] = []
        self.headers: dict[str, str] = {}
        self.instead: Callable[[Body], tuple[int, bytes]] | None = None
        self.url = ""

    def answer(self, body: Body) -> tuple[int, bytes]:
        self.asked.append(body)
        if self.instead is not None:
            return self.instead(body)
        vectors = HashingEmbedder().encode(body["input"]) * 3 + COMMON
        rows = [{"object": "embedding", "index": n, "embedding": row.tolist()} for n, row in enumerate(vectors)]
        return 200, json.dumps({"object": "list", "model": body["model"], "data": rows[::-1]}).encode()


@contextlib.contextmanager
def running() -> Iterator[Server]:
    double = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            double.headers = {name.lower(): value for name, value in self.headers.items()}
            status, content = double.answer(body) if self.path == "/v1/embeddings" else (404, b"{}")
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    double.url = f"http://127.0.0.1:{http.server_port}/v1"
    try:
        yield double
    finally:
        http.shutdown()
        thread.join()
        http.server_close()


@pytest.fixture
def server() -> Iterator[Server]:
    with running() as double:
        yield double
