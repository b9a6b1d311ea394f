"""The gold actions of the tau-bench retail tasks, replayed through the order tools: the shop ends where they end it.

This checks the tools, not a conversation. The first version's tools let a line be swapped for what it is already, so its
tasks run under ``tau_retail_v1``.
"""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pytest

from evals.tau_retail.tasks import Json, Records, differences, gold_actions, lay_shop, load_tasks, opened, records
from tools.base import Identity, ToolCall
from tools.executor import Executor
from tools.orders.types import OrderDetails
from tools.testing import make_executor


@dataclasses.dataclass
class Result:
    """What came of a task: calls that went otherwise than in the gold, and records that differ."""

    task: str
    calls: list[str]
    differences: list[str]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("folder", "file", "policy", "tasks"),
    [
        ("tau1_retail", "tasks_train.jsonl", "tau_retail_v1", 500),
        ("tau1_retail", "tasks_dev.jsonl", "tau_retail_v1", 20),
        ("tau2_retail", "tasks_train.jsonl", "tau_retail", 74),
    ],
)
async def test_every_gold_action_ends_in_the_gold_state(
    shared_data: Path, tmp_path: Path, folder: str, file: str, policy: str, tasks: int
) -> None:
    found = load_tasks(shared_data / folder / file)
    imported = tmp_path / "imported.db"
    before = await lay_shop(shared_data / folder, imported)

    results = []
    for batch in _batches(found, before):
        results += await _replay(batch, imported, before, policy)

    wrong = [result for result in results if result.calls or result.differences]
    print(f"{folder}/{file}: {len(results) - len(wrong)} of {len(results)} tasks end in the gold state")  # noqa: T201
    assert wrong == []
    assert len(results) == tasks


def _batches(tasks: Iterable[Json], before: Records) -> Iterator[list[Json]]:
    """Put tasks of different people together, so that a copy of the shop serves many."""
    batches: list[tuple[set[str], list[Json]]] = []
    for task in tasks:
        people = {_owner(call["arguments"], before) for call in _writes(task)}
        for taken, batch in batches:
            if not taken & people:
                taken.update(people)
                batch.append(task)
                break
        else:
            batches.append((people, [task]))
    yield from (batch for _taken, batch in batches)


def _owner(arguments: Json, before: Records) -> str:
    return str(arguments.get("user_id") or before["orders"][arguments["order_id"]]["user_id"])


def _writes(task: Json) -> list[Json]:
    return [action for action in gold_actions(task) if action["name"] in _TRANSLATE]


async def _replay(batch: Sequence[Json], imported: Path, before: Records, policy: str) -> list[Result]:
    path = imported.with_name("replay.db")
    shutil.copy(imported, path)
    async with opened(path) as database:
        executor = make_executor(database, policy=policy)
        calls = [await _run(executor, task, before) for task in batch]
        await executor.close()
        found = differences(batch, before, await records(database))
    results = [Result(str(task["id"]), wrong, found[str(task["id"])]) for task, wrong in zip(batch, calls, strict=True)]
    return results if not found[""] else [*results, Result("none", [], found[""])]


async def _run(executor: Executor, task: Json, before: Records) -> list[str]:
    """Make the task's writes; return those that were refused, or not refused, otherwise than in the gold."""
    failed = [(call["name"], call["arguments"]) for call in task["gold_end_state"]["failed_gold_calls"]]
    wrong = []
    for number, action in enumerate(_writes(task)):
        arguments = action["arguments"]
        identity = Identity(role="shopper", customer_id=_owner(arguments, before))
        tool, translated = _TRANSLATE[action["name"]], _arguments(action, await _lines(executor, identity, arguments))
        asked = await executor.call(ToolCall(tool, translated), identity, idempotency_key=f"{task['id']}:{number}")
        done = await executor.confirm(asked.proposal_id, identity) if asked.proposal_id else asked
        expected = "refused" if (action["name"], arguments) in failed else "ok"
        if done.status != expected and done.code != "address_unchanged":  # a gold call may change nothing
            wrong.append(f"{action['name']} {arguments}: {done.status} {done.code} {done.facts}")
    return wrong


async def _lines(executor: Executor, identity: Identity, arguments: Json) -> list[tuple[str, str]]:
    """Return the lines of the call's order: id and SKU."""
    if "item_ids" not in arguments:
        return []
    order = await executor.call(
        ToolCall("get_order", {"order_id": arguments["order_id"]}), identity, idempotency_key="read"
    )
    assert isinstance(order.evidence, OrderDetails)
    return [(line.line_id, line.sku) for line in order.evidence.lines]


_TRANSLATE = {
    "cancel_pending_order": "cancel_order",
    "modify_pending_order_address": "change_order_address",
    "modify_pending_order_payment": "change_order_payment",
    "modify_pending_order_items": "change_order_items",
    "modify_user_address": "change_default_address",
    "return_delivered_order_items": "return_items",
    "exchange_delivered_order_items": "exchange_items",
}


def _arguments(action: Json, lines: list[tuple[str, str]]) -> Json:
    """Write a gold call's arguments as ours."""
    given = action["arguments"]
    order = {"order_id": given["order_id"]} if "order_id" in given else {}
    if "address1" in given:
        return order | {"address": _address(given)}
    if "item_ids" not in given:
        return order | {name: given[name] for name in ("reason", "payment_method_id") if name in given}
    chosen = _matched(given["item_ids"], lines)
    method = given["payment_method_id"]
    if "new_item_ids" not in given:
        return order | {"lines": [{"line_id": line} for line in chosen], "refund_method_id": method}
    swaps = [{"line_id": line, "new_sku": sku} for line, sku in zip(chosen, given["new_item_ids"], strict=True)]
    return order | {"swaps": swaps, "payment_method_id": method}


def _matched(skus: Iterable[str], lines: list[tuple[str, str]]) -> list[str]:
    """Return a line for every SKU, equal SKUs one after the other."""
    left = list(lines)
    chosen = []
    for sku in skus:
        line = next(entry for entry in left if entry[1] == sku)
        left.remove(line)
        chosen.append(line[0])
    return chosen


def _address(given: Json) -> Json:
    names = {"line1": "address1", "line2": "address2", "city": "city", "state": "state", "country": "country"}
    return {ours: given[theirs] for ours, theirs in names.items()} | {"postcode": given["zip"]}
