"""A small demo shop, drawn and built once for all tests of this folder."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime as dt
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TypeVar

import pytest
import pytest_asyncio
from sqlmodel import SQLModel, select

from knowledge.db import Database, sqlite_url
from knowledge.demo import DemoSummary, build_demo_shop
from knowledge.demo.world import World, draw_world

NOW = dt.datetime(2026, 3, 10, 15, 30, tzinfo=dt.UTC)
SCALE = 0.05


@dataclasses.dataclass(frozen=True)
class Built:
    """A shop in a file, with its pictures and what the build said of itself."""

    path: Path
    media: Path
    summary: DemoSummary
    progress: list[tuple[str, float]]


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = tmp_path_factory.mktemp("demo")
    path, media, progress = folder / "shop.db", folder / "media", list[tuple[str, float]]()

    async def make() -> DemoSummary:
        database = Database(sqlite_url(path))
        await database.create_tables()
        summary = await build_demo_shop(
            database, media, now=NOW, scale=SCALE, progress=lambda stage, share: progress.append((stage, share))
        )
        await database.close()
        return summary

    return Built(path, media, asyncio.run(make()), progress)


@pytest_asyncio.fixture
async def shop(built: Built, tmp_path: Path) -> AsyncIterator[Database]:
    """A copy of the small shop."""
    path = tmp_path / "copy.db"
    shutil.copy(built.path, path)
    database = Database(sqlite_url(path))
    yield database
    await database.close()


@pytest.fixture(scope="session")
def world() -> World:
    """What the small shop was made from."""
    return draw_world(seed=7, now=NOW, scale=SCALE)


T = TypeVar("T", bound=SQLModel)


async def rows_of(database: Database, table: type[T]) -> list[T]:
    """Return a whole table."""
    async with database.read() as session:
        return list(await session.exec(select(table)))
