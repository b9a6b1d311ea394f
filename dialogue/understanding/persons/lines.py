"""The lines that it is learned from whether a person is asked for.

``person_lines.zh.txt`` and ``person_lines.en.txt``, written for this project: below a heading ``# ... > asks`` lines that ask for a person,
below ``> who`` such that ask who answers, below ``> none`` such that only sound like it. Lines that stand together are of like wording:
`FAMILY` of them are a family, which is never on both sides of a split. In a line ``(a|b)`` is a choice; it gives `_DRAWS` messages. Most of what shoppers write asks for nobody: beside those lines stand
the utterances of the intents and of the moods, alone and two or three together. A part of the utterances, `held_back`, is never learned from.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import random
from collections.abc import Iterator, Sequence
from typing import Literal, get_args

from dialogue.understanding import data
from dialogue.understanding.persons.spoken import marked
from dialogue.understanding.text import read
from dialogue.understanding.training import expand
from knowledge.types import Lang

Wish = Literal["none", "who", "asks"]
WISHES: tuple[Wish, ...] = get_args(Wish)
FAMILY = 8
_OF_INTENTS: dict[str, Wish] = {"ask_human": "asks", "chit_chat.bot_identity": "who"}
"""Intents of whose utterances it is known that they ask; all others do not."""
_OF_AN_INTENT = 400
_HELD_BACK = 5
"""One of so many utterances is held back, to measure by."""
_LONG = 1500
"""Messages of a language of two or three utterances."""
_JOINED = 1500
"""Messages of a language in which a line stands beside other business."""
_SHARES = (0.4, 0.1, 0.5)
"""Of each wish, among those."""
_BETWEEN: dict[Lang, tuple[str, ...]] = {"zh": ("，", "。", " "), "en": (", ", ". ", " ", "! ")}
_DRAWS = 12
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
    """Return every message once: own lines, utterances of intents and moods, several of them, and own lines beside business."""
    own, everyday = list(own_lines()), [*of_intents(), *_of_moods()]
    apart = {line.low for line in held_back()}
    everyday = [line for line in everyday if line.low not in apart]
    found: dict[str, Line] = {}
    for line in (*own, *everyday, *_long(everyday), *_joined(own, everyday)):
        found.setdefault(line.low, line)
    return list(found.values())


def own_lines() -> Iterator[Line]:
    """Yield the lines of the files, in order; what alternatives give once more is left out."""
    for lang in get_args(Lang):
        heading, wish, count = "", WISHES[0], 0
        drawn: set[tuple[str, Wish]] = set()
        for text in (data.FOLDER / f"person_lines.{lang}.txt").read_text(encoding="utf-8").splitlines():
            if text.startswith("# ") and " > " in text:
                heading, _, named = text[2:].partition(" > ")
                wish, count = WISHES[WISHES.index(named)], 0
            elif text:
                for low in (read(one).low for one in _drawn(text)):
                    letters = "".join(filter(str.isalnum, low))
                    if "|" not in text or (letters, wish) not in drawn:
                        yield Line(low, wish, lang, f"{lang} {heading} {count // FAMILY}", "own")
                    drawn.add((letters, wish))
                count += 1


def _drawn(text: str) -> list[str]:
    """Return a line, or some of the messages that its alternatives give."""
    if "|" not in text:
        return [text]
    rng = random.Random(text)  # noqa: S311 (no secret)
    return list(dict.fromkeys(expand(text, {}, rng) for _ in range(_DRAWS)))


def of_intents(most: int = _OF_AN_INTENT) -> Iterator[Line]:
    """Yield up to `most` utterances of each intent in each language, none of those held back."""
    for lang, intent, utterances in _utterances():
        rng = random.Random(intent)  # noqa: S311 (no secret)
        learnt = [line for line in utterances if not _is_held_back(lang, intent, line)]
        for line in rng.sample(learnt, min(most, len(learnt))):
            yield _everyday(lang, intent, line, rng)


def held_back(times: int = 1) -> list[Line]:
    """Return the utterances that nothing is learned from, each in up to `times` ways."""
    found: dict[str, Line] = {}
    for lang, intent, utterances in _utterances():
        rng = random.Random(f"held back {intent}")  # noqa: S311 (no secret)
        for line in utterances:
            if _is_held_back(lang, intent, line):
                found.update((one.low, one) for one in (_everyday(lang, intent, line, rng) for _ in range(times)))
    return list(found.values())


def _utterances() -> Iterator[tuple[Lang, str, list[str]]]:
    for lang in get_args(Lang):
        for path in sorted((data.FOLDER / lang).glob("*.yaml")):
            yield lang, path.stem, list(map(str, data.read_yaml(f"{lang}/{path.name}")))


def _is_held_back(lang: Lang, intent: str, line: str) -> bool:
    return int(hashlib.sha256(f"{lang} {intent} {line}".encode()).hexdigest(), 16) % _HELD_BACK == 0


def _everyday(lang: Lang, about: str, line: str, rng: random.Random) -> Line:
    low = read(expand(line, _fillers()[lang], rng)).low
    return Line(low, _OF_INTENTS.get(about, "none"), lang, f"{lang} {about} {line}", "everyday")


@functools.cache
def _fillers() -> dict[Lang, dict[str, list[str]]]:
    found: dict[Lang, dict[str, list[str]]] = data.read_yaml("fillers.yaml")
    return found


def _of_moods() -> Iterator[Line]:
    """Yield what the moods are learned from, which complains at length; what has a word for a person or a machine is left out."""
    for lang, moods in data.read_yaml("mood_lines.yaml").items():
        for mood, texts in moods.items():
            rng = random.Random(mood)  # noqa: S311 (no secret)
            said = [_everyday(lang, mood, text, rng) for text in texts]
            yield from (line for line in said if marked(line.low) == line.low)


def _long(everyday: Sequence[Line]) -> Iterator[Line]:
    """Yield messages of two or three utterances that ask for nobody."""
    rng = random.Random(11)  # noqa: S311 (no secret)
    for lang in get_args(Lang):
        business = [line for line in everyday if (line.lang, line.wish) == (lang, "none")]
        for _ in range(_LONG):
            some = rng.sample(business, rng.choice((2, 2, 3)))
            yield dataclasses.replace(some[0], low=rng.choice(_BETWEEN[lang]).join(line.low for line in some))


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
