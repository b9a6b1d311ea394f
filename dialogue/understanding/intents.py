"""The intent classifier of the shop's talks: the machine of `dialogue.understanding.classifier` for rows of one kind, with calibrated chances.

Data: the utterances in ``data/zh`` and ``data/en``, written for this project; any other rows of (text, intent) can be used.
Method: kernel ridge regression (a least-squares SVM) with a Gaussian of the embeddings' distance by way of landmarks, and n-grams
(`classifier.landmarks`); chances are a softmax whose temperature is fitted on held-out rows. Not an out-of-scope
detector of its own: out of scope is a class with examples, and the chance of the best tells how sure the choice is.
"""

from __future__ import annotations

import dataclasses
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from dialogue.understanding.classifier.choosing import temperature
from dialogue.understanding.classifier.grams import Grams
from dialogue.understanding.classifier.landmarks import WideMachine
from dialogue.understanding.classifier.machine import Weights, targets_of
from dialogue.understanding.classifier.model import softmax
from dialogue.understanding.classifier.space import Space, Texts
from knowledge.embedding import Embedder, FloatArray

MAX_CHARS = 300
LANDMARKS = 2500
"""More of them are better, and slower to fit: of held-out rows 1,500 recognised 83.5 %, these 85.2 %."""
_RIDGE = 0.2
_GRAM_WEIGHT = 0.25
_NARROWNESS = 0.45
"""Chosen on held-out lines."""
_SCANTY = 80
"""Rows of a label that are all kept."""
_HELD_OUT = 4
"""Every fourth group of lines sets the temperature."""
_SURE = 0.1
"""The temperature where no group can be held out."""


@dataclasses.dataclass(frozen=True)
class Example:
    """A training row; rows of one `group` come from the same template and are never on both sides of a split."""

    text: str
    intent: str
    lang: str = ""
    group: int = 0
    weight: float = 1.0
    """How many times it counts."""


@dataclasses.dataclass(frozen=True)
class IntentModel:
    """A fitted classifier; immutable, safe to share."""

    labels: tuple[str, ...]
    space: Space
    landmarks: Texts
    """The training rows that it keeps."""
    weights: Weights
    temperature: float

    def chances(self, text: str, vector: FloatArray) -> FloatArray:
        """Return the calibrated chance of every label for a text and its embedding, shape ``[labels]``, sum 1."""
        read = self.space.read([text[:MAX_CHARS]], vector[None])
        scores = self.weights.scores(self.space.nearness(read, self.landmarks), read.grams)
        return np.asarray(softmax(scores / np.float32(self.temperature))[0])

    def save(self, path: Path) -> None:
        """Write to an ``.npz`` file."""
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".partial.npz")
        try:
            np.savez(
                partial, labels=np.array(self.labels), mean=self.space.mean, scale=self.space.scale,
                vocabulary=np.array("\n".join(self.space.grams.vocabulary)), idf=self.space.grams.idf,
                spread=np.array(self.space.spread), landmarks=self.landmarks.dense, near=self.weights.near, grams=self.weights.grams,
                bias=self.weights.bias, temperature=np.array(self.temperature),
            )  # fmt: skip
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)  # half a file on a full disk takes the room of others

    @classmethod
    def load(cls, path: Path) -> IntentModel:
        """Read what `save` wrote.

        Raises:
            ValueError: the file is not a model.
        """
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as data:
                vocabulary = tuple(str(data["vocabulary"]).split("\n"))
                return cls(
                    labels=tuple(str(label) for label in data["labels"]),
                    space=_weighed(
                        Space(data["mean"], data["scale"], Grams(vocabulary, data["idf"]), float(data["spread"]))
                    ),
                    landmarks=Texts(data["landmarks"], None),
                    weights=Weights(data["near"], data["grams"], data["bias"]),
                    temperature=float(data["temperature"]),
                )
        except (KeyError, OSError, EOFError, ValueError, zipfile.BadZipFile, zlib.error) as error:
            raise ValueError(f"{path} is not a fitted intent model") from error


def fit(
    examples: Sequence[Example], embedder: Embedder, vectors: FloatArray | None = None, *, seed: int = 7
) -> IntentModel:
    """Fit on `examples`: twice, once without every fourth group to find the temperature, once on all.

    11,000 rows take about 20 s on one core and as long for embedding; `vectors` are those of the texts, where they are known.
    """
    labels = tuple(sorted({example.intent for example in examples}))
    truth = np.array([labels.index(example.intent) for example in examples])
    words = [example.text[:MAX_CHARS] for example in examples]
    if vectors is None:
        vectors = embedder.encode(words)
    space = _weighed(Space.of(words, vectors))
    texts = space.read(words, vectors)
    kept = _landmarks(truth, seed)
    ridge = np.array([_RIDGE / example.weight for example in examples], dtype=np.float32)
    machine = WideMachine(space, texts, kept, targets_of([[label] for label in truth], len(labels)), ridge)
    return IntentModel(labels, space, texts.take(kept), machine.weights, _temperature(machine, examples, truth))


def _landmarks(truth: npt.NDArray[np.int64], seed: int) -> npt.NDArray[np.int64]:
    """Draw the rows that are kept: all of a scantily taught label, as a shop's own flow is, the others by chance."""
    order = np.random.default_rng(seed).permutation(len(truth))
    scanty = np.bincount(truth)[truth[order]] <= _SCANTY
    return np.sort(order[np.argsort(~scanty, kind="stable")][:LANDMARKS])


def _weighed(space: Space) -> Space:
    return dataclasses.replace(space, gram_weight=_GRAM_WEIGHT, narrowness=_NARROWNESS)


def _temperature(machine: WideMachine, examples: Sequence[Example], truth: npt.NDArray[np.int64]) -> float:
    held = np.flatnonzero([example.group % _HELD_OUT == 0 for example in examples])
    if not 0 < len(held) < len(examples):
        return _SURE
    return temperature(machine.held_out(held), truth[held])
