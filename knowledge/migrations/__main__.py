"""Write revisions: ``python -m knowledge.migrations new "what changes"`` or ``... initial``."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import alembic.command
import typer
from sqlalchemy import Connection

from knowledge.db import Database, sqlite_url
from knowledge.migrations import FOLDER, migrate
from knowledge.migrations.upgrade import configuration

commands = typer.Typer(add_completion=False, help=__doc__)


@commands.command()
def new(message: Annotated[str, typer.Argument(help="What changes, as one sentence.")]) -> None:
    """Write a revision that brings the newest one to the models of knowledge/schema."""
    number = f"{len(list(FOLDER.glob('versions/[0-9]*.py'))) + 1:04d}"
    asyncio.run(_write(message, number))


@commands.command()
def initial() -> None:
    """Write the first revision anew from the models. Only before the first release: existing databases are left behind."""
    for revision in FOLDER.glob("versions/[0-9]*.py"):
        revision.unlink()
    asyncio.run(_write("the tables", "0001"))


async def _write(message: str, number: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        database = Database(sqlite_url(Path(folder) / "shop.db"))
        if number != "0001":
            await migrate(database)

        def revise(connection: Connection) -> None:
            config = configuration(connection)
            config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
            alembic.command.revision(config, message, autogenerate=True, rev_id=number)

        async with database.change_tables() as connection:
            await connection.run_sync(revise)
        await database.close()
    _format()


def _format() -> None:
    ruff = shutil.which("ruff", path=str(Path(sys.executable).parent))
    if ruff is not None:
        subprocess.run([ruff, "format", "--quiet", str(FOLDER / "versions")], check=True)  # noqa: S603  (our own file)


if __name__ == "__main__":
    commands()
