"""A small shop and a shopper who asks for things, for the tests of the order tools."""

from __future__ import annotations

import itertools
from typing import Any, TypeVar

from sqlmodel import SQLModel, col, select

from knowledge.db import Database
from knowledge.schema import Order, OrderLine, Payment, PaymentMethod, Stock, Variant
from tools.base import Evidence, Identity, Outcome, ToolCall
from tools.evidence import Money
from tools.executor import Executor
from tools.orders.tools import TOOLS
from tools.policy import Policy
from tools.testing import FixedClock, ShopBuilder, make_executor, make_shop, shopper

Row = TypeVar("Row", bound=SQLModel)
Result = TypeVar("Result", bound=Evidence)

CARD, GIFT, PAYPAL = "credit_card_C1", "gift_card_C1", "paypal_C1"


def cny(minor: int) -> Money:
    """Return an amount in the shop's currency."""
    return Money(minor, "CNY")


class Desk:
    """The shopper C1 at the executor: calls, says yes, looks at rows."""

    def __init__(self, database: Database, policy: Policy | str = "default") -> None:
        self.database = database
        self.clock = FixedClock()
        self.identity: Identity = shopper("C1")
        self.executor: Executor
        self._keys = itertools.count()
        self.under(policy)

    def under(self, policy: Policy | str) -> None:
        """Go on under another policy."""
        self.executor = make_executor(self.database, TOOLS, policy=policy, clock=self.clock)

    async def ask(self, tool: str, **arguments: Any) -> Outcome:
        """Make a call and no more."""
        key = f"key-{next(self._keys)}"
        return await self.executor.call(ToolCall(tool, arguments), self.identity, idempotency_key=key)

    async def do(self, tool: str, **arguments: Any) -> Outcome:
        """Make a call and say yes to what it proposes; every effect is what its preview said."""
        asked = await self.ask(tool, **arguments)
        if asked.proposal_id is None:
            return asked
        done = await self.executor.confirm(asked.proposal_id, self.identity)
        if done.status == "ok":
            assert done.evidence is not None
            assert asked.evidence is not None
            assert _comparable(done.evidence) == _comparable(asked.evidence)
        return done

    async def get(self, expected: type[Result], tool: str, **arguments: Any) -> Result:
        """Return the evidence of a call that succeeds."""
        outcome = await self.do(tool, **arguments)
        assert outcome.status == "ok", (outcome.code, outcome.facts)
        assert isinstance(outcome.evidence, expected)
        return outcome.evidence

    async def refused(self, tool: str, **arguments: Any) -> tuple[str, dict[str, Any]]:
        """Return the code and the facts of a call that is refused."""
        outcome = await self.do(tool, **arguments)
        assert outcome.status == "refused", outcome
        return outcome.code, outcome.facts

    async def rows(self, table: type[Row], **where: Any) -> list[Row]:
        """Return the rows of a table whose columns have these values."""
        statement = select(table)
        for name, value in where.items():
            statement = statement.where(getattr(table, name) == value)
        if table is Payment:
            statement = statement.order_by(col(Payment.position))
        async with self.database.read() as session:
            return list((await session.exec(statement)).all())

    async def order(self, order_id: str) -> Order:
        """Return an order's row."""
        return (await self.rows(Order, id=order_id))[0]

    async def line(self, line_id: str) -> OrderLine:
        """Return a line's row."""
        return (await self.rows(OrderLine, id=line_id))[0]

    async def payments(self, order_id: str) -> list[tuple[str, int, str]]:
        """Return what moved for an order: kind, amount, method."""
        rows = await self.rows(Payment, order_id=order_id)
        return [(row.kind, row.amount_minor, row.payment_method_id) for row in rows]

    async def balance(self, method_id: str = GIFT) -> int:
        """Return what a gift card holds."""
        return (await self.rows(PaymentMethod, id=method_id))[0].balance_minor or 0

    async def reserved(self, sku: str) -> int:
        """Return how many pieces orders hold."""
        return (await self.rows(Stock, sku=sku))[0].reserved

    async def change(self, table: type[Row], key: str, **values: Any) -> None:
        """Write into a row behind the tools' back."""
        async with self.database.write() as session:
            row = await session.get_one(table, key)
            for name, value in values.items():
                setattr(row, name, value)
            session.add(row)


def _comparable(evidence: Evidence) -> dict[str, Any]:
    """Return what a preview and its run have in common: all but the order as it stands and new ids."""
    return evidence.model_dump(exclude={"order", "change_id", "return_id", "invoice_id"})


async def lay_shop(database: Database) -> None:
    """Add two customers, two products, and an order of C1 in every state."""
    async with database.write() as session:
        shop = await make_shop(session)
        await _lay_products(shop)
        customer = await shop.customer(
            "C1", "小明", "王", methods=("credit_card", "gift_card:20000", "paypal"), lang="zh"
        )
        other = await shop.customer("C2", methods=("credit_card", "gift_card"))
        for status in ("pending", "processing", "shipped", "delivered", "cancelled"):
            await shop.order(f"W-{status}", customer, {"TEE-RED-M": 2, "MUG-RED": 1}, status=status)
        await shop.order("W-other", other, {"MUG-RED": 1})
        await shop.conversation("conv", customer)
        for sku, pieces in {"TEE-RED-M": 6, "MUG-RED": 3}.items():
            row = await session.get_one(Stock, sku)
            row.reserved = pieces


async def _lay_products(shop: ShopBuilder) -> None:
    await shop.category("clothing", "Clothing", "服装")
    await shop.category("underwear", "Underwear", "内衣")
    await shop.product(
        "TEE",
        "Cotton tee",
        "纯棉T恤",
        variants={
            "TEE-RED-M": ({"color": "red", "size": "M"}, 8900),
            "TEE-BLUE-M": ({"color": "blue", "size": "M"}, 8900),
            "TEE-RED-L": ({"color": "red", "size": "L"}, 9900),
            "TEE-RED-S": ({"color": "red", "size": "S"}, 7900),
            "TEE-OFF": ({"color": "green", "size": "M"}, 8900),
            "TEE-LAST": ({"color": "black", "size": "M"}, 8900),
        },
        stock={"TEE-RED-M": 10, "TEE-RED-L": 10, "TEE-LAST": 1, "TEE-RED-S": 10},
        category_id="clothing",
    )
    await shop.product(
        "MUG",
        "Mug",
        "杯子",
        variants={"MUG-RED": ({"color": "red"}, 4900), "MUG-BLUE": ({"color": "blue"}, 4400)},
        stock={"MUG-RED": 10},
    )
    (await shop.session.get_one(Variant, "TEE-OFF")).available = False
