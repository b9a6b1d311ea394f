"""Arguments and evidence of the order tools."""

from __future__ import annotations

import datetime as dt

import pydantic

from tools.base import Arguments, Evidence
from tools.evidence import AddressFields, LineView, MethodView, Money, OrderSummary, RefundPart


class ListOrders(Arguments):
    """The person's own orders, newest first."""

    limit: int = pydantic.Field(default=50, ge=1, le=200)


class OrderList(Evidence):
    """Newest first."""

    orders: tuple[OrderSummary, ...]


class OneOrder(Arguments):
    """An order by its id (a leading ``#`` is allowed)."""

    order_id: str


class OrderDetails(OrderSummary):
    """An order with everything a person may know about it."""

    address: AddressFields | None
    payment_method: MethodView | None
    discount: Money
    shipping: Money
    cancel_reason: str | None = None
    allowed: tuple[str, ...]
    """Names of the order tools that the policy allows in this status now, for example ``("cancel_order",)``."""


class Scan(Evidence):
    """One scan of a parcel."""

    at: dt.datetime
    status: str
    place: str


class Parcel(Evidence):
    """A parcel and where it is."""

    carrier: str
    tracking_number: str
    status: str
    line_ids: tuple[str, ...]
    eta: dt.datetime | None
    delivered_at: dt.datetime | None
    scans: tuple[Scan, ...]
    """Oldest first."""


class Tracking(Evidence):
    """The parcels of an order; none before it is packed."""

    order: OrderSummary
    parcels: tuple[Parcel, ...]


class CancelOrder(Arguments):
    """Cancel a whole order. `reason` is one of the policy's when the policy has a list."""

    order_id: str
    reason: str | None = None


class Cancellation(Evidence):
    """What goes back where."""

    order: OrderSummary
    reason: str | None
    refunds: tuple[RefundPart, ...]
    coupon_code: str | None = None
    """The coupon that comes back into the wallet."""


class ChangeOrderAddress(Arguments):
    """A new delivery address for an order that is not on its way."""

    order_id: str
    address: AddressFields


class AddressChange(Evidence):
    """Before and after."""

    order: OrderSummary
    before: AddressFields | None
    after: AddressFields


class ChangeOrderPayment(Arguments):
    """Pay an order with another method on file."""

    order_id: str
    payment_method_id: str


class PaymentChange(Evidence):
    """Charged here, refunded there."""

    order: OrderSummary
    charged: MethodView
    amount: Money
    refunds: tuple[RefundPart, ...]


class Swap(Arguments):
    """One line and the variant that takes its place."""

    line_id: str
    new_sku: str
    quantity: int | None = pydantic.Field(default=None, ge=1)
    """How many pieces of the line; None: all that are left."""


class ChangeOrderItems(Arguments):
    """Swap variants in an order that is not packed yet. All swaps in one call."""

    order_id: str
    swaps: tuple[Swap, ...] = pydantic.Field(min_length=1)
    payment_method_id: str


class ExchangeItems(Arguments):
    """Swap delivered lines for other variants. All swaps in one call."""

    order_id: str
    swaps: tuple[Swap, ...] = pydantic.Field(min_length=1)
    payment_method_id: str
    reason: str = ""


class SwapView(Evidence):
    """What is swapped for what."""

    line: LineView
    new_sku: str
    new_options: dict[str, str]
    new_price: Money
    difference: Money
    """Positive: the shopper pays; for the whole quantity of the line."""


class ItemsChange(Evidence):
    """Swaps and the money between."""

    order: OrderSummary
    swaps: tuple[SwapView, ...]
    difference: Money
    method: MethodView
    refund: RefundPart | None
    """Set when the shopper gets money back."""
    change_id: str | None = None
    """The exchange's id once it exists."""


class ReturnLineChoice(Arguments):
    """A line to send back; `quantity` None is all of it."""

    line_id: str
    quantity: int | None = pydantic.Field(default=None, ge=1)


class ReturnItems(Arguments):
    """Send delivered lines back for money. All lines in one call."""

    order_id: str
    lines: tuple[ReturnLineChoice, ...] = pydantic.Field(min_length=1)
    refund_method_id: str
    reason: str = ""


class ReturnPlan(Evidence):
    """What goes back and what is paid back."""

    order: OrderSummary
    lines: tuple[LineView, ...]
    """Quantities are those going back."""
    reason: str
    refund: RefundPart
    return_id: str | None = None


class RefundStatus(Arguments):
    """Refunds of one order, or of all of the person's when None."""

    order_id: str | None = None


class RefundView(Evidence):
    """One refund and where it stands."""

    refund_id: str
    order_id: str
    kind: str
    amount: Money
    method: MethodView
    status: str
    created_at: dt.datetime
    expected_by: dt.datetime | None


class RefundList(Evidence):
    """Newest first."""

    refunds: tuple[RefundView, ...]


class RequestInvoice(Arguments):
    """An invoice for an order; a company needs its tax id."""

    order_id: str
    kind: str = "personal"
    title: str
    tax_id: str = ""
    email: str


class InvoiceView(Evidence):
    """The invoice asked for."""

    order: OrderSummary
    kind: str
    title: str
    tax_id: str
    email: str
    amount: Money
    invoice_id: str | None = None


class ClaimPriceProtection(Arguments):
    """价保: the difference back for lines of one order whose price has fallen; None takes every such line."""

    order_id: str
    line_ids: tuple[str, ...] | None = None


class ProtectedLine(Evidence):
    """A line, the price now and the difference for its whole quantity."""

    line: LineView
    price_now: Money
    difference: Money


class PriceProtection(Evidence):
    """What the shopper gets back."""

    order: OrderSummary
    lines: tuple[ProtectedLine, ...]
    refund: RefundPart
