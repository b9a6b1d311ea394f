"""The text classifier: what it is, how it answers, how it is kept.

Data: any labelled texts, a few a label upwards (`fitting.fit`). Method: kernel ridge regression over sentence embeddings and
n-grams. Scores become chances by a temperature fitted on held-out rows, and `Prediction.outside` tells how likely a text
belongs to no label. Limits: it keeps its training rows (2 to 4 kB each) and compares a text with all of them, 0.3 ms for a
thousand rows; no long documents (`grams.MAX_CHARS`, `knowledge.embedding.MAX_CHARS`).
"""

from __future__ import annotations

import dataclasses
import functools
import json
import shutil
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from dialogue.errors import DialogueError
from dialogue.understanding.classifier.grams import Grams
from dialogue.understanding.classifier.reject import Reject, evidence
from dialogue.understanding.classifier.space import GRAM_WEIGHT, Space, Texts
from knowledge.embedding import Embedder, FloatArray
from knowledge.index import IntArray

FORMAT = 1
_DESCRIPTION, _ARRAYS = "model.json", "arrays.npz"
_BATCH = 512


class ModelError(DialogueError):
    """A folder that holds no model, or one that another embedder or version made."""


@dataclasses.dataclass(frozen=True)
class Prediction:
    """What is thought of one text."""

    label: str
    """The label that is chosen, whether rejected or not: the likeliest, or what serves the aim that was trained for."""
    ranked: tuple[tuple[str, float], ...]
    """Every label with its chance, given that it is one of them; likeliest first, sum 1."""
    outside: float
    """Chance in [0, 1] that it is none of them."""
    rejected: bool
    """Whether that chance is so high that only 3 % of texts of the labels reach it."""


