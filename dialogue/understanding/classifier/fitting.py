"""Fits a text classifier: one solution, from which held-out scores give its temperature and its reject.

Of up to 2,000 rows the names of labels are rows too (`names`), and labels that share words may share targets. Kernel, ridge and
that share are what makes held-out chances surprise least. With more rows only the ridge is chosen, on some of them: the kernel and
the share that were best for 2,000 rows were worse for 9,000 and for 15,000.
"""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Iterator, Sequence
from typing import Literal

import numpy as np

from dialogue.errors import DialogueError
from dialogue.understanding.classifier import choosing, reject
from dialogue.understanding.classifier.landmarks import WideMachine
from dialogue.understanding.classifier.machine import Machine, Weights, solve, targets_of
from dialogue.understanding.classifier.model import TextClassifier
from dialogue.understanding.classifier.names import kinship, spoken
from dialogue.understanding.classifier.reject import Reject
from dialogue.understanding.classifier.rows import Row
from dialogue.understanding.classifier.space import Space, Texts
from knowledge.embedding import Embedder, FloatArray
from knowledge.index import IntArray

Aim = Literal["accuracy", "macro_f1"]
"""What the choice of a label is to serve: as many right as can be, or every label alike, however rare."""
RIDGES = (0.1, 0.3, 1.0, 3.0, 10.0)
"""The noisier the labels, the larger the best one."""
NARROWNESSES = (0.35, 0.7, 1.5)
GRAM_WEIGHTS = (0.1, 0.25, 0.5, 1.0)
KINSHIPS = (0.0, 0.5, 1.0)
"""How much of its target a row gives to labels that share words with its own."""
_NAME_WEIGHT = 0.9
"""What the name of a label weighs, beside rows of weight 1: below 1, so that it is not judged by."""
EXACT_ROWS = 16_000
"""With more rows than this the machine keeps landmarks alone: an exact one would take minutes and a GB."""
_FEW_ROWS, _MANY_OF_LABEL = 6000, 500
"""With more rows than this it does so too where the labels have many rows each: landmarks are no worse then, and ten times faster."""
LANDMARKS = 1000
"""Four times as many were no better at two labels."""
_LANDMARKS_OF_LABEL = 4
"""At least so many rows of each label are kept, where it has them: the reject looks at the nearest of them."""
_FOLDS, _FOLD_ROWS = 5, 400
_WIDE_FOLDS = 3
_SAMPLE = 3000
_PRETENDED_WEIGHT = 0.3
"""What rows whose label was left out weigh beside real out-of-scope rows; 1 where there are none of those."""
_LEFT_OUT_AT_ONCE = 0.1
"""The share of the labels that a wide machine is fitted without, for want of a closed form for each."""
_CHOOSING_ROWS = 2000


class FittingError(DialogueError):
    """Rows that nothing can be learned from."""


@dataclasses.dataclass(frozen=True)
class _Given:
    """Rows made ready to be learned from."""

    space: Space
    texts: Texts
    owners: IntArray
    """The (first) label of every row; -1: none of them."""
    targets: FloatArray
    """``[rows, labels + 1]``."""
    weights: FloatArray
    """How much every row counts."""
    folds: tuple[IntArray, ...]

    @property
    def labels(self) -> int:
        return int(self.targets.shape[1]) - 1

    @property
    def judged(self) -> IntArray:
        """The rows by which scales are set: those of a label that count fully."""
        return np.flatnonzero((self.owners >= 0) & (self.weights >= self.weights.max()))

    def with_space(self, space: Space) -> _Given:
        return dataclasses.replace(self, space=space)

    def solved(self, ridge: float) -> Machine:
        """Fit an exact machine."""
        kernel = self.space.likeness(self.texts, self.texts)
        return solve(kernel, self.targets, np.asarray(ridge / self.weights, dtype=np.float32))

    def held_out_by(self, ridge: float) -> FloatArray:
        """Return what `held_out` does of an exact machine."""
        return self.held_out(self.solved(ridge))

    def held_out(self, machine: Machine | WideMachine) -> FloatArray:
        """Return every row's scores by a machine that saw nothing of its fold, ``[rows, labels + 1]``."""
        scores = np.zeros_like(self.targets)
        for fold in self.folds:
            scores[fold] = machine.held_out(fold)
        return scores


