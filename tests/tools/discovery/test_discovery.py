"""What shoppers look for and what comes of it, from events that were laid by hand."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from knowledge.db import Database
from knowledge.schema import BehaviourEvent, Conversation, ConversationEvent
from tools.base import Identity, Outcome, ToolCall
from tools.discovery.types import Discovery
from tools.testing import NOW, make_executor, make_shop

YESTERDAY = NOW - dt.timedelta(days=1)


async def ask(database: Database, role: str = "merchant", **arguments: Any) -> Outcome:
    identity = Identity(role, "owner")  # type: ignore[arg-type]
    return await make_executor(database).call(ToolCall("discovery_report", arguments), identity, idempotency_key="k")


async def report(database: Database, **arguments: Any) -> Discovery:
    outcome = await ask(database, **arguments)
    assert isinstance(outcome.evidence, Discovery), (outcome.status, outcome.code, outcome.facts)
    return outcome.evidence


async def lay_shop(database: Database, *rows: Any) -> None:
    async with database.write() as session:
        shop = await make_shop(session)
        await shop.product("MUG", "Mug", "杯子", variants={"MUG-1": ({"color": "red"}, 4900)})
        await shop.product("HAT", "Hat", "帽子", variants={"HAT-1": ({"color": "red"}, 4900)})
        for number in range(40):
            person = await shop.customer(f"C{number}")
            if number % 2:
                await shop.order(f"W{number}", person, {"MUG-1": 1}, placed_days_ago=0)
        await shop.add(*(row for row in rows if not isinstance(row, ConversationEvent)))
        await shop.add(*(row for row in rows if isinstance(row, ConversationEvent)))


def sessions(query: str, product: str, count: int, bought: int) -> list[BehaviourEvent]:
    """Sessions that search, look and, so many of them, buy."""
    return [
        BehaviourEvent(session_id=f"{query}-{number}", kind=kind, at=YESTERDAY, **what)
        for number in range(count)
        for kind, what in _steps(query.upper() if number else query, product)
        if kind != "buy" or number < bought
    ]


def _steps(query: str, product: str) -> tuple[tuple[str, dict[str, Any]], ...]:
    return (("search", {"query": query}), ("view", {"product_id": product}), ("buy", {"product_id": product}))


def talk(
    number: int, tool: str, result: dict[str, Any], query: str = "", *, known: bool = True, at: dt.datetime = YESTERDAY
) -> tuple[Conversation, ConversationEvent]:
    """A conversation in which a tool returned something."""
    name = f"{tool}-{query}-{number}"
    customer = f"C{number}" if known else None
    action = {"tool": tool, "arguments": {"query": query}, "status": "ok", "result": result}
    return (
        Conversation(id=name, subject=customer, customer_id=customer, created_at=at, updated_at=at),
        ConversationEvent(
            conversation_id=name, seq=1, type="tool_returned", at=at, payload={"type": "tool_returned", "action": action}
        ),
    )  # fmt: skip


async def test_searches_and_looks_that_lead_to_clearly_fewer_purchases_are_named(any_database: Database) -> None:
    rows = [*sessions("mug", "MUG", 100, 60), *sessions("hat", "HAT", 60, 2), *sessions("rare", "HAT", 3, 0)]
    await lay_shop(any_database, *rows)
    found = await report(any_database)
    assert found.searches is not None
    assert (found.searches.count, found.searches.of) == (62, 163)
    assert [(each.query.lower(), each.bought.count, each.bought.of) for each in found.weak_searches] == [("hat", 2, 60)]
    assert [each.product_id for each in found.weak_viewed] == ["HAT"]


async def test_wishes_that_met_nothing_count_once_a_conversation(any_database: Database) -> None:
    nothing: dict[str, Any] = {"products": [], "relaxed": []}
    less: dict[str, Any] = {"products": [{"product_id": "MUG"}], "relaxed": ["max_price"]}
    found_it = {"products": [{"product_id": "MUG"}], "relaxed": []}
    talks = [talk(number, "search_products", nothing, "Unicorn\u202e\nlamp") for number in range(3)]
    talks += [talk(9, "search_products", less, "unicorn\u202e\nlamp"), talk(10, "search_products", found_it, "mug")]
    again = ConversationEvent(
        conversation_id=talks[0][0].id, seq=2, type="tool_returned", at=YESTERDAY, payload=talks[0][1].payload
    )
    await lay_shop(any_database, *(row for pair in talks for row in pair), again)
    found = await report(any_database)
    [wish] = found.unmet
    assert (wish.conversations, wish.nothing, wish.dropped, found.asked) == (4, 3, ("max_price",), 5)
    assert wish.query.lower() == "unicorn lamp"
    assert wish.query.isprintable()


async def test_what_is_recommended_much_and_not_bought_is_named(any_database: Database) -> None:
    """Every second of 40 bought the mug, none the hat."""
    both = {"products": [{"product_id": "MUG"}, {"product_id": "HAT"}]}
    talks = [talk(number, "recommend_products", both) for number in range(40)]
    talks += [talk(100 + number, "recommend_products", both, known=False) for number in range(7)]
    late = NOW - dt.timedelta(days=29)
    talks += [
        talk(number, "recommend_products", {"products": [{"product_id": "HAT"}]}, "old", at=late) for number in range(2)
    ]
    await lay_shop(any_database, *(row for pair in talks for row in pair))
    found = await report(any_database)
    assert found.recommended is not None
    assert (found.recommended.count, found.recommended.of) == (20, 80)
    assert [(each.product_id, each.bought.count, each.bought.of) for each in found.weak_recommended] == [("HAT", 0, 40)]
    assert found.unknown_customers == 7


async def test_a_shop_in_which_nothing_happened_has_nothing_to_tell(database: Database) -> None:
    found = await report(database)
    assert (found.searches, found.viewed, found.recommended) == (None, None, None)
    assert (found.weak_searches, found.unmet, found.weak_recommended, found.weak_viewed, found.asked) == (
        (),
        (),
        (),
        (),
        0,
    )


@pytest.mark.parametrize("role", ["shopper", "agent", "system"])
async def test_only_merchants_get_it(database: Database, role: str) -> None:
    assert (await ask(database, role)).code == "not_allowed"
