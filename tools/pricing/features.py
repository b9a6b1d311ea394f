"""What is known of a product in its store before its price of the period is set, and what that price adds.

Everything but stock, competitors' prices and advertising of the same period lies in the past of the row: as-of features,
so that a forecast made at the time could have used them.
"""

from __future__ import annotations

import dataclasses
import warnings
from collections.abc import Callable

import numpy as np

from tools.pricing.arrays import BoolArray, FloatArray, IntArray
from tools.pricing.panel import Panel

REGULAR_SPANS = 8
"""The regular price is the highest one of so many periods, the present one included."""
DEAL = 0.05
"""A price so far (as a share) below the regular one counts as a deal where a file does not say what was promoted."""
PRICE_SIGNS = {"log_price": -1, "against_usual": -1, "discount": 1, "against_competitors": -1}
"""The columns that the present price moves, with the sign of their effect on demand."""
CONTEXT_SIGNS = {
    "deal": 1, "competitor_low": 1, "competitor_mean": 1, "others_price": 1, "stock": 1, "views": 1, "reviews": 1, "rating": 1,
    "freight": -1, "returns_rate": -1, "units_mean_4": 1,
}  # fmt: skip
"""Columns of the context whose effect has a sign; the others are free."""


@dataclasses.dataclass(frozen=True)
class Design:
    """Features of the rows of a panel: `context` [n, k] does not depend on the row's own price, the rest is made with it."""

    names: tuple[str, ...]
    context: FloatArray
    usual: FloatArray
    """Mean log price of the last twelve periods; the present one where there is none."""
    regular: FloatArray
    """Log of the highest price of the last seven periods; -inf where there is none."""
    competitor: FloatArray
    """Log of the lowest price of a competitor; nan where none is known."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns of `with_price`."""
        return (*PRICE_SIGNS, *self.names)

    @property
    def signs(self) -> tuple[int, ...]:
        """1, -1 or 0 (free) for each of `columns`: the direction in which demand may move."""
        return (*PRICE_SIGNS.values(), *(CONTEXT_SIGNS.get(name, 0) for name in self.names))

    def with_price(self, log_price: FloatArray) -> FloatArray:
        """Return all columns [n, 4 + k] at these prices."""
        regular = np.maximum(self.regular, log_price)
        own = (log_price, log_price - self.usual, regular - log_price, log_price - self.competitor)
        return np.column_stack([*own, self.context])

    def without(self, *names: str) -> FloatArray:
        """Return the context without some columns."""
        kept = [i for i, name in enumerate(self.names) if name not in names]
        return self.context[:, kept]

    def at(self, rows: IntArray | BoolArray) -> Design:
        """Keep some rows."""
        return Design(self.names, self.context[rows], self.usual[rows], self.regular[rows], self.competitor[rows])


class _Grid:
    """Columns of a panel as shelves times periods, so that the past of a row is a slice."""

    def __init__(self, panel: Panel) -> None:
        self.shelf, first = panel.shelf, int(panel.period.min())
        self.time = panel.period - first
        self.shape = (int(self.shelf.max()) + 1, int(self.time.max()) + 1)

    def spread(self, values: FloatArray) -> FloatArray:
        whole = np.full(self.shape, np.nan)
        whole[self.shelf, self.time] = values
        return whole

    def rows(self, whole: FloatArray) -> FloatArray:
        found: FloatArray = whole[self.shelf, self.time]
        return found

    def lag(self, values: FloatArray, spans: int) -> FloatArray:
        return self.rows(_shifted(self.spread(values), spans))

    def past(
        self, values: FloatArray, spans: int, reduce: Callable[..., FloatArray], *, present: bool = False
    ) -> FloatArray:
        """Reduce the last `spans` periods of each row, its own only with `present`."""
        whole = self.spread(values)
        start = 0 if present else 1
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # a row without a past is nan, which is what it should be
            stacked = np.stack([_shifted(whole, step) for step in range(start, start + spans)])
            return self.rows(reduce(stacked, axis=0))


def _shifted(whole: FloatArray, spans: int) -> FloatArray:
    if spans == 0:
        return whole
    moved = np.full_like(whole, np.nan)
    moved[:, spans:] = whole[:, : max(whole.shape[1] - spans, 0)]
    return moved


