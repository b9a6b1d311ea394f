"""Risk before an effect: refunds, changed addresses and coupons of shoppers are scored before they are offered and before they run.

Only a fitted model holds anything back; the rules of a cold start never do. What a person has let pass is not held again for
`ALLOWED_FOR`, and a call that an agent makes for the shopper is that agent's decision: it is recorded, and learned from.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import logging
import zoneinfo

from sqlmodel import col, select

from knowledge.schema import Conversation, RiskCase
from knowledge.types import JsonObject, new_id
from tools.base import Arguments, Tool, ToolContext
from tools.fitted import InService, Models
from tools.guard import Held
from tools.ownership import plain_id
from tools.policy import RiskKind
from tools.risk.model import RiskModel, Scored
from tools.risk.neighbourhood import Asked, neighbourhood
from tools.risk.rules import risk_rules

logger = logging.getLogger(__name__)

NAME = "risk"
WATCHED: dict[str, RiskKind] = {
    "return_items": "refund",
    "cancel_order": "refund",
    "claim_price_protection": "refund",
    "change_order_address": "address",
    "claim_coupon": "coupon",
}
"""Tool -> what it is to the thresholds."""
ALLOWED_FOR = dt.timedelta(days=7)
REASONS = 8
"""Of a case, the weightiest so many are written down."""


@dataclasses.dataclass(frozen=True)
class RiskGuard:
    """Holds back what the model in service gives a higher chance of fraud than the shop's threshold."""

    models: Models

    async def look(self, context: ToolContext, tool: Tool, arguments: Arguments) -> Held | None:
        """Score a call; see `tools.guard.Guard`."""
        kind = WATCHED.get(tool.name)
        if (
            kind is None
            or not context.policy.risk.enabled
            or context.identity.role != "shopper"
            or not context.identity.customer_id
        ):
            return None
        try:
            service: InService[RiskModel] = await self.models.ready(NAME)
            if not service.fitted:
                return None
            subject = _subject(arguments)
            case = await _latest(context, tool, subject)
            if case is not None and case.status == "allowed" and _fresh(case, context.now):
                return None
            scored = await score(context, service.model, arguments)
            hold_from = (await risk_rules(context.session, context.policy.risk)).hold_from(kind)
            if scored is None or scored.chance < hold_from:
                return None
        except Exception:  # a broken model must not keep honest people from their money; the log says so
            logger.exception("the risk of %s could not be scored; it passes", tool.name)
            return None
        if case is not None and case.status == "open":
            return Held(case.id, None)
        return _held(context, tool, subject, _order_of(arguments), kind, hold_from, service, scored)

    async def acted(self, context: ToolContext, tool: Tool, arguments: Arguments) -> None:
        """Take an agent's call for a shopper as the decision of the case that is open about it."""
        if context.identity.role != "agent" or tool.name not in WATCHED or context.identity.customer_id is None:
            return
        case = await _latest(context, tool, _subject(arguments))
        if case is not None and case.status == "open":
            case.status, case.decided_by, case.decided_at = "allowed", context.identity.actor, context.now
            context.session.add(case)


async def score(context: ToolContext, model: RiskModel, arguments: Arguments) -> Scored | None:
    """Return the higher of two scores: of the order as it was placed, and of the account now; None for one without any order."""
    order_id = _order_of(arguments)
    address = getattr(arguments, "address", None)
    asked = Asked(
        context.customer_id(),
        order_id,
        context.now,
        zoneinfo.ZoneInfo(context.policy.timezone or "UTC"),
        address.model_dump() if address is not None else None,
        await _device(context),
    )
    found = await neighbourhood(context.session, asked)
    scores = [model.score(event, history) for event, history in found]
    return max(scores, key=lambda one: one.chance, default=None)


async def _device(context: ToolContext) -> JsonObject:
    conversation_id = context.identity.conversation_id
    conversation = await context.session.get(Conversation, conversation_id) if conversation_id else None
    return conversation.device if conversation is not None else {}


def _held(  # noqa: PLR0913, PLR0917
    context: ToolContext,
    tool: Tool,
    subject: str,
    order_id: str | None,
    kind: RiskKind,
    hold_from: float,
    service: InService[RiskModel],
    scored: Scored,
) -> Held:
    case = RiskCase(
        id=new_id("rsk"),
        conversation_id=context.identity.conversation_id,
        customer_id=context.customer_id(),
        tool=tool.name,
        subject=subject,
        order_id=order_id,
        kind=kind,
        chance=round(scored.chance, 4),
        held_from=hold_from,
        model=f"{NAME} {service.version.number}" if service.version else NAME,
        reasons=[
            {"feature": one.feature, "value": one.value, "share": round(one.share, 4)}
            for one in scored.reasons[:REASONS]
        ],
        created_at=context.now,
    )
    return Held(case.id, case)


def _order_of(arguments: Arguments) -> str | None:
    found = getattr(arguments, "order_id", None)
    return plain_id(found) if isinstance(found, str) else None


def _subject(arguments: Arguments) -> str:
    return (_order_of(arguments) or str(getattr(arguments, "code", "")).strip().lower())[:64]


def _fresh(case: RiskCase, now: dt.datetime) -> bool:
    return case.decided_at is not None and now - case.decided_at <= ALLOWED_FOR


async def _latest(context: ToolContext, tool: Tool, subject: str) -> RiskCase | None:
    statement = (
        select(RiskCase)
        .where(RiskCase.customer_id == context.customer_id(), RiskCase.tool == tool.name, RiskCase.subject == subject)
        .order_by(col(RiskCase.created_at).desc(), col(RiskCase.id))
    )
    return (await context.session.exec(statement)).first()
