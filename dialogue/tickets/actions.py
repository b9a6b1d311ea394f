"""Calls that an agent may make for the shopper with one press: whole calls, allowed by the policy, of what the case is about."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pydantic

from dialogue.tickets.case import Case
from dialogue.tickets.details import about
from knowledge.types import JsonObject
from tools.evidence import LocalText
from tools.orders.types import OrderDetails
from tools.ticketing.body import OfferedAction

MOST = 6
_OF_ORDERS = ("cancel_order", "return_items", "claim_price_protection")
"""Order tools whose arguments an order alone gives."""


def actions(case: Case) -> tuple[OfferedAction, ...]:
    """Return the calls, those nearest to what was wanted first."""
    found: dict[str, OfferedAction] = {}
    for tool, arguments, words in (*_tried(case), *_risk(case), *_of_orders(case)):
        if not _may(case, tool, arguments):
            continue
        same = (tool, arguments.get("order_id"))
        if any((one.tool, one.arguments.get("order_id")) == same for one in found.values()):
            continue
        key = f"a{len(found) + 1}"
        found[key] = OfferedAction(key=key, tool=tool, title=case.title_of_tool(tool), arguments=arguments, about=words)
    return tuple(found.values())[:MOST]


def _may(case: Case, tool: str, arguments: JsonObject) -> bool:
    """Whether an agent may call it, with these arguments, on an order that still allows it."""
    known = case.work.executor.tools.get(tool)
    if known is None or "agent" not in known.roles or known.effect != "write":
        return False
    if known.needs_customer and case.work.identity.customer_id is None:
        return False
    try:
        known.arguments.model_validate(arguments)
    except pydantic.ValidationError:
        return False
    wanted = str(arguments.get("order_id", "")).lstrip("#").upper()
    orders = {order.order_id.lstrip("#").upper(): order for order in case.records.orders}
    return not wanted or (wanted in orders and tool in orders[wanted].allowed)


def _tried(case: Case) -> Iterator[tuple[str, JsonObject, LocalText]]:
    """Yield the calls that came to nothing, or still wait for a yes, as they were made."""
    done = {each.action.tool for each in case.tried if each.action.receipt}
    for each in reversed(case.tried):
        action = each.action
        if action.tool not in done and action.status in ("refused", "failed", "needs_confirmation"):
            yield action.tool, action.arguments, about(action.result, action.arguments, case.templates)


def _risk(case: Case) -> Iterator[tuple[str, JsonObject, LocalText]]:
    for risk in case.records.risk:
        if risk.status == "open":
            title = case.title_of_tool(risk.tool)
            words = case.both("ticket_action.case", title=title, subject=risk.subject)
            yield "decide_risk_case", {"case_id": risk.case_id, "decision": "allow", "note": ""}, words


def _of_orders(case: Case) -> Iterator[tuple[str, JsonObject, LocalText]]:
    wanted = [frame.flow for frame in (*reversed(case.work.stack), *case.work.queue)]
    wanted += [turn.intent for turn in reversed(case.turns)]
    for order in case.records.orders:
        offered = [(tool, arguments) for tool in _OF_ORDERS if (arguments := _arguments(case, tool, order)) is not None]
        for tool, arguments in sorted(offered, key=lambda one: one[0] not in wanted):
            lines = case.rendered(
                "{{ lines|items }}", {"lines": [line.model_dump(mode="json") for line in order.lines]}
            )
            yield tool, arguments, case.both("ticket_action.order", order=order.order_id, lines=lines)


def _arguments(case: Case, tool: str, order: OrderDetails) -> JsonObject | None:
    if tool == "cancel_order":
        return {"order_id": order.order_id, "reason": _slot(case, order, "reason")}
    if tool == "return_items" and order.payment_method is not None:
        lines = _slot(case, order, "lines") or [{"line_id": line.line_id, "quantity": None} for line in order.lines]
        method = _slot(case, order, "refund_method") or order.payment_method.id
        reason = _slot(case, order, "reason") or ""
        return {"order_id": order.order_id, "lines": lines, "refund_method_id": method, "reason": reason}
    if tool == "claim_price_protection":
        return {"order_id": order.order_id, "line_ids": None}
    return None


def _slot(case: Case, order: OrderDetails, name: str) -> Any:
    """Return what was settled for a request about this order."""
    frames = (*reversed(case.work.stack), *case.work.queue)
    same = (frame for frame in frames if frame.slots.get("order") in (None, order.order_id))
    return next((frame.slots[name] for frame in same if frame.slots.get(name) not in (None, "", [])), None)
