"""The part of the tables' history that needs Alembic itself."""

from __future__ import annotations

import alembic.command
import alembic.util
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect
from sqlmodel import SQLModel

from knowledge.errors import DatabaseUnavailableError
from knowledge.migrations import FOLDER, head


def configuration(connection: Connection | None = None) -> Config:
    """Return Alembic's configuration, which needs no ini file."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def differences(connection: Connection) -> list[str]:
    """Return how the tables of the database differ from the models; empty when they are equal."""
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return [str(difference) for difference in compare_metadata(context, SQLModel.metadata)]


def upgrade(connection: Connection) -> None:
    """Apply the revisions that the database lacks. Raises `DatabaseUnavailableError`, see `knowledge.migrations.migrate`."""
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
