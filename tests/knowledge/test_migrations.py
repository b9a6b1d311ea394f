"""Migrations: a fresh database, a repeated start, a taken-over one, and databases that are not ours."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from alembic.script import ScriptDirectory
from sqlalchemy import text

from knowledge.db import Database
from knowledge.errors import DatabaseUnavailableError
from knowledge.migrations import head, migrate
from knowledge.migrations.upgrade import configuration, differences


@pytest_asyncio.fixture
async def fresh(any_empty_url: str) -> AsyncIterator[Database]:
    database = Database(any_empty_url)
    yield database
    await database.close()


async def _differences(database: Database) -> list[str]:
    async with database.engine.connect() as connection:
        return await connection.run_sync(differences)


async def _execute(database: Database, statement: str) -> None:
    async with database.change_tables() as connection:
        await connection.execute(text(statement))


async def _revision(database: Database) -> str:
    async with database.read() as session:
        connection = await session.connection()
        return str((await connection.execute(text("SELECT version_num FROM alembic_version"))).scalar_one())


async def test_migrated_tables_equal_the_models(fresh: Database) -> None:
    await migrate(fresh)

    assert await _differences(fresh) == []
    assert await _revision(fresh) == head()


async def test_a_second_start_changes_nothing(fresh: Database) -> None:
    await migrate(fresh)
    await migrate(fresh)

    assert await _revision(fresh) == head()


async def test_two_processes_that_start_at_once_do_not_collide(fresh: Database) -> None:
    other = Database(fresh.url)
    await asyncio.gather(migrate(fresh), migrate(other))
    await other.close()

    assert await _differences(fresh) == []


async def test_tables_made_without_a_revision_are_taken_over(fresh: Database) -> None:
    await fresh.create_tables()
    await migrate(fresh)

    assert await _revision(fresh) == head()


async def test_other_tables_of_the_same_names_are_refused(fresh: Database) -> None:
    await _execute(fresh, "CREATE TABLE shop (id VARCHAR NOT NULL PRIMARY KEY)")

    with pytest.raises(DatabaseUnavailableError, match="differ from the present ones"):
        await migrate(fresh)


async def test_a_database_of_a_newer_version_is_refused(fresh: Database) -> None:
    await migrate(fresh)
    await _execute(fresh, "UPDATE alembic_version SET version_num = '9999'")

    with pytest.raises(DatabaseUnavailableError, match="'9999'"):
        await migrate(fresh)


async def test_a_failed_migration_leaves_nothing(fresh: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    async with fresh.change_tables() as connection:
        await connection.run_sync(lambda c: c.exec_driver_sql("CREATE TABLE ticket (id VARCHAR)"))
    with pytest.raises(Exception, match="ticket"):
        await migrate(fresh)

    async with fresh.engine.connect() as connection:
        tables = await connection.run_sync(lambda c: sorted(c.dialect.get_table_names(c)))
    assert tables == ["ticket"]


def test_the_newest_revision_is_the_one_that_alembic_finds() -> None:
    assert ScriptDirectory.from_config(configuration()).get_current_head() == head()
