"""The lines that it is learned from whether a person is asked for.

``person_lines.zh.txt`` and ``person_lines.en.txt``, written for this project: below a heading ``# ... > asks`` lines that ask for a person,
below ``> who`` such that ask who answers, below ``> none`` such that only sound like it. Lines that stand together are of like wording:
`FAMILY` of them are a family, which is never on both sides of a split.
"""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Iterator, Sequence
from typing import Literal, get_args

from dialogue.understanding import data
from dialogue.understanding.text import read
from dialogue.understanding.training import expand
from knowledge.types import Lang

Wish = Literal["none", "who", "asks"]
WISHES: tuple[Wish, ...] = get_args(Wish)
FAMILY = 8
_OF_INTENTS: dict[str, Wish] = {"ask_human": "asks", "chit_chat.bot_identity": "who"}
"""Intents of whose utterances it is known that they ask; all others do not."""
_OF_AN_INTENT = 80
_JOINED = 1500
"""Messages of a language in which a line stands beside other business."""
_SHARES = (0.4, 0.1, 0.5)
"""Of each wish, among those."""
_BETWEEN: dict[Lang, tuple[str, ...]] = {"zh": ("，", "。", " "), "en": (", ", ". ", " ", "! ")}
_LINE_LAST = 0.7
"""Share of those in which the line stands behind the business."""


@dataclasses.dataclass(frozen=True)
class Line:
    """A message in lower case and what it asks for."""

    low: str
    wish: Wish
    lang: Lang
    family: str
    source: Literal["own", "everyday", "joined"]


def lines() -> list[Line]:
    """Return every message once: own lines, utterances of each intent, and own lines beside business."""
    own, everyday = list(own_lines()), list(of_intents())
    found: dict[str, Line] = {}
    for line in (*own, *everyday, *_joined(own, everyday)):
        found.setdefault(line.low, line)
    return list(found.values())


def own_lines() -> Iterator[Line]:
    """Yield the lines of the files, in order."""
    for lang in get_args(Lang):
        heading, wish, count = "", WISHES[0], 0
        for text in (data.FOLDER / f"person_lines.{lang}.txt").read_text(encoding="utf-8").splitlines():
            if text.startswith("# ") and " > " in text:
                heading, _, named = text[2:].partition(" > ")
                wish, count = WISHES[WISHES.index(named)], 0
            elif text:
                yield Line(read(text).low, wish, lang, f"{lang} {heading} {count // FAMILY}", "own")
                count += 1


def of_intents(most: int = _OF_AN_INTENT) -> Iterator[Line]:
    """Yield up to `most` utterances of each intent in each language."""
    fillers = data.read_yaml("fillers.yaml")
    for lang in get_args(Lang):
        for path in sorted((data.FOLDER / lang).glob("*.yaml")):
            rng = random.Random(path.stem)  # noqa: S311 (no secret)
            utterances = list(map(str, data.read_yaml(f"{lang}/{path.name}")))
            for line in rng.sample(utterances, min(most, len(utterances))):
                low = read(expand(line, fillers[lang], rng)).low
                wish = _OF_INTENTS.get(path.stem, "none")
                yield Line(low, wish, lang, f"{lang} {path.stem} {line}", "everyday")


def _joined(own: Sequence[Line], everyday: Sequence[Line]) -> Iterator[Line]:
    """Yield lines before or behind a message about something else; they are of the line's family."""
    rng = random.Random(5)  # noqa: S311 (no secret)
    for lang in get_args(Lang):
        of = {wish: [line for line in own if (line.lang, line.wish) == (lang, wish)] for wish in WISHES}
        business = [line for line in everyday if (line.lang, line.wish) == (lang, "none")]
        for _ in range(_JOINED):
            line = rng.choice(of[rng.choices(WISHES, _SHARES)[0]])
            two = [rng.choice(business).low, line.low]
            ordered = two if rng.random() < _LINE_LAST else two[::-1]
            yield dataclasses.replace(line, low=rng.choice(_BETWEEN[lang]).join(ordered), source="joined")
