"""Fits a text classifier: one solution, from which held-out scores give its temperature and its reject."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Sequence
from typing import Literal

import numpy as np

from dialogue.errors import DialogueError
from dialogue.understanding.classifier import reject
from dialogue.understanding.classifier.machine import Machine, solve, targets_of
from dialogue.understanding.classifier.model import TextClassifier, softmax
from dialogue.understanding.classifier.reject import Reject
from dialogue.understanding.classifier.rows import Row
from dialogue.understanding.classifier.space import Space, Texts
from knowledge.embedding import Embedder, FloatArray
from knowledge.index import IntArray

Aim = Literal["accuracy", "macro_f1"]
"""What the choice of a label is to serve: as many right as can be, or every label alike, however rare."""
RIDGES = (0.1, 0.3, 1.0, 3.0)
"""The noisier the labels, the larger the best one."""
MOST_ROWS = 22_000
"""A pair of rows takes 4 bytes: 2 GB at this many."""
_FOLDS, _FOLD_ROWS = 5, 400
_SAMPLE = 3000
_PRETENDED_WEIGHT = 0.3
"""What rows whose label was left out weigh beside real out-of-scope rows; 1 where there are none of those."""
_CHOOSING_ROWS = 2000
_FAVOURS = np.linspace(0.0, 0.5, 26)
_TEMPERATURES = np.geomspace(0.03, 0.6, 30)


class FittingError(DialogueError):
    """Rows that nothing can be learned from."""


@dataclasses.dataclass(frozen=True)
class _Given:
    """Rows made ready to be learned from."""

    space: Space
    texts: Texts
    owners: IntArray
    """The label of every row; -1: none of them."""
    weights: FloatArray
    """How much every row counts."""
    labels: int
    folds: tuple[IntArray, ...]

    def solved(self, ridge: float) -> _Fitted:
        targets = targets_of(self.owners, self.labels + 1)  # the last column, -1, is that of the rows out of scope
        kernel = self.space.likeness(self.texts, self.texts)
        return _Fitted(self, solve(kernel, targets, np.asarray(ridge / self.weights, dtype=np.float32)))

    @property
    def judged(self) -> IntArray:
        """The rows by which scales are set: those of a label that count fully."""
        return np.flatnonzero((self.owners >= 0) & (self.weights >= self.weights.max()))


@dataclasses.dataclass(frozen=True)
class _Fitted:
    """A solution and what it came from."""

    given: _Given
    machine: Machine

    def held_out(self) -> FloatArray:
        """Every row's scores by a machine that saw nothing of its fold, ``[rows, labels + 1]``."""
        scores = np.zeros((len(self.given.owners), self.given.labels + 1), dtype=np.float32)
        for fold in self.given.folds:
            scores[fold] = self.machine.held_out(fold)
        return scores


def fit(rows: Sequence[Row], embedder: Embedder, *, aim: Aim = "accuracy", seed: int = 7) -> TextClassifier:
    """Fit on rows of at least two labels; rows marked as out of scope teach the reject.

    10,000 rows take 20 s on one core besides embedding them, and 0.8 GB.

    Raises:
        FittingError: fewer than two labels, or more than `MOST_ROWS` rows.
    """
    labels = sorted({row.label for row in rows if not row.outside})
    if len(labels) < 2:
        raise FittingError(f"expected rows of at least two labels beside out_of_scope, got {labels!r}")
    if len(rows) > MOST_ROWS:
        raise FittingError(f"expected at most {MOST_ROWS} rows, got {len(rows)}: leave out rows that say the same")
    texts = [row.text for row in rows]
    vectors = embedder.encode(texts)
    space = Space.of(texts, vectors)
    known = space.read(texts, vectors)
    index = {label: number for number, label in enumerate(labels)}
    owners = np.array([index.get(row.label, -1) for row in rows], dtype=np.int64)
    weights = np.array([row.weight for row in rows], dtype=np.float32)
    given = _Given(space, known, owners, weights, len(labels), tuple(folds(rows, seed)))
    fitted = given.solved(_ridge(given, rows, seed))
    scores = fitted.held_out()
    return TextClassifier(
        labels=tuple(labels),
        embedder=embedder,
        space=space,
        support=known,
        owners=owners,
        weights=fitted.machine.weights,
        temperature=_temperature(scores[given.judged, :-1], owners[given.judged]),
        favour=_favour(scores[given.judged, :-1], owners[given.judged], aim),
        reject=_reject(fitted, scores, seed),
    )


