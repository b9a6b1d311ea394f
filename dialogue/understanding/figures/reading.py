"""A question about figures read into the call that answers it, or what of it could not be read."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Iterable, Sequence
from typing import Literal

from dialogue.commands import Entity
from dialogue.understanding.figures import words
from dialogue.understanding.figures.corrected import corrections, that_counts
from dialogue.understanding.figures.periods import ALWAYS, periods
from dialogue.understanding.figures.words import Kind, Piece
from dialogue.understanding.numerals import parse
from knowledge.types import JsonObject
from tools.analytics.compiling import cuts_of
from tools.analytics.dimensions import DIMENSIONS
from tools.analytics.metrics import METRICS
from tools.analytics.periods import Period, before
from tools.analytics.types import Vocabulary

_LISTED = re.compile(r"(?:\s|[,，、/&]|\b(?:and|or|the)\b|和|与|及|或|以及|跟)*")
"""What may stand between values that one word holds for."""
Tool = Literal["shop_figures", "explain_change", "customer_groups", "figure_records"]
DEFAULT_DAYS = 30
"""The period where none is named: so many days up to today; the answer says so."""
MOST_PERIODS = 2
LONGEST = 10
"""So many steps of time where the largest are asked for without a number."""
_UNSETTLED = {"tickets": "open_tickets"}
"""Metric -> the one of those that are not settled yet."""
_UNITS = {
    "day": "day",
    "dai": "day",
    "天": "day",
    "日": "day",
    "week": "week",
    "周": "week",
    "month": "month",
    "月": "month",
}


@dataclasses.dataclass(frozen=True)
class Asked:
    """A call that answers a question. `assumed` names what was not said: ``period``, ``best``."""

    tool: Tool
    arguments: JsonObject
    assumed: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Unread:
    """Why a question is not answered: ``unknown_words``, ``no_metric``, ``two_metrics``, ``too_many_cuts``, ``too_many_periods``, ``why_when``.

    `words` are those that could not be used; `metric` the one that was understood, if any.
    """

    code: str
    words: tuple[str, ...] = ()
    metric: str | None = None


def read_question(
    low: str,
    *,
    today: dt.date,
    vocabulary: Vocabulary,
    entities: Sequence[Entity] = (),
    previous: JsonObject | None = None,
) -> Asked | Unread:
    """Read a question.

    Args:
        low: the message in lower case (`dialogue.understanding.text.Text.low`).
        today: the day in the shop's time zone.
        vocabulary: the values that the shop has.
        entities: what was found in the message; products and SKUs are used.
        previous: the arguments of the last question, which a follow-up goes on with.
    """  # fmt: skip
    return _Question(low, today, vocabulary, entities, previous).read()


class _Question:
    def __init__(
        self,
        low: str,
        today: dt.date,
        vocabulary: Vocabulary,
        entities: Sequence[Entity],
        previous: JsonObject | None,
    ) -> None:
        self.low, self.today, self.previous = low, today, previous
        said = _chosen(_all_pieces(low, today, vocabulary, entities))
        marks = corrections(low, said)
        self.pieces = that_counts(said, marks) if marks else said
        self.read_spans = [*marks, *((piece.start, piece.end) for piece in said)]
        """Every place that was read, what was taken back too."""
        self.goes_on = previous is not None and (self.has("again") or not self.of("metric"))
        self.used: set[Piece] = set()

    # -- looking at the pieces

    def of(self, *kinds: str) -> list[Piece]:
        return [piece for piece in self.pieces if piece.kind in kinds]

    def has(self, *kinds: str) -> bool:
        return bool(self.of(*kinds))

    # -- reading

    def read(self) -> Asked | Unread:
        unknown = words.left_over(self.low, self.read_spans)
        metric = self._metric()
        if not unknown:
            unknown = self._ranks_of_nothing() + self._unsettled_nothing(metric)
        if unknown:
            return Unread("unknown_words", tuple(unknown), metric if isinstance(metric, str) else None)
        if self.has("rfm", "cohorts"):
            return self._customers()
        if self.has("records") and self.previous is not None and not self.of("metric"):
            kept = {key: self.previous[key] for key in ("metric", "filters", "period") if self.previous.get(key)}
            return Asked("figure_records", kept)
        if len(self.of("period")) > MOST_PERIODS:
            return Unread("too_many_periods", (), metric if isinstance(metric, str) else None)
        if isinstance(metric, Unread):
            return metric
        return self._why(metric) if self.has("why") else self._figures(metric)

    def _ranks_of_nothing(self) -> list[str]:
        """Return the words that rank where there is nothing to rank; leaving them out would answer another question."""
        if self.of("dimension") or self.goes_on or self.has("trend", "share", "rfm", "cohorts"):
            return []
        return [self.low[piece.start : piece.end] for piece in self.of("rank", "most", "least")]

    def _unsettled_nothing(self, metric: str | Unread) -> list[str]:
        """Return the words for what is not settled yet where no such figure is kept."""
        said = self.of("unsettled")
        return [] if metric in _UNSETTLED.values() else [self.low[piece.start : piece.end] for piece in said]

    def _metric(self) -> str | Unread:
        named = list(dict.fromkeys(piece.value for piece in self.of("metric")))
        if len(named) == 1:
            name = str(named[0])
            return _UNSETTLED.get(name, name) if self.has("unsettled") else name
        if len(named) > 1:
            return Unread("two_metrics", tuple(named))
        if self.has(*_SELLING):
            return "units"
        if self.goes_on and self.previous is not None and "metric" in self.previous:
            return str(self.previous["metric"])
        return Unread("no_metric")

    def _customers(self) -> Asked | Unread:
        stray = self.of("metric", "value", "product", "before", "year_before", "rank", "why", "share", "average")
        if stray:
            return Unread("unknown_words", tuple(self.low[piece.start : piece.end] for piece in stray))
        period, _ = self._period()
        arguments: JsonObject = {"kind": "rfm" if self.has("rfm") else "cohorts"}
        return Asked("customer_groups", arguments | ({"period": _plain(period)} if period else {}))

    def _why(self, metric: str) -> Asked | Unread:
        period, against = self._periods()
        if period is None and self.goes_on and self.previous and self.previous.get("period"):
            period = Period.model_validate(self.previous["period"])
        if period is None:
            return Unread("why_when", (), metric)
        by = self._dimensions()
        stray = self.of("rank", "average", "share")
        if len(by) > 1 or stray:
            return Unread("too_many_cuts", tuple(by), metric)
        arguments: JsonObject = {"metric": metric, "period": _plain(period)}
        if by:
            arguments["by"] = by[0]
        if filters := self._filters():
            arguments["filters"] = filters
        compared = self._comparison(period, against)
        arguments |= {key: value for key, value in compared.items() if (key, value) != ("against", "before")}
        return Asked("explain_change", arguments)

    def _figures(self, metric: str) -> Asked | Unread:
        period, against = self._periods()
        by = self._dimensions()
        compared = self._comparison(period, against)
        arguments = self._carried(by, period, compared) if self.goes_on else {}
        filters = _merged(arguments.pop("filters", []), self._filters())
        assumed = ["best"] if not self.of("metric") and self.has(*_SELLING) else []
        if period is None and (kept := arguments.pop("period", None)) is not None:
            period = Period.model_validate(kept)
        elif period is None and not self.goes_on and not self.has("always") and (self.previous or {}).get("period"):
            period = Period.model_validate((self.previous or {})["period"])
        elif period is None and self._needs_period(metric):
            period = Period(first=self.today - dt.timedelta(days=DEFAULT_DAYS - 1), last=self.today)
            assumed.append("period")
        if self.has("trend") and not any(DIMENSIONS[each].is_time for each in by):
            by = [*by, _grain(period)]
        if len(by) > 2:
            return Unread("too_many_cuts", tuple(by), metric)
        arguments |= {"metric": metric} | ({"by": by} if by else {}) | ({"filters": filters} if filters else {})
        arguments |= {"period": _plain(period)} if period is not None else {}
        arguments |= compared | self._ranking(by)
        return Asked("shop_figures", self._as_part(arguments), tuple(assumed))

    def _carried(self, by: Sequence[str], period: Period | None, compared: JsonObject) -> JsonObject:
        """Return what of the last question still holds."""
        found = {key: value for key, value in (self.previous or {}).items() if key != "metric"}
        if period is not None or self.has("always"):
            found.pop("period", None)
            found.pop("against_period", None)
        if compared:
            found = {key: value for key, value in found.items() if key not in {"against", "against_period"}}
        if by:
            found = {
                key: value
                for key, value in found.items()
                if key not in {"by", "limit", "order", "per", "share", "only"}
            }
        return found

    def _needs_period(self, metric: str) -> bool:
        """Whether a period must be assumed; not where the last question was about everything recorded."""
        everything = self.goes_on and self.previous is not None and "period" not in self.previous
        return not (self.has("always") or METRICS[metric].state or everything)

    def _as_part(self, arguments: JsonObject) -> JsonObject:
        """Make it a share, or an average."""
        if self.has("share"):
            arguments = arguments | self._share(arguments)
        if average := self._average():
            arguments = {key: value for key, value in arguments.items() if key != "by"} | {"per": average}
        return arguments

    # -- parts

    def _period(self) -> tuple[Period | None, Period | None]:
        found = [piece.value for piece in self.of("period")]
        return (found[0] if found else None), (found[1] if len(found) > 1 else None)

    def _periods(self) -> tuple[Period | None, Period | None]:
        """Return the period that is asked about and the one it is set against.

        After "vs", 和, 比 comes what it is set against, also where that is said first: 和去年12月相比，今年12月...
        """
        said = self.of("period")
        if len(said) < 2:
            alone = said[0].value if said else None
            marks = [mark for mark in self.of("against") if said and mark.end <= said[0].start <= mark.end + 5]
            if alone is not None and marks and self.goes_on:
                return None, alone
            return alone, None
        if len(said) > 2:
            return said[0].value, said[1].value
        first, second = said
        marks = [mark for mark in self.of("against") if mark.end <= first.start <= mark.end + 1]
        between = any(first.end <= mark.start < second.start for mark in self.of("against"))
        return (second.value, first.value) if marks and not between else (first.value, second.value)

    def _comparison(self, period: Period | None, against: Period | None) -> JsonObject:
        if self.has("year_before"):
            return {"against": "year_before"}
        if against is not None:
            if period is not None and _beginning(period, against, self.today):
                return {"against": "before"}
            return {"against_period": _plain(against)}
        grew = (
            self.has("change")
            and not self.has("trend")
            and not any(DIMENSIONS[each].is_time for each in self._dimensions())
        )
        return {"against": "before"} if self.has("before") or grew else {}

    def _dimensions(self) -> list[str]:
        found = [str(piece.value) for piece in self.of("dimension")]
        if self.has("average"):
            found = [each for each in found if each not in {"day", "week", "month"}]
        if self.of("product") and not self.has("rank", "most", "least", "each", "which", *_SELLING):
            found = [each for each in found if each not in {"product", "sku"}]  # "product 85123A" is one product
        if not found and self.has(*_SELLING) and not self.goes_on:
            found = ["product"]
        return list(dict.fromkeys(found))

    def _filters(self) -> list[JsonObject]:
        found: dict[tuple[str, bool], list[str]] = {}
        for piece in self.of("value", "product"):
            dimension, key = piece.value
            keys = list(key) if isinstance(key, tuple) else [key]
            excluded = any(
                mark.end <= piece.start and not self._broken(mark.end, piece.start) for mark in self.of("exclude")
            )
            known = found.setdefault((dimension, excluded or self._excluded_behind(piece)), [])
            known += [each for each in keys if each not in known]
        if self.has("weekend", "workday"):
            found["weekday", False] = ["6", "7"] if self.has("weekend") else ["1", "2", "3", "4", "5"]
        return [
            {"dimension": dimension, "values": keys} | ({"exclude": True} if excluded else {})
            for (dimension, excluded), keys in found.items()
        ]

    def _broken(self, start: int, end: int) -> bool:
        """Whether something else than values, "and" and commas stands between two places: "without France, in Germany"."""
        rest = list(self.low[start:end])
        for piece in self.of("value", "product"):
            for place in range(max(piece.start, start), min(piece.end, end)):
                rest[place - start] = " "
        return _LISTED.fullmatch("".join(rest)) is None

    def _excluded_behind(self, piece: Piece) -> bool:
        """Whether a value is said to be left out behind it: 英国除外, 不算英国."""
        return bool(re.match(r"\s*(?:除外|以外|之外|不算|excluded)", self.low[piece.end :]))

    def _ranking(self, by: Sequence[str]) -> JsonObject:
        found: JsonObject = {}
        if self.has("least", "worst"):
            found["order"] = "least"
        for piece in self.of("rank"):
            number, said = piece.value
            found["limit"] = max(1, int(parse(number) or 1))
            if re.search(r"worst|lowest|least|smallest|fewest|bottom|倒数|后", said):
                found["order"] = "least"
        if "limit" not in found and by and self.has("most", "least", *_SELLING) and self._singular():
            found["limit"] = 1
        elif "limit" not in found and any(DIMENSIONS[each].is_time for each in by) and self.has("most", "least"):
            found["limit"] = LONGEST
        return found

    def _singular(self) -> bool:
        """Whether one is asked for: "which country", 哪个月."""
        which = [self.low[piece.start : piece.end] for piece in self.of("which")]
        if any(said in {"哪些", "哪几个"} for said in which):
            return False
        named = [self.low[piece.start : piece.end] for piece in self.of("dimension")]
        plural = any(each.isascii() and each.endswith("s") for each in named)
        return bool(which) and not plural

    def _share(self, arguments: JsonObject) -> JsonObject:
        """Return the part that a filter's values have: by its dimension, with that filter lifted, only those values shown."""
        filters = arguments.get("filters", [])
        if arguments.get("by") or len(filters) != 1 or filters[0].get("exclude"):
            return {"share": True}
        return {"share": True, "by": [filters[0]["dimension"]], "filters": [], "only": filters[0]["values"]}

    def _average(self) -> str | None:
        for piece in self.of("average"):
            said = piece.value[1]
            tail = self.low[piece.start :] if said == "average" else said
            return next((unit for word, unit in _UNITS.items() if word in tail), None)
        return None


