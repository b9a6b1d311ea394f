"""N-grams of a text, weighted by how telling they are: words and pairs of words, letters within words, Chinese characters."""

from __future__ import annotations

import dataclasses
import functools
import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from knowledge.embedding import FloatArray

MAX_CHARS = 1000
_TOKEN = re.compile(r"[\u3400-\u9fff]+|[^\W_]+(?:'[^\W_]+)?|[?!？！]|[\U0001f300-\U0001faff\u2600-\u27bf]")
_HAN = re.compile(r"[\u3400-\u9fff]")
_SCARCE = 200
"""With fewer rows than this a gram that stands in one row only is kept."""
_PLENTY = 20_000
"""With so many, one that stands in two rows is not."""


@dataclasses.dataclass(frozen=True)
class Grams:
    """A vocabulary with its inverse document frequencies (log, smoothed, +1)."""

    vocabulary: tuple[str, ...]
    idf: FloatArray

    @classmethod
    def of(cls, texts: Sequence[str]) -> Grams:
        """Collect the grams that stand in at least two texts, in any text where there are few."""
        frequency = Counter(gram for text in texts for gram in set(_grams(text)))
        least = sum(len(texts) >= many for many in (0, _SCARCE, _PLENTY))
        vocabulary = tuple(sorted(gram for gram, rows in frequency.items() if rows >= least))
        idf = [math.log((1 + len(texts)) / (1 + frequency[gram])) + 1 for gram in vocabulary]
        return cls(vocabulary, np.array(idf, dtype=np.float32))

    @functools.cached_property
    def _index(self) -> dict[str, int]:
        return {gram: column for column, gram in enumerate(self.vocabulary)}

    def rows(self, texts: Sequence[str]) -> Any:
        """Return a sparse float32 matrix ``[len(texts), len(vocabulary)]``, rows of length one (zero where nothing is known).

        Words and letters weigh the same, whatever there are more of; a gram's count counts by its logarithm.
        """
        columns: list[int] = []
        values: list[float] = []
        ends = [0]
        for text in texts:
            known = [(self._index[gram], n) for gram, n in Counter(_grams(text)).items() if gram in self._index]
            for column, weight in self._weighted(known):
                columns.append(column)
                values.append(weight)
            ends.append(len(columns))
        shape = (len(texts), len(self.vocabulary))
        return csr_matrix((np.array(values, dtype=np.float32), np.array(columns, dtype=np.int32), ends), shape=shape)

    def _weighted(self, known: Iterable[tuple[int, int]]) -> Iterable[tuple[int, float]]:
        families: dict[bool, list[tuple[int, float]]] = {}
        for column, count in known:
            letters = self.vocabulary[column].startswith("c")
            families.setdefault(letters, []).append((column, (1 + math.log(count)) * float(self.idf[column])))
        for members in families.values():
            norm = math.sqrt(len(families) * sum(weight * weight for _, weight in members))
            for column, weight in members:
                yield column, weight / norm


def _grams(text: str) -> Iterable[str]:
    previous = "^"
    for token in _TOKEN.findall(text[:MAX_CHARS].lower()):
        yield from _letters(token)
        if not _HAN.match(token):
            yield f"w{token}"
            yield f"w{previous} {token}"
            previous = token


@functools.lru_cache(maxsize=20_000)
def _letters(token: str) -> tuple[str, ...]:
    """Characters 1-3 of Chinese; letters 2-5 of a word with its ends."""
    sizes, padded = ((1, 2, 3), token) if _HAN.match(token) else ((2, 3, 4, 5), f" {token} ")
    return tuple(f"c{padded[i : i + size]}" for size in sizes for i in range(len(padded) - size + 1))
