"""The price model of a shop: elasticities, a demand forecast, and what next period looks like for each product."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from knowledge.types import JsonObject
from tools.fitted import Progress, TooLittleDataError, VersionError
from tools.pricing.arrays import FloatArray, IntArray
from tools.pricing.demand import DemandModel, Start, fit_demand
from tools.pricing.elasticity.model import Elasticities, fit_elasticities, no_elasticities
from tools.pricing.features import design
from tools.pricing.panel import Labels, Panel, joined, make_panel

TAIL = 13
"""So many periods are kept beside a model: the lags of what comes next reach into them."""
LEAST_ROWS = 60
LEAST_PERIODS = 8


@dataclasses.dataclass(frozen=True)
class Outlook:
    """What a product is expected to do next period at the price that it has.

    `reasons` are the columns of `tools.pricing.features` that move the forecast most, with exact contributions to
    the log of the units, largest first.
    """

    units: float
    price: float
    category: str
    reasons: tuple[tuple[str, float], ...] = ()


@dataclasses.dataclass(frozen=True)
class PricingModel:
    """Immutable; the cold one has neither elasticities nor a forecast and answers with the prior."""

    elasticities: Elasticities
    demand: DemandModel | None = None
    tail: Panel | None = None
    outlooks: Mapping[str, Outlook] = dataclasses.field(default_factory=dict)
    rows: int = 0

    def forecast(self, panel: Panel) -> FloatArray:
        """Return the expected units of each row; its lags are looked up in the panel and in the periods that were kept.

        Without a fitted forecast it is the mean of the last four periods, the simple baseline.
        """
        whole, found = _after(self.tail, panel)
        features = design(whole)
        if self.demand is not None:
            return self.demand.predict(features.at(found), np.log(panel.price))
        recent = np.expm1(features.context[found, features.names.index("units_mean_4")])
        known = float(self.tail.units.mean()) if self.tail is not None else float(np.nan_to_num(np.nanmean(recent)))
        return np.where(np.isfinite(recent), recent, known)


def cold_model() -> PricingModel:
    """Return what answers before anything was fitted."""
    return PricingModel(no_elasticities())


def recent_mean(panel: Panel) -> PricingModel:
    """Return the simple baseline: the mean of the last four periods, elasticity unknown."""
    return PricingModel(no_elasticities(), tail=_tail(panel), rows=len(panel))


def fit_model(
    panel: Panel, *, seed: int = 7, progress: Progress | None = None, elasticity: bool = True
) -> PricingModel:
    """Fit everything on a panel; without `elasticity` the forecast alone.

    Raises:
        TooLittleDataError: fewer than `LEAST_ROWS` rows or `LEAST_PERIODS` periods.
    """
    periods = len(np.unique(panel.period)) if len(panel) else 0
    if len(panel) < LEAST_ROWS or periods < LEAST_PERIODS:
        raise TooLittleDataError(
            f"expected {LEAST_ROWS} rows over {LEAST_PERIODS} periods or more, got {len(panel)} over {periods}"
        )
    report = progress or (lambda _what, _share: None)
    features = design(panel)
    elasticities = no_elasticities()
    if elasticity:
        elasticities = fit_elasticities(
            panel, features=features, seed=seed, progress=lambda what, share: report(what, share * 0.5)
        )
    slope = elasticities.overall.value if np.isfinite(elasticities.overall.value) else 0.0
    demand = fit_demand(
        panel, features, slope=slope, seed=seed, progress=lambda what, share: report(what, 0.5 + share * 0.4)
    )
    report("looking ahead", 0.95)
    return PricingModel(elasticities, demand, _tail(panel), outlooks(panel, demand), len(panel))


def outlooks(panel: Panel, demand: DemandModel) -> dict[str, Outlook]:
    """Return next period of each product, stores added, at its last price."""
    upcoming = _next(panel)
    whole, found = _after(_tail(panel, 60), upcoming)
    features = design(whole).at(found)
    log_price = np.log(upcoming.price)
    units, reasons = demand.predict(features, log_price), demand.reasons(features, log_price)
    result = {}
    for code, name in enumerate(upcoming.product.names):
        rows = np.flatnonzero(upcoming.product.codes == code)
        mean = reasons[rows, :-1].mean(axis=0)
        strongest = np.argsort(-np.abs(mean))[:6]
        result[name] = Outlook(
            float(units[rows].sum()),
            float(np.median(upcoming.price[rows])),
            upcoming.category.names[upcoming.category.codes[rows[0]]],
            tuple((demand.columns[i], float(mean[i])) for i in strongest),
        )
    return result


def _next(panel: Panel) -> Panel:
    """Return a row for each shelf of the last periods, one period on, as it was last; its units are not known."""
    last = int(panel.period.max())
    shelf = panel.shelf
    newest = {int(shelf[row]): row for row in range(len(panel))}  # rows are in the order of time
    rows = np.array([row for row in newest.values() if panel.period[row] > last - 8], dtype=np.int64)
    then = panel.at(rows)
    years = (
        np.unique(panel.season[panel.period == last]).mean() - np.unique(panel.season[panel.period == last - 1]).mean()
    )
    step = float(years) if 0 < years < 0.5 else 1 / 52
    return make_panel(
        product=[then.product.names[code] for code in then.product.codes],
        store=[then.store.names[code] for code in then.store.codes],
        category=[then.category.names[code] for code in then.category.codes],
        period=np.full(len(rows), last + 1),
        season=(float(panel.season[panel.period == last].mean()) + np.full(len(rows), step)) % 1.0,
        price=then.price,
        units=np.zeros(len(rows)),
        extras=then.extras,
    )


def _tail(panel: Panel, periods: int = TAIL) -> Panel:
    return panel.at(panel.period > int(panel.period.max()) - periods)


def _after(tail: Panel | None, panel: Panel) -> tuple[Panel, IntArray]:
    """Return both as one, and where in it the rows of the panel stand."""
    whole = panel if tail is None else joined(tail, panel)
    place = {
        (whole.store.names[s], whole.product.names[p], t): row
        for row, (s, p, t) in enumerate(
            zip(whole.store.codes.tolist(), whole.product.codes.tolist(), whole.period.tolist(), strict=True)
        )
    }
    found = [
        place[panel.store.names[s], panel.product.names[p], t]
        for s, p, t in zip(panel.store.codes.tolist(), panel.product.codes.tolist(), panel.period.tolist(), strict=True)
    ]
    return whole, np.array(found, dtype=np.int64)


def save_model(model: PricingModel, folder: Path) -> None:
    """Write ``pricing.json``, ``demand.ubj`` and ``tail.npz`` into a folder."""
    demand = model.demand
    about: JsonObject = {
        "elasticities": model.elasticities.to_json(),
        "outlooks": {name: dataclasses.asdict(outlook) for name, outlook in model.outlooks.items()},
        "rows": model.rows,
        "demand": None
        if demand is None
        else {
            "columns": demand.columns,
            "rounds": demand.rounds,
            "spread": demand.spread,
            "start": dataclasses.asdict(demand.start),
        },
    }
    (folder / "pricing.json").write_text(json.dumps(about), encoding="utf-8")
    if demand is not None:
        demand.save(folder / "demand.ubj")
    if model.tail is not None:
        _write_panel(model.tail, folder / "tail.npz")


def load_model(folder: Path) -> PricingModel:
    """Read what `save_model` wrote.

    Raises:
        VersionError.
    """
    import xgboost  # noqa: PLC0415

    try:
        about = json.loads((folder / "pricing.json").read_text(encoding="utf-8"))
        kept = about["demand"]
        demand = None
        if kept is not None:
            demand = DemandModel.load(
                folder / "demand.ubj", **{**kept, "columns": tuple(kept["columns"]), "start": Start(**kept["start"])}
            )
        tail = folder / "tail.npz"
        return PricingModel(
            Elasticities.from_json(about["elasticities"]),
            demand,
            _read_panel(tail) if tail.is_file() else None,
            {
                name: Outlook(**{**value, "reasons": tuple((str(n), float(v)) for n, v in value["reasons"])})
                for name, value in about["outlooks"].items()
            },
            int(about["rows"]),
        )
    except (OSError, ValueError, KeyError, TypeError, xgboost.core.XGBoostError) as error:
        raise VersionError(f"{folder} cannot be read: expected what `xiaoer models fit pricing` writes") from error


def _write_panel(panel: Panel, path: Path) -> None:
    columns: dict[str, Any] = {name: getattr(panel, name) for name in ("period", "season", "price", "units")}
    for name in ("product", "store", "category"):
        label: Labels = getattr(panel, name)
        columns |= {f"{name}_names": np.array(label.names, dtype=np.str_), f"{name}_codes": label.codes}
    columns |= {f"extra_{name}": values for name, values in panel.extras.items()}
    np.savez_compressed(path, **columns)


def _read_panel(path: Path) -> Panel:
    with np.load(path, allow_pickle=False) as kept:

        def names(column: str) -> list[str]:
            known = kept[f"{column}_names"].tolist()
            return [known[code] for code in kept[f"{column}_codes"]]

        return make_panel(
            product=names("product"),
            store=names("store"),
            category=names("category"),
            period=kept["period"],
            season=kept["season"],
            price=kept["price"],
            units=kept["units"],
            extras={name.removeprefix("extra_"): kept[name] for name in kept if name.startswith("extra_")},
        )
