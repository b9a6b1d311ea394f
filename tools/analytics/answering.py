"""Runs a question: one select, and its rows made into groups that are ranked, compared, shared out and drawn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from tools.analytics.compiling import ROWS, Cut, adds_up, cut_of, statement, totals
from tools.analytics.dimensions import Dimension
from tools.analytics.metrics import Metric
from tools.analytics.periods import Grain, Period, before, steps, year_before
from tools.analytics.query import FigureQuery, Filter, Question, plain
from tools.analytics.reading import Desk, figure, relative, value_name
from tools.analytics.types import Chart, Figures, Group, Number, Value
from tools.errors import RefusedError
from tools.evidence import LocalText

SHOWN = 10
"""Groups that are given where no number was said; a trend is given whole."""
_CYCLES = frozenset({"hour", "weekday"})
_CALENDAR = frozenset({"day", "week", "month", "quarter", "year"})
_NOW = LocalText(zh="本期", en="this period")
_THEN = LocalText(zh="对比期", en="compared period")

Keys = tuple[str, ...]
Found = Mapping[Keys, tuple[Any, Any]]


async def answer(desk: Desk, query: FigureQuery) -> Figures:
    """Return the figures that a question asks for.

    Raises:
        RefusedError: ``no_such_cut``, ``no_comparison``, ``no_share``, ``no_average``: what the layer cannot express.
        DatabaseBusyError: it took too long.
    """
    filters, views = await desk.filters(query.filters)
    cut = cut_of(query.metric, query.by, filters)
    _check(query, cut)
    period = query.period or await desk.all_time()
    against = _against(query, period)
    frames = [desk.frame(each) for each in (period, against) if each is not None]
    summed = bool(cut.by) and all(adds_up(cut.metric, each) for each in cut.by)
    least = query.order == "least"
    rows = await desk.rows(statement(cut, frames, whole=not summed, ascending=least))
    now, labels = _parts(rows, "0", len(cut.by))
    then, old_labels = _parts(rows, "1", len(cut.by))
    groups = _groups(query, cut, period, against, now, then)
    whole = _whole(rows, "0*", cut.metric) if not summed else _sum(now)
    whole_then = None if against is None else _whole(rows, "1*", cut.metric) if not summed else _sum(then)
    total, total_then = (_averaged(each, when, query) for each, when in ((whole, period), (whole_then, against)))
    if query.share:
        groups = [each.model_copy(update={"share": _share(each.value, total)}) for each in groups]
    if query.only:
        groups = [each for each in groups if each.values[0].key in query.only]
    trend = any(each.is_time for each in cut.by)
    shown = groups if trend and query.limit is None else groups[: query.limit or SHOWN]
    named = await _named(desk, cut, shown, {**old_labels, **labels})
    return Figures(
        metric=desk.metric(cut.metric),
        period=None if cut.metric.state else period,
        timezone=desk.zone.key,
        against=against,
        filters=views,
        by=tuple(Value(key=each.id, name=each.names.text) for each in cut.by),
        total=total,
        total_before=total_then,
        total_change=relative(total, total_then),
        groups=tuple(named),
        groups_in_all=len(groups),
        more_than=ROWS if len(now) >= ROWS else None,
        tied=len(shown) < len(groups) and bool(shown) and shown[-1].value == groups[len(shown)].value,
        per=query.per,
        share=query.share,
        order=query.order,
        chart=_chart(cut, bool(against), len(shown)),
        read_at=desk.context.now,
        question=Question(tool="shop_figures", arguments=plain(query)),
    )


async def answer_totals(
    desk: Desk, metrics: Sequence[Metric], filters: Sequence[Filter], period: Period, against: Period
) -> dict[str, Figures]:
    """Return several metrics in all, by id, each beside the period `against`: those of one source are read in one pass.

    Only for metrics that look at every row of their source: without a condition or a rank of their own.

    Raises:
        RefusedError, DatabaseBusyError: as `answer`.
    """
    resolved, views = await desk.filters(filters)
    frames = [desk.frame(period), desk.frame(against)]
    cuts = {each.id: cut_of(each.id, (), resolved) for each in metrics}
    found: dict[str, Figures] = {}
    for root in dict.fromkeys(cut.root for cut in cuts.values()):
        mine = [cut for cut in cuts.values() if cut.root == root]
        rows = {str(row[0]): row[1:] for row in await desk.rows(totals(mine, frames))}
        for number, cut in enumerate(mine):
            place = 2 * number
            now, then = (figure(rows[part][place], rows[part][place + 1], cut.metric) for part in ("0", "1"))
            query = FigureQuery(metric=cut.metric.id, filters=tuple(filters), period=period, against_period=against)
            found[cut.metric.id] = Figures(
                metric=desk.metric(cut.metric),
                period=period,
                timezone=desk.zone.key,
                against=against,
                filters=views,
                total=now,
                total_before=then,
                total_change=relative(now, then),
                read_at=desk.context.now,
                question=Question(tool="shop_figures", arguments=plain(query)),
            )
    return found


def _check(query: FigureQuery, cut: Cut) -> None:
    """Refuse what has no meaning."""
    names = {"metric": cut.metric.names.text.model_dump()}
    if cut.metric.state and query.compares:
        raise RefusedError("no_comparison", "how things stand now is not kept for earlier days", **names)
    if query.share and not all(adds_up(cut.metric, each) for each in cut.by):
        raise RefusedError("no_share", "its parts do not sum to a whole", **names)
    if query.per is not None and (query.by or cut.metric.is_ratio or cut.metric.state or cut.metric.adds == "none"):
        raise RefusedError("no_average", "an average a day needs a sum over days", **names)
    if query.compares and sum(each.is_time for each in cut.by) and len(cut.by) > 1:
        raise RefusedError("no_comparison", "a trend of groups is not compared", **names)


def _against(query: FigureQuery, period: Period) -> Period | None:
    if query.against_period is not None:
        return query.against_period
    if query.against is None:
        return None
    return before(period) if query.against == "before" else year_before(period)


def _parts(rows: Iterable[Any], name: str, count: int) -> tuple[dict[Keys, tuple[Any, Any]], dict[Keys, list[Any]]]:
    found, labels = {}, {}
    for row in rows:
        if row[0] == name:
            keys = tuple(map(str, row[1 : 1 + count]))
            found[keys] = (row[-2], row[-1])
            labels[keys] = list(row[1 + count : 1 + 3 * count])
    return found, labels


def _whole(rows: Iterable[Any], name: str, metric: Metric) -> Number:
    top, bottom = next(((row[-2], row[-1]) for row in rows if row[0] == name), (None, None))
    return figure(top, bottom, metric)


def _sum(found: Found) -> int:
    return sum(int(top or 0) for top, _ in found.values())


def _averaged(whole: Number, period: Period | None, query: FigureQuery) -> Number:
    """Return a whole on average a day, week (7 days) or month of the period; months are counted by the calendar."""
    if query.per is None or whole is None or period is None:
        return whole
    if query.per == "month":
        parts = Decimal(len(steps(period, "month")))
    else:
        parts = Decimal(period.days) / (7 if query.per == "week" else 1)
    return float(Decimal(str(whole)) / parts)


def _share(value: Number, total: Number) -> float | None:
    return float(Decimal(str(value)) / Decimal(str(total))) if value is not None and total else None


def _groups(
    query: FigureQuery, cut: Cut, period: Period, against: Period | None, now: Found, then: Found
) -> list[Group]:
    """Return every group, in the order in which they are shown; its values still bear their keys for names."""
    calendar = next((number for number, each in enumerate(cut.by) if each.id in _CALENDAR), None)
    if calendar is not None and against is not None and len(cut.by) == 1:
        grain: Grain = cut.by[0].id  # type: ignore[assignment]  # its id is one of the grains
        pairs = _side_by_side(steps(period, grain), steps(against, grain))
    else:
        keys = dict.fromkeys((*now, *then))
        if len(cut.by) == 1 and cut.by[0].is_time:
            keys = dict.fromkeys((key,) for key in steps(period, cut.by[0].id))  # type: ignore[arg-type]
        pairs = [(key, key) for key in keys]
    nothing = (None, None) if cut.metric.is_ratio else (0, 1)
    found = []
    for key, old in pairs:
        value = figure(*now.get(key, nothing), cut.metric)
        earlier = figure(*then.get(old, nothing), cut.metric) if against is not None and old else None
        values = tuple(Value(key=part, name=LocalText()) for part in key)
        found.append(Group(values=values, value=value, before=earlier, change=relative(value, earlier)))
    return _sorted(query, cut, found)


def _side_by_side(now: Sequence[str], then: Sequence[str]) -> list[tuple[Keys, Keys]]:
    """Pair the first step with the first, the second with the second."""
    return [((key,), (then[number],) if number < len(then) else ()) for number, key in enumerate(now)]


def _sorted(query: FigureQuery, cut: Cut, groups: list[Group]) -> list[Group]:
    """Put a trend in the order of time, unless the largest are asked for; everything else by its figure, then by key."""
    if cut.by and cut.by[0].is_time and query.limit is None:
        return sorted(groups, key=lambda each: [value.key for value in each.values])
    sign = 1 if query.order == "least" else -1
    with_figure = [each for each in groups if each.value is not None]
    return sorted(with_figure, key=lambda each: (sign * (each.value or 0), [value.key for value in each.values]))


async def _named(desk: Desk, cut: Cut, groups: Sequence[Group], labels: Mapping[Keys, list[Any]]) -> list[Group]:
    called = []
    for number, dimension in enumerate(cut.by):
        place = slice(2 * number, 2 * number + 2)
        own: dict[Keys, Sequence[Any]] = {(keys[number],): said[place] for keys, said in labels.items()}
        called.append(await named_values(desk, dimension, {each.values[number].key for each in groups}, own))
    return [
        group.model_copy(
            update={
                "values": tuple(Value(key=value.key, name=called[n][value.key]) for n, value in enumerate(group.values))
            }
        )
        for group in groups
    ]  # fmt: skip


async def named_values(
    desk: Desk, dimension: Dimension, keys: Iterable[str], labels: Mapping[Keys, Sequence[Any]]
) -> dict[str, LocalText]:
    """Return what values of a dimension are called: by the names that were read with them, else by their own tables or words."""
    wanted = list(keys)
    people = await desk.names(dimension, wanted) if dimension.id == "customer" else {}
    found = {}
    for key in wanted:
        said = labels.get((key,), ())
        if dimension.labels is not None and any(said):
            found[key] = LocalText(zh=said[0] or "", en=said[1] or "")
        else:
            found[key] = people.get(key) or value_name(dimension, key)
    return found


def _chart(cut: Cut, compares: bool, shown: int) -> Chart | None:  # noqa: FBT001
    if not cut.by or shown < 2:
        return None
    series = (_NOW, _THEN) if compares else (cut.metric.names.text,)
    if len(cut.by) == 2:
        return Chart(kind="heat", series=series[:1])
    return Chart(kind="line" if cut.by[0].id in _CALENDAR else "bar", series=series)
