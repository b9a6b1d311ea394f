"""Own-price elasticity by double machine learning (Chernozhukov et al. 2018, "Double/debiased machine learning").

The partially linear model ``log units = theta * log price + g(W) + effects + noise``, ``log price = m(W) + effects + v``. The
effects of each product in its store and of each period are taken out first; ``g`` and ``m`` are gradient boosted trees,
cross-fitted so that no row is predicted by a model that saw its store or its time; theta is the slope of the residuals
(Robinson 1988), to which small errors of both models are orthogonal. Rows without sales would have no logarithm: then the
Poisson form of the same is used (`count_residuals`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

import numpy as np

from tools.pricing.arrays import FloatArray, IntArray
from tools.pricing.elasticity.effects import absorb, scaled_means
from tools.pricing.elasticity.folds import Fold, folds
from tools.pricing.panel import Panel

Progress = Callable[[str, float], None]
TRAIN_ROWS = 60_000
"""A nuisance model learns from at most so many rows, drawn with a seed: more changed the third digit only."""
ROUNDS, DEPTH, RATE = 80, 5, 0.1


@dataclasses.dataclass(frozen=True)
class Residuals:
    """What is left of price and demand; `weight` is each row's share in the slope (1; of counts the expected units)."""

    price: FloatArray
    demand: FloatArray
    weight: FloatArray
    explained_price: float
    """Share of the variance of price, effects taken out, that the controls explain out of fold; may be negative."""
    explained_demand: float
    noise: float = 0.0
    """The least variance of demand per weight: 1 for counts, which scatter at least as a Poisson does."""

    def score(self, slope: float) -> FloatArray:
        """Return each row's contribution to the orthogonal moment at a slope."""
        return self.weight * self.price * (self.demand - slope * self.price)

    @property
    def leverage(self) -> FloatArray:
        """Each row's contribution to the curvature."""
        return self.weight * self.price**2


@dataclasses.dataclass(frozen=True)
class Slope:
    """An estimate, its standard error and 95 % interval; `clusters` independent units stand behind it."""

    value: float
    error: float
    low: float
    high: float
    clusters: int
    rows: int


def residuals(panel: Panel, controls: FloatArray, *, seed: int = 7, progress: Progress | None = None) -> Residuals:
    """Return price and demand less their effects and all that the controls [n, k] say of them, cross-fitted."""
    if bool((panel.units <= 0).mean() > 0.005):
        return _count_residuals(panel, controls, seed, progress)
    rows = panel.units > 0
    weight = rows.astype(np.float64)
    demand = np.log(np.where(rows, panel.units, 1.0))
    both = absorb(np.column_stack([demand, np.log(panel.price)]), effects_of(panel), weights=np.maximum(weight, 1e-9))
    guess = np.zeros_like(both)
    parts = list(folds(panel))
    for number, fold in enumerate(parts):
        for column in (0, 1):
            guess[fold.held, column] = _boosted(controls, both[:, column], fold, seed + number, weight)
        _tell(progress, "fitting what moves price and demand", (number + 1) / len(parts))
    left = both - np.column_stack([guess[:, i] * _trust(both[:, i], guess[:, i], weight) for i in (0, 1)])
    # effects are taken out of the residuals again: predictions of different folds differ in level
    left = absorb(left, effects_of(panel), weights=np.maximum(weight, 1e-9))
    share = 1 - (left**2 * weight[:, None]).sum(axis=0) / np.maximum((both**2 * weight[:, None]).sum(axis=0), 1e-12)
    return Residuals(left[:, 1], left[:, 0], weight, float(share[1]), float(share[0]))


def _count_residuals(panel: Panel, controls: FloatArray, seed: int, progress: Progress | None) -> Residuals:
    """Return the residuals of counts: demand is the working response of a Poisson regression, weight its mean.

    ``E[units] = mu * exp(theta * v)`` with ``mu`` from effects and trees without the price, ``v`` the price less its effects and
    its own trees, both weighted by ``mu``. Two steps of iterated weighted least squares from the effects' own fit.
    """
    effects = effects_of(panel)
    mean = scaled_means(panel.units, effects)
    price = absorb(np.log(panel.price)[:, None], effects, weights=mean)[:, 0]
    guessed, offset = np.zeros(len(panel)), np.log(mean)
    parts = list(folds(panel))
    for number, fold in enumerate(parts):
        guessed[fold.held] = _boosted(controls, price, fold, seed + number, mean)
        offset[fold.held] += _boosted_counts(controls, panel.units, np.log(mean), fold, seed + number)
        _tell(progress, "fitting what moves price and demand", (number + 1) / len(parts))
    guessed *= _trust(price, guessed, mean)
    slope, fitted, left, work = 0.0, np.exp(offset), price - guessed, np.zeros(len(panel))
    for _ in range(25):
        rate = np.maximum(fitted * np.exp(np.clip(slope * left, -4, 4)), 1e-9)
        rate = rate * scaled_means_factor(panel.units, rate, effects)
        left = absorb((price - guessed)[:, None], effects, weights=rate)[:, 0]
        work = absorb((slope * left + (panel.units - rate) / rate)[:, None], effects, weights=rate)[:, 0]
        before, slope = slope, float((rate * left * work).sum() / max((rate * left**2).sum(), 1e-12))
        if abs(slope - before) < 1e-4:
            break
    explained = 1 - float((mean * (price - guessed) ** 2).sum() / max((mean * price**2).sum(), 1e-12))
    return Residuals(left, work, rate, explained, float("nan"), noise=1.0)


