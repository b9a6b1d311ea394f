"""Clocks of tickets: they count open hours alone, stop for the shopper, end with the case, and never turn back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tools.ticketing.test_calendars import at, calendar, calendars
from tools.desk_rules import Targets
from tools.ticketing.service_levels import Clock, Kind, Step, clocks, most_pressing

OPENED = dt.datetime(2026, 3, 10, 1, 0, tzinfo=dt.UTC)
TARGETS = Targets(first_response_min=5, next_response_min=10, resolution_min=120)
MINUTES = st.integers(0, 6 * 60)
ALWAYS = calendar()
DAYTIME = calendar(hours={"daily": ["09:00-12:00", "13:30-18:00"]})


@st.composite
def histories(draw: st.DrawFn) -> list[Step]:
    kinds = draw(st.lists(st.sampled_from(get_args(Kind)[1:]), max_size=8))
    gaps = draw(st.lists(MINUTES, min_size=len(kinds), max_size=len(kinds)))
    history, moment = [Step("opened", OPENED)], OPENED
    for kind, gap in zip(kinds, gaps, strict=True):
        moment += dt.timedelta(minutes=gap, seconds=1)
        history.append(Step(kind, moment))
    return history


def story(*steps: tuple[Kind, int]) -> list[Step]:
    return [Step("opened", OPENED), *(Step(kind, OPENED + dt.timedelta(minutes=minute)) for kind, minute in steps)]


def standing(history: Sequence[Step], minute: int, found: object = None) -> dict[str, Clock]:
    now = OPENED + dt.timedelta(minutes=minute)
    return {clock.goal: clock for clock in clocks(history, TARGETS, found or ALWAYS, now)}  # type: ignore[arg-type]


@given(histories(), calendars(), MINUTES, MINUTES)
@settings(max_examples=15, deadline=None)
def test_clocks_only_go_forward_and_a_breach_stays_one(
    history: list[Step], found: object, first: int, more: int
) -> None:
    before, later = standing(history, first, found), standing(history, first + more, found)
    for goal in ("first_response", "resolution"):
        assert before[goal].elapsed_s <= later[goal].elapsed_s
        assert not (before[goal].state == "breached" and later[goal].state != "breached")


@given(histories(), calendars(), MINUTES)
@settings(max_examples=15, deadline=None)
def test_what_is_due_is_breached_from_then_on_and_not_before(history: list[Step], found: object, minute: int) -> None:
    now = OPENED + dt.timedelta(minutes=minute)
    for clock in clocks(history, TARGETS, found, now):  # type: ignore[arg-type]
        assert (clock.elapsed_s >= clock.target_s) == (clock.state == "breached")
        if clock.due is not None:
            assert (clock.due <= now) == (clock.state == "breached")
        if clock.due is not None and clock.warn_at is not None:
            assert clock.warn_at <= clock.due
        if clock.state == "warning":
            assert clock.warn_at is not None
            assert clock.warn_at <= now


@given(histories(), calendars(), MINUTES)
@settings(max_examples=15, deadline=None)
def test_left_alone_a_running_clock_runs_out_exactly_when_it_said(
    history: list[Step], found: object, minute: int
) -> None:
    now = OPENED + dt.timedelta(minutes=minute)
    past = [step for step in history if step.at <= now]
    for clock in clocks(past, TARGETS, found, now):  # type: ignore[arg-type]
        if clock.due is None or clock.ended or clock.state == "breached":
            continue
        moments = (clock.due - dt.timedelta(seconds=1), clock.due)
        before, then = (_of(clocks(past, TARGETS, found, moment), clock.goal) for moment in moments)  # type: ignore[arg-type]
        assert (before.state == "breached", then.state) == (False, "breached")


@given(histories(), MINUTES)
@settings(max_examples=15, deadline=None)
def test_nothing_that_is_yet_to_come_changes_a_clock(history: list[Step], minute: int) -> None:
    now = OPENED + dt.timedelta(minutes=minute)
    past = [step for step in history if step.at <= now]
    assert clocks(history, TARGETS, DAYTIME, now) == clocks(past, TARGETS, DAYTIME, now)


def test_the_first_answer_ends_the_first_clock_and_a_question_starts_the_next() -> None:
    history = story(("agent_replied", 4), ("shopper_replied", 6), ("shopper_replied", 9))
    found = standing(history, 12)
    assert (found["first_response"].state, found["first_response"].ended) == ("met", True)
    assert found["next_response"].elapsed_s == 6 * 60  # since the first of the two questions
    assert found["next_response"].due == OPENED + dt.timedelta(minutes=16)
    assert standing([*history, Step("agent_replied", OPENED + dt.timedelta(minutes=15))], 20)["next_response"].ended


def test_there_is_no_next_response_before_the_first() -> None:
    assert "next_response" not in standing(story(("shopper_replied", 1)), 3)


def test_waiting_for_the_shopper_stops_the_resolution_until_they_write() -> None:
    history = story(("agent_replied", 2), ("waiting_for_shopper", 10), ("agent_replied", 15), ("shopper_replied", 60))
    paused = standing(history, 50)["resolution"]
    assert (paused.state, paused.paused_by, paused.elapsed_s, paused.due) == ("paused", "shopper", 600, None)
    again = standing(history, 70)["resolution"]
    assert (again.state, again.elapsed_s) == ("running", 20 * 60)
    assert again.due == OPENED + dt.timedelta(minutes=60 + 110)


def test_a_case_that_is_resolved_has_no_clock_that_runs() -> None:
    found = standing(story(("agent_replied", 2), ("shopper_replied", 3), ("resolved", 30)), 3000)
    assert {goal: (clock.ended, clock.elapsed_s) for goal, clock in found.items()} == {
        "first_response": (True, 120),
        "next_response": (True, 27 * 60),
        "resolution": (True, 1800),
    }


def test_a_case_that_is_reopened_goes_on_from_where_it_was() -> None:
    found = standing(story(("resolved", 30), ("reopened", 600)), 610)["resolution"]
    assert (found.state, found.elapsed_s, found.due) == ("running", 2400, OPENED + dt.timedelta(minutes=600 + 90))


@pytest.mark.parametrize(
    ("minute", "state", "paused_by"),
    [(3, "running", None), (4, "warning", None), (5, "breached", None)],
)
def test_a_breach_is_warned_of(minute: int, state: str, paused_by: str | None) -> None:
    found = standing(story(), minute)["first_response"]
    assert (found.state, found.paused_by) == (state, paused_by)


def test_closed_hours_do_not_count() -> None:
    opened = at("2026-03-10T17:58")
    found = clocks([Step("opened", opened)], TARGETS, DAYTIME, at("2026-03-10T23:00"))
    first = _of(found, "first_response")
    assert (first.state, first.paused_by, first.elapsed_s) == ("paused", "closed", 120)
    assert first.due == at("2026-03-11T09:03")
    assert _of(found, "resolution").due == at("2026-03-11T10:58")


def test_the_most_pressing_clock_is_the_one_that_runs_out_first() -> None:
    found = standing(story(("agent_replied", 1), ("shopper_replied", 2)), 5)
    assert most_pressing(found.values()) == found["next_response"]
    assert most_pressing(standing(story(("resolved", 1)), 5).values()) is None


def _of(found: Sequence[Clock], goal: str) -> Clock:
    return next(clock for clock in found if clock.goal == goal)
