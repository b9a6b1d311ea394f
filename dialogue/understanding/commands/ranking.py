"""What else was said weighs the intents that the classifier heard: an order's number, the verb, who is talking."""

from __future__ import annotations

import re

from dialogue import browsing
from dialogue.commands import Entity
from dialogue.understanding import segments
from dialogue.understanding.commands.of_goods import CLEAR, EFFECTS, GUESSED, HEARD, SURE
from dialogue.understanding.commands.reading import Reading

Ranking = list[tuple[str, float]]
"""Intents with their chances, best first."""

HINT = 0.15
"""Chance from which an intent counts as the second that may be meant."""
_VERBS = {"return": "return_items", "exchange": "exchange_items", "cancel": "cancel_order"}
"""Family of a request's verb -> the procedure that does it."""
_LOOKS = frozenset(
    {"order_status", "track_order", "find_products", "product_details", "out_of_scope", "ask_human", "ask_knowledge"}
)
STRANGER = 0.25
"""Weight of a procedure for customers where nobody is known and nothing of one's own was spoken of."""
_MINE = re.compile(
    r"\b(?:my|mine|i (?:cancell?ed|returned|ordered|bought|paid|purchased|got|sent back))\b|我的|我[买下订退换]|我那"
)
_OF_SOMEBODY = frozenset({"order_ref", "email", "phone", "person_name", "postcode", "tracking_number"})


def weighed(reading: Reading, part: segments.Segment, entities: tuple[Entity, ...], ranked: Ranking) -> Ranking:
    """Return the intents of a part of a message with what else is said taken into account."""
    low = reading.text.low[part.start : part.end]
    ranked = _of_the_verb(_of_own_order(ranked, low, entities, reading.personal), part, entities)
    return _of_a_stranger(reading, ranked, low, entities)


def _of_own_order(ranked: Ranking, low: str, entities: tuple[Entity, ...], personal: frozenset[str]) -> Ranking:
    """Nobody looks for goods, or asks about the rules, by the number of an order: its chance goes to the next wish.

    Nor is it asked whether goods are to be had that somebody has bought: "the grey keyboard I bought, any news?".
    """
    numbered = any({"id", "suffix"} & item.value.keys() for item in entities if item.type == "order_ref")
    if len(ranked) < 2:
        return ranked
    (best, first), (wish, chance), *rest = ranked
    of_own = wish in personal and chance >= HINT
    searches = numbered and (best == "find_products" or (best == "ask_knowledge" and of_own))
    has_it = best == "check_stock" and of_own and browsing.speaks_of_own(low)
    return [(wish, first + chance), *rest] if searches or has_it else ranked


def _of_the_verb(ranked: Ranking, part: segments.Segment, entities: tuple[Entity, ...]) -> Ranking:
    """Let the verb decide between what is to be done to a numbered order and how it stands: "approve the return of D1".

    So it does between two things to be done of which neither is clear, and where nothing else is clear of goods that are named.
    """
    flow = _VERBS.get(part.cue or "")
    if (
        flow is not None
        and ranked[0][0] in EFFECTS - {flow}
        and ranked[0][1] < CLEAR
        and dict(ranked[1:3]).get(flow, 0.0) >= HEARD
    ):
        return [(flow, ranked[0][1]), *(one for one in ranked if one[0] != flow)]
    numbered = any("id" in item.value for item in entities if item.type == "order_ref")
    goods = any(item.type == "product" and item.score > GUESSED for item in entities)
    if flow and goods and not part.question and ranked[0][1] < SURE and dict(ranked[1:4]).get(flow, 0.0) >= HINT:
        return [(flow, SURE), *(one for one in ranked if one[0] != flow)]
    if flow is None or not numbered or part.question or ranked[0][0] not in _LOOKS | {flow}:
        return ranked
    return [(flow, max(ranked[0][1], SURE)), *(one for one in ranked if one[0] != flow)]


def _of_a_stranger(reading: Reading, ranked: Ranking, low: str, entities: tuple[Entity, ...]) -> Ranking:
    """Who is not known and speaks of nothing of their own rather asks about the shop than about an order."""
    own = browsing.speaks_of_own(low) or _MINE.search(low) or any(item.type in _OF_SOMEBODY for item in entities)
    if reading.view.known or own:
        return ranked
    weighed = [(name, chance * (STRANGER if name in reading.personal else 1.0)) for name, chance in ranked]
    total = sum(chance for _, chance in weighed) or 1.0
    return sorted(((name, chance / total) for name, chance in weighed), key=lambda one: -one[1])
