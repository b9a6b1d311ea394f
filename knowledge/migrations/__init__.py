"""The tables' history (Alembic). `migrate` brings any database of ours to the present tables; it runs at every start.

After a change of `knowledge/schema`::

    python -m knowledge.migrations new "add the gift message to orders"   # a revision for the change
    python -m knowledge.migrations initial                                # or, before the first release: write 0001 anew
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from knowledge.db import Database
from knowledge.errors import DatabaseUnavailableError

FOLDER = Path(__file__).parent


def head() -> str:
    """Return the newest revision that this code knows: the number that its file's name begins with."""
    revisions = sorted(path.name.partition("_")[0] for path in FOLDER.glob("versions/[0-9]*.py"))
    if not revisions:
        raise DatabaseUnavailableError(f"no migrations in {FOLDER}: the installation is incomplete, install it again")
    return revisions[-1]


async def migrate(database: Database) -> None:
    """Bring the database to the present tables: make them, or apply the revisions that it lacks.

    Safe to call from several processes at once. A database whose tables were made without revisions is taken over
    when its tables are the present ones.

    Raises:
        DatabaseUnavailableError: the database was written by a newer version, or its tables are not ours.
    """
    if await revision(database) == head():
        return
    from knowledge.migrations.upgrade import upgrade  # noqa: PLC0415  (Alembic takes a third of a second; few starts need it)

    async with database.change_tables() as connection:
        await connection.run_sync(upgrade)


async def revision(database: Database) -> str | None:
    """Return the revision of the database's tables; None where they have none."""
    async with database.read() as session:
        return await (await session.connection()).run_sync(_revision)


def _revision(connection: Connection) -> str | None:
    """Return the revision of the database; None where it has none."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if revision is None else str(revision)
