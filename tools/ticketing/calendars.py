"""Time as the desk counts it: only its open hours, in its own time zone, whatever clocks are put forward or back.

Everything here is a pure function of a `Calendar`; moments are aware and come back in UTC.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import zoneinfo
from collections.abc import Iterator, Mapping

from tools.desk_rules import ALL_DAY, DeskRules, Shift, Weekday

WEEK: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HORIZON_DAYS = 800
"""How far ahead an opening is looked for."""
NO_TIME = dt.timedelta()
MORNING = dt.time(9)
"""When the day of a desk begins that never closes."""
_SECOND = dt.timedelta(seconds=1)

Span = tuple[dt.datetime, dt.datetime]


@dataclasses.dataclass(frozen=True)
class Calendar:
    """When a desk is open: shifts for each day of the week from Monday, days that are closed, days with other shifts."""

    zone: zoneinfo.ZoneInfo
    week: tuple[tuple[Shift, ...], ...]
    holidays: frozenset[dt.date] = frozenset()
    special_days: Mapping[dt.date, tuple[Shift, ...]] = dataclasses.field(default_factory=dict)

    @classmethod
    def of(cls, rules: DeskRules, timezone: str | None = None) -> Calendar:
        """Return the calendar of the rules; `timezone` is the one where they name none."""
        hours = rules.hours
        week = tuple((ALL_DAY,) if hours is None else hours.get(day, hours.get("daily", ())) for day in WEEK)
        zone = zoneinfo.ZoneInfo(rules.timezone or timezone or "UTC")
        return cls(zone, week, frozenset(rules.holidays), rules.special_days)

    @property
    def always_open(self) -> bool:
        """Whether it never closes."""
        return all(shifts == (ALL_DAY,) for shifts in self.week) and not self.holidays and not self.special_days

    def shifts(self, day: dt.date) -> tuple[Shift, ...]:
        """Return the shifts that begin on a day."""
        if day in self.special_days:
            return self.special_days[day]
        return () if day in self.holidays else self.week[day.weekday()]


def spans(calendar: Calendar, since: dt.datetime) -> Iterator[Span]:
    """Yield what is open after `since`, in order and without overlap, for `HORIZON_DAYS`."""
    day = since.astimezone(calendar.zone).date() - dt.timedelta(days=1)  # a shift of yesterday may end today
    reached = since.astimezone(dt.UTC)
    for _ in range(HORIZON_DAYS):
        for shift in calendar.shifts(day):
            last = day + dt.timedelta(days=1) if shift.overnight else day
            begin = max(reached, _instant(dt.datetime.combine(day, shift.begin), calendar.zone, last=False))
            end = _instant(dt.datetime.combine(last, shift.end), calendar.zone, last=True)
            if begin < end:
                yield begin, end
                reached = end
        day += dt.timedelta(days=1)


def open_between(calendar: Calendar, begin: dt.datetime, end: dt.datetime) -> dt.timedelta:
    """Return how long the desk is open from `begin` to `end`; nothing where `end` is not later."""
    if end <= begin:
        return NO_TIME
    if calendar.always_open:
        return end - begin
    total = NO_TIME
    for opens, closes in spans(calendar, begin):
        if opens >= end:
            break
        total += min(closes, end) - opens
    return total


def after(calendar: Calendar, begin: dt.datetime, worked: dt.timedelta) -> dt.datetime | None:
    """Return the first moment by which the desk has been open for `worked` since `begin`; None: not within `HORIZON_DAYS`."""
    begin = begin.astimezone(dt.UTC)
    if worked <= NO_TIME:
        return begin
    if calendar.always_open:
        return begin + worked
    left = worked
    for opens, closes in spans(calendar, begin):
        if closes - opens >= left:
            return opens + left
        left -= closes - opens
    return None


def is_open(calendar: Calendar, at: dt.datetime) -> bool:
    """Tell whether the desk is open; the moment at which it closes is not."""
    return opening(calendar, at) == at


def opening(calendar: Calendar, at: dt.datetime) -> dt.datetime | None:
    """Return `at` itself where the desk is open, else when it opens next; None: not within `HORIZON_DAYS`."""
    if calendar.always_open:
        return at.astimezone(dt.UTC)
    return next((opens for opens, _ in spans(calendar, at)), None)


def next_day(calendar: Calendar, at: dt.datetime) -> dt.datetime | None:
    """Return when the desk opens on the next day on which it does, at nine where that is open all day; None: not within `HORIZON_DAYS`."""
    day = at.astimezone(calendar.zone).date()
    for _ in range(HORIZON_DAYS):
        day += dt.timedelta(days=1)
        if shifts := calendar.shifts(day):
            begin = MORNING if shifts[0] == ALL_DAY else shifts[0].begin
            return _instant(dt.datetime.combine(day, begin), calendar.zone, last=False)
    return None


def closing(calendar: Calendar, at: dt.datetime) -> dt.datetime | None:
    """Return when what is open at `at`, or opens next, closes; shifts that touch are one. None: never within `HORIZON_DAYS`."""
    closes: dt.datetime | None = None
    for begin, end in spans(calendar, at) if not calendar.always_open else ():
        if closes is not None and begin > closes:
            return closes
        closes = end
    return None


def _instant(wall: dt.datetime, zone: zoneinfo.ZoneInfo, *, last: bool) -> dt.datetime:
    """Return when a wall clock shows a time: of two such moments the first, or the `last`; of none, when it is put past it."""
    found = wall.replace(tzinfo=zone, fold=int(last)).astimezone(dt.UTC)
    if found.astimezone(zone).replace(tzinfo=None) == wall:
        return found
    low, high = sorted(wall.replace(tzinfo=zone, fold=fold).astimezone(dt.UTC) for fold in (0, 1))
    while high - low > _SECOND:
        middle = low + (high - low) / 2
        low, high = (middle, high) if middle.astimezone(zone).replace(tzinfo=None) < wall else (low, middle)
    return high.replace(microsecond=0)
