"""The day's figures, each judged against the same weekdays before it; those far out with what they are made of."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
import statistics
from collections.abc import Mapping, Sequence
from typing import Literal

from sqlalchemy import func
from sqlmodel import select

from knowledge.schema import BehaviourEvent, Order
from tools.analytics.answering import answer
from tools.analytics.metrics import METRICS
from tools.analytics.periods import Period
from tools.analytics.query import FigureQuery, WhyQuery
from tools.analytics.reading import Desk
from tools.analytics.types import Number
from tools.analytics.why import explain
from tools.brief.types import Cause, DayFigure
from tools.brief.unusual import Judgement, judge
from tools.errors import RefusedError

WEEKS = 12
"""So many same weekdays before the day."""
EXPLAINED = 3
"""Of the figures far out, so many of the furthest are explained."""
_WEEK = 7
_DAY = dt.timedelta(days=1)


@dataclasses.dataclass(frozen=True)
class _Watched:
    """A figure of the brief: how chance moves it, and, of a quotient, the figure that tells how much stands behind it."""

    metric: str
    chance: Literal["count", "revenue", "mean", "share", "points"]
    behind: str | None = None


WATCHED = (
    _Watched("revenue", "revenue"),
    _Watched("orders", "count"),
    _Watched("aov", "mean", "orders"),
    _Watched("new_customers", "count"),
    _Watched("conversion", "share", "visits"),
    _Watched("visits", "count"),
    _Watched("cancelled", "count"),
    _Watched("refund_count", "count"),
    _Watched("returned_units", "count"),
    _Watched("tickets", "count"),
    _Watched("rating", "points", "reviews"),
)
Series = Mapping[dt.date, Number]


class History:
    """Every watched figure by day, over the day and the weeks before it."""

    def __init__(self, day: dt.date, begun: Mapping[str, dt.date], series: Mapping[str, Series]) -> None:
        self.day, self._begun, self._series = day, begun, series

    @property
    def first(self) -> dt.date:
        """The first day that was looked at."""
        return self.day - dt.timedelta(days=_WEEK * WEEKS)

    def value(self, metric: str) -> Number:
        """Return the day's figure."""
        return self._series[metric].get(self.day)

    def same(self, metric: str) -> dict[dt.date, Number]:
        """Return the figure of the same weekdays since it is recorded, the latest first."""
        days = (self.day - dt.timedelta(days=_WEEK * week) for week in range(1, WEEKS + 1))
        return {day: self._series[metric].get(day) for day in days if day >= self._begun[metric]}

    def deviations(self, metric: str) -> list[float]:
        """Return how far each day before lies from the middle of its own weekdays."""
        found: list[float] = []
        for weekday in range(_WEEK):
            known = [
                float(value)
                for day, value in self._series[metric].items()
                if value is not None and self._begun[metric] <= day < self.day and day.weekday() == weekday
            ]
            middle = statistics.median(known) if known else 0.0
            found += [value - middle for value in known]
        return found

    def middle(self, metric: str) -> float:
        """Return the middle of the same weekdays; 0 where there are none."""
        known = _known(self.same(metric).values())
        return statistics.median(known) if known else 0.0

    def order_value(self) -> float:
        """Return what an order usually comes to, in minor units: the middle of all days that had one."""
        known = _known(self._series["aov"].values())
        return max(statistics.median(known), 1.0) if known else 1.0


def _known(values: object) -> list[float]:
    return [float(value) for value in values if value is not None]  # type: ignore[attr-defined]  # any iterable


async def history_of(desk: Desk, day: dt.date) -> tuple[History, dt.date | None]:
    """Read the figures of a day and of the weeks before it; and the last day with an order up to then, None where there is none."""
    _, end = Period(first=day, last=day).bounds(desk.zone)
    [(first, last)] = await desk.rows(
        select(func.min(Order.placed_at), func.max(Order.placed_at)).where(Order.placed_at < end)
    )
    [(visited,)] = await desk.rows(select(func.min(BehaviourEvent.at)))
    opened = desk.day_of(first) if first is not None else day
    seen = max(opened, desk.day_of(visited)) if visited is not None else day
    period = Period(first=day - dt.timedelta(days=_WEEK * WEEKS), last=day)
    wanted = dict.fromkeys(name for each in WATCHED for name in (each.metric, each.behind) if name is not None)
    series = {name: await _by_day(desk, name, period) for name in wanted}
    begun = {name: seen if name in {"visits", "conversion"} else opened for name in wanted}
    return History(day, begun, series), desk.day_of(last) if last is not None else None


