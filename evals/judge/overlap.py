"""Tells where the simulated shopper says what the understanding was trained on: such a message proves nothing."""

from __future__ import annotations

import dataclasses
import functools
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import get_args

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer

from dialogue.flows import load_flows, procedures
from dialogue.understanding.training import examples
from evals.judge.reading import words_of
from evals.judge.scenario import Scenario
from knowledge.types import Lang
from tools.toolset import all_tools

TOO_ALIKE = 0.8
"""`alikeness` from which an opener counts as taught: a sentence of five words and the same with a small one more, "what coupons do
I (still) have", have 0.81. Half of the shipped openers are below 0.5 to all that is taught."""
DRAWS = 12
"""A line of the training files stands for many sentences, of which a model sees a few; so many draws of them are looked at."""


@dataclasses.dataclass(frozen=True)
class Overlap:
    """Something that the shopper says and the understanding knows by heart."""

    place: str
    said: str
    taught: str

    def __str__(self) -> str:
        return f"{self.place}: {self.said!r} is too near to the training utterance {self.taught!r}; say it another way"


def overlaps(scenarios: Iterable[Scenario], taught: Mapping[Lang, Iterable[str]] | None = None) -> list[Overlap]:
    """Return what stands in ``wordings/`` or opens a wish in `scenarios` and is taught as well.

    Wordings must not equal a training utterance but for case, points and spaces; openers must not nearly equal one either.

    Args:
        taught: language -> the training utterances; None: those of the understanding that ships.
    """
    taught = training_utterances() if taught is None else taught
    known = {lang: _Taught(texts) for lang, texts in taught.items()}
    wordings = (
        Overlap(place, said, same)
        for lang in known
        for place, said in _wordings(lang)
        if (same := known[lang].same(said))
    )
    openers = (
        Overlap(f"scenario {scenario.id}", said, near)
        for scenario in scenarios
        for said in _openers(scenario)
        if (near := known[scenario.lang].near(said))
    )
    return [*wordings, *openers]


@functools.cache
def training_utterances() -> dict[Lang, set[str]]:
    """Return what the understanding is trained on, and some of what the same lines could have given."""
    merchants = procedures(load_flows(tools=all_tools())).merchants
    rows = [*examples(merchants), *(row for seed in range(DRAWS) for row in examples(merchants, seed=seed))]
    langs: tuple[Lang, ...] = get_args(Lang)
    return {lang: {row.text for row in rows if row.lang == lang} for lang in langs}


def alikeness(one: str, other: str) -> float:
    """Return how alike two messages are, in [0, 1]: Dice's coefficient of their pairs of letters (Dice 1945)."""
    return _dice(_pairs(_letters(one)), _pairs(_letters(other)))


class _Taught:
    def __init__(self, texts: Iterable[str]) -> None:
        self._texts = {_letters(text): text for text in sorted(texts)}
        self._counter = CountVectorizer(analyzer=_pairs, dtype=np.float32)
        self._pairs = self._counter.fit_transform(self._texts)
        self._sizes = self._pairs.sum(axis=1).A1

    def same(self, said: str) -> str | None:
        return self._texts.get(_letters(said))

    def near(self, said: str) -> str | None:
        pairs = _pairs(_letters(said))
        shared = (self._pairs @ self._counter.transform([_letters(said)]).T).toarray().ravel()
        alike = 2 * shared / (self._sizes + len(pairs))
        likest = int(alike.argmax())
        return list(self._texts.values())[likest] if alike[likest] >= TOO_ALIKE else None


def _wordings(lang: Lang) -> Iterator[tuple[str, str]]:
    """Yield what is said as it stands, with its place."""
    words = words_of(lang)
    for name in ("unknown", "yes", "no", "thanks", "person", "asides"):
        yield from ((f"wordings/{lang}.yaml {name}", said) for said in getattr(words, name))
    for mood, grumbles in words.moods.items():
        yield from ((f"wordings/{lang}.yaml moods {mood}", said) for said in grumbles)


def _openers(scenario: Scenario) -> Iterator[str]:
    yield from scenario.user.opens_with
    for wish in scenario.user.then:
        yield from wish.says


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))


def _pairs(letters: str) -> frozenset[str]:
    return frozenset(letters[place : place + 2] for place in range(len(letters) - 1)) or frozenset((letters,))


def _dice(one: frozenset[str], other: frozenset[str]) -> float:
    return 2 * len(one & other) / (len(one) + len(other))
