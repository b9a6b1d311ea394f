"""Who takes which ticket: room, abilities, order and overflow hold for whatever waits; and the wait that is told."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.desk_rules import DeskRules, Priority
from tools.testing import NOW
from tools.ticketing.routing import OnDuty, Waiting, expected_wait, front_of, is_front, place_of, route, vanished

RULES = DeskRules()
QUEUES = st.sampled_from(["general", "after_sales", "delivery"])
LANGS = st.sampled_from(["zh", "en"])
MINUTE = dt.timedelta(minutes=1)


def waiting(
    name: str, priority: Priority = "normal", minutes: float = 0, queue: str = "general", lang: str = "zh"
) -> Waiting:
    since = NOW - MINUTE * minutes
    return Waiting(name, priority, queue, lang, since, place_of(priority, since, RULES))  # type: ignore[arg-type]


@st.composite
def lines(draw: st.DrawFn) -> list[Waiting]:
    tickets = st.tuples(st.sampled_from(get_args(Priority)), st.integers(0, 90), QUEUES, LANGS)
    return [waiting(f"t{n}", *each) for n, each in enumerate(draw(st.lists(tickets, max_size=12)))]


@st.composite
def agents(draw: st.DrawFn) -> list[OnDuty]:
    abilities = st.tuples(st.integers(0, 4), st.integers(0, 4), st.frozensets(QUEUES), st.frozensets(LANGS, min_size=1))
    return [OnDuty(f"a{n}", *each) for n, each in enumerate(draw(st.lists(abilities, max_size=5)))]  # type: ignore[arg-type]


@given(lines(), agents())
@settings(max_examples=30, deadline=None)
def test_whatever_waits_nobody_gets_too_much_or_what_they_cannot_do_and_nobody_able_is_left_idle(
    line: list[Waiting], duty: list[OnDuty]
) -> None:
    found = route(line, duty, RULES, NOW)
    tickets, staff = {each.id: each for each in line}, {each.id: each for each in duty}
    assert len({each.ticket_id for each in found}) == len(found)
    loads = {each.id: each.load for each in duty}
    for given_ in found:
        ticket, agent = tickets[given_.ticket_id], staff[given_.agent_id]
        loads[agent.id] += 1
        assert loads[agent.id] <= agent.capacity + RULES.over_capacity.get(ticket.priority, 0)
        assert ticket.lang in agent.langs
        assert not agent.queues or ticket.queue in agent.queues or "overflow" in given_.because
    for ticket in line:
        if ticket.id not in {each.ticket_id for each in found}:
            able = [a for a in duty if ticket.lang in a.langs and (not a.queues or ticket.queue in a.queues)]
            assert all(loads[agent.id] >= agent.capacity for agent in able)


@given(lines(), agents())
@settings(max_examples=20, deadline=None)
def test_a_ticket_never_waits_behind_one_of_its_kind_that_came_later(line: list[Waiting], duty: list[OnDuty]) -> None:
    taken = {each.ticket_id for each in route(line, duty, RULES, NOW)}
    for one in line:
        for other in line:
            alike = (one.priority, one.queue, one.lang) == (other.priority, other.queue, other.lang)
            if alike and one.since < other.since and other.id in taken:
                assert one.id in taken


@given(st.sampled_from(get_args(Priority)), st.integers(0, 10_000), st.integers(1, 10_000))
def test_places_keep_the_order_of_arrival_within_a_priority_and_the_front_is_before_all(
    priority: Priority, minutes: int, more: int
) -> None:
    older, newer = place_of(priority, NOW - MINUTE * (minutes + more), RULES), place_of(priority, NOW, RULES)
    assert older < newer
    assert front_of(newer) < older
    assert front_of(older) < front_of(newer)
    assert front_of(front_of(newer)) == front_of(newer)
    assert is_front(front_of(newer))
    assert not is_front(newer)


def test_higher_priorities_come_first_until_waiting_makes_up_for_it() -> None:
    one = [OnDuty("a", capacity=1)]
    assert route([waiting("n", "normal", 10), waiting("h", "high", 0)], one, RULES, NOW)[0].ticket_id == "h"
    found = route([waiting("n", "normal", 16), waiting("h", "high", 0)], one, RULES, NOW)[0]
    assert (found.ticket_id, "aged" in found.because) == ("n", True)


def test_the_least_busy_is_taken_and_of_equals_the_one_who_can_do_least_else() -> None:
    broad, narrow = OnDuty("broad"), OnDuty("narrow", queues=frozenset({"general"}), langs=frozenset({"zh"}))
    assert route([waiting("t")], [broad, narrow], RULES, NOW)[0].because == ("queue", "language", "narrowest")
    busy = dataclasses.replace(narrow, load=1)
    assert route([waiting("t")], [broad, busy], RULES, NOW)[0].because == ("any_queue", "language", "least_busy")


@pytest.mark.parametrize(("minutes", "got"), [(4, []), (5, ["overflow"])])
def test_other_queues_help_after_a_while(minutes: int, got: list[str]) -> None:
    agent = OnDuty("a", queues=frozenset({"delivery"}))
    found = route([waiting("t", minutes=minutes)], [agent], RULES, NOW)
    assert [each.because[0] for each in found] == got


def test_a_skill_and_a_lapsed_offer_decide_who_may() -> None:
    ticket = dataclasses.replace(waiting("t"), skills=frozenset({"invoices"}), not_for=frozenset({"a"}))
    skilled = [OnDuty(name, skills=frozenset({"invoices"})) for name in ("a", "b")]
    assert [each.agent_id for each in route([ticket], [*skilled, OnDuty("c")], RULES, NOW)] == ["b"]


def test_the_urgent_get_one_more_than_there_is_room_for() -> None:
    full = [OnDuty("a", load=3)]
    assert route([waiting("t", "high", 30)], full, RULES, NOW) == []
    assert "over_capacity" in route([waiting("t", "urgent")], full, RULES, NOW)[0].because


def test_who_never_had_a_socket_cannot_vanish() -> None:
    assert not vanished(None, NOW, MINUTE)
    assert not vanished(NOW - MINUTE, NOW, MINUTE)
    assert vanished(NOW - 2 * MINUTE, NOW, MINUTE)


@pytest.mark.parametrize(
    ("position", "ago", "present", "free", "minutes"),
    [
        (1, [1, 2, 3], 1, 1, 0),
        (2, [5, 10, 20], 1, 0, 40 / 3),
        (3, [5, 10, 20], 1, 1, 40 / 3),
        (1, [5, 10], 1, 0, None),
        (1, [70, 80, 90], 1, 0, None),
        (1, [1, 2, 3], 0, 0, None),
    ],
    ids=["room", "rate", "behind who has room", "too few", "long ago", "nobody there"],
)
def test_a_wait_is_told_by_the_rate_or_not_at_all(
    position: int, ago: list[int], present: int, free: int, minutes: float | None
) -> None:
    found = expected_wait(position, [NOW - MINUTE * each for each in ago], NOW, present=present, free=free)
    assert (None if found is None else found.total_seconds() / 60) == (
        None if minutes is None else pytest.approx(minutes)
    )
