"""Who takes which waiting ticket: a pure function of those who wait, those who are there, and the desk's rules.

Tickets are taken in the order of their places: the time at which they came, put back by what their priority is worth, so that nobody
waits for ever behind others who matter more. Each goes to the agent who can take it, has room, does this work first of all, and is
least busy; where several are, to the one who can do least else, so that those who can do more stay free for it.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from knowledge.types import Lang
from tools.desk_rules import DeskRules, Priority

Because = Literal[
    "same_agent",
    "queue",
    "overflow",
    "any_queue",
    "language",
    "other_language",
    "skill",
    "aged",
    "front",
    "over_capacity",
    "least_busy",
    "narrowest",
]
"""Why this ticket went to this agent: they had its matter before; they are of its queue; it waited so long that others take it too; they take from all queues;
they speak its language; nobody who does came; they have its skills; it waited longer than some of higher priority; it was in hand
before and its agent vanished; nobody had room and its priority is worth one more; they had the most room; of several they can do the least else."""
DEFAULT_CAPACITY = 3
RATE_MINUTES, RATE_BASIS = 60, 3
"""Over how many minutes tickets that were taken are counted for an expected wait, and how many it needs at least."""
_FRONT = dt.timedelta(days=3650)


@dataclasses.dataclass(frozen=True)
class Waiting:
    """A ticket that nobody has."""

    id: str
    priority: Priority
    queue: str
    lang: Lang
    since: dt.datetime
    """When it came; a queue's overflow counts from here."""
    place: dt.datetime
    """See `place_of`."""
    skills: frozenset[str] = frozenset()
    not_for: frozenset[str] = frozenset()
    """Agents who let an offer of it lapse, or passed it on."""
    prefers: str | None = None
    """The agent who had its matter before."""


@dataclasses.dataclass(frozen=True)
class OnDuty:
    """An agent who is there and available."""

    id: str
    load: int = 0
    """Tickets in hand, and offered."""
    capacity: int = DEFAULT_CAPACITY
    queues: frozenset[str] = frozenset()
    """None: all of them."""
    langs: frozenset[Lang] = frozenset({"zh", "en"})
    skills: frozenset[str] = frozenset()
    idle_since: dt.datetime | None = None
    """When they last took a ticket; None: never."""

    @property
    def breadth(self) -> int:
        """How much else they can do."""
        return (len(self.queues) or 100) * len(self.langs) + len(self.skills)


@dataclasses.dataclass(frozen=True)
class Assignment:
    """A ticket, who gets it, and why."""

    ticket_id: str
    agent_id: str
    because: tuple[Because, ...]


def place_of(priority: str, since: dt.datetime, rules: DeskRules) -> dt.datetime:
    """Return the place in the line of a ticket that came at `since`: the earlier, the sooner it is taken."""
    minutes = {str(name): value for name, value in rules.ageing_min.items()}
    return since + dt.timedelta(minutes=minutes.get(priority, minutes.get("normal", 0)))


def front_of(place: dt.datetime) -> dt.datetime:
    """Return the place of a ticket that was in hand and goes back: before all that were not, in the same order among themselves."""
    return place if is_front(place) else place - _FRONT


def is_front(place: dt.datetime) -> bool:
    """Tell whether a place is one in front."""
    return place.year < 2020


def route(waiting: Iterable[Waiting], agents: Iterable[OnDuty], rules: DeskRules, now: dt.datetime) -> list[Assignment]:
    """Return who takes what now, the first place first. Nobody gets more than they have room for; a ticket that nobody here can take waits."""
    line = sorted(waiting, key=lambda ticket: (ticket.place, ticket.id))
    most = max(rules.over_capacity.values(), default=0)
    free = {agent.id: agent for agent in agents if agent.load < agent.capacity + most}
    found: list[Assignment] = []
    for ticket in line:
        if not free:
            break
        able = _able(ticket, free.values(), rules, now)
        if not able:
            continue
        agent, fit = min(able, key=lambda pair: (pair[0].id != ticket.prefers, *_preference(*pair)))
        found.append(Assignment(ticket.id, agent.id, (*fit, *_standing(ticket, line), *_choice(agent, able))))
        taken = dataclasses.replace(agent, load=agent.load + 1, idle_since=now)
        free[agent.id] = taken
        if taken.load >= taken.capacity + most:
            del free[agent.id]
    return found


