"""The price model as `xiaoer models` fits, measures and serves it. Data, method and limits: ``docs/model-cards/pricing.md``."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path
from typing import ClassVar

import numpy as np

from knowledge.db import Database
from knowledge.types import JsonObject
from tools.fitted import Capability, Progress, Score, TooLittleDataError
from tools.fitted.capability import silent
from tools.pricing.arrays import IntArray
from tools.pricing.elasticity.model import Elasticities
from tools.pricing.features import design
from tools.pricing.intervals import ratio_interval
from tools.pricing.model import PricingModel, cold_model, fit_model, load_model, recent_mean, save_model
from tools.pricing.own_sales import own_sales
from tools.pricing.panel import Panel
from tools.pricing.sales_file import WANTS, read_sales

HELD = 0.2
"""The share of the periods, the latest, that a model is measured on where no other rows are given."""


class Pricing(Capability[Panel, PricingModel]):
    """Own-price elasticities and a forecast of demand, one period ahead."""

    name: ClassVar[str] = "pricing"
    wants: ClassVar[str] = WANTS
    tolerance: ClassVar[float] = 0.01

    def read(self, path: Path) -> Panel:
        """Read a CSV; see `wants`."""
        return read_sales(path)

    async def own(self, database: Database, now: dt.datetime) -> Panel:
        """Read the weeks of the shop."""
        return await own_sales(database, now)

    def split(self, rows: Panel) -> tuple[Panel, Panel]:
        """Return the earlier periods and the latest fifth of them."""
        periods = np.unique(rows.period)
        if len(periods) < 5:
            raise TooLittleDataError(f"expected 5 periods or more to measure on the latest, got {len(periods)}")
        cut = periods[-max(1, round(len(periods) * HELD))]
        return rows.at(rows.period < cut), rows.at(rows.period >= cut)

    def fit(self, rows: Panel, *, progress: Progress = silent) -> PricingModel:
        """Fit elasticities and the forecast."""
        return fit_model(rows, progress=progress)

    def cold(self) -> PricingModel:
        """Return the prior."""
        return cold_model()

    def baseline(self, rows: Panel) -> PricingModel:
        """Return the mean of the last four periods."""
        return recent_mean(rows)

    def score(self, model: PricingModel, rows: Panel) -> Score:
        """Return 1 - WAPE of the units one period ahead, with an interval over products."""
        missed = np.abs(model.forecast(rows) - rows.units)
        low, high = ratio_interval(missed, rows.units, rows.product.codes)
        return Score("1 - wape", 1 - float(missed.sum() / max(rows.units.sum(), 1e-9)), (1 - high, 1 - low), len(rows))

    def figures(self, model: PricingModel, rows: Panel) -> JsonObject:
        """Return WAPE and bias of the forecast, and the elasticity with how many products have the right sign."""
        forecast = model.forecast(rows)
        return {
            "wape": _ratio(np.abs(forecast - rows.units), rows, rows.product.codes),
            "bias": _ratio(forecast - rows.units, rows, rows.product.codes),
            **elasticity_figures(model.elasticities),
        }

    def training(self, model: PricingModel) -> JsonObject:
        """Return rows, trees, columns, elasticities."""
        found = model.elasticities
        return {
            "rows": model.rows,
            "products": len(model.outlooks),
            "trees": model.demand.rounds if model.demand else 0,
            "features": len(model.demand.columns) if model.demand else 0,
            **elasticity_figures(found),
        }

    def save(self, model: PricingModel, folder: Path) -> None:
        """Write the files."""
        save_model(model, folder)

    def load(self, folder: Path) -> PricingModel:
        """Read the files."""
        return load_model(folder)


def elasticity_figures(found: Elasticities) -> JsonObject:
    """Return the estimates of all products together, beside the naive slope; nothing where there is none."""
    if not np.isfinite(found.overall.value):
        return {}
    own = [estimate for estimate in found.products.values() if estimate.basis == "own"]
    return {
        "elasticity": _slope(found, "overall"),
        "elasticity_with_promotion": _slope(found, "total"),
        "naive_slope": round(found.naive, 4) if np.isfinite(found.naive) else None,
        "products_negative": round(float(np.mean([each.value < 0 for each in found.products.values()])), 4),
        "products_by_own_data": len(own),
        "price_explained_by_controls": round(found.explained_price, 4),
    }


def _slope(found: Elasticities, name: str) -> JsonObject:
    slope = dataclasses.asdict(found)[name]
    return {
        "value": round(slope["value"], 4),
        "interval": [round(slope["low"], 4), round(slope["high"], 4)],
        "n": slope["rows"],
        "unit": f"cluster ({slope['clusters']})",
    }


def _ratio(values: np.ndarray, rows: Panel, unit: IntArray) -> JsonObject:
    low, high = ratio_interval(values, rows.units, unit)
    return {
        "value": round(float(values.sum() / max(rows.units.sum(), 1e-9)), 4),
        "interval": [round(low, 4), round(high, 4)],
        "n": len(rows),
        "unit": f"product ({len(np.unique(unit))})",
    }


def features_of(rows: Panel) -> tuple[str, ...]:
    """Return the names of the columns that a panel has."""
    return design(rows).columns
