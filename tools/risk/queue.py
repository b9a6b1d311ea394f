"""What waits because it looked like fraud, the costliest to get wrong first, with how sure the model is and what it did not know."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from itertools import pairwise

import pydantic
from sqlalchemy import func
from sqlmodel import col, select

from knowledge.money import Money
from knowledge.schema import Order, RiskCase
from tools.base import Arguments, Evidence, ToolContext, tool
from tools.evidence import LocalText
from tools.ownership import plain_id
from tools.risk.model import Reason
from tools.risk.words import in_words
from tools.shares import Share, share

BANDS = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
"""Chances within one of these are alike enough to be counted together."""
TOLD = 3
"""Reasons for and against, each."""


class RiskQueueOf(Arguments):
    """At most `limit` cases."""

    limit: int = pydantic.Field(default=5, ge=1, le=50)


class QueuedCase(Evidence):
    """A request that was held back and nobody has decided about.

    `chance` is the model's, calibrated on what it learnt from; `record` is what became of decided cases of a chance in the same band
    (`band`): how often a person confirmed fraud, with its 95 % interval. None: none was decided yet.
    """

    case_id: str
    subject: str
    customer_id: str
    kind: str
    tool: str
    model: str
    since: dt.datetime
    hours: float
    chance: float
    held_from: float
    amount: Money | None
    """What the order came to; None where the request is about no order."""
    against: tuple[LocalText, ...]
    """Reasons that raised the chance, the weightiest first."""
    in_favour: tuple[LocalText, ...]
    """Reasons that lowered it."""
    unknown: tuple[LocalText, ...]
    """What the model looks at and was not known here."""
    band: tuple[float, float]
    record: Share | None


class RiskQueue(Evidence):
    """The open cases: first those where chance times amount is largest, then the oldest. `count` is of all."""

    cases: tuple[QueuedCase, ...]
    count: int
    decided: int
    """Cases that people decided about so far."""
    fraud: int
    """Those of them that were fraud."""
    read_at: dt.datetime


@tool(
    "read",
    roles=("merchant", "agent"),
    needs_customer=False,
    en=(
        "The queue of requests that were held back as possible fraud: which orders wait, why, how sure the model is (its chance, and how "
        "often decided cases of such a chance were fraud), what it did not know. Use it for 'what is in the risk queue', 'which orders wait "
        "and why'. To decide one: decide_risk_case. Never tell a shopper the reasons. limit: at most so many."
    ),
    zh=(
        "风险队列：哪些订单因疑似欺诈在等人工核实、原因、模型有多大把握（概率，以及同等概率的已决案件有多少确属欺诈）、有哪些信息未知。商家问“风险队列里有什么”“哪些订单在等、为什么”时使用；"
        "作决定用 decide_risk_case。原因不得告诉顾客。limit：最多几条。"
    ),
)
async def risk_queue(context: ToolContext, arguments: RiskQueueOf) -> RiskQueue:
    """Return the open cases."""
    every = (await context.session.exec(select(RiskCase).order_by(col(RiskCase.created_at), col(RiskCase.id)))).all()
    open_ones = [case for case in every if case.status == "open"]
    decided = [case for case in every if case.status != "open"]
    amounts = await _amounts(context, open_ones)
    order = sorted(open_ones, key=lambda case: -case.chance * _minor(amounts.get(case.id)))
    return RiskQueue(
        cases=tuple(_queued(case, amounts.get(case.id), decided, context.now) for case in order[: arguments.limit]),
        count=len(open_ones),
        decided=len(decided),
        fraud=sum(case.status == "fraud" for case in decided),
        read_at=context.now,
    )


def _minor(amount: Money | None) -> int:
    return amount.minor if amount is not None else 0


async def _amounts(context: ToolContext, cases: Sequence[RiskCase]) -> dict[str, Money]:
    """Return what the orders of cases came to, by case."""
    orders = {case.id: plain_id(case.order_id) for case in cases if case.order_id}
    statement = select(Order.id, Order.total_minor, Order.currency).where(
        func.lower(col(Order.id)).in_(set(orders.values()))
    )
    found = {plain_id(name): Money(minor, currency) for name, minor, currency in await context.session.exec(statement)}
    return {case: found[order] for case, order in orders.items() if order in found}


def _queued(case: RiskCase, amount: Money | None, decided: Iterable[RiskCase], now: dt.datetime) -> QueuedCase:
    reasons = [_reason(one) for one in case.reasons]
    band = _band(case.chance)
    alike = [other for other in decided if _band(other.chance) == band]
    return QueuedCase(
        case_id=case.id,
        subject=case.subject,
        customer_id=case.customer_id,
        kind=case.kind,
        tool=case.tool,
        model=case.model,
        since=case.created_at,
        hours=round((now - case.created_at).total_seconds() / 3600, 1),
        chance=case.chance,
        held_from=case.held_from,
        amount=amount,
        against=tuple(in_words(one) for one in reasons if one.value is not None and one.share > 0)[:TOLD],
        in_favour=tuple(in_words(one) for one in reasons if one.value is not None and one.share < 0)[:TOLD],
        unknown=tuple(in_words(one) for one in reasons if one.value is None)[:TOLD],
        band=band,
        record=share(sum(other.status == "fraud" for other in alike), len(alike)),
    )


def _band(chance: float) -> tuple[float, float]:
    return next((low, high) for low, high in pairwise(BANDS) if chance < high or high == BANDS[-1])


def _reason(one: dict[str, object]) -> Reason:
    value, part = one["value"], one["share"]
    return Reason(
        str(one["feature"]),
        float(value) if isinstance(value, int | float) else None,
        float(part) if isinstance(part, int | float) else 0.0,
    )
