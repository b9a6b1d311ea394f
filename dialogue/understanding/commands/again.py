"""What was just looked up, asked of other goods: 那键盘呢, "and the keyboard?"."""

from __future__ import annotations

import re

from dialogue.commands import Entity
from dialogue.understanding import phrases
from dialogue.understanding.commands.of_goods import GUESSED
from dialogue.understanding.commands.reading import Reading

_FILLS = re.compile(
    r"\b(?:ok|and|so|what|how|about|the|my|then|that|those|order|one)\b|[那这么我的个件双条台单呢还有也]|\W"
)
_ASKED_AGAIN = frozenset({"track_order", "order_status", "refund_status"})


def asks_the_same(reading: Reading, low: str, entities: tuple[Entity, ...]) -> bool:
    """Whether what was just looked up is asked of other goods of one's own: 那键盘呢, "and the keyboard?", after 耳机到哪了."""
    view, goods = reading.view, [item for item in entities if item.type == "product" and item.score > GUESSED]
    if view.active_flow is not None or view.last_flow not in _ASKED_AGAIN or not goods or not phrases.elliptical(low):
        return False
    for item in goods:
        low = low.replace(item.text.lower(), " ")
    return not _FILLS.sub("", low)
