"""The shop's own orders as events: what was ordered from where, and which money the bank took back."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Iterable
from typing import Any

from sqlmodel import select

from knowledge.db import Database
from knowledge.schema import Customer, Order, PaymentMethod, Refund, Shop
from knowledge.types import JsonObject
from tools.fitted import TooLittleDataError
from tools.risk.events import Event, Events

RIPE = dt.timedelta(days=60)
"""How old an order must be before its peace counts as good: charge-backs come weeks later."""
CHARGEBACK = "chargeback"


async def own_events(database: Database, now: dt.datetime) -> Events:
    """Read every order up to `now`.

    Raises:
        TooLittleDataError: there is none.
    """
    async with database.read() as session:
        shop = (await session.exec(select(Shop))).first()
        rows = (
            await session.exec(
                select(
                    Order.id, Order.placed_at, Order.customer_id, Order.total_minor, Order.device_id, Order.ip,
                    Order.address, Order.channel, Order.payment_method_id,
                ).where(Order.placed_at <= now)  # type: ignore[call-overload]
            )
        ).all()  # fmt: skip
        born = dict((await session.exec(select(Customer.id, Customer.created_at))).all())
        cards = dict((await session.exec(select(PaymentMethod.id, PaymentMethod.fingerprint))).all())
        taken_back = dict(
            (
                await session.exec(
                    select(Refund.order_id, Refund.created_at).where(
                        Refund.kind == CHARGEBACK, Refund.created_at <= now
                    )
                )
            ).all()
        )
    if not rows:
        raise TooLittleDataError("expected orders to learn from, got none")
    zone = zoneinfo.ZoneInfo(shop.timezone if shop else "UTC")
    return Events.of(_events(rows, born, cards, taken_back, zone, now))


def _events(
    rows: Iterable[Any],
    born: dict[str, dt.datetime],
    cards: dict[str, str],
    taken_back: dict[str, dt.datetime],
    zone: dt.tzinfo,
    now: dt.datetime,
) -> Iterable[Event]:
    for order_id, placed_at, customer_id, total, device, ip, address, channel, method in rows:
        known_at = taken_back.get(order_id, placed_at + RIPE)
        yield Event(
            id=order_id,
            at=placed_at.astimezone(zone),
            account=customer_id,
            amount_minor=total,
            card=cards.get(method or "", ""),
            device=device,
            address=folded_address(address),
            ip=ip,
            channel=channel,
            signed_up_at=born.get(customer_id),
            bad=order_id in taken_back if known_at <= now else None,
            known_at=known_at if known_at <= now else None,
        )


def folded_address(address: JsonObject) -> str:
    """Return an address as what is equal for the same door, however it was typed: line, unit and postcode without blanks."""
    parts = (str(address.get(part, "")) for part in ("line1", "line2", "postcode", "country"))
    return "".join("".join(part.split()).lower() for part in parts)
