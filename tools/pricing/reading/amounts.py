"""Amounts in a line of text: how much, in which currency, and what the words around say of them."""

from __future__ import annotations

import dataclasses
import re
from decimal import Decimal
from typing import Literal

Said = Literal["struck", "promotional", "unit", "other", "now", ""]

_CURRENCIES = {
    "¥": "CNY", "￥": "CNY", "RMB": "CNY", "CNY": "CNY", "元": "CNY", "US$": "USD", "$": "USD", "USD": "USD", "£": "GBP", "GBP": "GBP",
    "€": "EUR", "EUR": "EUR", "HK$": "HKD", "R$": "BRL",
}  # fmt: skip
_SIGN = r"(?P<sign>US\$|HK\$|R\$|RMB|CNY|USD|GBP|EUR|[¥￥$£€])"
_NUMBER = r"(?P<number>\d{1,3}(?:[,，]\s?\d{3})+(?:\.\d{1,2})?|\d+[.,]\d{2}(?!\d)|\d+(?:\.\d{1,2})?)"
_PRICE = re.compile(rf"{_SIGN}\s*{_NUMBER}|{_NUMBER.replace('number', 'after')}\s*(?P<behind>元|€)")
_MISREAD = tuple(
    (re.compile(rf"(?<![A-Za-z0-9])[{letters}](?=\d+(?:[.,:]\d\d)?(?!\d))"), sign)
    for letters, sign in (("YVＹ", "¥"), ("S", "$"), ("EC", "€"), ("f", "£"))
)
"""Letters that a sign is at times read as, above all one with a line through it, where an amount follows."""
_COLON = re.compile(r"(?<=\d)[:：](?=\d\d(?!\d))")
_BARE = re.compile(rf"^{_NUMBER}$")
_UNIT = re.compile(r"^\s*(/|／|每|per\b)", re.IGNORECASE)
_WORDS: tuple[tuple[Said, re.Pattern[str]], ...] = (
    ("other", re.compile(r"运费|邮费|立减|满\s*\d|减\s*$|优惠券\s*$|定金|押金|返现|shipping|postage|delivery|\bsave\b|\boff\b|\bover\b|deposit|cashback|orders? (?:of|above)", re.IGNORECASE)),
    ("struck", re.compile(r"原价|划线价|市场价|吊牌价|参考价|门市价|\bwas\b|list\s*price|\brrp\b|\bmsrp\b|regular|before", re.IGNORECASE)),
    ("promotional", re.compile(r"券后|到手|活动价|促销价|会员价|预估价|with\s*coupon|after\s*coupon|deal\s*price|member|promo|clip", re.IGNORECASE)),
    ("now", re.compile(r"现价|售价|秒杀价|抢购价|\bnow\b|\bprice\b", re.IGNORECASE)),
)  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Amount:
    """An amount in a line. `said`: what the words beside it make of it; `span`: its characters, from and to, as shares of the line."""

    value: Decimal
    currency: str | None
    """ISO 4217; None: no sign was read."""
    said: Said
    span: tuple[float, float]


def amounts(text: str) -> list[Amount]:
    """Return the amounts of a line that carry a sign, or the line's one bare number."""
    for letter, sign in _MISREAD:
        text = letter.sub(sign, text)
    text = _COLON.sub(".", text)
    found, start = [], 0
    for match in _PRICE.finditer(text):
        before, behind = text[start : match.start()], text[match.end() :]
        sign = match["sign"] or match["behind"]
        span = (match.start() / len(text), match.end() / len(text))
        found.append(Amount(_value(match["number"] or match["after"]), _CURRENCIES[sign], _said(before, behind), span))
        start = match.end()
    if not found and (bare := _BARE.match(text.strip())):
        found.append(Amount(_value(bare["number"]), None, "", (0.0, 1.0)))
    return found


def said_by(text: str) -> Said:
    """Return what a line without an amount says of the amount beside it."""
    return next((kind for kind, words in _WORDS if words.search(text)), "")


def _said(before: str, behind: str) -> Said:
    if _UNIT.match(behind):
        return "unit"
    nearest = re.split(r"[|｜;；]", before)[-1]
    kind = said_by(nearest)
    if kind:
        return kind
    after = said_by(behind[:14])
    return "other" if after == "other" else ""


def _value(number: str) -> Decimal:
    plain = re.sub(r"\s", "", number.replace("，", ","))
    if re.fullmatch(r"\d+,\d{2}", plain):
        return Decimal(plain.replace(",", "."))
    return Decimal(plain.replace(",", ""))
