"""Fits a text classifier: one solution, from which held-out scores give its temperature and its reject."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Sequence

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

RIDGE = 0.1
MOST_ROWS = 22_000
"""A pair of rows takes 4 bytes: 2 GB at this many."""
_FOLDS, _FOLD_ROWS = 5, 400
_SAMPLE = 3000
_PRETENDED_WEIGHT = 0.3
"""What rows whose label was left out weigh beside real out-of-scope rows; 1 where there are none of those."""
_TEMPERATURES = np.geomspace(0.03, 0.6, 30)


class FittingError(DialogueError):
    """Rows that nothing can be learned from."""


@dataclasses.dataclass(frozen=True)
class _Fitted:
    """A solution with everything that it came from."""

    space: Space
    texts: Texts
    machine: Machine
    owners: IntArray
    labels: int
    folds: tuple[IntArray, ...]

    def near(self, rows: IntArray) -> FloatArray:
        return self.space.nearness(self.texts.take(rows), self.texts)

    def held_out(self) -> FloatArray:
        """Every row's scores by a machine that saw nothing of its fold, ``[rows, labels + 1]``."""
        scores = np.zeros((len(self.owners), self.labels + 1), dtype=np.float32)
        for fold in self.folds:
            scores[fold] = self.machine.held_out(fold)
        return scores


def fit(rows: Sequence[Row], embedder: Embedder, *, seed: int = 7) -> TextClassifier:
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
    targets = targets_of(owners, len(labels) + 1)  # the last column, -1, is that of the rows out of scope
    ridge = np.full(len(rows), RIDGE, dtype=np.float32)
    machine = solve(space.likeness(known, known), targets, ridge)
    fitted = _Fitted(space, known, machine, owners, len(labels), tuple(folds(rows, seed)))
    scores = fitted.held_out()
    return TextClassifier(
        labels=tuple(labels),
        embedder=embedder,
        space=space,
        support=known,
        owners=owners,
        weights=machine.weights,
        temperature=_temperature(scores[:, :-1], owners),
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


def _temperature(scores: FloatArray, owners: IntArray) -> float:
    inside = owners >= 0
    truth = owners[inside]

    def loss(temperature: float) -> float:
        chances = softmax(scores[inside] / temperature)
        return float(-np.log(chances[np.arange(len(truth)), truth] + 1e-9).mean())

    return float(min(_TEMPERATURES, key=loss))


def _reject(fitted: _Fitted, scores: FloatArray, seed: int) -> Reject | None:
    inside = np.flatnonzero(fitted.owners >= 0)
    outside = np.flatnonzero(fitted.owners < 0)
    rng = np.random.default_rng(seed)
    some = np.sort(rng.permutation(inside)[:_SAMPLE])
    fold_of = np.zeros(len(fitted.owners), dtype=np.int64)
    for number, fold in enumerate(fitted.folds):
        fold_of[fold] = number
    pretended = _pretended(fitted, rng)
    marked = _evidence(fitted, scores[outside], outside, fold_of)
    if not len(pretended) and not len(marked):
        return None
    groups = [(pretended, _PRETENDED_WEIGHT if len(marked) else 1.0), (marked, 1.0)]
    return reject.fit(_evidence(fitted, scores[some], some, fold_of), groups)


def _pretended(fitted: _Fitted, rng: np.random.Generator) -> FloatArray:
    """Return the evidence of rows whose whole label was left out; nothing where no two others would be left."""
    if fitted.labels < 3:
        return np.zeros((0, 7), dtype=np.float32)
    found = []
    for label in range(fitted.labels):
        rows = np.flatnonzero(fitted.owners == label)
        scores = fitted.machine.held_out(rows)
        scores[:, label] = -np.inf
        some = np.sort(rng.permutation(len(rows))[: max(1, _SAMPLE // fitted.labels)])
        found.append(_evidence(fitted, scores[some], rows[some], fitted.owners))
    return np.vstack(found)


def _evidence(fitted: _Fitted, scores: FloatArray, rows: IntArray, unseen: IntArray) -> FloatArray:
    """Return the evidence of training rows that are compared only with rows of another number in `unseen`."""
    near = fitted.near(rows)
    near[unseen[rows][:, None] == unseen[None]] = -1.0
    return reject.evidence(scores[:, :-1], scores[:, -1], near, fitted.owners)
