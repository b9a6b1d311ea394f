"""The second stage: the best candidates of the blend, put in order for a look, a purchase and the value of an order at once.

Two gradient boosted models over crosses of person, item and moment: the chance that a candidate is looked at among the next few things, and that it is the
next purchase. What a candidate is worth is their weighted sum, the purchase once more times the price; each term is divided by its mean, so that weights
compare. Kept only where it ranks purchases better than the blend alone, on people that it was not fitted on.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tools.recommendation.events import FloatArray, IntArray

Float32Array = npt.NDArray[np.float32]

POOL = 60
"""Candidates that are put in order."""
ROUNDS = 40
SETTINGS = {
    "objective": "binary:logistic", "max_depth": 3, "eta": 0.1, "subsample": 0.8, "min_child_weight": 10, "lambda": 5.0, "nthread": 1, "seed": 7,
    "tree_method": "hist", "verbosity": 0,
}  # fmt: skip
PARTS = 4
BLEND = 4
"""The column of the blend's score."""
FEATURES = (
    "next", "together", "ease", "taste", "blend", "place", "popularity", "category_share", "brand_share", "price_level", "price_gap",
    "category_of_last", "last_was_bought", "met",
)  # fmt: skip
FADES = 0.9
"""What each step back leaves of an item in the shares of a history."""
_FILES = ("look.json", "purchase.json")


@dataclasses.dataclass(frozen=True)
class Aims:
    """How much a look, a purchase and the value of an order weigh."""

    look: float = 0.15
    purchase: float = 1.0
    value: float = 0.15


@dataclasses.dataclass(frozen=True)
class Catalogue:
    """What the features know of the items.

    Args:
        category: (items,) a number for each category; 0: unknown.
        brand: likewise.
        price: (items,) logarithm of the price; nan: unknown.
        popularity: (items,).
    """

    category: IntArray
    brand: IntArray
    price: FloatArray
    popularity: FloatArray

    def features(
        self, said: Sequence[FloatArray], total: FloatArray, remembered: Sequence[tuple[int, float]], pool: IntArray
    ) -> Float32Array:
        """Return a row of `FEATURES` for each candidate.

        Args:
            said: what each of the `PARTS` says of every item.
            total: the blend's scores.
            remembered: the history, the last item first, with what each counts.
            pool: the candidates, best first.
        """
        own = np.array([place for place, _ in remembered], dtype=np.int64)
        faded = np.array([counts * FADES**step for step, (_, counts) in enumerate(remembered)])
        last = own[:1]
        usual = np.nanmean(self.price[own]) if np.isfinite(self.price[own]).any() else np.nan
        rows = np.empty((len(pool), len(FEATURES)), dtype=np.float32)
        for column, one in enumerate(said):
            rows[:, column] = one[pool]
        rows[:, BLEND] = total[pool]
        rows[:, 5] = np.arange(len(pool))
        rows[:, 6] = np.log1p(self.popularity[pool])
        rows[:, 7] = _share(self.category, own, faded, pool)
        rows[:, 8] = _share(self.brand, own, faded, pool)
        rows[:, 9] = self.price[pool]
        rows[:, 10] = self.price[pool] - usual
        rows[:, 11] = self.category[pool] == self.category[last] if len(last) else 0.0
        rows[:, 12] = remembered[0][1] if remembered else 0.0
        rows[:, 13] = len(own)
        return rows


def _share(codes: IntArray, own: IntArray, faded: FloatArray, pool: IntArray) -> FloatArray:
    """Return how much of a history has the same code as each candidate; what is unknown has none."""
    if not len(own):
        return np.zeros(len(pool))
    shares = np.bincount(codes[own], weights=faded, minlength=int(codes.max()) + 1) / faded.sum()
    shares[0] = 0.0
    return np.asarray(shares[codes[pool]], dtype=np.float64)


def _margin(rows: Float32Array) -> Float32Array:
    """Return where the trees begin: the logarithm of the blend, so that they learn only what it does not know."""
    return np.asarray(np.log(np.maximum(rows[:, BLEND], 1e-6)) - 2.0, dtype=np.float32)


@dataclasses.dataclass(frozen=True)
class Ranker:
    """The chances of a look and of a purchase.

    Args:
        look: an XGBoost booster.
        purchase: likewise.
        means: of both chances over what was learnt from.
    """

    look: Any
    purchase: Any
    means: tuple[float, float]

    @classmethod
    def fitted(cls, rows: Float32Array, looked: npt.NDArray[np.bool_], bought: npt.NDArray[np.bool_]) -> Ranker:
        """Learn from candidates of which is known what came next."""
        import xgboost  # noqa: PLC0415

        def learnt(truth: npt.NDArray[np.bool_]) -> Any:
            data = xgboost.DMatrix(rows, truth, base_margin=_margin(rows))
            return xgboost.train(SETTINGS, data, ROUNDS)

        means = (max(float(looked.mean()), 1e-6), max(float(bought.mean()), 1e-6))
        return cls(learnt(looked), learnt(bought), means)

    def worth(self, rows: Float32Array, price: FloatArray, aims: Aims) -> FloatArray:
        """Return what each candidate is worth, 1 being the average.

        Args:
            price: logarithms; where one is unknown the value of an order does not count.
        """
        margin = _margin(rows)
        look = self.look.inplace_predict(rows, base_margin=margin) / self.means[0] if aims.look else 0.0
        purchase = self.purchase.inplace_predict(rows, base_margin=margin) / self.means[1]
        found = aims.look * look + aims.purchase * purchase
        if aims.value and np.isfinite(price).all():
            amount = np.exp(price - price.max())
            found = found + aims.value * purchase * amount / amount.mean()
        return np.asarray(found, dtype=np.float64)

    def save(self, folder: Path) -> None:
        """Write both as data."""
        for booster, file in zip((self.look, self.purchase), _FILES, strict=True):
            booster.save_model(folder / file)
        np.save(folder / "means.npy", np.array(self.means))

    @classmethod
    def load(cls, folder: Path) -> Ranker | None:
        """Read what `save` wrote; None where there is none."""
        if not (folder / _FILES[0]).exists():
            return None
        import xgboost  # noqa: PLC0415

        look, purchase = (xgboost.Booster({"nthread": 1}, model_file=folder / file) for file in _FILES)
        first, second = np.load(folder / "means.npy", allow_pickle=False).tolist()
        return cls(look, purchase, (first, second))
