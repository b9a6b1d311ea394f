"""The shop's rows that a conversation was about, as they stood when it began.

The tables hold what is true now. What came later is left out by its time, and what was changed is set back to what the tools
said in the conversation itself: an effect is always preceded by a proposal, which shows the order, the address, the balance as
they were. Where neither tells, the row stays as it is.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from evals.judge.frozen.past import Past
from knowledge.schema import (
    Address,
    Category,
    Coupon,
    CouponGrant,
    Customer,
    Exchange,
    ExchangeLine,
    Invoice,
    Order,
    OrderLine,
    Payment,
    PaymentMethod,
    PriceRecord,
    Product,
    Refund,
    Return,
    ReturnLine,
    Shipment,
    Shop,
    Stock,
    TrackingEvent,
    Variant,
)

RowT = TypeVar("RowT", bound=SQLModel)
PRICES_KEPT = dt.timedelta(days=60)
_BEFORE_AN_EFFECT = {"cancelled": "pending", "return_requested": "delivered", "exchange_requested": "delivered"}
"""The status that an order had before it got one in a way that this conversation does not tell of."""


async def rows_before(session: AsyncSession, past: Past) -> list[SQLModel]:
    """Return the rows: the shop's own, the goods that were talked about, then whatever the customer has.

    They are set back in memory: the session must not be written with.
    """
    laid = _Before(session, past)
    with session.no_autoflush:
        personal = await laid.personal() if past.customer_id else []
        return [*await laid.goods(), *personal]


class _Before:
    def __init__(self, session: AsyncSession, past: Past) -> None:
        self._session = session
        self._past = past
        self._began = past.began
        self._orders: list[Order] = []
        self._lines: list[OrderLine] = []
        self._changed_later: set[str] = set()

    async def personal(self) -> list[SQLModel]:
        """Return the customer with everything that belongs to it. To be called before `goods`."""
        customer_id = self._past.customer_id
        mine = await self._session.get_one(Customer, customer_id)
        addresses = await self._where(Address, col(Address.customer_id) == customer_id)
        methods = await self._where(PaymentMethod, col(PaymentMethod.customer_id) == customer_id)
        grants = await self._where(CouponGrant, col(CouponGrant.customer_id) == customer_id)
        orders = await self._where(Order, col(Order.customer_id) == customer_id)
        self._orders = [order for order in orders if order.placed_at < self._began]
        ids = [order.id for order in self._orders]
        self._lines = await self._where(OrderLine, col(OrderLine.order_id).in_(ids))
        money = [
            row
            for model in (Payment, Refund, Invoice)
            for row in self._earlier(await self._where(model, model.order_id.in_(ids)))  # type: ignore[attr-defined]
        ]
        parcels = await self._parcels(ids)
        claims = [*await self._returns(ids), *await self._exchanges(ids)]
        grants = [grant for grant in grants if grant.granted_at < self._began]
        coupons = await self._where(Coupon, col(Coupon.code).in_([grant.coupon_code for grant in grants]))
        self._set_back_orders()
        self._set_back_methods(methods)
        self._set_back_default(addresses)
        self._set_back_grants(grants)
        return [mine, *addresses, *methods, *coupons, *self._orders, *self._lines, *parcels, *claims, *money, *grants]

    async def goods(self) -> list[SQLModel]:
        """Return the shop's own row, and the products that the customer has bought or that a tool named."""
        named = {str(record["product_id"]) for record in self._past.records() if record.get("product_id")}
        ids = sorted(named | {line.product_id for line in self._lines})
        products = await self._where(Product, col(Product.id).in_(ids))
        variants = await self._where(Variant, col(Variant.product_id).in_(ids))
        skus = [variant.sku for variant in variants]
        stock = await self._where(Stock, col(Stock.sku).in_(skus))
        self._set_back_stock(stock)
        shop = (await self._session.exec(select(Shop))).one()
        shop.settings = {}
        return [shop, *await self._categories(products), *products, *variants, *stock, *await self._prices()]

    async def _prices(self) -> list[PriceRecord]:
        """Return the price history, as far as price protection looks, of what was bought and what a tool named."""
        skus = {line.sku for line in self._lines} | {
            str(record["sku"]) for record in self._past.records() if "sku" in record
        }
        found = await self._where(PriceRecord, col(PriceRecord.sku).in_(sorted(skus)))
        oldest = self._began - PRICES_KEPT
        before = {
            record.sku: record
            for record in sorted(found, key=lambda record: record.valid_from)
            if record.valid_from < oldest
        }
        return [*before.values(), *(record for record in found if oldest <= record.valid_from < self._began)]

    # -- what came later

    async def _parcels(self, orders: Sequence[str]) -> list[SQLModel]:
        """Return the parcels that had left, with their scans so far."""
        found = await self._where(Shipment, col(Shipment.order_id).in_(orders))
        parcels = [parcel for parcel in found if parcel.shipped_at is None or parcel.shipped_at < self._began]
        for parcel in parcels:
            if parcel.delivered_at is not None and parcel.delivered_at >= self._began:
                parcel.delivered_at, parcel.status = None, "in_transit"
        scans = await self._where(TrackingEvent, col(TrackingEvent.shipment_id).in_([parcel.id for parcel in parcels]))
        return [*parcels, *(scan for scan in scans if scan.at < self._began)]

    async def _returns(self, orders: Sequence[str]) -> list[SQLModel]:
        heads = self._earlier(await self._where(Return, col(Return.order_id).in_(orders)))
        return [*heads, *await self._where(ReturnLine, col(ReturnLine.return_id).in_([head.id for head in heads]))]

    async def _exchanges(self, orders: Sequence[str]) -> list[SQLModel]:
        heads = self._earlier(await self._where(Exchange, col(Exchange.order_id).in_(orders)))
        return [
            *heads,
            *await self._where(ExchangeLine, col(ExchangeLine.exchange_id).in_([head.id for head in heads])),
        ]

    def _earlier(self, rows: Iterable[RowT]) -> list[RowT]:
        earlier = []
        for row in rows:
            if row.created_at < self._began:  # type: ignore[attr-defined]
                earlier.append(row)
            else:
                self._changed_later.add(row.order_id)  # type: ignore[attr-defined]
        return earlier

    # -- what was changed

    def _set_back_orders(self) -> None:
        """Set each order back to the first that a tool said of it."""
        told: dict[str, dict[str, Any]] = {}
        for record in self._past.records():
            if {"order_id", "status", "lines", "placed_at"} <= record.keys():
                told.setdefault(record["order_id"], record)
        for order in self._orders:
            if order.id in told:
                self._set_back(order, told[order.id])
            elif order.id in self._changed_later or _after(order.cancelled_at, self._began):
                order.status = _BEFORE_AN_EFFECT.get(order.status, order.status)
            if _after(order.delivered_at, self._began):
                order.delivered_at = None
                order.status = "shipped" if order.status == "delivered" else order.status
            if order.status != "cancelled":
                order.cancelled_at = order.cancel_reason = None
        self._set_back_changes()

    def _set_back(self, order: Order, record: dict[str, Any]) -> None:
        order.status, order.items_modified = record["status"], record["items_modified"]
        order.total_minor = record["total"]["minor"]
        now = {line.id: line for line in self._lines if line.order_id == order.id}
        self._lines = [line for line in self._lines if line.order_id != order.id]
        for place, told in enumerate(record["lines"]):
            line = now.get(told["line_id"])
            self._lines.append(
                OrderLine(
                    id=told["line_id"],
                    order_id=order.id,
                    product_id=told["product_id"],
                    sku=told["sku"],
                    title_zh=told["title"].get("zh") or "",
                    title_en=told["title"].get("en") or "",
                    options=told["options"],
                    quantity=told["quantity"],
                    unit_price_minor=told["unit_price"]["minor"],
                    position=line.position if line else place,
                )
            )

    def _set_back_changes(self) -> None:
        """Set address and payment method back to those before the first change."""
        orders = {order.id: order for order in self._orders}
        for action in reversed(self._past.effects):
            order = orders.get(str(action.arguments.get("order_id")))
            if order is not None and action.tool == "change_order_address":
                order.address = dict(action.result["before"] or {})
            if order is not None and action.tool == "change_order_payment" and action.result["refunds"]:
                order.payment_method_id = action.result["refunds"][0]["method"]["id"]

    def _set_back_methods(self, methods: Iterable[PaymentMethod]) -> None:
        """Set the balances of gift cards back to the first that a tool said."""
        told: dict[str, int] = {}
        for record in self._past.records():
            if {"id", "kind", "balance"} <= record.keys() and record["balance"] is not None:
                told.setdefault(record["id"], record["balance"]["minor"])
        for method in methods:
            method.balance_minor = told.get(method.id, method.balance_minor)

    def _set_back_default(self, addresses: list[Address]) -> None:
        """Set the default address back, or take it away where it was the first."""
        changes = [action for action in self._past.effects if action.tool == "change_default_address"]
        default = next((address for address in addresses if address.is_default), None)
        if not changes or default is None:
            return
        if changes[0].result["before"] is None:
            addresses.remove(default)
            return
        for name, value in changes[0].result["before"].items():
            setattr(default, name, value)

    def _set_back_grants(self, grants: Iterable[CouponGrant]) -> None:
        """Take back the coupons that a cancelled order gave back."""
        given = {
            action.result["coupon_code"]: action.result["order"]["order_id"]
            for action in self._past.effects
            if action.tool == "cancel_order"
        }
        for grant in grants:
            if grant.coupon_code in given:
                grant.status, grant.order_id = "used", given[grant.coupon_code]

    def _set_back_stock(self, stock: Iterable[Stock]) -> None:
        """Hold the pieces again that were let go, and let those go that a swap holds."""
        held: Counter[str] = Counter()
        for action in self._past.effects:
            for swap in action.result.get("swaps", ()):
                held[swap["new_sku"]] += swap["line"]["quantity"]
                if action.tool == "change_order_items":
                    held[swap["line"]["sku"]] -= swap["line"]["quantity"]
            if action.tool == "cancel_order":
                held.subtract({line["sku"]: line["quantity"] for line in action.result["order"]["lines"]})
        for row in stock:
            row.reserved = max(0, row.reserved - held[row.sku])

    # -- reading

    async def _where(self, model: type[RowT], condition: Any) -> list[RowT]:
        return list((await self._session.exec(select(model).where(condition))).all())

    async def _categories(self, products: Iterable[Product]) -> list[Category]:
        """Return the categories of goods, the upper ones first."""
        found: dict[str, Category] = {}
        for product in products:
            chain: list[Category] = []
            above = product.category_id
            while above is not None and above not in found:
                chain.append(await self._session.get_one(Category, above))
                above = chain[-1].parent_id
            found |= {category.id: category for category in reversed(chain)}
        return list(found.values())


def _after(moment: dt.datetime | None, began: dt.datetime) -> bool:
    return moment is not None and moment >= began