async def _by_day(desk: Desk, metric: str, period: Period) -> dict[dt.date, Number]:
    found = await answer(desk, FigureQuery(metric=metric, by=("day",), period=period))
    return {dt.date.fromisoformat(group.values[0].key): group.value for group in found.groups}


def judged(desk: Desk, history: History) -> list[DayFigure]:
    """Return every watched figure with its judgement; those far out first, the furthest of them first."""
    found = [_figure(desk, history, each) for each in WATCHED]
    return sorted(found, key=lambda each: -abs(each.away or 0.0) if each.verdict == "far" else 0.0)


def _figure(desk: Desk, history: History, watched: _Watched) -> DayFigure:
    metric, value = METRICS[watched.metric], history.value(watched.metric)
    judgement = judge(
        None if value is None else float(value),
        [None if each is None else float(each) for each in history.same(watched.metric).values()],
        history.deviations(watched.metric),
        floor=_floor(history, watched),
        widen=_widening(history, watched),
    )
    ends = (_number(each, watched) for each in (judgement.middle, judgement.low, judgement.high))
    middle, low, high = ends
    return DayFigure(
        metric=desk.metric(metric),
        value=value,
        verdict=judgement.verdict,
        days=judgement.days,
        middle=middle,
        low=low,
        high=high,
        away=_away(judgement),
    )


def _away(judgement: Judgement) -> float | None:
    return None if judgement.away is None else round(judgement.away, 2)


def _number(value: float | None, watched: _Watched) -> Number:
    """Return an end of the range: no watched figure lies below 0, and amounts are whole minor units."""
    if value is None:
        return None
    value = max(value, 0.0)
    return round(value) if watched.chance in {"revenue", "mean"} else value


def _floor(history: History, watched: _Watched) -> float:
    """Return the spread that chance alone gives a figure: of a count its root, of a share that of so many tries."""
    middle = history.middle(watched.metric)
    behind = max(history.middle(watched.behind), 1.0) if watched.behind else 1.0
    match watched.chance:
        case "count":
            return math.sqrt(max(middle, 1.0))
        case "revenue":
            return math.sqrt(max(history.middle("orders"), 1.0)) * history.order_value()
        case "mean":
            return max(0.05 * middle, 1.0)
        case "share":
            share = min(max(middle, 1 / (behind + 1)), behind / (behind + 1))
            return math.sqrt(share * (1 - share) / behind)
        case "points":
            return 1 / math.sqrt(behind)


def _widening(history: History, watched: _Watched) -> float:
    """Return by how much the spread of a quotient grows where less than usual stands behind it."""
    if watched.behind is None:
        return 1.0
    today = float(history.value(watched.behind) or 0)
    return max(math.sqrt(history.middle(watched.behind) / today), 1.0) if today > 0 else 1.0


async def explained(desk: Desk, history: History, figures: Sequence[DayFigure]) -> tuple[DayFigure, ...]:
    """Return the figures, the furthest of those far out with the largest part of their change."""
    found = list(figures)
    for place, each in enumerate(found[:EXPLAINED]):
        if each.verdict == "far":
            found[place] = each.model_copy(update={"cause": await _cause(desk, history, each)})
    return tuple(found)


async def _cause(desk: Desk, history: History, figure: DayFigure) -> Cause | None:
    """Return the largest part of the change that goes its way; None where the figure has no parts."""
    against = _nearest(history, figure)
    day = history.day
    query = WhyQuery(
        metric=figure.metric.id, period=Period(first=day, last=day), against_period=Period(first=against, last=against)
    )
    try:
        why = await explain(desk, query)
    except RefusedError:
        return None
    same_way = [part for part in why.parts if part.gave * why.difference > 0]
    if not same_way:
        return None
    return Cause(against=against, difference=why.difference, by=why.by, value=same_way[0].value, gave=same_way[0].gave)


def _nearest(history: History, figure: DayFigure) -> dt.date:
    """Return the same weekday whose figure was nearest the middle, the latest of such."""
    same = {day: value for day, value in history.same(figure.metric.id).items() if value is not None}
    middle = float(figure.middle or 0)
    return min(same, key=lambda day: (abs(float(same[day] or 0) - middle), -day.toordinal()))
