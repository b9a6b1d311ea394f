"""Corrections that are known by what is settled: a value that holds beside another for the same thing, or another one alone.

"The 30 was for someone else, we need 27": of two sizes the one that was told before gives way, whatever the words around it are.
Which of them does is for `dialogue.replaced` to say, which sees the records.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from dialogue.commands import Correct, Entity
from dialogue.understanding import pending, phrases, polarity, segments
from dialogue.understanding.commands.corrections import same
from dialogue.understanding.commands.reading import Reading

LONGEST = 160
"""Characters from which a message tells a story."""
_GENERIC = 0.3
_SLOTS: dict[str, frozenset[str]] = {
    "product": frozenset({"order", "order_optional", "order_lines", "product"}),
    "order_ref": frozenset({"order", "order_optional"}),
    "option": frozenset({"swaps", "options"}),
    "payment_method": frozenset({"payment_method"}),
    "reason": frozenset({"reason"}),
    "email": frozenset({"email"}),
    "tax_id": frozenset({"tax_id"}),
}
"""What is told -> the slots that it is a value for."""
_GOODS = frozenset({"product", "order_ref"})
_FAMILY: dict[str, frozenset[str]] = {
    "return_items": frozenset({"return"}),
    "exchange_items": frozenset({"exchange", "change", "make"}),
    "change_items": frozenset({"exchange", "change", "make"}),
    "cancel_order": frozenset({"cancel"}),
    "request_invoice": frozenset({"invoice"}),
    "price_protection": frozenset({"price"}),
}
_OTHER_WISHES = frozenset({"cancel", "return", "exchange", "invoice", "price", "coupon", "compare"})
"""Families of verbs by which another procedure is asked for."""
_ADDS = re.compile(r"\b(?:also|too|as well|in addition|plus|both|and then)\b|还有|还要|也|另外|再加|一起|都|顺便|同时")
_TOGETHER = re.compile(r"^\W*(?:and|or|&|\+|和|跟|与|或|以及|、)\W*(?:the|my|a|an)?\W*$|^\W*$")
"""Between two values that are wanted together, or one of which would do."""
_CLAUSE = re.compile(r"[,，。.;；!！\n]+\s*")
_TOO = re.compile(
    r"^\W*(?:[号码]|is|are|was|'s|runs?|feels?|有点|有些|稍微|确实|真的|的)*\W*(?:a (?:bit|little) |far |way )?(?:too\b|太|偏|不合|小了|大了|紧|松了|won't|will never|would)"
)


def replaced(reading: Reading) -> Correct | None:
    """Return the correction of a value that holds; None where the message does nothing of the kind."""
    low, view = reading.text.low, reading.view
    if view.active_flow is None or len(low.strip()) > LONGEST or _asks(low) or _ADDS.search(low):
        return None
    told = [item for item in reading.told() if _fits(item, reading)]
    contrasted = {kind for kind in _SLOTS if _is_contrasted(kind, told, reading)}
    if contrasted & _GOODS and (view.active_flow in view.waiting or _wants_something_else(reading)):
        contrasted -= _GOODS
    if not contrasted and not _is_another_variant(reading, told):
        return None
    if polarity.read(low).sense == "yes" and not contrasted:
        return None
    kept = tuple(item for item in reading.told() if item.type != "reason" or "reason" in contrasted)
    slot = phrases.slot_named(low)
    return Correct(entities=kept, slot=slot, text=reading.words(), score=0.9, source="pattern")


def _asks(low: str) -> bool:
    """Whether the last clause asks something, and not for the correction to be made."""
    last = [one for one in _CLAUSE.split(low) if one.strip()][-1:]
    return any(phrases.is_question(one.strip()) and not phrases.asks_for_it(one) for one in last)


def _fits(item: Entity, reading: Reading) -> bool:
    """Whether a mention is a value of a slot of the running procedure, which is not what it asks for just now."""
    slots = _SLOTS.get(item.type, frozenset()) & set(reading.view.flow_slots.values())
    question = reading.view.pending
    asked = question is not None and item.type in pending.ANSWERS.get(question.slot_type, frozenset())
    return bool(slots) and not asked and item.score > _GENERIC


def _is_contrasted(kind: str, told: Sequence[Entity], reading: Reading) -> bool:
    """Whether a value that was told before stands beside another one that was not, or that was replaced since."""
    values = [item for item in told if item.type == kind]
    before = [item for item in reading.view.said if item.type == kind]
    held = [item for item in values if any(same(item, one) for one in _holding(before, item))]
    new = [item for item in values if item not in held and not item.value.get("negated")]
    new = [item for item in new if kind != "option" or any(_of_one_key(item, one) for one in held)]
    return any(not _TOGETHER.match(_between(reading, one, other)) for one in held for other in new)


def _holding(before: Sequence[Entity], item: Entity) -> Sequence[Entity]:
    """Return what was told before that still holds: of the values of an option, a way of paying or a reason the last."""
    if item.type in _GOODS:
        return before
    told = [one for one in before if not one.value.get("negated") and (item.type != "option" or _of_one_key(one, item))]
    return told[-1:]


def _of_one_key(one: Entity, other: Entity) -> bool:
    keys = [{str(item.value.get("key") or ""), *map(str, item.value.get("keys", ()))} - {""} for item in (one, other)]
    return not keys[0] or not keys[1] or bool(keys[0] & keys[1])


def _between(reading: Reading, one: Entity, other: Entity) -> str:
    first, second = sorted((one, other), key=lambda item: item.start)
    return reading.text.low[first.end : second.start]


def _wants_something_else(reading: Reading) -> bool:
    """Whether a clause asks for another procedure than the one that runs."""
    mine = _FAMILY.get(reading.view.active_flow or "", frozenset())
    families = {segments.cue(clause) for clause in _CLAUSE.split(reading.text.low)}
    others = families & (_OTHER_WISHES - mine)
    return bool(others) and not (families & mine and phrases.corrects(reading.text.low))


def _is_another_variant(reading: Reading, told: Sequence[Entity]) -> bool:
    """Whether another variant than the one that waits for a yes is named: "27.", 裙子还是合身的好看，M码."""
    question = reading.view.pending
    if question is None or question.kind != "confirm" or segments.cue(reading.text.low) in {"return", "cancel"}:
        return False
    named = [
        item for item in told if item.type == "option" and item.value.get("value") and not item.value.get("negated")
    ]
    before = [item for item in reading.view.said if item.type == "option" and item.value.get("value")]
    named = [item for item in named if not _TOO.match(reading.text.low[item.end :])]
    return any(held and not any(same(item, one) for one in held) for item in named if (held := _holding(before, item)))
