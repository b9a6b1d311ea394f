from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest
from sqlmodel import select

from knowledge.db import Database
from knowledge.errors import DatabaseBusyError, DatabaseUnavailableError, StorageFullError
from knowledge.schema import AuditRow, Order, Proposal, Receipt
from tests.tools.fakes import Count, Switches, Tagged, make_tools
from tools.base import Evidence, Identity, Outcome, ToolCall, ToolContext, tool
from tools.customers.types import GetProfile
from tools.executor import Executor
from tools.testing import agent, make_executor, shopper

ME = shopper("C1")
OTHER = shopper("C2", "conv-2")


@pytest.fixture
def executor(shop: Database, switches: Switches) -> Executor:
    return make_executor(shop, make_tools(switches))


async def ask(executor: Executor, name: str, who: Identity = ME, *, key: str = "k", **arguments: Any) -> Outcome:
    return await executor.call(ToolCall(name, arguments), who, idempotency_key=key)


async def note(database: Database, order_id: str = "W1") -> str:
    async with database.read() as session:
        return (await session.get_one(Order, order_id)).note


async def rows(database: Database, table: type[Any]) -> list[Any]:
    async with database.read() as session:
        return list((await session.exec(select(table))).all())


@pytest.mark.parametrize(
    ("name", "who", "code"),
    [
        ("tag", ME, ""),
        ("tag", agent(customer_id="C1", conversation_id="conv"), ""),
        ("stamp", ME, ""),
        ("stamp", agent(customer_id="C1"), "not_allowed"),
        ("count", agent(customer_id="C1"), ""),
        ("count", Identity(role="merchant", subject="m"), "not_allowed"),
        ("count", Identity(role="system"), "not_allowed"),
        ("count", shopper(None), "identify_first"),
        ("tag", agent(), "identify_first"),
        ("drop_tables", ME, "unknown_tool"),
    ],
)
async def test_role_and_customer_decide_who_may_call(executor: Executor, name: str, who: Identity, code: str) -> None:
    outcome = await ask(executor, name, who, **({} if name == "count" else {"order_id": "W1"}))
    assert (outcome.code, outcome.mendable) == (code, False)
    assert outcome.status == ("refused" if code else outcome.status)


async def test_bad_arguments_name_fields_and_never_values(executor: Executor) -> None:
    outcome = await ask(executor, "stamp", order_id=7, secret="4111 1111 1111 1111")
    assert outcome.code == "bad_arguments"
    assert outcome.mendable
    assert outcome.facts == {"fields": {"order_id": "string_type", "secret": "extra_forbidden"}}


@pytest.mark.parametrize("written", ["W1", "#W1", " #w1 ", "w1"])
async def test_own_order_is_found_however_it_is_written(executor: Executor, written: str) -> None:
    outcome = await ask(executor, "stamp", order_id=written)
    assert outcome.evidence == Tagged(order_id="W1", before="", after="x")


@pytest.mark.parametrize("order_id", ["W2", "W999", "", "#", "' OR 1=1 --"])
async def test_another_persons_order_looks_like_an_unknown_one(executor: Executor, order_id: str) -> None:
    outcome = await ask(executor, "tag", order_id=order_id)
    assert (outcome.status, outcome.code, outcome.mendable) == ("refused", "order_not_found", True)


async def test_a_read_returns_its_evidence(executor: Executor) -> None:
    outcome = await ask(executor, "count")
    assert (outcome.status, outcome.evidence, outcome.receipt_id) == ("ok", Count(orders=1), None)


async def test_consent_is_stored_as_the_exact_call_and_done_after_the_yes(executor: Executor, shop: Database) -> None:
    asked = await ask(executor, "tag", order_id="#W1", word="gift")
    assert (asked.status, asked.evidence) == ("needs_confirmation", Tagged(order_id="W1", before="", after="gift"))
    [proposal] = await rows(shop, Proposal)
    assert (proposal.tool, proposal.arguments) == ("tag", {"order_id": "#W1", "word": "gift"})
    assert proposal.preview == {"order_id": "W1", "before": "", "after": "gift"}
    assert await note(shop) == ""

    done = await executor.confirm(asked.proposal_id or "", ME)

    assert (done.status, done.evidence, done.replayed) == ("ok", asked.evidence, False)
    assert await note(shop) == "gift"
    [receipt] = await rows(shop, Receipt)
    assert (receipt.id, receipt.result) == (done.receipt_id, proposal.preview)
    [proposal] = await rows(shop, Proposal)
    assert (proposal.status, proposal.receipt_id, proposal.decided_by) == ("executed", receipt.id, "C1")


