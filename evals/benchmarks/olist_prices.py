"""price_retail_olist_elasticity: 52 products of a marketplace by month, with competitors' prices (Kaggle ``retail_price``).

Protocol. Category and product as named; price ``unit_price``; competitors ``comp_1`` to ``comp_3``; freight and rating. Not used, because
they hold the answer or come from it: ``total_price`` (quantity times price), ``customers`` of the month, and ``s`` and ``volume``, whose making
is not told. Ten months a product are too few for an elasticity of its own: what is judged, ``sign_right``, is the share of products
whose estimate, drawn to its category, is negative; ``sign_right_alone`` is that of the products' own slopes, to show how little they
would say. Elasticities are estimated on all months of ``--data``. ``wape``: quantity one month ahead, fitted on the months before
February 2018 and measured on February to April; with ``--test`` fitted on all and measured on the later months.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np

from evals.benchmarks.base import Bar, Benchmark, BenchmarkError, Job
from evals.benchmarks.figures import share
from evals.benchmarks.reading import csv_rows
from knowledge.types import JsonObject
from tools.pricing.elasticity.model import Elasticities, fit_elasticities
from tools.pricing.intervals import ratio_interval
from tools.pricing.model import fit_model, recent_mean
from tools.pricing.panel import Panel, make_panel

FOLDER = "price_retail_olist_elasticity"
HELD_FROM = 2018 * 12 + 1
"""February 2018, in months."""
_NEEDS = ("product_id", "product_category_name", "month_year", "qty", "unit_price", "freight_price", "product_score")


def olist_panel(folder: Path) -> Panel:
    """Read the table.

    Raises:
        BenchmarkError.
    """
    rows = csv_rows(folder / FOLDER, "retail_price.csv", needs=(*_NEEDS, "comp_1", "comp_2", "comp_3"))
    try:
        months = [dt.datetime.strptime(row["month_year"][:10], "%d/%m/%Y").date() for row in rows]  # noqa: DTZ007
        columns = {
            name: np.array([float(row[name] or "nan") for row in rows])
            for name in ("qty", "unit_price", "freight_price", "product_score", "comp_1", "comp_2", "comp_3")
        }
    except ValueError as error:
        raise BenchmarkError(f"{folder / FOLDER / 'retail_price.csv'}: {error}") from error
    return make_panel(
        product=[row["product_id"] for row in rows],
        category=[row["product_category_name"] for row in rows],
        period=[month.year * 12 + month.month - 1 for month in months],
        price=columns["unit_price"],
        units=columns["qty"],
        season=[(month.month - 1) / 12 for month in months],
        extras={
            "freight": columns["freight_price"],
            "rating": columns["product_score"],
            **{f"competitor_{number}": columns[f"comp_{number}"] for number in (1, 2, 3)},
        },
    )


async def run(job: Job) -> JsonObject:
    """Estimate, and foretell later months."""
    panel = olist_panel(job.data)
    found = fit_elasticities(panel, progress=job.progress)
    train, held = panel.at(panel.period < HELD_FROM), panel.at(panel.period >= HELD_FROM)
    of = f"{FOLDER}/retail_price.csv, 2018-02 to 2018-04"
    if job.test is not None:
        train, held, of = panel, olist_panel(job.test), f"{FOLDER}/retail_price.csv, held-out months"
    return {"set": of, **_signs(found), **_forecasts(train, held, of)}


def _signs(found: Elasticities) -> JsonObject:
    name = f"{FOLDER}/retail_price.csv"
    raw = [estimate.raw for estimate in found.products.values() if estimate.raw is not None]
    return {
        "sign_right": share([estimate.value < 0 for estimate in found.products.values()], name, "product"),
        "sign_right_alone": share([value < 0 for value in raw], name, "product"),
        "elasticity": {
            "set": name,
            "value": round(found.overall.value, 4),
            "interval": [round(found.overall.low, 4), round(found.overall.high, 4)],
            "n": found.overall.rows,
            "unit": f"product ({found.overall.clusters})",
        },
        "naive_slope": round(found.naive, 4),
        "products": {
            key: [round(each.value, 2), round(each.low, 2), round(each.high, 2)] for key, each in found.products.items()
        },
    }


def _forecasts(train: Panel, held: Panel, of: str) -> JsonObject:
    figures: JsonObject = {}
    model = fit_model(train)
    for name, each in (("wape", model), ("wape_mean_of_four_months", recent_mean(train))):
        missed = np.abs(each.forecast(held) - held.units)
        low, high = ratio_interval(missed, held.units, held.product.codes)
        figures[name] = {
            "set": of,
            "value": round(float(missed.sum() / held.units.sum()), 4),
            "interval": [round(low, 4), round(high, 4)],
            "n": len(held),
            "unit": f"product ({len(np.unique(held.product.codes))})",
        }
    return figures


BENCHMARK = Benchmark(
    name=FOLDER,
    needs=FOLDER,
    metric="share of products with the right sign of the price's effect; WAPE of quantity a month ahead",
    floor="naive slope -0.13; within product -2.44",
    bars=(Bar("sign_right", 0.90, 0.97),),
    licence="unclear: measured only",
    source="github.com/HiNacho/price_optimization_model",
    run=run,
)
