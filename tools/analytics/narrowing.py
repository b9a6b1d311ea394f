"""From a row of an answer to the narrower question: only that row, cut by what tells most about it next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from tools.analytics.compiling import cut_of
from tools.analytics.periods import Period, span_of
from tools.analytics.query import FigureQuery, Filter, Question, WhyQuery, plain
from tools.errors import ArgumentError, RefusedError

_THEN: Mapping[str, tuple[str, ...]] = {
    "category": ("product", "brand"),
    "brand": ("product",),
    "product": ("sku", "channel", "day"),
    "sku": ("channel", "day"),
    "country": ("region",),
    "customer": ("product",),
    "queue": ("ticket_reason",),
    "ticket_reason": ("priority",),
    "year": ("month",),
    "quarter": ("month",),
    "month": ("day",),
    "week": ("day",),
    "day": ("hour",),
}
"""What is looked at next within a value of a dimension, before anything else."""
_ELSE = ("category", "product", "channel", "country", "tier", "queue", "priority", "day")


def narrower(question: Question, keys: Sequence[str]) -> Question:
    """Return the question that a row leads to.

    Args:
        question: of ``shop_figures`` or ``explain_change``: those have rows of values.
        keys: of the row's values, one for each dimension that the question is cut by.

    Raises:
        ArgumentError: ``no_such_row``: the question has no such rows.
    """
    query = _query(question, keys)
    filters, period, against = {each.dimension: each for each in query.filters}, query.period, query.against_period
    for dimension, key in zip(query.by, keys, strict=True):
        if dimension in _CALENDAR:
            period, against = _within(period, dimension, key), None
        else:
            filters[dimension] = Filter(dimension=dimension, values=(key,))
    narrowed = FigureQuery(
        metric=query.metric,
        by=_next(query.metric, query.by, tuple(filters.values()), period),
        filters=tuple(filters.values()),
        period=period,
        against=query.against,
        against_period=against,
    )
    return Question(tool="shop_figures", arguments=plain(narrowed))


def behind(question: Question, keys: Sequence[str] = ()) -> Question:
    """Return the question for the records behind a figure, or behind one of its rows.

    Raises:
        ArgumentError: ``no_such_row``, as `narrower`.
    """
    if keys:
        question = narrower(question, keys)
    elif question.tool not in {"shop_figures", "explain_change", "figure_records"}:
        raise _no_row("customers in groups have no list of records")
    kept = {name: question.arguments[name] for name in ("metric", "filters", "period") if name in question.arguments}
    return Question(tool="figure_records", arguments=kept)


_CALENDAR = frozenset({"day", "week", "month", "quarter", "year"})


def _query(question: Question, keys: Sequence[str]) -> FigureQuery:
    if question.tool == "explain_change":
        why = WhyQuery.model_validate(question.arguments)
        by = (why.by,) if why.by else ()
        query = FigureQuery(
            metric=why.metric,
            by=by,
            filters=why.filters,
            period=why.period,
            against=None if why.against_period else why.against,
            against_period=why.against_period,
        )
    elif question.tool == "shop_figures":
        query = FigureQuery.model_validate(question.arguments)
    else:
        raise _no_row(f"{question.tool} has no rows of values")
    if len(keys) != len(query.by):
        raise _no_row(f"expected {len(query.by)} values of the row, got {len(keys)}")
    return query


def _no_row(message: str) -> ArgumentError:
    return ArgumentError("no_such_row", message)


def _within(period: Period | None, grain: str, key: str) -> Period:
    """Return the days of a step that lie in a period."""
    try:
        step = span_of(key, grain)  # type: ignore[arg-type]  # one of the grains of the calendar
    except ValueError:
        raise _no_row(f"no {grain} {key[:20]!r}") from None
    if period is None:
        return step
    first, last = max(step.first, period.first), min(step.last, period.last)
    if last < first:
        raise _no_row(f"the {grain} {key[:20]!r} lies outside the period")
    return Period(first=first, last=last)


def _next(metric: str, by: Sequence[str], filters: tuple[Filter, ...], period: Period | None) -> tuple[str, ...]:
    """Return what to cut by: the first of what suits the row that the metric is recorded by and that is not fixed yet."""
    fixed = {each.dimension for each in filters}
    if period is not None and period.last - period.first < dt.timedelta(days=2):
        fixed |= _CALENDAR
    candidates = [each for dimension in reversed(by) for each in _THEN.get(dimension, ())]
    for candidate in (*candidates, *_ELSE):
        if candidate not in fixed and candidate not in by and _is_recorded(metric, candidate, filters):
            return (candidate,)
    return ()


def _is_recorded(metric: str, dimension: str, filters: tuple[Filter, ...]) -> bool:
    try:
        cut_of(metric, (dimension,), filters)
    except RefusedError:
        return False
    return True
