"""The well-known accounts have what the README says, and every flow works on them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from knowledge import demo
from knowledge.db import Database
from knowledge.demo import accounts
from knowledge.schema import Customer, Order, OrderLine, PaymentMethod, Stock, Variant
from tests.knowledge.demo.conftest import NOW, rows_of
from tools.base import Identity, Outcome, ToolCall
from tools.executor import Executor
from tools.policy import load_policy
from tools.toolset import all_tools

README = (Path(demo.__file__).with_name("README.md")).read_text(encoding="utf-8")


class Shopper:
    """A signed-in customer who says yes to everything."""

    def __init__(self, shop: Database, customer_id: str) -> None:
        self.executor = Executor(shop, all_tools(), load_policy("default"), clock=lambda: NOW)
        self.identity = Identity(role="shopper", subject=customer_id, customer_id=customer_id)

    async def does(self, tool: str, **arguments: Any) -> Outcome:
        key = f"{tool}{arguments}"
        outcome = await self.executor.call(ToolCall(tool, arguments), self.identity, idempotency_key=key)
        if outcome.status == "needs_confirmation" and outcome.proposal_id is not None:
            outcome = await self.executor.confirm(outcome.proposal_id, self.identity)
        await self.executor.close()
        return outcome


def test_the_readme_lists_every_account_with_its_orders() -> None:
    for account in accounts().values():
        assert all(
            fact in README
            for fact in (account.customer_id, account.name, account.email, account.phone, account.postcode)
        )
        assert all(order_id in README for order_id in account.orders)


async def test_accounts_are_in_the_shop_as_written(shop: Database) -> None:
    customers = {customer.id: customer for customer in await rows_of(shop, Customer)}
    orders = await rows_of(shop, Order)
    for account in accounts().values():
        customer = customers[account.customer_id]
        assert (customer.full_name(), customer.email, customer.phone, customer.lang) == (
            account.name, account.email, account.phone, account.lang,
        )  # fmt: skip
        assert {order.id for order in orders if order.customer_id == customer.id} == set(account.orders)


@pytest.mark.parametrize("customer_id", ["C1001", "C1002"])
def test_the_two_main_accounts_show_every_status(customer_id: str) -> None:
    shown = set(accounts()[customer_id].orders.values())
    assert {
        "pending",
        "processing",
        "shipped",
        "delivered",
        "delivered_long_ago",
        "price_fell",
        "several_lines",
        "cancelled",
    } <= shown


@pytest.mark.parametrize(
    ("customer_id", "tool", "arguments"),
    [
        ("C1001", "cancel_order", {"order_id": "D1001000001"}),
        ("C1002", "cancel_order", {"order_id": "D1002000003"}),
        (
            "C1001",
            "change_order_address",
            {"order_id": "D1001000001", "address": {"line1": "科技路 66 号", "city": "杭州市", "postcode": "310051"}},
        ),
        ("C1001", "change_order_payment", {"order_id": "D1001000001", "payment_method_id": "pm_C1001_3"}),
        ("C1002", "change_order_payment", {"order_id": "D1002000001", "payment_method_id": "pm_C1002_2"}),
        (
            "C1001",
            "change_order_items",
            {
                "order_id": "D1001000001",
                "swaps": [{"line_id": "D1001000001-1", "new_sku": "HD001-NVY-L"}],
                "payment_method_id": "pm_C1001_1",
            },
        ),
        (
            "C1002",
            "change_order_items",
            {
                "order_id": "D1002000002",
                "swaps": [{"line_id": "D1002000002-2", "new_sku": "CD001-GRN-120G"}],
                "payment_method_id": "pm_C1002_2",
            },
        ),
        (
            "C1001",
            "exchange_items",
            {
                "order_id": "D1001000005",
                "swaps": [{"line_id": "D1001000005-1", "new_sku": "SN001-WHT-43"}],
                "payment_method_id": "pm_C1001_1",
            },
        ),
        (
            "C1002",
            "exchange_items",
            {
                "order_id": "D1002000005",
                "swaps": [{"line_id": "D1002000005-1", "new_sku": "JE001-BLU-29"}],
                "payment_method_id": "pm_C1002_1",
            },
        ),
        (
            "C1001",
            "return_items",
            {"order_id": "D1001000006", "lines": [{"line_id": "D1001000006-2"}], "refund_method_id": "pm_C1001_2"},
        ),
        (
            "C1002",
            "return_items",
            {"order_id": "D1002000006", "lines": [{"line_id": "D1002000006-1"}], "refund_method_id": "pm_C1002_3"},
        ),
        (
            "C1004",
            "return_items",
            {
                "order_id": "D1004000002",
                "lines": [{"line_id": "D1004000002-1"}],
                "refund_method_id": "pm_C1004_1",
                "reason": "faulty",
            },
        ),
        ("C1001", "claim_price_protection", {"order_id": "D1001000008"}),
        ("C1002", "claim_price_protection", {"order_id": "D1002000008"}),
        (
            "C1001",
            "request_invoice",
            {"order_id": "D1001000006", "title": "王小明", "email": "wang.xiaoming@example.com"},
        ),
        (
            "C1002",
            "request_invoice",
            {"order_id": "D1002000007", "title": "Emma Clark", "email": "emma.clark@example.com"},
        ),
        ("C1001", "claim_coupon", {"code": "GOLD50"}),
        ("C1005", "claim_coupon", {"code": "NEWBIE30"}),
        ("C1001", "refund_status", {"order_id": "D1001000009"}),
        ("C1002", "refund_status", {"order_id": "D1002000010"}),
        ("C1001", "track_order", {"order_id": "D1001000004"}),
        ("C1004", "track_order", {"order_id": "D1004000001"}),
    ],
)
async def test_every_flow_has_an_order_it_works_on(
    shop: Database, customer_id: str, tool: str, arguments: dict[str, Any]
) -> None:
    outcome = await Shopper(shop, customer_id).does(tool, **arguments)

    assert outcome.status == "ok", outcome


@pytest.mark.parametrize(
    ("customer_id", "tool", "arguments"),
    [
        ("C1001", "cancel_order", {"order_id": "D1001000004"}),
        (
            "C1001",
            "return_items",
            {"order_id": "D1001000007", "lines": [{"line_id": "D1001000007-1"}], "refund_method_id": "pm_C1001_1"},
        ),
        ("C1001", "claim_price_protection", {"order_id": "D1001000005"}),
        ("C1001", "claim_coupon", {"code": "FREESHIP8"}),
        ("C1003", "claim_coupon", {"code": "GOLD50"}),
        (
            "C1003",
            "return_items",
            {"order_id": "D1003000001", "lines": [{"line_id": "D1003000001-1"}], "refund_method_id": "pm_C1003_2"},
        ),
    ],
)
async def test_every_refusal_has_an_order_that_shows_it(
    shop: Database, customer_id: str, tool: str, arguments: dict[str, Any]
) -> None:
    outcome = await Shopper(shop, customer_id).does(tool, **arguments)

    assert outcome.status == "refused"


async def test_goods_on_open_orders_come_in_other_variants_that_are_in_stock(shop: Database) -> None:
    variants = {variant.sku: variant for variant in await rows_of(shop, Variant)}
    stock = {row.sku: row.on_hand - row.reserved for row in await rows_of(shop, Stock)}
    mine = {order_id for account in accounts().values() for order_id in account.orders}
    for line in await rows_of(shop, OrderLine):
        if line.order_id in mine:
            siblings = [v.sku for v in variants.values() if v.product_id == line.product_id and v.sku != line.sku]
            assert any(stock[sku] > 0 and variants[sku].available for sku in siblings)


async def test_some_staples_are_sold_out_with_and_without_a_date(shop: Database) -> None:
    stock = {row.sku: row for row in await rows_of(shop, Stock)}
    for sku, days in (("TS001-PNK-M", 6), ("HD001-BUR-L", 4), ("RS001-BLU-42", None)):
        assert stock[sku].on_hand == stock[sku].reserved
        assert sku in README
        if days is None:
            assert stock[sku].restock_at is None
        else:
            assert stock[sku].restock_at == dt.datetime(2026, 3, 10, tzinfo=dt.UTC) + dt.timedelta(days=days)


async def test_gift_cards_hold_money(shop: Database) -> None:
    cards = [method for method in await rows_of(shop, PaymentMethod) if method.kind == "gift_card"]
    assert len(cards) >= 3
    assert all(card.balance_minor is not None and card.balance_minor > 0 and card.currency == "CNY" for card in cards)
