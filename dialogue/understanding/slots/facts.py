"""What is seen of a word and its neighbours, and with the intent of its text: named facts, each with a weight of its own."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence

from dialogue.understanding.slots.spans import Span

Fact = tuple[str, float]
_HAN = re.compile(r"[\u3400-\u9fff]")
_KINDS = ((re.compile(r"[a-z]+"), "a"), (re.compile(r"[A-Z]+"), "A"), (re.compile(r"[\u3400-\u9fff]"), "汉"))
_OF_INTENT = ("w0=", "s0=", "w-1=", "w1=")
"""What may mean something else with another intent."""
_LEAST_CHANCE = 0.05
"""An intent that is less likely is not looked at."""


def facts(text: str, places: Sequence[Span], intents: Mapping[str, float]) -> list[list[Fact]]:
    """Return the facts of each word, each with its strength: 1, or the chance of the intent that it holds with."""
    seen = _Words(text, places)
    likely = [(intent, chance) for intent, chance in intents.items() if chance > _LEAST_CHANCE]
    return [
        [*((fact, 1.0) for fact in own), *_with(likely, own)] for own in (list(seen.of(i)) for i in range(len(places)))
    ]


def _with(intents: Sequence[tuple[str, float]], own: Sequence[str]) -> Iterator[Fact]:
    for intent, chance in intents:
        yield f"@{intent}", chance
        for fact in own:
            if fact.startswith(_OF_INTENT):
                yield f"@{intent}|{fact}", chance


class _Words:
    def __init__(self, text: str, places: Sequence[Span]) -> None:
        self._raw = [text[start:end] for start, end in places]
        self._low = [_digits(word.lower()) for word in self._raw]
        self._gaps = [after[0] > before[1] for before, after in itertools.pairwise(places)]

    def _word(self, place: int) -> str:
        if place < 0:
            return "<s>"
        return self._low[place] if place < len(self._low) else "</s>"

    def _shape(self, place: int) -> str:
        return _shape(self._raw[place]) if 0 <= place < len(self._raw) else "^"

    def of(self, i: int) -> Iterator[str]:
        """Yield the facts of a word."""
        word = self._word
        han = bool(_HAN.match(word(i)))
        reach = 4 if han else 3
        yield "any"
        yield from (f"w{d}={word(i + d)}" for d in range(-reach, reach + 1))
        yield from (f"s{d}={self._shape(i + d)}" for d in (-1, 0, 1))
        yield from (f"w{d},{d + 1}={word(i + d)},{word(i + d + 1)}" for d in (-2, -1, 0, 1))
        yield f"gaps={self._gap(i - 1)}{self._gap(i)}"
        if i == 0:
            yield "first"
        if i == len(self._low) - 1:
            yield "last"
        if han:
            yield from (f"w{d}..{d + 2}={word(i + d)}{word(i + d + 1)}{word(i + d + 2)}" for d in (-2, -1, 0))
        else:
            yield from _ends(word(i))

    def _gap(self, place: int) -> int:
        return int(0 <= place < len(self._gaps) and self._gaps[place])


def _ends(word: str) -> Iterator[str]:
    padded = f"^{word}$"
    for size in (2, 3, 4):
        if len(padded) > size:
            yield f"begins={padded[:size]}"
            yield f"ends={padded[-size:]}"


def _digits(word: str) -> str:
    return "0" * len(word) if word.isdigit() else word


def _shape(word: str) -> str:
    if word.isdigit():
        return "0" * min(len(word), 3)
    for pattern, kind in _KINDS:
        word = pattern.sub(kind, word)
    return word
