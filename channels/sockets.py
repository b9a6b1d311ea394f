"""What both WebSockets share: authentication, frames in and out, and what happens to a client that misbehaves."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Generic, TypeVar

import pydantic
from fastapi import WebSocket, WebSocketDisconnect

from channels.accounts.seats import SESSION
from channels.auth import Caller, bearer_of
from channels.context import Context
from channels.problems import ProblemError, problem_of
from channels.wire import AuthFrame, ErrorFrame
from knowledge.types import Lang

logger = logging.getLogger(__name__)

PROTOCOL = "xiaoer.v1"
BEARER = "bearer."
AUTH_TIMEOUT_S = 10.0
SESSION_LOOKED_AT_S = 15.0
"""How long a socket may outlive the session that it was opened with."""
MAX_MALFORMED = 50
"""Malformed frames in a row before the socket is closed."""
CLOSED_UNAUTHENTICATED, CLOSED_FORBIDDEN, CLOSED_UNKNOWN, CLOSED_NO_TOKEN = 4401, 4403, 4404, 4408
CLOSED_POLICY, CLOSED_AGAIN = 1008, 1013
_CLOSE_CODES = {401: CLOSED_UNAUTHENTICATED, 403: CLOSED_FORBIDDEN, 404: CLOSED_UNKNOWN, 422: CLOSED_POLICY}

FrameT = TypeVar("FrameT")
ItemT = TypeVar("ItemT")


class SocketGoneError(Exception):
    """The client has left, or reads too slowly to be kept."""


class Socket(Generic[FrameT]):
    """A WebSocket with a verified caller. Frames that cannot be read are answered, not fatal."""

    def __init__(self, socket: WebSocket, context: Context, frames: pydantic.TypeAdapter[FrameT]) -> None:
        self._socket = socket
        self._context = context
        self._frames = frames
        self._sending = asyncio.Lock()
        self._malformed = 0
        self._token = ""
        self.lang: Lang = "zh" if socket.headers.get("accept-language", "").lower().startswith("zh") else "en"

    async def authenticate(self) -> Caller:
        """Accept the socket and return who is at the other end: by header, by subprotocol, or by the first frame.

        Raises:
            ProblemError: no valid token; the caller closes the socket.
            SocketGoneError: the client left.
        """
        offered = [part.strip() for part in self._socket.headers.get("sec-websocket-protocol", "").split(",")]
        await self._socket.accept(subprotocol=PROTOCOL if PROTOCOL in offered else None)
        header = self._socket.headers.get("authorization")
        bearer = next((part.removeprefix(BEARER) for part in offered if part.startswith(BEARER)), None)
        if header is not None:
            bearer = bearer_of(header)
        self._token = bearer if bearer is not None else await self._first_frame()
        return await self._context.caller(self._token, self._socket)

    async def kept_signed_in(self) -> None:
        """Close the socket once the session that opened it was signed out or its account disabled; a token lasts as it is."""
        while self._token.startswith(SESSION):
            await asyncio.sleep(SESSION_LOOKED_AT_S)
            try:
                await self._context.caller(self._token, self._socket)
            except ProblemError as error:
                await self.refuse(error)
                return

    async def _first_frame(self) -> str:
        try:
            async with asyncio.timeout(AUTH_TIMEOUT_S):
                text = await self._text()
            return AuthFrame.model_validate_json(text or "").token
        except TimeoutError:
            await self.close(CLOSED_NO_TOKEN, "no token in time")
            raise SocketGoneError from None
        except pydantic.ValidationError:
            raise ProblemError("unauthenticated") from None

    async def receive(self) -> FrameT:
        """Return the next frame that can be read; every other one is answered with an error frame.

        Raises:
            SocketGoneError: the client left, or sent too many malformed frames in a row.
        """
        while True:
            text = await self._text()
            if text is None:
                await self._complain(ProblemError("binary_frame"))
                continue
            try:
                frame = self._frames.validate_python(json.loads(text))
            except (ValueError, RecursionError) as error:
                await self._complain(*_frame_problem(text, error))
                continue
            self._malformed = 0
            return frame

    async def _text(self) -> str | None:
        try:
            message = await self._socket.receive()
        except (WebSocketDisconnect, RuntimeError):
            raise SocketGoneError from None
        if message["type"] != "websocket.receive":
            raise SocketGoneError
        text: str | None = message.get("text")
        return text

    async def _complain(self, problem: ProblemError, client_id: str | None = None) -> None:
        self._malformed += 1
        await self.problem(problem, client_id)
        if self._malformed >= MAX_MALFORMED:
            await self.close(CLOSED_POLICY, "too many malformed frames")
            raise SocketGoneError

    async def send(self, frame: pydantic.BaseModel) -> None:
        """Send a frame. A client that does not read in time is let go, so nothing piles up here.

        Raises:
            SocketGoneError: the client left, or reads too slowly.
        """
        await self.send_text(frame.model_dump_json())

    async def send_text(self, text: str) -> None:
        """Send a frame that is JSON already."""
        try:
            async with self._sending, asyncio.timeout(self._context.settings.send_timeout_s):
                await self._socket.send_text(text)
        except TimeoutError:
            logger.info("socket closed: the client reads too slowly")
            raise SocketGoneError from None
        except (WebSocketDisconnect, RuntimeError, OSError):
            raise SocketGoneError from None

    def hint(self, frame: pydantic.BaseModel) -> None:
        """Send a frame that may be lost: it is dropped while the client is busy reading others."""
        if not self._sending.locked():
            self._context.detach(self._try(frame))

    def post(self, frame: pydantic.BaseModel) -> None:
        """Send a frame that must not be lost, without waiting for it."""
        self._context.detach(self._try(frame))

    async def _try(self, frame: pydantic.BaseModel) -> None:
        with contextlib.suppress(SocketGoneError):
            await self.send(frame)

    async def problem(self, error: BaseException, client_id: str | None = None) -> None:
        """Send an error as a frame."""
        document = problem_of(error).document(self.lang)
        await self.send(ErrorFrame(problem=document, client_id=client_id))

    async def close(self, code: int, reason: str = "") -> None:
        """Close the socket, if it still is open."""
        with contextlib.suppress(WebSocketDisconnect, RuntimeError, OSError, TimeoutError):
            async with asyncio.timeout(self._context.settings.send_timeout_s):
                await self._socket.close(code, reason)

    async def refuse(self, error: BaseException) -> None:
        """Say why and close."""
        problem = problem_of(error)
        with contextlib.suppress(SocketGoneError):
            await self.problem(problem)
        await self.close(_CLOSE_CODES.get(problem.status, CLOSED_AGAIN), problem.code)


def _frame_problem(text: str, error: ValueError | RecursionError) -> tuple[ProblemError, str | None]:
    if not isinstance(error, pydantic.ValidationError):
        return ProblemError("malformed_frame"), None
    parts = error.errors(include_url=False, include_context=False, include_input=False)
    details = tuple({"where": ".".join(str(step) for step in part["loc"]), "what": part["msg"]} for part in parts)
    given = json.loads(text)
    client_id = given.get("client_id") if isinstance(given, dict) else None
    shown = client_id if isinstance(client_id, str) and len(client_id) <= 100 else None
    return ProblemError("malformed_frame", errors=details), shown


@contextlib.asynccontextmanager
async def closing(stream: AsyncIterator[ItemT]) -> AsyncIterator[AsyncIterator[ItemT]]:
    """Close a followed stream at the end of the block, whatever ended it."""
    try:
        yield stream
    finally:
        if isinstance(stream, AsyncGenerator):
            await stream.aclose()


@contextlib.asynccontextmanager
async def running(task: asyncio.Task[None]) -> AsyncIterator[None]:
    """Keep a task beside the block and end it with the block."""
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError, SocketGoneError):
            await task
