"""The chances of the moods of a message, of its sentence embedding and the evidence of words in it.

Method: least squares on [Gaussian nearness to some messages of training, evidence], softmax with a temperature fitted on messages
that were held out. Data, figures and limits: ``docs/model-cards/text-emotion.md``; made by `dialogue.understanding.emotion.training`.
"""

from __future__ import annotations

import dataclasses
import functools
import zipfile
import zlib
from pathlib import Path

import numpy as np

from dialogue.errors import DialogueError
from dialogue.understanding.classifier.model import softmax
from dialogue.understanding.data import FOLDER
from dialogue.understanding.emotion.evidence import MOODS
from knowledge.embedding import Embedder, FloatArray

WEIGHTS = FOLDER / "moods.npz"
NARROWNESS = 0.7
"""Exponent of the Gaussian at the spread."""


class MoodModelError(DialogueError):
    """A file that holds no model of moods."""


@dataclasses.dataclass(frozen=True)
class Nearness:
    """Gaussian nearness of embeddings to landmarks; float32."""

    mean: FloatArray
    scale: FloatArray
    """Both ``[dimension]``."""
    landmarks: FloatArray
    """Standardised embeddings of messages of training, ``[landmarks, dimension]``."""
    spread: float
    """Median squared distance between two messages of training."""

    @functools.cached_property
    def _squares(self) -> FloatArray:
        """Squared lengths of the landmarks: they take as long as everything else."""
        return np.asarray((self.landmarks**2).sum(axis=1), dtype=np.float32)

    def standardised(self, vectors: FloatArray) -> FloatArray:
        """Return embeddings on the scale of the landmarks."""
        return np.asarray((vectors - self.mean) * self.scale, dtype=np.float32)

    def of(self, vectors: FloatArray) -> FloatArray:
        """Return nearness in (0, 1], ``[vectors, landmarks]``."""
        away = distances(self.standardised(vectors), self.landmarks, self._squares)
        return np.asarray(np.exp(away * np.float32(-NARROWNESS / self.spread)), dtype=np.float32)


@dataclasses.dataclass(frozen=True)
class MoodModel:
    """A fitted model; immutable, safe to share. The moods are `MOODS`, in that order."""

    embedder: tuple[str, str]
    """Name and version of the embedder whose vectors it reads."""
    fingerprint: str
    """Of the data and code that it was made of."""
    nearness: Nearness
    near: FloatArray
    """Weights of the nearness to each landmark, ``[landmarks, moods]``."""
    seen: FloatArray
    """Weights of the features of evidence, ``[features, moods]``."""
    bias: FloatArray
    temperature: float

    def reads(self, embedder: Embedder) -> bool:
        """Whether the vectors of `embedder` are those that it was made with."""
        return self.embedder == (embedder.name, embedder.version)

    def chances(self, vectors: FloatArray, features: FloatArray) -> FloatArray:
        """Return the calibrated chance of every mood, ``[messages, moods]``, of embeddings and `Evidence.features`."""
        scores = self.nearness.of(vectors) @ self.near + features @ self.seen + self.bias
        return softmax(scores / self.temperature)

    def save(self, path: Path) -> None:
        """Write to an ``.npz`` file, landmarks with half the digits."""
        np.savez_compressed(
            path, moods=np.array(MOODS), made_of=np.array([*self.embedder, self.fingerprint]), mean=self.nearness.mean,
            scale=self.nearness.scale, landmarks=self.nearness.landmarks.astype(np.float16), near=self.near, seen=self.seen,
            bias=self.bias, figures=np.array([self.nearness.spread, self.temperature]),
        )  # fmt: skip

    @classmethod
    def load(cls, path: Path) -> MoodModel:
        """Read what `save` wrote.

        Raises:
            MoodModelError: the file is absent, no model, or one of other moods.
        """
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as data:
                moods, made_of = tuple(map(str, data["moods"])), tuple(map(str, data["made_of"]))
                spread, temperature = map(float, data["figures"])
                landmarks = np.asarray(data["landmarks"], dtype=np.float32)
                nearness = Nearness(data["mean"], data["scale"], landmarks, spread)
                weights = (data["near"], data["seen"], data["bias"])
        except (KeyError, OSError, EOFError, ValueError, zipfile.BadZipFile, zlib.error) as error:
            raise MoodModelError(f"{path} holds no model of moods ({type(error).__name__})") from error
        if moods != MOODS:
            raise MoodModelError(f"{path}: expected the moods {MOODS}, got {moods}")
        return cls((made_of[0], made_of[1]), made_of[2], nearness, *weights, temperature)


def distances(some: FloatArray, others: FloatArray, squares: FloatArray | None = None) -> FloatArray:
    """Return squared distances, ``[some, others]``; `squares` are the squared lengths of `others`, where they are known."""
    squares = (others**2).sum(axis=1) if squares is None else squares
    # For one message a linear algebra library would wake its threads, which on busy cores takes 13 ms instead of 0.1.
    products = some @ others.T if len(some) > 1 else np.einsum("sd,od->so", some, others)
    away = (some**2).sum(axis=1)[:, None] + squares[None] - 2 * products
    return np.asarray(np.maximum(away, 0.0), dtype=np.float32)
