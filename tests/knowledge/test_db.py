"""The database keeps its promises on SQLite and on PostgreSQL alike."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import sqlalchemy.exc
from sqlalchemy import event, text
from sqlmodel import select

from knowledge.db import Database, sqlite_url, translated_errors
from knowledge.errors import DatabaseBusyError, DatabaseUnavailableError, StorageFullError
from knowledge.schema import Address, Category, Customer, Shop
from knowledge.types import utc_now

NOON = dt.datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=dt.UTC)


def _shop(name: str = "Teahouse", settings: dict[str, object] | None = None) -> Shop:
    return Shop(id="shop", name_zh="茶馆", name_en=name, currency="CNY", settings=settings or {})


def _customer(customer_id: str, created_at: dt.datetime = NOON) -> Customer:
    return Customer(id=customer_id, first_name="小明", last_name="王", email="", created_at=created_at)


async def _names(database: Database) -> list[str]:
    async with database.read() as session:
        return sorted((await session.exec(select(Shop.name_en))).all())


@contextlib.asynccontextmanager
async def _other_process(database: Database, timeout_s: float = 5.0) -> AsyncIterator[Database]:
    """A second opening of the same database: it shares no lock with the first, as in another process."""
    other = Database(database.url, busy_timeout_s=timeout_s)
    yield other
    await other.close()


async def test_a_write_is_there_after_its_block(any_database: Database) -> None:
    async with any_database.write() as session:
        session.add(_shop())

    assert await _names(any_database) == ["Teahouse"]


async def test_an_error_undoes_the_whole_block(any_database: Database) -> None:
    async def fail() -> None:
        async with any_database.write() as session:
            session.add(_shop())
            await session.flush()
            raise RuntimeError("half way")

    with pytest.raises(RuntimeError, match="half way"):
        await fail()

    assert await _names(any_database) == []


async def test_after_an_error_the_next_writer_goes_on(any_database: Database) -> None:
    with pytest.raises(sqlalchemy.exc.IntegrityError):
        async with any_database.write() as session:
            session.add(Address(id="a", customer_id="nobody", line1="1 Lane"))
    async with any_database.write() as session:
        session.add(_shop())

    assert await _names(any_database) == ["Teahouse"]


async def test_a_cancelled_writer_leaves_nothing_and_frees_the_lock(any_database: Database) -> None:
    inside = asyncio.Event()

    async def hang() -> None:
        async with any_database.write() as session:
            session.add(_shop())
            await session.flush()
            inside.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(hang())
    await inside.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with asyncio.timeout(5), any_database.write() as session:
        session.add(_shop("After"))

    assert await _names(any_database) == ["After"]


async def _count_up(database: Database, times: int) -> None:
    """Read, wait a little, write: loses counts where writers do not take turns."""
    for _ in range(times):
        async with database.write() as session:
            shop = (await session.exec(select(Shop))).one()
            await asyncio.sleep(0)
            shop.settings = {"count": shop.settings.get("count", 0) + 1}
            session.add(shop)


async def test_writers_at_once_lose_nothing(any_database: Database) -> None:
    async with any_database.write() as session:
        session.add(_shop())
    async with _other_process(any_database) as other:
        await asyncio.gather(*(_count_up(writer, 10) for writer in (any_database, any_database, other)))

    async with any_database.read() as session:
        assert (await session.exec(select(Shop))).one().settings == {"count": 30}


async def test_a_database_locked_by_another_process_is_busy(any_database: Database) -> None:
    async with _other_process(any_database, timeout_s=0.1) as other, any_database.write() as session:
        session.add(_shop())
        await session.flush()
        with pytest.raises(DatabaseBusyError, match="locked by another process"):
            async with other.write() as second:
                second.add(_shop("Second"))

    assert await _names(any_database) == ["Teahouse"]


async def test_readers_go_on_while_another_process_writes(any_database: Database) -> None:
    async with any_database.write() as session:
        session.add(_shop())
    async with _other_process(any_database, timeout_s=0.1) as other, any_database.write() as session:
        shop = (await session.exec(select(Shop))).one()
        shop.name_en = "Changed"
        await session.flush()
        assert await _names(other) == ["Teahouse"]

    assert await _names(any_database) == ["Changed"]


async def test_a_reader_sees_one_state(any_database: Database) -> None:
    async with any_database.write() as session:
        session.add(_shop())
    async with any_database.read() as reader:
        before = (await reader.exec(select(Shop.name_en))).all()
        async with any_database.write() as session:
            (await session.exec(select(Shop))).one().name_en = "Changed"
        after = (await reader.exec(select(Shop.name_en))).all()

    assert before == after == ["Teahouse"]


async def test_many_rows_can_be_read_one_by_one(any_database: Database) -> None:
    async with any_database.write() as session:
        session.add_all([Category(id=f"c{number:03}") for number in range(300)])
    async with any_database.read() as session:
        rows = await session.stream_scalars(select(Category.id).order_by(Category.id))
        assert [row async for row in rows] == [f"c{number:03}" for number in range(300)]


async def test_what_a_reader_changes_is_not_kept(any_database: Database) -> None:
    with contextlib.suppress(sqlalchemy.exc.DBAPIError):  # PostgreSQL refuses it outright
        async with any_database.read() as session:
            session.add(_shop())
            await session.flush()

    assert await _names(any_database) == []


_HOLD = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
sys.stdin.read()
connection.execute("ROLLBACK")
"""


