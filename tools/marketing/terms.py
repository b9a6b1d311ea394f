"""The terms of a coupon: arguments and evidence of the tools that change them, and what terms may be."""

from __future__ import annotations

import datetime as dt
import math
import re
import zoneinfo
from decimal import Decimal
from typing import ClassVar, Literal

import pydantic

from knowledge.money import Money
from tools.base import Arguments, Evidence
from tools.errors import ArgumentError
from tools.evidence import LocalText
from tools.marketing.reach import Reach
from tools.policy import Measure
from tools.staging import Difference, Staged, changed

CouponKind = Literal["amount", "percent"]
MOST = 10_000_000
"""Of money in major units, and of coupons."""


class ListShopCoupons(Arguments):
    """Every coupon of the shop."""


class CreateCoupon(Arguments):
    """A new coupon; see `create_coupon`."""

    kind: CouponKind = "amount"
    value: Decimal = pydantic.Field(gt=0, le=MOST, decimal_places=3)
    minimum_spend: Decimal = pydantic.Field(default=Decimal(0), ge=0, le=MOST, decimal_places=3)
    ends_on: dt.date
    limit: int | None = pydantic.Field(default=None, ge=1, le=MOST)
    code: str | None = pydantic.Field(default=None, pattern=r"^[A-Za-z0-9_-]{3,24}$")
    title_zh: str = pydantic.Field(default="", max_length=60)
    title_en: str = pydantic.Field(default="", max_length=60)


class ChangeCoupon(Arguments):
    """Other terms; what is None stays."""

    code: str = pydantic.Field(min_length=1, max_length=64)
    kind: CouponKind | None = None
    value: Decimal | None = pydantic.Field(default=None, gt=0, le=MOST, decimal_places=3)
    minimum_spend: Decimal | None = pydantic.Field(default=None, ge=0, le=MOST, decimal_places=3)
    ends_on: dt.date | None = None
    limit: int | None = pydantic.Field(default=None, ge=1, le=MOST)


class EndCoupon(Arguments):
    """A coupon that shall end now."""

    code: str = pydantic.Field(min_length=1, max_length=64)


class CouponTerms(Evidence):
    """`value`: minor units off, or whole percent off. `ends_at`: the first instant at which it no longer holds."""

    kind: CouponKind
    value: int
    minimum_spend: Money
    ends_at: dt.datetime
    timezone: str
    """Of the shop: in which its last day is told."""
    limit: int | None

    def off(self) -> str:
        """Return what it takes off, as a page shows it."""
        return (
            f"{self.value} %" if self.kind == "percent" else Money(self.value, self.minimum_spend.currency).format("zh")
        )

    def ends(self) -> str:
        """Return its last day in the shop's time, with the time where it does not end at midnight."""
        local = self.ends_at.astimezone(zoneinfo.ZoneInfo(self.timezone))
        if local.time() == dt.time():
            return f"{local - dt.timedelta(days=1):%Y-%m-%d}"
        return f"{local:%Y-%m-%d %H:%M}"

    def discount(self) -> float:
        """Return the largest share of an order that it takes off, in [0, 1]."""
        if self.kind == "percent":
            return self.value / 100
        return min(self.value / self.minimum_spend.minor, 1.0) if self.minimum_spend.minor else 1.0

    def total(self) -> float:
        """Return the money, in minor units, that it can take off in all; infinite without a limit, or of a percentage."""
        return math.inf if self.limit is None or self.kind == "percent" else float(self.limit * self.value)


class ShopCoupon(Evidence):
    """A coupon as its merchant sees it; `claimed`: by so many people."""

    code: str
    title: LocalText
    terms: CouponTerms
    claimed: int
    running: bool


class ShopCoupons(Evidence):
    """Those that run first, the last to end first."""

    coupons: tuple[ShopCoupon, ...]


class CouponChange(Staged):
    """A coupon before and after; `before` None: it is new, `after` None: it goes."""

    estimates: ClassVar[frozenset[str]] = frozenset({"reach"})

    code: str
    title: LocalText
    title_before: LocalText | None = None
    """Where the title states the terms and so changes with them."""
    before: CouponTerms | None
    after: CouponTerms | None
    reach: Reach | None

    def about(self) -> str:
        """See `Staged`."""
        return f"coupon:{self.code}"

    def differences(self) -> tuple[Difference, ...]:
        """Return each of the terms that changes."""
        old, new = _fields(self.before), _fields(self.after)
        titles = (self.title_before or self.title, self.title)
        found = [
            *((_TITLES[lang], titles[0].get(lang) if self.before else None, titles[1].get(lang) if self.after else None) for lang in _TITLES),
            *((_NAMES[name], old.get(name), new.get(name)) for name in _NAMES),
        ]  # fmt: skip
        return tuple(each for name, before, after in found for each in changed(_named(self.code, name), before, after))

    def expected(self) -> LocalText | None:
        """Return which share of orders reaches the least spend; how many more it brings is not estimated."""
        return self.reach.told() if self.reach is not None else None

    def measures(self) -> dict[Measure, float]:
        """Return the discount and all that it can take off."""
        return {} if self.after is None else {"discount": self.after.discount(), "coupon_total": self.after.total()}


class CouponEnd(CouponChange):
    """A coupon that ends at the instant of the approval."""

    estimates: ClassVar[frozenset[str]] = frozenset({"after", "reach"})

    def measures(self) -> dict[Measure, float]:
        """Return nothing: an end gives nothing away."""
        return {}


