"""``xiaoer import`` and ``xiaoer export``."""

from __future__ import annotations

from pathlib import Path

import typer

from channels.console import WRONG_CALL, fail, print_json, progress_bar, run, settings_for
from channels.settings import Settings
from dialogue.build import Config, open_database
from knowledge.importers import FORMATS, ImportReport, import_shop


def import_files(
    data: Path | None, format_name: str, path: Path, *, mapping: Path | None, replace: bool, as_json: bool
) -> None:
    """Import the files and print the report. A fresh data folder gets this shop and no demo."""
    if format_name not in FORMATS:
        fail(f"there is no format {format_name!r}: expected one of {', '.join(FORMATS)}", WRONG_CALL)
    report = run(_import(settings_for(data), format_name, path, mapping=mapping, replace=replace))
    print_json(report.to_json()) if as_json else typer.echo(report.text())


async def _import(
    settings: Settings, format_name: str, path: Path, *, mapping: Path | None, replace: bool
) -> ImportReport:
    database = await open_database(Config(data=settings.data, database_url=settings.database_url, demo=False))
    try:
        with progress_bar() as progress:
            return await import_shop(database, format_name, path, progress=progress, mapping=mapping, replace=replace)
    finally:
        await database.close()
