"""What of the shop's past a score in service needs: the orders of an account and of those that share something with it.

Queries go by indexes and each key's accounts are cut at `MOST_ACCOUNTS`, so that a score costs the same in a shop of a
million orders. A key that is cut is a crowd (`tools.risk.history.CROWD`) and links nobody.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import func, union
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from knowledge.schema import Address, Customer, Order, PaymentMethod
from knowledge.types import JsonObject
from tools.risk.events import Event, Events
from tools.risk.history import History
from tools.risk.shop import COLUMNS, Facts, events_of, folded_address

MOST_ACCOUNTS = 100
MOST_ORDERS = 1_000


@dataclasses.dataclass(frozen=True)
class Asked:
    """What is to be scored.

    Args:
        order_id: folded as `tools.ownership.plain_id` does; None: the account alone.
        zone: the shop's.
        address: a new delivery address.
        device: what the device of the conversation says of itself; see `knowledge.schema.Conversation`.
    """

    account: str
    order_id: str | None
    now: dt.datetime
    zone: dt.tzinfo
    address: JsonObject | None = None
    device: JsonObject = dataclasses.field(default_factory=dict)


async def neighbourhood(session: AsyncSession, asked: Asked) -> Iterator[tuple[Event, History]]:
    """Return the events to score, each with a history of what came before it; none for an account without an order.

    The order that was asked about (else the last) as it was placed, then the account now. It is one history that grows: a pair is good
    until the next one is taken.
    """
    own = await _orders(session, [asked.account], asked.now)
    if not own:
        return iter(())
    device = await _known_device(session, asked)
    accounts = await _accounts(session, asked, own, device)
    events = Events.of(
        events_of(await _orders(session, sorted(accounts), asked.now), await _facts(session, accounts), asked)
    )
    mine = [event for event in events.all if event.account == asked.account]
    chosen = next((event for event in mine if event.id.lower() == asked.order_id), mine[-1])
    present = dataclasses.replace(
        chosen,
        id="now",
        at=asked.now.astimezone(asked.zone),
        address=folded_address(asked.address) if asked.address is not None else chosen.address,
        device=device or chosen.device,
        emulator=_flag(asked.device, "emulator"),
        modified=_flag(asked.device, "modified"),
        automated=_flag(asked.device, "automated"),
    )
    return _with_past(events, chosen, present)


def _with_past(events: Events, chosen: Event, present: Event) -> Iterator[tuple[Event, History]]:
    history, place = History(), events.all.index(chosen)
    for event in events.all[:place]:
        history.add(event)
    yield chosen, history
    for event in events.all[place:]:
        history.add(event)
    yield present, history


async def _known_device(session: AsyncSession, asked: Asked) -> str:
    """Return the device of the conversation where an order came from it; ``""`` else.

    A page's id that no order has says nothing of the device: it would make every account's device a new one.
    """
    said = str(asked.device.get("id", ""))
    if not said:
        return ""
    found = (await session.exec(select(Order.device_id).where(Order.device_id == said).limit(1))).first()
    return found or ""


def _flag(device: JsonObject, name: str) -> bool | None:
    said = device.get(name)
    return said if isinstance(said, bool) else None


async def _orders(session: AsyncSession, accounts: Iterable[str], now: dt.datetime) -> list[Any]:
    statement = (
        select(*COLUMNS)
        .where(col(Order.customer_id).in_(list(accounts)), Order.placed_at <= now)
        .order_by(col(Order.placed_at).desc(), col(Order.id))
        .limit(MOST_ORDERS)
    )
    return list((await session.exec(statement)).all())[::-1]


async def _accounts(session: AsyncSession, asked: Asked, own: Iterable[Any], device: str) -> set[str]:
    """Return the account and those that share a device, a network, a card or an address with it."""
    rows = list(own)
    mine = select(PaymentMethod.fingerprint).where(PaymentMethod.customer_id == asked.account)
    cards = set((await session.exec(mine)).all())
    doors = [*(row.address for row in rows), *([asked.address] if asked.address is not None else [])]
    line = func.replace(func.lower(col(Address.line1)), " ", "")
    shared: list[tuple[Any, dict[Any, set[str]]]] = [
        (col(Order.customer_id), {col(Order.device_id): {device, *(row.device_id for row in rows)}}),
        (col(Order.customer_id), {col(Order.ip): {row.ip for row in rows}}),
        (col(PaymentMethod.customer_id), {col(PaymentMethod.fingerprint): cards}),
        (
            col(Address.customer_id),
            {
                col(Address.postcode): {str(door.get("postcode", "")) for door in doors},
                line: {"".join(str(door.get("line1", "")).split()).lower() for door in doors},
            },
        ),
    ]
    parts = []
    for owner, wanted in shared:
        known = {column: sorted(values - {""}) for column, values in wanted.items()}
        if all(known.values()):
            conditions = [column.in_(values) for column, values in known.items()]
            limited = select(owner.label("account")).where(*conditions).distinct().order_by(owner).limit(MOST_ACCOUNTS)
            parts.append(select(limited.subquery().c.account))
    found = set((await session.exec(union(*parts))).scalars()) if parts else set()  # type: ignore[call-overload]
    return {asked.account, *found}


async def _facts(session: AsyncSession, accounts: set[str]) -> Facts:
    statement = (
        select(Customer.id, Customer.created_at, PaymentMethod.id, PaymentMethod.fingerprint)
        .join(PaymentMethod, col(PaymentMethod.customer_id) == col(Customer.id), isouter=True)
        .where(col(Customer.id).in_(sorted(accounts)))
    )
    rows = (await session.exec(statement)).all()
    return Facts(
        born={account: born for account, born, _, _ in rows},
        cards={method: card for _, _, method, card in rows if method is not None},
    )
