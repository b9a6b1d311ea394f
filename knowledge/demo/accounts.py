"""The well-known accounts: customers whose orders are written down, so that people, docs and tests can rely on them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

from knowledge.demo.catalogue import Catalogue
from knowledge.demo.clock import Clock
from knowledge.demo.people import People
from knowledge.demo.plans import LinePlan, OrderPlan
from knowledge.demo.prices import PriceBook
from knowledge.demo.words import load


@dataclasses.dataclass(frozen=True)
class Account:
    """A customer that every build has, with the orders that show each status."""

    customer_id: str
    name: str
    lang: str
    email: str
    phone: str
    postcode: str
    orders: dict[str, str]
    """Order id -> what it shows: its status, or ``several_lines``, ``delivered_long_ago``, ``price_fell``."""


def accounts() -> dict[str, Account]:
    """Return the well-known accounts by customer id."""
    file = load("accounts")
    return {customer_id: _account(customer_id, raw, file) for customer_id, raw in file["customers"].items()}


def _account(customer_id: str, raw: dict[str, Any], file: dict[str, Any]) -> Account:
    last, first = raw["name"]
    return Account(
        customer_id=customer_id,
        name=f"{last}{first}" if raw["lang"] == "zh" else f"{first} {last}",
        lang=raw["lang"],
        email=raw["email"],
        phone=raw["phone"],
        postcode=raw["addresses"][0]["postcode"],
        orders={order["id"]: _shows(order, file) for order in file["orders"] if order["customer"] == customer_id},
    )


def _shows(order: dict[str, Any], file: dict[str, Any]) -> str:
    if order["status"] != "delivered":
        return str(order["status"])
    if order["delivered"] > 15:
        return "delivered_long_ago"
    if any(line[0].split("-")[0] in file["fallen"] for line in order["lines"]):
        return "price_fell"
    return "several_lines" if len(order["lines"]) > 1 else "delivered"


def fallen_products() -> list[str]:
    """Return the products whose price falls shortly before the build, for price protection."""
    return list(load("accounts")["fallen"])


def account_orders(clock: Clock, catalogue: Catalogue, people: People, book: PriceBook) -> Iterator[OrderPlan]:
    """Plan the orders of the account file; prices are those of the day."""
    for raw in load("accounts")["orders"]:
        person = people.by_id(raw["customer"])
        placed = clock.ago(raw["placed"])
        lines = [_line(catalogue, book, sku, quantity, clock.day_of(placed)) for sku, quantity in raw["lines"]]
        yield OrderPlan(
            id=raw["id"],
            person=person,
            placed_s=placed,
            lines=lines,
            method=person.methods[raw.get("pay", 0)],
            status=raw["status"],
            coupon=raw.get("coupon"),
            shipped_s=_ago(clock, raw, "shipped"),
            delivered_s=_ago(clock, raw, "delivered"),
            cancelled_s=_ago(clock, raw, "cancelled"),
            exception=raw.get("exception", False),
            planned=raw,
        )


def _line(catalogue: Catalogue, book: PriceBook, sku: str, quantity: int, day: int) -> LinePlan:
    variant = catalogue.by_sku(sku)
    product = catalogue.product_of(variant)
    return LinePlan(product, variant, quantity, book.yuan(product, variant, day))


def _ago(clock: Clock, raw: dict[str, Any], key: str) -> int | None:
    return clock.ago(raw[key]) if key in raw else None
