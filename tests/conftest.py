"""Fixtures that every test folder shares."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from knowledge.db import Database, sqlite_url


@pytest_asyncio.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """An empty SQLite shop with all tables."""
    database = Database(sqlite_url(tmp_path / "shop.db"))
    await database.create_tables()
    yield database
    await database.close()
