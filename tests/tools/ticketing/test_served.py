"""How long shoppers of a ticket waited: the first answer, every next one, the end; and whether it was promised so."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.schema import Ticket
from tools.policy import load_policy
from tools.ticketing.served import served
from tools.ticketing.service_levels import Kind, Step

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
POLICY = load_policy("default")
"""Always open; a normal ticket is promised an answer within ten minutes."""
TICKET = Ticket(id="tkt_1", conversation_id="cnv_1", reason="asked", created_at=NOON)


def steps(*timed: tuple[float, Kind]) -> list[Step]:
    return [Step("opened", NOON), *(Step(kind, NOON + dt.timedelta(minutes=minutes)) for minutes, kind in timed)]


def found(*timed: tuple[float, Kind], now: float = 600) -> list[tuple[str, int, float, bool, bool | None]]:
    clocks = served(TICKET, steps(*timed), POLICY, NOON + dt.timedelta(minutes=now))
    return sorted((each.goal, each.number, each.open_s / 60, each.ended, each.kept) for each in clocks)


def test_each_answer_has_its_own_wait() -> None:
    told = found(
        (4, "agent_replied"), (5, "shopper_replied"), (6, "shopper_replied"), (8, "agent_replied"),
        (20, "shopper_replied"), (35, "agent_replied"), (40, "resolved"),
    )  # fmt: skip
    assert told == [
        ("first_response", 1, 4.0, True, True),
        ("next_response", 1, 3.0, True, True),
        ("next_response", 2, 15.0, True, False),
        ("resolution", 1, 40.0, True, True),
    ]


@pytest.mark.parametrize(("now", "kept"), [(5.0, None), (11.0, False)])
def test_what_still_waits_is_broken_or_not_known(now: float, kept: bool | None) -> None:
    assert found(now=now)[0] == ("first_response", 1, now, False, kept)


@given(st.lists(st.tuples(st.floats(0.1, 500), st.sampled_from(["agent_replied", "shopper_replied", "waiting_for_shopper", "resumed"])), max_size=20))  # fmt: skip
def test_waits_are_numbered_and_never_negative(timed: list[tuple[float, Kind]]) -> None:
    told = found(*timed, (550, "resolved"))
    assert all(wait >= 0 and ended for _, _, wait, ended, _ in told)
    numbers = [number for goal, number, *_ in told if goal == "next_response"]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) <= sum(kind == "shopper_replied" for _, kind in timed)
