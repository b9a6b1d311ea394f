"""Arguments and evidence of the risk tools."""

from __future__ import annotations

import datetime as dt
from typing import Literal

import pydantic

from tools.base import Arguments, Evidence
from tools.evidence import LocalText

CaseStatus = Literal["open", "allowed", "fraud"]


class ReasonView(Evidence):
    """One reason of a score."""

    feature: str
    value: float | None
    share: float
    """Of the log odds: all shares and the base add up to them. Positive raises the risk."""
    words: LocalText


class OrderRiskOf(Arguments):
    """An order by its id (a leading ``#`` is allowed)."""

    order_id: str


class OrderRisk(Evidence):
    """How risky an order is, and why."""

    order_id: str
    customer_id: str
    chance: float
    """Of fraud; calibrated where a fitted model is in service."""
    base: float
    """Log odds without any reason."""
    reasons: tuple[ReasonView, ...]
    """The weightiest first, those that matter."""
    model: str
    """``risk 3``, or ``rules`` where nothing was fitted yet."""
    held_from: dict[str, float]
    """The shop's thresholds: refund, address, coupon."""


class ListRiskCases(Arguments):
    """`conversation_id` narrows it to one conversation."""

    status: CaseStatus | None = "open"
    conversation_id: str | None = None
    limit: int = pydantic.Field(default=50, ge=1, le=500)


class RiskCaseView(Evidence):
    """What was held back, and what a person decided."""

    case_id: str
    conversation_id: str | None
    customer_id: str
    tool: str
    subject: str
    kind: str
    chance: float
    held_from: float
    model: str
    reasons: tuple[ReasonView, ...]
    status: str
    note: str
    decided_by: str | None
    created_at: dt.datetime
    decided_at: dt.datetime | None


class RiskCases(Evidence):
    """Newest first."""

    cases: tuple[RiskCaseView, ...]


class DecideRiskCase(Arguments):
    """`allow` lets the same call of the same shopper pass for a week; `fraud` confirms. Both are learned from."""

    case_id: str
    decision: Literal["allow", "fraud"]
    note: str = pydantic.Field(default="", max_length=2_000)


class FindRings(Arguments):
    """`account` keeps the rings that it belongs to; `pictures`: how many are drawn."""

    account: str | None = None
    pictures: int = pydantic.Field(default=3, ge=0, le=20)


class RingView(Evidence):
    """Accounts that look like one hand."""

    accounts: tuple[str, ...]
    strength: float
    text: LocalText
    """What the picture shows."""
    svg: str
    """``""`` beyond the wanted pictures."""


class Rings(Evidence):
    """The largest first."""

    rings: tuple[RingView, ...]