@dataclasses.dataclass(frozen=True)
class TextClassifier:
    """A fitted classifier; immutable, safe to share."""

    labels: tuple[str, ...]
    embedder: Embedder
    space: Space
    support: Texts
    """The training rows."""
    owners: IntArray
    """The label of every training row; -1: none of them."""
    weights: FloatArray
    """``[rows, labels + 1]``; the last column is the score of being none of them."""
    temperature: float
    favour: FloatArray
    """What is added to the score of each label before one is chosen, ``[labels]``: 0, or more for a rare one."""
    reject: Reject | None
    """None: there was nothing to learn it from (a single label, no row marked as out of scope)."""

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        """Return one prediction a text."""
        found: list[Prediction] = []
        for start in range(0, len(texts), _BATCH):
            batch = texts[start : start + _BATCH]
            found += self._predict(self.space.read(batch, self.embedder.encode(batch)))
        return found

    def _scores(self, texts: Texts, near: FloatArray) -> FloatArray:
        """Return ``[texts, labels + 1]``: what `Space.likeness` to the training rows gives, the n-grams' part summed up beforehand."""
        shared = np.float32(GRAM_WEIGHT) * (texts.grams @ self._gram_weights)
        return np.asarray((near + np.float32(1.0)) @ self.weights + shared, dtype=np.float32)

    @functools.cached_property
    def _gram_weights(self) -> FloatArray:
        """What each n-gram speaks for, ``[vocabulary, labels + 1]``."""
        return np.asarray(self.support.grams.T @ self.weights, dtype=np.float32)

    def _predict(self, texts: Texts) -> list[Prediction]:
        near = self.space.nearness(texts, self.support)
        scores = self._scores(texts, near)
        chances = softmax(scores[:, :-1] / self.temperature)
        chosen = (scores[:, :-1] + self.favour).argmax(axis=1)
        outside = np.zeros(len(texts), dtype=np.float32)
        if self.reject is not None:
            outside = self.reject.chances(evidence(scores[:, :-1], scores[:, -1], near, self.owners))
        threshold = self.reject.threshold if self.reject is not None else 2.0
        return [
            Prediction(self.labels[label], self._ranked(row), float(chance), bool(chance > threshold))
            for label, row, chance in zip(chosen, chances, outside, strict=True)
        ]

    def _ranked(self, chances: FloatArray) -> tuple[tuple[str, float], ...]:
        return tuple((self.labels[i], float(chances[i])) for i in np.argsort(-chances, kind="stable"))

    def save(self, folder: Path) -> None:
        """Write the model into `folder`, whole or not at all."""
        fresh = folder.with_name(folder.name + ".new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True)
        try:
            (fresh / _DESCRIPTION).write_text(json.dumps(self._description(), ensure_ascii=False), encoding="utf-8")
            np.savez(fresh / _ARRAYS, **self._arrays())
            if folder.exists():
                shutil.rmtree(folder)
            fresh.rename(folder)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)

    def _description(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "embedder": [self.embedder.name, self.embedder.version],
            "labels": list(self.labels),
            "grams": list(self.space.grams.vocabulary),
            "spread": self.space.spread,
            "temperature": self.temperature,
            "reject": None if self.reject is None else [self.reject.bias, self.reject.threshold],
        }

    def _arrays(self) -> dict[str, Any]:
        grams = self.support.grams
        arrays = {
            "mean": self.space.mean, "scale": self.space.scale, "idf": self.space.grams.idf, "dense": self.support.dense,
            "data": grams.data, "indices": grams.indices, "indptr": grams.indptr, "owners": self.owners, "weights": self.weights,
            "favour": self.favour,
        }  # fmt: skip
        if self.reject is not None:
            arrays |= {
                "reject_mean": self.reject.mean,
                "reject_scale": self.reject.scale,
                "reject_weights": self.reject.weights,
            }
        return arrays

    @staticmethod
    def made_by(folder: Path) -> tuple[str, str]:
        """Return name and version of the embedder that a saved model needs.

        Raises:
            ModelError.
        """
        try:
            name, version = json.loads((folder / _DESCRIPTION).read_text(encoding="utf-8"))["embedder"]
        except (KeyError, TypeError, OSError, ValueError) as error:
            raise ModelError(f"{folder} holds no model that can be read ({type(error).__name__})") from error
        return str(name), str(version)

    @classmethod
    def load(cls, folder: Path, embedder: Embedder) -> TextClassifier:
        """Read what `save` wrote.

        Raises:
            ModelError: no model stands there, it is damaged, or another embedder made it.
        """
        try:
            described = json.loads((folder / _DESCRIPTION).read_text(encoding="utf-8"))
            with (folder / _ARRAYS).open("rb") as file, np.load(file, allow_pickle=False) as data:
                arrays = dict(data)
            if described["format"] != FORMAT:
                raise ModelError(f"{folder}: expected a model of format {FORMAT}, got {described['format']!r}")
            made_by = tuple(described["embedder"])
            if made_by != (embedder.name, embedder.version):
                raise ModelError(
                    f"{folder} was made with {made_by}, not {(embedder.name, embedder.version)}: train again"
                )
            return cls._read(described, arrays, embedder)
        except (KeyError, TypeError, OSError, EOFError, ValueError, zipfile.BadZipFile, zlib.error) as error:
            raise ModelError(f"{folder} holds no model that can be read ({type(error).__name__})") from error

    @classmethod
    def _read(cls, described: dict[str, Any], arrays: dict[str, Any], embedder: Embedder) -> TextClassifier:
        grams = Grams(tuple(described["grams"]), arrays["idf"])
        rows = (arrays["data"], arrays["indices"], arrays["indptr"])
        dense = arrays["dense"]
        reject = None
        if described["reject"] is not None:
            curve = (arrays["reject_mean"], arrays["reject_scale"], arrays["reject_weights"])
            reject = Reject(*curve, *described["reject"])
        return cls(
            labels=tuple(described["labels"]),
            embedder=embedder,
            space=Space(arrays["mean"], arrays["scale"], grams, described["spread"]),
            support=Texts(dense, csr_matrix(rows, shape=(len(dense), len(grams.vocabulary)))),
            owners=arrays["owners"],
            weights=arrays["weights"],
            temperature=described["temperature"],
            favour=arrays["favour"],
            reject=reject,
        )


def softmax(scores: FloatArray) -> FloatArray:
    """Return chances, ``[texts, labels]``, of rows of logits."""
    shifted = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=-1, keepdims=True), dtype=np.float32)
