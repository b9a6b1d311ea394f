"""The connections to external servers: opened by the first call, limited in time and number, opened anew after a rest when they broke."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import importlib
import logging
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from knowledge.types import JsonObject
from tools.base import Effect
from tools.errors import ArgumentError, RefusedError
from tools.external.declared import FILE, DeclaredServer
from tools.own import OwnToolError
from tools.sending import unknown_outcome

if TYPE_CHECKING:
    import anyio
    from mcp import Client, StdioServerParameters
    from mcp.client import Transport
    from mcp.client._transport import TransportStreams
    from mcp_types import CallToolResult
    from mcp_types import Tool as ListedTool

logger = logging.getLogger(__name__)

PACKAGE = "mcp"
MISSING = "the MCP SDK is not installed: pip install 'xiaoer[mcp]'"

FIRST_REST_S = 1.0
LONGEST_REST_S = 60.0
"""How long a server that failed is left alone: the first, then doubled with every further failure in a row, up to the longest."""
STUMBLES_TO_REST = 3
"""Calls that failed in a row, after which a connection is given up: before that it may be the one call that is slow or ill."""
SAID_CHARACTERS = 500
"""Of what a server says about an error."""
PAGES = 20
_WRONG_CALL = frozenset({-32601, -32602})
"""JSON-RPC's codes for a call that was not begun: no such method, wrong arguments."""
_CONNECTION_CLOSED = -32000


async def load_sdk() -> None:
    """Load the SDK, which takes a second or more, so that the first call does not wait for it.

    Raises:
        OwnToolError: it is not installed.
    """
    try:
        await asyncio.to_thread(importlib.import_module, PACKAGE)
    except ImportError as error:
        raise OwnToolError(f"{FILE} names servers, and {MISSING}") from error


