"""Lays the rows that a scenario gives into a shop."""

from __future__ import annotations

import datetime as dt
import re

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from evals.judge.raw_rows import RawRowError, lay_rows
from evals.judge.scenario import GivenCoupon, GivenCustomer, GivenOrder, GivenProduct, GivenReview, Scenario
from knowledge.money import Money
from knowledge.schema import (
    Address,
    Coupon,
    CouponGrant,
    Customer,
    Order,
    OrderLine,
    Payment,
    PaymentMethod,
    Product,
    Review,
    Shipment,
    Shop,
    Stock,
    Variant,
)

_HAN = re.compile(r"[\u4e00-\u9fff]")


class GivenError(ValueError):
    """What a scenario gives does not fit the shop."""


async def lay(session: AsyncSession, scenario: Scenario, *, now: dt.datetime) -> None:
    """Write the given rows.

    Raises:
        GivenError: a row names something that is not there.
    """
    try:
        await lay_rows(session, scenario.given.rows)
    except RawRowError as error:
        raise GivenError(f"{scenario.id}: given.rows: {error}") from error
    shop = (await session.exec(select(Shop))).one()
    layer = _Layer(session, scenario, shop.currency, now)
    given = scenario.given
    for customer in given.customers:
        await layer.customer(customer)
    for product in given.products:
        await layer.product(product)
    for order in given.orders:
        await layer.order(order)
    for coupon in given.coupons:
        await layer.coupon(coupon)


