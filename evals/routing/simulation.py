"""Lives through a drawn day under one way of routing, event by event."""

from __future__ import annotations

import dataclasses
import datetime as dt
import heapq
import itertools
from collections import defaultdict, deque
from collections.abc import Callable, Sequence

from evals.routing.day import CAPACITY, MIDNIGHT, RULES, Arrival, Day, Worker
from tools.desk_rules import DeskRules
from tools.ticketing.routing import RATE_MINUTES, Assignment, OnDuty, Waiting, expected_wait, front_of, place_of, route

GRACE_S = 120.0
"""How long a lost connection is waited for before its tickets go back into the queue."""
DAYS = 2
"""The second brings nobody new: who came after closing is taken there."""
_DAY_S = 86_400.0

Way = Callable[[Sequence[Waiting], Sequence[OnDuty], DeskRules, dt.datetime], list[Assignment]]


@dataclasses.dataclass
class Case:
    """How a conversation went. Seconds from midnight of the first day."""

    arrival: Arrival
    first_taken_s: float | None = None
    done_s: float | None = None
    left_s: float = 0.0
    """Work that is still to be done."""
    requeued: int = 0
    asked: bool = False
    """Whether somebody was there when it came."""
    announced_s: float | None = None
    """The wait that was said then; None: not known."""
    overflowed: bool = False


@dataclasses.dataclass
class _Agent:
    worker: Worker
    on_shift: bool = False
    lost: bool = False
    hands: dict[str, float] = dataclasses.field(default_factory=dict)
    """Ticket -> when it will be done."""
    took_s: float | None = None


@dataclasses.dataclass(frozen=True)
class Lived:
    """A day that was lived through."""

    cases: tuple[Case, ...]
    utilisation: float
    """Share of the room of all agents on shift that was filled, in [0, 1]."""


def live(day: Day, way: Way = route, rules: DeskRules = RULES) -> Lived:
    """Live through a day."""
    return _Desk(day, way, rules).run()


def first_come(
    waiting: Sequence[Waiting], agents: Sequence[OnDuty], rules: DeskRules, now: dt.datetime
) -> list[Assignment]:
    """One line for everybody: the oldest ticket goes to whoever speaks its language and has been idle longest."""
    line = [dataclasses.replace(each, place=each.since) for each in waiting]
    anyone = [dataclasses.replace(each, queues=frozenset[str](), skills=frozenset[str]()) for each in agents]
    return route(line, anyone, _equal(rules), now)


def first_come_by_queue(
    waiting: Sequence[Waiting], agents: Sequence[OnDuty], rules: DeskRules, now: dt.datetime
) -> list[Assignment]:
    """The oldest ticket first, but only to agents of its queue, with the same overflow as ours: what priorities alone change."""
    return route([dataclasses.replace(each, place=each.since) for each in waiting], agents, _equal(rules), now)


def _equal(rules: DeskRules) -> DeskRules:
    return rules.model_copy(update={"over_capacity": {}})


