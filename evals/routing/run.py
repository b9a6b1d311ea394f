"""Several drawn days, each lived through under every way of routing: waiting, promises kept, and what the ways differ by.

Every way sees the same people at the same times with the same work (common random numbers), so that a difference is taken day by day and
its interval holds no chance of the arrivals. Waits are counted in open hours, from arrival to the first agent.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import statistics
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from scipy.stats import t as student

from evals.bench.figures import quantile
from evals.routing.day import AGENTS, CALENDAR, CONVERSATIONS, MIDNIGHT, PRIORITIES, RULES, UNFAMILIAR, draw
from evals.routing.simulation import Case, Lived, Way, first_come, first_come_by_queue, live
from knowledge.types import JsonObject
from tools.ticketing.calendars import open_between
from tools.ticketing.routing import route

NAME = "routing"
SEEDS = 8
WAYS: Mapping[str, Way] = {
    "routing": route,
    "first_come": first_come,
    "first_come_by_queue": first_come_by_queue,
}
BASELINE = "first_come"
UNDECIDED = "no difference shown"
ALL = "all"
LOWER_IS_BETTER = frozenset({"wait_median_min", "wait_p90_min", "wait_mean_min", "wait_longest_min"})

Progress = Callable[[str, float], None]


@dataclasses.dataclass(frozen=True)
class Plan:
    """What is simulated."""

    conversations: int = CONVERSATIONS
    agents: int = AGENTS
    seeds: int = SEEDS
    unfamiliar: float = UNFAMILIAR


def run(plan: Plan, progress: Progress = lambda _what, _share: None) -> JsonObject:
    """Live through the days and return the figures."""
    days: dict[str, list[JsonObject]] = {name: [] for name in WAYS}
    told: list[tuple[float | None, float]] = []
    hours: dict[str, defaultdict[int, list[float]]] = {name: defaultdict(list) for name in WAYS}
    for seed in range(1, plan.seeds + 1):
        day = draw(seed, conversations=plan.conversations, agents=plan.agents, unfamiliar=plan.unfamiliar)
        for number, (name, way) in enumerate(WAYS.items()):
            progress(f"day {seed}, {name}", ((seed - 1) * len(WAYS) + number) / (plan.seeds * len(WAYS)))
            lived = live(day, way)
            days[name].append(figures_of(lived))
            _by_hour(lived, hours[name])
            if name == NAME:
                told += _told(lived.cases)
    return {
        "set": f"simulated desk days, {plan.conversations} conversations, {plan.agents} agents, seeds 1-{plan.seeds}",
        "n": plan.seeds,
        "conversations": plan.conversations,
        "agents": plan.agents,
        "unfamiliar": plan.unfamiliar,
        "targets_min": {name: RULES.targets[name].first_response_min for name in PRIORITIES},
        "ways": {name: _over_days(found) for name, found in days.items()},
        "differences": {f"{NAME} - {name}": _differences(days[NAME], days[name]) for name in WAYS if name != NAME},
        "expected_wait": _judged(told),
        "by_hour": {
            name: {str(hour): round(quantile(sorted(found[hour]), 0.9), 3) for hour in sorted(found)}
            for name, found in hours.items()
        },
    }


def figures_of(lived: Lived) -> JsonObject:
    """Return the figures of one day, in minutes and shares, by priority and of all."""
    groups: dict[str, list[Case]] = {ALL: list(lived.cases)}
    for case in lived.cases:
        groups.setdefault(case.arrival.priority, []).append(case)
    found: JsonObject = {name: _of_group(groups[name]) for name in (*PRIORITIES, ALL) if name in groups}
    taken = [case.arrival.at_s for case in lived.cases]
    return {
        **found,
        "utilisation": lived.utilisation,
        "requeued": sum(case.requeued for case in lived.cases),
        "overflowed_share": sum(case.overflowed for case in lived.cases) / max(len(taken), 1),
    }


def _of_group(cases: Sequence[Case]) -> JsonObject:
    waits = sorted(map(wait_min, cases))
    return {
        "wait_median_min": quantile(waits, 0.5),
        "wait_p90_min": quantile(waits, 0.9),
        "wait_mean_min": statistics.fmean(waits),
        "wait_longest_min": waits[-1],
        "first_response_kept": sum(map(_kept, cases)) / len(cases),
    }


def wait_min(case: Case) -> float:
    """Return the minutes of open hours from arrival to the first agent."""
    if case.first_taken_s is None:
        raise ValueError(f"nobody took {case.arrival.id}: the simulation ended too early")
    return (
        open_between(CALENDAR, case.arrival.at, MIDNIGHT + dt.timedelta(seconds=case.first_taken_s)).total_seconds()
        / 60
    )


def _kept(case: Case) -> bool:
    target = RULES.targets[case.arrival.priority].first_response_min
    return target is None or wait_min(case) + case.arrival.reaction_s / 60 < target


def _by_hour(lived: Lived, hours: defaultdict[int, list[float]]) -> None:
    for case in lived.cases:
        if case.arrival.priority in ("urgent", "high"):
            hours[int(case.arrival.at_s // 3600)].append(wait_min(case))


def _told(cases: Iterable[Case]) -> list[tuple[float | None, float]]:
    """Return what was said of the wait beside how long it was, in minutes, of those who were told while the desk was open."""
    return [
        (None if case.announced_s is None else case.announced_s / 60, wait_min(case)) for case in cases if case.asked
    ]


def _over_days(days: Sequence[JsonObject]) -> JsonObject:
    return {
        group: {name: interval([day[group][name] for day in days]) for name in days[0][group]}
        if isinstance(days[0][group], dict)
        else interval([day[group] for day in days])
        for group in days[0]
    }


def _differences(ours: Sequence[JsonObject], theirs: Sequence[JsonObject]) -> JsonObject:
    return {
        group: {
            name: _judged_difference(name, [a[group][name] - b[group][name] for a, b in zip(ours, theirs, strict=True)])
            for name in ours[0][group]
        }
        for group in (*PRIORITIES, ALL)
        if group in ours[0]
    }


def _judged_difference(name: str, values: Sequence[float]) -> JsonObject:
    found = interval(values)
    low, high = found["interval"]
    sign = -1 if name in LOWER_IS_BETTER else 1
    verdict = UNDECIDED
    if min(low * sign, high * sign) > 0:
        verdict = "better"
    elif max(low * sign, high * sign) < 0:
        verdict = "worse"
    return {**found, "verdict": verdict}


def interval(values: Sequence[float]) -> JsonObject:
    """Return the mean of one figure a day with its 95 % interval by Student's t over days."""
    mean, n = statistics.fmean(values), len(values)
    half = float(student.ppf(0.975, n - 1)) * statistics.stdev(values) / n**0.5 if n > 1 else 0.0
    return {"value": round(mean, 4), "n": n, "interval": [round(mean - half, 4), round(mean + half, 4)]}


def _judged(told: Sequence[tuple[float | None, float]]) -> JsonObject:
    """Return how right the waits were that people were told: only of those who had to wait, for "at once" is easily said."""
    known = [(said, was) for said, was in told if said is not None]
    waited = [(said, was) for said, was in known if was > 0.5 or said > 0.5]
    errors = sorted(abs(said - was) for said, was in waited)
    return {
        "n": len(told),
        "unknown_share": round(1 - len(known) / len(told), 4) if told else None,
        "waited": len(waited),
        "median_error_min": round(quantile(errors, 0.5), 2) if errors else None,
        "p90_error_min": round(quantile(errors, 0.9), 2) if errors else None,
        "too_short_share": round(sum(said < was for said, was in waited) / len(waited), 4) if waited else None,
    }
