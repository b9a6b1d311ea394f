"""Customers with addresses, payment methods and tastes; households and fraud rings among them."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from knowledge.demo import planted
from knowledge.demo.clock import Clock
from knowledge.demo.words import load, stream
from knowledge.types import Lang

CUSTOMERS = 3_000
FIRST_ID = 1001
ENGLISH_SHARE = 0.15
ABROAD_SHARE = 0.4
"""Of the English speakers."""

AddressDict = dict[str, str]


@dataclasses.dataclass(slots=True)
class Method:
    """A payment method."""

    id: str
    kind: str
    brand: str = ""
    last_four: str = ""
    balance_minor: int | None = None
    fingerprint: str = ""


@dataclasses.dataclass(slots=True)
class Person:
    """A customer with what the generator knows about them."""

    id: str
    first_name: str
    last_name: str
    email: str
    phone: str
    lang: Lang
    gender: str
    taste: str
    tier: str
    region: str
    device_id: str
    created_s: int
    activity: float
    """Relative number of orders; 0 for accounts that get theirs elsewhere."""
    body: float
    """Where they stand among their sex in size, 0 (smallest) to 1: fixed, so that a person's sizes agree."""
    transit_days: int
    addresses: list[AddressDict]
    methods: list[Method]
    ring: int | None = None

    @property
    def abroad(self) -> bool:
        """Whether parcels cross a border."""
        return self.addresses[0]["country"] not in {"中国", "China"}


@dataclasses.dataclass(frozen=True)
class People:
    """All customers: the well-known accounts first."""

    customers: tuple[Person, ...]
    rings: tuple[planted.Ring, ...]

    def by_id(self, customer_id: str) -> Person:
        """Return a customer by id."""
        return self.customers[int(customer_id[1:]) - FIRST_ID]


def build_people(seed: int, clock: Clock, scale: float) -> People:
    """Draw the customers."""
    rng = stream(seed, "people")
    accounts = [_account(customer_id, raw, clock) for customer_id, raw in load("accounts")["customers"].items()]
    count = max(len(accounts) + 40, round(CUSTOMERS * scale))
    people = accounts + [_draw(rng, number, clock) for number in range(len(accounts), count)]
    _set_up_households(rng, people[len(accounts) :])
    rings = _set_up_rings(rng, people[len(accounts) :], clock, scale)
    return People(tuple(people), rings)


def _account(customer_id: str, raw: dict[str, Any], clock: Clock) -> Person:
    last, first = raw["name"]
    methods = [
        Method(
            id=f"pm_{customer_id}_{position + 1}",
            kind=method["kind"],
            brand=method.get("brand", ""),
            last_four=method.get("last_four", ""),
            balance_minor=method["balance"] * 100 if "balance" in method else None,
            fingerprint=f"fp_{customer_id}_{position + 1}" if "last_four" in method else "",
        )
        for position, method in enumerate(raw["methods"])
    ]
    return Person(
        id=customer_id,
        first_name=first,
        last_name=last,
        email=raw["email"],
        phone=raw["phone"],
        lang=raw["lang"],
        gender=raw["gender"],
        taste=raw["taste"],
        tier=raw["tier"],
        region=raw["addresses"][0]["state"],
        device_id=f"dev_{customer_id}",
        created_s=clock.ago(7 if raw["tier"] == "new" else 420),
        activity=0.0,
        body=0.5,
        transit_days=2,
        addresses=raw["addresses"],
        methods=methods,
    )


def _draw(rng: np.random.Generator, number: int, clock: Clock) -> Person:
    english = rng.random() < ENGLISH_SHARE
    gender = "women" if rng.random() < 0.56 else "men"
    first, last, latin = _name(rng, gender, english=english)
    customer_id = f"C{FIRST_ID + number}"
    address, transit, phone = _address(rng, number, english=english)
    activity = float(rng.gamma(0.9, 1.0)) + 0.03
    created = clock.ago(float(rng.uniform(2, 365) if rng.random() < 0.3 else rng.uniform(366, 1100)))
    addresses = [address]
    if rng.random() < 0.3:
        addresses.append(_address(rng, number, english=english)[0])
    return Person(
        id=customer_id,
        first_name=first,
        last_name=last,
        email=f"{latin}{number}@{_one(rng, load('people')['domains'])}",
        phone=phone,
        lang="en" if english else "zh",
        gender=gender,
        taste=str(rng.choice(list(planted.TASTES), p=_shares())),
        tier="new" if created > clock.ago(30) else "regular",
        region=address["state"],
        device_id=f"dev_{rng.integers(16**10):010x}",
        created_s=created,
        activity=activity,
        body=float(rng.random()),
        transit_days=transit,
        addresses=addresses,
        methods=_methods(rng, customer_id, english=english, abroad=address["country"] not in {"中国", "China"}),
    )


def _shares() -> list[float]:
    shares = [taste.share for taste in planted.TASTES.values()]
    return [share / sum(shares) for share in shares]


def _one(rng: np.random.Generator, pool: Sequence[Any]) -> Any:
    return pool[int(rng.integers(len(pool)))]


def _name(rng: np.random.Generator, gender: str, *, english: bool) -> tuple[str, str, str]:
    words = load("people")
    if english:
        first, last = _one(rng, words[f"english_{gender}"]), _one(rng, words["english_surnames"])
        return first, last, f"{first}.{last}".lower()
    surname, given = _one(rng, words["surnames"]), _one(rng, words[f"{gender}_given"])
    return given[0], surname[0], f"{surname[1]}.{given[1]}"


