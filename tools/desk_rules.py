"""The desk's part of the policy: its hours, how soon people are answered, and in which order tickets are taken."""

from __future__ import annotations

import datetime as dt
import itertools
import re
import zoneinfo
from typing import Annotated, Any, Literal

import pydantic

Priority = Literal["low", "normal", "high", "urgent"]
"""Of a ticket."""
_PRIORITIES: dict[str, Priority] = {"low": "low", "normal": "normal", "high": "high", "urgent": "urgent"}
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Minutes = Annotated[float, pydantic.Field(gt=0, le=60 * 24 * 365)]

_SHIFT = re.compile(r"([01]\d|2[0-3]):([0-5]\d)\s?[-–]\s?([01]\d|2[0-4]):([0-5]\d)")


def priority_of(name: str) -> Priority:
    """Return the priority of that name; one that is not known counts as normal."""
    return _PRIORITIES.get(name, "normal")


class _Rules(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)


class Shift(_Rules):
    """A time of the day in which the desk is open, written ``09:00-12:30``. One that ends no later than it begins ends on the next day."""

    begin: dt.time
    end: dt.time

    @pydantic.model_validator(mode="before")
    @classmethod
    def _written(cls, given: Any) -> Any:
        if not isinstance(given, str):
            return given
        found = _SHIFT.fullmatch(given.strip())
        if found is None or (found[3] == "24" and found[4] != "00"):
            raise ValueError("expected a shift as 09:00-12:30")
        end = dt.time(0) if found[3] == "24" else dt.time(int(found[3]), int(found[4]))
        return {"begin": dt.time(int(found[1]), int(found[2])), "end": end}

    @property
    def overnight(self) -> bool:
        """Whether it ends on the next day; midnight is the next day's."""
        return self.end <= self.begin


def _in_order(shifts: tuple[Shift, ...]) -> tuple[Shift, ...]:
    ordered = tuple(sorted(shifts, key=lambda shift: shift.begin))
    for earlier, later in itertools.pairwise(ordered):
        if earlier.overnight or later.begin < earlier.end:
            raise ValueError(f"expected shifts that do not overlap, two do at {later.begin:%H:%M}")
    return ordered


Shifts = Annotated[tuple[Shift, ...], pydantic.AfterValidator(_in_order)]
ALL_DAY = Shift(begin=dt.time(0), end=dt.time(0))


class Targets(_Rules):
    """Within how many minutes of the desk's hours; None: no promise."""

    first_response_min: Minutes | None = None
    next_response_min: Minutes | None = None
    resolution_min: Minutes | None = None
    """None: the hours of ``human.resolve_within_h``."""


class DeskRules(_Rules):
    """When people are there, how soon they answer, and who is taken first."""

    timezone: str | None = None
    """Of the hours; None: the policy's."""
    hours: dict[Weekday | Literal["daily"], Shifts] | None = None
    """By weekday; ``daily`` for those that are not named. A day that is neither named nor ``daily`` is closed; None: always open."""
    holidays: tuple[dt.date, ...] = ()
    """Closed all day."""
    special_days: dict[dt.date, Shifts] = {}
    """Days with hours of their own, also among the holidays."""
    targets: dict[Priority, Targets] = {
        "urgent": Targets(first_response_min=2, next_response_min=3),
        "high": Targets(first_response_min=5, next_response_min=5),
        "normal": Targets(first_response_min=10, next_response_min=10),
        "low": Targets(first_response_min=30, next_response_min=30),
    }
    warn_from: Annotated[float, pydantic.Field(gt=0, lt=1)] = 0.75
    """Share of a target after which a breach is warned of."""
    ageing_min: dict[Priority, Annotated[float, pydantic.Field(ge=0, le=60 * 24 * 365)]] = {
        "urgent": 0,
        "high": 15,
        "normal": 30,
        "low": 60,
    }
    """By how many minutes of waiting a ticket makes up for its priority: with 15 for high and 30 for normal, a normal ticket that
    has waited 15 minutes longer than a high one is taken before it."""
    over_capacity: dict[Priority, Annotated[int, pydantic.Field(ge=0, le=10)]] = {"urgent": 1}
    """How many tickets more than they have room for an agent is given, where one of this priority waits and nobody has room."""
    overflow_after_min: dict[Priority, Annotated[float, pydantic.Field(ge=0, le=60 * 24 * 365)]] = {
        "urgent": 0,
        "high": 2,
        "normal": 5,
        "low": 15,
    }
    """From when on agents of other queues take a ticket too; never where its priority is not named."""
    language_overflow_after_min: Minutes | None = None
    """From when on agents without its language take it too; None: never."""
    reopen_within_days: Annotated[float, pydantic.Field(ge=0, le=365)] = 7
    """For how long after its end a ticket is the earlier one of a shopper who comes back with the same matter; 0: never."""

    @pydantic.field_validator("timezone")
    @classmethod
    def _known_timezone(cls, value: str | None) -> str | None:
        try:
            return value if value is None else zoneinfo.ZoneInfo(value).key
        except (zoneinfo.ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError("expected a time zone such as Asia/Shanghai") from error
