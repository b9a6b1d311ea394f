"""Attributes that a wish states of the goods: 4K of "a 4K monitor", 降噪 of 降噪耳机."""

from __future__ import annotations

import dataclasses
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from knowledge.vocabulary import label, vocabulary
from knowledge.words import normalise

_HAN = re.compile(r"[\u3400-\u9fff]")
_SHORTEST = 2
"""A single letter or character states nothing."""


@dataclasses.dataclass(frozen=True)
class StatedAttribute:
    """A place in a text and what it states."""

    start: int
    end: int
    key: str
    value: str


class StatedAttributes:
    """The attribute values of a catalogue and every word for them, found in one pass over a text.

    Measures such as "1.2 kg" are no words that people search by, and stand aside.
    """

    def __init__(self, attributes: Iterable[Mapping[str, str]]) -> None:
        self._pairs: dict[str, set[tuple[str, str]]] = defaultdict(set)
        for key, value in {pair for own in attributes for pair in own.items()}:
            for word in _words(key, value):
                self._pairs[word].add((key, value))
        ordered = sorted(self._pairs, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(_pattern, ordered)) or r"(?!)")

    def found(self, text: str) -> list[StatedAttribute]:
        """Return what a normalised text states, in its order; one place can state values of several keys."""
        return [
            StatedAttribute(match.start(), match.end(), key, value)
            for match in self._pattern.finditer(text)
            for key, value in sorted(self._pairs[match[0]])
        ]


def _words(key: str, value: str) -> Iterator[str]:
    """Yield a value, what it is called in both languages, and the vocabulary's other words for it."""
    names = vocabulary()
    own = names.values.get(names.canonical_key(key) or key, {})
    canonical = names.canonical_value(value) or value
    others = own.get(canonical) or own.get(value) or ()
    for word in dict.fromkeys((value, label(value, "zh", key=key), label(value, "en", key=key), *others)):
        plain = normalise(word).rstrip("+")
        if len(plain) >= _SHORTEST and not re.fullmatch(r"[\d.,]+ *[a-z%\"]{0,4}(?<!k)", plain):
            yield plain


def _pattern(word: str) -> str:
    return re.escape(word) if _HAN.search(word) else rf"(?<![a-z0-9]){re.escape(word)}(?![a-z0-9])"
