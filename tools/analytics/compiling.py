"""A question compiled to one select.

Each part (the period and the one it is compared with; the groups and the whole) is a select of its own with the same columns,
and the statement is their union: all parts see the same state of the shop.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, case, cast, distinct, func, literal, null, select, union_all
from sqlmodel import col

from knowledge.schema import Order, Refund
from tools.analytics.dimensions import DIMENSIONS, Dimension
from tools.analytics.metrics import METRICS, Metric
from tools.analytics.query import Filter
from tools.analytics.sources import SOURCES, Frame, Root, joined
from tools.errors import RefusedError

ROWS = 20_000
"""Groups that are read at most."""
BEHIND = 20


@dataclasses.dataclass(frozen=True)
class Cut:
    """What is selected: a metric, what it is told apart by, and only of what."""

    metric: Metric
    by: tuple[Dimension, ...]
    filters: tuple[Filter, ...]
    root: Root

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        """Every dimension that is needed."""
        return (*self.by, *(DIMENSIONS[each.dimension] for each in self.filters))


def cut_of(metric_id: str, by: Iterable[str], filters: Sequence[Filter]) -> Cut:
    """Return what is to be selected.

    Raises:
        RefusedError: ``no_such_cut``: the metric is not recorded by one of the dimensions, or ``no_trend``: it is how things stand now.
    """
    metric = METRICS[metric_id]
    wanted = tuple(DIMENSIONS[each] for each in by)
    needed = (*wanted, *(DIMENSIONS[each.dimension] for each in filters))
    for root in metric.roots:
        if all(root in dimension.roots for dimension in needed):
            return Cut(metric, wanted, tuple(filters), root)
    wrong = next(each for each in needed if not any(root in each.roots for root in metric.roots))
    can = [each.names.text.model_dump() for each in cuts_of(metric)]
    raise RefusedError(
        "no_such_cut",
        f"{metric.id} is not recorded by {wrong.id}",
        metric=metric.names.text.model_dump(),
        dimension=wrong.names.text.model_dump(),
        can=can,
    )


def cuts_of(metric: Metric) -> list[Dimension]:
    """Return what a metric may be told apart by."""
    return [each for each in DIMENSIONS.values() if any(root in each.roots for root in metric.roots)]


def adds_up(metric: Metric, dimension: Dimension) -> bool:
    """Whether the metric's parts by a dimension sum to the whole."""
    if metric.adds == "none" or metric.is_ratio:
        return False
    if dimension.is_time:
        return metric.adds != "customer"
    if dimension.level == "own":
        return True
    ranks = {"own": 0, "line": 0, "order": 1, "customer": 2}
    return ranks[dimension.level] >= ranks[metric.adds]


def statement(cut: Cut, frames: Sequence[Frame], *, whole: bool, ascending: bool = False, limit: int = ROWS) -> Any:
    """Return the select over each frame: part ``0`` is the first frame's groups, ``0*`` its whole."""
    parts = []
    for number, frame in enumerate(frames):
        if cut.by:
            parts.append(_part(cut, frame, str(number), ascending=ascending, limit=limit))
        if whole or not cut.by:
            parts.append(_part(dataclasses.replace(cut, by=()), frame, f"{number}*", pad=len(cut.by)))
    return union_all(*(select(part.subquery()) for part in parts))


def totals(cuts: Sequence[Cut], frames: Sequence[Frame]) -> Any:
    """Return the select of several metrics of one source in all: a row for each frame, with two columns a metric."""
    joins = tuple(dict.fromkeys(join for cut in cuts for join in cut.metric.joins))
    first = dataclasses.replace(cuts[0], metric=dataclasses.replace(cuts[0].metric, joins=joins))
    parts = []
    for number, frame in enumerate(frames):
        columns = []
        for place, cut in enumerate(cuts):
            bottom = cut.metric.bottom(frame) if cut.metric.bottom is not None else literal(1)
            columns += [cut.metric.top(frame).label(f"top{place}"), bottom.label(f"bottom{place}")]
        parts.append(_narrowed(first, frame).with_only_columns(literal(str(number)).label("part"), *columns))
    return union_all(*(select(part.subquery()) for part in parts))


def _part(cut: Cut, frame: Frame, name: str, *, pad: int = 0, ascending: bool = False, limit: int = ROWS) -> Any:
    keys, labels = _columns(cut, frame)
    top, bottom = cut.metric.top(frame), cut.metric.bottom(frame) if cut.metric.bottom else None
    clause = _narrowed(cut, frame)
    if cut.metric.twice:
        keys, labels, top, bottom, grouped = _by_customer(cut, keys, labels, clause)
    elif cut.metric.quantile is not None:
        keys, labels, top, bottom, grouped = _at_quantile(cut.metric.quantile, keys, top, clause)
    else:
        grouped = clause.add_columns(*keys, *labels)
    bottom = literal(1) if bottom is None else bottom
    grouped = grouped.with_only_columns(
        literal(name).label("part"),
        *(key.label(f"key{number}") for number, key in enumerate(keys)),
        *(cast(null(), String).label(f"key{number}") for number in range(pad)),
        *(label.label(f"label{number}") for number, label in enumerate(labels)),
        *(cast(null(), String).label(f"label{number}") for number in range(2 * pad)),
        top.label("top"),
        bottom.label("bottom"),
    ).group_by(*keys)
    if keys:
        size = top * 1.0 / func.nullif(bottom, 0) if cut.metric.is_ratio or cut.metric.twice else top
        grouped = grouped.order_by(size.asc() if ascending else size.desc(), *keys).limit(limit)
    return grouped


