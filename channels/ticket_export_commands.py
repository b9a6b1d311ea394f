"""``xiaoer tickets export``."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path

import typer

from channels.console import CommandError, existing_database, print_json, run, settings_for
from channels.settings import Settings
from channels.ticket_export import Format, Status, aware, tickets, written
from knowledge.schema import Ticket


def export_to(
    data: Path | None, path: Path, *, since: dt.datetime | None, status: Status | None, personal: bool, as_json: bool
) -> None:
    """Write the tickets to a .csv or .json file."""
    if path.suffix not in (".csv", ".json"):
        raise typer.BadParameter(f"expected a file whose name ends in .csv or .json, got {path.name!r}")
    form: Format = "csv" if path.suffix == ".csv" else "json"
    count = run(_export(settings_for(data), path, form, aware(since), status, personal=personal))
    print_json({"path": str(path), "tickets": count}) if as_json else typer.echo(f"{count} tickets in {path}")


async def _export(
    settings: Settings, path: Path, form: Format, since: dt.datetime | None, status: Status | None, *, personal: bool
) -> int:
    count = 0
    draft = path.with_name(f".{path.name}.part")

    async def counted(found: AsyncIterator[Ticket]) -> AsyncIterator[Ticket]:
        nonlocal count
        async for ticket in found:
            count += 1
            yield ticket

    async with existing_database(settings) as database:
        found = counted(tickets(database, since=since, status=status))
        try:
            with draft.open("w", encoding="utf-8", newline="") as file:
                async for piece in written(found, form, personal=personal):
                    file.write(piece)
            draft.replace(path)
        except OSError as error:
            raise CommandError(f"{path} cannot be written: {error.strerror}") from error
        finally:
            draft.unlink(missing_ok=True)
    return count
