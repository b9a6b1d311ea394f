"""A question about figures, typed."""

from __future__ import annotations

from typing import Literal, Self

import pydantic

from tools.analytics.dimensions import DIMENSIONS
from tools.analytics.metrics import METRICS
from tools.analytics.periods import Period
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


def _require(holds: bool, what: str, came: str) -> None:  # noqa: FBT001
    if not holds:
        raise ValueError(f"expected a known {what}, got {came[:40]!r}")
