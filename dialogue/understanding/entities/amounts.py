"""How much money: "under $300", 300块以内, 一百五十元, between 100 and 200."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from dialogue.commands import Entity
from dialogue.understanding.entities.base import entity
from dialogue.understanding.numerals import EN_NUMBER, NUMBER, TOGETHER, parse
from dialogue.understanding.text import Text
from knowledge.money import Money

_N = NUMBER
_UNIT = r"(?:块钱|块|元钱|元|rmb|人民币|刀|美元|美金|dollars?|bucks?|usd|cny|yuan|quid|euros?)"
_SIGN = r"(?:[$¥￥€£]|rmb |usd )"
_MAX_BEFORE = r"(?:under|below|less than|no more than|not more than|up to|at most|max(?:imum)?(?: of)?|cheaper than|within|不超过|不要超过|别超过|最多|低于|少于|小于|不到|顶多|控制在|预算(?:是|为|就|只有|有|大概|大约|差不多)?|(?:my |the |a |our )?budget(?: is| of|:|'s)?(?: about| around| only| just)?)"
_MIN_BEFORE = r"(?:over|above|more than|at least|min(?:imum)?(?: of)?|starting (?:at|from)|from|超过|高于|大于|至少|最少|不低于|不少于)"
_ABOUT_BEFORE = r"(?:around|about|approximately|approx|roughly|~|大概|大约|差不多|约)"
_MAX_AFTER = r"(?:以内|以下|之内|内|or less|or under|max|tops|封顶|之下)"
_MIN_AFTER = r"(?:以上|起步|起|or more|and up|\+)"
_ABOUT_AFTER = r"(?:左右|上下|or so|ish)"

_RANGE = re.compile(
    rf"(?:between )?{_SIGN}?({_N})\s*{_UNIT}?\s*(?:-|~|to|and|到|至)\s*{_SIGN}?({_N})\s*{_UNIT}(?:之间)?|(?:between |from )?{_SIGN}({_N})\s*(?:-|~|to|and|到|至)\s*{_SIGN}?({_N})(?![\w%])"
    rf"|(?:between|budget(?: of)?|预算|价格|价位)\s*(?:在)?({_N})\s*(?:-|~|to|and|到|至)\s*({_N})(?![\w%])(?!\s*(?:cm|kg|号|寸|inch))"
)
_ONE = re.compile(
    rf"(?P<before>{_MAX_BEFORE}|{_MIN_BEFORE}|{_ABOUT_BEFORE})?\s*(?P<sign>{_SIGN})?\s?(?P<n>{_N})(?P<k>k\b)?(?P<many>多|几)?\s*(?P<unit>{_UNIT})?\s*(?P<after>{_MAX_AFTER}|{_MIN_AFTER}|{_ABOUT_AFTER})?"
)
_NUMBER_ALONE = re.compile(r"(?<![A-Za-z0-9_.,#-])\d{1,7}(?:\.\d{1,2})?(?![\d%])(?![.-]\d)(?![a-z])")
_NEGATIVE = re.compile(
    rf"(?:\b(?:minus|negative)\s+|负|(?<![A-Za-z0-9_.)])[-−–](?=\d))({NUMBER}|{EN_NUMBER})(?![\w%])(?:\s?(?:pieces?|pcs|units?|件|个|{_UNIT}))?"
)
_OTHER_UNIT = re.compile(
    r"\s*(?:-?\s*(?:cm|mm|kg|km|g\b|ml|l\b|lbs?|inch|inches|ft|feet|hours?|days?|weeks?|months?|years?|minutes?|mins?|gb|tb|mah|w\b|v\b|hz|mp|percent|pieces?|items?|pcs|stars?|people|times|bar|degrees?|cups?|%)|"
    r"[个件条双天次年月号日周小分人点位米斤公厘岁台部瓶盒套只款张星折码寸升毫瓦毛])"
)


def amounts(text: Text, *, currency: str) -> Iterator[Entity]:
    """Yield amounts in minor units of `currency`; a range gives a ``min`` and a ``max``."""
    ranges = []
    for match in _RANGE.finditer(text.low):
        groups = [(i, g) for i, g in enumerate(match.groups(), 1) if g]
        (i, low), (j, high) = groups
        first, last = parse(low), parse(high)
        if first is not None and last is not None and first < last:
            ranges.append(match.span())
            yield _amount(text, first, "min", (match.start(), match.end(i)), currency)
            yield _amount(text, last, "max", (match.start(j), match.end()), currency)
    for match in _ONE.finditer(text.low):
        if any(match.start() < end and match.end() > start for start, end in ranges):
            continue
        number = parse(match["n"])
        if number is None or not (match["sign"] or match["unit"] or _bare(text, match)):
            continue
        if TOGETHER.match(text.low, match.start("n")):
            continue
        span = (match.start(), match.end())
        yield _amount(text, number * (1000 if match["k"] else 1), _relation(match), span, currency)


def bare_amounts(text: Text, taken: Iterable[Entity], *, currency: str) -> Iterator[Entity]:
    """Yield the numbers that stand in no entity of `taken` and have no other unit, where only money can be meant: 改成 99."""
    spans = [(item.start, item.end) for item in taken]
    for match in _NUMBER_ALONE.finditer(text.low):
        inside = any(match.start() < end and match.end() > start for start, end in spans)
        number = parse(match[0])
        if not inside and number and not _OTHER_UNIT.match(text.low[match.end() : match.end() + 12]):
            yield _amount(text, number, "exact", match.span(), currency)


def with_negatives(text: Text, found: Sequence[Entity], *, currency: str) -> list[Entity]:
    """Return entities with numbers below nothing as what they are: 负5件 is no five pieces, "minus five" no silence."""
    below = []
    for match in _NEGATIVE.finditer(text.low):
        number = parse(match[1])
        if number:
            below.append(_amount(text, -number, "exact", match.span(), currency))
    spans = [(item.start, item.end) for item in below]
    kept = [item for item in found if all(item.end <= start or item.start >= end for start, end in spans)]
    return sorted([*kept, *below], key=lambda item: item.start)


def _bare(text: Text, match: re.Match[str]) -> bool:
    """A number without currency counts beside a word of price, unless another unit follows it."""
    if not (match["before"] or match["after"]) or match["n"][0] not in "0123456789一二三四五六七八九十百千两":
        return False
    if (
        match["before"] == "from"
        or match["after"] in {"+", "起", "内"}
        or (len(match["n"]) == 1 and not match["n"].isdigit())
    ):
        return False
    follows = text.low[match.end() : match.end() + 12]
    return (
        not _OTHER_UNIT.match(follows)
        and not re.match(r"[\d.:/-]|\s?[ap]m\b", follows)
        and (parse(match["n"]) or 0) >= 5
    )


def _relation(match: re.Match[str]) -> str:
    before, after = match["before"] or "", match["after"] or ""
    if re.search("预算|budget", before) and (
        re.fullmatch(_ABOUT_AFTER, after) or re.search("大概|大约|差不多|about|around", before)
    ):
        return "about"
    if re.fullmatch(_MAX_BEFORE, before) or re.fullmatch(_MAX_AFTER, after):
        return "max"
    if re.fullmatch(_MIN_BEFORE, before) or re.fullmatch(_MIN_AFTER, after):
        return "min"
    return "about" if before or after or match["many"] else "exact"


def _amount(text: Text, number: float, relation: str, span: tuple[int, int], currency: str) -> Entity:
    money = Money.of(Decimal(str(min(number, 1e12))), currency)
    return entity(text, "amount", {"minor": money.minor, "relation": relation}, span)
