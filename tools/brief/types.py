"""What the brief holds: the day's figures with their usual range, why the unusual ones are, and what waits for a decision."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from tools.analytics.periods import Period
from tools.analytics.types import MetricView, Number, Value
from tools.base import Arguments, Evidence
from tools.brief.unusual import Verdict
from tools.evidence import LocalText, Money
from tools.pricing.types import MoneySpan


class BriefOf(Arguments):
    """The day of the brief, in the shop's time zone; left out: yesterday. It must be over."""

    day: dt.date | None = None


class Cause(Evidence):
    """The largest part of a change against a usual day, by a dimension: arithmetic, not a cause."""

    against: dt.date
    """The same weekday whose figure was nearest the middle."""
    difference: float
    by: Value
    value: Value
    gave: float
    """Its part of the difference, in the metric's unit."""


class DayFigure(Evidence):
    """A figure of the day beside the same weekdays before it; see `tools.brief.unusual.Judgement`."""

    metric: MetricView
    value: Number
    verdict: Verdict
    days: int
    """Same weekdays that it was compared with."""
    middle: Number = None
    low: Number = None
    high: Number = None
    away: float | None = None
    """Spreads from the middle, with its sign."""
    cause: Cause | None = None


class WaitingProposal(Evidence):
    """A staged write that waits for a merchant's yes."""

    proposal_id: str
    tool: str
    expires_at: dt.datetime


class WaitingCases(Evidence):
    """What a risk score held back and nobody has decided about yet."""

    count: int
    oldest_at: dt.datetime
    highest: float
    """The highest chance of fraud among them."""
    subjects: tuple[str, ...]
    """The orders or coupons of the riskiest, the riskiest first."""


class LateTicket(Evidence):
    """A ticket that is open longer than its priority allows."""

    ticket_id: str
    subject: str
    priority: str
    status: str
    opened_at: dt.datetime
    due_at: dt.datetime


class ShortVariant(Evidence):
    """A variant that runs out before more can be there, at the rate at which it sold.

    `days_low` to `days_high`: the middle 95 % where sales come by chance at a steady rate.
    """

    sku: str
    product_id: str
    title: LocalText
    left: int
    """Pieces that can still be sold."""
    sold: int
    """Pieces sold in `period`."""
    days: float
    days_low: float
    days_high: float
    lead_days: int
    restock_at: dt.datetime | None


class EndingCoupon(Evidence):
    """A coupon that soon ends."""

    code: str
    title: LocalText
    ends_at: dt.datetime
    claimed: int
    used: int


class PriceIdea(Evidence):
    """A price that is expected to earn more than today's, its whole interval above nothing."""

    product_id: str
    title: LocalText
    now: Money
    suggested: Money
    profit_change: MoneySpan
    """In a week."""
    fitted: bool


class Waiting(Evidence):
    """What wants a decision, as it stands now. Lists hold the most pressing; the counts are of all."""

    proposals: tuple[WaitingProposal, ...] = ()
    proposals_in_all: int = 0
    cases: WaitingCases | None = None
    late: tuple[LateTicket, ...] = ()
    late_in_all: int = 0
    short: tuple[ShortVariant, ...] = ()
    short_in_all: int = 0
    sold_in: Period
    """The days that the rate of sale is taken of."""
    coupons: tuple[EndingCoupon, ...] = ()
    prices: tuple[PriceIdea, ...] = ()
    priced: int = 0
    """Products whose price was looked at: those that sell most."""

    @property
    def count(self) -> int:
        """How many things wait."""
        cases = self.cases.count if self.cases else 0
        return (
            self.proposals_in_all + cases + self.late_in_all + self.short_in_all + len(self.coupons) + len(self.prices)
        )


class DailyBrief(Evidence):
    """A day in short. `figures` are all that were looked at; those of the verdict ``far`` are news, the furthest out first."""

    day: dt.date
    timezone: str
    weeks: int
    """So many same weekdays before the day were looked at."""
    figures: tuple[DayFigure, ...]
    waiting: Waiting
    state: Literal["news", "quiet", "new", "silent"]
    """``news``: something unusual, or something waits; ``quiet``: neither; ``new``: there is too little history to call anything unusual; ``silent``: no
    order on that day nor in the weeks before it."""
    last_order: dt.date | None
    """The last day with an order, up to `day`."""
    read_at: dt.datetime
