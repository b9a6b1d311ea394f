"""What tells one of several choices by the others: those that are ruled out, found wrong, or a step away."""

from __future__ import annotations

import re

from dialogue.commands import CannotHandle, Choose, Command, PendingQuestion
from dialogue.understanding import pending
from dialogue.understanding.commands.reading import Reading
from dialogue.understanding.pointed_choices import between
from dialogue.understanding.turned_down import is_found_wrong, is_turned_down

_STEPS = frozenset({"larger", "smaller"})

_NO = re.compile(r"\bno+ (?:the )?$")
"""Before a value that is named alone it may well be an answer, and then the value."""


def left_over(reading: Reading, question: PendingQuestion) -> list[Command] | None:
    """Choose what is left where others were ruled out, of several it is asked again which; None where none were."""
    words = reading.text, reading.entities, question, reading.lexicon
    within = between(reading.text.low, question.choices) is not None
    places = pending.choose(*words) if within else pending.left(*words)
    if places is None:
        return None
    if len(places) != 1 and not question.multiple:
        return [CannotHandle(text=reading.words(), score=0.6, source="pending")]
    return [Choose(indexes=tuple(places), text=reading.words(), score=0.9, source="choice")]


def wants_a_step(reading: Reading, question: PendingQuestion) -> bool:
    """Whether a version is wanted by its distance from the one that they have: "blue, one size down from my 28"."""
    return between(reading.text.low, question.choices) is None and any(
        item.value.get("relation") in _STEPS for item in reading.entities
    )


def without_turned_down(reading: Reading) -> Reading:
    """Return the message without the goods, sizes and colours that it finds wrong, or refuses where others are named: "the 27s, 26 would be too tight"."""
    low = reading.text.low
    options = [item for item in reading.entities if item.type == "option" and item.value.get("value")]
    gone = [item for item in options if is_turned_down(low, item)]
    if len(gone) == len(options):
        gone = [item for item in options if is_found_wrong(low, item) or not _NO.search(low[: item.start])]
    gone += [item for item in reading.entities if item.type == "product" and is_turned_down(low, item)]
    return reading.without([(item.start, item.end) for item in gone])
