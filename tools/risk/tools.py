"""Risk tools for people: how risky an order is and why, what was held back, deciding about it, rings as pictures."""

from __future__ import annotations

import asyncio
import zoneinfo

from sqlalchemy import func
from sqlmodel import col, select

from knowledge.schema import Order, RiskCase
from tools.base import Tool, ToolContext, tool
from tools.errors import ArgumentError, RefusedError
from tools.evidence import LocalText
from tools.ownership import plain_id
from tools.policy import RiskKind
from tools.risk.graph import Ring, accounts_of, find_rings
from tools.risk.guard import NAME
from tools.risk.model import Reason
from tools.risk.neighbourhood import Asked, neighbourhood
from tools.risk.picture import described, svg
from tools.risk.queue import risk_queue
from tools.risk.shop import read_own
from tools.risk.types import (
    DecideRiskCase,
    FindRings,
    ListRiskCases,
    OrderRisk,
    OrderRiskOf,
    ReasonView,
    Rings,
    RingView,
    RiskCases,
    RiskCaseView,
)
from tools.risk.words import in_words

SHOWN = 8
_KINDS: tuple[RiskKind, ...] = ("refund", "address", "coupon")


@tool(
    "read",
    roles=("merchant", "agent"),
    needs_customer=False,
    en="How likely an order is fraud, with every reason and its exact share. For merchants and agents; never tell a shopper the reasons.",
    zh="查看某个订单的欺诈概率及每条原因的准确贡献。仅供商家和客服使用，不要把原因告诉顾客。",
)
async def order_risk(context: ToolContext, arguments: OrderRiskOf) -> OrderRisk:
    """Score an order as it was placed."""
    wanted = plain_id(arguments.order_id)
    order = (await context.session.exec(select(Order).where(func.lower(col(Order.id)) == wanted))).first()
    if order is None:
        raise ArgumentError("order_not_found", "expected the id of an order", order_id=arguments.order_id[:64])
    zone = zoneinfo.ZoneInfo(context.policy.timezone or "UTC")
    placed = next(await neighbourhood(context.session, Asked(order.customer_id, wanted, context.now, zone)), None)
    if placed is None:
        raise ArgumentError("order_not_found", "expected an order that was placed", order_id=arguments.order_id[:64])
    service = await context.services.models.ready(NAME)
    scored = service.model.score(*placed)
    return OrderRisk(
        order_id=order.id,
        customer_id=order.customer_id,
        chance=round(scored.chance, 4),
        base=round(scored.base, 4),
        reasons=tuple(_view(reason) for reason in scored.reasons[:SHOWN]),
        model=f"{NAME} {service.version.number}" if service.version else "rules",
        held_from={kind: context.policy.risk.hold_from(kind) for kind in _KINDS},
    )


@tool(
    "read",
    roles=("merchant", "agent", "system"),
    needs_customer=False,
    en="List what was held back because it looked like fraud, newest first, with the reasons.",
    zh="列出因疑似欺诈而被拦下待人工核实的申请及原因，最新的在前。",
)
async def list_risk_cases(context: ToolContext, arguments: ListRiskCases) -> RiskCases:
    """Return the cases that the filters let through."""
    statement = select(RiskCase).order_by(col(RiskCase.created_at).desc(), col(RiskCase.id)).limit(arguments.limit)
    if arguments.status is not None:
        statement = statement.where(RiskCase.status == arguments.status)
    if arguments.conversation_id is not None:
        statement = statement.where(RiskCase.conversation_id == arguments.conversation_id)
    return RiskCases(cases=tuple(map(_case, (await context.session.exec(statement)).all())))


@tool(
    "write",
    roles=("merchant", "agent"),
    needs_customer=False,
    confirm=False,
    en=(
        "Decide about what was held back: `allow` overrides the score, so that the same request of the shopper passes for a week; "
        "`fraud` confirms it. Recorded with who decided, and learned from at the next fit."
    ),
    zh="对被拦下的申请作出决定：allow 放行（同一顾客的同一申请一周内不再拦），fraud 确认欺诈。会记录决定人，并在下次训练时学习。",
)
async def decide_risk_case(context: ToolContext, arguments: DecideRiskCase) -> RiskCaseView:
    """Write the decision down; a later one takes the place of an earlier one."""
    statement = select(RiskCase).where(RiskCase.id == arguments.case_id.strip()).with_for_update()
    case = (await context.session.exec(statement)).first()
    if case is None:
        raise ArgumentError("risk_case_not_found", "expected the id of a case", case_id=arguments.case_id[:64])
    status = "allowed" if arguments.decision == "allow" else "fraud"
    if case.status == status:
        raise RefusedError("risk_case_decided", "this was decided already", case_id=case.id, status=status)
    case.status, case.note = status, arguments.note
    case.decided_by, case.decided_at = context.identity.actor, context.now
    context.session.add(case)
    await context.session.flush()
    return _case(case)


@tool(
    "read",
    roles=("merchant", "agent"),
    needs_customer=False,
    timeout_s=60.0,
    en="Find rings: accounts that look like one hand because they share cards, devices, addresses and networks; with a picture each.",
    zh="查找团伙：共用银行卡、设备、地址、网络，疑似同一人控制的账号，并附关系图。",
)
async def risk_rings(context: ToolContext, arguments: FindRings) -> Rings:
    """Look for rings among the accounts of all orders."""
    events = await read_own(context.session, context.now)
    found = await asyncio.to_thread(lambda: find_rings(accounts_of(events)))
    found = [ring for ring in found if arguments.account is None or arguments.account in ring.accounts]
    return Rings(rings=tuple(_ring(ring, number < arguments.pictures, context) for number, ring in enumerate(found)))


def _ring(ring: Ring, drawn: bool, context: ToolContext) -> RingView:  # noqa: FBT001
    return RingView(
        accounts=ring.accounts,
        strength=round(ring.strength, 4),
        text=LocalText(zh=described(ring, "zh"), en=described(ring, "en")),
        svg=svg(ring, context.lang) if drawn else "",
    )


def _view(reason: Reason) -> ReasonView:
    return ReasonView(feature=reason.feature, value=reason.value, share=round(reason.share, 4), words=in_words(reason))


def _case(case: RiskCase) -> RiskCaseView:
    reasons = tuple(
        _view(Reason(str(one["feature"]), _number(one["value"]), _number(one["share"]) or 0.0)) for one in case.reasons
    )
    return RiskCaseView(case_id=case.id, reasons=reasons, **case.model_dump(exclude={"id", "reasons", "order_id"}))


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


TOOLS: tuple[Tool, ...] = (order_risk, list_risk_cases, risk_queue, decide_risk_case, risk_rings)
