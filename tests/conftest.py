"""Fixtures that every test folder shares."""

from __future__ import annotations

import asyncio
import gc
import os
import shutil
import tempfile
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool
from sqlmodel import SQLModel

from knowledge.db import Database, sqlite_url

POSTGRES = os.environ.get("XIAOER_TEST_POSTGRES", "postgresql+asyncpg://postgres@127.0.0.1:5432/test")
"""A PostgreSQL server on which the tests may make databases of their own, and drop them."""
_CACHE = pytest.StashKey[str]()


def pytest_configure(config: pytest.Config) -> None:
    """Give the run a cache of its own, which its workers share: what one shop has learnt, the next need not."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        config.stash[_CACHE] = os.environ["XDG_CACHE_HOME"] = tempfile.mkdtemp(prefix="xiaoer-cache-")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the files with slow tests first: a worker that began one last would work alone at the end."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


def pytest_collection_finish() -> None:
    """Spare the collector what stays to the end, modules and tests: looking through all of it time and again took a quarter of a run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove the run's cache."""
    if _CACHE in config.stash:
        shutil.rmtree(config.stash[_CACHE], ignore_errors=True)


@pytest.fixture(scope="session")
def empty_shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of an empty SQLite shop with all tables, to be copied."""
    path = tmp_path_factory.mktemp("empty") / "shop.db"
    _run(_make_tables(sqlite_url(path)))
    return path


@pytest_asyncio.fixture
async def database(empty_shop: Path, tmp_path: Path) -> AsyncIterator[Database]:
    """An empty SQLite shop with all tables."""
    database = Database(sqlite_url(Path(shutil.copy(empty_shop, tmp_path / "shop.db"))))
    yield database
    await _close(database)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The address of a PostgreSQL database of this run's own, with all tables."""
    yield from _own_database("tables", _make_tables)


@pytest.fixture(scope="session")
def empty_postgres_url() -> Iterator[str]:
    """The address of a PostgreSQL database of this run's own, without tables."""
    yield from _own_database("empty", None)


@pytest.fixture(params=["sqlite", "postgresql"])
def any_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty shop's database, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        return sqlite_url(Path(shutil.copy(request.getfixturevalue("empty_shop"), tmp_path / "any.db")))
    url = str(request.getfixturevalue("postgres_url"))
    _run(_administer(url, *(f'DELETE FROM "{table.name}"' for table in reversed(SQLModel.metadata.sorted_tables))))
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def any_empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database without tables, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        return sqlite_url(tmp_path / "any.db")
    url = str(request.getfixturevalue("empty_postgres_url"))
    _run(_administer(url, "DROP SCHEMA public CASCADE", "CREATE SCHEMA public"))
    return url


@pytest_asyncio.fixture
async def any_database(any_database_url: str) -> AsyncIterator[Database]:
    """An empty shop with all tables, once on SQLite and once on PostgreSQL."""
    database = Database(any_database_url)
    yield database
    await _close(database)


@pytest.fixture
def shared_data() -> Path:
    """The folder of public data sets beside the repository; tests that need it are skipped where it is absent."""
    default = Path(__file__).resolve().parent.parent.parent / "shared" / "data"
    folder = Path(os.environ.get("XIAOER_TEST_DATA", default))
    if not folder.is_dir():
        pytest.skip(f"no data sets in {folder} (set XIAOER_TEST_DATA)")
    return folder


async def _close(database: Database) -> None:
    """Close it after what still works in the background, such as audit rows that wait to be written, has stopped."""
    waiting = asyncio.all_tasks() - {asyncio.current_task()}
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    await database.close()


def _own_database(purpose: str, prepare: Callable[[str], Coroutine[Any, Any, None]] | None) -> Iterator[str]:
    name = f"xiaoer_test_{os.getpid()}_{purpose}"
    try:
        _run(_administer(POSTGRES, f'CREATE DATABASE "{name}"'))
    except OSError as error:
        pytest.skip(f"no PostgreSQL at {POSTGRES} (set XIAOER_TEST_POSTGRES): {error}")
    url = make_url(POSTGRES).set(database=name).render_as_string(hide_password=False)
    try:
        if prepare is not None:
            _run(prepare(url))
        yield url
    finally:
        _run(_administer(POSTGRES, f'DROP DATABASE "{name}" WITH (FORCE)'))


async def _administer(url: str, *statements: str) -> None:
    engine = create_async_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    async with engine.connect() as connection:
        for statement in statements:
            await connection.execute(text(statement))
    await engine.dispose()


async def _make_tables(url: str) -> None:
    database = Database(url)
    await database.create_tables()
    await database.close()


def _run(work: Coroutine[Any, Any, None]) -> None:
    """Run it on a loop of its own, whatever loop the test has."""
    failures: list[BaseException] = []

    def target() -> None:
        try:
            asyncio.run(work)
        except BaseException as error:  # raised again below, in the thread that waits
            failures.append(error)

    thread = threading.Thread(target=target)
    thread.start()
    thread.join()
    if failures:
        raise failures[0]