class ExternalServers:
    """The servers of a shop, by the names of ``mcp.yaml``. Nothing is started before the first call.

    Args:
        servers: as `tools.external.declared.declared_servers` reads them.
        environment: where the variables are found that the file names.
        folder: where commands run.
    """

    def __init__(
        self,
        servers: Mapping[str, DeclaredServer] | None = None,
        *,
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._connections = {
            name: Connection(name, server, environment or {}, folder, clock=clock)
            for name, server in (servers or {}).items()
        }

    def connection(self, server: str) -> Connection:
        """Return the connection to a server.

        Raises:
            RefusedError: ``external_unavailable``: it is not among this platform's.
        """
        found = self._connections.get(server)
        if found is None:
            raise RefusedError("external_unavailable", f"no server {server!r} is connected here", server=server)
        return found

    async def close(self) -> None:
        """End every connection, and the processes that were started for them."""
        await asyncio.gather(*(connection.close() for connection in self._connections.values()))


class Connection:
    """A connection to one server, shared by everybody who calls it."""

    def __init__(
        self,
        name: str,
        server: DeclaredServer,
        environment: Mapping[str, str],
        folder: Path | None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self.server = server
        self._environment = environment
        self._folder = folder
        self._clock = clock
        self._opening = asyncio.Lock()
        self._open: _Link | None = None
        self._holders: set[asyncio.Task[None]] = set()
        self._under_way = 0
        self._failures = 0
        self._rest_until = 0.0

    async def call(self, tool: str, arguments: JsonObject, *, effect: Effect) -> CallToolResult:
        """Have a tool done, within the server's time.

        A read on a connection that broke is tried once more on a new one. A write is sent once, and only after the server has
        answered that it is there and has the tool.

        Raises:
            RefusedError: ``external_unavailable``: nothing was done. ``outcome_unknown``: a write may have been done.
            ArgumentError: ``external_refused``: the server did not take the call.
        """
        if self._under_way >= self.server.at_once:
            raise self._unavailable("too many calls are under way")
        self._under_way += 1
        sent = _Sent(writes=effect == "write")
        try:
            async with asyncio.timeout(self.server.timeout_s):
                result = await self._call(tool, arguments, sent)
        except TimeoutError:
            self._stumbled()
            raise self._broken(tool, sent, f"no answer within {self.server.timeout_s:g} s") from None
        finally:
            self._under_way -= 1
        self._failures = 0
        return result

    async def listed(self) -> Sequence[ListedTool]:
        """Return what the server offers, asked now.

        Raises:
            RefusedError: ``external_unavailable``.
        """
        try:
            async with asyncio.timeout(self.server.timeout_s):
                return await _listed((await self._link()).client)
        except TimeoutError:
            raise self._unavailable(f"no answer within {self.server.timeout_s:g} s") from None
        except RefusedError:
            raise
        except Exception as error:
            raise self._unavailable(_short(error)) from error

    async def close(self) -> None:
        """End the connection and what was started for it. A later call opens it again."""
        self._end(self._open)
        await asyncio.gather(*self._holders)

    async def _call(self, tool: str, arguments: JsonObject, sent: _Sent) -> CallToolResult:
        from mcp import MCPError  # noqa: PLC0415 (an extra, and heavy)

        again = self._open is not None
        while True:
            link = await self._link()
            try:
                if sent.writes and tool not in {each.name for each in await _listed(link.client)}:
                    raise self._unavailable(f"it has no tool {tool!r} now")
                sent.out = True
                return await link.client.call_tool(tool, arguments)
            except RefusedError:
                raise
            except MCPError as error:
                if error.code in _WRONG_CALL:
                    raise self._refused(tool, error) from error
                if error.code != _CONNECTION_CLOSED:
                    self._stumbled()
                    raise self._broken(tool, sent, error) from error
                self._end(link)
                if not again or (sent.writes and sent.out):
                    self._rest()
                    raise self._broken(tool, sent, error) from error
                again = False
            except Exception as error:
                # An answer out of form, or whatever the transport raises: the server's fault, and no bug of ours.
                self._stumbled()
                raise self._broken(tool, sent, error) from error

    async def _link(self) -> _Link:
        """Return the open connection, opened now if there is none."""
        async with self._opening:
            if self._open is not None:
                return self._open
            if (left := self._rest_until - self._clock()) > 0:
                raise self._unavailable(f"it failed a moment ago; it is tried again in {left:.0f} s")
            opened: asyncio.Future[_Link] = asyncio.get_running_loop().create_future()
            holder = asyncio.create_task(self._hold(opened))
            self._holders.add(holder)
            holder.add_done_callback(self._holders.discard)
            try:
                self._open = await asyncio.shield(opened)
            except asyncio.CancelledError:
                _give_up(opened)
                self._rest()
                raise
            except Exception as error:
                self._rest()
                raise self._unavailable(f"cannot be started or reached: {_short(error)}") from error
            return self._open

    async def _hold(self, opened: asyncio.Future[_Link]) -> None:
        """Keep a connection open until its scope is cancelled: the SDK wants it opened and closed by one task."""
        import anyio  # noqa: PLC0415 (comes with the extra)
        from mcp import Client  # noqa: PLC0415
        from mcp_types import Implementation  # noqa: PLC0415

        with anyio.CancelScope() as scope:
            opened.add_done_callback(lambda done: scope.cancel() if done.cancelled() else None)
            try:
                us = Implementation(name="xiaoer", version="0.1.0")
                async with Client(self._transport(), client_info=us, cache=None) as client:
                    if not opened.done():
                        opened.set_result(_Link(client, scope))
                        await anyio.sleep_forever()
            except Exception as error:
                if opened.done():
                    logger.warning("server %s: %s", self.name, _short(error))
                else:
                    opened.set_exception(error)
        if self._open is not None and self._open.scope is scope:
            self._open = None

    def _transport(self) -> StdioServerParameters | Transport:
        """Return how the server is reached.

        Raises:
            LookupError: a variable that the file names is not set.
        """
        from mcp import StdioServerParameters, stdio_client  # noqa: PLC0415

        missing = sorted(name for name in self.server.variables if name not in self._environment)
        if missing:
            raise LookupError(f"the environment has no {', '.join(missing)}")
        if self.server.url is not None:
            values = {header: self._environment[name] for header, name in self.server.headers.items()}
            return _at_address(self.server.url, values, self.server.timeout_s)
        parameters = StdioServerParameters(
            command=str(self.server.command),
            args=list(self.server.args),
            env={name: self._environment[name] for name in self.server.env},
            cwd=self._folder,
        )
        return stdio_client(parameters, errlog=sys.__stderr__ or sys.stderr)

    def _stumbled(self) -> None:
        self._failures += 1
        if self._failures >= STUMBLES_TO_REST:
            self._failures -= 1
            self._end(self._open)
            self._rest()

    def _rest(self) -> None:
        self._failures += 1
        self._rest_until = self._clock() + min(LONGEST_REST_S, FIRST_REST_S * 2 ** (self._failures - 1))

    def _end(self, link: _Link | None) -> None:
        """Let a connection go, without waiting for its end; another that was opened since stays."""
        if link is not None:
            link.scope.cancel()
            self._open = None if self._open is link else self._open

    def _broken(self, tool: str, sent: _Sent, why: Exception | str) -> RefusedError:
        said = why if isinstance(why, str) else _short(why)
        logger.warning("server %s: %s: %s", self.name, tool, said)
        return unknown_outcome(tool, self.name) if sent.writes and sent.out else self._unavailable(said)

    def _refused(self, tool: str, error: Exception) -> ArgumentError:
        said = _short(error)
        return ArgumentError("external_refused", f"{self.name}: {tool}: {said}", server=self.name, said=said)

    def _unavailable(self, why: str) -> RefusedError:
        return RefusedError("external_unavailable", f"server {self.name}: {why}", server=self.name)


@dataclasses.dataclass
class _Sent:
    """Whether a call writes, and whether it was let out of the house."""

    writes: bool
    out: bool = False


@dataclasses.dataclass(frozen=True)
class _Link:
    client: Client
    scope: anyio.CancelScope


def _give_up(opened: asyncio.Future[_Link]) -> None:
    """Leave a connection that nobody waits for any longer: the one who opens it sees that, also when it is open by now."""
    if not opened.cancel() and opened.exception() is None:
        opened.result().scope.cancel()


@contextlib.asynccontextmanager
async def _at_address(url: str, headers: Mapping[str, str], timeout_s: float) -> AsyncIterator[TransportStreams]:
    import httpx2  # noqa: PLC0415 (comes with the extra)
    from mcp.client.streamable_http import streamable_http_client  # noqa: PLC0415

    # Only the connecting is limited here: how long an answer may take is the caller's, call by call.
    timeout = httpx2.Timeout(timeout_s, read=None)
    async with (
        httpx2.AsyncClient(headers=headers, timeout=timeout) as client,
        streamable_http_client(url, http_client=client) as streams,
    ):
        yield streams


async def _listed(client: Client) -> Sequence[ListedTool]:
    """Ask for every page of a server's tools; more than `PAGES` of them are not looked at."""
    found: list[ListedTool] = []
    cursor: str | None = None
    for _ in range(PAGES):
        page = await client.list_tools(cursor=cursor)
        found += page.tools
        cursor = page.next_cursor
        if cursor is None:
            break
    return found


def _short(error: BaseException) -> str:
    """Return what an error says on one line; of a group, its first."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    said = " ".join(str(error).split()) or type(error).__name__
    return said[:SAID_CHARACTERS]
