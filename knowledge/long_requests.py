"""Which documents a long request needs: a letter, a ticket, a whole conversation, with several wishes in one text.

One vector of all of it blurs what it asks, and its words are drowned by its chatter. So each sentence is looked up by
itself, and a document is worth what its best passage is worth to every sentence, plus what its title shares with the whole.
Requests that were dealt with before, with the documents that they needed, vote by how alike they are.

Measured by ``xiaoer eval tau2_banking_kb``, whose development part the three weights were set on. Not calibrated.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence

import numpy as np

from knowledge.embedding import Embedder, FloatArray
from knowledge.index import IntArray
from knowledge.words import WordIndex, tokens

_MEANING_WEIGHT, _TITLE_WEIGHT, _CASES_WEIGHT = 0.5, 0.5, 10.0
_BEST_SENTENCES = 5
"""The mean likeness of so many sentences counts: few of a long text are about one document."""
_SENTENCE = re.compile(r"(?<=[.!?])[\"'”’]?\s+|(?<=[。！？；])|\n+")
_EDGES = " \t*#-_>\"'“”‘’"
_SHORTEST = 15
_TINY = 1e-9


def sentences(text: str) -> list[str]:
    """Cut a text into its sentences, without marks of layout; what is too short to ask anything is left out, unless all is."""
    parts = [part.strip(_EDGES) for part in _SENTENCE.split(text)]
    long = [part for part in parts if _length(part) >= _SHORTEST]
    return long or [text.strip()]


def _length(text: str) -> int:
    """Count a Chinese character as three letters."""
    return len(text) + 2 * sum("\u3400" <= char <= "\u9fff" for char in text)


@dataclasses.dataclass(frozen=True)
class Case:
    """A request that was dealt with, and the ids of the documents that it needed."""

    text: str
    documents: tuple[str, ...]


class Cases:
    """Requests that were dealt with, by meaning and by words."""

    def __init__(self, cases: Sequence[Case], embedder: Embedder) -> None:
        self._cases = tuple(cases)
        self._vectors = np.stack([meaning(embedder.encode(sentences(case.text))) for case in cases])
        self._words = WordIndex([tokens(case.text) for case in cases])

    def votes(self, text: str, vector: FloatArray) -> dict[str, float]:
        """Return the share in (0, 1] of the like-minded cases that needed a document, by its id."""
        alike = _standard(self._vectors @ vector) + _standard(self._words.scores(tokens(text)))
        weights = np.exp(alike - alike.max())
        weights /= weights.sum()
        found: dict[str, float] = {}
        for case, weight in zip(self._cases, weights, strict=True):
            for document in case.documents:
                found[document] = found.get(document, 0.0) + float(weight)
        return found


def meaning(vectors: FloatArray) -> FloatArray:
    """Return the direction of the mean of sentence vectors."""
    mean = vectors.mean(axis=0)
    return np.asarray(mean / max(float(np.linalg.norm(mean)), _TINY), dtype=np.float32)


@dataclasses.dataclass(frozen=True)
class Shelf:
    """Documents with their passages, as a search keeps them."""

    ids: tuple[str, ...]
    owners: IntArray
    """The document of every passage."""
    words: WordIndex
    """Of the passages."""
    titles: WordIndex
    """Of the documents."""

    def worth(self, text: str, alike: Sequence[FloatArray], votes: dict[str, float]) -> FloatArray:
        """Return what every document is worth to a request, in no unit.

        Args:
            alike: for every sentence of `text`, how alike every passage is.
            votes: what earlier cases say, see `Cases.votes`.
        """
        said = np.mean([self._best(self.words.scores(tokens(sentence))) for sentence in sentences(text)], axis=0)
        meant = np.sort([self._best(row) for row in alike], axis=0)[-_BEST_SENTENCES:].mean(axis=0)
        titled = self.titles.scores(tokens(text))
        voted = np.sqrt([votes.get(document, 0.0) for document in self.ids])
        worth = _standard(said) + _MEANING_WEIGHT * _standard(meant) + _TITLE_WEIGHT * _standard(titled)
        return np.asarray(worth + _CASES_WEIGHT * voted, dtype=np.float32)

    def _best(self, scores: FloatArray) -> FloatArray:
        found = np.full(len(self.ids), -1.0, dtype=np.float32)
        np.maximum.at(found, self.owners, scores)
        return found


def _standard(values: FloatArray) -> FloatArray:
    return np.asarray((values - values.mean()) / (values.std() + _TINY), dtype=np.float32)
