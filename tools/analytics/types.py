"""What an answer holds: figures with unit, definition, period and filters, the groups, and how to draw them."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from tools.analytics.metrics import Unit
from tools.analytics.periods import Period
from tools.analytics.query import Question
from tools.base import Evidence
from tools.evidence import LocalText

Number = int | float | None
"""Minor units where the unit is ``money``; None: there is nothing that it could be taken of."""


class MetricView(Evidence):
    """A metric as it is shown."""

    id: str
    name: LocalText
    definition: LocalText
    unit: Unit
    currency: str = ""
    """Only of ``money``."""
    better: str = ""
    """``up``, ``down`` or ``""``."""


class Value(Evidence):
    """A value of a dimension: its key and what it is called."""

    key: str
    name: LocalText


class FilterView(Evidence):
    """A filter in words."""

    dimension: LocalText
    values: tuple[Value, ...]
    exclude: bool = False


class Group(Evidence):
    """One row of an answer."""

    values: tuple[Value, ...]
    value: Number
    before: Number = None
    change: float | None = None
    """Relative; None where there was nothing before, or nothing was compared."""
    share: float | None = None


class Chart(Evidence):
    """How to draw the groups: a line over time, bars, or a heat map over two dimensions."""

    kind: Literal["line", "bar", "heat"]
    series: tuple[LocalText, ...]
    """The names of `Group.value` and, where it is drawn too, `Group.before`."""


class Figures(Evidence):
    """An answer. `total` is the metric over everything, not the sum of the groups that are shown."""

    metric: MetricView
    period: Period | None
    """None: how it stands now."""
    timezone: str
    against: Period | None = None
    filters: tuple[FilterView, ...] = ()
    by: tuple[Value, ...] = ()
    total: Number
    total_before: Number = None
    total_change: float | None = None
    groups: tuple[Group, ...] = ()
    groups_in_all: int = 0
    """Also those beyond the limit."""
    more_than: int | None = None
    """Set where there are more groups than were read: only so many."""
    tied: bool = False
    """Whether a group that is not shown has the same figure as the last shown."""
    per: str | None = None
    share: bool = False
    order: str = "most"
    chart: Chart | None = None
    read_at: dt.datetime
    question: Question
    """What was asked, to ask it again or go on from it."""


class Part(Evidence):
    """What one value of a dimension gave to a change."""

    value: Value
    before: Number
    now: Number
    gave: float
    """Its part of the change, in the metric's unit; all parts sum to the change."""


class Driver(Evidence):
    """What one factor of revenue gave to its change; the factors' parts sum to the change."""

    name: LocalText
    before: float
    now: float
    gave: float


class Why(Evidence):
    """A change and what it is made of."""

    metric: MetricView
    period: Period
    against: Period
    timezone: str
    filters: tuple[FilterView, ...] = ()
    now: Number
    before: Number
    difference: float
    change: float | None
    drivers: tuple[Driver, ...] = ()
    by: Value
    parts: tuple[Part, ...]
    """The largest first, at most ten; `rest` is what the others gave."""
    rest: float = 0.0
    others: int = 0
    looked_at: tuple[Value, ...] = ()
    """The dimensions that were tried."""
    read_at: dt.datetime
    question: Question


class Segment(Evidence):
    """Customers of one kind, with what they brought."""

    id: str
    name: LocalText
    customers: int
    orders: int
    minor: int
    recency_days: float
    """Since their last order, on average, at the end of the period."""


class Cohort(Evidence):
    """Customers by the month of their first order, and how many of them ordered in each month from then on."""

    month: str
    customers: int
    active: tuple[int, ...]
    """In that month, one month later, two, ..."""


class Customers(Evidence):
    """Customers in segments or cohorts."""

    kind: Literal["rfm", "cohorts"]
    period: Period
    timezone: str
    currency: str
    definition: LocalText
    segments: tuple[Segment, ...] = ()
    cohorts: tuple[Cohort, ...] = ()
    read_at: dt.datetime
    question: Question


class Behind(Evidence):
    """The records behind a figure: ids of orders, tickets, ..., the newest first."""

    metric: MetricView
    kind: str
    ids: tuple[str, ...]
    more: bool
    period: Period | None


class WordsOf(Evidence):
    """A dimension whose values are few, with their names."""

    dimension: str
    values: tuple[Value, ...]


class Vocabulary(Evidence):
    """What the shop's figures can be told apart by, with the values it has."""

    dimensions: tuple[WordsOf, ...]
    timezone: str
    currency: str
    first: dt.date | None
    """Day of the first order."""
    last: dt.date | None