class _Layer:
    def __init__(self, session: AsyncSession, scenario: Scenario, currency: str, now: dt.datetime) -> None:
        self._session = session
        self._scenario = scenario
        self._currency = currency
        self._now = now

    async def customer(self, given: GivenCustomer) -> None:
        first, last = _names(given.name)
        customer = Customer(
            id=given.id,
            first_name=first,
            last_name=last,
            email=given.email if given.email is not None else f"{given.id.lower()}@example.com",
            phone=given.phone,
            lang=given.lang,
            tier=given.tier,
            created_at=self._now - dt.timedelta(days=400),
        )
        await self._add(customer)
        home = {"line1": "人民路 1 号", "city": "上海市", "state": "上海市", "country": "中国"}
        if given.lang == "en":
            home = {"line1": "1 Elm Street", "city": "Shanghai", "state": "Shanghai", "country": "China"}
        await self._add(
            Address(
                id=f"adr_{given.id}",
                customer_id=given.id,
                recipient=customer.full_name(),
                phone=given.phone,
                postcode=given.postcode,
                is_default=True,
                **home,
            )
        )
        for method in given.methods:
            await self._add(self._method(given.id, method))

    def _method(self, customer_id: str, written: str) -> PaymentMethod:
        kind, _, balance = written.partition(":")
        card = kind in ("credit_card", "bank_card")
        return PaymentMethod(
            id=f"{kind}_{customer_id}",
            customer_id=customer_id,
            kind=kind,
            brand="visa" if card else "",
            last_four="4242" if card else "",
            balance_minor=self._minor(balance or "100") if kind == "gift_card" else None,
            currency=self._currency,
        )

    async def product(self, given: GivenProduct) -> None:
        await self._add(
            Product(
                id=given.id,
                category_id=given.category,
                title_zh=given.title.get("zh", ""),
                title_en=given.title.get("en", ""),
                description_zh=given.description.get("zh", ""),
                description_en=given.description.get("en", ""),
                attributes=given.attributes,
                created_at=self._now - dt.timedelta(days=300),
            )
        )
        for position, variant in enumerate(given.variants):
            await self._add(
                Variant(
                    sku=variant.sku,
                    product_id=given.id,
                    options=variant.options,
                    price_minor=self._minor(variant.price),
                    currency=self._currency,
                    cost_minor=None if variant.cost is None else self._minor(variant.cost),
                    position=position,
                )
            )
            if variant.stock is not None:
                await self._add(Stock(sku=variant.sku, on_hand=variant.stock))
        await self._add(*(self._review(given.id, place, review) for place, review in enumerate(given.reviews)))

    def _review(self, product_id: str, place: int, given: GivenReview) -> Review:
        return Review(
            id=f"rev_{product_id}_{place}",
            product_id=product_id,
            rating=given.rating,
            lang=given.lang,
            text=given.text,
            created_at=self._now - dt.timedelta(days=20 + place),
        )

    async def order(self, given: GivenOrder) -> None:
        customer_id = self._customer(given.customer, f"orders {given.id}")
        method = await self._paid_with(given, customer_id)
        placed = self._now - dt.timedelta(days=given.placed_days_ago)
        delivered = self._now - dt.timedelta(days=given.delivered_days_ago) if given.status == "delivered" else None
        lines = [await self._line(given, place) for place in range(len(given.lines))]
        total = sum(line.unit_price_minor * line.quantity for line in lines)
        address = (
            await self._session.exec(
                select(Address).where(Address.customer_id == customer_id).order_by(col(Address.is_default).desc())
            )
        ).first()
        await self._add(
            Order(
                id=given.id,
                customer_id=customer_id,
                status=given.status,
                currency=self._currency,
                total_minor=total,
                payment_method_id=method,
                note=given.note,
                address=address.model_dump(exclude={"id", "customer_id", "is_default"}) if address else {},
                placed_at=placed,
                delivered_at=delivered,
            )
        )
        await self._add(*lines)
        await self._add(
            Payment(
                id=f"pay_{given.id}",
                order_id=given.id,
                kind="payment",
                amount_minor=total,
                currency=self._currency,
                payment_method_id=method,
                created_at=placed,
            )
        )
        if given.status in ("shipped", "delivered"):
            await self._add(
                Shipment(
                    id=f"shp_{given.id}",
                    order_id=given.id,
                    carrier=given.carrier,
                    tracking_number=f"SF{given.id}",
                    status="delivered" if delivered else "in_transit",
                    line_ids=[line.id for line in lines],
                    shipped_at=placed + dt.timedelta(days=1),
                    eta=self._now + dt.timedelta(days=given.due_in_days),
                    delivered_at=delivered,
                )
            )

    async def _line(self, given: GivenOrder, place: int) -> OrderLine:
        line = given.lines[place]
        variant = await self._session.get(Variant, line.sku)
        if variant is None:
            raise GivenError(
                f"{self._scenario.id}: given.orders {given.id}: there is no SKU {line.sku!r} in this shop; add its product under given.products"
            )
        product = await self._session.get_one(Product, variant.product_id)
        return OrderLine(
            id=f"{given.id}-{place + 1}",
            order_id=given.id,
            product_id=product.id,
            sku=variant.sku,
            title_zh=product.title_zh,
            title_en=product.title_en,
            options=variant.options,
            quantity=line.quantity,
            unit_price_minor=variant.price_minor if line.price is None else self._minor(line.price),
            position=place,
        )

    async def _paid_with(self, given: GivenOrder, customer_id: str) -> str:
        owned = select(PaymentMethod).where(PaymentMethod.customer_id == customer_id)
        methods = (await self._session.exec(owned)).all()
        wanted = given.paid_with
        found = next((method.id for method in methods if wanted in (None, method.id, method.kind)), None)
        if found is None:
            raise GivenError(
                f"{self._scenario.id}: given.orders {given.id}: {customer_id} has no payment method {wanted or 'at all'!r}"
            )
        return found

    async def coupon(self, given: GivenCoupon) -> None:
        holder = self._customer(given.customer, f"coupons {given.code}")
        await self._add(
            Coupon(
                code=given.code,
                title_zh=given.title or f"立减券 {given.code}",
                title_en=given.title or f"Coupon {given.code}",
                kind="amount",
                value=self._minor(given.amount_off),
                currency=self._currency,
                tiers=list(given.tiers),
                starts_at=self._now - dt.timedelta(days=1),
                ends_at=self._now + dt.timedelta(days=30),
            )
        )
        await self._add(
            CouponGrant(
                id=f"grant_{given.code}_{holder}", coupon_code=given.code, customer_id=holder, granted_at=self._now
            )
        )

    def _customer(self, given: str | None, place: str) -> str:
        customer_id = given or self._scenario.customer
        if customer_id is None:
            raise GivenError(f"{self._scenario.id}: given.{place}: whose? Name a customer there, or for the scenario")
        return customer_id

    def _minor(self, amount: object) -> int:
        return Money.of(str(amount), self._currency).minor

    async def _add(self, *rows: object) -> None:
        self._session.add_all(rows)
        await self._session.flush()


def _names(written: str) -> tuple[str, str]:
    """Split a full name into first and last."""
    if _HAN.search(written):
        return written[1:], written[:1]
    first, _, last = written.partition(" ")
    return first, last
