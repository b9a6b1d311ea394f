"""Effects that somebody else's server makes: marked before they are sent, settled after, and never sent twice."""

from __future__ import annotations

import dataclasses

import pytest
from sqlmodel import select

from knowledge.db import Database
from knowledge.schema import Proposal, Receipt
from tests.tools.fakes import Switches
from tools.base import Arguments, Evidence, Outcome, Tool, ToolCall, ToolContext
from tools.errors import RefusedError
from tools.executor import Executor
from tools.testing import make_executor, shopper

ME = shopper("C1")


class Book(Arguments):
    """Book something."""

    slot: str


class Booked(Evidence):
    """What was booked."""

    slot: str


def booking(switches: Switches, *, confirm: bool = True) -> Tool:
    async def preview(_: ToolContext, arguments: Book) -> Booked:
        return Booked(slot=arguments.slot)

    async def run(_: ToolContext, arguments: Book) -> Booked:
        switches.runs += 1
        await switches.misbehave()
        return Booked(slot=arguments.slot)

    return Tool(
        name="book",
        effect="write",
        roles=frozenset({"shopper"}),
        arguments=Book,
        run=run,
        description_en="Book.",
        description_zh="预约。",
        preview=preview,
        confirm=confirm,
        timeout_s=0.5,
        server="partner",
    )


@pytest.fixture
def executor(any_shop: Database, switches: Switches) -> Executor:
    return make_executor(any_shop, [booking(switches)])


async def proposed(executor: Executor) -> str:
    outcome = await executor.call(ToolCall("book", {"slot": "noon"}), ME, idempotency_key="k")
    assert outcome.status == "needs_confirmation"
    return str(outcome.proposal_id)


async def left(executor: Executor) -> tuple[str, int]:
    """The proposal's status, and how many receipts there are."""
    async with executor.database.read() as session:
        [proposal] = (await session.exec(select(Proposal))).all()
        return proposal.status, len((await session.exec(select(Receipt))).all())


def shown(outcome: Outcome) -> tuple[str, str, bool]:
    return outcome.status, outcome.code, outcome.replayed


async def test_what_was_done_has_a_receipt_and_is_not_done_again(executor: Executor, switches: Switches) -> None:
    proposal = await proposed(executor)
    assert shown(await executor.confirm(proposal, ME)) == ("ok", "", False)
    assert shown(await executor.confirm(proposal, ME)) == ("ok", "", True)
    assert (await left(executor), switches.runs) == (("executed", 1), 1)


async def test_one_proposal_is_found_by_its_approver_alone(executor: Executor) -> None:
    proposal = await proposed(executor)
    [found] = await executor.proposals(ME, proposal_id=proposal)
    assert (found.id, found.tool) == (proposal, "book")
    assert await executor.proposals(shopper("C2", "conv-2"), proposal_id=proposal) == []
    assert await executor.proposals(ME, proposal_id="prp_other") == []


async def test_what_was_refused_there_has_failed(executor: Executor, switches: Switches) -> None:
    switches.refuse = True
    proposal = await proposed(executor)
    assert shown(await executor.confirm(proposal, ME)) == ("refused", "too_late", False)
    assert shown(await executor.confirm(proposal, ME)) == ("refused", "proposal_failed", False)
    assert (await left(executor), switches.runs) == (("failed", 0), 1)


@pytest.mark.parametrize("mishap", ["broken", "slow"])
async def test_what_nobody_knows_is_told_so_and_left_to_a_person(
    executor: Executor, switches: Switches, mishap: str
) -> None:
    switches.broken, switches.sleep_s = mishap == "broken", 5.0 if mishap == "slow" else 0.0
    proposal = await proposed(executor)
    for _ in range(2):
        outcome = await executor.confirm(proposal, ME)
        assert shown(outcome) == ("refused", "outcome_unknown", False)
        assert outcome.facts["needs_person"] is True
    assert shown(await executor.reject(proposal, ME)) == ("refused", "proposal_sent", False)
    assert (await left(executor), switches.runs) == (("sent", 0), 1)


async def test_it_is_marked_as_sent_before_it_is_sent(any_shop: Database, switches: Switches) -> None:
    seen: list[str] = []
    tool = booking(switches)

    async def look(context: ToolContext, arguments: Book) -> Booked:
        async with any_shop.read() as session:
            seen.append((await session.exec(select(Proposal.status))).one())
        raise RefusedError("too_late", "too late")

    executor = make_executor(any_shop, [dataclasses.replace(tool, run=look)])
    await executor.confirm(await proposed(executor), ME)
    assert seen == ["sent"]


def test_nothing_is_changed_elsewhere_without_consent(switches: Switches) -> None:
    with pytest.raises(ValueError, match="what an external server changes needs consent"):
        booking(switches, confirm=False)
