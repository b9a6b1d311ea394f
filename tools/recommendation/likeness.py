"""Items alike by what is written of them: what stands in for behaviour where nobody has had an item yet."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from knowledge.words import tokens
from tools.recommendation.events import Facts, FloatArray, IntArray

NEAREST = 20
LEAST = 0.2
"""Cosine below which two texts have only common words in common."""
CATEGORY_TIMES = 2
"""How often the category counts as a word of the text."""


@dataclasses.dataclass(frozen=True)
class Likeness:
    """TF-IDF vectors of the items' texts, category and brand.

    Args:
        vocabulary: word -> column.
        idf: (words,).
        vectors: CSR, (items, words), rows of length 1 or 0.
    """

    vocabulary: Mapping[str, int]
    idf: FloatArray
    vectors: Any

    @classmethod
    def of(cls, items: Sequence[str], facts: Mapping[str, Facts]) -> Likeness:
        """Learn the words of a catalogue."""
        words = [_words(facts.get(item, Facts())) for item in items]
        vocabulary = {word: number for number, word in enumerate(sorted({word for own in words for word in own}))}
        carriers = np.zeros(len(vocabulary))
        for own in words:
            carriers[[vocabulary[word] for word in set(own)]] += 1
        idf = np.log((1 + len(items)) / (1 + carriers)) + 1
        return cls(vocabulary, idf, _vectors(words, vocabulary, idf))

    def vector(self, facts: Facts) -> Any:
        """Return a text as a row; words that the catalogue lacks are left out."""
        return _vectors([_words(facts)], self.vocabulary, self.idf)

    def nearest(self, vector: Any, among: IntArray) -> tuple[IntArray, FloatArray]:
        """Return the items of `among` that are most like a row, and how alike; at most `NEAREST`, each above `LEAST`."""
        alike = np.asarray((self.vectors[among] @ vector.T).todense(), dtype=np.float64).ravel()
        order = np.argsort(-alike, kind="stable")[:NEAREST]
        order = order[alike[order] >= LEAST]
        return among[order], alike[order]


def _words(facts: Facts) -> list[str]:
    """Return the words of an item, its category and brand as words that no text has."""
    named = [f"category={facts.category}"] * CATEGORY_TIMES if facts.category else []
    named += [f"brand={facts.brand}"] if facts.brand else []
    return [*tokens(facts.text), *named]


def _vectors(words: Sequence[Sequence[str]], vocabulary: Mapping[str, int], idf: FloatArray) -> Any:
    from scipy import sparse  # noqa: PLC0415

    places = [(row, vocabulary[word]) for row, own in enumerate(words) for word in own if word in vocabulary]
    rows = np.array([row for row, _ in places], dtype=np.int64)
    columns = np.array([column for _, column in places], dtype=np.int64)
    counts = sparse.csr_matrix((np.ones(len(places)), (rows, columns)), shape=(len(words), len(vocabulary)))
    counts.data = (1 + np.log(counts.data)) * idf[counts.indices]
    lengths = np.sqrt(np.asarray(counts.multiply(counts).sum(axis=1)).ravel())
    return (sparse.diags(1 / np.maximum(lengths, 1e-12)) @ counts).tocsr()
