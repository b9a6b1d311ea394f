"""Other values for what was said before, and reasons in words of one's own."""

from __future__ import annotations

from dialogue.commands import Correct, Entity
from dialogue.understanding import phrases
from dialogue.understanding.commands.reading import Reading
from dialogue.understanding.entities.base import entity
from knowledge.types import JsonObject


def correction(reading: Reading) -> Correct:
    """Return the whole message as a correction."""
    return Correct(
        entities=reading.told(),
        slot=phrases.slot_named(reading.text.low),
        text=reading.words(),
        score=0.9,
        source="pending" if reading.view.pending else "pattern",
    )


def own_reason(reading: Reading) -> Entity:
    """A reason in words of one's own, which no code stands for."""
    value: JsonObject = {"code": "other", "text": reading.words()}
    return entity(reading.text, "reason", value, (0, len(reading.text.raw)), score=0.5)