class _Desk:
    def __init__(self, day: Day, way: Way, rules: DeskRules) -> None:
        self._day, self._way, self._rules = day, way, rules
        self._cases = {each.id: Case(each, left_s=each.handling_s) for each in day.arrivals}
        self._agents = {worker.id: _Agent(worker) for worker in day.workers}
        self._waiting: dict[str, Waiting] = {}
        self._taken: defaultdict[str, deque[dt.datetime]] = defaultdict(deque)
        self._order = itertools.count()
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._now = 0.0
        self._busy = self._staffed = 0.0

    def run(self) -> Lived:
        for arrival in self._day.arrivals:
            self._at(arrival.at_s, lambda arrival=arrival: self._arrive(arrival))  # type: ignore[misc]
        for agent in self._agents.values():
            self._plan(agent)
        while self._events:
            moment, _, happen = heapq.heappop(self._events)
            self._pass_until(moment)
            happen()
            if not self._events or self._events[0][0] > moment:
                self._route()
        return Lived(tuple(self._cases.values()), self._busy / self._staffed if self._staffed else 0.0)

    def _at(self, moment: float, happen: Callable[[], None]) -> None:
        heapq.heappush(self._events, (moment, next(self._order), happen))

    def _plan(self, agent: _Agent) -> None:
        for begin, end in ((b + d * _DAY_S, e + d * _DAY_S) for d in range(DAYS) for b, e in agent.worker.shifts):
            self._at(begin, lambda: setattr(agent, "on_shift", True))
            self._at(end, lambda: setattr(agent, "on_shift", False))
        for begin, end in agent.worker.lost:
            self._at(begin, lambda begin=begin: self._lose(agent, begin))  # type: ignore[misc]
            self._at(end, lambda: self._come_back(agent))
            self._at(begin + GRACE_S, lambda: self._give_up(agent))

    def _pass_until(self, moment: float) -> None:
        passed = moment - self._now
        for agent in self._agents.values():
            if agent.on_shift and not agent.lost and self._now < _DAY_S:
                self._staffed += passed * CAPACITY
                self._busy += passed * min(len(agent.hands), CAPACITY)
        self._now = moment

    def _arrive(self, arrival: Arrival) -> None:
        self._wait(arrival, place_of(arrival.priority, arrival.at, self._rules))
        if (minutes := self._rules.overflow_after_min.get(arrival.priority)) is not None:
            self._at(self._now + minutes * 60, lambda: None)
        if self._staff():
            self._announce(arrival)

    def _wait(self, arrival: Arrival, place: dt.datetime) -> None:
        self._waiting[arrival.id] = Waiting(
            arrival.id, arrival.priority, arrival.queue, arrival.lang, arrival.at, place
        )

    def _announce(self, arrival: Arrival) -> None:
        line = [each for each in self._waiting.values() if each.queue == arrival.queue]
        mine = self._waiting[arrival.id]
        position = sum(each.place <= mine.place for each in line)
        duty = [each for each in self._staff() if not each.queues or arrival.queue in each.queues]
        free = sum(max(0, each.capacity - each.load) for each in duty)
        said = expected_wait(position, self._taken[arrival.queue], self._moment, present=len(duty), free=free)
        self._cases[arrival.id].asked = True
        self._cases[arrival.id].announced_s = None if said is None else said.total_seconds()

    @property
    def _moment(self) -> dt.datetime:
        return MIDNIGHT + dt.timedelta(seconds=self._now)

    def _staff(self) -> list[OnDuty]:
        return [
            OnDuty(
                id=agent.worker.id,
                load=len(agent.hands),
                capacity=CAPACITY,
                queues=agent.worker.queues,
                langs=agent.worker.langs,
                idle_since=None if agent.took_s is None else MIDNIGHT + dt.timedelta(seconds=agent.took_s),
            )
            for agent in self._agents.values()
            if agent.on_shift and not agent.lost
        ]

    def _route(self) -> None:
        staff = self._staff() if self._waiting else []
        for given in self._way(list(self._waiting.values()), staff, self._rules, self._moment) if staff else ():
            self._take(self._cases[given.ticket_id], self._agents[given.agent_id])

    def _take(self, case: Case, agent: _Agent) -> None:
        ticket = self._waiting.pop(case.arrival.id)
        own = not agent.worker.queues or ticket.queue in agent.worker.queues
        case.overflowed = case.overflowed or not own
        if case.first_taken_s is None:
            case.first_taken_s = self._now
            recent = self._taken[ticket.queue]
            recent.append(self._moment)
            while recent[0] < self._moment - dt.timedelta(minutes=RATE_MINUTES):
                recent.popleft()
        agent.took_s = self._now
        case.left_s *= 1.0 if own else self._day.unfamiliar
        self._work_on(case, agent)

    def _work_on(self, case: Case, agent: _Agent) -> None:
        done = self._now + case.left_s
        agent.hands[case.arrival.id] = done
        self._at(done, lambda: self._finish(case, agent, done))

    def _finish(self, case: Case, agent: _Agent, done: float) -> None:
        if agent.hands.get(case.arrival.id) == done:
            del agent.hands[case.arrival.id]
            case.done_s = done

    def _lose(self, agent: _Agent, moment: float) -> None:
        agent.lost = True
        for ticket_id, done in list(agent.hands.items()):
            self._cases[ticket_id].left_s = max(0.0, done - moment)
            agent.hands[ticket_id] = float("inf")

    def _give_up(self, agent: _Agent) -> None:
        """Put back what a lost agent had in hand, in front."""
        if not agent.lost:
            return
        for ticket_id in list(agent.hands):
            case = self._cases[ticket_id]
            case.requeued += 1
            place = place_of(case.arrival.priority, case.arrival.at, self._rules)
            self._wait(case.arrival, front_of(place))
            del agent.hands[ticket_id]

    def _come_back(self, agent: _Agent) -> None:
        agent.lost = False
        for ticket_id in list(agent.hands):
            self._work_on(self._cases[ticket_id], agent)
