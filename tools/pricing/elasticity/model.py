"""How demand reacts to a product's own price: overall, by category, by product and by store, each with its interval."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, Literal

import numpy as np

from knowledge.types import JsonObject
from tools.pricing.arrays import IntArray
from tools.pricing.elasticity.orthogonal import Progress, Residuals, Slope, residuals, slope_of
from tools.pricing.elasticity.shrinkage import Shrunk, shrink, steadied
from tools.pricing.features import Design, design
from tools.pricing.panel import Labels, Panel

PRIOR = Slope(-2.0, 1.0, -4.0, -0.2, 0, 0)
"""Where nothing is known: the middle of published estimates (Tellis 1988, mean -1.76; Bijmolt et al. 2005, -2.62), and wide."""
PROMOTION = ("deal", "deal_last", "deals_before", "others_deals")
"""The features that say what was promoted."""
Basis = Literal["own", "category", "overall", "prior"]


@dataclasses.dataclass(frozen=True)
class Estimate:
    """An own-price elasticity: per cent of units for one per cent of price; `error` is its standard error.

    `basis`: ``own`` data weigh at least half, else its ``category`` does; ``overall`` for one whose category is unknown;
    ``prior`` where the shop has no estimate at all. `raw` is the product's own estimate before it was drawn to the category.
    """

    value: float
    error: float
    low: float
    high: float
    basis: Basis
    weight: float = 0.0
    raw: float | None = None


@dataclasses.dataclass(frozen=True)
class Elasticities:
    """The estimates. `overall` holds promotion constant; `total` is a price change as the shop makes them, with what goes along.

    A shop advertises what it makes cheaper. Both answer a question: what a new list price does (`overall`, products and stores),
    and what its usual promotions do (`total`). `naive` is the slope of all rows without any control, to show how wrong it is.
    """

    overall: Slope
    total: Slope
    naive: float
    products: Mapping[str, Estimate]
    categories: Mapping[str, Estimate]
    stores: Mapping[str, Estimate]
    explained_price: float
    explained_demand: float

    def of(self, product: str, category: str | None = None) -> Estimate:
        """Return the estimate of a product; of a new one that of its category, then of all, then the prior."""
        if product in self.products:
            return self.products[product]
        if category is not None and category in self.categories:
            return dataclasses.replace(self.categories[category], basis="category", weight=0.0, raw=None)
        if np.isfinite(self.overall.value):
            return _of_slope(self.overall, "overall")
        return _of_slope(PRIOR, "prior")

    def to_json(self) -> JsonObject:
        """Return everything as plain values; `from_json` reads it."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> Elasticities:
        """Read what `to_json` wrote."""
        tables = {
            name: {key: Estimate(**value) for key, value in given[name].items()}
            for name in ("products", "categories", "stores")
        }
        return cls(
            overall=Slope(**given["overall"]),
            total=Slope(**given["total"]),
            naive=float(given["naive"]),
            explained_price=float(given["explained_price"]),
            explained_demand=float(given["explained_demand"]),
            **tables,
        )


def no_elasticities() -> Elasticities:
    """Return the prior alone: what answers before there is anything to learn from."""
    nothing = Slope(float("nan"), float("inf"), float("-inf"), float("inf"), 0, 0)
    return Elasticities(nothing, nothing, float("nan"), {}, {}, {}, 0.0, 0.0)


def fit_elasticities(
    panel: Panel, *, features: Design | None = None, seed: int = 7, progress: Progress | None = None
) -> Elasticities:
    """Estimate the elasticities of a panel; with too few rows for an interval, the prior is what is left of them."""
    made = features if features is not None else design(panel)
    held = residuals(panel, made.context, seed=seed, progress=progress)
    cluster = clusters_of(panel)
    overall = slope_of(held, cluster)
    products = _each(held, panel.product, cluster, panel.category_of(), len(panel.category.names))
    one_group = np.zeros(len(panel.store.names), dtype=np.int64)
    stores = _each(held, panel.store, _times(panel), one_group, 1)
    return Elasticities(
        overall,
        price_slope(panel, made, with_promotion=True, seed=seed),
        naive_slope(panel),
        _named(panel.product.names, products),
        _categories(panel, *products),
        _named(panel.store.names, stores) if len(panel.store.names) > 1 else {},
        held.explained_price,
        held.explained_demand,
    )


def price_slope(panel: Panel, features: Design, *, with_promotion: bool = False, seed: int = 7) -> Slope:
    """Return the slope of all products together: at constant promotion, or of a price with the promotion that came along."""
    controls = features.without(*PROMOTION) if with_promotion else features.context
    return slope_of(residuals(panel, controls, seed=seed), clusters_of(panel))


