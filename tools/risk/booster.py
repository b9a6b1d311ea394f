"""Boosted trees over the features of events, held to the signs that sense demands, with a calibrated chance and exact reasons.

XGBoost (Chen and Guestrin 2016, arXiv 1603.02754). A reason is the feature's share of the log odds by TreeSHAP (Lundberg, Erion and Lee
2018, arXiv 1802.03888), which XGBoost computes exactly: the shares and the base add up to the log odds of the score.
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
    """Fitted trees.

    Args:
        names: the features that it uses, in the order of its columns.
        scale: what the trees' log odds are multiplied with, and `shift` what is added, so that chances are right on later rows.
        rounds: of boosting.
    """

    trees: xgboost.Booster
    names: tuple[str, ...]
    scale: float
    shift: float
    rounds: int

    def log_odds(self, rows: Matrix) -> FloatArray:
        """Return the calibrated log odds, ``[rows]``, of features in the order of `names`."""
        margins = self.trees.predict(_matrix(rows, self.names), output_margin=True)
        return np.asarray(margins, dtype=np.float64) * self.scale + self.shift

    def shares(self, rows: Matrix) -> FloatArray:
        """Return what each feature adds to the log odds, ``[rows, names + 1]``; the last is the base. A row's sum is its log odds."""
        found = np.asarray(self.trees.predict(_matrix(rows, self.names), pred_contribs=True), dtype=np.float64)
        found *= self.scale
        found[:, -1] += self.shift
        return found

    def save(self, folder: Path) -> None:
        """Write ``trees.ubj`` and ``booster.json``."""
        self.trees.save_model(folder / "trees.ubj")
        about = {"names": self.names, "scale": self.scale, "shift": self.shift, "rounds": self.rounds}
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
            return Booster(
                trees, tuple(about["names"]), float(about["scale"]), float(about["shift"]), int(about["rounds"])
            )
        except (OSError, ValueError, KeyError, TypeError, xgboost.core.XGBoostError) as error:
            raise VersionError(f"{folder} cannot be read: expected trees.ubj and booster.json") from error


def boost(rows: Matrix, bad: BoolArray, weights: FloatArray, names: Sequence[str], signs: Mapping[str, int]) -> Booster:
    """Fit trees on rows in time order, ``[rows, names]``.

    Features with one value throughout are left out. How many rounds, and the calibration, come from later folds within the rows.
    """
    used = [column for column in range(len(names)) if _varies(rows[:, column])]
    kept, chosen = np.ascontiguousarray(rows[:, used]), tuple(names[column] for column in used)
    constraints = "(" + ",".join(str(signs.get(name, 0)) for name in chosen) + ")"
    settings = {**SETTINGS, "monotone_constraints": constraints, "base_score": float(np.average(bad, weights=weights))}
    rounds, scale, shift = _chosen(kept, bad, weights, chosen, settings)
    return Booster(_trained(kept, bad, weights, chosen, settings, rounds), chosen, scale, shift, rounds)


def _varies(column: npt.NDArray[np.float32]) -> bool:
    there = column[~np.isnan(column)]
    return bool(len(there)) and (len(there) < len(column) or bool((there != there[0]).any()))


def _trained(
    rows: Matrix, bad: BoolArray, weights: FloatArray, names: Sequence[str], settings: dict[str, Any], rounds: int
) -> xgboost.Booster:
    import xgboost  # noqa: PLC0415

    data = xgboost.DMatrix(rows, bad, weight=weights, feature_names=list(names))
    return xgboost.train(settings, data, rounds)


def _chosen(
    rows: Matrix, bad: BoolArray, weights: FloatArray, names: Sequence[str], settings: dict[str, Any]
) -> tuple[int, float, float]:
    """Return the number of rounds and the calibration."""
    ranks: dict[int, list[float]] = {rounds: [] for rounds in ROUNDS}
    margins: dict[int, list[FloatArray]] = {rounds: [] for rounds in ROUNDS}
    tried: list[BoolArray] = []
    for begin, end in itertools.pairwise(FOLDS):
        first, last = int(len(rows) * begin), int(len(rows) * end)
        if not _both(bad[:first]) or not _both(bad[first:last]):
            continue
        trees = _trained(rows[:first], bad[:first], weights[:first], names, settings, max(ROUNDS))
        data = _matrix(rows[first:last], names)
        for rounds in ROUNDS:
            margin = np.asarray(trees.predict(data, output_margin=True, iteration_range=(0, rounds)), dtype=np.float64)
            ranks[rounds].append(auroc(margin[~bad[first:last]], margin[bad[first:last]]))
            margins[rounds].append(margin)
        tried.append(bad[first:last])
    if not tried:
        return ROUNDS[1], 1.0, 0.0
    means = {rounds: float(np.mean(found)) for rounds, found in ranks.items()}
    best = min(rounds for rounds in ROUNDS if means[rounds] >= max(means.values()) - ALIKE)
    scale, shift = calibrated(np.concatenate(margins[best]), np.concatenate(tried))
    return best, scale, shift


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
