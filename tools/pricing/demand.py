"""How much of a product will be sold: gradient boosted trees over the features of `tools.pricing.features`, with sign constraints.

XGBoost (Chen and Guestrin 2016) on log(1 + units), starting from the mean of the last four periods, so that what it learns is what
differs from the simplest forecast. Demand cannot rise with the own price nor fall with a competitor's (monotone constraints).
How demand moves with the price is not read from the trees: they are steps, and fitted to prices that a shop chose for reasons.
A curve is the forecast at today's price times ``(price / today) ** elasticity`` with the orthogonal estimate.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np

from tools.pricing.arrays import FloatArray, IntArray
from tools.pricing.elasticity.orthogonal import Progress
from tools.pricing.features import Design
from tools.pricing.panel import Panel

MAX_ROUNDS, STEP = 600, 25


@dataclasses.dataclass
class DemandModel:
    """A fitted model; units are those of a period.

    `spread` is the standard deviation of log(1 + units) around the forecast in the part that it was chosen on.
    """

    booster: Any
    columns: tuple[str, ...]
    rounds: int
    spread: float

    def predict(self, features: Design, log_price: FloatArray) -> FloatArray:
        """Return the expected units [n] at these prices."""
        import xgboost  # noqa: PLC0415

        columns = aligned(features, log_price, self.columns)
        data = xgboost.DMatrix(columns, base_margin=start(features))
        return np.maximum(np.expm1(np.asarray(self.booster.predict(data), dtype=np.float64)), 0.0)

    def reasons(self, features: Design, log_price: FloatArray) -> FloatArray:
        """Return exact contributions [n, columns + 1] to log(1 + units) (TreeSHAP, Lundberg et al. 2020); the last is the rest.

        A row's sum and its start (the mean of its last four periods) are its forecast.
        """
        import xgboost  # noqa: PLC0415

        data = xgboost.DMatrix(aligned(features, log_price, self.columns))
        return np.asarray(self.booster.predict(data, pred_contribs=True), dtype=np.float64)

    def save(self, path: Path) -> None:
        """Write the trees to ``path`` (UBJSON)."""
        self.booster.save_model(path)

    @classmethod
    def load(cls, path: Path, *, columns: tuple[str, ...], rounds: int, spread: float) -> DemandModel:
        """Read what `save` wrote."""
        import xgboost  # noqa: PLC0415

        booster = xgboost.Booster({"nthread": 1})
        booster.load_model(path)
        return cls(booster, columns, rounds, spread)


def start(features: Design) -> FloatArray:
    """Return the mean log(1 + units) of the last four periods; of what is new 0."""
    found = features.context[:, features.names.index("units_mean_4")]
    return np.where(np.isfinite(found), found, 0.0)


def aligned(features: Design, log_price: FloatArray, columns: tuple[str, ...]) -> FloatArray:
    """Return the columns that a model knows, nan where this panel has none."""
    made = features.with_price(log_price)
    place = {name: i for i, name in enumerate(features.columns)}
    nothing = np.full(len(log_price), np.nan)
    found = np.column_stack([made[:, place[name]] if name in place else nothing for name in columns])
    return np.where(np.isfinite(found), found, np.nan)


def fit_demand(
    panel: Panel, features: Design, *, seed: int = 7, progress: Progress | None = None, max_rows: int = 300_000
) -> DemandModel:
    """Fit on all rows; the number of trees is chosen on the latest seventh of the periods, models of which see what is before."""
    log_price, target = np.log(panel.price), np.log1p(panel.units)
    cut = np.quantile(np.unique(panel.period), 6 / 7)
    early, late = np.flatnonzero(panel.period <= cut), np.flatnonzero(panel.period > cut)
    if len(early) < 30 or len(late) < 10:
        early = late = np.arange(len(panel))
    chosen, spread = _choose(features, log_price, target, (_recent(early, panel, max_rows), late), seed, progress)
    rows = _recent(np.arange(len(panel)), panel, max_rows)
    booster = _train(features, log_price, target, rows, chosen, seed)
    return DemandModel(booster, features.columns, chosen, spread)


def _recent(rows: IntArray, panel: Panel, limit: int) -> IntArray:
    """Keep the latest rows: old years teach little of the next week."""
    return rows if len(rows) <= limit else np.sort(rows[np.argsort(panel.period[rows], kind="stable")[-limit:]])


def _choose(  # noqa: PLR0913, PLR0917
    features: Design, log_price: FloatArray, target: FloatArray, parts: tuple[IntArray, IntArray], seed: int,
    progress: Progress | None,
) -> tuple[int, float]:  # fmt: skip
    import xgboost  # noqa: PLC0415

    early, late = parts
    learn, check = (_matrix(features, log_price, target, rows) for rows in (early, late))
    booster = xgboost.Booster(_parameters(features, seed, len(early)), [learn, check])
    best, found, spread = 0, float("inf"), 1.0
    for number in range(MAX_ROUNDS):
        booster.update(learn, number)
        if (number + 1) % STEP:
            continue
        error = np.asarray(booster.predict(check), dtype=np.float64) - target[late]
        if progress is not None:
            progress("choosing the number of trees", (number + 1) / MAX_ROUNDS)
        if (loss := float(np.abs(error).mean())) < found:
            best, found, spread = number + 1, loss, float(error.std())
        elif number + 1 - best >= 3 * STEP:
            break
    return best, spread


def _train(
    features: Design, log_price: FloatArray, target: FloatArray, rows: IntArray, rounds: int, seed: int
) -> Any:
    import xgboost  # noqa: PLC0415

    data = _matrix(features, log_price, target, rows)
    return xgboost.train(_parameters(features, seed, len(rows)), data, rounds)


def _matrix(features: Design, log_price: FloatArray, target: FloatArray, rows: IntArray) -> Any:
    import xgboost  # noqa: PLC0415

    part = features.at(rows)
    columns = aligned(part, log_price[rows], features.columns)
    return xgboost.DMatrix(columns, target[rows], base_margin=start(part))


def _parameters(features: Design, seed: int, rows: int) -> dict[str, object]:
    signs = "(" + ",".join(map(str, features.signs)) + ")"
    large = rows >= 20_000
    return {
        "max_depth": 8 if large else 3, "eta": 0.08 if large else 0.04, "subsample": 0.8, "colsample_bytree": 0.7,
        "min_child_weight": 20 if large else 5, "lambda": 5.0, "tree_method": "hist", "monotone_constraints": signs,
        "nthread": 1, "seed": seed, "verbosity": 0, "base_score": 0.0,
    }  # fmt: skip
