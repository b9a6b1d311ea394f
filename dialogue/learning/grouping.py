"""Messages that say the same are labelled together."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Sequence

import numpy as np

from dialogue.learning.doubts import Doubt, Why
from knowledge.embedding import Embedder
from knowledge.types import Lang

ALIKE = 0.7
"""Cosine from which two messages may say the same."""


@dataclasses.dataclass(frozen=True)
class Group:
    """Doubtful messages that are alike, of one language; each text once."""

    doubts: tuple[Doubt, ...]
    times: int
    """How often one of them was said."""

    @property
    def lang(self) -> Lang:
        """Their language."""
        return self.doubts[0].lang

    @property
    def whys(self) -> tuple[Why, ...]:
        """Why they are doubtful, the commonest reason first."""
        return tuple(why for why, _ in Counter(doubt.why for doubt in self.doubts).most_common())

    @property
    def guesses(self) -> tuple[tuple[str, float], ...]:
        """What they were taken for, with the mean chances; likeliest first, at most three."""
        total: dict[str, float] = {}
        for doubt in self.doubts:
            for intent, chance in doubt.guesses:
                total[intent] = total.get(intent, 0.0) + chance / len(self.doubts)
        return tuple(sorted(total.items(), key=lambda guess: -guess[1])[:3])


def grouped(found: Sequence[Doubt], embedder: Embedder) -> list[Group]:
    """Return the messages in groups, those said most often first.

    Each message that is in no group yet begins one, the oftenest said first, and takes in what is alike to it.
    """
    said = Counter((doubt.lang, doubt.text) for doubt in found)
    last = {(doubt.lang, doubt.text): doubt for doubt in found}
    texts = [last[key] for key, _ in said.most_common()]
    if not texts:
        return []
    vectors = embedder.encode([doubt.text for doubt in texts])
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    free = np.ones(len(texts), dtype=bool)
    groups: list[Group] = []
    for place, doubt in enumerate(texts):
        if not free[place]:
            continue
        alike = (vectors @ vectors[place] >= ALIKE) & free
        members = [texts[row] for row in np.flatnonzero(alike) if texts[row].lang == doubt.lang]
        members = [doubt, *(member for member in members if member is not doubt)]
        for row in np.flatnonzero(alike):
            free[row] = texts[row].lang != doubt.lang
        free[place] = False
        groups.append(Group(tuple(members), sum(said[doubt.lang, member.text] for member in members)))
    return sorted(groups, key=lambda group: -group.times)
