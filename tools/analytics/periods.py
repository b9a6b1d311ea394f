"""Periods of whole days in the shop's time zone: the one before, the same a year earlier, and the steps of a trend."""

from __future__ import annotations

import calendar
import datetime as dt
import functools
from typing import Literal, Self
from zoneinfo import ZoneInfo

import pydantic

Grain = Literal["hour", "weekday", "day", "week", "month", "quarter", "year"]
GRAINS: tuple[Grain, ...] = ("hour", "weekday", "day", "week", "month", "quarter", "year")
_DAY = dt.timedelta(days=1)


class Period(pydantic.BaseModel):
    """Days from `first` to `last`, both included."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)

    first: dt.date
    last: dt.date

    @pydantic.model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last < self.first:
            raise ValueError("expected the last day not before the first")
        return self

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    def bounds(self, zone: ZoneInfo) -> tuple[dt.datetime, dt.datetime]:
        """Return its first instant and the first after it, in UTC."""
        return _midnight(self.first, zone), _midnight(self.last + _DAY, zone)


def _midnight(day: dt.date, zone: ZoneInfo) -> dt.datetime:
    return dt.datetime.combine(day, dt.time.min, zone).astimezone(dt.UTC)


def month_of(day: dt.date) -> Period:
    """Return the calendar month of a day."""
    return Period(first=day.replace(day=1), last=day.replace(day=_length(day.year, day.month)))


def months(day: dt.date, ahead: int) -> dt.date:
    """Return the same day `ahead` months later (earlier where negative), or the last of a shorter month."""
    index = day.year * 12 + day.month - 1 + ahead
    year, month = divmod(index, 12)
    return dt.date(year, month + 1, min(day.day, _length(year, month + 1)))


def _length(year: int, month: int) -> int:
    return calendar.monthrange(year, month)[1]


def before(period: Period) -> Period:
    """Return what a period is compared with, 环比.

    Whole calendar months (so quarters and years too) with as many before them; the beginning of a month or of a year with the
    same days of the one before; the beginning of a week with the same weekdays; every other period with as many days before it.
    """
    first, last = period.first, period.last
    if count := _whole_months(period):
        return Period(first=months(first, -count), last=first - _DAY)
    if first.day == 1 and (first.year, first.month) == (last.year, last.month):
        return Period(first=months(first, -1), last=months(last, -1))
    if (first.month, first.day) == (1, 1) and first.year == last.year:
        return year_before(period)
    back = dt.timedelta(days=7 if first.weekday() == 0 and period.days < 7 else period.days)
    return Period(first=first - back, last=last - back)


def year_before(period: Period) -> Period:
    """Return the same dates a year earlier, 同比; whole months stay whole where February is longer."""
    last = months(period.last, -12)
    if period.last == month_of(period.last).last:
        last = month_of(last).last
    return Period(first=months(period.first, -12), last=last)


def steps(period: Period, grain: Grain) -> list[str]:
    """Return the keys of every step of a trend, also of those in which nothing happened."""
    match grain:
        case "hour":
            return [f"{hour:02d}" for hour in range(24)]
        case "weekday":
            return [str(day) for day in range(1, 8)]
        case _:
            days = (period.first + dt.timedelta(days=each) for each in range(period.days))
            return list(dict.fromkeys(step_of(day, grain) for day in days))


def step_of(day: dt.date, grain: Grain) -> str:
    """Return the key of the step that a day lies in: ``2026-11-30``, its week's Monday, ``2026-11``, ``2026-Q4``, ``2026``."""
    match grain:
        case "day":
            return day.isoformat()
        case "week":
            return (day - dt.timedelta(days=day.weekday())).isoformat()
        case "month":
            return f"{day:%Y-%m}"
        case "quarter":
            return f"{day.year}-Q{(day.month + 2) // 3}"
        case "year":
            return f"{day.year}"
        case _:
            raise ValueError(f"expected a step of days, got {grain!r}")


def span_of(key: str, grain: Grain) -> Period:
    """Return the days of a step: `step_of` read backwards.

    Raises:
        ValueError: it is no key of a step of days.
    """
    match grain:
        case "day":
            day = dt.date.fromisoformat(key)
            return Period(first=day, last=day)
        case "week":
            monday = dt.date.fromisoformat(key)
            return Period(first=monday, last=monday + 6 * _DAY)
        case "month":
            return month_of(dt.date.fromisoformat(f"{key}-01"))
        case "quarter":
            year, _, number = key.partition("-Q")
            first = dt.date(int(year), 3 * int(number) - 2, 1)
            return Period(first=first, last=months(first, 3) - _DAY)
        case "year":
            return Period(first=dt.date(int(key), 1, 1), last=dt.date(int(key), 12, 31))
        case _:
            raise ValueError(f"expected a step of days, got {grain!r}")


def is_current(period: Period, today: dt.date) -> bool:
    """Tell whether a period ran up to a day or the one before it, or was the last whole week, month, quarter, ... before it."""
    if period.last >= today - _DAY:
        return True
    if _whole_months(period):
        return today < months(period.first, 2 * _whole_months(period))
    return _is_week(period) and today <= period.last + 7 * _DAY


def _whole_months(period: Period) -> int:
    """Return how many calendar months a period is; 0 where it is no whole ones."""
    first, last = period.first, period.last
    if first.day != 1 or last != month_of(last).last:
        return 0
    return (last.year - first.year) * 12 + last.month - first.month + 1


def _is_week(period: Period) -> bool:
    return period.first.weekday() == 0 and period.days == 7


def moved(period: Period, then: dt.date, today: dt.date) -> Period:
    """Return what a period that was asked for on the day `then` is on another day.

    Whole calendar months move by months and whole weeks by weeks; what began with a month or a year and ran up to that day still does;
    everything else moves by days.
    """
    first, last = period.first, period.last
    if count := _whole_months(period):
        step = count if count in {3, 12} else 1
        begin = months(first, step * (_month(today) // step - _month(then) // step))
        return Period(first=begin, last=months(begin, count) - _DAY)
    if _is_week(period):
        weeks = (today - today.weekday() * _DAY) - (then - then.weekday() * _DAY)
        return Period(first=first + weeks, last=last + weeks)
    if last == then and first == then.replace(day=1):
        return Period(first=today.replace(day=1), last=today)
    if last == then and (first.month, first.day, first.year) == (1, 1, then.year):
        return Period(first=today.replace(month=1, day=1), last=today)
    return Period(first=first + (today - then), last=last + (today - then))


def _month(day: dt.date) -> int:
    return day.year * 12 + day.month - 1


@functools.lru_cache(maxsize=64)
def offsets(zone: ZoneInfo, start: dt.datetime, end: dt.datetime) -> tuple[tuple[dt.datetime, int], ...]:
    """Return the zone's offsets from UTC between two instants: from when on, and seconds; the first holds from before on."""
    found = [(start, _offset(start, zone))]
    at = start
    while at < end:
        after = min(at + _DAY, end)
        if _offset(after, zone) != _offset(at, zone):
            low, high = at, after
            while high - low > dt.timedelta(seconds=1):
                middle = low + (high - low) / 2
                low, high = (middle, high) if _offset(middle, zone) == _offset(at, zone) else (low, middle)
            found.append((high.replace(microsecond=0), _offset(after, zone)))
        at = after
    return tuple(found)


def _offset(at: dt.datetime, zone: ZoneInfo) -> int:
    return int((at.astimezone(zone).utcoffset() or dt.timedelta()).total_seconds())
