"""Money that moves for an order: what goes back to where, who may be paid, the rows that say so."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from knowledge.schema import Payment, PaymentMethod, Refund
from knowledge.types import new_id
from tools.base import ToolContext
from tools.errors import ArgumentError, NeedsPersonError
from tools.evidence import RefundPart
from tools.orders.record import OrderRecord
from tools.orders.views import amount_fact
from tools.policy import RefundKind, RefundRules, RefundTarget


def refund_part(record: OrderRecord, method_id: str, minor: int, rules: RefundRules) -> RefundPart:
    """Say how much goes back to a method and how long that takes."""
    days = _days(record.methods.get(method_id), rules)
    return RefundPart(
        method=record.view(method_id),
        amount=record.money(minor),
        within_days=days,
        business_days=rules.business_days and days > 0,
    )


def refund_parts(record: OrderRecord, rules: RefundRules) -> tuple[RefundPart, ...]:
    """Give every method back what it paid; what already went back elsewhere is taken off the last ones."""
    left = sum(record.paid_by_method().values())
    parts = []
    for method_id, net in record.paid_by_method().items():
        minor = min(net, left)
        if minor > 0:
            parts.append(refund_part(record, method_id, minor, rules))
            left -= minor
    return tuple(parts)


def original_methods(record: OrderRecord) -> tuple[str, ...]:
    """Return the methods that the order is paid with, the one in use first."""
    paying = [method_id for method_id, net in record.paid_by_method().items() if net > 0]
    current = record.order.payment_method_id
    if current is not None and (current in paying or not paying):
        return (current, *(method_id for method_id in paying if method_id != current))
    return tuple(paying)


def check_refund_method(record: OrderRecord, method_id: str, targets: tuple[RefundTarget, ...]) -> str:
    """Return the id of a method that the policy lets a refund go to.

    Raises:
        ArgumentError: ``payment_method_not_found``, ``method_not_allowed``.
    """
    originals = original_methods(record)
    if method_id.strip() in originals and "original" in targets:
        return method_id.strip()  # even if it is no longer on file
    method = record.method(method_id)
    if not _may_receive(record, method, originals, targets):
        allowed = [entry for entry in record.methods.values() if _may_receive(record, entry, originals, targets)]
        raise _not_allowed(record, method, allowed, f"a refund goes to {' or '.join(targets)}")
    return method.id


def paying_method(record: OrderRecord, method_id: str) -> PaymentMethod:
    """Return a method of the person that can pay in the order's currency.

    Raises:
        ArgumentError: ``payment_method_not_found``, ``method_not_allowed``.
    """
    method = record.method(method_id)
    if not _same_currency(record, method):
        allowed = [entry for entry in record.methods.values() if _same_currency(record, entry)]
        raise _not_allowed(record, method, allowed, f"the gift card does not hold {record.currency}")
    return method


def check_balance(record: OrderRecord, method: PaymentMethod, needed_minor: int) -> None:
    """Refuse a gift card that holds too little.

    Raises:
        ArgumentError: ``balance_too_low``.
    """
    if method.balance_minor is not None and needed_minor > 0 and method.balance_minor < needed_minor:
        raise ArgumentError(
            "balance_too_low",
            "the gift card holds less than it would have to pay",
            payment_method_id=method.id,
            order_id=record.order.id,
            balance=amount_fact(record.money(method.balance_minor)),
            needed=amount_fact(record.money(needed_minor)),
        )


def check_person(context: ToolContext, record: OrderRecord, kind: RefundKind, minor: int) -> None:
    """Leave a large refund to a person; a person's own call passes.

    Raises:
        NeedsPersonError: ``refund_needs_person``.
    """
    rules = context.policy.human
    limit = rules.refund_over_minor
    if context.identity.role == "shopper" and limit is not None and kind in rules.refund_kinds and minor > limit:
        raise NeedsPersonError(
            "refund_needs_person",
            f"a refund over {limit} is for a person to decide",
            order_id=record.order.id,
            kind=kind,
            amount=amount_fact(record.money(minor)),
            limit=amount_fact(record.money(limit)),
        )


async def charge(context: ToolContext, record: OrderRecord, method: PaymentMethod, minor: int) -> None:
    """Take money from a method, now."""
    await _change_balance(context, record, method, -minor)
    _add_payment(context, record, "payment", method.id, minor)


async def pay_back(
    context: ToolContext,
    record: OrderRecord,
    part: RefundPart,
    kind: str,
    *,
    lines: Mapping[str, tuple[int, int]] | None = None,
) -> None:
    """Give money back, now; `lines` splits it over order lines: ``{line: (minor, pieces)}``."""
    method = record.methods.get(part.method.id)
    at_once = part.within_days == 0
    if method is not None and at_once:
        await _change_balance(context, record, method, part.amount.minor)
    _add_payment(context, record, "refund", part.method.id, part.amount.minor)
    status = "done" if at_once else "processing"
    for line_id, (minor, pieces) in (lines or {"": (part.amount.minor, 0)}).items():
        refund = _refund(context, record, kind, part, status)
        refund.amount_minor = minor
        refund.order_line_id, refund.quantity = line_id or None, pieces or None
        context.session.add(refund)


def promise(
    context: ToolContext, record: OrderRecord, part: RefundPart, kind: str, *, return_id: str | None = None
) -> None:
    """Write down money that goes back once the goods have come."""
    refund = _refund(context, record, kind, part, "pending")
    refund.return_id = return_id
    context.session.add(refund)


def record_nothing(context: ToolContext, record: OrderRecord, method: PaymentMethod) -> None:
    """Leave a refund of zero in the payments (`ModifyRules.record_even_swap`)."""
    _add_payment(context, record, "refund", method.id, 0)


def expected_by(now: dt.datetime, days: int, *, business_days: bool) -> dt.datetime:
    """Return the time `days` from now, Saturdays and Sundays left out for business days."""
    if not business_days:
        return now + dt.timedelta(days=days)
    moment = now
    while days > 0:
        moment += dt.timedelta(days=1)
        days -= moment.weekday() < 5
    return moment


def touched(record: OrderRecord) -> None:
    """Count a change of the order."""
    record.order.version += 1


def _days(method: PaymentMethod | None, rules: RefundRules) -> int:
    return rules.gift_card_days if method is not None and method.kind == "gift_card" else rules.other_days


def _may_receive(
    record: OrderRecord, method: PaymentMethod, originals: Iterable[str], targets: tuple[RefundTarget, ...]
) -> bool:
    named = (
        "any" in targets
        or ("original" in targets and method.id in originals)
        or ("gift_card" in targets and method.kind == "gift_card")
    )
    return named and _same_currency(record, method)


def _same_currency(record: OrderRecord, method: PaymentMethod) -> bool:
    return method.kind != "gift_card" or method.currency in {"", record.currency}


def _not_allowed(
    record: OrderRecord, method: PaymentMethod, allowed: Iterable[PaymentMethod], message: str
) -> ArgumentError:
    return ArgumentError(
        "method_not_allowed",
        message,
        payment_method_id=method.id,
        order_id=record.order.id,
        allowed=[record.view(entry.id).model_dump(mode="json") for entry in allowed],
    )


async def _change_balance(context: ToolContext, record: OrderRecord, method: PaymentMethod, minor: int) -> None:
    """Move a gift card's balance; its row is read again under a lock, so that two orders cannot spend it twice."""
    if method.balance_minor is None:
        return
    await context.session.flush()
    await context.session.refresh(method, with_for_update=True)
    check_balance(record, method, -minor)
    method.balance_minor = (method.balance_minor or 0) + minor
    context.session.add(method)
    await context.session.flush()


def _add_payment(context: ToolContext, record: OrderRecord, kind: str, method_id: str, minor: int) -> None:
    payment = Payment(
        id=new_id("pay"),
        order_id=record.order.id,
        kind=kind,
        amount_minor=minor,
        currency=record.currency,
        payment_method_id=method_id,
        created_at=context.now,
        position=max((row.position for row in record.payments), default=-1) + 1,
    )
    record.payments.append(payment)
    context.session.add(payment)


def _refund(context: ToolContext, record: OrderRecord, kind: str, part: RefundPart, status: str) -> Refund:
    rules = context.policy.refunds
    since = context.now + dt.timedelta(days=rules.goods_days if status == "pending" else 0)
    return Refund(
        id=new_id("rf"),
        order_id=record.order.id,
        kind=kind,
        amount_minor=part.amount.minor,
        currency=record.currency,
        payment_method_id=part.method.id,
        status=status,
        created_at=context.now,
        expected_by=expected_by(since, part.within_days, business_days=part.business_days),
    )
