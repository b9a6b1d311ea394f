"""A logistic regression over the same features as the trees: beside them it ranks better where few frauds are known.

A feature goes in as the signed logarithm of its value, standardised and cut at `MOST` spreads, and as whether it is missing. Weights are
held to the signs that sense demands, with a penalty on their squares (ridge). A feature's share of the log odds is what its two weights
add, so that shares are exact.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from tools.fitted import VersionError

FloatArray = npt.NDArray[np.float64]
Matrix = npt.NDArray[np.float32]
BoolArray = npt.NDArray[np.bool_]

MOST = 4.0
LOOSENESS = 1.0
"""Weight of a row's loss beside half the squared weights."""
_FILE = "linear.json"
_ARRAYS = ("middle", "spread", "weight", "missing")


@dataclasses.dataclass(frozen=True)
class Linear:
    """Fitted weights, one for each feature.

    Args:
        middle: mean of a feature's logarithm, and `spread` its standard deviation, where it is known.
        weight: of the standardised logarithm; `missing`: of having no value; `base`: the log odds of neither.
    """

    middle: FloatArray
    spread: FloatArray
    weight: FloatArray
    missing: FloatArray
    base: float

    def shares(self, rows: Matrix) -> FloatArray:
        """Return what each feature adds to the log odds, ``[rows, features + 1]``; the last is the base."""
        known, gone = _standard(rows, self.middle, self.spread)
        return np.hstack([known * self.weight + gone * self.missing, np.full((len(rows), 1), self.base)])

    def log_odds(self, rows: Matrix) -> FloatArray:
        """Return the log odds, ``[rows]``."""
        known, gone = _standard(rows, self.middle, self.spread)
        return np.asarray(known @ self.weight + gone @ self.missing + self.base)

    def save(self, folder: Path) -> None:
        """Write ``linear.json``."""
        arrays = {name: getattr(self, name).tolist() for name in _ARRAYS}
        (folder / _FILE).write_text(json.dumps({**arrays, "base": self.base}), encoding="utf-8")

    @staticmethod
    def load(folder: Path) -> Linear:
        """Read what `save` wrote.

        Raises:
            VersionError.
        """
        try:
            about = json.loads((folder / _FILE).read_text(encoding="utf-8"))
            middle, spread, weight, missing = (np.asarray(about[name], dtype=np.float64) for name in _ARRAYS)
            return Linear(middle, spread, weight, missing, float(about["base"]))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise VersionError(f"{folder} cannot be read: expected {_FILE}") from error


def regressed(
    rows: Matrix, bad: BoolArray, weights: FloatArray, names: Sequence[str], signs: Mapping[str, int]
) -> Linear:
    """Fit on rows ``[rows, names]``."""
    from scipy.optimize import minimize  # noqa: PLC0415

    logs = _logs(rows)
    there = ~np.isnan(logs)
    count = np.maximum(there.sum(axis=0), 1)
    middle = np.where(there, logs, 0.0).sum(axis=0) / count
    spread = np.sqrt(np.where(there, (logs - middle) ** 2, 0.0).sum(axis=0) / count)
    spread = np.where(spread > 0, spread, 1.0)
    known, gone = _standard(rows, middle, spread)
    gone_spread = np.where(gone.std(axis=0) > 0, gone.std(axis=0), np.inf)
    inputs = np.hstack([known, gone / gone_spread])
    rate = float(np.clip(np.average(bad, weights=weights), 1e-6, 1 - 1e-6))
    start = np.zeros(inputs.shape[1] + 1)
    start[-1] = np.log(rate / (1 - rate))

    def loss(at: FloatArray) -> tuple[float, FloatArray]:
        odds = inputs @ at[:-1] + at[-1]
        missed = LOOSENESS * weights * (1 / (1 + np.exp(-odds)) - bad)
        gradient = np.append(inputs.T @ missed + at[:-1], missed.sum())
        value = (
            LOOSENESS * float(np.sum(weights * (np.logaddexp(0.0, odds) - bad * odds))) + float(at[:-1] @ at[:-1]) / 2
        )
        return value, gradient

    allowed = {1: (0.0, None), -1: (None, 0.0), 0: (None, None)}
    bounds = [*(allowed[signs.get(name, 0)] for name in names), *[(None, None)] * (len(names) + 1)]
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 500}).x
    weight, missing = found[: len(names)], found[len(names) : -1] / gone_spread
    return Linear(middle, spread, weight, missing, float(found[-1]))


def _logs(rows: Matrix) -> FloatArray:
    values = rows.astype(np.float64)
    return np.asarray(np.sign(values) * np.log1p(np.abs(values)))


def _standard(rows: Matrix, middle: FloatArray, spread: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the standardised logarithms, 0 where there is no value, and whether there is none."""
    logs = (_logs(rows) - middle) / spread
    gone = np.isnan(logs)
    return np.clip(np.where(gone, 0.0, logs), -MOST, MOST), gone.astype(np.float64)
