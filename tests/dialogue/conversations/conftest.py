"""The demo shop with its real understanding: built once, copied for every conversation, at a time that stands still."""

from __future__ import annotations

import asyncio
import datetime as dt
import shutil
from pathlib import Path

import pytest

from dialogue.build import Config, build
from tools.testing import FixedClock

PRESENT = dt.datetime(2026, 3, 10, 2, tzinfo=dt.UTC)
"""A Tuesday, 10:00 in the shop: the newest orders are of this morning, the keyboards of yesterday."""
SCALE = 0.02


@pytest.fixture(scope="session")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the shop as it is before anybody has talked; never written to again."""
    data = tmp_path_factory.mktemp("conversations") / "data"

    async def make() -> None:
        platform = await build(Config(data=data, demo_scale=SCALE, clock=FixedClock(PRESENT)))
        await platform.close()

    asyncio.run(make())
    return data


@pytest.fixture
def shop(pristine: Path, tmp_path: Path) -> Path:
    """A shop of one's own: its database is a copy, models and indexes are shared."""
    data = tmp_path / "shop"
    data.mkdir()
    shutil.copy(pristine / "shop.db", data / "shop.db")
    for shared in ("models", "indexes"):
        (data / shared).symlink_to(pristine / shared, target_is_directory=True)
    return data
