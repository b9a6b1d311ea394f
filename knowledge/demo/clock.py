"""The days of the demo shop's year: local days, and the times that lie in them."""

from __future__ import annotations

import dataclasses
import datetime as dt
import zoneinfo

from knowledge.types import utc_now

ZONE = zoneinfo.ZoneInfo("Asia/Shanghai")
DAYS = 366
"""A year and today; the last day is today and only as long as it has lasted at `Clock.now`."""
DAY_S = 86_400


@dataclasses.dataclass(frozen=True)
class Clock:
    """The time at which the shop is built, at 00:00 UTC, and the year before it."""

    now: dt.datetime

    @classmethod
    def at(cls, now: dt.datetime | None) -> Clock:
        """Round `now` (default: the present) down to the day, so that one day gives one shop."""
        moment = (now or utc_now()).astimezone(dt.UTC)
        return cls(moment.replace(hour=0, minute=0, second=0, microsecond=0))

    @property
    def now_s(self) -> int:
        """Seconds since 1970."""
        return int(self.now.timestamp())

    @property
    def start(self) -> dt.datetime:
        """Local midnight that begins day 0."""
        return self.midnight(0)

    def date(self, day: int) -> dt.date:
        """Return the local date of a day of the year, 0 to `DAYS` - 1."""
        return self.now.astimezone(ZONE).date() - dt.timedelta(days=DAYS - 1 - day)

    def midnight(self, day: int) -> dt.datetime:
        """Return when a day begins, in UTC."""
        return dt.datetime.combine(self.date(day), dt.time.min, ZONE).astimezone(dt.UTC)

    def midnight_s(self, day: int) -> int:
        """Return when a day begins, in seconds since 1970 (the zone has no summer time)."""
        return int(self.midnight(0).timestamp()) + day * DAY_S

    def day_of(self, moment_s: int) -> int:
        """Return which day a time lies in; times before the year give negative days."""
        return (moment_s - self.midnight_s(0)) // DAY_S

    def ago(self, days: float) -> int:
        """Return the time so many days before `now`, in seconds since 1970."""
        return self.now_s - round(days * DAY_S)


def utc(moment_s: float) -> dt.datetime:
    """Return seconds since 1970 as an aware time."""
    return dt.datetime.fromtimestamp(int(moment_s), dt.UTC)
