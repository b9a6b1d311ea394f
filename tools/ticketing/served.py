"""How long the shopper of a ticket waited, reckoned from its steps: to the first answer, to each next one, to the end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from knowledge.schema import Ticket, TicketClock
from tools.desk_rules import Targets
from tools.policy import Policy
from tools.ticketing.calendars import Calendar, open_between
from tools.ticketing.history import calendar_of, targets_of
from tools.ticketing.service_levels import Goal, Step, clocks

_NO_PROMISE = 60 * 24 * 365.0
"""Minutes that stand for a promise where there is none: a clock counts only what was promised."""


class _Wait(NamedTuple):
    goal: Goal
    number: int
    began_at: dt.datetime
    open_s: float


def served(ticket: Ticket, steps: Sequence[Step], policy: Policy, now: dt.datetime) -> list[TicketClock]:
    """Return the clocks of a ticket as they are kept; what still runs counts up to `now`."""
    promised, calendar = targets_of(policy, ticket.priority), calendar_of(policy)
    counted = Targets(
        first_response_min=promised.first_response_min or _NO_PROMISE,
        resolution_min=promised.resolution_min or _NO_PROMISE,
    )
    found = []
    for clock in clocks(steps, counted, calendar, now):
        promise = promised.first_response_min if clock.goal == "first_response" else promised.resolution_min
        kept = None if promise is None else _kept(clock.elapsed_s, clock.target_s, ended=clock.ended)
        wait = _Wait(clock.goal, 1, ticket.created_at, clock.elapsed_s)
        found.append(_row(ticket, wait, ended=clock.ended, kept=kept))
    return [*found, *_next_responses(ticket, steps, promised.next_response_min, calendar, now)]


def _next_responses(
    ticket: Ticket, steps: Sequence[Step], promise: float | None, calendar: Calendar, now: dt.datetime
) -> Iterator[TicketClock]:
    for number, (asked, answered) in enumerate(_asked_again(steps), start=1):
        waited = open_between(calendar, asked, answered or now).total_seconds()
        ended = answered is not None
        kept = None if promise is None else _kept(waited, promise * 60, ended=ended)
        yield _row(ticket, _Wait("next_response", number, asked, waited), ended=ended, kept=kept)


def _asked_again(steps: Sequence[Step]) -> Iterator[tuple[dt.datetime, dt.datetime | None]]:
    """Yield each time that the shopper asked after the first answer, with when they were answered."""
    answered, asked = False, None
    for step in sorted(steps, key=lambda each: each.at):
        if step.kind in ("agent_replied", "resolved"):
            if asked is not None:
                yield asked, step.at
            asked, answered = None, answered or step.kind == "agent_replied"
        elif step.kind == "shopper_replied" and answered and asked is None:
            asked = step.at
    if asked is not None:
        yield asked, None


def _kept(waited_s: float, target_s: float, *, ended: bool) -> bool | None:
    if waited_s >= target_s:
        return False
    return True if ended else None


def _row(ticket: Ticket, wait: _Wait, *, ended: bool, kept: bool | None) -> TicketClock:
    return TicketClock(ticket_id=ticket.id, **wait._asdict(), ended=ended, kept=kept)