def naive_slope(panel: Panel) -> float:
    """Return the slope of log units on log price over all rows with sales, without any control."""
    sold = panel.units > 0
    price, units = np.log(panel.price[sold]), np.log(panel.units[sold])
    spread = float(((price - price.mean()) ** 2).sum()) if len(price) else 0.0
    return float(((price - price.mean()) * units).sum() / spread) if spread > 1e-12 else float("nan")


def clusters_of(panel: Panel) -> IntArray:
    """Return the units that are independent of one another: stores; with fewer than five, products; with few, spans of time."""
    if len(panel.store.names) >= 5:
        return panel.store.codes
    if len(panel.product.names) >= 10:
        return panel.product.codes
    return _times(panel)


def _times(panel: Panel) -> IntArray:
    """Return spans of four periods (fewer where there are few): what follows one another in a store is not independent."""
    first, last = int(panel.period.min()), int(panel.period.max())
    span = 4 if last - first >= 40 else 1
    return ((panel.period - first) // span).astype(np.int64)


def _each(
    left: Residuals, labels: Labels, cluster: IntArray, category: IntArray, categories: int
) -> tuple[list[Slope], Shrunk]:
    """Return the slope of each name by its own rows, and the slopes drawn to their categories."""
    order = np.argsort(labels.codes, kind="stable")
    edges = np.searchsorted(labels.codes[order], np.arange(len(labels.names) + 1))
    slopes, noise, freedom, curvature = [], [], [], []
    for number in range(len(labels.names)):
        rows = order[edges[number] : edges[number + 1]]
        part = Residuals(left.price[rows], left.demand[rows], left.weight[rows], 0.0, 0.0, left.noise)
        own = cluster[rows] if len(np.unique(cluster[rows])) > 1 else np.arange(len(rows), dtype=np.int64)
        slopes.append(slope_of(part, own))
        free = max(float((part.weight > 0).sum()) - 2, 0.0)
        rest = part.demand - (slopes[-1].value if np.isfinite(slopes[-1].value) else 0.0) * part.price
        noise.append(float((part.weight * rest**2).sum()) / free if free else np.nan)
        freedom.append(free)
        curvature.append(float(part.leverage.sum()))
    steady = np.maximum(steadied(np.array(noise), np.array(freedom)), left.noise)
    slopes = [
        _with_error(slope, float(np.sqrt(steady[i] / max(curvature[i], 1e-12))), sure=left.noise == 0.0)
        for i, slope in enumerate(slopes)
    ]
    value, error = np.array([s.value for s in slopes]), np.array([s.error for s in slopes])
    return slopes, shrink(value, error, category, categories=categories)


def _with_error(slope: Slope, classical: float, *, sure: bool) -> Slope:
    """Give a slope of few clusters the classical error where that is larger: a sandwich of few is far too small."""
    if not np.isfinite(slope.error):
        return slope
    kept = slope.error if sure and slope.clusters >= 40 else max(slope.error, classical)
    return dataclasses.replace(slope, error=max(kept, 1e-3))


def _named(names: tuple[str, ...], found: tuple[list[Slope], Shrunk]) -> dict[str, Estimate]:
    slopes, drawn = found
    return {
        name: _estimate(
            float(drawn.value[i]),
            float(drawn.error[i]),
            "own" if drawn.weight[i] >= 0.5 else "category",
            float(drawn.weight[i]),
            float(slopes[i].value) if np.isfinite(slopes[i].value) else None,
        )
        for i, name in enumerate(names)
    }


def _categories(panel: Panel, slopes: list[Slope], drawn: Shrunk) -> dict[str, Estimate]:
    """Return what a new product of each category is expected to be: its error holds the spread of products too."""
    found, category = {}, panel.category_of()
    for number, name in enumerate(panel.category.names):
        errors = np.array([slopes[i].error for i in np.flatnonzero(category == number)])
        precise = float((1 / (errors[np.isfinite(errors)] ** 2 + drawn.spread**2)).sum())
        error = float(np.sqrt(drawn.spread**2 + 1 / precise)) if precise > 0 else PRIOR.error
        found[name] = _estimate(float(drawn.mean[number]), error, "category", 0.0, None)
    return found


def _estimate(value: float, error: float, basis: Basis, weight: float, raw: float | None) -> Estimate:
    if not np.isfinite(value) or not np.isfinite(error):
        return _of_slope(PRIOR, "prior")
    return Estimate(value, error, value - 1.96 * error, value + 1.96 * error, basis, weight, raw)


def _of_slope(slope: Slope, basis: Basis) -> Estimate:
    return Estimate(slope.value, slope.error, slope.low, slope.high, basis)