async def test_a_second_yes_gives_the_first_receipt(executor: Executor, shop: Database) -> None:
    asked = await ask(executor, "tag", order_id="W1")
    first = await executor.confirm(asked.proposal_id or "", ME)
    second = await executor.confirm(asked.proposal_id or "", ME)
    assert (second.status, second.receipt_id, second.evidence) == ("ok", first.receipt_id, first.evidence)
    assert second.replayed
    assert await note(shop) == "x"


async def test_two_yeses_at_once_make_one_effect(any_shop: Database, switches: Switches) -> None:
    executor = make_executor(any_shop, make_tools(switches))
    switches.sleep_s = 0.02
    asked = await ask(executor, "tag", order_id="W1")
    others = [make_executor(any_shop, make_tools(switches)) for _ in range(3)]
    outcomes = await asyncio.gather(*(each.confirm(asked.proposal_id or "", ME) for each in (executor, *others)))
    assert [outcome.status for outcome in outcomes] == ["ok"] * 4
    assert sorted(outcome.replayed for outcome in outcomes) == [False, True, True, True]
    assert len({outcome.receipt_id for outcome in outcomes}) == 1
    assert (await note(any_shop), switches.runs) == ("x", 1)


async def test_equal_calls_at_once_make_one_effect(any_shop: Database, switches: Switches) -> None:
    executor = make_executor(any_shop, make_tools(switches))
    outcomes = await asyncio.gather(*(ask(executor, "stamp", order_id="W1") for _ in range(4)))
    assert [outcome.status for outcome in outcomes] == ["ok"] * 4
    assert sum(not outcome.replayed for outcome in outcomes) == 1
    assert await note(any_shop) == "x"


async def test_different_writes_of_one_customer_at_once_do_not_overwrite_each_other(
    any_shop: Database, switches: Switches
) -> None:
    executor = make_executor(any_shop, make_tools(switches))
    switches.sleep_s = 0.01
    await asyncio.gather(*(ask(executor, "stamp", order_id="W1", key=f"k{i}", word=str(i)) for i in range(4)))
    assert sorted(await note(any_shop)) == ["0", "1", "2", "3"]


async def test_same_key_with_other_arguments_is_a_conflict(executor: Executor, shop: Database) -> None:
    first = await ask(executor, "stamp", order_id="W1", word="a")
    again = await ask(executor, "stamp", order_id="W1", word="a")
    other = await ask(executor, "stamp", order_id="W1", word="b")
    assert (again.receipt_id, again.evidence, again.replayed) == (first.receipt_id, first.evidence, True)
    assert (other.status, other.code, other.mendable) == ("refused", "idempotency_conflict", False)
    assert await note(shop) == "a"


async def test_callers_who_choose_the_same_key_do_not_meet(executor: Executor, shop: Database) -> None:
    mine = await ask(executor, "stamp", order_id="W1")
    theirs = await ask(executor, "stamp", OTHER, order_id="W2")
    assert (mine.replayed, theirs.replayed) == (False, False)
    assert await note(shop, "W2") == "x"


async def test_a_changed_argument_voids_the_earlier_call(executor: Executor, shop: Database) -> None:
    first = await ask(executor, "tag", order_id="W1", word="a")
    second = await ask(executor, "tag", order_id="W1", word="b")
    assert (await executor.confirm(first.proposal_id or "", ME)).code == "proposal_void"
    assert (await executor.confirm(second.proposal_id or "", ME)).status == "ok"
    assert await note(shop) == "b"


async def test_a_voided_call_is_never_done(executor: Executor, shop: Database) -> None:
    asked = await ask(executor, "tag", order_id="W1")
    await executor.void(asked.proposal_id or "", ME)
    assert (await executor.confirm(asked.proposal_id or "", ME)).code == "proposal_void"
    assert await note(shop) == ""