@dataclasses.dataclass(frozen=True)
class _Fitted:
    """A solution, the rows that it keeps, and what it came from."""

    given: _Given
    machine: Machine | WideMachine
    kept: IntArray

    @classmethod
    def of(cls, given: _Given, ridge: float, seed: int, *, telling: bool = False) -> _Fitted:
        if not wide(len(given.texts), given.labels):
            return cls(given, given.solved(ridge), np.arange(len(given.texts)))
        kept = _landmarks(given.owners, seed)
        ridges = np.asarray(ridge / given.weights, dtype=np.float32)
        return cls(given, WideMachine(given.space, given.texts, kept, given.targets, ridges, telling), kept)

    @property
    def weights(self) -> Weights:
        if isinstance(self.machine, Machine):
            return self.machine.summed(self.given.space, self.given.texts)
        return self.machine.weights

    @functools.cached_property
    def support(self) -> Texts:
        return Texts(self.given.texts.dense[self.kept], None)

    def evidence(self, scores: FloatArray, rows: IntArray, unseen: IntArray) -> FloatArray:
        """Return the evidence of training rows that are compared only with rows of another number in `unseen`."""
        near = self.given.space.nearness(self.given.texts.take(rows), self.support)
        near[unseen[rows][:, None] == unseen[self.kept][None]] = -1.0
        return reject.evidence(scores[:, :-1], scores[:, -1], near, self.given.owners[self.kept])


def fit(rows: Sequence[Row], embedder: Embedder, *, aim: Aim = "accuracy", seed: int = 7) -> TextClassifier:
    """Fit on rows of at least two labels; rows marked as out of scope teach the reject.

    Where some rows have several labels, `Prediction.found` tells which a text has, each chosen for its own best F1; there is no
    reject then, as a text may have none. 9,000 rows of 77 labels take about 40 s on one core, 47,000 of 28 labels about two minutes,
    besides embedding them.

    Raises:
        FittingError: fewer than two labels.
    """
    labels = sorted({label for row in rows if not row.outside for label in (row.label, *row.also)})
    if len(labels) < 2:
        raise FittingError(f"expected rows of at least two labels beside out_of_scope, got {labels!r}")
    if len(rows) <= _CHOOSING_ROWS:
        rows = [*rows, *_names(labels, max(row.weight for row in rows))]
    given, ridge = _chosen(_given(rows, labels, embedder, seed), rows, labels, seed)
    fitted, scores = _solved(given, ridge, seed)
    known, owners = scores[given.judged, :-1], given.owners[given.judged]
    several = any(row.also for row in rows)
    return TextClassifier(
        labels=tuple(labels),
        embedder=embedder,
        space=fitted.given.space,
        support=fitted.support,
        owners=given.owners[fitted.kept],
        weights=fitted.weights,
        temperature=choosing.temperature(known, owners),
        favour=choosing.favour(known, owners) if aim == "macro_f1" else np.zeros(len(labels), dtype=np.float32),
        reject=None if several else _reject(fitted, scores, seed),
        bars=choosing.bars(known, _marks(given, rows, labels)) if several else None,
    )


def _solved(given: _Given, ridge: float, seed: int) -> tuple[_Fitted, FloatArray]:
    """Return a machine with every row's held-out scores.

    One of many rows may want a larger ridge, and more of the n-grams, than the few rows that these were chosen by, and may gain by
    weighing them by what they tell.
    """
    best = _tried(given, ridge, seed)
    if not isinstance(best[0].machine, WideMachine):
        return best
    found = _tried(given, ridge, seed, telling=True)
    telling = _surprise(*found) < _surprise(*best)
    best = found if telling else best
    for other in (weight for weight in GRAM_WEIGHTS if weight > given.space.gram_weight):
        heavier = best[0].given.with_space(dataclasses.replace(given.space, gram_weight=other))
        found = _tried(heavier, ridge, seed, telling=telling)
        if _surprise(*found) > _surprise(*best):
            break
        best = found
    for other in (larger for larger in RIDGES if larger > ridge):
        found = _tried(best[0].given, other, seed, telling=telling)
        if _surprise(*found) > _surprise(*best):
            break
        best = found
    return best


