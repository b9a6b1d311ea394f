"""A small demo shop and a server on it, in a process of its own; both serve every test that does not bend them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from dialogue.build import Config, build
from evals.bench.load import Target
from evals.bench.server import Server, served
from knowledge.db import sqlite_url


@pytest.fixture(scope="session")
def small_shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("bench") / "data"

    async def make() -> None:
        platform = await build(Config(data=data, demo_scale=0.05))
        await platform.close()

    asyncio.run(make())
    return data


@pytest.fixture(scope="session")
def running_server(small_shop: Path) -> Iterator[Server]:
    with served(small_shop) as server:
        yield server


def target_of(server: Server) -> Target:
    return Target(server.url, server.data, sqlite_url(server.data / "shop.db"))