def _able(
    ticket: Waiting, agents: Iterable[OnDuty], rules: DeskRules, now: dt.datetime
) -> list[tuple[OnDuty, tuple[Because, ...]]]:
    """Return who may take a ticket and why: those with room, or where there are none, those who take one more for its priority."""
    fits = [(agent, fit) for agent in agents if (fit := _fit(ticket, agent, rules, now)) is not None]
    able = [(agent, fit) for agent, fit in fits if agent.load < agent.capacity]
    if able:
        return able
    extra = rules.over_capacity.get(ticket.priority, 0)
    return [(agent, (*fit, "over_capacity")) for agent, fit in fits if agent.load < agent.capacity + extra]


def _fit(ticket: Waiting, agent: OnDuty, rules: DeskRules, now: dt.datetime) -> tuple[Because, ...] | None:
    """Return why an agent may take a ticket; None: they may not."""
    if agent.id in ticket.not_for or not ticket.skills <= agent.skills:
        return None
    waited = (now - ticket.since).total_seconds() / 60
    because: list[Because] = ["same_agent"] if agent.id == ticket.prefers else []
    if not agent.queues:
        because.append("any_queue")
    elif ticket.queue in agent.queues:
        because.append("queue")
    elif waited >= rules.overflow_after_min.get(ticket.priority, math.inf):
        because.append("overflow")
    else:
        return None
    if ticket.lang in agent.langs:
        because.append("language")
    elif rules.language_overflow_after_min is not None and waited >= rules.language_overflow_after_min:
        because.append("other_language")
    else:
        return None
    return (*because, "skill") if ticket.skills else tuple(because)


def _preference(agent: OnDuty, fit: tuple[Because, ...]) -> tuple[bool, bool, float, int, float, str]:
    idle = agent.idle_since.timestamp() if agent.idle_since is not None else -math.inf
    return "other_language" in fit, "overflow" in fit, _busy(agent), agent.breadth, idle, agent.id


def _busy(agent: OnDuty) -> float:
    """Return the share of an agent's room that is taken; who has none is as busy as can be."""
    return agent.load / agent.capacity if agent.capacity else math.inf


def _standing(ticket: Waiting, line: Sequence[Waiting]) -> tuple[Because, ...]:
    if is_front(ticket.place):
        return ("front",)
    rank: Mapping[Priority, int] = {"urgent": 0, "high": 1, "normal": 2, "low": 3}
    passed = any(
        rank[other.priority] < rank[ticket.priority] and (other.place, other.id) > (ticket.place, ticket.id)
        for other in line
    )
    return ("aged",) if passed else ()


def _choice(agent: OnDuty, able: Sequence[tuple[OnDuty, tuple[Because, ...]]]) -> tuple[Because, ...]:
    others = [other for other, _ in able if other.id != agent.id]
    if not others:
        return ()
    busy = _busy(agent)
    if all(busy < _busy(other) for other in others):
        return ("least_busy",)
    equals = [other for other in others if _busy(other) == busy]
    return ("narrowest",) if equals and all(agent.breadth < other.breadth for other in equals) else ()


def vanished(seen_at: dt.datetime | None, now: dt.datetime, grace: dt.timedelta) -> bool:
    """Tell whether an agent who was connected has been gone for longer than the grace; one who never was cannot vanish."""
    return seen_at is not None and now - seen_at > grace


def expected_wait(
    position: int, taken: Iterable[dt.datetime], now: dt.datetime, *, present: int, free: int = 0
) -> dt.timedelta | None:
    """Return how long the ticket at a position of its queue will wait, by the rate at which tickets of it were taken lately.

    Args:
        position: 1 for the next to be taken.
        taken: when tickets of the queue were taken.
        present: agents who take from the queue and are available.
        free: tickets that they have room for at once.

    Returns:
        The wait; nothing where there is room at once; None where nothing says how long: nobody is there, or fewer than `RATE_BASIS`
        tickets were taken in the last `RATE_MINUTES`.
    """
    if present <= 0:
        return None
    if position <= free:
        return dt.timedelta()
    window = dt.timedelta(minutes=RATE_MINUTES)
    lately = [moment for moment in taken if now - window <= moment <= now]
    if len(lately) < RATE_BASIS:
        return None
    # The first of them only opens the stretch over which the others are counted: a desk that has just opened is not thought slow.
    stretch = max(now - min(lately), dt.timedelta(minutes=1))
    return stretch / len(lately) * (position - free)
