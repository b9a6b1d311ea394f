from __future__ import annotations

from collections import Counter
from pathlib import Path

import evals
from evals.judge.files import load_scenarios
from evals.judge.scenario import Expect, Scenario, User
from evals.tickets.recall import Fact, facts
from evals.tickets.run import chosen
from tools.ticketing.body import Attempt, TicketBody, Told


def test_a_hundred_conversations_half_in_each_language_are_drawn_the_same_every_time() -> None:
    scenarios = load_scenarios([Path(evals.__file__).parent / "scenarios"])
    drawn = chosen(scenarios)
    assert Counter(one.lang for one in drawn) == {"zh": 50, "en": 50}
    assert [one.id for one in chosen(list(reversed(scenarios)))] == [one.id for one in drawn]
    assert {one.role for one in drawn} == {"shopper"}


def test_only_what_came_up_is_looked_for_and_only_in_typed_fields() -> None:
    scenario = Scenario(
        id="x",
        lang="en",
        user=User(opens_with=("return D1001, too small",), knows={"order": "D1001", "reason": "too small", "email": "a@b.c"}),
        expect=Expect(rows={"returns": ({"order": "D1001", "sku": "TEE-M"},)}),
    )  # fmt: skip
    body = TicketBody(
        told=(Told(name="reason", value="too small", words="return D1001, too small"),),
        tried=(Attempt(tool="return_items", status="ok", arguments={"order_id": "D1001"}),),
    )
    found = facts(scenario, ["return D1001, too small"], True, body)
    assert found == [
        Fact("order", "D1001", held=True),
        Fact("reason", "too small", held=True),
        Fact("sku", "TEE-M", held=False),
    ]
    assert all(not fact.held for fact in facts(scenario, ["return D1001, too small"], False, TicketBody()))