def scaled_means_factor(units: FloatArray, rate: FloatArray, effects: Sequence[IntArray]) -> FloatArray:
    """Return the factor of each row that makes the expected units of every member of every grouping those seen."""
    factor = np.ones(len(units))
    for _ in range(20):
        for group in effects:
            seen, fitted = np.bincount(group, units), np.bincount(group, rate * factor)
            factor *= (np.maximum(seen, 1e-6) / np.maximum(fitted, 1e-300))[group]
    return factor


def effects_of(panel: Panel) -> list[IntArray]:
    """Return the groupings whose levels are taken out: the product in its store, and the category in its period.

    Categories have seasons of their own, and a shop clears a category when its season ends: with one effect of the period for
    all of them, low prices and low demand would come together. Where a category has fewer than eight rows a period, its seasons
    cannot be told from its products and the period is one for all; where even that has few rows, there is none.
    """
    if not panel.aligned:
        return [panel.shelf]
    period = np.unique(panel.period, return_inverse=True)[1]
    cell = np.unique(panel.category.codes * (int(period.max()) + 1) + period, return_inverse=True)[1]
    if len(panel) >= 8 * (int(cell.max()) + 1):
        return [panel.shelf, cell]
    return [panel.shelf, period] if len(panel) >= 4 * (int(period.max()) + 1) else [panel.shelf]


def slope_of(left: Residuals, cluster: IntArray, rows: FloatArray | None = None) -> Slope:
    """Return the slope of the residuals with its cluster-robust interval (Liang and Zeger 1986; t with G - 1 degrees).

    Args:
        cluster: which independent unit (a store) each row belongs to.
        rows: 1 for the rows that count, 0 for the others; None: all.
    """
    from scipy.stats import t  # noqa: PLC0415

    counted = np.ones(len(cluster)) if rows is None else rows
    curvature = float((left.leverage * counted).sum())
    present = np.unique(cluster[counted > 0], return_inverse=True)[1] if counted.any() else np.array([], dtype=np.int64)
    groups = int(present.max()) + 1 if len(present) else 0
    size = int((counted * left.weight > 0).sum())
    if curvature <= 1e-9 or groups < 2:
        return Slope(float("nan"), float("inf"), float("-inf"), float("inf"), groups, size)
    value = float((left.weight * counted * left.price * left.demand).sum() / curvature)
    sums = np.bincount(present, (left.score(value))[counted > 0], minlength=groups)
    error = float(np.sqrt((sums**2).sum() * groups / (groups - 1)) / curvature)
    reach = float(t.ppf(0.975, groups - 1)) * error
    return Slope(value, error, value - reach, value + reach, groups, size)


def _trust(truth: FloatArray, guess: FloatArray, weight: FloatArray) -> float:
    """Return how much of the out-of-fold predictions to take, in [0, 1]: stacked with saying nothing (Ahrens et al. 2025).

    With few rows trees foretell worse than nothing; then the linear effects alone are taken out.
    """
    power = float((weight * guess**2).sum())
    return min(max(float((weight * truth * guess).sum()) / power, 0.0), 1.0) if power > 1e-12 else 0.0


def _sample(rows: IntArray, seed: int) -> IntArray:
    if len(rows) <= TRAIN_ROWS:
        return rows
    return np.sort(np.random.default_rng(seed).choice(rows, TRAIN_ROWS, replace=False))


def _boosted(controls: FloatArray, target: FloatArray, fold: Fold, seed: int, weight: FloatArray) -> FloatArray:
    import xgboost  # noqa: PLC0415  (1.7 s to import)

    rows = _sample(np.flatnonzero(fold.train), seed)
    if len(rows) < 50 or controls.shape[1] == 0:
        return np.zeros(int(fold.held.sum()))
    model = xgboost.train(
        {**_parameters(seed), "base_score": 0.0},
        xgboost.DMatrix(controls[rows], target[rows], weight=weight[rows]),
        _rounds(len(rows)),
    )
    return np.asarray(model.predict(xgboost.DMatrix(controls[fold.held])), dtype=np.float64)


def _boosted_counts(controls: FloatArray, units: FloatArray, offset: FloatArray, fold: Fold, seed: int) -> FloatArray:
    """Return the log of the factor on the offset's mean that the controls predict."""
    import xgboost  # noqa: PLC0415

    rows = _sample(np.flatnonzero(fold.train), seed)
    if len(rows) < 50 or controls.shape[1] == 0:
        return np.zeros(int(fold.held.sum()))
    data = xgboost.DMatrix(controls[rows], units[rows], base_margin=np.maximum(offset[rows], -8))
    model = xgboost.train({**_parameters(seed), "objective": "count:poisson"}, data, _rounds(len(rows)))
    held = xgboost.DMatrix(controls[fold.held], base_margin=np.zeros(int(fold.held.sum())))
    return np.asarray(model.predict(held, output_margin=True), dtype=np.float64)


def _parameters(seed: int) -> dict[str, object]:
    return {
        "max_depth": DEPTH, "eta": RATE, "subsample": 0.8, "colsample_bytree": 0.8, "min_child_weight": 10, "lambda": 5.0,
        "tree_method": "hist", "nthread": 1, "seed": seed, "verbosity": 0,
    }  # fmt: skip


def _rounds(rows: int) -> int:
    return ROUNDS if rows >= 5_000 else max(10, rows // 60)


def _tell(progress: Progress | None, what: str, share: float) -> None:
    if progress is not None:
        progress(what, share)