async def test_sqlite_held_by_a_real_other_process_is_busy_then_free(tmp_path: Path) -> None:
    path = tmp_path / "shop.db"
    database = Database(sqlite_url(path), busy_timeout_s=0.2)
    await database.create_tables()
    pipe = asyncio.subprocess.PIPE
    holder = await asyncio.create_subprocess_exec(sys.executable, "-c", _HOLD, str(path), stdin=pipe, stdout=pipe)
    assert holder.stdout is not None
    assert await holder.stdout.readline() == b"held\n"
    with pytest.raises(DatabaseBusyError):
        async with database.write() as session:
            session.add(_shop())
    await holder.communicate(b"")
    async with database.write() as session:
        session.add(_shop())

    assert await _names(database) == ["Teahouse"]
    await database.close()


async def test_everybody_else_goes_on_while_a_writer_waits_for_another_process(tmp_path: Path) -> None:
    database = Database(sqlite_url(tmp_path / "shop.db"), busy_timeout_s=0.3)
    await database.create_tables()
    async with _other_process(database) as other, other.write() as session:
        session.add(_shop())
        await session.flush()

        async def write() -> None:
            async with database.write() as second:
                second.add(_shop("Second"))

        waiting = asyncio.create_task(write())
        read = 0
        while not waiting.done():
            read += len(await _names(database)) + 1
            await asyncio.sleep(0)
        with pytest.raises(DatabaseBusyError):
            await waiting

    assert read > 3
    await database.close()


@pytest.mark.parametrize("hours", [0, 8, -5])
async def test_times_come_back_in_utc(any_database: Database, hours: int) -> None:
    local = NOON.astimezone(dt.timezone(dt.timedelta(hours=hours)))
    async with any_database.write() as session:
        session.add(_customer("c1", local))
    async with any_database.read() as session:
        found = (await session.exec(select(Customer.created_at))).one()

    assert found == NOON
    assert found.tzinfo is dt.UTC or found.utcoffset() == dt.timedelta(0)


async def test_a_naive_time_is_refused(any_database: Database) -> None:
    with pytest.raises(sqlalchemy.exc.StatementError, match="timezone-aware"):
        async with any_database.write() as session:
            session.add(_customer("c1", NOON.replace(tzinfo=None)))


async def test_times_are_compared_in_the_database(any_database: Database) -> None:
    async with any_database.write() as session:
        session.add(_customer("early", NOON - dt.timedelta(hours=1)))
        session.add(_customer("late", NOON))
    beijing = NOON.astimezone(dt.timezone(dt.timedelta(hours=8)))
    async with any_database.read() as session:
        found = (await session.exec(select(Customer.id).where(Customer.created_at >= beijing))).all()

    assert found == ["late"]


