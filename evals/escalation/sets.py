"""The labelled messages: ways to ask for a person and what only sounds like it; alarms and what only sounds like those.

Files: ``evals/data/escalation``. Blocks of like messages stand below a heading; each heading stands there twice or more: its second
block is held out and was written before any result was seen, the others are there to improve by. No held-out message is a training utterance.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from pathlib import Path
from typing import Literal, get_args

from knowledge.types import Lang

FOLDER = Path(__file__).parent.parent / "data" / "escalation"
Part = Literal["dev", "held_out"]
LANGS: tuple[Lang, ...] = get_args(Lang)
ASKED = "asked"
NONE = "none"
"""What a message is labelled with that no person is needed for."""


@dataclasses.dataclass(frozen=True)
class Labelled:
    """A message, as the first of a conversation, and what it shows."""

    text: str
    lang: Lang
    sign: str
    """``asked``, an alarm's kind, or ``none``."""
    part: Part
    block: str
    """The heading that it stands under: ``terse``, ``goods``, ``hazard``."""


def asked_for() -> list[Labelled]:
    """Return the messages that ask for a person, and those that do not."""
    return [
        dataclasses.replace(message, sign=sign)
        for lang in LANGS
        for name, sign in (("asks", ASKED), ("near", NONE))
        for message in _read(name, lang)
    ]


def alarming() -> list[Labelled]:
    """Return the messages with words of danger, law, need, and those that only sound like it: a heading is a sign."""
    return [dataclasses.replace(message, sign=message.block) for lang in LANGS for message in _read("alarms", lang)]


def _read(name: str, lang: Lang) -> list[Labelled]:
    found: list[Labelled] = []
    blocks: Counter[str] = Counter()
    block = ""
    for line in (FOLDER / f"{name}.{lang}.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            block = line.removeprefix("# ")
            blocks[block] += 1
        elif line:
            part: Part = "held_out" if blocks[block] == 2 else "dev"
            found.append(Labelled(line, lang, "", part, block))
    return found
