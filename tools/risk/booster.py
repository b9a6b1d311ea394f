"""Boosted trees and a logistic regression over the features of events, both held to the signs that sense demands, in one calibrated chance.

XGBoost (Chen and Guestrin 2016, arXiv 1603.02754) and `tools.risk.linear`; the log odds are the mean of the two. A reason is the
feature's share of them: of the trees by TreeSHAP (Lundberg, Erion and Lee 2018, arXiv 1802.03888), which XGBoost computes exactly, of
the regression its term. The shares and the base add up to the log odds of the score.
"""

from __future__ import annotations

import dataclasses
import itertools
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from tools.fitted import VersionError
from tools.fitted.figures import auroc
from tools.risk.linear import Linear, regressed

if TYPE_CHECKING:
    import xgboost

FloatArray = npt.NDArray[np.float64]
Matrix = npt.NDArray[np.float32]
BoolArray = npt.NDArray[np.bool_]

SETTINGS: dict[str, Any] = {
    "objective": "binary:logistic",
    "tree_method": "hist",
    "eta": 0.05,
    "max_depth": 4,
    "subsample": 0.7,
    "colsample_bytree": 0.3,
    "min_child_weight": 3,
    "reg_lambda": 5,
    "num_parallel_tree": 4,
    "seed": 7,
    "nthread": 1,
    "verbosity": 0,
}
ROUNDS = (20, 40, 80, 150, 250)
"""How many rounds are tried; the least that ranks as well on later folds as any other, but for `ALIKE`, is taken."""
ALIKE = 0.002
FOLDS = (0.5, 0.625, 0.75, 0.875, 1.0)
"""Later folds within the rows: trained up to one share, tried up to the next."""


@dataclasses.dataclass(frozen=True)
class Booster:
    """Fitted trees, and the regression beside them.

    Args:
        names: the features that it uses, in the order of its columns.
        scale: what the trees' log odds are multiplied with, and `shift` what is added, so that chances are right on later rows.
        rounds: of boosting.
        linear: None: the trees alone.
    """

    trees: xgboost.Booster
    names: tuple[str, ...]
    scale: float
    shift: float
    rounds: int
    linear: Linear | None = None

    def log_odds(self, rows: Matrix) -> FloatArray:
        """Return the calibrated log odds, ``[rows]``, of features in the order of `names`."""
        margins = np.asarray(self.trees.predict(_matrix(rows, self.names), output_margin=True), dtype=np.float64)
        if self.linear is not None:
            margins = (margins + self.linear.log_odds(rows)) / 2
        return margins * self.scale + self.shift

    def shares(self, rows: Matrix) -> FloatArray:
        """Return what each feature adds to the log odds, ``[rows, names + 1]``; the last is the base. A row's sum is its log odds."""
        found = np.asarray(self.trees.predict(_matrix(rows, self.names), pred_contribs=True), dtype=np.float64)
        if self.linear is not None:
            found = (found + self.linear.shares(rows)) / 2
        found *= self.scale
        found[:, -1] += self.shift
        return found

    def save(self, folder: Path) -> None:
        """Write ``trees.ubj``, ``booster.json`` and ``linear.json``."""
        self.trees.save_model(folder / "trees.ubj")
        about = {"names": self.names, "scale": self.scale, "shift": self.shift, "rounds": self.rounds}
        about["linear"] = self.linear is not None
        if self.linear is not None:
            self.linear.save(folder)
        (folder / "booster.json").write_text(json.dumps(about, ensure_ascii=False), encoding="utf-8")

    @staticmethod
    def load(folder: Path) -> Booster:
        """Read what `save` wrote.

        Raises:
            VersionError.
        """
        import xgboost  # noqa: PLC0415

        try:
            about = json.loads((folder / "booster.json").read_text(encoding="utf-8"))
            trees = xgboost.Booster(params={"nthread": 1})
            trees.load_model(folder / "trees.ubj")
            linear = Linear.load(folder) if about.get("linear") else None
            names, rounds = tuple(about["names"]), int(about["rounds"])
            return Booster(trees, names, float(about["scale"]), float(about["shift"]), rounds, linear)
        except (OSError, ValueError, KeyError, TypeError, xgboost.core.XGBoostError) as error:
            raise VersionError(f"{folder} cannot be read: expected trees.ubj and booster.json") from error


