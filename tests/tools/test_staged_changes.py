"""Staged changes: caps and the approvals beyond them, edits, expiry, roll-back; whatever is done in whatever order, once."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

import tools.changes.tools
from knowledge.db import Database, sqlite_url
from knowledge.schema import Order
from tests.docs import blocks
from tests.tools.fakes import make_staged_tool
from tools.base import Identity, Outcome, ToolCall
from tools.executor import Executor
from tools.policy import Cap, ChangeRules, Policy, load_policy
from tools.proposals import ProposalView
from tools.testing import FixedClock, agent, make_executor, shopper

T = TypeVar("T")
NEAR, FAR = 0.1, 0.9
PEOPLE = [Identity("merchant", subject=name) for name in ("M1", "M2", "M3")]
M1, M2, M3 = PEOPLE


def rules(*, proposer_counts: bool = False, approvals: int = 2) -> Policy:
    cap = Cap(most=0.5, approvals=approvals, proposer_counts=proposer_counts)
    changes = ChangeRules(open_hours=2, caps={"merchant": {"price_change": cap}})
    return load_policy("default").model_copy(update={"changes": changes})


def executor_of(database: Database, policy: Policy | None = None, clock: FixedClock | None = None) -> Executor:
    tools_ = [make_staged_tool(), *tools.changes.tools.TOOLS]
    return make_executor(database, tools_, policy=policy or rules(), clock=clock)


async def stage(executor: Executor, note: str, reach: float = NEAR, who: Identity = M1) -> str:
    call = ToolCall("set_note", {"order_id": "W1", "note": note, "reach": reach})
    outcome = await executor.call(call, who, idempotency_key="any")
    assert outcome.proposal_id is not None, outcome
    return outcome.proposal_id


async def roll_back(executor: Executor, proposal: str, who: Identity = M1) -> Outcome:
    outcome = await executor.call(ToolCall("roll_back", {"proposal_id": proposal}), who, idempotency_key="any")
    return outcome if outcome.proposal_id is None else await executor.confirm(outcome.proposal_id, who)


async def note_of(database: Database) -> str:
    async with database.read() as session:
        return (await session.get_one(Order, "W1")).note


async def listed(executor: Executor, proposal: str, who: Identity = M1) -> ProposalView:
    return next(each for each in await executor.proposals(who, status=None) if each.id == proposal)


async def test_within_the_cap_one_approval_is_enough_and_the_list_says_what_changes(shop: Database) -> None:
    executor = executor_of(shop)
    proposal = await stage(executor, "fragile")
    seen = await listed(executor, proposal)
    assert [(each.what.en, each.before, each.after) for each in seen.changes] == [("Note", "", "fragile")]
    assert (seen.approvals.needed, seen.can, seen.effect) == (1, ("approve", "reject", "edit"), None)
    assert (await executor.confirm(proposal, M1)).status == "ok"
    assert (await listed(executor, proposal)).can == ("roll_back",)
    assert await note_of(shop) == "fragile"


async def test_beyond_the_cap_two_others_must_approve(shop: Database) -> None:
    executor = executor_of(shop)
    proposal = await stage(executor, "far", FAR)
    assert (await listed(executor, proposal)).can == ("reject", "edit")
    assert (await executor.confirm(proposal, M1)).code == "own_proposal"
    first = await executor.confirm(proposal, M2)
    assert (first.status, first.code, first.facts["left"], first.receipt_id) == (
        "needs_confirmation", "awaits_approval", 1, None,
    )  # fmt: skip
    assert await note_of(shop) == ""
    again = await executor.confirm(proposal, M2)
    assert (again.status, again.code) == ("refused", "approved_already")
    seen = await listed(executor, proposal, M3)
    assert (seen.approvals.needed, seen.approvals.given, seen.exceeded) == (2, ("M2",), ("price_change",))
    assert "approve" in seen.can
    assert (await executor.confirm(proposal, M3)).status == "ok"
    assert await note_of(shop) == "far"


async def test_the_proposer_is_one_of_the_two_only_where_the_cap_says_so(shop: Database) -> None:
    executor = executor_of(shop, rules(proposer_counts=True))
    proposal = await stage(executor, "far", FAR)
    assert (await executor.confirm(proposal, M1)).code == "awaits_approval"
    assert (await executor.confirm(proposal, M1)).code == "approved_already"
    assert (await executor.confirm(proposal, M2)).status == "ok"


async def test_an_edit_is_checked_anew_and_approved_by_nobody_yet(shop: Database) -> None:
    executor = executor_of(shop)
    old = await stage(executor, "far", FAR)
    await executor.confirm(old, M2)
    wrong = await executor.edit(old, {"order_id": "W1"}, M3)
    assert (wrong.code, wrong.mendable) == ("bad_arguments", True)
    edited = await executor.edit(old, {"order_id": "W1", "note": "further", "reach": FAR}, M3)
    assert edited.status == "needs_confirmation"
    assert edited.proposal_id is not None
    assert (await executor.confirm(old, M1)).code == "proposal_void"
    assert (await executor.edit(old, {"order_id": "W1", "note": "x"}, M1)).code == "proposal_void"
    assert (await listed(executor, edited.proposal_id)).approvals.given == ()
    assert (await executor.confirm(edited.proposal_id, M3)).code == "own_proposal"
    for who in (M1, M2):
        outcome = await executor.confirm(edited.proposal_id, who)
    assert outcome.status == "ok"
    assert await note_of(shop) == "further"


async def test_of_two_edits_at_once_one_takes_the_place(any_shop: Database) -> None:
    executor = executor_of(any_shop)
    old = await stage(executor, "first")
    edits = [executor.edit(old, {"order_id": "W1", "note": note}, M2) for note in "abc"]
    outcomes = await asyncio.gather(*edits)
    assert sorted(each.code for each in outcomes) == ["", "proposal_void", "proposal_void"]
    assert len(await executor.proposals(M1)) == 1
    await executor.close()


async def test_approvals_that_come_at_once_execute_it_once(any_shop: Database) -> None:
    executor = executor_of(any_shop)
    proposal = await stage(executor, "far", FAR)
    outcomes = await asyncio.gather(*(executor.confirm(proposal, who) for who in [M2, M3] * 4))
    done = [each for each in outcomes if each.status == "ok"]
    assert sum(not each.replayed for each in done) == 1
    assert len({each.receipt_id for each in done}) == 1
    assert sum(each.code == "awaits_approval" for each in outcomes) == 1
    assert await note_of(any_shop) == "far"
    await executor.close()


async def test_of_many_roll_backs_at_once_one_is_made(any_shop: Database) -> None:
    executor = executor_of(any_shop)
    proposal = await stage(executor, "fragile")
    await executor.confirm(proposal, M1)
    outcomes = await asyncio.gather(*(roll_back(executor, proposal, who) for who in PEOPLE * 2))
    assert [each.status for each in outcomes].count("ok") == 1
    assert {each.code for each in outcomes if each.status != "ok"} <= {"rolled_back_already", "proposal_void"}
    assert await note_of(any_shop) == ""
    await executor.close()


async def test_what_was_changed_since_is_told_and_left(shop: Database) -> None:
    executor = executor_of(shop)
    first = await stage(executor, "one")
    await executor.confirm(first, M1)
    second = await stage(executor, "two")
    await executor.confirm(second, M1)
    refused = await roll_back(executor, first)
    assert (refused.code, refused.facts["changes"]) == (
        "changed_since", [{"what": {"zh": "备注", "en": "Note"}, "before": "one", "after": "two"}],
    )  # fmt: skip
    assert (await roll_back(executor, second)).status == "ok"
    assert (await roll_back(executor, first)).status == "ok"
    assert await note_of(shop) == ""
    assert (await roll_back(executor, first)).code == "rolled_back_already"


async def test_only_what_was_made_can_be_rolled_back_and_only_by_merchants(shop: Database) -> None:
    executor = executor_of(shop)
    waiting = await stage(executor, "one")
    assert (await roll_back(executor, waiting)).code == "change_not_found"
    assert (await roll_back(executor, "prp_unknown")).code == "change_not_found"
    await executor.confirm(waiting, M1)
    undone = await roll_back(executor, waiting)
    assert undone.receipt_id is not None
    for stranger in (shopper("C1"), agent(customer_id="C1")):
        assert (await roll_back(executor, waiting, stranger)).code == "not_allowed"
        assert (await executor.edit(waiting, {"order_id": "W1", "note": "x"}, stranger)).status == "refused"
    own = next(each for each in await executor.proposals(M1, status="executed") if each.tool == "roll_back")
    assert (await roll_back(executor, own.id)).code == "cannot_roll_back"


async def test_a_change_about_something_else_leaves_what_waits_for_several(shop: Database) -> None:
    executor = executor_of(shop)
    far = await stage(executor, "far", FAR)
    call = ToolCall("set_note", {"order_id": "W2", "note": "near"})
    near = await executor.call(call, M1, idempotency_key="any")
    assert {each.id for each in await executor.proposals(M1)} == {far, near.proposal_id}
    farther = await stage(executor, "farther", FAR)
    assert {each.id for each in await executor.proposals(M1)} == {farther, near.proposal_id}


async def test_what_waited_too_long_is_listed_as_expired_and_can_only_be_staged_again(shop: Database) -> None:
    clock = FixedClock()
    executor = executor_of(shop, clock=clock)
    proposal = await stage(executor, "late")
    clock.advance(hours=3)
    assert await executor.proposals(M1) == []
    [gone] = await executor.proposals(M1, status="expired")
    assert (gone.id, gone.status, gone.can) == (proposal, "expired", ())
    assert (await executor.edit(proposal, {"order_id": "W1", "note": "x"}, M1)).code == "proposal_expired"
    assert (await executor.confirm(proposal, M1)).code == "proposal_expired"


def test_the_caps_of_the_documentation_are_read(tmp_path: Path) -> None:
    [text] = blocks("stage-a-change", "yaml")
    (tmp_path / "policy.yaml").write_text(text, encoding="utf-8")
    changes = load_policy("default", tmp_path).changes
    assert changes.open_hours == 48
    assert changes.caps["merchant"]["discount"] == Cap(most=0.3, approvals=3)


class Changes(RuleBasedStateMachine):
    """A model of the shop's staged changes beside the real executor."""

    template: Path
    changes = Bundle("changes")

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = Path(tempfile.mkdtemp(prefix="xiaoer-changes-"))
        shutil.copy(self.template, self.folder / "shop.db")
        self.database = Database(sqlite_url(self.folder / "shop.db"))
        self.clock = FixedClock()
        self.executor = executor_of(self.database, clock=self.clock)
        self.note, self.hours, self.number = "", 0.0, 0
        self.status: dict[str, str] = {}
        self.call: dict[str, tuple[str, str, float, str]] = {}
        """Note before, note after, how far, who proposed it."""
        self.given: dict[str, set[str]] = {}
        self.expiry: dict[str, float] = {}
        self.rolled_back: set[str] = set()

    def teardown(self) -> None:
        self.run(self.executor.close())
        self.run(self.database.close())
        self.loop.close()
        shutil.rmtree(self.folder)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    def _staged(self, proposal: str, note: str, reach: float, who: Identity) -> str:
        self.status[proposal], self.given[proposal] = "pending", set()
        self.call[proposal], self.expiry[proposal] = (self.note, note, reach, who.actor), self.hours + 2
        return proposal

    def _fresh(self) -> str:
        self.number += 1
        return f"n{self.number}"

    def _waits(self, proposal: str) -> bool:
        return self.status[proposal] == "pending" and self.hours < self.expiry[proposal]

    @rule(target=changes, reach=st.sampled_from([NEAR, FAR]), who=st.sampled_from(PEOPLE))
    def propose(self, reach: float, who: Identity) -> str:
        note = self._fresh()
        proposal = self.run(stage(self.executor, note, reach, who))
        for other, (_, _, _, proposer) in self.call.items():
            if self.status[other] == "pending" and proposer == who.actor:
                self.status[other] = "void"
        return self._staged(proposal, note, reach, who)

    @rule(proposal=changes, who=st.sampled_from(PEOPLE), times=st.integers(1, 2))
    def approve(self, proposal: str, who: Identity, times: int) -> None:
        async def yes() -> list[Outcome]:
            return await asyncio.gather(*(self.executor.confirm(proposal, who) for _ in range(times)))

        outcomes = self.run(yes())
        if self.status[proposal] == "executed":
            assert all(each.replayed for each in outcomes)
            return
        if not self._waits(proposal):
            assert {each.status for each in outcomes} == {"refused"}
            return
        before, after, reach, proposer = self.call[proposal]
        if before != self.note:
            assert outcomes[0].code == "changed_meanwhile"
            self.status[proposal] = "void"
        elif reach == FAR and who.actor == proposer:
            assert {each.code for each in outcomes} == {"own_proposal"}
        elif reach == FAR and who.actor in self.given[proposal]:
            assert {each.code for each in outcomes} == {"approved_already"}
        else:
            self.given[proposal].add(who.actor)
            if len(self.given[proposal]) >= (2 if reach == FAR else 1):
                assert [each.status for each in outcomes] == ["ok"] * times
                assert sum(not each.replayed for each in outcomes) == 1
                self.status[proposal], self.note = "executed", after
            else:
                assert outcomes[0].code == "awaits_approval"

    @rule(target=changes, proposal=changes, who=st.sampled_from(PEOPLE), reach=st.sampled_from([NEAR, FAR]))
    def edit(self, proposal: str, who: Identity, reach: float) -> str:
        note = self._fresh()
        outcome = self.run(self.executor.edit(proposal, {"order_id": "W1", "note": note, "reach": reach}, who))
        if not self._waits(proposal):
            assert outcome.status == "refused"
            return proposal
        assert outcome.proposal_id is not None
        self.status[proposal] = "void"
        for other, (_, _, _, proposer) in self.call.items():
            if self.status[other] == "pending" and proposer == who.actor:
                self.status[other] = "void"
        return self._staged(outcome.proposal_id, note, reach, who)

    @rule(proposal=changes, who=st.sampled_from(PEOPLE))
    def reject(self, proposal: str, who: Identity) -> None:
        outcome = self.run(self.executor.reject(proposal, who))
        if self.status[proposal] == "pending":
            assert outcome.code == "proposal_rejected"
            self.status[proposal] = "rejected"
        else:
            assert outcome.code in {f"proposal_{self.status[proposal]}", "proposal_expired"}

    @rule(proposal=changes, who=st.sampled_from(PEOPLE))
    def undo(self, proposal: str, who: Identity) -> None:
        outcome = self.run(roll_back(self.executor, proposal, who))
        before, after, _, _ = self.call[proposal]
        if self.status[proposal] != "executed":
            assert outcome.code == "change_not_found"
        elif proposal in self.rolled_back:
            assert outcome.code == "rolled_back_already"
        elif self.note != after:
            assert outcome.code == "changed_since"
        else:
            assert outcome.status == "ok"
            self.note = before
            self.rolled_back.add(proposal)

    @rule(hours=st.sampled_from([0.5, 1.6]))
    def time_passes(self, hours: float) -> None:
        self.hours += hours
        self.clock.advance(hours=hours)

    @rule()
    def something_else_changes_it(self) -> None:
        self.note = self._fresh()

        async def change() -> None:
            async with self.database.write() as session:
                (await session.get_one(Order, "W1")).note = self.note

        self.run(change())

    @invariant()
    def the_shop_is_as_the_model_has_it(self) -> None:
        assert self.run(note_of(self.database)) == self.note

    @invariant()
    def what_is_listed_as_waiting_waits(self) -> None:
        waiting = {each.id for each in self.run(self.executor.proposals(M1)) if each.tool == "set_note"}
        assert waiting == {proposal for proposal in self.status if self._waits(proposal)}


@pytest.mark.parametrize("examples", [30, pytest.param(150, marks=pytest.mark.slow)])
def test_whatever_is_done_in_whatever_order_a_change_is_made_once_and_undone_once(
    shop_file: Path, examples: int
) -> None:
    Changes.template = shop_file
    run_state_machine_as_test(
        Changes,
        settings=settings(
            max_examples=examples,
            stateful_step_count=14,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
