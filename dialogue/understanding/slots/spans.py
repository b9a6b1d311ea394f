"""Slots of a text and the words that they are made of: each Chinese character, each run of letters or of digits, each sign."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Sequence

MAX_CHARS = 1000
"""What lies behind is not read."""
Span = tuple[int, int]
OUTSIDE = "O"
"""The tag of a word of no slot; others are B-label (the first word of a slot) and I-label (a further one)."""
_HAN = r"\u3400-\u9fff"
_WORD = re.compile(rf"[{_HAN}]|[^\W\d_{_HAN}]+(?:'[a-z]+)?|\d+|[^\s\w]|_")


@dataclasses.dataclass(frozen=True)
class Slot:
    """A stretch of a text, ``text[start:end]``, that says something of a kind."""

    start: int
    end: int
    label: str
    score: float = dataclasses.field(default=1.0, compare=False)
    """How sure it is, in (0, 1]."""


def words(text: str) -> list[Span]:
    """Return where the words of a text stand."""
    return [match.span() for match in _WORD.finditer(text[:MAX_CHARS])]


def tags_of(places: Sequence[Span], slots: Iterable[Slot]) -> list[str]:
    """Return a tag for each word: of the slot that touches it, the first one where there are two."""
    tags = [OUTSIDE] * len(places)
    for slot in sorted(slots, key=lambda slot: slot.start):
        mine = [i for i, (start, end) in enumerate(places) if start < slot.end and slot.start < end]
        free = [i for i in mine if tags[i] == OUTSIDE]
        for i in free:
            tags[i] = f"{'B' if i == free[0] else 'I'}-{slot.label}"
    return tags


def slots_of(places: Sequence[Span], tags: Sequence[str], chances: Sequence[float]) -> tuple[Slot, ...]:
    """Return the slots that tags say; each as sure as the least sure of its words."""
    found: list[Slot] = []
    for (start, end), tag, chance in zip(places, tags, chances, strict=True):
        if tag.startswith("B-"):
            found.append(Slot(start, end, tag[2:], chance))
        elif tag.startswith("I-"):
            found[-1] = dataclasses.replace(found[-1], end=end, score=min(found[-1].score, chance))
    return tuple(found)
