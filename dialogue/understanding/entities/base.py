"""What every kind of entity shares: a pattern's hit made into an entity, and the choice among overlapping ones."""

from __future__ import annotations

import re
from collections.abc import Iterable

from dialogue.commands import Entity, EntityType
from dialogue.understanding.text import Text
from knowledge.types import JsonObject


def entity(text: Text, kind: EntityType, value: JsonObject, span: tuple[int, int], *, score: float = 1.0) -> Entity:
    """Make an entity of the words in `span`, without the spaces around them."""
    start, end = span
    while start < end and text.raw[start].isspace():
        start += 1
    while end > start and text.raw[end - 1].isspace():
        end -= 1
    return Entity(type=kind, value=value, text=text.raw[start:end], start=start, end=end, score=score)


def without_overlaps(ranked: Iterable[Entity]) -> list[Entity]:
    """Keep entities in the order given unless they overlap a kept one; return them by place."""
    kept: list[Entity] = []
    taken = bytearray()
    for item in ranked:
        if len(taken) < item.end:
            taken.extend(b"\0" * (item.end - len(taken)))
        if not any(taken[item.start : item.end]):
            taken[item.start : item.end] = b"\1" * (item.end - item.start)
            kept.append(item)
    return sorted(kept, key=lambda item: item.start)


def free(spans: Iterable[tuple[int, int]], match: re.Match[str]) -> bool:
    """Whether a match overlaps none of `spans`."""
    return all(match.end() <= start or match.start() >= end for start, end in spans)
