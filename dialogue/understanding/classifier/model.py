"""The text classifier: what it is, how it answers, how it is kept.

Data: any labelled texts, a few a label upwards (`fitting.fit`). Method: kernel ridge regression over sentence embeddings and
n-grams. Scores become chances by a temperature fitted on held-out rows, and `Prediction.outside` tells how likely a text
belongs to no label. Limits: it keeps training rows (2 to 4 kB each; some thousand where there are many) and compares a text with
all of them, 0.3 ms for a thousand rows; no long documents (`grams.MAX_CHARS`, `knowledge.embedding.MAX_CHARS`).
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import shutil
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from dialogue.errors import DialogueError
from dialogue.understanding.classifier.grams import Grams
from dialogue.understanding.classifier.machine import Weights
from dialogue.understanding.classifier.reject import Reject, evidence
from dialogue.understanding.classifier.space import Space, Texts
from knowledge.embedding import Embedder, FloatArray
from knowledge.index import IntArray

FORMAT = 2
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
    found: tuple[str, ...] = ()
    """Where the training rows had several labels: all those that this text seems to have, maybe none. Otherwise `label` alone."""


@dataclasses.dataclass(frozen=True)
class TextClassifier:
    """A fitted classifier; immutable, safe to share."""

    labels: tuple[str, ...]
    embedder: Embedder
    space: Space
    support: Texts
    """The training rows that it keeps."""
    owners: IntArray
    """The label of each of them; -1: none of them."""
    weights: Weights
    temperature: float
    favour: FloatArray
    """What is added to the score of each label before one is chosen, ``[labels]``: 0, or more for a rare one."""
    reject: Reject | None
    """None: there was nothing to learn it from (a single label, no row marked as out of scope)."""
    bars: FloatArray | None = None
    """The score from which on a text has a label, ``[labels]``; None: every text has exactly one."""

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        """Return one prediction a text."""
        found: list[Prediction] = []
        for start in range(0, len(texts), _BATCH):
            batch = texts[start : start + _BATCH]
            found += self._predict(self.space.read(batch, self.embedder.encode(batch)))
        return found

    def _predict(self, texts: Texts) -> list[Prediction]:
        near = self.space.nearness(texts, self.support)
        scores = self.weights.scores(near, texts.grams)
        chances = softmax(scores[:, :-1] / self.temperature)
        chosen = (scores[:, :-1] + self.favour).argmax(axis=1)
        outside = np.zeros(len(texts), dtype=np.float32)
        if self.reject is not None:
            outside = self.reject.chances(evidence(scores[:, :-1], scores[:, -1], near, self.owners))
        threshold = self.reject.threshold if self.reject is not None else 2.0
        return [
            Prediction(
                self.labels[label], self._ranked(chances[row]), float(outside[row]), bool(outside[row] > threshold),
                self._found(scores[row, :-1], int(label)),
            )
            for row, label in enumerate(chosen)
        ]  # fmt: skip

    def _found(self, scores: FloatArray, chosen: int) -> tuple[str, ...]:
        if self.bars is None:
            return (self.labels[chosen],)
        return tuple(self.labels[i] for i in np.flatnonzero(scores >= self.bars))

    def _ranked(self, chances: FloatArray) -> tuple[tuple[str, float], ...]:
        return tuple((self.labels[i], float(chances[i])) for i in np.argsort(-chances, kind="stable"))

    def save(self, folder: Path) -> None:
        """Write the model into `folder`, whole or not at all."""
        with replaced(folder) as fresh:
            self.write(fresh)

    def write(self, folder: Path) -> None:
        """Write the files of the model into a folder that is there."""
        (folder / _DESCRIPTION).write_text(json.dumps(self._description(), ensure_ascii=False), encoding="utf-8")
        np.savez(folder / _ARRAYS, **self._arrays())

    @staticmethod
    def stands_in(folder: Path) -> bool:
        """Whether a folder holds a model, readable or not."""
        return (folder / _DESCRIPTION).exists()

    def _description(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "embedder": [self.embedder.name, self.embedder.version],
            "labels": list(self.labels),
            "grams": list(self.space.grams.vocabulary),
            "space": [self.space.spread, self.space.narrowness, self.space.gram_weight],
            "temperature": self.temperature,
            "reject": None if self.reject is None else [self.reject.bias, self.reject.threshold],
        }

    def _arrays(self) -> dict[str, Any]:
        arrays = {
            "mean": self.space.mean, "scale": self.space.scale, "idf": self.space.grams.idf, "dense": self.support.dense,
            "owners": self.owners, "near": self.weights.near, "grams": self.weights.grams, "bias": self.weights.bias,
            "favour": self.favour,
        }  # fmt: skip
        if self.bars is not None:
            arrays["bars"] = self.bars
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
        reject = None
        if described["reject"] is not None:
            curve = (arrays["reject_mean"], arrays["reject_scale"], arrays["reject_weights"])
            reject = Reject(*curve, *described["reject"])
        return cls(
            labels=tuple(described["labels"]),
            embedder=embedder,
            space=Space(arrays["mean"], arrays["scale"], grams, *described["space"]),
            support=Texts(arrays["dense"], None),
            owners=arrays["owners"],
            weights=Weights(arrays["near"], arrays["grams"], arrays["bias"]),
            temperature=described["temperature"],
            favour=arrays["favour"],
            reject=reject,
            bars=arrays.get("bars"),
        )


@contextlib.contextmanager
def replaced(folder: Path) -> Iterator[Path]:
    """Give an empty folder that takes the place of `folder` in the end, unless something fails."""
    fresh = folder.with_name(folder.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    try:
        yield fresh
        if folder.exists():
            shutil.rmtree(folder)
        fresh.rename(folder)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def softmax(scores: FloatArray) -> FloatArray:
    """Return chances, ``[texts, labels]``, of rows of logits."""
    shifted = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=-1, keepdims=True), dtype=np.float32)
