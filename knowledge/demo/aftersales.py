"""What happens after delivery: returns, exchanges, refunds, charge-backs, invoices."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from knowledge.demo import planted
from knowledge.demo.catalogue import Variant
from knowledge.demo.clock import DAY_S, DAYS, Clock, utc
from knowledge.demo.fate import HOUR_S
from knowledge.demo.order_rows import CURRENCY, Row
from knowledge.demo.people import full_name
from knowledge.demo.plans import LinePlan, OrderPlan
from knowledge.demo.prices import PriceBook
from knowledge.demo.words import stream

RETURN_RATE = 0.045
EXCHANGE_RATE = 0.03
"""Of orders with a sized line."""
PROTECTION_RATE = 0.12
"""Share of the customers who notice that the price fell."""
GOODWILL_RATE = 0.003
INVOICE_RATE = 0.07
REFUND_DAYS = 7
REASONS = {
    "zh": ("不想要了", "尺码不合适", "颜色与图片不符", "买错了"),
    "en": ("changed my mind", "does not fit", "colour differs from the picture", "bought the wrong one"),
}
FAULTY = "faulty"


@dataclasses.dataclass
class Aftersales:
    """Rows by table, and the orders that they keep open."""

    returns: list[Row] = dataclasses.field(default_factory=list)
    return_lines: list[Row] = dataclasses.field(default_factory=list)
    exchanges: list[Row] = dataclasses.field(default_factory=list)
    exchange_lines: list[Row] = dataclasses.field(default_factory=list)
    refunds: list[Row] = dataclasses.field(default_factory=list)
    repayments: list[Row] = dataclasses.field(default_factory=list)
    """`Payment` rows of kind ``refund``."""
    invoices: list[Row] = dataclasses.field(default_factory=list)
    statuses: dict[str, str] = dataclasses.field(default_factory=dict)
    """Order -> ``return_requested`` or ``exchange_requested`` while one is under way."""


def build_aftersales(seed: int, clock: Clock, orders: Sequence[OrderPlan], book: PriceBook) -> Aftersales:
    """Draw what came after each order."""
    builder = _Builder(stream(seed, "aftersales"), clock, book)
    for order in orders:
        if order.planned is not None:
            builder.planned(order, order.planned)
        elif order.cancelled_s is not None:
            builder.cancel(order)
        elif order.delivered_s is not None:
            builder.delivered(order, order.delivered_s)
        if order.planned is None and order.shipped_s is not None and builder.rng.random() < INVOICE_RATE:
            builder.invoice(order)
    return builder.out


class _Builder:
    def __init__(self, rng: np.random.Generator, clock: Clock, book: PriceBook) -> None:
        self.rng, self.clock, self.book, self.now_s = rng, clock, book, clock.now_s
        self.out = Aftersales()

    def planned(self, order: OrderPlan, raw: dict[str, Any]) -> None:
        """Do what the account file says."""
        if order.cancelled_s is not None:
            self.cancel(order)
        if "return" in raw:
            said = raw["return"]
            at = self.clock.ago(said["at"])
            self._return(order, at, [0], said["reason"], said["status"], said["refund"])
            self.out.statuses[order.id] = order.status
        if "exchange" in raw:
            said = raw["exchange"]
            self._exchange(order, self.clock.ago(said["at"]), said["new_sku"], said["reason"], done=False)
            self.out.statuses[order.id] = order.status
        if "invoice" in raw:
            self.invoice(order)

    def cancel(self, order: OrderPlan) -> None:
        """Pay a cancelled order back."""
        at = order.cancelled_s or order.placed_s
        done = self.now_s - at > 3 * DAY_S
        self._refund(order, "cancel", order.total_minor, at, "done" if done else "processing")

    def delivered(self, order: OrderPlan, delivered_s: int) -> None:
        """Draw at most one of: charge-back, return, exchange, price protection, goodwill."""
        rng = self.rng
        chargeback = planted.CHARGEBACK_RATE if order.person.ring is None else planted.RING_CHARGEBACK_RATE
        lines = self._returned_lines(order)
        if rng.random() < chargeback:
            at = delivered_s + int(rng.uniform(10, 40) * DAY_S)
            if at < self.now_s:
                self._refund(order, "chargeback", order.total_minor, at, "done")
        elif lines:
            faulty = order.lines[lines[0]].product.defect is not None
            at = delivered_s + int(rng.uniform(0.2, 20 if faulty and rng.random() < 0.5 else 6.5) * DAY_S)
            reasons = REASONS[order.person.lang]
            self._draw_return(order, at, lines, FAULTY if faulty else reasons[int(rng.integers(len(reasons)))])
        elif order.lines[0].product.chart and rng.random() < EXCHANGE_RATE:
            self._draw_exchange(order, delivered_s + int(rng.uniform(0.5, 12) * DAY_S))
        elif not self._protect_price(order) and rng.random() < GOODWILL_RATE:
            self._refund(order, "goodwill", 1_000, delivered_s + 2 * HOUR_S, "done")

    def _returned_lines(self, order: OrderPlan) -> list[int]:
        found = []
        for position, line in enumerate(order.lines):
            rate = RETURN_RATE * (planted.DEFECT_RETURN_FACTOR if line.product.defect else 1.0)
            if self.rng.random() < rate:
                found.append(position)
        return found

    def _draw_return(self, order: OrderPlan, at: int, lines: list[int], reason: str) -> None:
        if at > self.now_s:
            return
        age_days = (self.now_s - at) / DAY_S
        if age_days < 3:
            status, refund = "requested", "pending"
        elif age_days < 5:
            status, refund = "received", "processing"
        else:
            status, refund = "refunded", "done" if age_days > 9 else "processing"
        if status != "refunded":
            self.out.statuses[order.id] = "return_requested"
        self._return(order, at, lines, reason, status, refund)

    def _return(self, order: OrderPlan, at: int, lines: list[int], reason: str, status: str, refund: str) -> None:
        """Write a return of whole lines and its refund."""
        return_id = f"ret_{order.id}"
        amount = sum(order.paid_for(order.lines[position]) for position in lines)
        self.out.returns.append(
            {
                "id": return_id,
                "order_id": order.id,
                "status": status,
                "reason": reason,
                "refund_method_id": order.method.id,
                "refund_minor": amount,
                "currency": CURRENCY,
                "created_at": utc(at),
            }
        )
        for position in lines:
            line = order.lines[position]
            self.out.return_lines.append(
                {
                    "return_id": return_id,
                    "order_line_id": order.line_id(position),
                    "sku": line.variant.sku,
                    "quantity": line.quantity,
                }
            )
        self._refund(order, "return", amount, at, refund)["return_id"] = return_id

    def _draw_exchange(self, order: OrderPlan, at: int) -> None:
        if at > self.now_s:
            return
        line = order.lines[0]
        done = self.now_s - at > 6 * DAY_S
        other = self._other_size(line.variant, line.product.variants)
        if not done:
            self.out.statuses[order.id] = "exchange_requested"
        self._exchange(order, at, other.sku, REASONS[order.person.lang][1], done=done)

    def _other_size(self, variant: Variant, variants: tuple[Variant, ...]) -> Variant:
        same_color = [other for other in variants if other.color == variant.color]
        step = 1 if variant.rest == 0 or (variant.rest < len(same_color) - 1 and self.rng.random() < 0.6) else -1
        return same_color[max(0, variant.rest + step)] if len(same_color) > 1 else variant

    def _exchange(self, order: OrderPlan, at: int, new_sku: str, reason: str, *, done: bool) -> None:
        """Write an exchange of the first line for another size at the same price."""
        exchange_id, line = f"exc_{order.id}", order.lines[0]
        self.out.exchanges.append(
            {
                "id": exchange_id,
                "order_id": order.id,
                "status": "completed" if done else "requested",
                "reason": reason,
                "payment_method_id": order.method.id,
                "price_difference_minor": 0,
                "currency": CURRENCY,
                "created_at": utc(at),
            }
        )
        self.out.exchange_lines.append(
            {
                "exchange_id": exchange_id,
                "order_line_id": order.line_id(0),
                "old_sku": line.variant.sku,
                "new_sku": new_sku,
                "quantity": line.quantity,
            }
        )

    def _protect_price(self, order: OrderPlan) -> bool:
        """Refund the difference if the price fell within 15 days and the customer noticed."""
        for position, line in enumerate(order.lines):
            day, fall = self._first_fall(order, line)
            if fall > 0 and self.rng.random() < PROTECTION_RATE:
                at = max(self.clock.midnight_s(day) + 11 * HOUR_S, order.placed_s + HOUR_S)
                row = self._refund(order, "price_protection", fall * 100 * line.quantity, at, "done")
                row["order_line_id"], row["quantity"] = order.line_id(position), line.quantity
                return True
        return False

    def _first_fall(self, order: OrderPlan, line: LinePlan) -> tuple[int, int]:
        """Return the first day on which the line had become cheaper, and by how many yuan; 0 if it never did."""
        bought = self.clock.day_of(order.placed_s)
        for day in range(bought + 1, min(bought + 15, DAYS - 1)):
            fall = line.yuan - self.book.yuan(line.product, line.variant, day)
            if fall > 0:
                return day, fall
        return bought, 0

    def _refund(self, order: OrderPlan, kind: str, minor: int, at: int, status: str) -> Row:
        """Write a refund, and the payment back once it has left the shop."""
        row: Row = {
            "id": f"rfd_{kind}_{order.id}",
            "order_id": order.id,
            "return_id": None,
            "order_line_id": None,
            "quantity": None,
            "kind": kind,
            "amount_minor": minor,
            "currency": CURRENCY,
            "payment_method_id": order.method.id,
            "status": status,
            "created_at": utc(at),
            "expected_by": utc(at + REFUND_DAYS * DAY_S),
        }
        self.out.refunds.append(row)
        if status != "pending":
            self._repay(order, kind, minor, at + (4 * DAY_S if kind == "return" else HOUR_S))
        return row

    def _repay(self, order: OrderPlan, kind: str, minor: int, at: int) -> None:
        self.out.repayments.append(
            {
                "id": f"back_{kind}_{order.id}",
                "order_id": order.id,
                "kind": "refund",
                "amount_minor": minor,
                "currency": CURRENCY,
                "payment_method_id": order.method.id,
                "created_at": utc(min(at, self.now_s)),
                "position": 1,
            }
        )

    def invoice(self, order: OrderPlan) -> None:
        """Write an issued invoice, one in four for a company."""
        person = order.person
        company = int(order.id[-1]) % 4 == 0
        name = full_name(person)
        self.out.invoices.append(
            {
                "id": f"inv_{order.id}",
                "order_id": order.id,
                "kind": "company" if company else "personal",
                "title": (f"{name}贸易有限公司" if person.lang == "zh" else f"{name} Trading Ltd") if company else name,
                "tax_id": f"91330000DEMO{int(order.id[-6:]):06d}" if company else "",
                "email": person.email,
                "amount_minor": order.total_minor,
                "currency": CURRENCY,
                "status": "issued",
                "created_at": utc(min(order.placed_s + 2 * DAY_S, self.now_s)),
            }
        )
