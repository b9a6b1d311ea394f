"""The chances of the stances that a message takes: whether it calls off what it speaks of, wants it, or neither.

Method: least squares on the Gaussian nearness to some lines of training and on n-grams, a softmax with a temperature fitted on
lines that were held out; the machine of `dialogue.understanding.intents`. Data, figures and limits: ``docs/model-cards/stances.md``;
made by `dialogue.understanding.stances.training`.
"""

from __future__ import annotations

import dataclasses
import functools
import logging
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, get_args

import numpy as np

from dialogue.errors import DialogueError
from dialogue.understanding.classifier.grams import Grams
from dialogue.understanding.classifier.machine import Weights
from dialogue.understanding.classifier.model import softmax
from dialogue.understanding.classifier.space import Space, Texts
from dialogue.understanding.data import FOLDER
from dialogue.understanding.stances.spoken import Asked, Situation, Span, Subject, asked, subjects
from knowledge.embedding import Embedder, FloatArray

Stance = Literal["neither", "off", "on"]
STANCES: tuple[Stance, ...] = get_args(Stance)
WEIGHTS = FOLDER / "stances.npz"
_log = logging.getLogger(__name__)


class StanceModelError(DialogueError):
    """A file that holds no model of stances."""


@dataclasses.dataclass(frozen=True)
class Taken:
    """The stance towards one subject."""

    subject: Subject
    off: float
    """Calibrated chance that it is called off, or stays as it is."""
    on: float
    """Calibrated chance that it is wanted."""


@dataclasses.dataclass(frozen=True)
class StanceModel:
    """A fitted model; immutable, safe to share. The columns of its weights are `STANCES`."""

    made_of: tuple[str, str, str]
    """Name and version of the embedder, and the fingerprint of data and code."""
    space: Space
    landmarks: Texts
    weights: Weights
    temperature: float

    def reads(self, embedder: Embedder) -> bool:
        """Whether the vectors of `embedder` are those that it was made with."""
        return self.made_of[:2] == (embedder.name, embedder.version)

    def chances(self, rows: Sequence[Asked], embedder: Embedder) -> FloatArray:
        """Return the calibrated chance of every stance, ``[rows, stances]``."""
        texts = self.space.read([row.grams for row in rows], vectors(rows, embedder))
        scores = self.weights.scores(self.space.nearness(texts, self.landmarks), texts.grams)
        return softmax(scores / np.float32(self.temperature))

    def save(self, path: Path) -> None:
        """Write to an ``.npz`` file, with half the digits."""
        np.savez_compressed(
            path, stances=np.array(STANCES), made_of=np.array(self.made_of), mean=self.space.mean, scale=self.space.scale,
            vocabulary=np.array("\n".join(self.space.grams.vocabulary)), idf=self.space.grams.idf, bias=self.weights.bias,
            landmarks=self.landmarks.dense.astype(np.float16), near=self.weights.near.astype(np.float16),
            grams=self.weights.grams.astype(np.float16), figures=np.array([self.space.spread, self.temperature]),
        )  # fmt: skip

    @classmethod
    def load(cls, path: Path) -> StanceModel:
        """Read what `save` wrote.

        Raises:
            StanceModelError: the file is absent, no model, or one of other stances.
        """
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as data:
                stances, made_of = tuple(map(str, data["stances"])), tuple(map(str, data["made_of"]))
                spread, temperature = map(float, data["figures"])
                grams = Grams(tuple(str(data["vocabulary"]).split("\n")), data["idf"])
                landmarks, near, of_grams = (data[name].astype(np.float32) for name in ("landmarks", "near", "grams"))
                space = Space(data["mean"], data["scale"], grams, spread)
                weights = Weights(near, of_grams, data["bias"])
        except (KeyError, OSError, EOFError, ValueError, zipfile.BadZipFile, zlib.error) as error:
            raise StanceModelError(f"{path} holds no model of stances ({type(error).__name__})") from error
        if stances != STANCES:
            raise StanceModelError(f"{path}: expected the stances {STANCES}, got {stances}")
        return cls((made_of[0], made_of[1], made_of[2]), space, Texts(landmarks, None), weights, temperature)


def vectors(rows: Sequence[Asked], embedder: Embedder) -> FloatArray:
    """Return the embeddings of clause and message side by side, ``[rows, 2 * dimension]``."""
    return np.hstack([embedder.encode([row.clause for row in rows]), embedder.encode([row.message for row in rows])])


class Stances:
    """Says what a message wants of the things in it; keeps no state of conversations."""

    def __init__(self, embedder: Embedder, weights: Path = WEIGHTS) -> None:
        self._embedder = embedder
        model = _shipped(weights)
        self._model = model if model is not None and model.reads(embedder) else None

    def take(self, low: str, things: Sequence[Span], situation: Situation) -> list[Taken]:
        """Return the stance towards every subject of a lower-case message; none where no model fits the embedder."""
        found = list(subjects(low, things, situation))
        if self._model is None or not found:
            return []
        rows = [asked(low, subject, things, situation) for subject in found]
        chances = self._model.chances(rows, self._embedder)
        off, on = STANCES.index("off"), STANCES.index("on")
        return [Taken(subject, float(row[off]), float(row[on])) for subject, row in zip(found, chances, strict=True)]


@functools.cache
def _shipped(weights: Path) -> StanceModel | None:
    try:
        return StanceModel.load(weights)
    except StanceModelError as error:
        _log.warning("%s; what is called off is read by set phrases alone", error)
        return None