def boost(rows: Matrix, bad: BoolArray, weights: FloatArray, names: Sequence[str], signs: Mapping[str, int]) -> Booster:
    """Fit trees, and the regression where it helps, on rows in time order, ``[rows, names]``.

    Features with one value throughout are left out. How many rounds, whether the regression is used, and the calibration come from
    later folds within the rows.
    """
    used = [column for column in range(len(names)) if _varies(rows[:, column])]
    chosen = tuple(names[column] for column in used)
    known = _Rows(
        np.ascontiguousarray(rows[:, used]), bad, weights, chosen, {name: signs.get(name, 0) for name in chosen}
    )
    (rounds, blended), scale, shift = _chosen(known)
    linear = known.line(len(bad)) if blended else None
    return Booster(known.trees(len(bad), rounds), chosen, scale, shift, rounds, linear)


def _varies(column: npt.NDArray[np.float32]) -> bool:
    there = column[~np.isnan(column)]
    return bool(len(there)) and (len(there) < len(column) or bool((there != there[0]).any()))


@dataclasses.dataclass(frozen=True)
class _Rows:
    """What is learnt from, in time order."""

    rows: Matrix
    bad: BoolArray
    weights: FloatArray
    names: tuple[str, ...]
    signs: Mapping[str, int]

    def trees(self, until: int, rounds: int) -> xgboost.Booster:
        """Fit trees on the first `until` rows."""
        import xgboost  # noqa: PLC0415

        settings = {
            **SETTINGS,
            "monotone_constraints": "(" + ",".join(str(sign) for sign in self.signs.values()) + ")",
            "base_score": float(np.average(self.bad, weights=self.weights)),
        }
        data = xgboost.DMatrix(
            self.rows[:until], self.bad[:until], weight=self.weights[:until], feature_names=list(self.names)
        )
        return xgboost.train(settings, data, rounds)

    def line(self, until: int) -> Linear:
        """Fit the regression on the first `until` rows."""
        return regressed(self.rows[:until], self.bad[:until], self.weights[:until], self.names, self.signs)


_Way = tuple[int, bool]
"""How many rounds, and whether the regression stands beside the trees."""


def _chosen(known: _Rows) -> tuple[_Way, float, float]:
    """Return the way that ranks later folds best, and its calibration; the regression must be better by `ALIKE` to be used."""
    ways = list(itertools.product(ROUNDS, (False, True)))
    ranks: dict[_Way, list[float]] = {way: [] for way in ways}
    margins: dict[_Way, list[FloatArray]] = {way: [] for way in ways}
    tried: list[BoolArray] = []
    for begin, end in itertools.pairwise(FOLDS):
        first, last = int(len(known.bad) * begin), int(len(known.bad) * end)
        bad = known.bad[first:last]
        if not _both(known.bad[:first]) or not _both(bad):
            continue
        trees, line = known.trees(first, max(ROUNDS)), known.line(first).log_odds(known.rows[first:last])
        data = _matrix(known.rows[first:last], known.names)
        for rounds, blended in ways:
            margin = np.asarray(trees.predict(data, output_margin=True, iteration_range=(0, rounds)), dtype=np.float64)
            margin = (margin + line) / 2 if blended else margin
            ranks[rounds, blended].append(auroc(margin[~bad], margin[bad]))
            margins[rounds, blended].append(margin)
        tried.append(bad)
    if not tried:
        return (ROUNDS[1], False), 1.0, 0.0
    means = {way: float(np.mean(found)) for way, found in ranks.items()}
    best = {blended: max(means[rounds, blended] for rounds in ROUNDS) for blended in (False, True)}
    blended = best[True] > best[False] + ALIKE
    rounds = min(rounds for rounds in ROUNDS if means[rounds, blended] >= best[blended] - ALIKE)
    scale, shift = calibrated(np.concatenate(margins[rounds, blended]), np.concatenate(tried))
    return (rounds, blended), scale, shift


def calibrated(margins: FloatArray, bad: BoolArray) -> tuple[float, float]:
    """Return scale and shift of log odds that make chances right on these rows (Platt 1999), the scale at least 0.2.

    Targets are smoothed as Platt does, so that few positives do not make it sure.
    """
    from scipy.optimize import minimize  # noqa: PLC0415

    positives, negatives = int(bad.sum()), int((~bad).sum())
    targets = np.where(bad, (positives + 1) / (positives + 2), 1 / (negatives + 2))

    def loss(at: FloatArray) -> float:
        odds = margins * at[0] + at[1]
        return float(np.mean(np.logaddexp(0.0, odds) - targets * odds))

    found = minimize(loss, np.array([1.0, 0.0]), method="L-BFGS-B", bounds=[(0.2, 5.0), (-10.0, 10.0)])
    return float(found.x[0]), float(found.x[1])


def _both(bad: BoolArray) -> bool:
    return bool(bad.any() and not bad.all())


def _matrix(rows: Matrix, names: Sequence[str]) -> xgboost.DMatrix:
    import xgboost  # noqa: PLC0415

    return xgboost.DMatrix(rows, feature_names=list(names), nthread=1)
