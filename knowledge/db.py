"""The database: one engine, short read sessions, serialised write transactions."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import re
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import sqlalchemy.exc
from sqlalchemy import Connection, event, make_url, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from knowledge import schema  # noqa: F401  (registers the tables)
from knowledge.errors import DatabaseBusyError, DatabaseUnavailableError, StorageFullError
from knowledge.sqlite_driver import SHARED_STATEMENTS, LoopDialect

BUSY_TIMEOUT_S = 5.0
CHANGE_WAIT_S = 600
"""How long a process that starts waits for another that changes the tables, on PostgreSQL: large ones take their time."""
_WRITERS = 0x786965  # the advisory lock that PostgreSQL's writers queue on


def sqlite_url(path: Path) -> str:
    """Return the address of a SQLite file."""
    return f"sqlite:///{path}"


class Database:
    """Sessions on SQLite (WAL) or PostgreSQL, by the address alone.

    `read` gives a session that sees one consistent state and must not write. `write` gives one transaction that
    commits when the block ends and rolls back when it raises. Write transactions run one after the other, so what a
    writer has read stays true until it commits: SQLite has one writer at a time anyway (the writers of this process
    queue on a lock instead of failing on SQLite's own), on PostgreSQL they queue on an advisory lock.
    """

    def __init__(self, url: str, *, busy_timeout_s: float = BUSY_TIMEOUT_S) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        self._write_lock = asyncio.Lock() if self.is_sqlite else None
        self._waiting_since: dict[object, float] = {}
        self.engine = _sqlite_engine(url, busy_timeout_s) if self.is_sqlite else _engine(url, busy_timeout_s)
        self._writer = self.engine.execution_options(xiaoer_write=True)
        self._reader = self.engine
        if not self.is_sqlite:
            self._reader = self.engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    async def create_tables(self) -> None:
        """Create every table that is missing (tests; a real start calls `knowledge.migrations.migrate`)."""
        async with self.change_tables() as connection:
            await connection.run_sync(SQLModel.metadata.create_all)

    @contextlib.asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """Open a session for reading."""
        with translated_errors():
            async with AsyncSession(self._reader, expire_on_commit=False, autoflush=False) as session:
                yield session

    @contextlib.asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """Open one write transaction; commits at the end of the block.

        Raises:
            DatabaseBusyError: another process kept the write lock longer than the busy timeout.
            StorageFullError: the disk is full.
        """
        with translated_errors():
            # Closing a session lets the loop go round once: it does so when the next writer has its turn already.
            async with (
                AsyncSession(self._writer, expire_on_commit=False) as session,
                contextlib.AsyncExitStack() as turn,
            ):
                with self._waiting():
                    if self._write_lock is not None:
                        await turn.enter_async_context(self._write_lock)
                    await turn.enter_async_context(session.begin())
                    if not self.is_sqlite:
                        connection = await session.connection()
                        await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _WRITERS})
                yield session

    @property
    def write_wait_s(self) -> float:
        """How long the writer of this process that waits longest for its turn has waited so far; 0: nobody waits."""
        return time.monotonic() - next(iter(self._waiting_since.values())) if self._waiting_since else 0.0

    @contextlib.contextmanager
    def _waiting(self) -> Iterator[None]:
        place = object()
        self._waiting_since[place] = time.monotonic()
        try:
            yield
        finally:
            del self._waiting_since[place]

    @contextlib.asynccontextmanager
    async def change_tables(self) -> AsyncIterator[AsyncConnection]:
        """Open a transaction for changes of the tables themselves; no other process changes them meanwhile."""
        async with contextlib.AsyncExitStack() as stack:
            if self._write_lock is not None:
                await stack.enter_async_context(self._write_lock)
            stack.enter_context(translated_errors())
            connection = await stack.enter_async_context(self._writer.connect())
            if self.is_sqlite:
                # A changed table is made anew under the same name, which only works while nothing checks references.
                await connection.run_sync(_pragma, "foreign_keys=OFF")
                stack.push_async_callback(connection.run_sync, _pragma, "foreign_keys=ON")
            async with connection.begin():
                if not self.is_sqlite:
                    await connection.execute(text(f"SET LOCAL lock_timeout = '{CHANGE_WAIT_S}s'"))
                    await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _WRITERS})
                yield connection

    async def overwrite_deleted(self) -> None:
        """Write SQLite's file anew, so that nothing deleted is left in it; PostgreSQL clears its own by autovacuum.

        Raises:
            DatabaseBusyError: others read or write just now; what was deleted is out of reach, its bytes stay a while.
        """
        path = self.engine.url.database
        if self._write_lock is None or not path:
            return
        async with self._write_lock:
            with translated_errors():
                await asyncio.to_thread(_write_anew, path)

    async def close(self) -> None:
        """Close every connection."""
        await self.engine.dispose()


def _write_anew(path: str) -> None:
    """On a connection of its own, in a thread: a large file takes seconds."""
    with contextlib.closing(sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None)) as connection:
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _pragma(connection: Connection, pragma: str) -> None:
    """Set a pragma outside a transaction, past SQLAlchemy, which would begin one."""
    cursor = connection.connection.cursor()
    cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _engine(url: str, busy_timeout_s: float) -> AsyncEngine:
    settings = {"lock_timeout": str(int(busy_timeout_s * 1000)), "timezone": "UTC", "application_name": "xiaoer"}
    connect_args = {"timeout": 10.0, "server_settings": settings}
    return create_async_engine(url, pool_size=10, max_overflow=10, pool_pre_ping=True, connect_args=connect_args)


def _sqlite_engine(url: str, busy_timeout_s: float) -> AsyncEngine:
    address = make_url(url).set(drivername=f"sqlite+{LoopDialect.driver}")
    engine = create_async_engine(
        address,
        connect_args={"timeout": busy_timeout_s},
        pool_size=8,
        max_overflow=8,
        execution_options=SHARED_STATEMENTS,
    )
    sync_engine = engine.sync_engine

    # The driver would begin transactions by itself, and only at the first write: a reader that turns writer can
    # then fail with "database is locked" at once. So SQLAlchemy begins them, and writers take the lock up front.
    @event.listens_for(sync_engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        try:
            for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "cache_size=-32000"):
                cursor.execute(f"PRAGMA {pragma}")
        except BaseException:
            connection.close()  # nobody else knows of it yet
            raise
        cursor.close()

    @event.listens_for(sync_engine, "begin")
    def _begin(connection: Connection) -> None:
        writing = connection.get_execution_options().get("xiaoer_write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


_BUSY = re.compile("locked|busy")
_FULL = re.compile("disk is full|disk full|No space left")
_FULL_NAMES = {"SQLITE_FULL", "SQLITE_IOERR_SHMSIZE"}
"""What SQLite names a full disk: the second where not even the file that its readers share can grow."""
_UNAVAILABLE = re.compile("unable to open|readonly|read-only|not a database|malformed|disk I/O error")
_BUSY_STATES = {"40001", "40P01", "53300", "55P03", "57014"}
_FULL_STATES = {"53100"}
_UNAVAILABLE_STATES = {"57P01", "57P02", "57P03", "28000", "28P01", "3D000", "08000", "08003", "08006", "08001"}


@contextlib.contextmanager
def translated_errors() -> Iterator[None]:
    """Turn the driver's errors that a caller can act on into ours; every other goes up as it is."""
    try:
        yield
    except (sqlalchemy.exc.DBAPIError, sqlite3.Error, OSError, sqlalchemy.exc.TimeoutError) as error:
        translated = _translated_first(error)
        if translated is None:
            raise
        raise translated from error


def _translated_first(
    error: BaseException | None,
) -> DatabaseBusyError | StorageFullError | DatabaseUnavailableError | None:
    """Translate an error or the one that it came on top of: a full disk ends SQLite's transaction, so undoing fails too."""
    while isinstance(error, Exception):
        translated = _translated(error)
        if translated is not None:
            return translated
        error = error.__context__
    return None


def _translated(error: Exception) -> DatabaseBusyError | StorageFullError | DatabaseUnavailableError | None:
    cause = error.orig if isinstance(error, sqlalchemy.exc.DBAPIError) else error
    if isinstance(error, sqlalchemy.exc.IntegrityError):
        return None
    if isinstance(error, sqlalchemy.exc.TimeoutError):
        return DatabaseBusyError("every connection to the database is in use; try again")
    if isinstance(cause, OSError):
        return _translated_os_error(cause)
    state, said = getattr(cause, "sqlstate", None), str(cause)
    translated: DatabaseBusyError | StorageFullError | DatabaseUnavailableError | None = None
    if state in _BUSY_STATES or (not state and _BUSY.search(said)):
        translated = DatabaseBusyError("the database is locked by another process; try again")
    elif (
        state in _FULL_STATES
        or getattr(cause, "sqlite_errorname", "") in _FULL_NAMES
        or (not state and _FULL.search(said))
    ):
        translated = StorageFullError("the disk is full; free some space, nothing was written")
    elif state in _UNAVAILABLE_STATES or (not state and _UNAVAILABLE.search(said)):
        translated = DatabaseUnavailableError(f"the database cannot be used: {said}")
    return translated


def _translated_os_error(error: OSError) -> StorageFullError | DatabaseUnavailableError | None:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StorageFullError("the disk is full; free some space, nothing was written")
    if isinstance(error, ConnectionError):
        return DatabaseUnavailableError(f"the database cannot be reached: {error}")
    return None
