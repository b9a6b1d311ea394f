"""A question about figures, typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self

import pydantic

from knowledge.types import JsonObject
from tools.analytics.dimensions import DIMENSIONS
from tools.analytics.metrics import METRICS
from tools.analytics.periods import Period, moved
from tools.base import Arguments

MOST_GROUPS = 1000
Comparison = Literal["before", "year_before"]
Per = Literal["day", "week", "month"]


class Filter(Arguments):
    """Only rows with one of `values` in a dimension, or, with `exclude`, only those without."""

    dimension: str
    values: tuple[str, ...] = pydantic.Field(min_length=1, max_length=50)
    exclude: bool = False

    @pydantic.model_validator(mode="after")
    def _known(self) -> Self:
        _require(self.dimension in DIMENSIONS, "dimension", self.dimension)
        return self


class FigureQuery(Arguments):
    """One metric over a period: in all, by up to two dimensions, compared, ranked.

    `against` is a period to compare with by name, `against_period` one by its days. `period` None: everything recorded. `most`:
    the largest first, or the smallest; `limit`: only so many. `share`: each group's part of the whole; `only`: of the groups by one
    dimension just these, out of that whole. `per`: on average a day, ... of the period.
    """

    metric: str
    by: tuple[str, ...] = pydantic.Field((), max_length=2)
    filters: tuple[Filter, ...] = pydantic.Field((), max_length=8)
    period: Period | None = None
    against: Comparison | None = None
    against_period: Period | None = None
    order: Literal["most", "least"] = "most"
    limit: int | None = pydantic.Field(None, ge=1, le=MOST_GROUPS)
    share: bool = False
    only: tuple[str, ...] = pydantic.Field((), max_length=50)
    per: Per | None = None

    @pydantic.model_validator(mode="after")
    def _known(self) -> Self:
        _require(self.metric in METRICS, "metric", self.metric)
        for dimension in self.by:
            _require(dimension in DIMENSIONS, "dimension", dimension)
        if len(set(self.by)) < len(self.by):
            raise ValueError("expected different dimensions")
        if self.against is not None and self.against_period is not None:
            raise ValueError("expected one thing to compare with")
        if self.only and len(self.by) != 1:
            raise ValueError("expected one dimension of which only some values are shown")
        return self

    @property
    def compares(self) -> bool:
        """Whether it looks at a second period."""
        return self.against is not None or self.against_period is not None


class WhyQuery(Arguments):
    """Why a metric changed between two periods: its parts by a dimension; without one, by that which tells most."""

    metric: str
    by: str | None = None
    filters: tuple[Filter, ...] = pydantic.Field((), max_length=8)
    period: Period
    against: Comparison = "before"
    against_period: Period | None = None

    @pydantic.model_validator(mode="after")
    def _known(self) -> Self:
        _require(self.metric in METRICS, "metric", self.metric)
        _require(self.by is None or self.by in DIMENSIONS, "dimension", self.by or "")
        return self


class CustomersQuery(Arguments):
    """The customers of a period: in segments by recency, frequency and money, or in cohorts by the month of their first order."""

    kind: Literal["rfm", "cohorts"]
    period: Period | None = None


Asks = Literal["shop_figures", "explain_change", "customer_groups", "figure_records"]
"""The tools that answer questions about figures."""
_ARGUMENTS: Mapping[str, type[Arguments]] = {
    "shop_figures": FigureQuery,
    "explain_change": WhyQuery,
    "customer_groups": CustomersQuery,
    "figure_records": FigureQuery,
}


class Question(Arguments):
    """A question about figures that can be kept and asked again: the tool that answers it, and its arguments.

    The arguments are checked when it is made, and are plain JSON without what is left at its default.
    """

    tool: Asks = "shop_figures"
    arguments: JsonObject

    @pydantic.model_validator(mode="before")
    @classmethod
    def _checked(cls, given: Any) -> Any:
        if not isinstance(given, dict) or not isinstance(given.get("arguments"), dict):
            return given
        tool = given.get("tool", "shop_figures")
        if not isinstance(tool, str) or tool not in _ARGUMENTS:
            return given
        return {**given, "arguments": plain(_ARGUMENTS[tool].model_validate(given["arguments"]))}

    @property
    def period(self) -> Period | None:
        """The period that it asks about; None: everything recorded, or how things stand now."""
        given = self.arguments.get("period")
        return Period.model_validate(given) if given else None

    def over(self, period: Period) -> Question:
        """Return the same question about another period; a second period that it names by its days moves along."""
        arguments = self.arguments | {"period": period.model_dump(mode="json")}
        if self.period is not None and (against := arguments.get("against_period")):
            then = Period.model_validate(against)
            arguments["against_period"] = moved(then, self.period.last, period.last).model_dump(mode="json")
        return Question(tool=self.tool, arguments=arguments)


def plain(query: Arguments) -> JsonObject:
    """Return a query as JSON, without what is left at its default."""
    return query.model_dump(mode="json", exclude_defaults=True)


def _require(holds: bool, what: str, came: str) -> None:  # noqa: FBT001
    if not holds:
        raise ValueError(f"expected a known {what}, got {came[:40]!r}")
