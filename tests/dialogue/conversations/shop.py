"""The demo shop's rows before and after a conversation: what exactly was changed."""

from __future__ import annotations

import contextlib
import dataclasses
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from dialogue.build import Platform

TALK = frozenset(
    {
        "conversation", "conversationevent", "ticket", "ticketevent", "ticketnote", "ticketterm", "ticketclock", "notemention", "rating",
        "sitting", "proposal", "receipt", "auditrow", "attachment",
    }
)  # fmt: skip
"""Tables that every conversation writes; all others are the shop."""
NOISE = frozenset({"version", "updated_at", "created_at"})
"""Columns that say that a row changed, not how."""

Rows = Mapping[str, Sequence[Mapping[str, Any]]]
"""Table -> the changed rows that are expected in it, each by the columns that matter."""
Snapshot = dict[str, dict[tuple[Any, ...], dict[str, Any]]]


@dataclasses.dataclass(frozen=True)
class Change:
    """A row that is new, or the new values of one that was changed (with its key)."""

    table: str
    values: dict[str, Any]

    def fits(self, wanted: Mapping[str, Any]) -> bool:
        """Tell whether every wanted column has its value."""
        return all(self.values.get(name) == value for name, value in wanted.items())

    def __str__(self) -> str:
        return f"{self.table}: {self.values}"


@dataclasses.dataclass(frozen=True)
class Stage:
    """A copy of the shop to hold a conversation in."""

    platform: Platform
    file: Path
    """Its database."""
    before: Snapshot

    def changes(self) -> list[Change]:
        """Return what was changed in it."""
        return changes(self.before, snapshot(self.file))


def snapshot(database: Path) -> Snapshot:
    """Read every row of the shop by its key."""
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: _rows(connection, name) for name in names if name not in TALK}


def _rows(connection: sqlite3.Connection, table: str) -> dict[tuple[Any, ...], dict[str, Any]]:
    keys = [row["name"] for row in connection.execute(f'PRAGMA table_info("{table}")') if row["pk"]]
    found = [dict(row) for row in connection.execute(f'SELECT * FROM "{table}"')]
    return {tuple(row[key] for key in keys) or (number,): row for number, row in enumerate(found)}


def changes(before: Snapshot, after: Snapshot) -> list[Change]:
    """Compare two snapshots."""
    found = []
    for table, rows in after.items():
        for key, row in rows.items():
            old = before[table].get(key)
            if old is None:
                found.append(Change(table, row))
            elif old != row:
                changed = {name: value for name, value in row.items() if old[name] != value and name not in NOISE}
                ids = {name: value for name, value in row.items() if name == "id" or name.endswith("_id")}
                found.append(Change(table, {**ids, **changed}))
        found += [Change(table, {"gone": key}) for key in before[table].keys() - rows.keys()]
    return found


def differences(wanted: Rows, found: Sequence[Change]) -> list[str]:
    """Return one line for every wanted row that is missing and every changed row that nobody wanted."""
    left = list(found)
    missing = []
    for table, rows in wanted.items():
        for row in rows:
            match = next((change for change in left if change.table == table and change.fits(row)), None)
            if match is None:
                missing.append(f"missing {table}: {dict(row)}")
            else:
                left.remove(match)
    return [*missing, *(f"unwanted {change}" for change in left)]