def design(panel: Panel) -> Design:
    """Return the features of a panel's rows, in its order; what is unknown is nan."""
    grid = _Grid(panel)
    log_price, log_units = np.log(panel.price), np.log1p(panel.units)
    before = grid.past(log_price, REGULAR_SPANS - 1, np.nanmax)
    usual = grid.past(log_price, 12, np.nanmean)
    usual = np.where(np.isfinite(usual), usual, log_price)
    regular = np.where(np.isfinite(before), before, -np.inf)
    deals = _deals(panel, log_price, regular)
    low, mean = _competitors(panel)
    columns = {
        "deal": deals,
        "deal_last": grid.lag(deals, 1),
        "deals_before": grid.past(deals, 4, np.nanmean),
        "competitor_low": low,
        "competitor_mean": mean,
        **_history(grid, log_price - usual, panel.units),
        **_neighbours(panel, log_price - usual, deals, grid.lag(log_units, 1)),
        **_calendar(panel),
        **_given(panel, grid),
    }
    return Design(tuple(columns), np.column_stack(list(columns.values())), usual, regular, low)


def _deals(panel: Panel, log_price: FloatArray, regular: FloatArray) -> FloatArray:
    """Return 1 where a row was promoted: as the file says, else by its price."""
    inferred = (log_price < regular + np.log(1 - DEAL)).astype(np.float64)
    given = panel.extras.get("promotion")
    return inferred if given is None else np.where(np.isfinite(given), given, inferred)


def _competitors(panel: Panel) -> tuple[FloatArray, FloatArray]:
    names = [name for name in panel.extras if name.startswith("competitor_")]
    if not names:
        nothing = np.full(len(panel), np.nan)
        return nothing, nothing
    with warnings.catch_warnings(), np.errstate(divide="ignore", invalid="ignore"):
        warnings.simplefilter("ignore", RuntimeWarning)
        logs = np.column_stack([np.log(np.where(panel.extras[name] > 0, panel.extras[name], np.nan)) for name in names])
        return np.nanmin(logs, axis=1), np.nanmean(logs, axis=1)


def _history(grid: _Grid, moved: FloatArray, units: FloatArray) -> dict[str, FloatArray]:
    log_units = np.log1p(units)
    return {
        "price_last": grid.lag(moved, 1),
        "price_before": grid.lag(moved, 2),
        "price_third": grid.lag(moved, 3),
        "units_last": grid.lag(log_units, 1),
        "units_before": grid.lag(log_units, 2),
        "units_mean_4": np.log1p(grid.past(units, 4, np.nanmean)),
        "units_mean_13": np.log1p(grid.past(units, 13, np.nanmean)),
        "units_spread": grid.past(log_units, 8, np.nanstd),
        "units_last_year": grid.lag(log_units, 52) if grid.shape[1] > 52 else grid.lag(log_units, 12),
    }


def _neighbours(panel: Panel, moved: FloatArray, deals: FloatArray, last: FloatArray) -> dict[str, FloatArray]:
    """Return what the other products of the category in the store do in the period (moves of price, deals) and did before."""
    if not panel.aligned:
        return {
            name: np.full(len(panel), np.nan) for name in ("others_price", "others_deals", "others_units", "others")
        }
    key = (panel.store.codes * len(panel.category.names) + panel.category.codes) * (int(panel.period.max()) + 1)
    group = np.unique(key + panel.period, return_inverse=True)[1]
    known = np.where(np.isfinite(last), last, 0.0)
    count = np.bincount(group)[group]

    def others(values: FloatArray) -> FloatArray:
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(count > 1, (np.bincount(group, values)[group] - values) / (count - 1), np.nan)

    return {
        "others_price": others(moved),
        "others_deals": others(deals),
        "others_units": others(known),
        "others": count.astype(np.float64),
    }


def _calendar(panel: Panel) -> dict[str, FloatArray]:
    angle = 2 * np.pi * panel.season
    return {
        "season_sin": np.sin(angle),
        "season_cos": np.cos(angle),
        "half_year_sin": np.sin(2 * angle),
        "half_year_cos": np.cos(2 * angle),
        "trend": (panel.period - panel.period.min()).astype(np.float64),
    }


def _given(panel: Panel, grid: _Grid) -> dict[str, FloatArray]:
    """Return the optional columns: those that demand itself moves (views, returns, tiers) as of the period before."""
    found = {}
    for name in ("stock", "reviews", "rating", "freight"):
        if name in panel.extras:
            found[name] = panel.extras[name]
    for name in ("views", "tier_share", "returns_rate"):
        if name in panel.extras:
            found[name] = grid.lag(panel.extras[name], 1)
    return found
