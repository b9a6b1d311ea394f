"""A day at a desk, drawn once and then lived through under several ways of routing: who comes when, wants what, and who is there.

The shop's shape is an assumption and stands here: hours, the arrivals by hour, the mix of languages, priorities and queues, how long a
case takes, who can do what, and how often an agent's connection is lost. Nothing of it depends on how tickets are routed.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
import zoneinfo
from collections.abc import Mapping
from typing import TypeVar

from knowledge.types import Lang
from tools.desk_rules import DeskRules, Priority, Shift
from tools.ticketing.calendars import Calendar

ChoiceT = TypeVar("ChoiceT", bound=str)

ZONE = zoneinfo.ZoneInfo("Asia/Shanghai")
MIDNIGHT = dt.datetime(2026, 11, 11, tzinfo=ZONE).astimezone(dt.UTC)
CONVERSATIONS, AGENTS, CAPACITY = 5000, 20, 3
BY_HOUR = (
    0.5, 0.3, 0.2, 0.1, 0.1, 0.2, 0.4, 0.8, 1.5, 6, 8, 7.5, 6.5, 6.5, 7.5, 7.5, 7, 6.5, 6, 6.5, 7.5, 6, 2, 1,
)  # fmt: skip
"""How the arrivals spread over the day."""
PRIORITIES: dict[Priority, float] = {"urgent": 0.03, "high": 0.17, "normal": 0.65, "low": 0.15}
QUEUES = {"general": 0.55, "after_sales": 0.3, "delivery": 0.15}
LANGS: dict[Lang, float] = {"zh": 0.75, "en": 0.25}
HANDLING_MEDIAN_S, HANDLING_SIGMA = 195.0, 0.75
"""A case takes a lognormal time: half of them no longer than this, 4 minutes 20 on average."""
REACTION_S = (8.0, 40.0)
"""From getting a ticket to the first words."""
UNFAMILIAR = 1.3
"""How much longer a case takes an agent who is not of its queue."""
VANISHES_A_DAY = 0.5
AWAY_S = (30.0, 2400.0)
"""How long a lost connection stays lost."""
RULES = DeskRules.model_validate({"timezone": ZONE.key, "hours": {"daily": ["09:00-22:00"]}})
CALENDAR = Calendar.of(RULES)
TEAM = (
    "general zh early", "general+after_sales zh late", "all zh+en early", "general+delivery en early",
    "general zh split", "after_sales zh+en late", "general+delivery zh early", "all zh+en late",
    "general+after_sales zh+en split", "general zh early", "general+delivery en late", "after_sales zh early",
    "general zh+en late", "all zh+en split", "general+after_sales en early", "general zh late",
    "general+delivery zh early", "general zh+en early", "general+delivery zh late", "general zh split",
)  # fmt: skip
"""What each agent does, speaks, and when they work."""


@dataclasses.dataclass(frozen=True)
class Arrival:
    """A conversation that comes to the desk. Seconds are counted from midnight."""

    id: str
    at_s: float
    priority: Priority
    queue: str
    lang: Lang
    handling_s: float
    reaction_s: float

    @property
    def at(self) -> dt.datetime:
        """When it comes."""
        return MIDNIGHT + dt.timedelta(seconds=self.at_s)


@dataclasses.dataclass(frozen=True)
class Worker:
    """An agent: what they can do, when they work, and when their connection is lost (from, until)."""

    id: str
    queues: frozenset[str]
    langs: frozenset[Lang]
    shifts: tuple[tuple[float, float], ...]
    lost: tuple[tuple[float, float], ...]


@dataclasses.dataclass(frozen=True)
class Day:
    """All that a day brings."""

    seed: int
    arrivals: tuple[Arrival, ...]
    workers: tuple[Worker, ...]
    unfamiliar: float = UNFAMILIAR


def draw(seed: int, *, conversations: int = CONVERSATIONS, agents: int = AGENTS, unfamiliar: float = UNFAMILIAR) -> Day:
    """Return the day of a seed: the same one every time."""
    rng = random.Random(f"desk {seed}")  # noqa: S311  (a simulation)
    hours = rng.choices(range(24), BY_HOUR, k=conversations)
    moments = sorted((hour + rng.random()) * 3600 for hour in hours)
    arrivals = tuple(_arrival(number, moment, rng) for number, moment in enumerate(moments))
    return Day(seed, arrivals, tuple(_worker(number, rng) for number in range(agents)), unfamiliar)


def _arrival(number: int, at_s: float, rng: random.Random) -> Arrival:
    return Arrival(
        id=f"t{number:05}",
        at_s=at_s,
        priority=_one(PRIORITIES, rng),
        queue=_one(QUEUES, rng),
        lang=_one(LANGS, rng),
        handling_s=HANDLING_MEDIAN_S * rng.lognormvariate(0, HANDLING_SIGMA),
        reaction_s=rng.uniform(*REACTION_S),
    )


def _worker(number: int, rng: random.Random) -> Worker:
    queues, langs, shifts = TEAM[number % len(TEAM)].split()
    lost = []
    for begin, end in SHIFTS[shifts]:
        if rng.random() < VANISHES_A_DAY / len(SHIFTS[shifts]):
            moment = rng.uniform(begin, end)
            lost.append((moment, moment + rng.uniform(*AWAY_S)))
    does = frozenset[str]() if queues == "all" else frozenset(queues.split("+"))
    speaks = frozenset(lang for lang in LANGS if lang in langs.split("+"))
    return Worker(f"a{number:02}", does, speaks, SHIFTS[shifts], tuple(lost))


def _seconds(*texts: str) -> tuple[tuple[float, float], ...]:
    shifts = (Shift.model_validate(text) for text in texts)
    return tuple((_of_day(shift.begin), _of_day(shift.end)) for shift in shifts)


def _of_day(time: dt.time) -> float:
    return time.hour * 3600.0 + time.minute * 60.0


def _one(weights: Mapping[ChoiceT, float], rng: random.Random) -> ChoiceT:
    return rng.choices(list(weights), list(weights.values()))[0]


SHIFTS = {
    "early": _seconds("09:00-13:00", "14:00-18:00"),
    "split": _seconds("10:00-14:00", "18:00-22:00"),
    "late": _seconds("13:00-17:30", "18:00-22:00"),
}
