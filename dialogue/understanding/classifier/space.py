"""How alike two texts are to the classifier: a Gaussian of their embeddings' distance, plus the n-grams they share."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Sequence
from typing import Any

import numpy as np

from dialogue.understanding.classifier.grams import Grams
from knowledge.embedding import FloatArray

NARROWNESS = 0.7
"""Exponent of the Gaussian at the median distance between two rows."""
GRAM_WEIGHT = 0.25
_SAMPLE = 500
_TINY = 1e-6


@dataclasses.dataclass(frozen=True)
class Texts:
    """Texts made comparable."""

    dense: FloatArray
    """Standardised embeddings ``[n, dimension]``."""
    grams: Any
    """Sparse n-grams ``[n, vocabulary]``."""

    def __len__(self) -> int:
        return len(self.dense)

    @functools.cached_property
    def squares(self) -> FloatArray:
        """Squared lengths of the embeddings ``[n]``; of the training rows they are worked out once."""
        return np.asarray(np.einsum("ij,ij->i", self.dense, self.dense), dtype=np.float32)

    @functools.cached_property
    def turned(self) -> Any:
        """The n-grams as rows, ``[vocabulary, n]``: turning those of all training rows takes longer than a prediction."""
        return self.grams.T.tocsr()

    def take(self, rows: Any) -> Texts:
        """Return some of them."""
        return Texts(self.dense[rows], self.grams[rows])


@dataclasses.dataclass(frozen=True)
class Space:
    """What makes texts comparable, learned from the training rows; all float32."""

    mean: FloatArray
    scale: FloatArray
    """Both ``[dimension]``: a standardised embedding has about length one."""
    grams: Grams
    spread: float
    """Median squared distance between two training rows."""
    narrowness: float = NARROWNESS
    gram_weight: float = GRAM_WEIGHT

    @classmethod
    def of(cls, texts: Sequence[str], vectors: FloatArray) -> Space:
        """Learn it from rows and their embeddings."""
        mean, deviation = vectors.mean(axis=0), vectors.std(axis=0)
        scale = 1.0 / ((deviation + _TINY) * np.sqrt(np.float32(vectors.shape[1])))
        known = Texts(np.asarray((vectors - mean) * scale, dtype=np.float32), None)
        sample = Texts(known.dense[:: max(1, len(known) // _SAMPLE)], None)
        spread = float(np.median(_distances(sample, known)))
        return cls(mean.astype(np.float32), scale.astype(np.float32), Grams.of(texts), max(spread, _TINY))

    def read(self, texts: Sequence[str], vectors: FloatArray) -> Texts:
        """Make texts comparable."""
        return Texts(np.asarray((vectors - self.mean) * self.scale, dtype=np.float32), self.grams.rows(texts))

    def nearness(self, some: Texts, others: Texts) -> FloatArray:
        """Return the Gaussian alone, in (0, 1], ``[some, others]``."""
        away = _distances(some, others)
        away *= np.float32(-self.narrowness / self.spread)
        return np.asarray(np.exp(away, out=away), dtype=np.float32)

    def likeness(self, some: Texts, others: Texts) -> FloatArray:
        """Return the kernel ``[some, others]``: nearness, shared n-grams and a constant."""
        found = self.nearness(some, others)
        shared = (some.grams @ others.turned).tocoo()
        found[shared.row, shared.col] += np.float32(self.gram_weight) * shared.data
        found += 1.0
        return found


def _distances(some: Texts, others: Texts) -> FloatArray:
    away = some.dense @ others.dense.T
    away *= -2.0
    away += some.squares[:, None]
    away += others.squares[None]
    return np.asarray(np.maximum(away, 0.0, out=away), dtype=np.float32)