def _address(rng: np.random.Generator, number: int, *, english: bool) -> tuple[AddressDict, int, str]:
    """Return an address, the usual days in transit and a phone number that belongs to nobody."""
    words = load("people")
    phone = f"+861990000{number % 10_000:04d}"
    if not english:
        state, city, districts, days = _one(rng, words["places"])
        district, postcode = _one(rng, districts)
        line1 = f"{_one(rng, words['streets'])} {rng.integers(1, 400)} 号"
        line2 = (
            f"{_one(rng, words['compounds'])} {rng.integers(1, 30)} 幢 {rng.integers(1, 28)}0{rng.integers(1, 7)} 室"
        )
        place = {"district": district, "city": city, "state": state, "postcode": postcode, "country": "中国"}
    elif rng.random() >= ABROAD_SHARE:
        district, city, state, postcode, days = _one(rng, words["expat"])
        line1, line2 = f"{rng.integers(1, 900)} {_one(rng, words['shanghai_streets'])}", f"Apt {rng.integers(1, 40)}A"
        place = {"district": district, "city": city, "state": state, "postcode": postcode, "country": "China"}
    else:
        country, city, state, postcode, prefix, days = _one(rng, words["abroad"])
        line1, line2 = f"{rng.integers(1, 900)} {_one(rng, words['english_streets'])}", ""
        place = {"district": "", "city": city, "state": state, "postcode": postcode, "country": country}
        phone = f"{prefix}{number % 10_000:04d}"
    return {"line1": line1, "line2": line2, **place}, days, phone


def _methods(rng: np.random.Generator, customer_id: str, *, english: bool, abroad: bool) -> list[Method]:
    if abroad:
        usual = ["credit_card", "paypal"]
    elif english:
        usual = ["credit_card", "alipay", "paypal", "wechat_pay"]
    else:
        usual = ["alipay", "wechat_pay", "bank_card", "credit_card"]
    count = int(rng.integers(1, 4))
    kinds = list(rng.permutation(usual)[:count])
    if rng.random() < 0.15:
        kinds.append("gift_card")
    return [_method(rng, f"pm_{customer_id}_{position + 1}", str(kind)) for position, kind in enumerate(kinds)]


def _method(rng: np.random.Generator, method_id: str, kind: str) -> Method:
    four = f"{rng.integers(10_000):04d}"
    if kind == "gift_card":
        return Method(method_id, kind, last_four=four, balance_minor=int(rng.integers(2, 100)) * 1_000)
    if kind in {"credit_card", "bank_card"}:
        brands = load("people")["cards" if kind == "credit_card" else "banks"]
        return Method(method_id, kind, _one(rng, brands), four, fingerprint=f"fp_{rng.integers(16**12):012x}")
    return Method(method_id, kind)


def _set_up_households(rng: np.random.Generator, people: list[Person]) -> None:
    """Let some honest people live together: the same address, and for half of them the same device."""
    members = [people[int(i)] for i in rng.permutation(len(people))[: round(len(people) * planted.HOUSEHOLD_SHARE)]]
    for one, other in zip(members[::2], members[1::2], strict=False):
        other.addresses = list(one.addresses)
        other.region, other.transit_days = one.region, one.transit_days
        if rng.random() < 0.5:
            other.device_id = one.device_id


def _set_up_rings(
    rng: np.random.Generator, people: list[Person], clock: Clock, scale: float
) -> tuple[planted.Ring, ...]:
    """Turn groups of people into rings: young accounts, one card, one flat, one or two devices."""
    at_home = [person for person in people if person.lang == "zh"]
    order = iter(rng.permutation(len(at_home)))
    rings = []
    for number in range(max(2, round(planted.RINGS * scale))):
        members = [at_home[int(next(order))] for _ in range(int(rng.integers(*planted.RING_SIZE)))]
        born = clock.ago(float(rng.uniform(60, 280)))
        devices = [f"dev_{rng.integers(16**10):010x}" for _ in range(2)]
        fingerprint, four, flat = f"fp_{rng.integers(16**12):012x}", f"{rng.integers(10_000):04d}", members[0]
        for position, member in enumerate(members):
            member.ring, member.activity, member.tier = number, 0.0, "regular"
            member.created_s = born + int(rng.integers(0, 6 * 86_400))
            member.device_id = devices[position % 2]
            member.addresses = [dict(flat.addresses[0])]
            member.region, member.transit_days = flat.region, flat.transit_days
            member.methods = [Method(f"pm_{member.id}_1", "credit_card", "visa", four, fingerprint=fingerprint)]
        rings.append(planted.Ring(tuple(member.id for member in members), tuple(devices), fingerprint))
    return tuple(rings)


def customer_row(person: Person) -> dict[str, object]:
    """Return the row of a customer, without its time."""
    fields = ("id", "first_name", "last_name", "email", "phone", "lang", "tier", "region", "device_id")
    return {field: getattr(person, field) for field in fields}


def full_name(person: Person) -> str:
    """Return the name as its language writes it."""
    return (
        f"{person.last_name}{person.first_name}" if person.lang == "zh" else f"{person.first_name} {person.last_name}"
    )


def delivery_address(person: Person, position: int = 0) -> AddressDict:
    """Return an address of the book as an order copies it."""
    return {"recipient": full_name(person), "phone": person.phone, **person.addresses[position]}
