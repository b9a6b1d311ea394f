"""Other goods, or another place for them, in the place of what was ordered: "modify the lamp to a black one", "send D1 to 5 Elm St"."""

from __future__ import annotations

import re
from collections.abc import Iterable

from dialogue import browsing
from dialogue.commands import Entity
from dialogue.understanding import phrases, segments
from dialogue.understanding.commands.of_goods import GUESSED

ADDRESS_FLOWS = ("change_default_address", "change_order_address")
SWAPPING = {"exchange": "exchange_items", "change": "change_items"}
"""Family of a request's verb -> the procedure that puts other goods in the place of some."""
_BECOMES = re.compile(r"\b(?:to|for|into|become)\b|[换改](?:成|为)?(?=\S)|[-=]>|→")
_SHALL_BE = re.compile(
    r"\b(?:should|shall|must|has to|have to|needs? to) (?:be|become)\b|(?<!would )(?<!i'd )\b(?:need|want|like|rather have)\b (?:to have )?(?:the|my|those|these|that)\b[^,.;!?]{2,30}\bin (?:an? |size )?(?=\w)|(?<!would )(?<!i'd )\b(?:need|want)\b (?=an? \S+ in (?:the|my|those|these)\b)"
    r"|[^,，。；！？]{2,16}(?:应该是|要变成|要改成|想要[^,，。]{0,4}的)"
)
"""Goods that are to be of another kind: "the dress of D1 should be black", "I need the jeans in a 27"."""
_REQUESTS = re.compile(
    r"\b(?:can|could|may|might|would|will) (?:you|i|we|my|the|it|that|this)\b|[能可](?:不[能可])?以?(?:帮|给|把|换|改)"
)
"""Questions by which something is asked for."""
_ANOTHER_KIND = re.compile(
    r"\b(?:in )?(?:an?|some) (?:diff\w{0,2}rent|other) (?:colou?r|size|shade|version|one)\b|\bin another (?:colou?r|size|shade|version)\b|(?:换|要|来)个?(?:别的|其他|其它|另一?个|另外的?)(?:颜色|尺码|码|色|款)"
)
_DIVERTED = re.compile(r"[改转](?:送|寄|邮|派)(?!货)")
_TO = re.compile(
    r"^\W{0,2}(?:(?:(?:in|of|from|on) (?:my |the )?)?(?:order )?#?[a-z]{0,2}\d{5,}\W{1,2})?(?:order |colou?r |size )?(?:to|into|for|(?P<arrow>[-=]+>|→))\W*(?:an? |the |size )?(?(arrow)|(?=\w+\W*(?:(?:please|pls|plz|thx|thanks|instead)\W*)*(?:$|if\b)))"
)
"""Between goods and what they shall become, where nothing else is said but their order: "jeans to 27", "dress in D1 to black", "shoes for a 41"."""
_THOSE = re.compile(r"\b(?:the|my|it|them|that|this|those|these)\b|[这那它]")
_INSTEAD_OF = re.compile(r"\b(?:instead of|rather than|in place of) (?:the|my|those|these)\b")
_SIGN = re.compile(r"[-=]+>|→")
_KINDS = frozenset({None, "change", "exchange", "make"})
"""Families of verbs beside which a version is one that goods shall become."""
_SENDS = re.compile(r"[寄送发收]|\b(?:send|ship|deliver|mail|redirect|reroute|post|forward|go(?:es)?|to)\b")


def redirected(part: segments.Segment, low: str, entities: tuple[Entity, ...], best: str) -> str | None:
    """Return the procedure of one who names an order or goods and another place for them; None: nobody does."""
    if part.cue == "address" and best not in ADDRESS_FLOWS and not part.question and _DIVERTED.search(low):
        return "change_order_address"
    kinds = {item.type for item in entities}
    place = any(item.type == "address" and item.value.get("line1") for item in entities)
    if (
        not place
        or not kinds & {"order_ref", "product"}
        or part.question
        or part.cue not in {None, "address", "change"}
    ):
        return None
    if best in {*ADDRESS_FLOWS, "request_invoice", "return_items"} or not _SENDS.search(low):
        return None
    return "change_default_address" if phrases.makes_default(low) else "change_order_address"


