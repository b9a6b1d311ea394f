"""A cable between browser and server that can be pulled."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from urllib.parse import urlsplit


class Cable:
    """Passes bytes between a port of its own and the server. `cut` ends every connection and refuses new ones until `mend`."""

    def __init__(self, server: str) -> None:
        self._server = urlsplit(server)
        self._listener: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()
        self._port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    async def mend(self) -> None:
        self._listener = await asyncio.start_server(self._accept, "127.0.0.1", self._port)
        self._port = self._listener.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        assert self._listener is not None
        self._listener.close()
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._pass(reader, writer))
        self._open.add(task)
        task.add_done_callback(self._open.discard)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            to_server = await asyncio.open_connection(self._server.hostname, self._server.port)
        except OSError:  # the server is down: whoever called is told so, and not kept waiting
            writer.transport.abort()
            return
        try:
            await asyncio.wait(
                [asyncio.create_task(_copy(reader, to_server[1])), asyncio.create_task(_copy(to_server[0], writer))],
                return_when=asyncio.FIRST_COMPLETED,
            )
        finally:
            for end in (writer, to_server[1]):
                end.transport.abort()


async def _copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while block := await source.read(65536):
            target.write(block)
            await target.drain()


@contextlib.asynccontextmanager
async def cable_to(server: str) -> AsyncIterator[Cable]:
    """A mended cable; pulled at the end."""
    cable = Cable(server)
    await cable.mend()
    try:
        yield cable
    finally:
        await cable.cut()
