"""The slot that holds one of the person's payment methods."""

from __future__ import annotations

from collections.abc import Sequence

from dialogue import grounding
from dialogue.slots.base import DeadEnd, Filled, Filling, Question, SlotContext
from dialogue.slots.orders import order_of
from tools.customers.types import Profile
from tools.evidence import MethodView
from tools.orders.types import OrderDetails


async def fill_payment_method(context: SlotContext) -> Filling:
    """Find the method meant among those on file that the policy lets this flow use."""
    profile = await context.reader.read("get_profile", {})
    methods = profile.payment_methods if isinstance(profile, Profile) else ()
    original = await _original(context)
    refused = context.frame.results.get("refused", [])
    allowed = [method for method in _allowed(context, methods, original) if method.id not in refused]
    if not allowed:
        return DeadEnd("no_payment_method")
    mentions = [entry for entry in context.heard if entry.entity.type == "payment_method"]
    mention = next((entry for entry in reversed(mentions) if not entry.entity.value.get("negated")), None)
    if mention is None:
        return _unsaid(context, allowed, original)
    meant = grounding.methods_meant(mention.entity.value, methods, original)
    usable = [method for method in meant if method in allowed]
    if len(usable) == 1:
        return Filled(usable[0].id)
    if usable:
        return _which(context, usable, "ask.payment_method")
    kept = next((method for method in meant if method.id == original), None)
    if len(meant) == 1 and kept is not None and context.spec.allowed == "other":
        return DeadEnd("payment_unchanged", {"method": kept.model_dump(mode="json")})
    # What was named may be on file and yet not allowed here: the tool says why, in the policy's words.
    if len(meant) == 1 and context.frame.asked.get(context.name, 0) == 0:
        return Filled(meant[0].id)
    return _which(context, allowed, "ask.payment_not_usable" if meant else "ask.payment_not_found")


def _unsaid(context: SlotContext, allowed: Sequence[MethodView], original: str | None) -> Filling:
    if len(allowed) == 1:
        return Filled(allowed[0].id)
    if context.spec.default == "original" and any(method.id == original for method in allowed):
        return Filled(original)
    if context.spec.default == "original_if_even" and context.frame.results.get("difference", {}).get("minor") == 0:
        return Filled(original or allowed[0].id)
    return _which(context, allowed, "ask.payment_method")


async def _original(context: SlotContext) -> str | None:
    order = await order_of(context)
    if order is None:
        return None
    details = await context.reader.read("get_order", {"order_id": order.order_id})
    return details.payment_method.id if isinstance(details, OrderDetails) and details.payment_method else None


def _allowed(context: SlotContext, methods: Sequence[MethodView], original: str | None) -> list[MethodView]:
    if context.spec.allowed == "other":
        return [method for method in methods if method.id != original]
    if context.spec.allowed == "refund":
        targets = context.policy.returns.refund_to
        return [
            method
            for method in methods
            if "any" in targets
            or ("original" in targets and method.id == original)
            or ("gift_card" in targets and method.kind == "gift_card")
        ]
    return list(methods)


def _which(context: SlotContext, methods: Sequence[MethodView], sentence: str) -> Question:
    choices = tuple((_label(context, method), method.id) for method in methods)
    return Question(context.question(sentence), choices)


def _label(context: SlotContext, method: MethodView) -> str:
    words = context.templates.render("{{ m|method }}", context.lang, {"m": method.model_dump(mode="json")})
    return f"{words} ({method.balance.format(context.lang)})" if method.balance is not None else words
