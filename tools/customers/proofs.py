"""Matches what a person says of themselves with what is on file: e-mail, name and postcode, order and phone."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from knowledge.schema import Address, Customer, Order
from tools.ownership import plain_id

_CHINESE = re.compile(r"[\u3400-\u9fff]")
_HONORIFIC_ZH = re.compile(r"(先生|女士|小姐|太太)$")
_HONORIFIC_EN = frozenset({"mr", "mrs", "ms", "miss", "dr"})
_MOBILE_CN = re.compile(r"(?:0{0,2}86)?(1\d{10})")
_MIN_PHONE_DIGITS = 7
_MAX_COUNTRY_DIGITS = 3


def same_name(written: str, first_name: str, last_name: str) -> bool:
    """Tell whether `written` is this full name, in any case, order and spacing; accents do not count."""
    wanted, given = _words(written), _words(f"{first_name} {last_name}")
    if not wanted or not given:
        return False
    if sorted(wanted) == sorted(given):
        return True
    first, last = "".join(_words(first_name)), "".join(_words(last_name))
    return "".join(wanted) in {first + last, last + first}


def _words(name: str) -> list[str]:
    folded = unicodedata.normalize("NFKD", name).casefold()
    plain = "".join(char for char in folded if not unicodedata.combining(char))
    words = [word for word in re.sub(r"[^\w]+|_", " ", plain).split() if word not in _HONORIFIC_EN]
    if words and _CHINESE.search(plain):
        words[-1] = _HONORIFIC_ZH.sub("", words[-1])
    return [word for word in words if word]


def name_key(written: str) -> str:
    """Return the same text for every way of writing a name that `same_name` takes for the same."""
    return "".join(sorted("".join(_words(written))))


def same_phone(written: str, on_file: str) -> bool:
    """Compare two phone numbers by their digits; a country code or trunk zero may be missing on one side."""
    one, other = _digits(written), _digits(on_file)
    shorter, longer = sorted((one, other), key=len)
    if len(shorter) < _MIN_PHONE_DIGITS:
        return False
    return longer.endswith(shorter) and len(longer) - len(shorter) <= _MAX_COUNTRY_DIGITS


def _digits(phone: str) -> str:
    digits = re.sub(r"\D", "", unicodedata.normalize("NFKC", phone))
    mobile = _MOBILE_CN.fullmatch(digits)
    return mobile[1] if mobile else digits.lstrip("0")


def postcode_forms(postcode: str) -> list[str]:
    """Return the ways in which a postcode may stand on file: ``SW1A 1AA``, ``SW1A1AA``; ``19122`` of ``19122-0042``."""
    text = unicodedata.normalize("NFKC", postcode).strip().upper()
    plain = text.replace(" ", "")
    forms = {postcode.strip(), text, plain, f"{plain[:-3]} {plain[-3:]}"}
    if re.fullmatch(r"\d{5}-\d{4}", plain):
        forms.add(plain[:5])
    return sorted(form for form in forms if form.strip())


async def by_email(session: AsyncSession, email: str) -> Sequence[Customer]:
    """Return the customers with this e-mail address."""
    wanted = unicodedata.normalize("NFKC", email).strip().lower()
    if "@" not in wanted:
        return []
    return (await session.exec(select(Customer).where(Customer.email == wanted))).all()


async def by_name_postcode(session: AsyncSession, name: str, postcode: str) -> Sequence[Customer]:
    """Return the customers of this name who have this postcode on any of their addresses."""
    forms = postcode_forms(postcode)
    living_there = select(Address.customer_id).where(col(Address.postcode).in_(forms))
    people = await session.exec(select(Customer).where(col(Customer.id).in_(living_there)))
    return [person for person in people if same_name(name, person.first_name, person.last_name)]


async def by_order_phone(session: AsyncSession, order_id: str, phone: str) -> Sequence[Customer]:
    """Return the customer of this order if the phone number is theirs, or the one that the parcel was sent to."""
    plain = plain_id(order_id)
    forms = {order_id.strip(), plain, plain.upper(), f"#{plain}", f"#{plain.upper()}"}
    order = (await session.exec(select(Order).where(col(Order.id).in_(forms)))).first() if plain else None
    if order is None:
        return []
    customer = await session.get_one(Customer, order.customer_id)
    saved = await session.exec(select(Address.phone).where(Address.customer_id == customer.id))
    known = [customer.phone, str(order.address.get("phone") or ""), *saved]
    return [customer] if any(same_phone(phone, number) for number in known) else []
