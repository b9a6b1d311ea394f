"""Long reads that cannot write: on a connection of their own, with a limit of time, beside the event loop."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Executable, create_engine, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool
from sqlmodel.ext.asyncio.session import AsyncSession

from knowledge.errors import DatabaseBusyError

_STEPS = 50_000
"""SQLite's instructions between two looks at the clock, about a millisecond."""


async def read_rows(session: AsyncSession, statement: Executable, *, timeout_s: float) -> Sequence[Any]:
    """Return all rows of a select.

    A SQLite file is opened anew, read-only, in a thread: a long statement would hold the event loop. On PostgreSQL the session's own
    transaction is used, which is read-only already.

    Raises:
        DatabaseBusyError: it took longer than `timeout_s`.
    """
    url = session.get_bind().engine.url
    if not url.drivername.startswith("sqlite"):
        return await _on_server(session, statement, timeout_s)
    if url.database in (None, "", ":memory:"):
        return (await (await session.connection()).execute(statement)).all()
    return await asyncio.to_thread(_in_file, str(url.database), statement, timeout_s)


async def _on_server(session: AsyncSession, statement: Executable, timeout_s: float) -> Sequence[Any]:
    connection = await session.connection()
    await connection.execute(text(f"SET LOCAL statement_timeout = {int(timeout_s * 1000)}"))
    try:
        return (await connection.execute(statement)).all()
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) == "57014":
            raise DatabaseBusyError(f"the figures took longer than {timeout_s:g} s") from error
        raise


def _in_file(path: str, statement: Executable, timeout_s: float) -> Sequence[Any]:
    address = Path(path).resolve().as_uri() + "?mode=ro"
    ends = time.monotonic() + timeout_s

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(address, uri=True, timeout=timeout_s, check_same_thread=False)
        connection.execute("PRAGMA query_only=ON")
        connection.execute("PRAGMA cache_size=-64000")
        connection.set_progress_handler(lambda: int(time.monotonic() > ends), _STEPS)
        return connection

    engine = create_engine(URL.create("sqlite"), creator=connect, poolclass=NullPool)
    try:
        with engine.connect() as connection:
            return connection.execute(statement).all()
    except DBAPIError as error:
        if "interrupted" in str(error.orig):
            raise DatabaseBusyError(f"the figures took longer than {timeout_s:g} s") from error
        raise
    finally:
        engine.dispose()
