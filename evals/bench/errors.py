"""What can go wrong with a measurement, and the kinds of errors that it counts."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import httpx
import websockets

_OF_A_CLIENT = (httpx.TransportError, websockets.WebSocketException, OSError, EOFError)


class BenchError(Exception):
    """Nothing can be measured; one sentence says what was expected, what came and what to do."""


class MessageError(Exception):
    """A message got no turn. `kind` is what it is counted under: ``timeout``, ``429 too_many_requests``, ``closed 1013 ...``."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


@contextlib.contextmanager
def counted() -> Iterator[None]:
    """Turn what a client's library raises in the block into a `MessageError`."""
    try:
        yield
    except _OF_A_CLIENT as error:
        raise MessageError(_kind(error)) from error


def _kind(error: Exception) -> str:
    match error:
        case httpx.ConnectError() | ConnectionRefusedError():
            return "no connection"
        case httpx.TimeoutException() | TimeoutError():
            return "timeout"
        case websockets.InvalidStatus():
            return f"{error.response.status_code} at the handshake"
        case websockets.ConnectionClosed():
            return closed_kind(error)
        case OSError() if error.strerror:
            return error.strerror.lower()
        case _:
            return "connection broken"


def closed_kind(error: websockets.ConnectionClosed) -> str:
    """Return how a socket was closed: by the server with a code, or without a word."""
    return f"closed {error.rcvd.code} {error.rcvd.reason}".rstrip() if error.rcvd else "connection broken"


def refused(answer: httpx.Response) -> MessageError:
    """Return the error for an answer that is no success: its status and the code of its problem document."""
    try:
        code = answer.json().get("code", "")
    except (ValueError, AttributeError):
        code = ""
    return MessageError(f"{answer.status_code} {code}".rstrip())
