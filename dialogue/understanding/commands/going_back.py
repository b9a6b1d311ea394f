"""The turn back to what was asked for before, not said again: "do it the way you had it first", "forget the 29", 还是按一开始说的."""

from __future__ import annotations

import re

from dialogue.commands import Correct, Entity, StartFlow
from dialogue.understanding.commands.as_before import only_asks, pointed_back, without_pointers
from dialogue.understanding.commands.corrections import same
from dialogue.understanding.commands.declined import all_declined
from dialogue.understanding.commands.of_goods import GUESSED
from dialogue.understanding.commands.reading import Reading
from dialogue.understanding.commands.turning import is_rival, lets_go_of_what_runs
from dialogue.understanding.turned_down import is_turned_down

_SHORT = 60
"""Characters of a message that can do no more than refuse something."""
_VALUES = frozenset({"option", "payment_method", "address", "email", "tax_id", "order_ref"})
_GOODS = frozenset({"product", "sku"})
_DENIES = re.compile(
    r"n't\b|\b(?:not|no|nothing|never|hates?|dislikes?|dont|doesnt|isnt|wont|cant|too|afraid|worried|wrong|ugly|silly|looks?)\b|不|没|别|讨厌|怕|太|嫌|偏|丑|难看|[大小长短松紧]了"
)
"""In the clause of what is not to be had."""
_CLAUSE = re.compile(r"[,，。.;；!！?？\n…]+\s*|\s+(?:but|so|and|because|cos)\s+")
_THAT_ONE = re.compile(r"\b(?:that|the (?:other|first|former)) one\b|那[一个]?[个单件条]|另[外一]")
_OTHER_VERBS = re.compile(
    r"\b(?:return|exchang\w*|swap\w*|cancel\w*|refund|send|also|instead|stop|nothing)\b|退|换|取消|也|停"
)


def back(reading: Reading) -> Correct | StartFlow | None:
    """Return the correction to what the running request was before, or the rival that was given up for it; None where neither is wanted."""
    view, words = reading.view, reading.words()
    if view.active_flow is None and view.pending is None and view.given_up and _points_only_back(reading):
        return StartFlow(flow=view.given_up, text=words, score=0.85, source="pattern")
    if view.active_flow is None or view.active_flow in view.waiting:
        return None
    to = pointed_back(reading.text.low)
    if lets_go_of_what_runs(reading.text.low, view.active_flow):
        return None  # 不换了，还是照原来的穿
    if to is not None and (wanted := _values_wanted(reading)):
        again = view.before and all(_is_held(reading, item) for item in wanted)  # "29 it is, as I said"
        return Correct(entities=tuple(wanted), text=words, score=0.9, source="pattern") if again else None
    if not view.before:
        rival = view.given_up if to is not None and is_rival(view.given_up, view.active_flow) else None
        if rival is None or any(item.type == "ordinal" for item in reading.told()):
            return None
        return StartFlow(flow=rival, text=words, score=0.85, source="pattern")
    if not _is_put_to_a_yes(reading):
        return None
    if to is None and (_only_refuses(reading) or _that_one_not_this(reading)):
        to = "last"
    return Correct(back=to, text=words, score=0.9, source="pattern") if to is not None else None


_AROUND = re.compile(
    r"\b(?:no+|nah|ok(?:ay)?|hm+|well|actually|sorry|oh|wait|please|pls|just|then|so|and|do|it|that|let's|go|back|to|with|was|is|were|the|my|better|right|fine|after all|want|would|like|i|i'd|we|you|as|like|how|way|can|could|changed|mind|again|still|think|guess|what|a|thanks)\b"
    r"|[还是就按照那吧了好的哈啊嗯唉哎我说要想办弄做来给帮请算行改主意]"
)
"""Words around what points back that name nothing."""


def _points_only_back(reading: Reading) -> bool:
    """Whether a message does nothing but point back to what was stopped: "hm, actually do what I asked at first"."""
    low = reading.text.low
    if reading.told() or pointed_back(low) is None:
        return False
    left = _AROUND.sub(" ", without_pointers(low))
    return re.search(r"\w", left) is None


def _is_put_to_a_yes(reading: Reading) -> bool:
    question = reading.view.pending
    return question is not None and (question.kind == "confirm" or question.slot == "@repair")


def _told(reading: Reading, kinds: frozenset[str]) -> list[Entity]:
    return [item for item in reading.told() if item.type in kinds and item.score > GUESSED]


def _values(reading: Reading) -> list[Entity]:
    """Return the values that are told; a colour is one where versions are chosen, elsewhere it says which goods are meant."""
    versions = {"swaps", "options"} & set(reading.view.flow_slots.values())
    return [item for item in _told(reading, _VALUES) if item.type != "option" or (versions and item.value.get("value"))]


def _is_held(reading: Reading, item: Entity) -> bool:
    """Whether a value is the one that holds now: of its type, and of its key, the last that was told."""
    key = item.value.get("key")
    held = [
        one for one in reading.view.said if one.type == item.type and (not key or one.value.get("key") in {key, ""})
    ]
    return any(same(item, one) for one in held[-1:])


def _values_wanted(reading: Reading) -> list[Entity]:
    """Return the values that are named and to be had: others than what holds, or what holds where no clause refuses it."""
    return [
        item
        for item in _values(reading)
        if not is_turned_down(reading.text.low, item)
        and not (_is_held(reading, item) and _is_dismissed(reading.text.low, item))
    ]


_COMMENTED = re.compile(
    r"^s? (?:ones? |cards? )?(?:is|are|was|were)\b(?! (?:fine|good|right|ok|okay|great|better|best|perfect|it|what|the)\b)"
)
"""Behind what is only told of: "29 is for grandpas, the first size please"."""


def _is_dismissed(low: str, item: Entity) -> bool:
    """Whether what holds is named only to say why it shall not be."""
    return _DENIES.search(_clause_of(low, item)) is not None or _COMMENTED.match(low[item.end :]) is not None


def _clause_of(low: str, item: Entity) -> str:
    ends = [0, *(match.end() for match in _CLAUSE.finditer(low)), len(low)]
    start = max(end for end in ends if end <= item.start)
    return low[start : min(end for end in ends if end >= item.end)]


def _only_refuses(reading: Reading) -> bool:
    """Whether the value that holds is refused, nothing put in its place, and the request itself not spoken of: "no, not the 29"."""
    low, values = reading.text.low, _values(reading)
    if not values or len(low.strip()) > _SHORT or _OTHER_VERBS.search(low) or _told(reading, _GOODS) or only_asks(low):
        return False
    before = [one for one in reading.view.before if any(one.type == item.type for item in values)]
    turned_down = all(_is_held(reading, item) and is_turned_down(low, item) for item in values)
    return turned_down and any(not any(same(one, item) for item in values) for one in before)


def _that_one_not_this(reading: Reading) -> bool:
    """Whether the goods that hold are refused for others that are only pointed to: "cancel that one, not the keyboard"."""
    refused = all_declined(reading)
    others = [one for one in _told_before(reading) if not any(same(one, item) for item in refused)]
    mine = bool(refused) and all(any(same(item, one) for one in reading.view.said) for item in refused)
    return mine and bool(others) and _THAT_ONE.search(reading.text.low) is not None


def _told_before(reading: Reading) -> list[Entity]:
    return [one for one in reading.view.before if one.type in _GOODS and one.score > GUESSED]
