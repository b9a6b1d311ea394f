"""The database: one engine, short read sessions, serialised write transactions."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import sqlalchemy.exc
from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from knowledge import schema  # noqa: F401  (registers the tables)
from knowledge.errors import DatabaseBusyError, DatabaseUnavailableError, StorageFullError

BUSY_TIMEOUT_S = 5.0


def sqlite_url(path: Path) -> str:
    """Return the address of a SQLite file."""
    return f"sqlite+aiosqlite:///{path}"


class Database:
    """Sessions on SQLite (WAL) or PostgreSQL, by the address alone.

    `read` gives a session that sees one consistent state and must not write. `write` gives one transaction that
    commits when the block ends and rolls back when it raises. SQLite has one writer at a time, so writers of this
    process queue on a lock instead of failing on SQLite's own.
    """

    def __init__(self, url: str, *, busy_timeout_s: float = BUSY_TIMEOUT_S) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        self._write_lock = asyncio.Lock() if self.is_sqlite else None
        self.engine = _engine(url, busy_timeout_s)
        self._writer = self.engine.execution_options(xiaoer_write=True)

    async def create_tables(self) -> None:
        """Create every table that is missing (tests, and the first start; later changes are Alembic migrations)."""
        with translated_errors():
            async with self.engine.begin() as connection:
                await connection.run_sync(SQLModel.metadata.create_all)

    @contextlib.asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """Open a session for reading."""
        with translated_errors():
            async with AsyncSession(self.engine, expire_on_commit=False, autoflush=False) as session:
                yield session

    @contextlib.asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """Open one write transaction; commits at the end of the block.

        Raises:
            DatabaseBusyError: another process kept the write lock longer than the busy timeout.
            StorageFullError: the disk is full.
        """
        async with contextlib.AsyncExitStack() as stack:
            if self._write_lock is not None:
                await stack.enter_async_context(self._write_lock)
            stack.enter_context(translated_errors())
            session = await stack.enter_async_context(AsyncSession(self._writer, expire_on_commit=False))
            async with session.begin():
                yield session

    async def close(self) -> None:
        """Close every connection."""
        await self.engine.dispose()


def _engine(url: str, busy_timeout_s: float) -> AsyncEngine:
    if not url.startswith("sqlite"):
        return create_async_engine(url, pool_size=10, max_overflow=10, pool_pre_ping=True)
    engine = create_async_engine(url, connect_args={"timeout": busy_timeout_s}, pool_size=8, max_overflow=8)
    sync_engine = engine.sync_engine

    # The driver would begin transactions by itself, and only at the first write: a reader that turns writer can
    # then fail with "database is locked" at once. So SQLAlchemy begins them, and writers take the lock up front.
    @event.listens_for(sync_engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "cache_size=-32000"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(sync_engine, "begin")
    def _begin(connection: Connection) -> None:
        writing = connection.get_execution_options().get("xiaoer_write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


@contextlib.contextmanager
def translated_errors() -> Any:
    """Turn the driver's errors that a caller can act on into ours."""
    try:
        yield
    except sqlalchemy.exc.OperationalError as error:
        text = str(error.orig)
        if "locked" in text or "busy" in text:
            raise DatabaseBusyError("the database is locked by another process; try again") from error
        if "full" in text or "No space left" in text:
            raise StorageFullError("the disk is full; free some space, nothing was written") from error
        if "unable to open" in text or "readonly" in text:
            raise DatabaseUnavailableError(f"the database cannot be opened: {text}") from error
        raise
    except (sqlite3.OperationalError, OSError) as error:
        if getattr(error, "errno", None) == 28:  # ENOSPC
            raise StorageFullError("the disk is full; free some space, nothing was written") from error
        raise
