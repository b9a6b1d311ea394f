"""Choices that are described and not named: "the one between 26 and 29", "not the percentage one", "whichever is good for a coat"."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from dialogue.commands import Entity
from dialogue.understanding.segments import cue
from knowledge.lexicon import Lexicon
from knowledge.product_words import goods_kinds, wished_kinds

_BETWEEN = re.compile(
    r"\bbetween (?:the |an? |size )?(\d+(?:\.\d+)?)s? and (?:the |an? |size )?(\d+(?:\.\d+)?)|(\d+(?:\.\d+)?)[码号块元]?[和跟与到](\d+(?:\.\d+)?)[码号块元]?(?:之间|中间|当中)"
)
_SMALLER = re.compile(r"\b(?:smaller|less|lower|under|below|cheaper)(?: than)? (?:the |an? |size )?(\d+(?:\.\d+)?)")
_BIGGER = re.compile(r"\b(?:bigger|larger|more|higher|over|above)(?: than)? (?:the |an? |size )?(\d+(?:\.\d+)?)")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_OTHER = re.compile(
    r"(?:^|[,.;:!?…–—-]\s*|\s(?=so\b|then\b|leaves\b))(?:(?:so|then|that|leaves|it's|it is|which|i|i'd|i'll|like|want|take|have|just|only|give|me|make|must|be|will|the|and|for|please)\W+)*(?:other|remaining) (?:one|coupon|card|option|choice)(?:\W+(?:please|then|it is|left|thanks|pls))*\W*$"
    r"|(?:^|[,，。;；!！\s])(?:所以|那|就|要|给我|领|选|只能)*(?:剩下|另外?|余下)的?(?:那|一)*[个张种款单](?:取消|退|换|要)?(?:掉|了)?(?:吧|好了|呗|就行)?\W*$"
)
"""A last clause for what is left of several."""
_ALL_BUT = re.compile(
    r"^\W*(?:(?:just|i|i'd|like|want|take|please|well|hm+|ok)\W+)*(?:any(?:thing|one)?|either|whatever|whichever|the one|one|the (?:only )?thing)\b[^,.;]{0,10}?\b(?:but|except(?: for)?|other than|apart from|besides|isn't|isnt|is not|not)\b(?P<out>.*)$"
    r"|^\W*(?:只要)?(?:不是|除了|除开)(?P<out_zh>[^，。]*?)(?:以外|之外|外)?的?(?:都行|都可以|就行|随便|那[个张单])"
)
"""An answer that says only which of them not to take."""
_NEITHER = re.compile(
    r"^\W*(?:no\W+)?(?:(?:(?:and|or|nor|neither|but)\W+)?(?:not|neither|nor)\b[^,.;]*[,.;]?\s*)+$|^\W*(?:也?不(?:是|要)[^,，。]*[,，。\s]*)+$"
)
"""Nothing but what is not meant."""
_RULED_OUT = re.compile(
    r"n't\b|\b(?:not|no|never|nothing|neither|nor|hardly|keep(?:ing)?|stays?|full|enough|already|plenty|loads|dont|cant|without)\b|不|没|够|已经|都有|满|留"
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
    said, under, over = _BETWEEN.search(low), _SMALLER.search(low), _BIGGER.search(low)
    bounds = said.groups() if said is not None else (under[1], over[1]) if under and over else _around(low)
    if not bounds:
        return None
    low_end, high_end = sorted(float(number) for number in bounds if number)
    return [
        place
        for place, label in enumerate(labels)
        if any(low_end < float(number) < high_end for number in _NUMBER.findall(label))
    ]


_IN_BETWEEN = re.compile(r"\bbetween\b|中间的?那|之间的?那")


def _around(low: str) -> tuple[str, ...]:
    """Return the two numbers that a message speaks of where it asks for what lies between: "26 pinches, 29 slips, so what's between"."""
    numbers = [match[0] for match in _NUMBER.finditer(low)] if _IN_BETWEEN.search(low) else []
    return tuple(numbers) if len(numbers) == 2 else ()


def without_bounds(low: str) -> str:
    """Return the words without the two numbers between which something is."""
    for bound in (_BETWEEN, _SMALLER, _BIGGER):
        low = bound.sub(" ", low)
    return low


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
    named = [item for item in entities if item.type == "product"]
    sold = any(ids and ids <= goods for ids in (set(item.value.get("product_ids", ())) for item in named))
    kinds = _kinds(label)
    return 0.8 * (themes or sold or any(kinds & set(item.value.get("kinds", ())) for item in named))


def _kinds(label: str) -> set[str]:
    """Return the kinds, and wider kinds, of the goods that a label names."""
    return {kind for part in re.split(r"[·,、(（×]", label) for kind in goods_kinds((part.strip(),))}


def spoken_of(low: str, label: str) -> float:
    """Return how much a choice is spoken of by its verb, or as one of a range of numbers: 不换, "25 to 29 won't do"."""
    verb = cue(label)
    verbs = verb is not None and any(cue(clause) == verb for clause in _CLAUSE.split(low))
    numbers = [float(number) for number in _NUMBER.findall(label)]
    within = any(float(one[1]) <= number <= float(one[2]) for one in _RANGE.finditer(low) for number in numbers)
    return float(verbs or within)


_CLAUSE = re.compile(r"[,，。.;；!！?？、]+\s*|\s+(?:and|but|or|nor)\s+|也")
_RANGE = re.compile(r"(\d+(?:\.\d+)?)[号码]?\s?(?:to|through|till|up to|[-~到至])\s?(\d+(?:\.\d+)?)")


def serves(low: str, label: str) -> float:
    """Return how much goods of a label serve what is said that they are for: towels the bathroom."""
    return 0.6 * bool(wished_kinds(low) & _kinds(label))


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
    if _NEITHER.match(low):
        left = [place for place in range(count) if likeness(low, place) <= 0]
        return left if len(left) == 1 else None
    rest, but = _OTHER.search(low), _ALL_BUT.match(low)
    before = but["out"] or but["out_zh"] or "" if but is not None else low[: rest.start()] if rest is not None else ""
    if but is None and not _RULED_OUT.search(before):
        return None
    left = [place for place in range(count) if likeness(before, place) <= 0]
    return left if len(left) < count else None
