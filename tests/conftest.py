"""Fixtures that every test folder shares."""

from __future__ import annotations

import asyncio
import itertools
import os
import threading
from collections.abc import AsyncIterator, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from knowledge.db import Database, sqlite_url

POSTGRES = os.environ.get("XIAOER_TEST_POSTGRES", "postgresql+asyncpg://postgres@127.0.0.1:5432/test")
"""A PostgreSQL server on which the tests may make databases of their own, and drop them."""

_numbers = itertools.count(1)


@pytest_asyncio.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """An empty SQLite shop with all tables."""
    database = Database(sqlite_url(tmp_path / "shop.db"))
    await database.create_tables()
    yield database
    await database.close()


@pytest.fixture(scope="session")
def postgres_template() -> Iterator[str]:
    """The name of a PostgreSQL database with all tables, copied for every test."""
    name = f"xiaoer_test_{os.getpid()}_template"
    try:
        _run(_administer(f'CREATE DATABASE "{name}"'))
    except OSError as error:
        pytest.skip(f"no PostgreSQL at {POSTGRES} (set XIAOER_TEST_POSTGRES): {error}")
    try:
        _run(_make_tables(name))
        yield name
    finally:
        _run(_administer(f'DROP DATABASE "{name}" WITH (FORCE)'))


@pytest.fixture(params=["sqlite", "postgresql"])
def any_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database with all tables, once on SQLite and once on PostgreSQL."""
    yield from _url(request, tmp_path, "postgres_template")


@pytest.fixture(params=["sqlite", "postgresql"])
def any_empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without tables, once on SQLite and once on PostgreSQL."""
    yield from _url(request, tmp_path, None)


@pytest_asyncio.fixture
async def any_database(any_database_url: str) -> AsyncIterator[Database]:
    """An empty shop with all tables, once on SQLite and once on PostgreSQL."""
    database = Database(any_database_url)
    if database.is_sqlite:
        await database.create_tables()
    yield database
    await database.close()


@pytest.fixture
def shared_data() -> Path:
    """The folder of public data sets beside the repository; tests that need it are skipped where it is absent."""
    default = Path(__file__).resolve().parent.parent.parent / "shared" / "data"
    folder = Path(os.environ.get("XIAOER_TEST_DATA", default))
    if not folder.is_dir():
        pytest.skip(f"no data sets in {folder} (set XIAOER_TEST_DATA)")
    return folder


def _url(request: pytest.FixtureRequest, folder: Path, template: str | None) -> Iterator[str]:
    if request.param == "sqlite":
        yield sqlite_url(folder / "any.db")
        return
    source = request.getfixturevalue("postgres_template") if template else "template1"
    name = f"xiaoer_test_{os.getpid()}_{next(_numbers)}"
    try:
        _run(_administer(f'CREATE DATABASE "{name}" TEMPLATE "{source}"'))
    except OSError as error:
        pytest.skip(f"no PostgreSQL at {POSTGRES} (set XIAOER_TEST_POSTGRES): {error}")
    try:
        yield _named(name)
    finally:
        _run(_administer(f'DROP DATABASE "{name}" WITH (FORCE)'))


def _named(name: str) -> str:
    return make_url(POSTGRES).set(database=name).render_as_string(hide_password=False)


async def _administer(statement: str) -> None:
    engine = create_async_engine(POSTGRES, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    async with engine.connect() as connection:
        await connection.execute(text(statement))
    await engine.dispose()


async def _make_tables(name: str) -> None:
    database = Database(_named(name))
    await database.create_tables()
    await database.close()


def _run(work: Coroutine[Any, Any, None]) -> None:
    """Run it on a loop of its own, whatever loop the test has."""
    failures: list[BaseException] = []

    def target() -> None:
        try:
            asyncio.run(work)
        except BaseException as error:  # noqa: BLE001  (raised again below, in the thread that waits)
            failures.append(error)

    thread = threading.Thread(target=target)
    thread.start()
    thread.join()
    if failures:
        raise failures[0]
