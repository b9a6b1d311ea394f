"""Fixtures of the order tools' tests."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from knowledge.db import Database, sqlite_url
from tests.tools.orders.desk import Desk, lay_shop


@pytest.fixture(scope="session")
def shop_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small shop in a file, made once and copied for every test."""
    path = tmp_path_factory.mktemp("orders") / "shop.db"

    async def make() -> None:
        database = Database(sqlite_url(path))
        await database.create_tables()
        await lay_shop(database)
        await database.close()

    asyncio.run(make())
    return path


@pytest_asyncio.fixture
async def desk(shop_file: Path, tmp_path: Path) -> AsyncIterator[Desk]:
    """The shopper C1 in the small shop, under the default policy."""
    path = tmp_path / "copy.db"
    shutil.copy(shop_file, path)
    database = Database(sqlite_url(path))
    yield Desk(database)
    await database.close()
