"""A wish with a question behind it that only asks to agree: 只退卫衣行吗, "just the hoodie, is that ok?"."""

from __future__ import annotations

import re

from dialogue.understanding import phrases
from dialogue.understanding.commands.of_goods import GUESSED
from dialogue.understanding.commands.reading import Reading

_TAG = re.compile(
    r"(?:[,，\s]*(?<![还都不就也])(?:行|可以)(?:吗|么|不|嘛|不行|不可以)|[,，]\s*(?:好|成)(?:吗|不|不好|不成))\W*$"
    r"|[,;]\s*(?:is (?:that|it) (?:ok(?:ay)?|fine|possible|all ?right)|would that (?:work|be (?:ok(?:ay)?|fine|possible))|ok(?:ay)?|all ?right|can you|could you)\s*\?+\s*$"
)
_VALUES = frozenset({"product", "order_ref", "sku", "ordinal", "option", "payment_method", "address", "quantity"})


def without_tag(reading: Reading) -> Reading:
    """Return a message without such a question, where a procedure runs and a value of it is named, which no other question is about."""
    low, tag = reading.text.low, _TAG.search(reading.text.low)
    if tag is None or reading.view.active_flow is None or phrases.is_question(low[: tag.start()].strip()):
        return reading
    named = [item for item in reading.told() if item.type in _VALUES and item.score > GUESSED]
    return reading.without([tag.span()]) if any(item.end <= tag.start() for item in named) else reading
