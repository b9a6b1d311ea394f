"""The two doors of the server as a shopper's program uses them: HTTP, and a WebSocket beside it."""

from __future__ import annotations

import asyncio
import functools
import json
import ssl
from typing import Any, Protocol

import httpx
import websockets

from evals.bench.errors import MessageError, closed_kind, counted, refused
from evals.bench.guests import Guest
from knowledge.types import Lang

Turn = dict[str, Any]
"""A turn as it comes over the wire."""
CLOSE_TIMEOUT_S = 2.0


class Talk(Protocol):
    """One conversation through a door."""

    @property
    def ended(self) -> str:
        """Why nothing more can be said here; "" as long as it can."""
        ...

    async def say(self, client_id: str, text: str) -> Turn:
        """Send a message and return its turn; a `MessageError` where there is none. With the same id it is the same message."""
        ...

    async def close(self) -> None:
        """Leave."""
        ...


class Door(Protocol):
    """A way into the server."""

    async def open(self, guest: Guest, lang: Lang) -> Talk:
        """Start a conversation; a `MessageError` where that fails."""
        ...


@functools.cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def client_of(url: str, timeout_s: float) -> httpx.AsyncClient:
    """Return a client with as many connections as it needs: no limit of its own makes a message wait."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    return httpx.AsyncClient(base_url=url, timeout=timeout_s, limits=limits, trust_env=False, verify=_tls())


class HttpDoor:
    """``POST /v1/conversations/{id}/messages``; every guest has a connection of its own, as browsers do."""

    def __init__(self, url: str, timeout_s: float) -> None:
        self._url = url
        self._timeout_s = timeout_s

    async def open(self, guest: Guest, lang: Lang) -> Talk:
        """Start a conversation."""
        client = client_of(self._url, self._timeout_s)
        try:
            conversation_id = await new_conversation(client, guest, lang)
            return _HttpTalk(client, guest.headers, conversation_id, self._timeout_s)
        except BaseException:
            await client.aclose()
            raise


class _HttpTalk:
    ended = ""

    def __init__(
        self, client: httpx.AsyncClient, headers: dict[str, str], conversation_id: str, timeout_s: float
    ) -> None:
        self._client = client
        self._headers = headers
        self._timeout_s = timeout_s
        self._path = f"/v1/conversations/{conversation_id}/messages"

    async def say(self, client_id: str, text: str) -> Turn:
        body = {"client_id": client_id, "text": text}
        with counted():
            async with asyncio.timeout(self._timeout_s):
                answer = await self._client.post(self._path, json=body, headers=self._headers)
        if not answer.is_success:
            raise refused(answer)
        turn: Turn = answer.json()
        return turn

    async def close(self) -> None:
        await self._client.aclose()


class SocketDoor:
    """``WS /v1/conversations/{id}/stream``; conversations are opened over HTTP."""

    def __init__(self, url: str, timeout_s: float) -> None:
        self._url = url
        self._timeout_s = timeout_s

    async def open(self, guest: Guest, lang: Lang) -> Talk:
        """Start a conversation and connect its socket."""
        async with client_of(self._url, self._timeout_s) as client:
            conversation_id = await new_conversation(client, guest, lang)
        return await connect(self._url, guest, conversation_id, timeout_s=self._timeout_s)


async def new_conversation(client: httpx.AsyncClient, guest: Guest, lang: Lang) -> str:
    """Open a conversation and return its id."""
    with counted():
        opened = await client.post("/v1/conversations", json={"lang": lang}, headers=guest.headers)
    if not opened.is_success:
        raise refused(opened)
    conversation_id: str = opened.json()["id"]
    return conversation_id


async def connect(url: str, guest: Guest, conversation_id: str, *, timeout_s: float) -> ChatSocket:
    """Connect a conversation's socket and wait until the server says that it is ready."""
    address = f"ws{url.rstrip('/').removeprefix('http')}/v1/conversations/{conversation_id}/stream"
    with counted():
        async with asyncio.timeout(timeout_s):
            connection = await websockets.connect(
                address,
                additional_headers=guest.headers,
                compression=None,
                ping_interval=None,  # the server asks
                open_timeout=None,  # one clock is enough
                close_timeout=CLOSE_TIMEOUT_S,
                proxy=None,
            )
            socket = ChatSocket(connection, timeout_s)
            try:
                await socket.ready
            except BaseException:
                await socket.close()
                raise
            return socket


class ChatSocket:
    """An open socket of a conversation. `ended` is how the server closed it, "" while it is open."""

    def __init__(self, connection: websockets.ClientConnection, timeout_s: float) -> None:
        loop = asyncio.get_running_loop()
        self._connection = connection
        self._timeout_s = timeout_s
        self._turns: dict[str, asyncio.Future[Turn]] = {}
        self._pong: asyncio.Future[None] | None = None
        self.ready: asyncio.Future[None] = loop.create_future()
        self.ended = ""
        self._reader = loop.create_task(self._read())

    async def say(self, client_id: str, text: str) -> Turn:
        """Send a message and return its turn."""
        frame = {"type": "message", "client_id": client_id, "text": text}
        turn: asyncio.Future[Turn] = asyncio.get_running_loop().create_future()
        self._turns[client_id] = turn
        try:
            with counted():
                async with asyncio.timeout(self._timeout_s):
                    await self._connection.send(json.dumps(frame, ensure_ascii=False))
                    return await turn
        finally:
            self._turns.pop(client_id, None)

    async def answers(self) -> bool:
        """Tell whether the server still answers a ping frame on this socket."""
        if self.ended:
            return False
        self._pong = asyncio.get_running_loop().create_future()
        try:
            with counted():
                async with asyncio.timeout(self._timeout_s):
                    await self._connection.send('{"type": "ping"}')
                    await self._pong
        except MessageError:
            return False
        return True

    async def close(self) -> None:
        """Leave."""
        self._reader.cancel()
        await asyncio.gather(self._reader, return_exceptions=True)
        await self._connection.close()

    async def _read(self) -> None:
        try:
            while True:
                self._take(json.loads(await self._connection.recv()))
        except websockets.ConnectionClosed as closed:
            self.ended = closed_kind(closed)
            for waiting in (self.ready, self._pong, *self._turns.values()):
                if waiting is not None and not waiting.done():
                    waiting.set_exception(MessageError(self.ended))

    def _take(self, frame: dict[str, Any]) -> None:
        waiting = self._turns.get(frame.get("client_id", ""))
        match frame["type"]:
            case "ready":
                self.ready.set_result(None)
            case "turn" if waiting and not waiting.done():
                waiting.set_result(frame["turn"])
            case "error" if waiting and not waiting.done():
                problem = frame["problem"]
                waiting.set_exception(MessageError(f"{problem['status']} {problem['code']}"))
            case "pong" if self._pong and not self._pong.done():
                self._pong.set_result(None)