@pytest.mark.parametrize(
    "value",
    [
        {"nested": {"list": [1, 2.5, None, True, "茶"]}, "empty": {}, "": "空键"},
        {"quote": 'a "b" \\ \n', "emoji": "🍵", "zero": "\x00", "number": "007"},
    ],
)
async def test_json_comes_back_as_it_was(any_database: Database, value: dict[str, object]) -> None:
    async with any_database.write() as session:
        session.add(_shop(settings=value))
    async with any_database.read() as session:
        assert (await session.exec(select(Shop.settings))).one() == value


async def test_a_row_without_its_parent_is_refused(any_database: Database) -> None:
    with pytest.raises(sqlalchemy.exc.IntegrityError):
        async with any_database.write() as session:
            session.add(Category(id="tea", parent_id="drinks"))


async def test_references_are_checked_again_after_a_change_of_tables(any_database: Database) -> None:
    async with any_database.change_tables() as connection:
        await connection.execute(text("CREATE TABLE scratch (id INTEGER)"))

    for _ in range(10):
        with pytest.raises(sqlalchemy.exc.IntegrityError):
            async with any_database.write() as session:
                session.add(Category(id="tea", parent_id="drinks"))


async def test_a_full_disk_writes_nothing(tmp_path: Path) -> None:
    database = Database(sqlite_url(tmp_path / "shop.db"))
    await database.create_tables()
    await database.engine.dispose()

    @event.listens_for(database.engine.sync_engine, "connect")
    def _small(connection: object, _record: object) -> None:
        cursor = connection.cursor()  # type: ignore[attr-defined]
        cursor.execute("PRAGMA page_count")
        pages = cursor.fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count={pages + 2}")
        cursor.close()

    with pytest.raises(StorageFullError, match="disk is full"):
        async with database.write() as session:
            session.add(_shop(settings={"much": "x" * 1_000_000}))

    assert await _names(database) == []
    await database.close()


@pytest.mark.parametrize("content", [b"not a database at all" * 100, None])
async def test_a_file_that_is_no_database_is_unavailable(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "shop.db"
    path.write_bytes(content) if content else path.mkdir()
    database = Database(sqlite_url(path))

    with pytest.raises(DatabaseUnavailableError):
        await database.create_tables()
    await database.close()


async def test_a_server_that_is_not_there_is_unavailable() -> None:
    database = Database("postgresql+asyncpg://postgres@127.0.0.1:9/nothing")

    with pytest.raises(DatabaseUnavailableError, match="cannot be reached"):
        async with database.read() as session:
            await session.exec(select(Shop))
    await database.close()


def test_other_errors_go_up_as_they_are() -> None:
    with pytest.raises(ValueError, match="a bug"), translated_errors():
        raise ValueError("a bug")
    with pytest.raises(FileNotFoundError), translated_errors():
        raise FileNotFoundError("not the database's")


def test_a_disk_that_fills_up_outside_the_database_is_full_too() -> None:
    with pytest.raises(StorageFullError), translated_errors():
        raise OSError(28, "No space left on device")


async def test_now_is_aware() -> None:
    assert utc_now().utcoffset() == dt.timedelta(0)


async def test_how_long_the_first_writer_in_the_queue_has_waited_is_known(any_database: Database) -> None:
    async def write() -> None:
        async with any_database.write():
            pass

    assert any_database.write_wait_s == 0
    async with any_database.write() as session:
        await session.connection()
        waiting = [asyncio.create_task(write()) for _ in range(2)]
        await asyncio.sleep(0)
        begun = time.monotonic()
        await asyncio.sleep(0.05)
        passed, first = time.monotonic() - begun, any_database.write_wait_s
        await asyncio.sleep(0.05)
        assert passed <= first < any_database.write_wait_s
    await asyncio.gather(*waiting)
    assert any_database.write_wait_s == 0


async def test_a_writer_that_gave_up_does_not_count_as_waiting(any_database: Database) -> None:
    async def write() -> None:
        async with any_database.write():
            pass

    async with any_database.write() as session:
        await session.connection()
        waiting = asyncio.create_task(write())
        await asyncio.sleep(0.02)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        assert any_database.write_wait_s == 0
