"""Why a figure changed: its parts by a dimension, and, for revenue, its factors. All parts sum to the change.

This is arithmetic, not cause: a country's part is how much less was sold there, not the reason for it. A quotient's parts are each
group's top over the whole bottom, now less then. Revenue is buyers x orders a buyer x pieces an order x price a piece; each factor's part
is the logarithmic mean of both revenues times the logarithm of the factor's ratio (LMDI, Ang 2004), which leaves no rest.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from typing import Any

from tools.analytics.answering import named_values
from tools.analytics.compiling import Cut, adds_up, cut_of, cuts_of, statement
from tools.analytics.dimensions import DIMENSIONS, Dimension
from tools.analytics.metrics import METRICS
from tools.analytics.periods import Period, before, year_before
from tools.analytics.query import Filter, Question, WhyQuery, plain
from tools.analytics.reading import Desk, figure, relative
from tools.analytics.types import Driver, Number, Part, Value, Why
from tools.errors import RefusedError
from tools.evidence import LocalText

PARTS = 10
_TRIED = (
    "category",
    "product",
    "country",
    "region",
    "channel",
    "tier",
    "newness",
    "refund_kind",
    "queue",
    "ticket_reason",
    "competitor",
)
"""What is looked at where no dimension is named, in this order; the first that tells most is taken."""
_EVEN = 0.15
"""A later dimension must tell so much more than an earlier one to be taken instead."""
_FACTORS = (
    ("buyers", LocalText(zh="买家数", en="buyers")),
    ("frequency", LocalText(zh="人均订单数", en="orders per buyer")),
    ("basket", LocalText(zh="每单件数", en="pieces per order")),
    ("price", LocalText(zh="件单价", en="price per piece")),
)
Keys = tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class _Split:
    """The parts of a change by one dimension."""

    cut: Cut
    now: Mapping[Keys, tuple[Any, Any]]
    then: Mapping[Keys, tuple[Any, Any]]
    gave: Mapping[str, float]
    labels: Mapping[Keys, list[Any]]

    @property
    def told(self) -> float:
        """How much of all movement the largest part is, in [0, 1]: 1 where one value moved alone."""
        moved = sum(abs(part) for part in self.gave.values())
        return max(map(abs, self.gave.values()), default=0.0) / moved if moved and len(self.gave) > 1 else 0.0


async def explain(desk: Desk, query: WhyQuery) -> Why:
    """Return what a change is made of.

    Raises:
        RefusedError: ``no_such_cut``, ``no_comparison``, ``no_parts``: its parts do not sum to it by that dimension.
    """
    metric = METRICS[query.metric]
    names = {"metric": metric.names.text.model_dump()}
    if metric.state or metric.twice:
        raise RefusedError("no_comparison", "its parts are not kept for earlier days", **names)
    filters, views = await desk.filters(query.filters)
    against = query.against_period or (before if query.against == "before" else year_before)(query.period)
    splits = [await _split(desk, cut, query.period, against) for cut in _cuts(query, filters)]
    if not splits:
        can = [
            each.names.text.model_dump() for each in cuts_of(metric) if _has_parts(cut_of(metric.id, (each.id,), ()))
        ]
        raise RefusedError("no_parts", "its parts do not sum to the whole by that", can=can, **names)
    best = splits[0]
    for split in splits[1:]:
        best = split if split.told > best.told + _EVEN else best
    whole = await desk.rows(
        statement(dataclasses.replace(best.cut, by=()), _frames(desk, query.period, against), whole=True)
    )
    now, then = (next(figure(row[-2], row[-1], metric) for row in whole if row[0] == part) for part in ("0*", "1*"))
    parts = await _parts(desk, best)
    return Why(
        metric=desk.metric(metric),
        period=query.period,
        against=against,
        timezone=desk.zone.key,
        filters=views,
        now=now,
        before=then,
        difference=sum(best.gave.values()),
        change=relative(now, then),
        drivers=await _drivers(desk, query, filters, against) if metric.id == "revenue" else (),
        by=_value(best.cut.by[0]),
        parts=tuple(parts[:PARTS]),
        rest=sum(part.gave for part in parts[PARTS:]),
        others=len(parts[PARTS:]),
        looked_at=tuple(_value(split.cut.by[0]) for split in splits),
        read_at=desk.context.now,
        question=Question(tool="explain_change", arguments=plain(query.model_copy(update={"by": best.cut.by[0].id}))),
    )


def _cuts(query: WhyQuery, filters: Sequence[Filter]) -> list[Cut]:
    if query.by is not None:
        cut = cut_of(query.metric, (query.by,), filters)
        return [cut] if _has_parts(cut) else []
    can = {each.id for each in cuts_of(METRICS[query.metric])}
    fixed = {each.dimension for each in filters if len(each.values) == 1 and not each.exclude}
    found = []
    for name in _TRIED:
        if name in can and name not in fixed:
            try:
                cut = cut_of(query.metric, (name,), filters)
            except RefusedError:
                continue  # not together with the filters
            found += [cut] if _has_parts(cut) else []
    return found


def _has_parts(cut: Cut) -> bool:
    """Whether tops, and bottoms where there are, sum to the whole's."""
    [dimension] = cut.by
    if not cut.metric.is_ratio:
        return adds_up(cut.metric, dimension)
    return not cut.metric.twice and cut.metric.id in {"aov", "price", "margin", "rating", "resolution_hours"}


