"""``xiaoer audit``: the audit log in the terminal."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from pathlib import Path

import typer

from channels.audit_api import Asked, page
from channels.console import existing_database, print_json, run, settings_for
from channels.settings import Settings
from knowledge.types import JsonObject


def audit(data: Path | None, asked: Asked, *, as_json: bool) -> None:
    """Print rows of the audit log, newest first."""
    found = run(_page(settings_for(data), asked))
    if as_json:
        print_json(found)
        return
    for row in found["rows"]:
        typer.echo(_line(row))
    if found["next"] is not None:
        typer.echo(f"older ones: --before {found['next']}", err=True)


async def _page(settings: Settings, asked: Asked) -> JsonObject:
    asked = dataclasses.replace(asked, since=_utc(asked.since), until=_utc(asked.until))
    async with existing_database(settings) as database:
        return await page(database, asked)


def _utc(at: dt.datetime | None) -> dt.datetime | None:
    return at.replace(tzinfo=dt.UTC) if at is not None and at.tzinfo is None else at


def _line(row: JsonObject) -> str:
    what = f"{row['tool']} {row['object']}".strip()
    how = row["outcome"] + (f" ({row['reason']})" if row["reason"] else "")
    said = json.dumps(row["arguments"], ensure_ascii=False) if row["arguments"] else ""
    return f"{row['at'][:19]}  {row['role']:<8} {row['actor']:<20} {what:<44} {how:<24} {said}".rstrip()
