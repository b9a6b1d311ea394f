"""The tables' history (Alembic). `migrate` brings any database of ours to the present tables; it runs at every start.

After a change of `knowledge/schema`::

    python -m knowledge.migrations new "add the gift message to orders"   # a revision for the change
    python -m knowledge.migrations initial                                # or, before the first release: write 0001 anew
"""

from __future__ import annotations

from pathlib import Path

import alembic.command
import alembic.util
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect
from sqlmodel import SQLModel

from knowledge.db import Database
from knowledge.errors import DatabaseUnavailableError

FOLDER = Path(__file__).parent


def configuration(connection: Connection | None = None) -> Config:
    """Return Alembic's configuration, which needs no ini file."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def head() -> str:
    """Return the newest revision that this code knows."""
    revision = ScriptDirectory.from_config(configuration()).get_current_head()
    if revision is None:
        raise DatabaseUnavailableError(f"no migrations in {FOLDER}: the installation is incomplete, install it again")
    return revision


async def migrate(database: Database) -> None:
    """Bring the database to the present tables: make them, or apply the revisions that it lacks.

    Safe to call from several processes at once. A database whose tables were made without revisions is taken over
    when its tables are the present ones.

    Raises:
        DatabaseUnavailableError: the database was written by a newer version, or its tables are not ours.
    """
    async with database.change_tables() as connection:
        await connection.run_sync(_upgrade)


def differences(connection: Connection) -> list[str]:
    """Return how the tables of the database differ from the models; empty when they are equal."""
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return [str(difference) for difference in compare_metadata(context, SQLModel.metadata)]


def _upgrade(connection: Connection) -> None:
    current = MigrationContext.configure(connection).get_current_revision()
    newest = head()
    if current == newest:
        return
    config = configuration(connection)
    if current is None and inspect(connection).has_table("shop"):
        _require_present_tables(connection)
        alembic.command.stamp(config, "head")
        return
    try:
        alembic.command.upgrade(config, "head")
    except alembic.util.CommandError as error:
        raise DatabaseUnavailableError(
            f"the database has revision {current!r}, this version knows up to {newest!r}: "
            "start the version that wrote it, or give another data folder"
        ) from error


def _require_present_tables(connection: Connection) -> None:
    found = differences(connection)
    if found:
        raise DatabaseUnavailableError(
            f"the database has tables without a revision, and they differ from the present ones ({found[0][:200]}): "
            "give another data folder, or import an export of it"
        )