def _tried(given: _Given, ridge: float, seed: int, *, telling: bool = False) -> tuple[_Fitted, FloatArray]:
    fitted = _Fitted.of(given, ridge, seed, telling=telling)
    return fitted, given.held_out(fitted.machine)


def _surprise(fitted: _Fitted, scores: FloatArray) -> float:
    judged = fitted.given.judged
    return choosing.surprise(scores[judged, :-1], fitted.given.owners[judged])


def _names(labels: Sequence[str], weight: float) -> list[Row]:
    """Return the names of the labels as rows."""
    return [Row(spoken(label), label, weight=_NAME_WEIGHT * weight) for label in labels if spoken(label)]


def _marks(given: _Given, rows: Sequence[Row], labels: Sequence[str]) -> FloatArray:
    """Return 1 where a row that is judged by has a label, otherwise 0, ``[judged, labels]``."""
    every = [{rows[row].label, *rows[row].also} for row in given.judged]
    return np.array([[label in owned for label in labels] for owned in every], dtype=np.float32)


def _given(rows: Sequence[Row], labels: Sequence[str], embedder: Embedder, seed: int) -> _Given:
    texts = [row.text for row in rows]
    vectors = embedder.encode(texts)
    space = Space.of(texts, vectors)
    index = {label: number for number, label in enumerate(labels)}
    every = [[-1] if row.outside else [index[label] for label in (row.label, *row.also)] for row in rows]
    return _Given(
        space=space,
        texts=space.read(texts, vectors),
        owners=np.array([owned[0] for owned in every], dtype=np.int64),
        targets=targets_of(every, len(labels) + 1),  # the last column, -1, is that of the rows out of scope
        weights=np.array([row.weight for row in rows], dtype=np.float32),
        folds=tuple(folds(rows, seed)),
    )


def wide(rows: int, labels: int) -> bool:
    """Return whether so many rows of so many labels get a machine of landmarks."""
    return rows > EXACT_ROWS or (rows > _FEW_ROWS and rows >= _MANY_OF_LABEL * labels)


