"""What will do where the first wish is not to be had: "the hoodie in navy, or black if navy is sold out", 没有藏青就换黑色."""

from __future__ import annotations

import dataclasses

from dialogue.commands import Entity
from dialogue.understanding import conditions, segments
from dialogue.understanding.commands.reading import Reading
from dialogue.understanding.text import Text

_SWAPS = frozenset({None, "exchange", "change", "make"})
"""Families of verbs beside which an option is another version of the same goods."""


def by_preference(reading: Reading) -> Reading:
    """Take the clauses that only name another version for a second choice: their words are no request, and no question of stock.

    Its option is kept as ``"otherwise"``, what the condition repeats ("if black is out") is left out.
    """
    for clause in conditions.alternatives(reading.text.low):
        start, end = clause.body
        low = reading.text.low[start:end]
        options = [item for item in reading.within(start, end) if item.type == "option" and item.value.get("value")]
        goods = any(item.type == "product" and item.value.get("product_ids") for item in reading.within(start, end))
        before = any(item.type == "option" and item.end <= clause.start for item in reading.entities)
        if not options or goods or not before or segments.cue(low) not in _SWAPS:
            continue
        second = [_otherwise(item) for item in options]
        span = (clause.start, max(clause.end, end))
        beside = [item for item in reading.entities if item.end <= span[0] or item.start >= span[1]]
        entities = sorted([*beside, *second], key=lambda item: item.start)
        reading = dataclasses.replace(reading, text=_blank(reading.text, span), entities=entities)
    return reading


def if_to_be_had(reading: Reading) -> Reading:
    """Leave the leading "if it is in stock" out of what is classified; the option in it is what is wanted."""
    end = conditions.without_whether(reading.text.low)
    if not end or segments.cue(reading.text.low[end:]) is None:
        return reading
    entities = [
        item.model_copy(update={"value": {**item.value, "wanted": True}})
        if item.type == "option" and item.end <= end
        else item
        for item in reading.entities
    ]
    return dataclasses.replace(reading, entities=entities)


def _otherwise(item: Entity) -> Entity:
    return item.model_copy(update={"value": {**item.value, "otherwise": True}})


def _blank(text: Text, span: tuple[int, int]) -> Text:
    start, end = span
    gap = " " * (end - start)
    return Text(*(words[:start] + gap + words[end:] for words in (text.raw, text.plain, text.low)))