def _frames(desk: Desk, period: Period, against: Period) -> list[Any]:
    return [desk.frame(period), desk.frame(against)]


async def _split(desk: Desk, cut: Cut, period: Period, against: Period) -> _Split:
    rows = await desk.rows(statement(cut, _frames(desk, period, against), whole=False))
    found: dict[str, dict[Keys, tuple[Any, Any]]] = {"0": {}, "1": {}}
    labels: dict[Keys, list[Any]] = {}
    for row in rows:
        found[row[0]][(str(row[1]),)] = (row[-2] or 0, row[-1] or 0)
        labels[(str(row[1]),)] = list(row[2:4])
    now, then = found["0"], found["1"]
    bottoms = [
        sum(float(bottom) for _, bottom in part.values()) if cut.metric.is_ratio else 1.0 for part in (now, then)
    ]
    gave = {
        key[0]: _over(now.get(key, (0, 0))[0], bottoms[0]) - _over(then.get(key, (0, 0))[0], bottoms[1])
        for key in (*now, *(key for key in then if key not in now))
    }
    return _Split(cut, now, then, gave, labels)


def _over(top: Any, bottom: float) -> float:
    return float(top) / bottom if bottom else 0.0


async def _parts(desk: Desk, split: _Split) -> list[Part]:
    dimension = split.cut.by[0]
    order = sorted(split.gave, key=lambda key: (-abs(split.gave[key]), key))
    called = await named_values(desk, dimension, order[:PARTS], split.labels)
    return [
        Part(
            value=Value(key=key, name=called.get(key, LocalText())),
            now=_figure(split.now.get((key,)), split.cut),
            before=_figure(split.then.get((key,)), split.cut),
            gave=split.gave[key],
        )
        for key in order
    ]


def _figure(found: tuple[Any, Any] | None, cut: Cut) -> Number:
    top, bottom = found or ((None, None) if cut.metric.is_ratio else (0, 1))
    return figure(top, bottom, cut.metric)


async def _drivers(desk: Desk, query: WhyQuery, filters: Sequence[Filter], against: Period) -> tuple[Driver, ...]:
    """Return what each factor of revenue gave; nothing where one of the periods sold nothing."""
    frames = _frames(desk, query.period, against)
    sums: dict[str, list[float]] = {}
    for name in ("revenue", "buyers", "orders", "units"):
        cut = dataclasses.replace(cut_of(name, (), filters), root="line")
        rows = await desk.rows(statement(cut, frames, whole=True))
        sums[name] = [float(next(row[-2] for row in rows if row[0] == part) or 0) for part in ("0*", "1*")]
    if any(value <= 0 for values in sums.values() for value in values):
        return ()
    factors = {
        "buyers": sums["buyers"],
        "frequency": _quotients(sums["orders"], sums["buyers"]),
        "basket": _quotients(sums["units"], sums["orders"]),
        "price": _quotients(sums["revenue"], sums["units"]),
    }
    now, then = sums["revenue"]
    mean = now if math.isclose(now, then) else (now - then) / math.log(now / then)
    return tuple(
        Driver(name=name, now=factors[each][0], before=factors[each][1], gave=mean * math.log(factors[each][0] / factors[each][1]))
        for each, name in _FACTORS
    )  # fmt: skip


def _quotients(tops: Sequence[float], bottoms: Sequence[float]) -> list[float]:
    return [top / bottom for top, bottom in zip(tops, bottoms, strict=True)]


def _value(dimension: Dimension) -> Value:
    return Value(key=dimension.id, name=DIMENSIONS[dimension.id].names.text)