async def test_void_comes_too_late_after_the_effect(executor: Executor, shop: Database) -> None:
    asked = await ask(executor, "tag", order_id="W1")
    await executor.confirm(asked.proposal_id or "", ME)
    await executor.void(asked.proposal_id or "", ME)
    [proposal] = await rows(shop, Proposal)
    assert proposal.status == "executed"


async def test_a_rejected_call_is_never_done(executor: Executor) -> None:
    asked = await ask(executor, "tag", order_id="W1")
    assert [each.id for each in await executor.proposals(ME)] == [asked.proposal_id]
    assert (await executor.reject(asked.proposal_id or "", ME)).code == "proposal_rejected"
    assert (await executor.confirm(asked.proposal_id or "", ME)).code == "proposal_rejected"
    assert await executor.proposals(ME) == []


async def test_an_expired_call_is_never_done(shop: Database, switches: Switches, clock: Any) -> None:
    executor = make_executor(shop, make_tools(switches), clock=clock)
    asked = await ask(executor, "tag", order_id="W1")
    clock.advance(minutes=30)
    assert (await executor.confirm(asked.proposal_id or "", ME)).code == "proposal_expired"
    [proposal] = await rows(shop, Proposal)
    assert (proposal.status, await note(shop)) == ("expired", "")


@pytest.mark.parametrize(
    ("who", "code"),
    [
        (OTHER, "proposal_not_found"),
        (shopper("C2", "conv"), "proposal_not_found"),
        (shopper(None, "conv"), "identify_first"),
        (shopper("C1", None), "proposal_not_found"),
        (agent(customer_id="C1", conversation_id="conv"), "not_approver"),
    ],
)
async def test_only_the_same_person_in_the_same_conversation_may_say_yes(
    executor: Executor, shop: Database, who: Identity, code: str
) -> None:
    asked = await ask(executor, "tag", order_id="W1")
    assert (await executor.confirm(asked.proposal_id or "", who)).code == code
    await executor.void(asked.proposal_id or "", who)
    assert (await executor.confirm(asked.proposal_id or "", ME)).status == "ok"


async def test_an_unknown_proposal_is_refused(executor: Executor) -> None:
    assert (await executor.confirm("prp_nothing", ME)).code == "proposal_not_found"


async def test_an_altered_stored_call_is_refused(executor: Executor, shop: Database) -> None:
    asked = await ask(executor, "tag", order_id="W1", word="a")
    async with shop.write() as session:
        (await session.get_one(Proposal, asked.proposal_id)).arguments = {"order_id": "W1", "word": "b"}
    assert (await executor.confirm(asked.proposal_id or "", ME)).status == "refused"
    assert await note(shop) == ""


async def test_what_changed_since_it_was_shown_is_not_done(executor: Executor, shop: Database) -> None:
    asked = await ask(executor, "tag", order_id="W1", word="a")
    await ask(executor, "stamp", order_id="W1", word="b")
    outcome = await executor.confirm(asked.proposal_id or "", ME)
    assert (outcome.status, outcome.code) == ("refused", "changed_meanwhile")
    assert outcome.evidence == Tagged(order_id="W1", before="b", after="ba")
    assert (await executor.confirm(asked.proposal_id or "", ME)).code == "proposal_void"
    assert await note(shop) == "b"


async def test_a_refusal_while_running_undoes_what_was_written(
    executor: Executor, shop: Database, switches: Switches
) -> None:
    asked = await ask(executor, "tag", order_id="W1")
    switches.refuse = True
    assert (await executor.confirm(asked.proposal_id or "", ME)).code == "too_late"
    assert (await ask(executor, "stamp", order_id="W1")).code == "too_late"
    assert (await note(shop), await rows(shop, Receipt)) == ("", [])
    [proposal] = await rows(shop, Proposal)
    assert proposal.status == "failed"


