"""Whatever is proposed, confirmed, voided and left to expire in whatever order: an effect happens at most once, after a yes."""

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
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from knowledge.db import Database, sqlite_url
from knowledge.schema import Order
from tests.tools.fakes import Switches, make_tools
from tools.base import Identity, ToolCall
from tools.testing import FixedClock, agent, make_executor, shopper

T = TypeVar("T")
ME = shopper("C1")
STRANGERS = (shopper("C2", "conv-2"), shopper(None), agent(customer_id="C1", conversation_id="conv"))
WORDS = "abcdefghijklmnopqrstuvwxyz"


class Proposals(RuleBasedStateMachine):
    """A model of one conversation's proposals beside the real executor."""

    template: Path
    proposals = Bundle("proposals")

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = Path(tempfile.mkdtemp(prefix="xiaoer-proposals-"))
        shutil.copy(self.template, self.folder / "shop.db")
        self.database = Database(sqlite_url(self.folder / "shop.db"))
        self.clock, self.switches = FixedClock(), Switches()
        self.executor = make_executor(self.database, make_tools(self.switches), clock=self.clock)
        self.expected = ""
        """The order's note: every effect that may have happened, in order."""
        self.live: str | None = None
        """The proposal that waits, as the model has it."""
        self.word: dict[str, str] = {}
        self.before: dict[str, str] = {}
        self.expiry: dict[str, float] = {}
        self.receipts: dict[str, str | None] = {}
        self.hours = 0.0

    def teardown(self) -> None:
        self.run(self.executor.close())
        self.run(self.database.close())
        self.loop.close()
        shutil.rmtree(self.folder)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    @rule(target=proposals, word=st.sampled_from(WORDS))
    def propose(self, word: str) -> str:
        call = ToolCall("tag", {"order_id": "W1", "word": word})
        outcome = self.run(self.executor.call(call, ME, idempotency_key="any"))
        assert outcome.status == "needs_confirmation"
        assert outcome.proposal_id is not None
        self.live = outcome.proposal_id
        self.word[self.live], self.before[self.live] = word, self.expected
        self.expiry[self.live] = self.hours + 0.5
        return self.live

    @rule(proposal=proposals, times=st.integers(1, 3))
    def confirm_any(self, proposal: str, times: int) -> None:
        self.confirm(proposal, times)

    def confirm(self, proposal: str, times: int) -> None:
        """Say yes, perhaps several times at once."""

        async def yes() -> list[Any]:
            return await asyncio.gather(*(self.executor.confirm(proposal, ME) for _ in range(times)))

        outcomes = self.run(yes())
        if proposal in self.receipts:
            assert all(each.replayed and each.receipt_id == self.receipts[proposal] for each in outcomes)
            return
        may_happen = (
            proposal == self.live and self.hours < self.expiry[proposal] and self.expected == self.before[proposal]
        )
        if proposal == self.live:
            self.live = None
        if not may_happen:
            assert {each.status for each in outcomes} == {"refused"}
            return
        assert [each.status for each in outcomes] == ["ok"] * times
        assert sum(not each.replayed for each in outcomes) == 1
        self.receipts[proposal] = outcomes[0].receipt_id
        self.expected += self.word[proposal]

    @precondition(lambda self: self.live is not None)
    @rule(times=st.integers(1, 2))
    def confirm_what_waits(self, times: int) -> None:
        assert self.live is not None
        self.confirm(self.live, times)

    @rule(proposal=proposals, who=st.sampled_from(STRANGERS))
    def a_stranger_confirms(self, proposal: str, who: Identity) -> None:
        assert self.run(self.executor.confirm(proposal, who)).status == "refused"

    @rule(proposal=proposals)
    def void(self, proposal: str) -> None:
        self.run(self.executor.void(proposal, ME))
        if proposal == self.live:
            self.live = None

    @rule(word=st.sampled_from(WORDS))
    def something_else_changes_the_order(self, word: str) -> None:
        async def change() -> None:
            async with self.database.write() as session:
                (await session.get_one(Order, "W1")).note = self.expected

        self.expected += word
        self.run(change())

    @rule(hours=st.sampled_from([0.2, 0.6]))
    def time_passes(self, hours: float) -> None:
        self.hours += hours
        self.clock.advance(hours=hours)

    @invariant()
    def the_order_shows_each_effect_once(self) -> None:
        async def note() -> str:
            async with self.database.read() as session:
                return (await session.get_one(Order, "W1")).note

        assert self.run(note()) == self.expected


@pytest.mark.parametrize("examples", [30, pytest.param(150, marks=pytest.mark.slow)])
def test_an_effect_happens_at_most_once_and_only_after_a_yes(shop_file: Path, examples: int) -> None:
    Proposals.template = shop_file
    run_state_machine_as_test(
        Proposals,
        settings=settings(
            max_examples=examples,
            stateful_step_count=12,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
