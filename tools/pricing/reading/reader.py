"""Prices on a picture of a page: how much, in which currency, of what kind, and of which product.

The lines come from an `Ocr`. An amount's kind is what the words beside it say, else whether a line is drawn through it, else how large it
stands beside the product's others: the largest is the current price, a higher one that is smaller is the price before. Amounts of
postage, coupons and thresholds are left out. A page shows one currency; a sign that was misread is outvoted by the others.
"""

from __future__ import annotations

import collections
import dataclasses
from collections.abc import Sequence
from decimal import Decimal
from typing import Literal

from PIL import Image

from tools.pricing.reading.amounts import Amount, amounts, said_by
from tools.pricing.reading.matching import Match, Titles
from tools.pricing.reading.ocr import Line, Ocr
from tools.pricing.reading.strikes import SURE, strike, without_strike

PriceKind = Literal["current", "struck", "promotional", "unit"]
BESIDE = 0.03
"""Left edges that differ by less than this share of the page's width are one column."""
LARGEST_SIDE = 2_600


@dataclasses.dataclass(frozen=True)
class ReadPrice:
    """A price as it was read; `product_id` None where no title of the catalogue stands beside it.

    `confidence` in [0, 1] is the product of how surely the letters, the kind and the product were read; not calibrated.
    """

    amount: Decimal
    currency: str
    kind: PriceKind
    product_id: str | None
    confidence: float


@dataclasses.dataclass
class _Seen:
    amount: Amount
    line: Line
    struck: float
    kind: PriceKind | None = None
    sure: float = 1.0

    @property
    def left(self) -> float:
        return self.line.left + (self.line.right - self.line.left) * self.amount.span[0]


def read_prices(image: Image.Image, titles: Titles, ocr: Ocr) -> list[ReadPrice]:
    """Return the prices on a picture, by product and from top to bottom."""
    picture = _sized(image.convert("RGB"))
    lines = _joined(sorted(ocr.lines(picture), key=lambda line: (line.top, line.left)))
    named = [(line, match) for line in lines if not amounts(line.text) and (match := titles.match(line.text))]
    seen = [
        _again(_Seen(amount, line, strike(picture, line, amount.span)), picture, ocr)
        for line in lines
        for amount in amounts(line.text)
        if amount.currency is not None or _without_sign(amount, line, picture.height)
    ]
    currency = _currency(seen)
    groups = _grouped([each for each in seen if _is_price(each)], named, picture.width)
    found: list[ReadPrice] = []
    for match, members in groups:
        _label(members, lines)
        _rank(members)
        _mend(members)
        found += [_read(each, match, currency) for each in members if each.kind is not None]
    return found


def _without_sign(amount: Amount, line: Line, height: int) -> bool:
    """Whether a number without a sign is an amount: a large one, or one with two decimals that is all of its line."""
    return line.score > 0.9 and line.height < height / 6 and (line.height > 40 or _decimals(amount.value) == 2)


def _again(seen: _Seen, picture: Image.Image, ocr: Ocr) -> _Seen:
    """Read an amount with a line through it, or in one box with a larger one, once more by itself: decimals are lost there."""
    if seen.amount.said in {"other", "unit"} or not (seen.struck > 0.8 or seen.amount.said == "struck"):
        return seen
    text, score = ocr.word(without_strike(picture, seen.line, seen.amount.span))
    found = amounts(text)
    if len(found) == 1 and score > 0.85 and _completes(found[0].value, seen.amount.value):
        seen.amount = dataclasses.replace(seen.amount, value=found[0].value)
    return seen


def _completes(new: Decimal, old: Decimal) -> bool:
    """Whether a second reading has the two decimals that the first one lost, and all of its digits in their order."""
    digits = iter(str(new))
    return _decimals(new) == 2 > _decimals(old) and all(digit in digits for digit in str(old) if digit != ".")


def _decimals(value: Decimal) -> int:
    return len(str(value).partition(".")[2])


def _sized(image: Image.Image) -> Image.Image:
    """Return a picture whose letters the recogniser can see: small ones enlarged, huge ones made smaller."""
    largest, smallest = max(image.size), min(image.size)
    factor = LARGEST_SIDE / largest if largest > LARGEST_SIDE else min(1000 / smallest, 2.0) if smallest < 500 else 1.0
    if factor == 1.0:
        return image
    return image.resize((round(image.width * factor), round(image.height * factor)), Image.Resampling.LANCZOS)


def _joined(lines: list[Line]) -> list[Line]:
    """Put decimals that were read as a line of their own (``.90`` in small letters) behind their whole number."""
    kept: list[Line] = []
    for line in lines:
        if line.text.startswith(".") and line.text[1:].isdigit():
            before = [
                other
                for other in lines
                if other is not line
                and 0 <= line.left - other.right + 8 < 40
                and abs(other.middle - line.middle) < other.height
            ]
            if before and before[0] in kept:
                owner = before[0]
                corners = (owner.corners[0], line.corners[1], line.corners[2], owner.corners[3])
                kept[kept.index(owner)] = Line(owner.text + line.text, min(owner.score, line.score), corners)
                continue
        kept.append(line)
    return kept