def _all_pieces(low: str, today: dt.date, vocabulary: Vocabulary, entities: Iterable[Entity]) -> list[Piece]:
    found = [*words.signs(low), *words.names(low), *words.values(low, vocabulary)]
    found += [Piece(each.start, each.end, "period", each.period) for each in periods(low, today)]
    found += [Piece(match.start(), match.end(), "always") for match in ALWAYS.finditer(low)]
    found += [piece for each in entities if (piece := _goods(each)) is not None]
    return found


_SELLING: tuple[Kind, ...] = ("best", "worst")
"""Selling well or badly, which is told by units."""
_FIRST = ("period", "value", "metric", "dimension", "product")
_FEW = 5
"""So many products may be meant by a name, such as two of one title; more are a kind of goods."""


def _goods(entity: Entity) -> Piece | None:
    """Return the SKU, product or category that is named; one word of a longer title is no name of it."""
    if entity.type == "sku":
        return Piece(entity.start, entity.end, "product", ("sku", (entity.text,)))
    if entity.type != "product":
        return None
    if category := entity.value.get("category_id"):
        return Piece(entity.start, entity.end, "product", ("category", (str(category),)))
    ids = tuple(entity.value.get("product_ids", ()))
    words_said = 2 if not entity.text.isascii() else len(re.findall(r"[^\W_]+", entity.text))
    if entity.value.get("generic") or not 1 <= len(ids) <= _FEW or words_said < 2:
        return None
    return Piece(entity.start, entity.end, "product", ("product", ids))