def folds(rows: Sequence[Row], seed: int) -> Iterator[IntArray]:
    """Cut rows into at least five folds, three where each is a fit of many rows; rows of one group, and rows that read the same, are in one of them."""
    groups: dict[str, list[int]] = {}
    for number, row in enumerate(rows):
        groups.setdefault(row.group or bare(row.text) or str(number), []).append(number)
    members = list(groups.values())
    many = wide(len(rows), len({row.label for row in rows}))
    count = min(_WIDE_FOLDS if many else max(_FOLDS, len(rows) // _FOLD_ROWS), len(members))
    order = np.random.default_rng(seed).permutation(len(members))
    for fold in range(count):
        yield np.sort(np.concatenate([members[group] for group in order[fold::count]]))


def bare(text: str) -> str:
    """Return a text's letters and digits alone, in lower case: what two rows that say the same have in common."""
    return re.sub(r"[\W_]", "", text.lower())


def _landmarks(owners: IntArray, seed: int) -> IntArray:
    """Draw rows, some of each label, the others by chance."""
    order = np.random.default_rng(seed).permutation(len(owners))
    labels, first = np.unique(owners[order], return_inverse=True)
    turns = np.zeros(len(order), dtype=np.int64)
    for label in range(len(labels)):
        mine = np.flatnonzero(first == label)
        turns[mine] = np.arange(len(mine))
    return np.sort(order[np.argsort(turns >= _LANDMARKS_OF_LABEL, kind="stable")][:LANDMARKS])


@dataclasses.dataclass(frozen=True)
class _Setting:
    """What is chosen by held-out surprise."""

    ridge: float = 0.3
    narrowness: float = 0.7
    gram_weight: float = 0.25


def _chosen(given: _Given, rows: Sequence[Row], labels: Sequence[str], seed: int) -> tuple[_Given, float]:
    """Return the rows with the kernel and the targets, and the ridge, whose held-out chances surprise least on some of the rows."""
    some = np.sort(np.random.default_rng(seed).permutation(len(rows))[:_CHOOSING_ROWS])
    part = dataclasses.replace(
        given,
        texts=given.texts.take(some),
        owners=given.owners[some],
        targets=given.targets[some],
        weights=given.weights[some],
        folds=tuple(folds([rows[row] for row in some], seed)),
    )
    few = len(some) == len(rows)
    judged, mixes = part.judged, _mixes(labels) if few else _mixes(labels)[:1]

    @functools.cache
    def tried(setting: _Setting) -> tuple[float, int]:
        """Return the least surprise, and with which of the mixes of targets; scores are linear in the targets."""
        space = _with(part.space, setting)
        scores = part.with_space(space).held_out_by(setting.ridge)[judged]
        return min(
            (choosing.surprise((scores @ mix)[:, :-1], part.owners[judged]), number) for number, mix in enumerate(mixes)
        )

    choices: tuple[tuple[str, tuple[float, ...]], ...] = (
        ("ridge", RIDGES),
        ("gram_weight", GRAM_WEIGHTS),
        ("narrowness", NARROWNESSES),
    )
    if not few:  # more rows want another kernel than some of them
        choices = choices[:1]
    best = _Setting()
    for _ in range(2):
        for field, values in choices:
            best = min((dataclasses.replace(best, **{field: value}) for value in values), key=tried)
    mix = mixes[tried(best)[1]]
    return dataclasses.replace(given, space=_with(given.space, best), targets=given.targets @ mix), best.ridge


def _with(space: Space, setting: _Setting) -> Space:
    return dataclasses.replace(space, narrowness=setting.narrowness, gram_weight=setting.gram_weight)


def _mixes(labels: Sequence[str]) -> list[FloatArray]:
    """Return matrices ``[labels + 1, labels + 1]`` that give labels a part of the targets of those akin to them."""
    akin = np.zeros((len(labels) + 1, len(labels) + 1), dtype=np.float32)
    akin[:-1, :-1] = kinship(labels) - np.eye(len(labels))
    unit = np.eye(len(akin), dtype=np.float32)
    return [unit] if not akin.any() else [(unit + share * akin).astype(np.float32) for share in KINSHIPS]


def _reject(fitted: _Fitted, scores: FloatArray, seed: int) -> Reject | None:
    given = fitted.given
    outside = np.flatnonzero(given.owners < 0)
    rng = np.random.default_rng(seed)
    some = np.sort(rng.permutation(given.judged)[:_SAMPLE])
    fold_of = np.zeros(len(given.owners), dtype=np.int64)
    for number, fold in enumerate(given.folds):
        fold_of[fold] = number
    pretended = _pretended(fitted, rng)
    marked = fitted.evidence(scores[outside], outside, fold_of)
    if not len(pretended) and not len(marked):
        return None
    groups = [(pretended, _PRETENDED_WEIGHT if len(marked) else 1.0), (marked, 1.0)]
    return reject.fit(fitted.evidence(scores[some], some, fold_of), groups)


def _pretended(fitted: _Fitted, rng: np.random.Generator) -> FloatArray:
    """Return the evidence of rows whose whole label was left out; nothing where no two others would be left."""
    given = fitted.given
    if given.labels < 3:
        return np.zeros((0, 7), dtype=np.float32)
    group_of = _left_out_together(fitted, rng)
    found = []
    for group in range(int(group_of.max()) + 1):
        rows = np.flatnonzero((given.owners >= 0) & (group_of[given.owners] == group))
        scores = fitted.machine.held_out(rows)
        scores[:, np.flatnonzero(group_of == group)] = -np.inf
        some = np.sort(rng.permutation(len(rows))[: max(1, _SAMPLE // (int(group_of.max()) + 1))])
        found.append(fitted.evidence(scores[some], rows[some], np.where(given.owners < 0, -1, group_of[given.owners])))
    return np.vstack(found)


def _left_out_together(fitted: _Fitted, rng: np.random.Generator) -> IntArray:
    """Return the group of each label: one of its own with an exact machine, a tenth of them with a wide one."""
    labels = fitted.given.labels
    if isinstance(fitted.machine, Machine):
        return np.arange(labels)
    size = max(1, round(_LEFT_OUT_AT_ONCE * labels))
    return np.asarray(rng.permutation(labels) // size, dtype=np.int64)