def _columns(cut: Cut, frame: Frame) -> tuple[list[Any], list[Any]]:
    keys = [func.coalesce(cast(each.key(frame, cut.root), String), "") for each in cut.by]
    labels = [
        func.max(label) if label is not None else cast(null(), String)
        for each in cut.by
        for label in (each.labels or (None, None))
    ]
    return keys, labels


def _narrowed(cut: Cut, frame: Frame) -> Select[Any]:
    """Return the rows that count, without columns yet."""
    source = SOURCES[cut.root]
    joins = (*cut.metric.joins, *(join for each in cut.dimensions for join in each.joins))
    return select(literal(1)).select_from(joined(cut.root, joins, frame)).where(*_conditions(cut, frame, source.at))


def _conditions(cut: Cut, frame: Frame, at: Any) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if at is not None:
        start, end = frame.bounds
        found += [at >= start, at < end]
    ordered = cut.root in {"line", "order"}
    if ordered and not cut.metric.of_all and not any(each.id == "status" for each in cut.dimensions):
        found.append(col(Order.status) != "cancelled")
    if cut.metric.unit == "money" and cut.root in {"line", "order", "refund"}:
        found.append((col(Refund.currency) if cut.root == "refund" else col(Order.currency)) == frame.currency)
    if cut.metric.where is not None:
        found.append(cut.metric.where())
    for each in cut.filters:
        key = func.coalesce(cast(DIMENSIONS[each.dimension].key(frame, cut.root), String), "")
        found.append(key.not_in(each.values) if each.exclude else key.in_(each.values))
    return found


def _by_customer(cut: Cut, keys: list[Any], labels: list[Any], clause: Select[Any]) -> tuple[Any, Any, Any, Any, Any]:
    """Count each customer's orders first, then the customers."""
    inner = (
        clause.with_only_columns(
            *(key.label(f"key{number}") for number, key in enumerate(keys)),
            *(label.label(f"label{number}") for number, label in enumerate(labels)),
            func.count(distinct(col(Order.id))).label("orders"),
        )
        .group_by(*keys, col(Order.customer_id))
        .subquery("each_customer")
    )
    again = func.sum(case((inner.c.orders >= 2, 1), else_=0))
    everybody = func.count() if cut.metric.is_ratio else None
    outer_keys = [inner.c[f"key{number}"] for number in range(len(keys))]
    outer_labels = [func.max(inner.c[f"label{number}"]) for number in range(len(labels))]
    return outer_keys, outer_labels, again, everybody, select(literal(1)).select_from(inner)


def _at_quantile(
    quantile: float, keys: list[Any], value: Any, clause: Select[Any]
) -> tuple[list[Any], list[Any], Any, Any, Any]:
    """Put the rows of each group in order and take the first that at least this share of them does not exceed."""
    inner = (
        clause.with_only_columns(
            *(key.label(f"key{number}") for number, key in enumerate(keys)),
            value.label("value"),
            func.row_number().over(partition_by=keys or None, order_by=value).label("place"),
            func.count().over(partition_by=keys or None).label("rows"),
        )
    ).subquery("in_order")
    hundredths = round(quantile * 100)
    here = and_(inner.c.place * 100 >= hundredths * inner.c.rows, (inner.c.place - 1) * 100 < hundredths * inner.c.rows)
    outer_keys = [inner.c[f"key{number}"] for number in range(len(keys))]
    labels = [cast(null(), String)] * (2 * len(keys))
    some = case((func.count() > 0, 1))
    return outer_keys, labels, func.max(case((here, inner.c.value))), some, select(literal(1)).select_from(inner)


def behind(cut: Cut, frame: Frame, *, most: int = BEHIND) -> Any:
    """Return the select of the records behind a figure, the newest first, one more than are shown."""
    source = SOURCES[cut.root]
    when = func.max(source.at) if source.at is not None else literal(0)
    rows = _narrowed(cut, frame)
    if cut.metric.rows is not None:
        rows = rows.where(cut.metric.rows(frame))
    return (
        rows.with_only_columns(source.drill.label("id"), when.label("at"))
        .group_by(source.drill)
        .order_by(when.desc(), source.drill)
        .limit(most + 1)
    )
