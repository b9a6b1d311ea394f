"""``xiaoer import`` and ``xiaoer export``."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import typer

from channels.app import config_of
from channels.console import WRONG_CALL, CommandError, fail, print_json, progress_bar, run, settings_for
from channels.settings import Settings
from dialogue.build import open_database
from knowledge.db import Database
from knowledge.export import ExportReport, export_shop
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
    async with _database(settings) as database:
        with progress_bar("importing") as progress:
            return await import_shop(
                database,
                format_name,
                path,
                progress=progress,
                mapping=mapping,
                replace=replace,
                media=settings.data / "media",
                attachments=settings.data / "attachments",
            )


def export_files(data: Path | None, path: Path, *, as_json: bool) -> None:
    """Write the whole shop and its conversations to `path`."""
    report = run(_export(settings_for(data), path))
    print_json(report.to_json()) if as_json else typer.echo(report.text())


async def _export(settings: Settings, path: Path) -> ExportReport:
    if settings.database_url is None and not (settings.data / "shop.db").exists():
        raise CommandError(f"there is no shop in {settings.data}")
    async with _database(settings) as database:
        with progress_bar("exporting") as progress:
            return await export_shop(
                database,
                path,
                media=settings.data / "media",
                attachments=settings.data / "attachments",
                progress=progress,
            )


@contextlib.asynccontextmanager
async def _database(settings: Settings) -> AsyncIterator[Database]:
    database = await open_database(config_of(settings, demo=False))
    try:
        yield database
    finally:
        await database.close()
