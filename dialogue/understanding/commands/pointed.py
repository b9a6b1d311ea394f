"""Goods and orders that are pointed to by what they cost: "the 239 one", 89一件的那个, 最贵那单, "the first two"."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator

from dialogue.commands import Entity
from dialogue.understanding.commands.reading import Reading
from dialogue.understanding.entities.base import entity
from dialogue.understanding.numerals import parse

_OF_GOODS = frozenset({"order", "order_optional", "order_lines"})
_FIGURE = r"\d{2,6}(?:\.\d{1,2})?"
_SIGN = r"(?P<sign>[¥￥$]|\b(?:cny|rmb)[ ¥]?)?"
_UNIT_EN = r"(?P<unit> ?(?:yuan|rmb|cny|kuai|bucks|dollars?)\b)?"
_THAT_ONE_EN = re.compile(
    rf"(?<![A-Za-z0-9_.#-]){_SIGN}(?P<n>{_FIGURE}){_UNIT_EN}[ -](?:one|thing|item|order|purchase|piece)s?\b"
)
_ONE_FOR = re.compile(
    rf"\b(?:ones?|two|three|four|things?|items?|orders?|stuff) (?:(?:for|at|worth|priced at|costing)|(?:that |which )?i (?:paid|bought (?:for|at)|got (?:for|at))|(?:that|which)(?:'s| is| was| are| were| costs?| came to)?) {_SIGN}(?P<n>{_FIGURE})(?![\w%.-]*\d){_UNIT_EN}(?=\W|$)"
)
_THAT_ONE_ZH = re.compile(
    rf"(?<![A-Za-z0-9_.#-]){_SIGN}(?P<n>{_FIGURE}|[一二两三四五六七八九十百千]{{2,7}}(?=块|元))(?P<unit>块钱?|元钱?)?(?P<each>一[件个条双套只台]|每[件个条双套])?"
    r"(?:的?[那这](?:一?[个件条双副台套笔单样款]|[两三]?[个件]|些)|的?(?:订单|单子)|的(?=\W*$|\W*[,，。；！]|[不别退留取就吧呢啊哈先]))"
)
_PRICED = (_THAT_ONE_EN, _ONE_FOR, _THAT_ONE_ZH)
_OTHER_FIGURES = frozenset(
    {"order_ref", "sku", "address", "phone", "tax_id", "postcode", "date", "coupon_code", "email"}
)
_ALONE = 100
"""From here a figure without a currency is what something cost, where versions are in question; below it may be a size."""
_EXTREMES = (
    ("most", re.compile(r"\b(?:the )?(?:most expensive|priciest|dearest|costliest)\b(?: (?:ones?|orders?|items?|things?))?|最(?:贵|值钱)的?(?:[那这]一?[个件条单样款])?|(?:价格|价钱|金额|总价)最[高大]的?(?:[那这]一?[个件条单样款])?")),
    ("least", re.compile(r"\b(?:the )?(?:cheapest|least expensive|lowest[- ]priced)\b(?: (?:ones?|orders?|items?|things?))?|最便宜的?(?:[那这]一?[个件条单样款])?|(?:价格|价钱|金额|总价)最[低小少]的?(?:[那这]一?[个件条单样款])?")),
)  # fmt: skip
"""What costs most or least of what is in question."""


def with_pointed(reading: Reading) -> Reading:
    """Return the message with what it points to by its price, where orders or their goods are in question."""
    if not _OF_GOODS & set(reading.view.flow_slots.values()):
        return reading
    found = [*_priced(reading), *_extremes(reading), *_coloured(reading)]
    left = [item for item in reading.entities if all(item.end <= one.start or item.start >= one.end for one in found)]
    entities = sorted((*left, *found), key=lambda item: (item.start, item.end))
    return dataclasses.replace(reading, entities=entities) if found else reading


def _priced(reading: Reading) -> Iterator[Entity]:
    pays = "payment_method" in reading.view.flow_slots.values() and not _asks_for_goods(reading)
    others = _OTHER_FIGURES | ({"payment_method"} if pays else set())
    taken = [(item.start, item.end) for item in reading.entities if item.type in others]
    versions = {"swaps", "options"} & set(reading.view.flow_slots.values())
    sizes = [(item.start, item.end) for item in reading.entities if item.type == "option"] if versions else []
    last = 0
    for match in sorted(
        (one for each in _PRICED for one in each.finditer(reading.text.low)), key=lambda one: one.start()
    ):
        start, end = match.span("n")
        named = match["sign"] or match["unit"] or match.groupdict().get("each")
        number = parse(match["n"])
        least = _ALONE if versions else 10
        if number is None or match.start() < last or (not named and (number < least or match["n"][0] == "0")):
            continue
        if any(start < other and end > one for one, other in [*taken, *([] if named else sizes)]):
            continue
        last = match.end()
        value = {"price": str(number), "terms": match[0].strip()}
        yield entity(reading.text, "product", value, match.span(), score=0.8)


def _asks_for_goods(reading: Reading) -> bool:
    """Whether orders or goods were asked for: else "the 5588 one" is a card where one was spoken of."""
    question = reading.view.pending
    return question is not None and question.slot_type in _OF_GOODS


def _extremes(reading: Reading) -> Iterator[Entity]:
    for extreme, pattern in _EXTREMES:
        for match in pattern.finditer(reading.text.low):
            yield entity(reading.text, "ordinal", {"extreme": extreme}, match.span(), score=0.9)


_ONE = re.compile(r"^(?: [a-z]+)? ones?\b|^ colou?r(?:ed)?\b")


def _coloured(reading: Reading) -> Iterator[Entity]:
    """Yield colours that are the name of goods as well: "the cream one" is no cream."""
    for item in reading.entities:
        colour = item.text.lower()
        if (
            item.type == "product"
            and _ONE.match(reading.text.low[item.end :])
            and reading.lexicon.has_value("color", colour)
        ):
            yield entity(reading.text, "option", {"key": "color", "value": colour}, (item.start, item.end), score=0.8)
