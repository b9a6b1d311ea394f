"""Builders for tests: a small shop row by row, and an executor whose clock stands still.

async with database.write() as session:
    shop = await make_shop(session, currency="USD")
    yusuf = await shop.customer("C1", "Yusuf", "Rossi", postcode="19122")
    keyboard = await shop.product("P1", "Keyboard", "键盘", variants={"KB-L": ({"switch": "linear"}, 9900)})
    order = await shop.order("W1", yusuf, {"KB-L": 1}, status="delivered")
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from knowledge.db import Database
from knowledge.schema import (
    Address,
    Category,
    Conversation,
    Coupon,
    CouponGrant,
    Customer,
    Order,
    OrderLine,
    Payment,
    PaymentMethod,
    PriceRecord,
    Product,
    Shipment,
    Shop,
    Stock,
    Variant,
)
from knowledge.types import Lang, Options
from tools.base import Identity, Outcome, Tool, ToolCall, ToolContext
from tools.executor import Executor, Services
from tools.guard import Guard
from tools.policy import Policy, load_policy
from tools.toolset import all_tools

NOW = dt.datetime(2026, 3, 10, 12, 0, tzinfo=dt.UTC)
"""When tests take place."""


class FixedClock:
    """A clock that moves only when told to."""

    def __init__(self, now: dt.datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> dt.datetime:
        """Return the time."""
        return self.now

    def advance(self, **span: float) -> None:
        """Move on by ``hours=2``, ``days=8``, ..."""
        self.now += dt.timedelta(**span)


@dataclasses.dataclass
class ShopBuilder:
    """Adds rows to an open write session; each method flushes, so that foreign keys hold."""

    session: AsyncSession
    currency: str
    now: dt.datetime

    async def add(self, *rows: Any) -> None:
        """Add any rows."""
        self.session.add_all(rows)
        await self.session.flush()

    async def customer(  # noqa: PLR0913
        self,
        customer_id: str,
        first_name: str = "Yusuf",
        last_name: str = "Rossi",
        *,
        email: str | None = None,
        phone: str = "",
        postcode: str = "19122",
        methods: Iterable[str] = ("credit_card",),
        lang: Lang = "en",
        tier: str = "regular",
    ) -> Customer:
        """Add a customer with one default address (``A-<id>``) and payment methods (``<kind>_<id>``).

        A gift card holds 100.00; ``gift_card:5000`` holds 50.00.
        """
        customer = Customer(
            id=customer_id,
            first_name=first_name,
            last_name=last_name,
            email=f"{customer_id.lower()}@example.com" if email is None else email,
            phone=phone,
            lang=lang,
            tier=tier,
            created_at=self.now - dt.timedelta(days=400),
        )
        await self.add(customer)
        await self.address(customer, f"A-{customer_id}", postcode=postcode, is_default=True)
        for method in methods:
            await self.payment_method(customer, method)
        return customer

    async def address(
        self, customer: Customer, address_id: str, *, postcode: str = "19122", is_default: bool = False
    ) -> Address:
        """Add an entry to the address book."""
        address = Address(
            id=address_id,
            customer_id=customer.id,
            recipient=customer.full_name(),
            phone=customer.phone,
            line1="12 Elm Street",
            city="Philadelphia",
            state="PA",
            postcode=postcode,
            country="USA",
            is_default=is_default,
        )
        await self.add(address)
        return address

    async def payment_method(self, customer: Customer, kind: str) -> PaymentMethod:
        """Add a way to pay: ``credit_card``, ``gift_card:5000`` (balance in minor units), ``alipay``, ..."""
        kind, _, balance = kind.partition(":")
        card = kind in {"credit_card", "bank_card"}
        method = PaymentMethod(
            id=f"{kind}_{customer.id}",
            customer_id=customer.id,
            kind=kind,
            brand="visa" if card else "",
            last_four="4242" if card else "",
            balance_minor=int(balance or 10_000) if kind == "gift_card" else None,
            currency=self.currency,
        )
        await self.add(method)
        return method

    async def category(self, category_id: str, name_en: str = "", name_zh: str = "") -> Category:
        """Add a category."""
        category = Category(id=category_id, name_en=name_en or category_id, name_zh=name_zh or category_id)
        await self.add(category)
        return category

    async def product(
        self,
        product_id: str,
        title_en: str = "",
        title_zh: str = "",
        *,
        variants: Mapping[str, tuple[Options, int]],
        stock: Mapping[str, int] | None = None,
        category_id: str | None = None,
        **fields: Any,
    ) -> Product:
        """Add a product; `variants` is ``{sku: (options, price_minor)}``. Only the SKUs in `stock` are counted."""
        product = Product(
            id=product_id,
            title_en=title_en or product_id,
            title_zh=title_zh,
            category_id=category_id,
            created_at=self.now - dt.timedelta(days=300),
            **fields,
        )
        await self.add(product)
        for position, (sku, (options, price)) in enumerate(variants.items()):
            await self.add(
                Variant(
                    sku=sku,
                    product_id=product_id,
                    options=options,
                    price_minor=price,
                    currency=self.currency,
                    position=position,
                )
            )
        await self.add(*(Stock(sku=sku, on_hand=pieces) for sku, pieces in (stock or {}).items()))
        return product

    async def price(self, sku: str, price_minor: int, *, days_ago: float, reason: str = "list") -> PriceRecord:
        """Add a record to the price history."""
        record = PriceRecord(
            sku=sku,
            price_minor=price_minor,
            currency=self.currency,
            valid_from=self.now - dt.timedelta(days=days_ago),
            reason=reason,
        )
        await self.add(record)
        return record

    async def order(  # noqa: PLR0913
        self,
        order_id: str,
        customer: Customer,
        lines: Mapping[str, int],
        *,
        status: str = "pending",
        method_id: str | None = None,
        placed_days_ago: float = 5,
        delivered_days_ago: float = 2,
        **fields: Any,
    ) -> Order:
        """Add a paid order; `lines` is ``{sku: quantity}`` at today's prices, line ids are ``<order>-1``, ``<order>-2``, ..."""
        items = [(await self._variant(sku), quantity) for sku, quantity in lines.items()]
        total = sum(variant.price_minor * quantity for variant, quantity in items)
        method = method_id or f"credit_card_{customer.id}"
        placed = self.now - dt.timedelta(days=placed_days_ago)
        address = await self.session.get_one(Address, f"A-{customer.id}")
        order = Order(
            id=order_id,
            customer_id=customer.id,
            status=status,
            currency=self.currency,
            total_minor=total,
            payment_method_id=method,
            address=address.model_dump(exclude={"id", "customer_id", "is_default"}),
            placed_at=placed,
            delivered_at=self.now - dt.timedelta(days=delivered_days_ago) if status == "delivered" else None,
            **fields,
        )
        await self.add(order)
        for position, (variant, quantity) in enumerate(items):
            await self.add(await self._line(order, variant, quantity, position))
        await self.add(
            Payment(
                id=f"pay-{order_id}",
                order_id=order_id,
                kind="payment",
                amount_minor=total,
                currency=self.currency,
                payment_method_id=method,
                created_at=placed,
            )
        )
        return order

    async def _variant(self, sku: str) -> Variant:
        return await self.session.get_one(Variant, sku)

    async def _line(self, order: Order, variant: Variant, quantity: int, position: int) -> OrderLine:
        product = await self.session.get_one(Product, variant.product_id)
        return OrderLine(
            id=f"{order.id}-{position + 1}",
            order_id=order.id,
            product_id=product.id,
            sku=variant.sku,
            title_en=product.title_en,
            title_zh=product.title_zh,
            options=variant.options,
            quantity=quantity,
            unit_price_minor=variant.price_minor,
            position=position,
        )

    async def shipment(self, order: Order, *, status: str = "in_transit", **fields: Any) -> Shipment:
        """Add a parcel (``S-<order>``) that left yesterday."""
        shipment = Shipment(
            id=f"S-{order.id}",
            order_id=order.id,
            carrier="SF",
            tracking_number=f"SF{order.id}",
            status=status,
            shipped_at=self.now - dt.timedelta(days=1),
            **fields,
        )
        await self.add(shipment)
        return shipment

    async def coupon(self, code: str, *, value: int = 1000, held_by: Customer | None = None, **fields: Any) -> Coupon:
        """Add a coupon of `value` minor units off, running now; `held_by` has it in the wallet."""
        coupon = Coupon(
            **{
                "code": code,
                "title_en": code,
                "title_zh": code,
                "kind": "amount",
                "value": value,
                "currency": self.currency,
                "starts_at": self.now - dt.timedelta(days=1),
                "ends_at": self.now + dt.timedelta(days=30),
                **fields,
            }
        )
        await self.add(coupon)
        if held_by is not None:
            await self.add(
                CouponGrant(
                    id=f"grant-{code}-{held_by.id}", coupon_code=code, customer_id=held_by.id, granted_at=self.now
                )
            )
        return coupon

    async def conversation(
        self, conversation_id: str = "conv", customer: Customer | None = None, *, subject: str | None = None
    ) -> Conversation:
        """Add a conversation, already proven as `customer` if given."""
        conversation = Conversation(
            id=conversation_id,
            subject=subject,
            customer_id=customer.id if customer else None,
            verified_by="email" if customer else None,
            created_at=self.now,
            updated_at=self.now,
        )
        await self.add(conversation)
        return conversation


