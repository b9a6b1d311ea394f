"""Clocks of a ticket: first response, next response and resolution, as a pure function of what happened and of the calendar.

A clock counts the desk's open hours alone. That of the resolution stops while the shopper is waited for; every one ends with the
case. A target is kept where less than it was used.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

import pydantic

from tools.desk_rules import Targets
from tools.ticketing.calendars import NO_TIME, Calendar, after, is_open, open_between

Kind = Literal["opened", "agent_replied", "shopper_replied", "waiting_for_shopper", "resumed", "resolved", "reopened"]
Goal = Literal["first_response", "next_response", "resolution"]
State = Literal["running", "warning", "paused", "breached", "met"]


class Step(NamedTuple):
    """Something that happened to a ticket."""

    kind: Kind
    at: dt.datetime


class Clock(pydantic.BaseModel):
    """How a promise stands. Seconds are of the desk's open hours."""

    model_config = pydantic.ConfigDict(frozen=True)

    goal: Goal
    state: State
    target_s: float
    elapsed_s: float
    ended: bool = False
    """True: nothing changes any more, unless the shopper writes or the case is reopened."""
    due: dt.datetime | None = None
    """When the target is used up, or was; None: it was kept, or it is not known while the shopper is waited for."""
    warn_at: dt.datetime | None = None
    """When the breach is warned of; None as with `due`."""
    paused_by: Literal["closed", "shopper"] | None = None


class _Run(NamedTuple):
    """A stretch in which a clock runs; `end` is None where it still does."""

    begin: dt.datetime
    end: dt.datetime | None


class _Promise(NamedTuple):
    goal: Goal
    target: dt.timedelta
    warn_from: float
    calendar: Calendar


_Runs = tuple[list[_Run], bool, bool]
"""When a clock ran, whether it has ended, and whether it stands still because the shopper is waited for."""


def clocks(
    history: Iterable[Step], targets: Targets, calendar: Calendar, now: dt.datetime, *, warn_from: float = 0.75
) -> tuple[Clock, ...]:
    """Return the clocks that there is a target for, as they stand at `now`; what happens later is left out.

    That of the next response is of the shopper's last question since the first response, and is not there before it.
    """
    steps = sorted((step for step in history if step.at <= now), key=lambda step: step.at)
    found: list[Clock] = []
    goals: tuple[tuple[Goal, float | None, _Runs], ...] = (
        ("first_response", targets.first_response_min, _first_response(steps)),
        ("next_response", targets.next_response_min, _next_response(steps)),
        ("resolution", targets.resolution_min, _resolution(steps)),
    )
    for goal, minutes, (runs, ended, waits) in goals:
        if minutes is not None and runs:
            promise = _Promise(goal, dt.timedelta(minutes=minutes), warn_from, calendar)
            found.append(_clock(promise, runs, now, ended=ended, waits=waits))
    return tuple(found)


def _first_response(steps: Sequence[Step]) -> _Runs:
    begin = next((step.at for step in steps if step.kind == "opened"), None)
    if begin is None:
        return [], False, False
    end = next((step.at for step in steps if step.kind in ("agent_replied", "resolved")), None)
    return [_Run(begin, end)], end is not None, False


def _next_response(steps: Sequence[Step]) -> _Runs:
    answered = False
    run: _Run | None = None
    for step in steps:
        if step.kind == "agent_replied" or (step.kind == "resolved" and run is not None):
            answered = answered or step.kind == "agent_replied"
            run = _Run(run.begin, step.at) if run is not None and run.end is None else run
        elif step.kind == "shopper_replied" and answered and (run is None or run.end is not None):
            run = _Run(step.at, None)
    return ([], False, False) if run is None else ([run], run.end is not None, False)


def _resolution(steps: Sequence[Step]) -> _Runs:
    runs: list[_Run] = []
    open_, waits = False, False
    for step in steps:
        open_ = {"opened": True, "reopened": True, "resolved": False}.get(step.kind, open_)
        waits = step.kind == "waiting_for_shopper" or (waits and step.kind == "agent_replied")
        runs_now = bool(runs) and runs[-1].end is None
        if open_ and not waits and not runs_now:
            runs.append(_Run(step.at, None))
        elif runs_now and (waits or not open_):
            runs[-1] = _Run(runs[-1].begin, step.at)
    return runs, not open_, open_ and waits


def _clock(promise: _Promise, runs: list[_Run], now: dt.datetime, *, ended: bool, waits: bool) -> Clock:
    calendar, target = promise.calendar, promise.target
    elapsed = sum((open_between(calendar, run.begin, run.end or now) for run in runs), NO_TIME)
    breached = elapsed >= target
    known = breached or not (ended or waits)
    paused: Literal["closed", "shopper"] | None = None
    if not ended and not breached:
        paused = "shopper" if waits else None if is_open(calendar, now) else "closed"
    state: State = "running"
    if breached:
        state = "breached"
    elif ended:
        state = "met"
    elif paused is not None:
        state = "paused"
    elif elapsed >= target * promise.warn_from:
        state = "warning"
    return Clock(
        goal=promise.goal,
        state=state,
        target_s=target.total_seconds(),
        elapsed_s=elapsed.total_seconds(),
        ended=ended,
        due=_reached(runs, target, calendar) if known else None,
        warn_at=_reached(runs, target * promise.warn_from, calendar) if known else None,
        paused_by=paused,
    )


def _reached(runs: Sequence[_Run], worked: dt.timedelta, calendar: Calendar) -> dt.datetime | None:
    """Return the first moment at which `worked` has run; None: not while it ran, or too far ahead."""
    left = worked
    for run in runs:
        ran = open_between(calendar, run.begin, run.end) if run.end is not None else None
        if ran is None or ran >= left:
            return after(calendar, run.begin, left)
        left -= ran
    return None


def most_pressing(found: Iterable[Clock]) -> Clock | None:
    """Return the clock to look at: the one that runs out first, of those that have not ended."""
    far = dt.datetime.max.replace(tzinfo=dt.UTC)
    live = [clock for clock in found if not clock.ended]
    return min(live, key=lambda clock: clock.due or far, default=None)
