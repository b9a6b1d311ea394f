"""The tau-bench retail tasks: read them, lay their shop, and compare a shop with the end state that a task asks for.

A task line holds ``id``, the gold actions, and ``gold_end_state.changed_records``: the records that differ after the gold
actions were replayed with the benchmark's own tools. `differences` is exact: every gold record must be equal, and no other
record of the shop may have changed.

The second version's tool writes the price and options of the last new item into every changed line; the gold records are
read with each item's own instead, and only there.
"""

from __future__ import annotations

import contextlib
import copy
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlmodel import select

from knowledge.db import Database, sqlite_url
from knowledge.importers import import_shop
from knowledge.importers.tau_retail_records import same_record, tau_records
from knowledge.schema import Shop

Json = dict[str, Any]
Records = Mapping[str, Mapping[str, Json]]
"""``{"products" | "users" | "orders": {id: record}}``."""


def load_tasks(path: Path) -> list[Json]:
    """Return the tasks of a file, one JSON object a line."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def gold_actions(task: Json) -> list[Json]:
    """Return the gold actions of a task of either version: ``{"name", "arguments"}`` each."""
    actions = task["actions"] if "actions" in task else task["evaluation_criteria"]["actions"]
    return list(actions or [])


@contextlib.asynccontextmanager
async def opened(path: Path) -> AsyncIterator[Database]:
    """Open a SQLite file, and close it in the end."""
    database = Database(sqlite_url(path))
    try:
        yield database
    finally:
        await database.close()


async def lay_shop(folder: Path, path: Path, *, policy: str | None = None) -> Records:
    """Import the shop of a benchmark's folder into a new SQLite file, as ``xiaoer import tau-retail`` does.

    Args:
        policy: the policy that the shop follows, where it is not the importer's.
    """
    async with opened(path) as database:
        await database.create_tables()
        await import_shop(database, "tau-retail", folder)
        if policy is not None:
            async with database.write() as session:
                (await session.exec(select(Shop))).one().policy = policy
        return await records(database)


async def records(database: Database) -> Records:
    """Return the shop as it is now, in the benchmark's records."""
    async with database.read() as session:
        return await tau_records(session)


def differences(tasks: Sequence[Json], before: Records, after: Records) -> dict[str, list[str]]:
    """Return what differs from the gold end state of all `tasks` together, by task id; ``""`` holds what no task asks for."""
    found: dict[str, list[str]] = {"": [], **{str(task["id"]): [] for task in tasks}}
    expected: set[tuple[str, str]] = set()
    for task in tasks:
        for kind, gold_records in task["gold_end_state"]["changed_records"].items():
            for key, gold in gold_records.items():
                expected.add((kind, key))
                wanted = _mended(gold, before["orders"].get(key), after)
                found[str(task["id"])] += [f"{kind} {key} {entry}" for entry in same_record(after[kind][key], wanted)]
    for kind, now in after.items():
        found[""] += [
            f"{kind} {key} changed, but not in the gold"
            for key, record in now.items()
            if (kind, key) not in expected and record != before[kind][key]
        ]
    return found


def _mended(gold: Json, before: Json | None, after: Records) -> Json:
    """Give every changed line of a gold order the price and options of its own item."""
    if before is None or "modified" not in gold["status"]:
        return gold
    gold = copy.deepcopy(gold)
    for item, old in zip(gold["items"], before["items"], strict=True):
        if item["item_id"] != old["item_id"]:
            variant = after["products"][item["product_id"]]["variants"][item["item_id"]]
            item["price"], item["options"] = variant["price"], variant["options"]
    return gold