async def make_shop(
    session: AsyncSession, currency: str = "CNY", policy: str = "default", *, now: dt.datetime = NOW
) -> ShopBuilder:
    """Lay the shop's own row and return the builder for the rest."""
    builder = ShopBuilder(session, currency, now)
    await builder.add(Shop(id="shop", name_zh="小店", name_en="Small Shop", currency=currency, policy=policy))
    return builder


def shopper(customer: Customer | str | None = None, conversation_id: str | None = "conv") -> Identity:
    """Return the identity of a shopper who was proven in the chat; without a customer, of a visitor."""
    customer_id = customer.id if isinstance(customer, Customer) else customer
    return Identity(role="shopper", customer_id=customer_id, conversation_id=conversation_id)


def agent(agent_id: str = "agent-1", *, customer_id: str | None = None, conversation_id: str | None = None) -> Identity:
    """Return the identity of a human agent."""
    return Identity(role="agent", subject=agent_id, customer_id=customer_id, conversation_id=conversation_id)


def make_context(
    session: AsyncSession,
    identity: Identity,
    *,
    policy: Policy | str = "default",
    now: dt.datetime = NOW,
    services: Services | None = None,
) -> ToolContext:
    """Return what a tool gets, to call its functions directly."""
    rules = load_policy(policy) if isinstance(policy, str) else policy
    return ToolContext(session=session, identity=identity, policy=rules, now=now, services=services or Services())


def make_executor(
    database: Database,
    tools: Iterable[Tool] | None = None,
    *,
    policy: Policy | str = "default",
    clock: FixedClock | None = None,
    services: Services | None = None,
    guard: Guard | None = None,
) -> Executor:
    """Return an executor over `tools` (every tool that ships when None) whose clock stands at `NOW`."""
    chosen = all_tools().values() if tools is None else tools
    rules = load_policy(policy) if isinstance(policy, str) else policy
    named = {tool.name: tool for tool in chosen}
    return Executor(database, named, rules, services=services, guard=guard, clock=clock or FixedClock())


async def propose_and_confirm(
    executor: Executor, name: str, arguments: dict[str, Any], identity: Identity, *, key: str | None = None
) -> Outcome:
    """Call a write and say yes to its proposal; returns the first outcome when it is no proposal."""
    outcome = await executor.call(ToolCall(name, arguments), identity, idempotency_key=key or f"test:{name}")
    if outcome.proposal_id is None:
        return outcome
    return await executor.confirm(outcome.proposal_id, identity)
