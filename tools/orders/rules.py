"""Whether the policy allows a tool on an order: status, window, once only. Every rule is read from the `Policy`."""

from __future__ import annotations

import dataclasses
import datetime as dt
import zoneinfo
from collections.abc import Callable
from typing import Any

from knowledge.schema import Order
from tools.errors import ArgumentError, NeedsPersonError, RefusedError
from tools.evidence import OrderSummary
from tools.policy import OrderStatus, Policy, ReturnRules


@dataclasses.dataclass(frozen=True)
class OrderFacts:
    """What the rules look at.

    Args:
        requested: a return or an exchange of the order is under way or done.
    """

    order_id: str
    status: str
    items_modified: bool
    placed_at: dt.datetime
    delivered_at: dt.datetime | None
    requested: bool = False

    @classmethod
    def of(cls, order: Order | OrderSummary, *, requested: bool = False) -> OrderFacts:
        """Take them from a row or from what a list showed."""
        return cls(
            order_id=order.id if isinstance(order, Order) else order.order_id,
            status=order.status,
            items_modified=order.items_modified,
            placed_at=order.placed_at,
            delivered_at=order.delivered_at,
            requested=requested,
        )


def permit(action: str, order: OrderFacts, policy: Policy, now: dt.datetime, *, faulty: bool = False) -> None:
    """Do nothing if the policy allows the tool `action` on the order now.

    Raises:
        RefusedError: ``not_enabled``, ``status_forbids``, ``already_modified``, ``already_requested`` or ``window_passed``.
        NeedsPersonError: ``delivery_unknown``.
    """
    _RULES[action](_Case(action, order, policy, now, faulty))


def allowed_tools(order: OrderFacts, policy: Policy, now: dt.datetime) -> tuple[str, ...]:
    """Return the names of the writing order tools that the policy allows now, whatever their other arguments."""
    return tuple(action for action in _RULES if refusal(action, order, policy, now) is None)


def refusal(action: str, order: OrderFacts, policy: Policy, now: dt.datetime) -> RefusedError | None:
    """Return why the policy shuts the order out of the tool `action`, or None. Goods may be said to be faulty."""
    try:
        permit(action, order, policy, now, faulty=True)
    except RefusedError as refused:
        return refused
    return None


def window_end(since: dt.datetime, days: int, timezone: str | None) -> dt.datetime:
    """Return the last moment of a window of `days` after `since`; see `Policy.timezone`."""
    if timezone is None:
        return since + dt.timedelta(days=days)
    zone = zoneinfo.ZoneInfo(timezone)
    midnight = dt.datetime.combine(since.astimezone(zone).date() + dt.timedelta(days=days + 1), dt.time.min, zone)
    return midnight.astimezone(dt.UTC) - dt.timedelta(microseconds=1)


def plain_reason(reason: str) -> str:
    """Return a reason as it is compared: ``No_longer needed`` and ``no longer needed`` are the same."""
    return " ".join(reason.replace("_", " ").replace("-", " ").casefold().split())


def accepted_reason(action: str, reason: str, accepted: tuple[str, ...] | None) -> str:
    """Return the reason in the policy's own words, or as it came where the policy has no list.

    Raises:
        ArgumentError: ``reason_needed``. RefusedError: ``reason_not_accepted``.
    """
    if accepted is None:
        return reason
    if not reason:
        raise ArgumentError("reason_needed", f"expected one of {accepted}", action=action, accepted=list(accepted))
    for entry in accepted:
        if plain_reason(entry) == plain_reason(reason):
            return entry
    raise RefusedError(
        "reason_not_accepted",
        f"expected one of {accepted}",
        action=action,
        accepted=list(accepted),
        reason=reason[:200],
    )


def is_faulty(reason: str, rules: ReturnRules) -> bool:
    """Tell whether the reason means faulty goods."""
    return plain_reason(reason) in {plain_reason(entry) for entry in rules.quality_reasons}


