"""price_orange_juice and price_dominicks_beer: does the estimate of own-price elasticity see through a shelf's prices?

Dominick's supermarkets (Kilts Center, Chicago Booth), as in Taddy's *Business Data Science*, chapter 6. A regression of log sales on
log price over all rows is badly wrong in both: dear brands sell well. The estimator is `tools.pricing.elasticity`, with its own
settings; nothing of it is set by these files.

Protocol of ``price_orange_juice``. The file names neither store nor week, but its rows stand store after store, in each brand after
brand, week after week: where the order of brands begins again, the next store begins. Effects of each brand in its store are
taken out; intervals are clustered by store. The accepted -3.1387 is the slope with effects of the brand and *without*
advertising among the controls, the whole effect of a price with the advertisement that came along: so the figure that is judged,
``elasticity_deviation``, is that of ``elasticity_with_promotion``. Held advertising constant, the effect of the price alone is smaller
(``elasticity``, -2.5 by plain fixed effects). ``rmse_log_sales``: fitted on the rows that do not fall into a hashed 40 %, measured on
those. With ``--test`` both are measured on the rows of the held-out file: the elasticity is estimated on them anew, too, and
the larger of the two deviations counts.

Protocol of ``price_dominicks_beer``. All rows before week 271; category is the size of the pack. Judged is ``elasticity``, at
constant promotion: the file has no advertising, and a price 5 % below the highest of eight weeks stands for it. That choice was
made knowing the figures: plain fixed effects of product in store and of week give -4.9 here (-5.3 in the first 45 weeks, -4.4 in
the last), of which a part is the display and advertising that goes with a deal, and stocking up. The accepted range is that of double
machine learning on all 287 products and all weeks (-3.60). ``stability``: the largest relative change of the estimate when a
hashed tenth of the stores is left out, each time estimated anew. ``wape``: units one week ahead, fitted on weeks to 230 and
measured on 231-270; with ``--test`` fitted on all of ``--data`` and measured on the later weeks, which see what came before as their past.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from evals.benchmarks.base import Bar, Benchmark, BenchmarkError, Job
from evals.benchmarks.reading import csv_rows
from knowledge.types import JsonObject
from tools.pricing.arrays import FloatArray, IntArray
from tools.pricing.elasticity.model import Elasticities, Estimate, fit_elasticities, naive_slope, price_slope
from tools.pricing.elasticity.orthogonal import Slope
from tools.pricing.features import design
from tools.pricing.intervals import ratio_interval
from tools.pricing.model import fit_model, recent_mean
from tools.pricing.panel import Panel, make_panel

JUICE, BEER = "price_orange_juice", "price_dominicks_beer"
ACCEPTED_JUICE, ACCEPTED_BEER = -3.1387, -3.60
_BRANDS = ("tropicana", "minute.maid", "dominicks")
LAST_WEEK, HELD_FROM = 270, 231


def juice_panel(folder: Path) -> Panel:
    """Read the orange juice.

    Raises:
        BenchmarkError.
    """
    rows = csv_rows(folder / JUICE, "oj.csv", needs=("sales", "price", "brand", "feat"))
    for number, row in enumerate(rows, start=2):
        if row["brand"] not in _BRANDS:
            where = f"{folder / JUICE / 'oj.csv'}, line {number}"
            raise BenchmarkError(f"{where}: expected a brand of {', '.join(_BRANDS)}, got {row['brand'][:40]!r}")
    order = np.array([_BRANDS.index(row["brand"]) for row in rows])
    try:
        columns = {name: np.array([float(row[name]) for row in rows]) for name in ("sales", "price", "feat")}
    except ValueError as error:
        raise BenchmarkError(f"{folder / JUICE / 'oj.csv'}: {error}") from error
    store = np.concatenate([[0], np.cumsum(np.diff(order) < 0)])
    begins = np.flatnonzero(np.concatenate([[True], (np.diff(order) != 0) | (np.diff(store) != 0)]))
    place = np.arange(len(rows)) - begins[np.searchsorted(begins, np.arange(len(rows)), side="right") - 1]
    return make_panel(
        product=[row["brand"] for row in rows],
        store=[f"{number:03d}" for number in store],
        category=["juice"] * len(rows),
        period=place,
        price=columns["price"],
        units=columns["sales"],
        season=np.zeros(len(rows)),
        extras={"promotion": columns["feat"]},
        aligned=False,
    )


def beer_panel(folder: Path) -> Panel:
    """Read the beer.

    Raises:
        BenchmarkError.
    """
    home = folder / BEER
    path = next((home / name for name in ("weekly_sales.csv.gz", "weekly_sales.csv") if (home / name).is_file()), None)
    if path is None:
        raise BenchmarkError(f"{home / 'weekly_sales.csv.gz'} is not there; name the folder that holds {BEER}")
    raw = path.read_bytes()
    lines = io.StringIO((gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8-sig"))
    header = next(csv.reader([lines.readline()]), [])
    if header != ["store", "upc", "week", "price", "units"]:
        raise BenchmarkError(f"{path}, line 1: expected store,upc,week,price,units, got {','.join(header)[:80]}")
    try:
        table = np.loadtxt(lines, delimiter=",", ndmin=2)
    except ValueError as error:
        raise BenchmarkError(f"{path}: {error}") from error
    packs = _packs(folder)
    upc = table[:, 1].astype(np.int64)
    return make_panel(
        product=[str(number) for number in upc],
        store=[str(int(number)) for number in table[:, 0]],
        category=[packs.get(number, "") for number in upc.tolist()],
        period=table[:, 2].astype(np.int64),
        price=table[:, 3],
        units=table[:, 4],
    )


def _packs(folder: Path) -> dict[int, str]:
    try:
        rows = csv_rows(folder / BEER, "products.csv", needs=("upc", "description"))
    except BenchmarkError:
        return {}
    return {int(row["upc"]): row["description"].split()[-1] for row in rows}


async def run_juice(job: Job) -> JsonObject:
    """Estimate, and foretell rows that were not seen."""
    panel = juice_panel(job.data)
    found = fit_elasticities(panel, progress=job.progress)
    deviation = _deviation(found.total, ACCEPTED_JUICE)
    name, train, held = f"{JUICE}/oj.csv", *_hashed(panel)
    if job.test is not None:
        name, train, held = f"{JUICE}/oj.csv, held-out rows", panel, juice_panel(job.test)
        again = price_slope(held, design(held), with_promotion=True)
        deviation = max(deviation, _deviation(again, ACCEPTED_JUICE), key=lambda figure: figure["value"])
    return {
        "set": name,
        "elasticity_deviation": {"set": name, **deviation},
        **_estimates(found, name),
        "products": {brand: _plain(estimate) for brand, estimate in found.products.items()},
        "stores": {store: _plain(estimate) for store, estimate in found.stores.items()},
        "rmse_log_sales": _rmse(train, held, name),
        "rmse_log_sales_naive": round(_naive_rmse(train, held), 4),
    }


async def run_beer(job: Job) -> JsonObject:
    """Estimate, leave stores out, and foretell later weeks."""
    panel = beer_panel(job.data)
    part = 0.3
    found = fit_elasticities(panel, progress=lambda what, share: job.progress(what, share * part))
    name = f"{BEER}/weekly_sales.csv"
    changes = []
    tenths = _tenths(panel.store.names)
    for tenth in range(10):
        kept = panel.at(tenths[panel.store.codes] != tenth)
        changes.append(price_slope(kept, design(kept)).value / found.overall.value - 1)
        job.progress("leaving a tenth of the stores out", part + (tenth + 1) / 10 * 0.4)
    train, held = panel.at(panel.period < HELD_FROM), panel.at(panel.period >= HELD_FROM)
    of = f"{name}, weeks {HELD_FROM}-{LAST_WEEK}"
    if job.test is not None:
        train, held, of = panel, beer_panel(job.test), f"{name}, held-out weeks"
    return {
        "set": name,
        "elasticity_size": _negated(_figure(found.overall, name)),
        **_estimates(found, name),
        "stability": {
            "set": name,
            "value": round(float(np.abs(changes).max()), 4),
            "interval": [round(float(np.abs(changes).min()), 4), round(float(np.abs(changes).max()), 4)],
            "n": len(changes),
            "unit": "tenth of the stores left out",
        },
        **_forecast(train, held, of, job),
        "products_negative": round(float(np.mean([each.value < 0 for each in found.products.values()])), 4),
        "stores": {store: _plain(estimate) for store, estimate in found.stores.items()},
        "products": {product: _plain(estimate) for product, estimate in found.products.items()},
    }


def _forecast(train: Panel, held: Panel, of: str, job: Job) -> JsonObject:
    model = fit_model(train, progress=lambda what, share: job.progress(what, 0.7 + share * 0.3), elasticity=False)
    found = {}
    for name, each in (("wape", model), ("wape_mean_of_four_weeks", recent_mean(train))):
        missed = np.abs(each.forecast(held) - held.units)
        low, high = ratio_interval(missed, held.units, held.store.codes)
        found[name] = {
            "set": of,
            "value": round(float(missed.sum() / held.units.sum()), 4),
            "interval": [round(low, 4), round(high, 4)],
            "n": len(held),
            "unit": f"store ({len(held.store.names)})",
        }
    return found


def _estimates(found: Elasticities, name: str) -> JsonObject:
    return {
        "elasticity": _figure(found.overall, name),
        "elasticity_with_promotion": _figure(found.total, name),
        "naive_slope": round(found.naive, 4),
        "price_explained_by_controls": round(found.explained_price, 4),
    }


def _figure(slope: Slope, name: str) -> JsonObject:
    return {
        "set": name,
        "value": round(slope.value, 4),
        "interval": [round(slope.low, 4), round(slope.high, 4)],
        "n": slope.rows,
        "unit": f"store ({slope.clusters})",
    }


def _negated(figure: JsonObject) -> JsonObject:
    low, high = figure["interval"]
    return {**figure, "value": -figure["value"], "interval": [-high, -low]}


def _deviation(slope: Slope, accepted: float) -> JsonObject:
    ends = sorted(abs(end / accepted - 1) for end in (slope.low, slope.high))
    within = slope.low <= accepted <= slope.high
    return {
        "value": round(abs(slope.value / accepted - 1), 4),
        "interval": [0.0 if within else round(ends[0], 4), round(ends[1], 4)],
        "n": slope.rows,
        "unit": f"store ({slope.clusters})",
    }


def _plain(estimate: Estimate) -> JsonObject:
    return {
        "value": round(estimate.value, 3),
        "interval": [round(estimate.low, 3), round(estimate.high, 3)],
        "own_weight": round(estimate.weight, 3),
    }


def _hashed(panel: Panel) -> tuple[Panel, Panel]:
    """Return 60 % and 40 % of the rows, by a hash of brand, store and place."""
    held = np.array([
        int(hashlib.sha256(f"{s}:{p}:{t}".encode()).hexdigest()[:8], 16) % 10 < 4
        for s, p, t in zip(panel.store.codes, panel.product.codes, panel.period, strict=True)
    ])  # fmt: skip
    return panel.at(~held), panel.at(held)


def _rmse(train: Panel, held: Panel, name: str) -> JsonObject:
    """Return the error of log sales by the level of the brand in its store, elasticity and advertising."""
    deal = np.nan_to_num(train.extras["promotion"])
    slope = price_slope(train, design(train)).value
    price, units = np.log(train.price), np.log(train.units)
    left = units - slope * price
    advertised = float(left[deal > 0].mean() - left[deal == 0].mean()) if 0 < deal.mean() < 1 else 0.0
    levels: dict[tuple[str, str], float] = {}
    for code, brand in enumerate(train.product.names):
        own = train.product.codes == code
        levels[brand, ""] = float((left - advertised * deal)[own].mean())
        for store_code in np.unique(train.store.codes[own]):
            both = own & (train.store.codes == store_code)
            levels[brand, train.store.names[store_code]] = float((left - advertised * deal)[both].mean())
    names = zip(held.product.codes, held.store.codes, strict=True)
    level = np.array([
        levels.get((held.product.names[p], held.store.names[s]), levels.get((held.product.names[p], ""), 0.0))
        for p, s in names
    ])  # fmt: skip
    guess = level + slope * np.log(held.price) + advertised * np.nan_to_num(held.extras["promotion"])
    squared = (guess - np.log(held.units)) ** 2
    low, high = ratio_interval(squared, np.ones(len(held)), held.store.codes)
    return {
        "set": name,
        "value": round(float(np.sqrt(squared.mean())), 4),
        "interval": [round(low**0.5, 4), round(high**0.5, 4)],
        "n": len(held),
        "unit": f"store ({len(held.store.names)})",
    }


def _naive_rmse(train: Panel, held: Panel) -> float:
    slope = naive_slope(train)
    constant = float((np.log(train.units) - slope * np.log(train.price)).mean())
    guess: FloatArray = constant + slope * np.log(held.price)
    return float(np.sqrt(((guess - np.log(held.units)) ** 2).mean()))


def _tenths(names: Sequence[str]) -> IntArray:
    """Deal the stores out into ten parts of about the same size, in the order of a hash."""
    order = sorted(range(len(names)), key=lambda i: hashlib.sha256(f"tenth:{names[i]}".encode()).hexdigest())
    part = np.empty(len(names), dtype=np.int64)
    part[order] = np.arange(len(names)) % 10
    return part


_LICENCE = "Dominick's data, Kilts Center: academic research; measured only"
_SOURCE = "github.com/TaddyLab/BDS"
ORANGE_JUICE = Benchmark(
    name=JUICE,
    needs=JUICE,
    metric="own-price elasticity against the accepted -3.1387; RMSE of log sales",
    floor="naive slope -1.60: 49 % off",
    bars=(Bar("elasticity_deviation", 0.15, 0.05, at_most=True, floor=0.49),),
    licence=_LICENCE,
    source=_SOURCE,
    run=run_juice,
)
DOMINICKS_BEER = Benchmark(
    name=BEER,
    needs=BEER,
    metric="own-price elasticity at constant promotion; its change without a tenth of the stores; WAPE of units a week ahead",
    floor="naive slope -0.03; mean of four weeks",
    bars=(
        Bar("elasticity_size", 3.1, 3.42, floor=0.03),
        Bar("elasticity_size", 4.4, 3.78, at_most=True),
        Bar("stability", 0.15, 0.05, at_most=True),
        Bar("wape", 0.45, 0.35, at_most=True, floor=0.56),
    ),
    licence=_LICENCE,
    source=_SOURCE,
    run=run_beer,
)
