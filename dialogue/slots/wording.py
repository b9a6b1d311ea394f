"""Slots of what the bot says: which of its texts is meant, and the words that the sentence gives for it."""

from __future__ import annotations

import re

from dialogue.slots.base import DeadEnd, Filled, Filling, Question, SlotContext
from dialogue.understanding.text_words import text_words
from tools.wording.types import FoundText, TextList

OFFERED = 6
CLEARLY = 0.85
"""The best text is meant where no other one fits nearly as well."""
_SHOWN = 60
_FACT = re.compile(r"[{｛]\s*([^{}｛｝]+?)\s*[}｝]")


async def fill_bot_text(context: SlotContext) -> Filling:
    """Take the text that the sentence describes or quotes; where several fit about as well, offer them."""
    words = text_words(context.frame.text)
    query = words.head[:500]
    found = await context.reader.read("find_texts", {"query": query, "lang": context.lang, "limit": OFFERED})
    texts = found.texts if isinstance(found, TextList) else ()
    named = set(_FACT.findall(words.body))
    texts = tuple(each for each in texts if named <= {*each.facts["zh"], *each.facts["en"]}) or texts
    if not texts:
        return DeadEnd("no_text_found")
    if len(texts) == 1 or texts[1].score < CLEARLY:
        return Filled(texts[0].place)
    return Question(context.question("ask.choice"), tuple((_shown(each, context), each.place) for each in texts))


async def fill_bot_words(context: SlotContext) -> Filling:
    """Take the new words of the sentence; ``""`` where it gives none, or only such as were refused."""
    body = text_words(context.frame.text).body
    return Filled("" if body in context.frame.results.get("refused", ()) else body)


def _shown(text: FoundText, context: SlotContext) -> str:
    said, now = (text.said.zh, text.now.zh) if context.lang == "zh" else (text.said.en, text.now.en)
    line = " ".join((now or "").split())
    return f"{said}: {line if len(line) <= _SHOWN else line[:_SHOWN] + '…'}"
