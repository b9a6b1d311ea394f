"""A choice that is made anew: "no, it's for me", said of the kind of an invoice."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from dialogue.engine import Engine
from dialogue.state import Frame
from dialogue.understanding.pending import without_denied
from dialogue.work import Work
from knowledge.types import Lang

_AROUND_A_CHOICE = re.compile(
    r"\b(?:an?|the|one|it|it's|is|so|then|just|please|i|i'd|say|guess|make|that|ok|okay|for|has|have|to|be|on|my|invoice|title|well|h+m+|yes|no|actually|make|instead|rather|sorry|kind|go|with)\b|抬头|发票|[换改成那就吧的哈呢啊嗯呃哦噢要开写个一好是用选得给了吗嘛呗]",
    re.IGNORECASE,
)
"""Words around a choice that are no value of their own."""


def choose_other(engine: Engine, work: Work, frame: Frame, words: str) -> bool:
    """Change a choice that was made, when another one is named: "no, it's for me", 不对 是个人的."""
    low = without_denied(words.lower())
    for name, spec in work.flows[frame.flow].slots.items():
        if spec.type != "choice" or frame.slots.get(name) is None:
            continue
        named = [choice for choice in spec.choices if any(word in low for word in _words_of(choice, work.lang))]
        if len(named) == 1 and named[0]["value"] != frame.slots[name]:
            engine.clear(frame, name)
            frame.slots[name] = named[0]["value"]
            return True
    return False


def only_chooses(engine: Engine, work: Work, frame: Frame, asked: str) -> bool:
    """Tell whether words that were asked for only say once more, or anew, the choice that they depend on: 那就公司抬头的哈, asked for the title."""
    slots = work.flows[frame.flow].slots
    chosen = [choice for name in slots[asked].of if slots[name].type == "choice" for choice in slots[name].choices]
    low = without_denied(work.text.lower())
    for word in sorted({word for choice in chosen for word in _words_of(choice, work.lang)}, key=len, reverse=True):
        low = low.replace(word, " _ ")
    if "_" not in low or re.search(r"[^\W_]", _AROUND_A_CHOICE.sub(" ", low)):
        return False
    choose_other(engine, work, frame, work.text)
    return True


def _words_of(choice: Mapping[str, Any], lang: Lang) -> list[str]:
    """Return what a choice is called: its label and other words for it."""
    return [str(word).lower() for word in (choice[lang], *choice.get("words", ()))]