async def test_a_timeout_leaves_nothing_and_may_be_tried_again(any_shop: Database, switches: Switches) -> None:
    executor = make_executor(any_shop, make_tools(switches))
    asked = await ask(executor, "tag", order_id="W1")
    switches.sleep_s = 30
    late = [await executor.confirm(asked.proposal_id or "", ME), await ask(executor, "stamp", order_id="W1")]
    late.append(await ask(executor, "count"))
    assert [(outcome.status, outcome.code) for outcome in late] == [("failed", "timeout")] * 3
    assert (await note(any_shop), await rows(any_shop, Receipt)) == ("", [])
    switches.sleep_s = 0
    assert (await executor.confirm(asked.proposal_id or "", ME)).status == "ok"
    assert await note(any_shop) == "x"


async def test_a_bug_fails_safely_and_is_logged_without_personal_data(
    executor: Executor, shop: Database, switches: Switches, caplog: pytest.LogCaptureFixture
) -> None:
    switches.broken = True
    with caplog.at_level(logging.ERROR):
        outcome = await ask(executor, "stamp", order_id="W1")
    assert (outcome.status, outcome.code, outcome.facts) == ("failed", "internal", {})
    assert "conversation conv: stamp failed: ValueError" in caplog.text
    assert switches.secret not in caplog.text
    assert (await note(shop), await rows(shop, Receipt)) == ("", [])


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (DatabaseBusyError("locked"), "busy"),
        (StorageFullError("full"), "disk_full"),
        (DatabaseUnavailableError("gone"), "unavailable"),
        (ConnectionResetError(), "unavailable"),
    ],
)
async def test_the_databases_troubles_have_their_own_codes(shop: Database, error: Exception, code: str) -> None:
    @tool("read", roles=("shopper",), en="Fail.", zh="失败。")
    async def fail(context: ToolContext, arguments: GetProfile) -> Count:
        raise error

    outcome = await ask(make_executor(shop, [fail]), "fail")
    assert (outcome.status, outcome.code) == ("failed", code)


async def test_a_database_locked_by_another_process_is_said_to_be_busy(shop: Database, switches: Switches) -> None:
    mine = Database(shop.url, busy_timeout_s=0.05)
    executor = make_executor(mine, make_tools(switches))
    async with shop.write() as session:
        await session.exec(select(Order))
        assert (await ask(executor, "stamp", order_id="W1")).code == "busy"
    assert (await ask(executor, "stamp", order_id="W1")).status == "ok"
    await executor.close()
    assert {row.reason for row in await rows(shop, AuditRow)} == {"", "busy"}
    await mine.close()


async def test_every_call_leaves_an_audit_row(executor: Executor, shop: Database, switches: Switches) -> None:
    asked = await ask(executor, "tag", order_id="W1")
    await executor.confirm(asked.proposal_id or "", ME)
    await ask(executor, "stamp", order_id="W2")
    await ask(executor, "stamp", shopper(None), order_id="W1")
    await ask(executor, "nonsense")
    switches.broken = True
    await ask(executor, "stamp", order_id="W1")
    written = [(row.tool, row.outcome, row.reason) for row in await rows(shop, AuditRow)]
    assert written == [
        ("tag", "needs_confirmation", ""),
        ("tag", "ok", ""),
        ("stamp", "refused", "order_not_found"),
        ("stamp", "refused", "identify_first"),
        ("nonsense", "refused", "unknown_tool"),
        ("stamp", "failed", "internal"),
    ]


async def test_reads_are_audited_together_a_little_later(executor: Executor, shop: Database) -> None:
    for _ in range(3):
        await ask(executor, "count")
    assert await rows(shop, AuditRow) == []
    await executor.close()
    assert [(row.tool, row.outcome) for row in await rows(shop, AuditRow)] == [("count", "ok")] * 3


def test_a_write_that_needs_consent_must_have_a_preview() -> None:
    async def run(context: ToolContext, arguments: GetProfile) -> Count:
        return Count(orders=0)

    with pytest.raises(ValueError, match="needs a preview"):
        tool("write", roles=("shopper",), en="x", zh="x")(run)


def test_a_tool_must_say_what_it_returns() -> None:
    async def run(context: ToolContext, arguments: GetProfile):  # type: ignore[no-untyped-def]
        return Evidence()

    with pytest.raises(TypeError, match="subclass of Evidence"):
        tool("read", roles=("shopper",), en="x", zh="x")(run)
