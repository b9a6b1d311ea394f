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
    if first.day == 1 and last == month_of(last).last:
        count = (last.year - first.year) * 12 + last.month - first.month + 1
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
