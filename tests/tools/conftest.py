"""Fixtures of the executor's tests: a small shop of two customers."""

from __future__ import annotations

import asyncio
import shutil
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from knowledge.db import Database, sqlite_url
from tests.tools.fakes import Switches
from tools.testing import FixedClock, make_shop


async def lay_orders(database: Database) -> None:
    """Add two customers with an order each, and the conversation ``conv`` of the first, ``conv-2`` of the second."""
    async with database.write() as session:
        shop = await make_shop(session)
        await shop.product("P1", "Mug", "杯子", variants={"MUG-RED": ({"color": "red"}, 4900)})
        for customer_id, order_id, conversation_id in (("C1", "W1", "conv"), ("C2", "W2", "conv-2")):
            customer = await shop.customer(customer_id)
            await shop.order(order_id, customer, {"MUG-RED": 1})
            await shop.conversation(conversation_id, customer)


async def _template(path: Path) -> None:
    database = Database(sqlite_url(path))
    await database.create_tables()
    await lay_orders(database)
    await database.close()


@pytest.fixture(scope="session")
def shop_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The two customers in a SQLite file, to be copied."""
    path = tmp_path_factory.mktemp("shop") / "template.db"
    thread = threading.Thread(target=lambda: asyncio.run(_template(path)))  # a loop of its own, whatever the test has
    thread.start()
    thread.join()
    return path


@pytest_asyncio.fixture
async def shop(shop_file: Path, tmp_path: Path) -> AsyncIterator[Database]:
    """The two customers on SQLite."""
    shutil.copy(shop_file, tmp_path / "shop.db")
    database = Database(sqlite_url(tmp_path / "shop.db"))
    yield database
    await database.close()


@pytest_asyncio.fixture
async def any_shop(any_database: Database) -> Database:
    """The two customers, once on SQLite and once on PostgreSQL."""
    await lay_orders(any_database)
    return any_database


@pytest.fixture
def switches() -> Switches:
    """What the counted tools do wrong."""
    return Switches()


@pytest.fixture
def clock() -> FixedClock:
    """A clock that moves only when told to."""
    return FixedClock()
