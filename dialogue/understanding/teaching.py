"""What a flow of the shop's own teaches the understander: what people say when they want it, and the words that give it away."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence

from knowledge.types import Lang
from knowledge.words import normalise

KEYWORD_CHANCE = 0.7
"""Chance that a flow has at least when its keyword is said and the classifier does not think of something else for sure."""
SURELY_OTHER = 0.85


@dataclasses.dataclass(frozen=True)
class Lesson:
    """The utterances and keywords of one flow, by language."""

    flow: str
    examples: Mapping[Lang, Sequence[str]]
    keywords: Mapping[Lang, Sequence[str]] = dataclasses.field(default_factory=dict)

    @property
    def signature(self) -> str:
        """What a fitted model depends on: the flow and its utterances."""
        return f"{self.flow}:{sorted((lang, tuple(lines)) for lang, lines in self.examples.items())}"


@dataclasses.dataclass(frozen=True)
class Said:
    """A message of the shop's own people, and what a person said that it means."""

    text: str
    intent: str
    lang: Lang


@dataclasses.dataclass(frozen=True)
class Procedures:
    """What a person can ask for: the ids of the flows, and what those of the shop's own teach.

    Without ids every intent that is no talk can be asked for.
    """

    flows: frozenset[str] = frozenset()
    personal: frozenset[str] = frozenset()
    """Those that need to know who is talking."""
    lessons: tuple[Lesson, ...] = ()
    said: tuple[Said, ...] = ()
    merchants: tuple[Lesson, ...] = ()
    """What those flows teach that merchants alone may start; `flows` has none of them."""

    @property
    def signature(self) -> str:
        """What a fitted model of everybody's flows depends on."""
        said = (f"{one.intent}:{one.lang}:{one.text}" for one in self.said)
        return "|".join([*(lesson.signature for lesson in self.lessons if lesson.examples), *said])


class Keywords:
    """Lets a flow's keyword tip the scales."""

    def __init__(self, lessons: Iterable[Lesson]) -> None:
        self._words = [
            (normalise(word).strip(), lesson.flow)
            for lesson in lessons
            for words in lesson.keywords.values()
            for word in words
        ]

    def tip(self, text: str, ranked: list[tuple[str, float]]) -> list[tuple[str, float]]:
        """Return the ranking with the flow whose keyword is in the text at its head, unless another is all but certain."""
        plain = normalise(text)
        flow = next((flow for word, flow in self._words if _says(plain, word)), None)
        if flow is None or ranked[0][0] == flow or ranked[0][1] >= SURELY_OTHER:
            return ranked
        rest = [(name, chance * (1 - KEYWORD_CHANCE)) for name, chance in ranked if name != flow]
        return [(flow, KEYWORD_CHANCE), *rest]


def _says(text: str, word: str) -> bool:
    if not word.isascii():
        return word in text
    return f" {word} " in f" {''.join(c if c.isalnum() else ' ' for c in text)} "
