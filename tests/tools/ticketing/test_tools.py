from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from knowledge.db import Database
from tools.base import Identity, Outcome, ToolCall
from tools.executor import Executor
from tools.testing import NOW, FixedClock, agent, make_executor, make_shop, shopper
from tools.ticketing.body import Attempt, Ending, Person, TicketBody
from tools.ticketing.tools import TOOLS
from tools.ticketing.types import TicketList, TicketView

ANNA, BEN = agent("anna"), agent("ben")


@pytest_asyncio.fixture
async def talks(any_database: Database) -> AsyncIterator[Database]:
    """Four conversations, ``c1`` to ``c4``; the first is of a customer."""
    async with any_database.write() as session:
        shop = await make_shop(session)
        await shop.conversation("c1", await shop.customer("C1"))
        for number in (2, 3, 4):
            await shop.conversation(f"c{number}")
    yield any_database


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def executor(talks: Database, clock: FixedClock) -> Executor:
    return make_executor(talks, TOOLS, clock=clock)


async def call(executor: Executor, name: str, who: Identity, **arguments: Any) -> Outcome:
    return await executor.call(ToolCall(name, arguments), who, idempotency_key=f"{name}{sorted(arguments.items())}")


async def hand_over(executor: Executor, conversation_id: str = "c1", **arguments: Any) -> TicketView:
    who = shopper("C1" if conversation_id == "c1" else None, conversation_id)
    wanted = {"reason": "asked", "lang": "en", "subject": "wants a person", **arguments}
    return ticket(await call(executor, "hand_over", who, **wanted))


def ticket(outcome: Outcome) -> TicketView:
    assert isinstance(outcome.evidence, TicketView), outcome
    return outcome.evidence


async def test_a_customer_who_never_said_a_name_has_one_at_the_desk(executor: Executor) -> None:
    made = await hand_over(executor, body={"customer": {"id": "C1", "name": "", "verified_by": "token"}})
    seen = ticket(await call(executor, "get_ticket", ANNA, ticket_id=made.ticket_id))
    assert seen.body.customer == Person(id="C1", name="Yusuf Rossi", verified="signed_in")


async def test_a_handed_over_conversation_has_a_ticket_with_everything(executor: Executor) -> None:
    body = {"version": 2, "tried": [{"tool": "track_order", "status": "ok"}], "attachments": ["att_1"]}
    made = await hand_over(executor, priority="high", queue="delivery", lang="zh", subject="包裹", body=body)
    seen = ticket(await call(executor, "get_ticket", ANNA, ticket_id=made.ticket_id))
    assert (
        seen.model_copy(update={"body": TicketBody()})
        == made
        == TicketView(
            ticket_id=made.ticket_id,
            conversation_id="c1",
            status="open",
            reason="asked",
            priority="high",
            queue="delivery",
            lang="zh",
            subject="包裹",
            customer_id="C1",
            assignee=None,
            version=1,
            created_at=NOW,
            position=1,
            clocks=made.clocks,
            conversations=("c1",),
        )
    )
    assert seen.body == TicketBody(
        customer=Person(name="Yusuf Rossi"),
        tried=(Attempt(tool="track_order", status="ok"),),
        attachments=("att_1",),
    )


async def test_a_conversation_has_one_ticket_at_a_time(executor: Executor) -> None:
    first = await hand_over(executor)
    assert (await hand_over(executor, reason="anger")).ticket_id == first.ticket_id
    await call(executor, "claim_ticket", ANNA, ticket_id=first.ticket_id, version=1)
    assert (await hand_over(executor, subject="still here")).ticket_id == first.ticket_id
    await call(executor, "release_ticket", ANNA, ticket_id=first.ticket_id, outcome="hand_back")
    assert (await hand_over(executor, subject="again")).ticket_id != first.ticket_id


async def test_two_requests_at_once_open_one_ticket(executor: Executor) -> None:
    made = await asyncio.gather(*(hand_over(executor, subject=f"{i}") for i in range(4)))
    assert len({each.ticket_id for each in made}) == 1


async def test_nothing_is_handed_over_outside_a_conversation(executor: Executor) -> None:
    who = shopper("C1", None)
    outcome = await call(executor, "hand_over", who, reason="asked", lang="en", subject="x")
    assert outcome.code == "no_conversation"


