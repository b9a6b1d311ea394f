"""The queue of what looked like fraud: order, reasons, and how often such chances were right."""

from __future__ import annotations

import datetime as dt

import pytest

from knowledge.db import Database
from knowledge.schema import RiskCase
from knowledge.types import JsonObject
from tools.base import Identity, Outcome, ToolCall
from tools.risk.queue import RiskQueue
from tools.testing import NOW, make_executor, make_shop

OWNER = Identity("merchant", subject="owner")


async def call(database: Database, identity: Identity, **arguments: object) -> Outcome:
    return await make_executor(database).call(ToolCall("risk_queue", arguments), identity, idempotency_key="k")


REASONS: list[JsonObject] = [
    {"feature": "card_accounts", "value": 4.0, "share": 2.1},
    {"feature": "account_n_1h", "value": None, "share": 0.2},
    {"feature": "account_n", "value": 9.0, "share": -0.4},
]


def case(name: str, chance: float, status: str = "open", order: str | None = None, hours: int = 1) -> RiskCase:
    return RiskCase(
        id=name, customer_id="C1", tool="return_items", subject=order or "", order_id=order, kind="refund", chance=chance,
        held_from=0.5, model="risk 3", reasons=list(REASONS), status=status, created_at=NOW - dt.timedelta(hours=hours),
    )  # fmt: skip


async def lay(database: Database, *cases: RiskCase) -> None:
    async with database.write() as session:
        shop = await make_shop(session)
        await shop.product("P1", "Mug", "杯子", variants={"MUG": ({"color": "red"}, 4900)})
        person = await shop.customer("C1")
        await shop.order("W1", person, {"MUG": 1})
        await shop.order("W2", person, {"MUG": 9})
        await shop.add(*cases)


async def queue(database: Database, **arguments: object) -> RiskQueue:
    outcome = await call(database, OWNER, **arguments)
    assert isinstance(outcome.evidence, RiskQueue), (outcome.status, outcome.code, outcome.facts)
    return outcome.evidence


async def test_the_costliest_to_get_wrong_comes_first_with_its_reasons_for_and_against(any_database: Database) -> None:
    await lay(any_database, case("a", 0.9, order="w1", hours=5), case("b", 0.6, order="w2"), case("c", 0.99))
    found = await queue(any_database)
    assert ([each.case_id for each in found.cases], found.count) == (["b", "a", "c"], 3)
    first = found.cases[0]
    assert (first.amount is not None and first.amount.minor, found.cases[2].amount) == (9 * 4900, None)
    assert (len(first.against), len(first.in_favour), len(first.unknown)) == (1, 1, 1)
    assert (first.hours, first.record) == (1.0, None)
    assert [each.case_id for each in (await queue(any_database, limit=1)).cases] == ["b"]


async def test_decided_cases_of_such_a_chance_tell_how_often_it_was_right(database: Database) -> None:
    decided = [case(f"d{number}", 0.62, "fraud" if number < 3 else "allowed") for number in range(10)]
    await lay(database, case("a", 0.65), case("b", 0.95), *decided)
    found = await queue(database)
    by_id = {each.case_id: each for each in found.cases}
    record = by_id["a"].record
    assert record is not None
    assert (record.count, record.of, by_id["a"].band, by_id["b"].record) == (3, 10, (0.6, 0.7), None)
    assert record.low < 0.3 < record.high
    assert (found.decided, found.fraud) == (10, 3)


async def test_an_empty_queue_is_empty(database: Database) -> None:
    assert (await queue(database)).cases == ()


@pytest.mark.parametrize("identity", [Identity("shopper", "C1", "C1"), Identity("shopper"), Identity("system")])
async def test_shoppers_never_see_it(database: Database, identity: Identity) -> None:
    assert (await call(database, identity)).code == "not_allowed"
