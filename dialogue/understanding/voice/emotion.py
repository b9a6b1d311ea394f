"""How a voice sounds: a least-squares machine over functionals of a recording, each measured against the speaker's own.

Data: any recordings with an emotion and a speaker (`fit`). Method: features of `features.measure`, standardised by speaker,
Gaussian kernel ridge regression with every emotion weighing the same; chances by a temperature fitted on speakers left out. Limits:
a speaker of whom there are fewer than `ENOUGH` recordings is measured against all speakers of training, which is much less sure;
acted speech is clearer than a customer's. Nothing is known of the words.
"""

from __future__ import annotations

import dataclasses
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from dialogue.errors import DialogueError
from dialogue.understanding.classifier.machine import Machine, solve, targets_of
from dialogue.understanding.classifier.model import softmax

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]
ENOUGH = 4
_NARROWNESS = 0.5
_RIDGES = (0.03, 0.1, 0.3, 1.0)
_TEMPERATURES = np.geomspace(0.03, 0.6, 20)
_FOLDS = 8
_FARTHEST = 4.0
"""Deviations beyond so many standard deviations say no more than that."""
_TINY = 1e-6


class VoiceModelError(DialogueError):
    """Recordings that nothing can be learned from, or a file that holds no model."""


@dataclasses.dataclass(frozen=True)
class VoiceEmotion:
    """A fitted model; immutable. Arrays are float32."""

    labels: tuple[str, ...]
    mean: FloatArray
    scale: FloatArray
    """Of the features over all training speakers, for a speaker of whom there is too little."""
    support: FloatArray
    weights: FloatArray
    spread: float
    temperature: float

    def chances(self, features: FloatArray, speakers: Sequence[str]) -> FloatArray:
        """Return the chance of every label, ``[recordings, labels]``.

        Args:
            features: raw, ``[recordings, features]``; unlabelled recordings of one speaker give each other their measure.
            speakers: who speaks in each.
        """
        known = _by_speaker(features, speakers, self.mean, self.scale)
        return softmax(_kernel(known, self.support, self.spread) @ self.weights / self.temperature)

    def save(self, path: Path) -> None:
        """Write to an ``.npz`` file."""
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".partial.npz")
        try:
            np.savez(
                partial, labels=np.array(self.labels), mean=self.mean, scale=self.scale, support=self.support,
                weights=self.weights, figures=np.array([self.spread, self.temperature]),
            )  # fmt: skip
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)

    @classmethod
    def load(cls, path: Path) -> VoiceEmotion:
        """Read what `save` wrote.

        Raises:
            VoiceModelError: the file is no model.
        """
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as data:
                labels = tuple(str(label) for label in data["labels"])
                spread, temperature = map(float, data["figures"])
                arrays = (data["mean"], data["scale"], data["support"], data["weights"])
        except (KeyError, OSError, EOFError, ValueError, zipfile.BadZipFile, zlib.error) as error:
            raise VoiceModelError(f"{path} holds no model of voices ({type(error).__name__})") from error
        return cls(labels, *arrays, spread, temperature)


def fit(features: FloatArray, emotions: Sequence[str], speakers: Sequence[str]) -> VoiceEmotion:
    """Fit on raw features ``[recordings, features]`` with the emotion and the speaker of each.

    Raises:
        VoiceModelError: fewer than two emotions.
    """
    labels = sorted(set(emotions))
    if len(labels) < 2:
        raise VoiceModelError(f"expected recordings of at least two emotions, got {labels!r}")
    mean, scale = features.mean(axis=0), features.std(axis=0) + _TINY
    known = _by_speaker(features, speakers, mean, scale)
    truth = np.array([labels.index(emotion) for emotion in emotions])
    spread = float(np.median(_distances(known, known))) or 1.0
    kernel = _kernel(known, known, spread)
    counts = np.bincount(truth)[truth] * len(labels) / len(truth)
    folds = _folds(speakers)

    def solved(ridge: float) -> tuple[Machine, FloatArray]:
        machine = solve(kernel.copy(), targets_of(truth, len(labels)), np.asarray(ridge * counts, dtype=np.float32))
        scores = np.zeros((len(truth), len(labels)), dtype=np.float32)
        for fold in folds:
            scores[fold] = machine.held_out(fold)
        return machine, scores

    tried = {ridge: solved(ridge) for ridge in _RIDGES}
    ridge, temperature = min(
        ((ridge, heat) for ridge in _RIDGES for heat in _TEMPERATURES),
        key=lambda pair: _surprise(tried[pair[0]][1] / pair[1], truth),
    )
    machine = tried[ridge][0]
    return VoiceEmotion(tuple(labels), mean, scale, known, machine.weights, spread, float(temperature))


def _by_speaker(features: FloatArray, speakers: Sequence[str], mean: FloatArray, scale: FloatArray) -> FloatArray:
    owners = np.array(speakers)
    found = np.asarray((features - mean) / scale, dtype=np.float32)
    for speaker in set(speakers):
        mine = owners == speaker
        if mine.sum() >= ENOUGH:
            own = features[mine]
            found[mine] = (own - own.mean(axis=0)) / (own.std(axis=0) + _TINY)
    return np.clip(found, -_FARTHEST, _FARTHEST)


def _folds(speakers: Sequence[str]) -> list[IntArray]:
    """Cut by speaker; where there is only one, by recording."""
    owners = np.array(speakers)
    names = sorted(set(speakers))
    if len(names) == 1:
        return [np.arange(len(owners))[start::_FOLDS] for start in range(min(_FOLDS, len(owners)))]
    groups = [names[start::_FOLDS] for start in range(min(_FOLDS, len(names)))]
    return [np.flatnonzero(np.isin(owners, group)) for group in groups]


def _kernel(some: FloatArray, others: FloatArray, spread: float) -> FloatArray:
    return np.asarray(np.exp(-_NARROWNESS * _distances(some, others) / spread) + 1.0, dtype=np.float32)


def _distances(some: FloatArray, others: FloatArray) -> FloatArray:
    away = (some**2).sum(axis=1)[:, None] + (others**2).sum(axis=1)[None] - 2 * some @ others.T
    return np.asarray(np.maximum(away, 0.0), dtype=np.float32)


def _surprise(logits: FloatArray, truth: IntArray) -> float:
    chances = softmax(logits)
    return float(-np.log(chances[np.arange(len(truth)), truth] + 1e-9).mean())
