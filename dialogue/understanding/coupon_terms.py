"""The terms of a coupon in a merchant's words: 满300减40, "30 off over 200", 8折, 限500张, "until June 30"."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from decimal import Decimal
from typing import Any, Literal

_N = r"(\d{1,7}(?:\.\d{1,2})?)"
_SIGN = r"(?:cn)?[¥￥$€£]?\s?"
_UNIT = r"\s?(?:元|块钱?|yuan|rmb|dollars?|bucks?|euros?|pounds?)?"
_PERCENT_OFF = re.compile(rf"{_N}\s?(?:%|percent|per cent)\s?(?:off|discount)?|(?:减|优惠|立减)\s?{_N}\s?%")
_FOLD = re.compile(r"(\d{1,2}(?:\.\d)?)\s?折")
_VALUE = re.compile(
    rf"{_SIGN}{_N}{_UNIT}\s?(?:off|discount)\b|(?:立减|减免|减|抵扣?|便宜|优惠)(?:成|到|为)?\s?{_SIGN}{_N}|(?<![满\d.]){_SIGN}{_N}{_UNIT}的?(?:无门槛|优惠券|代金券|红包|券)"
    rf"|\b(?:worth|value of|takes?(?: off)?|give[s]?)\s?{_SIGN}{_N}(?!\s?%)"
)
_MINIMUM = re.compile(
    rf"(?:满|消费达?|(?<!无)门槛(?:是|为|改成|降到|调到)?)\s?{_SIGN}{_N}"
    rf"|\b(?:orders? (?:of|over|above|from)|over|above|off(?: orders?)?(?: of)?|from|spend(?:ing)?|minimum(?: spend)?(?: of| to)?|least(?: spend)?(?: of)?)\s{_SIGN}{_N}"
)
_LIMIT = re.compile(
    r"(?:限量?|共|总共|上限|最多|发放?)\s?(?:为|是|改成|到)?\s?(\d{1,7})\s?张|(\d{1,7})\s?张"
    r"|\b(?:limit(?:ed)?(?: of| to)?|at most|only|capped at|up to)\s(\d{1,7})\b(?!\s?(?:%|days?|weeks?))|\b(\d{1,7})\s(?:coupons|pieces|vouchers|copies|people|claims)\b"
)
_FREE = re.compile(r"无门槛|no minimum|without (?:a )?minimum")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = rf"({'|'.join(_MONTHS)})[a-z]*\.?"
_ISO = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})")
_DAY_ZH = re.compile(r"(\d{1,2})月(\d{1,2})[日号]?")
_DAY_EN = re.compile(rf"\b{_MONTH} (\d{{1,2}})(?:st|nd|rd|th)?\b|\b(\d{{1,2}})(?:st|nd|rd|th)?(?: of)? {_MONTH}")
_FOR = re.compile(
    r"(?:有效期?|持续|期限)(?:为|是)?\s?(\d{1,3})\s?(天|周|个月)|(\d{1,3})\s?(天|周|个月)(?:内)?有效|\b(?:for|valid(?: for)?|lasts?) (\d{1,3}) (day|week|month)s?\b"
)
_DAYS = {"天": 1, "周": 7, "个月": 30, "day": 1, "week": 7, "month": 30}
_BECOMES = re.compile(
    r"改成|改为|改到|调成|调到|调为|降到|降成|提到|提高到|涨到|变成|换成|设成|设为|延长到|延到|\b(?:in)?to\b|\binstead of\b|延长至|\b(?:should|shall) (?:be|need|take)\b"
)
_FIELDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("minimum_spend", re.compile(r"门槛|最低消费|起用|\b(?:minimum|min|least|threshold)\b")),
    ("limit", re.compile(r"数量|张数|总量|限量|上限|\b(?:limit|quantity|number)\b")),
    ("value", re.compile(r"面额|面值|减免|金额|力度|\b(?:value|discount|amount)\b")),
)  # fmt: skip
_BARE = re.compile(rf"^\D{{0,4}}{_N}{_UNIT}\W*$")


@dataclasses.dataclass(frozen=True)
class Terms:
    """What a sentence states of a coupon; None where it says nothing of it. Money in major units, percent whole."""

    kind: Literal["amount", "percent"] | None = None
    value: Decimal | None = None
    minimum_spend: Decimal | None = None
    ends_on: dt.date | None = None
    limit: int | None = None

    def arguments(self) -> dict[str, Any]:
        """Return them as JSON for the tools, without what was not said."""
        told = {
            "kind": self.kind if self.value is not None else None,
            "value": None if self.value is None else str(self.value),
            "minimum_spend": None if self.minimum_spend is None else str(self.minimum_spend),
            "ends_on": None if self.ends_on is None else self.ends_on.isoformat(),
            "limit": self.limit,
        }
        return {name: value for name, value in told.items() if value is not None}


def read_terms(low: str, today: dt.date) -> Terms:
    """Read the terms of a coupon in lower-case words; days without a year are the next to come."""
    ends_on, rest = _end(low, today)
    limit = _LIMIT.search(rest)
    rest = _without(rest, limit)
    kind, value, rest = _value(rest)
    minimum = _MINIMUM.search(rest)
    least = Decimal(_said(minimum)) if minimum else Decimal(0) if _FREE.search(rest) else None
    return Terms(kind, value, least, ends_on, int(_said(limit)) if limit else None)


def read_change(low: str, today: dt.date) -> Terms:
    """Read what a coupon is to become: the words behind "to" or 改成; a bare number is of the field named before it."""
    becomes = list(_BECOMES.finditer(low))
    if not becomes:
        return read_terms(low, today)
    before, behind = low[: becomes[-1].start()], low[becomes[-1].start() :]
    after = behind[becomes[-1].end() - becomes[-1].start() :]
    bare = _BARE.search(after.strip())
    field = next((name for name, words in _FIELDS if words.search(before)), None)
    if bare and field == "limit":
        return Terms(limit=int(Decimal(bare[1])))
    if bare and field == "minimum_spend":
        return Terms(minimum_spend=Decimal(bare[1]))
    if bare and field == "value":
        return Terms(kind="amount", value=Decimal(bare[1]))
    return read_terms(after, today)


def named_before(low: str) -> str:
    """Return the words that say which coupon is to be changed."""
    becomes = list(_BECOMES.finditer(low))
    return low[: becomes[-1].start()] if becomes else low


def _value(low: str) -> tuple[Literal["amount", "percent"] | None, Decimal | None, str]:
    if percent := _PERCENT_OFF.search(low):
        return "percent", Decimal(_said(percent)), _without(low, percent)
    if fold := _FOLD.search(low):
        left = Decimal(fold[1])
        return "percent", 100 - (left if left >= 10 else 10 * left), _without(low, fold)
    if value := _VALUE.search(low):
        # "40 off 300": the word belongs to both figures
        kept = re.match(r".*?(?=\boff\b|$)", value[0], re.DOTALL)
        start = value.start() + (kept.end() if kept else len(value[0]))
        return "amount", Decimal(_said(value)), low[: value.start()] + " " + low[start:]
    return None, None, low


def _end(low: str, today: dt.date) -> tuple[dt.date | None, str]:
    if found := _ISO.search(low):
        return _day(int(found[1]), int(found[2]), int(found[3])), _without(low, found)
    if found := _FOR.search(low):
        count, unit = (group for group in found.groups() if group)
        return today + dt.timedelta(days=int(count) * _DAYS[unit]), _without(low, found)
    if found := _DAY_ZH.search(low):
        return _next(int(found[1]), int(found[2]), today), _without(low, found)
    if found := _DAY_EN.search(low):
        month, day = (found[1], found[2]) if found[1] else (found[4], found[3])
        return _next(_MONTHS.index(month) + 1, int(day), today), _without(low, found)
    return None, low


def _next(month: int, day: int, today: dt.date) -> dt.date | None:
    this_year = _day(today.year, month, day)
    return this_year if this_year is not None and this_year >= today else _day(today.year + 1, month, day)


def _day(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _said(match: re.Match[str]) -> str:
    return next(group for group in match.groups() if group)


def _without(low: str, match: re.Match[str] | None) -> str:
    return low if match is None else f"{low[: match.start()]} {low[match.end() :]}"
