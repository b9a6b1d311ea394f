"""A real server over a small shop, and clients for it. One server serves every test that does not bend it."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
import redis
import redis.exceptions

from channels.settings import Settings
from channels.testing import CUSTOMERS, TEST_SECRET, LiveServer, ScriptedUnderstander, live, small_platform
from dialogue.build import Config, build

REDIS = os.environ.get("XIAOER_TEST_REDIS", "redis://127.0.0.1:6379")


def settings_in(data: Path) -> Settings:
    return Settings(data=data, secret=TEST_SECRET, rate_per_s=1000, rate_burst=1000)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_in(tmp_path / "data")


@dataclasses.dataclass(frozen=True)
class Person:
    """A customer with one pending order."""

    id: str
    order: str


@pytest.fixture(scope="session")
def people() -> Iterator[Person]:
    return (Person(f"C{number}", f"W{number}") for number in range(3, CUSTOMERS + 1))


@pytest.fixture
def person(people: Iterator[Person]) -> Person:
    """Somebody whom no other test knows."""
    return next(people)


@pytest.fixture(scope="session")
def demo_shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small demo shop, built as the command line builds it; copy it before writing to it."""
    data = tmp_path_factory.mktemp("demo") / "data"

    async def make() -> None:
        platform = await build(Config(data=data, demo_scale=0.02))
        await platform.close()

    asyncio.run(make())
    return data


@pytest.fixture
def demo_data(demo_shop: Path, tmp_path: Path) -> Path:
    """A small demo shop of one's own."""
    return Path(shutil.copytree(demo_shop, tmp_path / "demo"))


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LiveServer]:
    settings = settings_in(tmp_path_factory.mktemp("server"))
    async with small_platform(settings.data) as platform, live(settings, platform) as server:
        yield server


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def client(server: LiveServer) -> AsyncIterator[httpx.AsyncClient]:
    """A client without a token; pass ``headers=server.headers(...)``."""
    async with httpx.AsyncClient(base_url=server.url, timeout=10) as client:
        yield client


@pytest.fixture
def understander() -> ScriptedUnderstander:
    return ScriptedUnderstander()


@pytest_asyncio.fixture(loop_scope="session")
async def own_server(settings: Settings, understander: ScriptedUnderstander) -> AsyncIterator[LiveServer]:
    """A server that belongs to one test, reading through `understander`."""
    async with small_platform(settings.data, understander) as platform, live(settings, platform) as server:
        yield server


@pytest.fixture(scope="session")
def redis_url() -> str:
    """The address of a Redis server; tests that need one are skipped where there is none."""
    with redis.Redis.from_url(REDIS) as client:
        try:
            client.ping()
        except (redis.exceptions.RedisError, OSError) as error:
            pytest.skip(f"no Redis at {REDIS} (set XIAOER_TEST_REDIS): {error}")
    return REDIS