def swapped(part: segments.Segment, low: str, entities: tuple[Entity, ...]) -> str | None:
    """Return the procedure of one who names goods and what they shall become, "modify the lamp to a black one"; None: nobody does."""
    goods = [item for item in entities if item.type == "product" and item.score > GUESSED]
    if _rather(part, low, entities):
        return "exchange_items" if goods else "change_items"
    if _as_preferred(part, low, entities):
        return "exchange_items" if goods else "change_items"
    if not goods or any(item.type == "address" for item in entities) or (part.question and not _REQUESTS.search(low)):
        return None
    if _instead_of(low, part.start, entities):
        return "exchange_items"
    if (shall := _SHALL_BE.search(low)) and _becomes(part, entities, shall.end()):
        return "change_items" if any(item.type == "order_ref" for item in entities) else "exchange_items"
    if _ANOTHER_KIND.search(low) and browsing.speaks_of_own(low) and not browsing.asks_for_goods(low):
        return "exchange_items"
    if part.cue in {None, "change"} and _becomes_at_once(low, goods[-1].end - part.start, part.start, entities):
        return by_version(entities)
    if part.cue not in SWAPPING:
        return None
    becomes = _BECOMES.search(low, goods[0].end - part.start)
    return SWAPPING[part.cue] if becomes and _becomes(part, entities, becomes.end()) else None


def by_version(entities: Iterable[Entity]) -> str:
    """Return the likelier procedure where only another version is named: a size is found wrong once goods are worn, a colour before they leave."""
    told = list(entities)
    sizes = any(item.type == "option" and item.value.get("key") != "color" for item in told)
    named = any(item.type == "order_ref" for item in told)
    return "change_items" if named or not sizes else "exchange_items"


def is_of_a_kind(low: str, start: int, entities: tuple[Entity, ...]) -> bool:
    """Whether it is told what goods shall become by more than the sound of it: by a second choice, or a sign between the two.

    Args:
        start: where the words begin in the message.
    """
    goods = [item for item in entities if item.type == "product" and item.score > GUESSED]
    second = any(item.type == "option" and item.value.get("otherwise") for item in entities)
    at_once = bool(goods) and _becomes_at_once(low, goods[-1].end - start, start, entities)
    return second or at_once or _instead_of(low, start, entities)


def _instead_of(low: str, start: int, entities: tuple[Entity, ...]) -> bool:
    """Whether a version is wanted in the place of the goods that one has: "27 instead of the jeans I have"."""
    match = _INSTEAD_OF.search(low)
    if match is None:
        return False
    goods = any(item.type == "product" and item.start - start >= match.end() for item in entities)
    return goods and any(item.type == "option" and item.end - start <= match.start() for item in entities)


def _becomes_at_once(low: str, place: int, start: int, entities: tuple[Entity, ...]) -> bool:
    """Whether right behind goods, and what they are now, nothing is said but what they shall become: "jeans 28 to 27", 板鞋→41码."""
    place = next(
        (item.end - start for item in entities if item.type == "option" and item.start - start == place + 1), place
    )
    sign = _TO.search(low[place:])
    return sign is not None and any(
        item.type == "option" and 0 <= item.start - start - place - sign.end() <= 1 for item in entities
    )


def _as_preferred(part: segments.Segment, low: str, entities: tuple[Entity, ...]) -> bool:
    """Whether goods shall be of one kind, and of another where that is not to be had: "dress in black, else green"."""
    named = any(item.type in {"product", "order_ref"} and item.score > GUESSED for item in entities)
    own = any(item.type == "order_ref" for item in entities) or browsing.speaks_of_own(low) or bool(_SIGN.search(low))
    own = own or bool(_REQUESTS.search(low) and _THOSE.search(low))
    second = any(item.type == "option" and item.value.get("otherwise") for item in entities)
    wanted = part.cue in SWAPPING and any(item.type == "option" and item.value.get("wanted") for item in entities)
    return named and (wanted or (second and (own or not part.question) and part.cue in _KINDS))


def _becomes(part: segments.Segment, entities: tuple[Entity, ...], place: int) -> bool:
    """Whether a value is named behind a place in the words."""
    return any(item.type == "option" and item.start >= part.start + place for item in entities)


BETWEEN_TWO = 30
"""Characters between the kind that is wanted and the one that is not."""
_RATHER = re.compile(r"\b(?:rather than|instead of|and not|not)\b|而不是|不要|别要|不是|别发")


def _rather(part: segments.Segment, low: str, entities: tuple[Entity, ...]) -> bool:
    """Whether goods shall be of one kind rather than another: "O3614: blue instead of grey", "the sweater: L instead of M"."""
    named = [item for item in entities if item.type == "option" and item.value.get("key")]
    orders = any(item.type == "order_ref" and {"id", "suffix"} & item.value.keys() for item in entities)
    goods = any(item.type == "product" and item.score > GUESSED for item in entities)
    if not (orders or goods) or len(named) < 2 or part.question or part.cue not in {None, "make", "change", "exchange"}:
        return False
    between = low[named[0].end - part.start : named[1].start - part.start]
    near = len(between) <= BETWEEN_TWO
    return near and named[0].value["key"] == named[1].value["key"] and bool(_RATHER.search(between))