def _chosen(found: list[Piece]) -> list[Piece]:
    """Keep the longest of what overlaps, selling well or badly first; a customer, an order is a dimension where the metric is another."""
    kept: list[Piece] = []
    ranked = sorted(
        found,
        key=lambda piece: (
            piece.kind not in _SELLING,
            piece.start - piece.end,
            _FIRST.index(piece.kind) if piece.kind in _FIRST else len(_FIRST),
        ),
    )
    for piece in ranked:
        if all(piece.end <= other.start or piece.start >= other.end for other in kept):
            kept.append(piece)
    kept.sort(key=lambda piece: piece.start)
    return _told_apart(kept, found)


def _told_apart(kept: list[Piece], found: Sequence[Piece]) -> list[Piece]:
    """Read a word that is a metric and a dimension by what stands beside it."""
    metrics = {piece.value for piece in kept if piece.kind == "metric"}
    both = {(piece.start, piece.end): piece for piece in found if piece.kind == "dimension"}
    result = []
    for piece in kept:
        twin = both.get((piece.start, piece.end))
        if piece.kind == "metric" and twin is not None and len(metrics) > 1:
            metrics = metrics - {piece.value}
            result.append(twin)
        else:
            result.append(piece)
    return result


def _merged(old: Sequence[JsonObject], new: Sequence[JsonObject]) -> list[JsonObject]:
    """Put new filters in the place of old ones on the same dimension, or on goods of another kind of name."""
    goods = {"product", "sku", "category", "brand"}
    said = {each["dimension"] for each in new}
    replaced = said | (goods if said & goods else set())
    return [*(each for each in old if each["dimension"] not in replaced), *new]


def _beginning(period: Period, against: Period, today: dt.date) -> bool:
    """Whether a period that still runs is set against the whole one before it: then the same days of that are meant."""
    return period.last == today and before(period).first == against.first and against.days > period.days


def _grain(period: Period | None) -> str:
    if period is None:
        return "month"
    return "day" if period.days <= 31 else "week" if period.days <= 120 else "month"


def _plain(period: Period) -> JsonObject:
    return period.model_dump(mode="json")


def can_be_cut_by(metric: str) -> tuple[str, ...]:
    """Return the dimensions that a metric is recorded by."""
    return tuple(each.id for each in cuts_of(METRICS[metric]))