def _is_price(seen: _Seen) -> bool:
    return seen.amount.said != "other"


def _currency(seen: Sequence[_Seen]) -> str:
    votes = collections.Counter(each.amount.currency for each in seen if each.amount.currency is not None)
    return votes.most_common(1)[0][0] if votes else "CNY"


Named = tuple[Line, Match]


def _grouped(seen: Sequence[_Seen], named: Sequence[Named], width: int) -> list[tuple[Match | None, list[_Seen]]]:
    """Return the amounts of each product: those of its column, below its title or, where prices stand first, nearest to it."""
    if not named:
        return [(None, list(seen))] if seen else []
    groups: list[list[_Seen]] = [[] for _ in named]
    for each in seen:
        column = _column(each, named, width)
        above = [i for i in column if named[i][0].top <= each.line.middle]
        first = min((other.line.middle for other in seen if _column(other, named, width) == column), default=0.0)
        below = first < min(named[i][0].top for i in column)
        if above and not below:
            place = max(above, key=lambda i: named[i][0].top)
        else:
            place = min(column, key=lambda i: abs(named[i][0].middle - each.line.middle))
        groups[place].append(each)
    return [(match, members) for (_, match), members in zip(named, groups, strict=True) if members]


def _column(seen: _Seen, named: Sequence[Named], width: int) -> list[int]:
    """Return the titles of the column that an amount stands in: the rightmost that do not begin right of it."""
    slack = BESIDE * width
    lefts = [line.left for line, _ in named]
    before = [left for left in lefts if left <= seen.left + slack]
    edge = max(before) if before else min(lefts)
    return [i for i, left in enumerate(lefts) if abs(left - edge) <= slack]


def _label(members: Sequence[_Seen], lines: Sequence[Line]) -> None:
    """Give each amount the kind that words or a line through it tell."""
    for each in members:
        said = each.amount.said or _said_beside(each, lines)
        if said == "unit":
            each.kind = "unit"
        elif said == "promotional":
            each.kind = "promotional"
        elif said == "struck":
            each.kind = "struck"
        elif said == "now":
            each.kind = "current"
        elif each.struck >= SURE:
            each.kind, each.sure = "struck", min(1.0, 0.5 + each.struck / 2)


def _said_beside(seen: _Seen, lines: Sequence[Line]) -> str:
    """Return what a line of words just left of an amount says."""
    if seen.amount.span[0] > 0:
        return ""
    for line in lines:
        near = -6 <= seen.line.left - line.right < 1.6 * seen.line.height
        level = abs(line.middle - seen.line.middle) < 0.6 * max(seen.line.height, line.height)
        if near and level and not amounts(line.text):
            said = said_by(line.text)
            return "" if said == "other" else said
    return ""


def _rank(members: Sequence[_Seen]) -> None:
    """Give what is left its kind by size: the tallest is the current price, unless one is already."""
    open_ones = sorted((each for each in members if each.kind is None), key=lambda each: -each.line.height)
    current = next((each for each in members if each.kind == "current"), None)
    if current is None and open_ones:
        current = max(open_ones, key=lambda each: (round(each.line.height / 4), -each.left))
        # two amounts in one line are equally tall: the one with a line through it, or the second, is the price before
        alike = [each for each in open_ones if each.line is current.line]
        if len(alike) > 1:
            current = min(alike, key=lambda each: (each.struck > 0.75, each.amount.value))
        current.kind = "current"
    for each in open_ones:
        if each.kind is None and current is not None:
            higher = each.amount.value > current.amount.value
            each.kind, each.sure = ("struck" if higher else "promotional"), 0.6


def _mend(members: Sequence[_Seen]) -> None:
    """Drop the first digit of a struck price that is over three times the current one, where that makes it likely.

    A currency sign with a line through it is at times read as a digit: ``$15.95`` as ``615.95``.
    """
    current = next((each.amount.value for each in members if each.kind == "current"), None)
    for each in members:
        if current is None or each.kind != "struck" or each.amount.value <= 3 * current:
            continue
        rest = str(each.amount.value)[1:]
        shorter = Decimal(rest) if rest[:1].isdigit() and rest[0] != "0" else Decimal(0)
        if current < shorter <= 3 * current:
            each.amount = dataclasses.replace(each.amount, value=shorter)
            each.sure *= 0.6


def _read(seen: _Seen, match: Match | None, currency: str) -> ReadPrice:
    kind = seen.kind or "current"
    sure = seen.sure * seen.line.score * (match.score if match is not None else 0.5)
    return ReadPrice(seen.amount.value, currency, kind, match.product_id if match else None, round(sure, 3))