def folds(rows: Sequence[Row], seed: int) -> Iterator[IntArray]:
    """Cut rows into at least five folds; rows of one group, and rows that read the same, are in one of them."""
    groups: dict[str, list[int]] = {}
    for number, row in enumerate(rows):
        groups.setdefault(row.group or bare(row.text) or str(number), []).append(number)
    members = list(groups.values())
    count = min(max(_FOLDS, len(rows) // _FOLD_ROWS), len(members))
    order = np.random.default_rng(seed).permutation(len(members))
    for fold in range(count):
        yield np.sort(np.concatenate([members[group] for group in order[fold::count]]))


def bare(text: str) -> str:
    """Return a text's letters and digits alone, in lower case: what two rows that say the same have in common."""
    return re.sub(r"[\W_]", "", text.lower())


def _ridge(given: _Given, rows: Sequence[Row], seed: int) -> float:
    """Return the ridge whose held-out chances surprise least, on some of the rows."""
    some = np.sort(np.random.default_rng(seed).permutation(len(rows))[:_CHOOSING_ROWS])
    cut = tuple(folds([rows[row] for row in some], seed))
    part = dataclasses.replace(
        given, texts=given.texts.take(some), owners=given.owners[some], weights=given.weights[some], folds=cut
    )

    def surprise(ridge: float) -> float:
        scores = part.solved(ridge).held_out()[part.judged, :-1]
        return min(_surprise(scores, part.owners[part.judged], temperature) for temperature in _TEMPERATURES)

    return min(RIDGES, key=surprise)


def _temperature(scores: FloatArray, owners: IntArray) -> float:
    return float(min(_TEMPERATURES, key=lambda temperature: _surprise(scores, owners, temperature)))


def _surprise(scores: FloatArray, owners: IntArray, temperature: float) -> float:
    """Return the mean negative log chance of the right label."""
    chances = softmax(scores / temperature)
    right = chances[np.arange(len(chances)), owners]
    return float(-np.log(right + 1e-9).mean())


def _favour(scores: FloatArray, owners: IntArray, aim: Aim) -> FloatArray:
    """Return what each label's score gains: nothing, or by its rarity what gives the best held-out macro-F1."""
    labels = scores.shape[1]
    shares = np.bincount(owners, minlength=labels) / max(len(owners), 1)
    rarity = np.asarray(-np.log(np.maximum(shares, 1e-6)), dtype=np.float32)
    if aim == "accuracy":
        return np.zeros(labels, dtype=np.float32)
    best = max(_FAVOURS, key=lambda gain: _macro_f1(scores + gain * rarity, owners))
    return np.asarray(best * rarity, dtype=np.float32)


def _macro_f1(scores: FloatArray, truth: IntArray) -> float:
    labels = scores.shape[1]
    found = scores.argmax(axis=1)
    hits = np.bincount(truth[found == truth], minlength=labels)
    both = np.bincount(truth, minlength=labels) + np.bincount(found, minlength=labels)
    return float((2 * hits[both > 0] / both[both > 0]).mean())


def _reject(fitted: _Fitted, scores: FloatArray, seed: int) -> Reject | None:
    inside = fitted.given.judged
    outside = np.flatnonzero(fitted.given.owners < 0)
    rng = np.random.default_rng(seed)
    some = np.sort(rng.permutation(inside)[:_SAMPLE])
    fold_of = np.zeros(len(fitted.given.owners), dtype=np.int64)
    for number, fold in enumerate(fitted.given.folds):
        fold_of[fold] = number
    pretended = _pretended(fitted, rng)
    marked = _evidence(fitted, scores[outside], outside, fold_of)
    if not len(pretended) and not len(marked):
        return None
    groups = [(pretended, _PRETENDED_WEIGHT if len(marked) else 1.0), (marked, 1.0)]
    return reject.fit(_evidence(fitted, scores[some], some, fold_of), groups)


def _pretended(fitted: _Fitted, rng: np.random.Generator) -> FloatArray:
    """Return the evidence of rows whose whole label was left out; nothing where no two others would be left."""
    if fitted.given.labels < 3:
        return np.zeros((0, 7), dtype=np.float32)
    found = []
    for label in range(fitted.given.labels):
        rows = np.flatnonzero(fitted.given.owners == label)
        scores = fitted.machine.held_out(rows)
        scores[:, label] = -np.inf
        some = np.sort(rng.permutation(len(rows))[: max(1, _SAMPLE // fitted.given.labels)])
        found.append(_evidence(fitted, scores[some], rows[some], fitted.given.owners))
    return np.vstack(found)


def _evidence(fitted: _Fitted, scores: FloatArray, rows: IntArray, unseen: IntArray) -> FloatArray:
    """Return the evidence of training rows that are compared only with rows of another number in `unseen`."""
    given = fitted.given
    near = given.space.nearness(given.texts.take(rows), given.texts)
    near[unseen[rows][:, None] == unseen[None]] = -1.0
    return reject.evidence(scores[:, :-1], scores[:, -1], near, fitted.given.owners)
