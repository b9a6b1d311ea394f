"""Questions about the shop's rules: those of several clauses, and what of their words the documents are searched by."""

from __future__ import annotations

from dialogue.commands import Command, StartFlow
from dialogue.understanding import phrases, segments
from dialogue.understanding.commands.of_goods import CLEAR, EFFECTS
from dialogue.understanding.commands.reading import Reading

WHOLE = 0.5
"""Chance from which a message of several clauses is one question."""
_RULED = frozenset({"request_invoice", "claim_coupon", "list_coupons", "order_status", "track_order", "refund_status"})
"""Procedures besides those with an effect that the shop's rules are asked about."""


def is_one_question(reading: Reading, found: list[Command]) -> bool:
    """Whether a message of several clauses is one question about the shop's rules: "if I only buy a cream, what do you charge?".

    The clauses before the question only say for which case it is asked: alone they are no clear wish.
    """
    best, chance = reading.classify(reading.masked())[0]
    if best != "ask_knowledge" or chance < WHOLE or any("id" in item.value for item in reading.entities):
        return False
    wishes = [one for one in found if isinstance(one, StartFlow)]
    rules = all(one.flow in EFFECTS | _RULED for one in wishes)
    unclear = all(
        (one.score < CLEAR and segments.cue(one.text.lower()) is None) or phrases.asks_what(one.text.lower())
        for one in wishes
    )
    return bool(wishes) and rules and unclear


def nameless(reading: Reading, part: segments.Segment, words: str) -> str:
    """Return a question without the names of people: no document speaks of them."""
    named = any(item.type == "person_name" for item in reading.within(part.start, part.end))
    return reading.masked(part.start, part.end) if named else words
