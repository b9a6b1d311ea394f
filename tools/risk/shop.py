"""The shop's own orders as events: what was ordered from where, which money the bank took back, what people decided at the desk."""

from __future__ import annotations

import dataclasses
import datetime as dt
import zoneinfo
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from knowledge.db import Database
from knowledge.schema import Customer, Order, PaymentMethod, Refund, RiskCase, Shop
from knowledge.types import JsonObject
from tools.fitted import TooLittleDataError
from tools.risk.events import Event, Events

RIPE = dt.timedelta(days=60)
"""How old an order must be before its peace counts as good: charge-backs come weeks later."""
CHARGEBACK = "chargeback"
DECIDED_WEIGHT = 3.0
"""What a person looked into counts as so many orders that nobody did."""
COLUMNS: tuple[Any, ...] = (
    Order.id,
    Order.placed_at,
    Order.customer_id,
    Order.total_minor,
    Order.device_id,
    Order.ip,
    Order.address,
    Order.channel,
    Order.payment_method_id,
)


@dataclasses.dataclass(frozen=True)
class Outcome:
    """How an order turned out, and when that was known."""

    bad: bool
    known_at: dt.datetime
    weight: float = 1.0


@dataclasses.dataclass(frozen=True)
class Facts:
    """What is known beside the rows of orders.

    Args:
        born: customer -> when the account was opened.
        cards: payment method -> fingerprint of its card.
        outcomes: id of an order in lower case -> how it turned out, where something happened.
    """

    born: Mapping[str, dt.datetime]
    cards: Mapping[str, str]
    outcomes: Mapping[str, Outcome] = dataclasses.field(default_factory=dict)


class Seen(Protocol):
    """From when, and from where, the shop is looked at."""

    @property
    def now(self) -> dt.datetime:
        """The present."""

    @property
    def zone(self) -> dt.tzinfo:
        """The shop's time zone."""


@dataclasses.dataclass(frozen=True)
class _Present:
    now: dt.datetime
    zone: dt.tzinfo


async def own_events(database: Database, now: dt.datetime) -> Events:
    """Read every order up to `now`.

    Raises:
        TooLittleDataError: there is none.
    """
    async with database.read() as session:
        found = await read_own(session, now)
    if not found.all:
        raise TooLittleDataError("expected orders to learn from, got none")
    return found


async def read_own(session: AsyncSession, now: dt.datetime) -> Events:
    """Read every order up to `now` in a running transaction; there may be none."""
    shop = (await session.exec(select(Shop))).first()
    rows = (await session.exec(select(*COLUMNS).where(Order.placed_at <= now))).all()
    facts = Facts(
        born=dict((await session.exec(select(Customer.id, Customer.created_at))).all()),
        cards=dict((await session.exec(select(PaymentMethod.id, PaymentMethod.fingerprint))).all()),
        outcomes={**await _taken_back(session, now), **await _decided(session, now)},
    )
    return Events.of(events_of(rows, facts, _Present(now, zoneinfo.ZoneInfo(shop.timezone if shop else "UTC"))))


async def _taken_back(session: AsyncSession, now: dt.datetime) -> dict[str, Outcome]:
    """Return the orders whose money the bank took back."""
    statement = select(Refund.order_id, Refund.created_at).where(Refund.kind == CHARGEBACK, Refund.created_at <= now)
    return {order_id.lower(): Outcome(bad=True, known_at=at) for order_id, at in (await session.exec(statement)).all()}


async def _decided(session: AsyncSession, now: dt.datetime) -> dict[str, Outcome]:
    """Return the orders about which a person decided; the last word counts."""
    statement = select(RiskCase).where(RiskCase.status != "open").order_by(col(RiskCase.decided_at))
    return {
        case.order_id: Outcome(bad=case.status == "fraud", known_at=case.decided_at, weight=DECIDED_WEIGHT)
        for case in (await session.exec(statement)).all()
        if case.order_id is not None and case.decided_at is not None and case.decided_at <= now
    }


def events_of(rows: Iterable[Any], facts: Facts, seen: Seen) -> Iterator[Event]:
    """Return rows of `COLUMNS` as events. An order of which nothing is known after `RIPE` was none."""
    for row in rows:
        outcome = facts.outcomes.get(row.id.lower()) or Outcome(bad=False, known_at=row.placed_at + RIPE)
        known = outcome.known_at <= seen.now
        yield Event(
            id=row.id,
            at=row.placed_at.astimezone(seen.zone),
            account=row.customer_id,
            amount_minor=row.total_minor,
            card=facts.cards.get(row.payment_method_id or "", ""),
            device=row.device_id,
            address=folded_address(row.address),
            ip=row.ip,
            channel=row.channel,
            signed_up_at=facts.born.get(row.customer_id),
            bad=outcome.bad if known else None,
            known_at=outcome.known_at if known else None,
            weight=outcome.weight,
        )


def folded_address(address: JsonObject) -> str:
    """Return an address as what is equal for the same door, however it was typed: line, unit and postcode without blanks."""
    parts = (str(address.get(part, "")) for part in ("line1", "line2", "postcode", "country"))
    return "".join("".join(part.split()).lower() for part in parts)
