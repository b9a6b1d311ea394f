"""How much of a product will be sold: gradient boosted trees over the features of `tools.pricing.features`, with sign constraints.

XGBoost (Chen and Guestrin 2016) with the Poisson likelihood, so that what it foretells is a mean also where most weeks sell nothing,
starting from the level of the last four or thirteen periods (`Start`), moved by the elasticity where the price has changed since, whichever
foretells later rows best; what trees learn is what differs from it, and where they do not help on later rows, there are none. Demand cannot rise with the own price nor fall with a competitor's (monotone constraints).
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

MAX_ROUNDS, STEP = 400, 20
LEAST_LEVEL = 0.1
"""A product that sold nothing for long is not expected to sell nothing for ever."""


@dataclasses.dataclass(frozen=True)
class Start:
    """What the trees start from: the mean units of `column`, times the price against its usual level to the power of `slope`."""

    column: str = "units_mean_13"
    slope: float = 0.0

    def log(self, features: Design, log_price: FloatArray) -> FloatArray:
        """Return the log of the units [n]; of what is new the level of the others in its category."""
        own = np.expm1(features.context[:, features.names.index(self.column)])
        others = np.expm1(features.context[:, features.names.index("others_units")])
        level = np.where(np.isfinite(own), own, np.where(np.isfinite(others), others, 1.0))
        return np.log(np.maximum(level, LEAST_LEVEL)) + self.slope * (log_price - features.usual)


@dataclasses.dataclass
class DemandModel:
    """A fitted model; units are those of a period.

    `spread` is the variance of the units around the forecast as a multiple of it (1: a Poisson), in the part that `rounds` was
    chosen on.
    """

    booster: Any
    columns: tuple[str, ...]
    rounds: int
    spread: float
    start: Start = Start()

    def predict(self, features: Design, log_price: FloatArray) -> FloatArray:
        """Return the expected units [n] at these prices."""
        import xgboost  # noqa: PLC0415

        columns = aligned(features, log_price, self.columns)
        data = xgboost.DMatrix(columns, base_margin=self.start.log(features, log_price))
        return np.asarray(self.booster.predict(data), dtype=np.float64)

    def reasons(self, features: Design, log_price: FloatArray) -> FloatArray:
        """Return exact contributions [n, columns + 1] to the log of the units (TreeSHAP, Lundberg et al. 2020); the last is the rest.

        A row's sum and `start` are the log of its forecast.
        """
        import xgboost  # noqa: PLC0415

        data = xgboost.DMatrix(aligned(features, log_price, self.columns), base_margin=np.zeros(len(log_price)))
        return np.asarray(self.booster.predict(data, pred_contribs=True), dtype=np.float64)

    def save(self, path: Path) -> None:
        """Write the trees to ``path`` (UBJSON)."""
        self.booster.save_model(path)

    @classmethod
    def load(cls, path: Path, *, columns: tuple[str, ...], rounds: int, spread: float, start: Start) -> DemandModel:
        """Read what `save` wrote."""
        import xgboost  # noqa: PLC0415

        booster = xgboost.Booster({"nthread": 1})
        booster.load_model(path)
        return cls(booster, columns, rounds, spread, start)


def aligned(features: Design, log_price: FloatArray, columns: tuple[str, ...]) -> FloatArray:
    """Return the columns that a model knows, nan where this panel has none."""
    made = features.with_price(log_price)
    place = {name: i for i, name in enumerate(features.columns)}
    nothing = np.full(len(log_price), np.nan)
    found = np.column_stack([made[:, place[name]] if name in place else nothing for name in columns])
    return np.where(np.isfinite(found), found, np.nan)


def fit_demand(
    panel: Panel,
    features: Design,
    *,
    slope: float = 0.0,
    seed: int = 7,
    progress: Progress | None = None,
    max_rows: int = 300_000,
) -> DemandModel:
    """Fit with an elasticity (0: none is known) on all rows; the number of trees is chosen on the latest seventh of the periods, models of which see what is before."""
    log_price, target = np.log(panel.price), panel.units
    cut = np.quantile(np.unique(panel.period), 6 / 7)
    early, late = np.flatnonzero(panel.period <= cut), np.flatnonzero(panel.period > cut)
    if len(early) < 30 or len(late) < 10:
        early = late = np.arange(len(panel))
    learn = _recent(early, panel, max_rows)
    starts = [Start(column, each) for column in ("units_mean_4", "units_mean_13") for each in {0.0, min(slope, 0.0)}]
    parts = [_Part(features, log_price, target, start) for start in starts]
    part = min(parts, key=lambda each: _judged(0, np.exp(each.margin(late)), target[late]).loss)
    best = _choose(part, (learn, late), seed, progress)
    booster = _train(part, _recent(np.arange(len(panel)), panel, max_rows), best.rounds, seed)
    return DemandModel(booster, features.columns, best.rounds, best.spread, part.start)


@dataclasses.dataclass(frozen=True)
class _Part:
    features: Design
    log_price: FloatArray
    target: FloatArray
    start: Start

    def margin(self, rows: IntArray) -> FloatArray:
        return self.start.log(self.features.at(rows), self.log_price[rows])

    def matrix(self, rows: IntArray) -> Any:
        import xgboost  # noqa: PLC0415

        part = self.features.at(rows)
        columns = aligned(part, self.log_price[rows], self.features.columns)
        return xgboost.DMatrix(columns, self.target[rows], base_margin=self.margin(rows))


@dataclasses.dataclass(frozen=True)
class _Choice:
    rounds: int
    loss: float
    spread: float


def _recent(rows: IntArray, panel: Panel, limit: int) -> IntArray:
    """Keep the latest rows: old years teach little of the next week."""
    return rows if len(rows) <= limit else np.sort(rows[np.argsort(panel.period[rows], kind="stable")[-limit:]])


def _choose(part: _Part, split: tuple[IntArray, IntArray], seed: int, progress: Progress | None) -> _Choice:
    """Return the number of trees with the least Poisson loss on the later rows; 0 where none is better than the level."""
    import xgboost  # noqa: PLC0415

    early, late = split
    learn, check, truth = part.matrix(early), part.matrix(late), part.target[late]
    booster = xgboost.Booster(_parameters(part.features, seed, len(early)), [learn, check])
    best = _judged(0, np.exp(part.margin(late)), truth)
    for number in range(MAX_ROUNDS):
        booster.update(learn, number)
        if (number + 1) % STEP:
            continue
        found = _judged(number + 1, np.asarray(booster.predict(check), dtype=np.float64), truth)
        if progress is not None:
            progress("choosing the number of trees", (number + 1) / MAX_ROUNDS)
        if found.loss < best.loss:
            best = found
        elif number + 1 - best.rounds >= 3 * STEP:
            break
    return best


def _judged(rounds: int, guess: FloatArray, truth: FloatArray) -> _Choice:
    loss = float((guess - truth * np.log(np.maximum(guess, 1e-9))).mean())
    spread = max(1.0, float(((truth - guess) ** 2).sum() / max(guess.sum(), 1e-9)))
    return _Choice(rounds, loss, spread)


def _train(part: _Part, rows: IntArray, rounds: int, seed: int) -> Any:
    import xgboost  # noqa: PLC0415

    return xgboost.train(_parameters(part.features, seed, len(rows)), part.matrix(rows), rounds)


def _parameters(features: Design, seed: int, rows: int) -> dict[str, object]:
    signs = "(" + ",".join(map(str, features.signs)) + ")"
    large = rows >= 20_000
    return {
        "objective": "count:poisson", "max_depth": 8 if large else 4, "eta": 0.08 if large else 0.05, "subsample": 0.8, "colsample_bytree": 0.7,
        "min_child_weight": 20 if large else 5, "lambda": 5.0, "tree_method": "hist", "monotone_constraints": signs,
        "nthread": 1, "seed": seed, "verbosity": 0,
    }  # fmt: skip
