"""Other values for what was said before."""

from __future__ import annotations

from dialogue.commands import Correct
from dialogue.understanding import phrases
from dialogue.understanding.commands.reading import Reading


def correction(reading: Reading) -> Correct:
    """Return the whole message as a correction."""
    return Correct(
        entities=reading.told(),
        slot=phrases.slot_named(reading.text.low),
        text=reading.words(),
        score=0.9,
        source="pending" if reading.view.pending else "pattern",
    )