@dataclasses.dataclass(frozen=True)
class _Case:
    """One tool on one order at one time, and the checks that rules are made of."""

    action: str
    order: OrderFacts
    policy: Policy
    now: dt.datetime
    faulty: bool

    def status(self, allowed: tuple[OrderStatus, ...]) -> None:
        if self.order.status not in allowed:
            raise self._refused(
                "status_forbids",
                f"needs an order that is {' or '.join(allowed)}, got {self.order.status!r}",
                status=self.order.status,
                allowed=list(allowed),
            )

    def enabled(self, *, on: bool) -> None:
        if not on:
            raise self._refused("not_enabled", "the policy does not offer it", what=self.action)

    def unmodified(self) -> None:
        if self.order.items_modified:
            raise self._refused("already_modified", "the items were changed once: locked")

    def unrequested(self, *, once: bool) -> None:
        if once and self.order.requested:
            raise self._refused("already_requested", "one return or exchange an order")

    def since_purchase(self, days: int | None) -> None:
        if days is not None and self.now > (end := self._end(self.order.placed_at, days)):
            raise self._passed("placed", self.order.placed_at, days, end)

    def since_delivery(self, days: int | None) -> None:
        """Check a window that opens with the delivery; where that day is unknown, the purchase stands in for it."""
        since = self.order.delivered_at or self.order.placed_at
        if days is None or self.now <= (end := self._end(since, days)):
            return
        if self.order.delivered_at is None:
            raise NeedsPersonError(
                "delivery_unknown",
                f"{self.action}: the day of delivery is not on record",
                action=self.action,
                order_id=self.order.order_id,
                days=days,
            )
        raise self._passed("delivered", since, days, end)

    def _end(self, since: dt.datetime, days: int) -> dt.datetime:
        return window_end(since, days, self.policy.timezone)

    def _passed(self, event: str, since: dt.datetime, days: int, end: dt.datetime) -> RefusedError:
        return self._refused(
            "window_passed",
            f"was possible until {end.isoformat()}",
            days=days,
            event=event,
            since=since.isoformat(),
            until=end.isoformat(),
        )

    def _refused(self, code: str, message: str, **facts: Any) -> RefusedError:
        return RefusedError(
            code, f"{self.action}: {message}", action=self.action, order_id=self.order.order_id, **facts
        )


def _cancel(case: _Case) -> None:
    case.status(case.policy.cancel.statuses)
    if not case.policy.cancel.after_modification:
        case.unmodified()


def _change(case: _Case) -> None:
    rules = case.policy.modify
    offered = {
        "change_order_address": rules.address,
        "change_order_payment": rules.payment_method,
        "change_order_items": rules.items,
    }
    case.enabled(on=offered[case.action])
    case.status(rules.statuses)
    if rules.items_once:
        case.unmodified()


def _return(case: _Case) -> None:
    rules = case.policy.returns
    case.unrequested(once=rules.once_per_order)
    case.status(rules.statuses)
    days = rules.window_days
    if case.faulty and days is not None and rules.quality_window_days is not None:
        days = max(days, rules.quality_window_days)
    case.since_delivery(days)


def _exchange(case: _Case) -> None:
    rules = case.policy.exchanges
    case.unrequested(once=rules.once_per_order)
    case.status(rules.statuses)
    case.since_delivery(rules.window_days)


def _invoice(case: _Case) -> None:
    rules = case.policy.invoices
    case.enabled(on=rules.enabled)
    case.status(rules.statuses)
    case.since_purchase(rules.window_days)


def _protection(case: _Case) -> None:
    rules = case.policy.price_protection
    case.enabled(on=rules.enabled)
    case.status(rules.statuses)
    case.since_purchase(rules.window_days)


_RULES: dict[str, Callable[[_Case], None]] = {
    "cancel_order": _cancel,
    "change_order_address": _change,
    "change_order_payment": _change,
    "change_order_items": _change,
    "return_items": _return,
    "exchange_items": _exchange,
    "request_invoice": _invoice,
    "claim_price_protection": _protection,
}
