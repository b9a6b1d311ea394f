"""What will do where the first wish is not to be had: "the hoodie in navy, or black if navy is sold out", 没有藏青就换黑色."""

from __future__ import annotations

import dataclasses

from dialogue.commands import Entity
from dialogue.understanding import conditions, segments
from dialogue.understanding.commands.reading import Reading
from dialogue.understanding.text import Text

_SWAPS = frozenset({None, "exchange", "change", "make", "find"})
"""Families of verbs beside which an option is another version of the same goods."""
_SAID_BESIDE = frozenset({"reason", "quantity", "date", "amount"})
"""What a condition does not tell: "if that doesn't work" finds no fault with the goods."""


def by_preference(reading: Reading) -> Reading:
    """Take the words that only name another version for a second choice: they are no request, and no question of stock.

    Its option is kept as ``"otherwise"``, what the condition repeats ("if black is out") is left out.
    """
    for unit in conditions.guarded(reading.text.low):
        if unit.holds or not _names_a_version(reading, unit):
            continue
        start, end = unit.body
        first = {item.value.get("value") for item in reading.entities if _is_version(item) and not _within(item, unit)}
        second = [
            item.model_copy(update={"value": {**item.value, "otherwise": True}})
            for item in reading.within(start, end)
            if _is_version(item) and item.value["value"] not in first
        ]
        span = (unit.start, max(unit.end, end))
        beside = [item for item in reading.entities if item.end <= span[0] or item.start >= span[1]]
        places = [item.end for item in beside if _is_version(item)]
        place = max((one for one in places if one <= unit.start), default=max(places))
        second = [_behind(item, place) for item in second]
        entities = sorted([*beside, *second], key=lambda item: item.start)
        reading = dataclasses.replace(reading, text=_blank(reading.text, span), entities=entities)
    return reading


def without_conditions(reading: Reading) -> Reading:
    """Leave out what a condition only seems to tell; an option in it is one that the goods shall have."""
    units = conditions.guarded(reading.text.low)
    if not units:
        return reading
    entities = [
        _wanted(item) if item.type == "option" and any(unit.holds and _in_guard(item, unit) for unit in units) else item
        for item in reading.entities
        if item.type not in _SAID_BESIDE or not any(_in_guard(item, unit) for unit in units)
    ]
    return dataclasses.replace(reading, entities=entities)


def _names_a_version(reading: Reading, unit: conditions.Guarded) -> bool:
    """Whether what is wanted otherwise is another version of what was named before."""
    said = reading.within(*unit.body)
    goods = any(item.type == "product" and item.value.get("product_ids") for item in said)
    before = any(_is_version(item) and not _within(item, unit) for item in reading.entities)
    return (
        any(map(_is_version, said))
        and not goods
        and before
        and segments.cue(reading.text.low[slice(*unit.body)]) in _SWAPS
    )


def _is_version(item: Entity) -> bool:
    return item.type == "option" and bool(item.value.get("value")) and not item.value.get("negated")


def _within(item: Entity, unit: conditions.Guarded) -> bool:
    return unit.start <= item.start and item.end <= unit.end


def _in_guard(item: Entity, unit: conditions.Guarded) -> bool:
    return unit.guard[0] <= item.start and item.end <= unit.guard[1]


def _wanted(item: Entity) -> Entity:
    return item.model_copy(update={"value": {**item.value, "wanted": True}})


def _behind(item: Entity, place: int) -> Entity:
    """Return a second choice as one that follows the first, in the same request, wherever it was said."""
    return item.model_copy(update={"start": place, "end": place})


def _blank(text: Text, span: tuple[int, int]) -> Text:
    start, end = span
    gap = " " * (end - start)
    return Text(*(words[:start] + gap + words[end:] for words in (text.raw, text.plain, text.low)))
