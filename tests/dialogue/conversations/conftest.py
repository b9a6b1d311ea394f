"""The demo shop with its real understanding: built once, copied for every conversation, at a time that stands still."""

from __future__ import annotations

import asyncio
import datetime as dt
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from dialogue.build import Config, Platform, build
from knowledge.db import Database, sqlite_url
from tests.dialogue.conversations.shop import Snapshot, Stage, snapshot
from tools.testing import FixedClock

PRESENT = dt.datetime(2026, 3, 10, 2, tzinfo=dt.UTC)
"""A Tuesday, 10:00 in the shop: the newest orders are of this morning, the keyboards of yesterday."""
SCALE = 0.02


@pytest.fixture(scope="session")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Platform:
    """The shop as it is before anybody has talked; never written to again."""
    data = tmp_path_factory.mktemp("conversations") / "data"

    async def make() -> Platform:
        platform = await build(Config(data=data, demo_scale=SCALE, clock=FixedClock(PRESENT)))
        await platform.close()
        return platform

    return asyncio.run(make())


@pytest.fixture(scope="session")
def before(pristine: Platform) -> Snapshot:
    """The rows of that shop."""
    return snapshot(pristine.config.data / "shop.db")


@pytest_asyncio.fixture
async def shop(pristine: Platform, before: Snapshot, tmp_path: Path) -> AsyncIterator[Stage]:
    """A shop of one's own: its database is a copy, the models are shared."""
    file = tmp_path / "shop.db"
    shutil.copy(pristine.config.data / "shop.db", file)
    platform = pristine.on(Database(sqlite_url(file)))
    yield Stage(platform, file, before)
    await platform.close()