_TITLES: dict[Literal["zh", "en"], LocalText] = {
    "zh": LocalText(zh="中文标题", en="Chinese title"),
    "en": LocalText(zh="英文标题", en="English title"),
}
_NAMES = {
    "value": LocalText(zh="优惠", en="Discount"),
    "minimum_spend": LocalText(zh="使用门槛", en="Least spend"),
    "ends": LocalText(zh="最后一天", en="Last day"),
    "limit": LocalText(zh="发放上限", en="Limit"),
}


def _named(code: str, name: LocalText) -> LocalText:
    return LocalText(zh=f"优惠券 {code} · {name.zh}", en=f"Coupon {code} · {name.en}")


def claims_of(code: str) -> LocalText:
    """Return what the number of people who hold a coupon is called in a list of changes."""
    return _named(code, LocalText(zh="已领张数", en="Claimed"))


def _fields(terms: CouponTerms | None) -> dict[str, str | None]:
    if terms is None:
        return {}
    return {
        "value": terms.off(),
        "minimum_spend": terms.minimum_spend.format("zh"),
        "ends": terms.ends(),
        "limit": None if terms.limit is None else str(terms.limit),
    }


def value_of(kind: CouponKind, value: Decimal, currency: str) -> int:
    """Return a value as it is stored.

    Raises:
        ArgumentError: ``coupon_terms_wrong``: a percentage that is not whole.
    """
    if kind == "amount":
        return Money.of(value, currency).minor
    if value != int(value):
        raise ArgumentError("coupon_terms_wrong", "expected whole percent", field="value")
    return int(value)


def end_of(day: dt.date, timezone: str) -> dt.datetime:
    """Return the midnight that ends a day in the shop's time zone, in UTC."""
    midnight = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), zoneinfo.ZoneInfo(timezone))
    return midnight.astimezone(dt.UTC)


def check(terms: CouponTerms, now: dt.datetime, *, claimed: int = 0) -> None:
    """Make sure that terms can hold.

    Raises:
        ArgumentError: ``coupon_terms_wrong`` with the field: ``value`` (1 to 99 percent, or no more than the least spend),
            ``ends_on`` (not over already), ``limit`` (not below what was claimed).
    """
    least = terms.minimum_spend.minor
    too_much = not 1 <= terms.value <= 99 if terms.kind == "percent" else terms.value < 1 or 0 < least < terms.value
    faults = {
        "value": too_much,
        "ends_on": terms.ends_at <= now,
        "limit": terms.limit is not None and terms.limit < claimed,
    }
    for field, wrong in faults.items():
        if wrong:
            raise ArgumentError(
                "coupon_terms_wrong", f"{field} cannot be so", field=field, claimed=claimed, kind=terms.kind
            )


def standard_title(terms: CouponTerms) -> LocalText:
    """Return a title that states the terms."""
    least = _plain(terms.minimum_spend)
    if terms.kind == "percent":
        zh, en = f"{_fold(terms.value)} 折", f"{terms.value}% off"
    else:
        off = Money(terms.value, terms.minimum_spend.currency)
        zh, en = f"减 {_plain(off)}", f"{_signed(off)} off"
    if not terms.minimum_spend.minor:
        return LocalText(zh=f"无门槛{zh}", en=f"{en}, no minimum")
    return LocalText(zh=f"满 {least} {zh}", en=f"{en} orders over {_signed(terms.minimum_spend)}")


def code_for(terms: CouponTerms) -> str:
    """Return a code that states the terms: OFF40OVER300."""
    off = f"{terms.value}PCT" if terms.kind == "percent" else _plain(Money(terms.value, terms.minimum_spend.currency))
    return f"OFF{off}OVER{_plain(terms.minimum_spend)}".replace(".", "_")[:24]


def retitled(title: LocalText, before: CouponTerms, after: CouponTerms) -> LocalText:
    """Return a title in which the old terms, where it states them, are the new ones; a mix of kinds gets a standard one."""
    if before.kind != after.kind:
        return standard_title(after)
    return LocalText(zh=_reworded(title.zh, before, after), en=_reworded(title.en, before, after))


def _reworded(title: str, before: CouponTerms, after: CouponTerms) -> str:
    currency = before.minimum_spend.currency
    moves = {_plain(before.minimum_spend): _plain(after.minimum_spend)}
    if before.kind == "percent":
        moves |= {_fold(before.value): _fold(after.value), str(before.value): str(after.value)}
    else:
        moves |= {_plain(Money(before.value, currency)): _plain(Money(after.value, currency))}
    moves.pop("0", None)
    bare = re.sub(r"(?<=\d),(?=\d{3})", "", title)
    return re.sub(r"\d+(?:\.\d+)?", lambda found: moves.get(found[0], found[0]), bare) if bare else title


def _fold(percent: int) -> str:
    """Return what is left in the tenths in which Chinese tells a discount: 20 % off is 8 折, 15 % off is 85 折."""
    left = 100 - percent
    return str(left // 10 if left % 10 == 0 else left)


def _plain(money: Money) -> str:
    text = f"{money.major:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _signed(money: Money) -> str:
    sign = money.format("zh").rstrip("0123456789.,")
    return f"{sign}{_plain(money)}"
