"""Choices that are described and not named: "the one between 26 and 29", "not the percentage one", "whichever is good for a coat"."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from dialogue.commands import Entity
from knowledge.lexicon import Lexicon

_BETWEEN = re.compile(
    r"\bbetween (?:the |an? |size )?(\d+(?:\.\d+)?)s? and (?:the |an? |size )?(\d+(?:\.\d+)?)|(\d+(?:\.\d+)?)[码号块元]?[和跟与到](\d+(?:\.\d+)?)[码号块元]?(?:之间|中间|当中)"
)
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_OTHER = re.compile(
    r"(?:^|[,.;:!?…–—-]\s*|\s(?=so\b|then\b|leaves\b))(?:(?:so|then|that|leaves|it's|it is|which|i|i'd|i'll|like|want|take|have|just|only|give|me|make|must|be|will|the|and|for|please)\W+)*(?:other|remaining) (?:one|coupon|card|option|choice)(?:\W+(?:please|then|it is|left|thanks|pls))*\W*$"
    r"|(?:^|[,，。;；!！\s])(?:所以|那|就|要|给我|领|选|只能)*(?:剩下|另外?|余下)的?(?:那|一)*[个张种款](?:吧|好了|呗)?\W*$"
)
"""A last clause for what is left of several."""
_RULED_OUT = re.compile(
    r"n't\b|\b(?:not|no|never|nothing|neither|nor|hardly|full|enough|already|plenty|loads|dont|cant|without)\b|不|没|够|已经|都有|满"
)
_FORMS = (
    (re.compile(r"\bpercent(?:age)?s?\b|(?<!\d)\s?%|打折|折扣|几折|折的"), re.compile(r"\d\s?%|\d\s?折")),
    (
        re.compile(r"\b(?:fixed|flat|set|cash) (?:amount|sum|price|discount|money|off)\b|满减|减钱|立减|直减|减现"),
        re.compile(r"[¥￥$€£]\s?\d+ off|减\s?[¥￥]?\d"),
    ),
)
"""Words for the form of a choice, and how its label shows it."""
_DENIED = re.compile(r"(?:n't|\bnot|\bisnt|\bwithout|\bno|不是|不要|不带|非)\W*(?:(?:an?|the|in|by|one|用|按)\W*)*$")
_FOR_GOODS = (
    (
        re.compile(r"\b(?:home|household)\b|家居|居家|家用"),
        re.compile(r"\b(?:house|apartment|household|furnish\w*|homeware|kitchen|bedroom|bathroom|living room)\b|房子|屋里|厨房|卧室|客厅"),
    ),
    (re.compile(r"\b(?:clothing|fashion|apparel)\b|服饰|服装"), re.compile(r"\b(?:wear(?:ing)?(?! (?:any |much )?(?:make|lip|perfume))|wardrobe|outfits?|clothes)\b|穿的|衣柜|衣橱")),
    (re.compile(r"\b(?:beauty|cosmetics?)\b|美妆|护肤"), re.compile(r"\b(?:make ?up|skin|cosmetics?|my face)\b|化妆|皮肤|护肤")),
)  # fmt: skip
"""How a choice names goods, and what they are for."""
_POINTS = re.compile(
    r"\b(?:which ?ever|whatever|the one|that one|one|coupon|voucher|works?|good|helps?|useful|use|for (?:it|that|them|this|those))\b|哪张|那张|用得上|能用|合适|券"
)
_LOOKS_FOR = re.compile(r"\b(?:looking for|after|buy(?:ing)?|find|need|want|search\w*|show)\b|找|买|想要|推荐|看看")


def between(low: str, labels: Sequence[str]) -> list[int] | None:
    """Return the choices with a number between two that are named; None where no two are."""
    said = _BETWEEN.search(low)
    if said is None:
        return None
    low_end, high_end = sorted(float(number) for number in said.groups() if number)
    return [
        place
        for place, label in enumerate(labels)
        if any(low_end < float(number) < high_end for number in _NUMBER.findall(label))
    ]


def without_bounds(low: str) -> str:
    """Return the words without the two numbers between which something is."""
    return _BETWEEN.sub(" ", low)


def of_its_form(low: str, label: str) -> float:
    """Return how much the form of a choice, a percentage or a sum, is what is asked for."""
    score = 0.0
    for words, shown in _FORMS:
        for match in words.finditer(low):
            denied = _DENIED.search(low[: match.start()]) is not None
            score += 0.5 * ((shown.search(label) is not None) != denied)
    return score


def for_goods(low: str, entities: Sequence[Entity], label: str, lexicon: Lexicon) -> float:
    """Return how much a choice that is for a whole category of goods is for those that are spoken of."""
    themes = any(named.search(label) and words.search(low) for named, words in _FOR_GOODS)
    goods = {
        product_id
        for mention in lexicon.find(label)
        if mention.kind == "category"
        for product_id in mention.product_ids
    }
    named = [set(item.value.get("product_ids", ())) for item in entities if item.type == "product"]
    return 0.8 * (themes or any(ids and ids <= goods for ids in named))


def only_looks_for_goods(low: str) -> bool:
    """Whether goods are looked for, and nothing points to what was offered: "I'm looking for a coat"."""
    return _LOOKS_FOR.search(low) is not None and _POINTS.search(low) is None


def left_over(low: str, count: int, likeness: Callable[[str, int], float]) -> list[int] | None:
    """Return the choices that are left where others are ruled out before: "I have no use for make-up, so the other one"; None where none are.

    Args:
        low: the message in lower case.
        count: how many choices were offered.
        likeness: how much words have in common with the choice of a place.
    """
    rest = _OTHER.search(low)
    before = low[: rest.start()] if rest is not None else ""
    if not _RULED_OUT.search(before):
        return None
    left = [place for place in range(count) if likeness(before, place) <= 0]
    return left if len(left) < count else None