async def test_the_list_has_the_most_urgent_first_then_the_oldest(executor: Executor, clock: FixedClock) -> None:
    low = await hand_over(executor, "c1", priority="low")
    clock.advance(minutes=1)
    normal = await hand_over(executor, "c2")
    clock.advance(minutes=1)
    urgent = await hand_over(executor, "c3", priority="urgent")
    other = await hand_over(executor, "c4", queue="delivery")
    listed = (await call(executor, "list_tickets", ANNA)).evidence
    assert isinstance(listed, TicketList)
    assert [(each.ticket_id, each.position) for each in listed.tickets] == [
        (urgent.ticket_id, 1),
        (normal.ticket_id, 2),
        (other.ticket_id, 1),
        (low.ticket_id, 3),
    ]
    assert (listed.total, low.position, normal.position, urgent.position) == (4, 1, 1, 1)


async def test_the_list_filters_and_counts_beyond_its_limit(executor: Executor) -> None:
    first = await hand_over(executor, "c1")
    await hand_over(executor, "c2")
    await call(executor, "claim_ticket", ANNA, ticket_id=first.ticket_id, version=1)
    mine = (await call(executor, "list_tickets", ANNA, assignee="anna", status="claimed")).evidence
    assert isinstance(mine, TicketList)
    assert [each.ticket_id for each in mine.tickets] == [first.ticket_id]
    short = (await call(executor, "list_tickets", ANNA, limit=1)).evidence
    assert isinstance(short, TicketList)
    assert (len(short.tickets), short.total) == (1, 2)


async def test_of_two_agents_the_second_is_told_who_has_it(executor: Executor) -> None:
    made = await hand_over(executor)
    outcomes = await asyncio.gather(
        *(call(executor, "claim_ticket", who, ticket_id=made.ticket_id, version=1) for who in (ANNA, BEN))
    )
    [won] = [each for each in outcomes if each.status == "ok"]
    [lost] = [each for each in outcomes if each.status == "refused"]
    claimed = ticket(won)
    assert (claimed.status, claimed.version, claimed.claimed_at, claimed.position) == ("claimed", 2, NOW, None)
    assert (lost.code, lost.facts, lost.mendable) == (
        "already_claimed",
        {"ticket_id": made.ticket_id, "agent": claimed.assignee},
        False,
    )


async def test_claiming_an_older_version_is_refused(executor: Executor) -> None:
    made = await hand_over(executor)
    outcome = await call(executor, "claim_ticket", ANNA, ticket_id=made.ticket_id, version=7)
    assert (outcome.code, outcome.facts["version"]) == ("ticket_changed", 1)


async def test_claiming_ones_own_ticket_again_changes_nothing(executor: Executor) -> None:
    made = await hand_over(executor)
    first = await call(executor, "claim_ticket", ANNA, ticket_id=made.ticket_id, version=1)
    again = await call(executor, "claim_ticket", ANNA, ticket_id=made.ticket_id, version=2)
    assert again.evidence == first.evidence


@pytest.mark.parametrize("outcome", ["hand_back", "resolve"])
async def test_the_one_who_holds_a_ticket_ends_it_once(executor: Executor, outcome: str) -> None:
    made = await hand_over(executor, body={"summary": "s"})
    await call(executor, "claim_ticket", ANNA, ticket_id=made.ticket_id, version=1)
    refused = await call(executor, "release_ticket", BEN, ticket_id=made.ticket_id, outcome=outcome)
    assert (refused.code, refused.facts["agent"]) == ("not_assignee", "anna")
    ended = ticket(
        await call(executor, "release_ticket", ANNA, ticket_id=made.ticket_id, outcome=outcome, note="parcel found")
    )
    assert (ended.status, ended.resolved_at, ended.version) == ("resolved", NOW, 3)
    assert ended.body.notes == {"summary": "s"}
    assert ended.body.ending == Ending(outcome=outcome, note="parcel found", agent="anna", at=NOW)
    late = await call(executor, "release_ticket", ANNA, ticket_id=made.ticket_id, outcome="resolve", note="twice")
    assert late.code == "ticket_resolved"
    assert (await call(executor, "claim_ticket", BEN, ticket_id=made.ticket_id, version=3)).code == "ticket_resolved"


async def test_an_open_ticket_is_released_by_nobody(executor: Executor) -> None:
    made = await hand_over(executor)
    outcome = await call(executor, "release_ticket", ANNA, ticket_id=made.ticket_id, outcome="resolve")
    assert outcome.code == "not_assignee"


@pytest.mark.parametrize("name", ["list_tickets", "get_ticket", "claim_ticket", "release_ticket"])
async def test_the_desk_is_closed_to_shoppers(executor: Executor, name: str) -> None:
    assert (await call(executor, name, shopper("C1", "c1"))).code == "not_allowed"


async def test_an_unknown_ticket_is_said_to_be_unknown(executor: Executor) -> None:
    outcome = await call(executor, "get_ticket", ANNA, ticket_id="tkt_nothing")
    assert (outcome.code, outcome.mendable) == ("ticket_not_found", True)
