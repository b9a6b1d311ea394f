"""What gives a person away in other people's words: their id, names, addresses, numbers; and texts without them."""

from __future__ import annotations

import dataclasses
import functools
import json
import re
from collections.abc import Iterable
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from knowledge.schema import Address, Customer, Invoice, Order, Shipment

ERASED = "[erased]"
_CJK = re.compile(r"[\u4e00-\u9fff]")
_COUNTRY = re.compile(r"^\+(?:[17]|(?:2[1-69]|3[578]|42|50|59|6[789]|8[0578]|9[679])\d|[2-689]\d)(?=\d{6})")
"""Country codes: 1 and 7, those of three digits, those of two."""


@dataclasses.dataclass(frozen=True)
class Marks:
    """Texts that tell who a person is, the longest first; none is a part of everyday words."""

    texts: tuple[str, ...]

    @functools.cached_property
    def pattern(self) -> re.Pattern[str] | None:
        """Any of them, as a whole: an id C1001 is not the beginning of C10011."""
        if not self.texts:
            return None
        return re.compile("|".join(map(_whole, self.texts)), re.IGNORECASE)

    def scrub(self, value: Any) -> Any:
        """Return a text, or plain JSON, in which every mark is `ERASED`."""
        if self.pattern is None:
            return value
        if isinstance(value, str):
            return self.pattern.sub(ERASED, value)
        if isinstance(value, dict):
            return {self.scrub(key): self.scrub(part) for key, part in value.items()}
        if isinstance(value, list | tuple):
            return [self.scrub(part) for part in value]
        return value

    def needles(self) -> tuple[str, ...]:
        """Return the marks as they stand in stored texts: plain, and as JSON writes what is not ASCII."""
        return tuple(dict.fromkeys(form for text in self.texts for form in (text, json.dumps(text)[1:-1])))


async def marks_of(session: AsyncSession, customer_id: str) -> Marks:
    """Return the marks of a customer. A name that somebody else in the shop has too is none: it would tell on nobody, and its
    loss would be the other's.
    """
    customer = await session.get(Customer, customer_id)
    if customer is None:
        return Marks(())
    numbers = await _numbers(session, customer)
    names = await _names(session, customer)
    found = {text.strip() for text in (customer_id, *numbers, *names)}
    return Marks(tuple(sorted((text for text in found if text), key=lambda text: (-len(text), text))))


async def _numbers(session: AsyncSession, customer: Customer) -> set[str]:
    """Return what belongs to one person by its nature."""
    orders = select(Order.id).where(Order.customer_id == customer.id)
    addresses = (await session.exec(select(Address).where(Address.customer_id == customer.id))).all()
    copies = (await session.exec(select(Order.address).where(Order.customer_id == customer.id))).all()
    invoices = (await session.exec(select(Invoice).where(col(Invoice.order_id).in_(orders)))).all()
    parcels = (await session.exec(select(Shipment.tracking_number).where(col(Shipment.order_id).in_(orders)))).all()
    phones = {customer.phone, *(one.phone for one in addresses), *(str(one.get("phone", "")) for one in copies)}
    at_home = {_COUNTRY.sub("", phone) for phone in phones if _COUNTRY.match(phone)}
    phones |= at_home | {f"0{phone}" for phone in at_home}
    lines = {part for one in addresses for part in (one.line1, one.line2)}
    lines |= {str(one.get(field, "")) for one in copies for field in ("line1", "line2")}
    emails = {customer.email, *(one.email for one in invoices)}
    return {
        *(phone for phone in phones if len(re.sub(r"\D", "", phone)) >= 7),
        *(line for line in lines if len(line) >= (4 if _CJK.search(line) else 6)),
        *(email for email in emails if "@" in email),
        *(one.tax_id for one in invoices if len(one.tax_id) >= 8),
        *(number for number in parcels if len(number) >= 8),
        *((customer.device_id,) if len(customer.device_id) >= 8 else ()),
    }


async def _names(session: AsyncSession, customer: Customer) -> set[str]:
    addresses = (await session.exec(select(Address.recipient).where(Address.customer_id == customer.id))).all()
    copies = (await session.exec(select(Order.address).where(Order.customer_id == customer.id))).all()
    first, last = customer.first_name.strip(), customer.last_name.strip()
    own = {customer.full_name(), f"{first} {last}", f"{last} {first}", f"{last}{first}" if _CJK.search(last) else ""}
    others = {*addresses, *(str(one.get("recipient", "")) for one in copies)}
    candidates = {name.strip() for name in own | others if _is_name(name.strip())}
    return candidates - await _names_of_others(session, customer.id, candidates)


def _is_name(text: str) -> bool:
    """Tell whether a text is long enough to be somebody's name and nothing else."""
    return len(text) >= 2 if _CJK.search(text) else len(text) >= 5 and " " in text


async def _names_of_others(session: AsyncSession, customer_id: str, names: Iterable[str]) -> set[str]:
    wanted = set(names)
    parts = {part for name in wanted for part in (*name.split(), name[:1], name[:2])}
    query = select(Customer).where(Customer.id != customer_id, col(Customer.last_name).in_(parts))
    return {
        name
        for other in (await session.exec(query)).all()
        for name in (
            other.full_name(),
            f"{other.first_name} {other.last_name}",
            f"{other.last_name} {other.first_name}",
        )
        if name in wanted
    }


def _whole(text: str) -> str:
    before = r"(?<![A-Za-z0-9])" if re.match(r"[A-Za-z0-9]", text) else ""
    after = r"(?![A-Za-z0-9])" if re.search(r"[A-Za-z0-9]$", text) else ""
    return before + re.escape(text) + after
