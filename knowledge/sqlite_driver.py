"""SQLite on the event loop's own thread.

The usual asynchronous driver gives every statement to a thread and waits for it. A statement of a turn takes 0.02-0.2 ms, the two
changes of thread around it 0.2-0.5 ms of processor time, a hundred times a turn. Here a statement runs where it is called.

What must not happen is that the loop stands still while another process holds the write lock: SQLite is told not to wait at all,
and a statement that it refuses as busy is tried again after a short sleep of this one task, up to the connection's ``timeout``.
A statement that reads much does hold the loop for as long as it takes: keep such work in a process of its own.

    engine = create_async_engine("sqlite+loop:///shop.db", connect_args={"timeout": 5.0}, execution_options=SHARED_STATEMENTS)
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Callable, Generator
from typing import Any, Self

from sqlalchemy import URL, Pool
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.base import SQLiteExecutionContext
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.pool import AsyncAdaptedQueuePool, StaticPool
from sqlalchemy.util import LRUCache, await_only

SHARED_STATEMENTS: dict[str, Any] = {"compiled_cache": LRUCache(1000)}
"""Options of engines that share their compiled statements: whoever opens one shop after another compiles each statement once."""
RETRY_S = 0.01
_PRIMARY = 0xFF
"""Mask of SQLite's extended error codes."""


class _Done:
    """An awaitable that has happened already: SQLAlchemy insists that an asynchronous statement awaits something."""

    def __await__(self) -> Generator[None, None, None]:
        yield from ()


_DONE = _Done()


class LoopConnection(sqlite3.Connection):
    """A connection whose statements wait for a lock without holding the loop."""

    timeout_s = 5.0

    def cursor(self, factory: type[sqlite3.Cursor] | None = None) -> sqlite3.Cursor:  # type: ignore[override]
        """Return a cursor that waits its turn."""
        return super().cursor(factory or _LoopCursor)


class _LoopCursor(sqlite3.Cursor):
    connection: LoopConnection

    def execute(self, sql: str, parameters: Any = (), /) -> Self:
        return self._patiently(super().execute, sql, parameters)

    def executemany(self, sql: str, parameters: Any, /) -> Self:
        return self._patiently(super().executemany, sql, parameters)

    async def _async_soft_close(self) -> None:
        """Keep it open for the rows that are still to be read."""

    def _patiently(self, run: Callable[[str, Any], Self], sql: str, parameters: Any) -> Self:
        await_only(_DONE)
        deadline = None
        while True:
            try:
                return run(sql, parameters)
            except sqlite3.OperationalError as error:
                now = time.monotonic()
                deadline = deadline or now + self.connection.timeout_s
                if error.sqlite_errorcode & _PRIMARY != sqlite3.SQLITE_BUSY or now >= deadline:
                    raise
            await_only(asyncio.sleep(RETRY_S))


class _LoopContext(SQLiteExecutionContext):
    def create_server_side_cursor(self) -> Any:
        """Return a plain cursor: SQLite's rows come one by one as they are fetched."""
        return self._dbapi_connection.cursor()


class LoopDialect(SQLiteDialect_pysqlite):
    """SQLAlchemy's dialect for ``sqlite+loop``; one is as good as another, so that what one has compiled serves all."""

    driver = "loop"
    execution_ctx_cls = _LoopContext
    supports_server_side_cursors = True
    is_async = True
    supports_statement_cache = True

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self)

    def __hash__(self) -> int:
        return hash(type(self))

    def connect(self, *arguments: Any, **options: Any) -> Any:
        """Open a database file."""
        timeout_s = options.pop("timeout", LoopConnection.timeout_s)
        options |= {"timeout": 0.0, "factory": LoopConnection, "check_same_thread": False}
        connection = sqlite3.connect(*arguments, **options)
        connection.timeout_s = timeout_s
        return connection

    @classmethod
    def get_pool_class(cls, url: URL) -> type[Pool]:
        """Return the pool for the event loop; a database in memory is one connection."""
        return AsyncAdaptedQueuePool if cls._is_url_file_db(url) else StaticPool


registry.register("sqlite.loop", __name__, LoopDialect.__name__)
