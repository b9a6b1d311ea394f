from __future__ import annotations

import csv
import datetime as dt
import itertools
from pathlib import Path

import numpy as np
import pytest

from knowledge.db import Database
from tests.tools.pricing.panels import confounded
from tools.fitted import DataError, TooLittleDataError, VersionError, evaluate
from tools.pricing.capability import Pricing
from tools.pricing.features import design
from tools.pricing.model import PricingModel
from tools.pricing.panel import Panel
from tools.testing import NOW, make_shop

HEADER = "product,period,price,units\n"


@pytest.fixture(scope="module")
def panel() -> Panel:
    return confounded(stores=3, products=5, weeks=60, season=0.2)


@pytest.fixture(scope="module")
def fitted(panel: Panel) -> PricingModel:
    return Pricing().fit(panel)


def write(path: Path, panel: Panel) -> Path:
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["store", "product", "category", "period", "price", "units", "competitor_x", "views"])
        for row in range(len(panel)):
            rows.writerow([
                panel.store.names[panel.store.codes[row]], panel.product.names[panel.product.codes[row]],
                panel.category.names[panel.category.codes[row]], panel.period[row], panel.price[row], panel.units[row], "", 7,
            ])  # fmt: skip
    return path


def test_a_csv_is_read_back_as_it_was(tmp_path: Path, panel: Panel) -> None:
    found = Pricing().read(write(tmp_path / "sales.csv", panel))
    np.testing.assert_allclose(found.price, panel.price)
    assert found.product.names == panel.product.names
    assert (found.extras["views"] == 7).all()
    assert np.isnan(found.extras["competitor_x"]).all()
    assert len(Pricing().read(tmp_path)) == len(panel)


def test_days_become_weeks_and_a_season(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text(HEADER + "A,2026-03-02,5,1\nA,2026-03-09,5,2\n")
    found = Pricing().read(tmp_path / "x.csv")
    assert found.period[1] - found.period[0] == 1
    assert found.season[0] == pytest.approx(60 / 366)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("product,period,price\nA,1,5\n", "row 1, column 'units': expected a column of that name"),
        (HEADER + "A,1,5,1\nA,2,0,1\n", "row 3, column 'price': expected a number above 0, got '0'"),
        (HEADER + "A,1,5,-1\n", "row 2, column 'units': expected a number of 0 or more, got '-1'"),
        (HEADER + "A,soon,5,1\n", "row 2, column 'period': expected a day such as 2026-05-31"),
        (HEADER + "A,1,5,1\nA,2026-03-02,5,1\n", "row 3, column 'period': expected a whole number"),
        (HEADER + "A,1,5,1\nA,1,6,1\n", "row 3, column 'period': expected one row for each product, store and period"),
        (HEADER + ",1,5,1\n", "row 2, column 'product': expected a text, got nothing"),
        (HEADER, "expected rows below the header, got none"),
    ],
)
def test_bad_cells_are_named(tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "x.csv"
    path.write_text(text)
    with pytest.raises(DataError) as caught:
        Pricing().read(path)
    assert sentence in str(caught.value)
    assert "x.csv" in str(caught.value)


def test_it_foretells_better_than_the_mean_of_four_weeks(panel: Panel) -> None:
    found = evaluate(Pricing(), panel)
    assert found["better_than_baseline"]
    assert found["model"]["wape"]["value"] < found["baseline"]["wape"]["value"]
    assert found["model"]["elasticity"]["value"] == pytest.approx(-3, abs=0.3)


def test_demand_never_rises_with_the_price_nor_falls_with_the_competitors(fitted: PricingModel, panel: Panel) -> None:
    assert fitted.demand is not None
    features = design(panel)
    steps = [fitted.demand.predict(features, np.log(panel.price * factor)) for factor in (0.7, 0.9, 1.0, 1.2, 1.5)]
    assert all((after <= before + 1e-9).all() for before, after in itertools.pairwise(steps))


def test_reasons_and_start_add_up_to_the_forecast(fitted: PricingModel, panel: Panel) -> None:
    assert fitted.demand is not None
    features, price = design(panel), np.log(panel.price)
    total = fitted.demand.reasons(features, price).sum(axis=1) + fitted.demand.start.log(features, price)
    np.testing.assert_allclose(np.exp(total), fitted.demand.predict(features, price), rtol=1e-3)


def test_a_saved_model_answers_as_before(fitted: PricingModel, panel: Panel, tmp_path: Path) -> None:
    Pricing().save(fitted, tmp_path)
    again = Pricing().load(tmp_path)
    assert again.outlooks == fitted.outlooks
    assert again.elasticities == fitted.elasticities
    np.testing.assert_allclose(again.forecast(panel), fitted.forecast(panel), rtol=1e-5)


def test_broken_files_are_told(fitted: PricingModel, tmp_path: Path) -> None:
    Pricing().save(fitted, tmp_path)
    (tmp_path / "demand.ubj").write_bytes(b"nothing")
    with pytest.raises(VersionError, match="cannot be read"):
        Pricing().load(tmp_path)


def test_the_measured_part_is_later_than_what_is_learnt(panel: Panel) -> None:
    train, held = Pricing().split(panel)
    assert train.period.max() < held.period.min()
    assert len(train) + len(held) == len(panel)


def test_too_few_rows_are_told(panel: Panel) -> None:
    with pytest.raises(TooLittleDataError, match="expected 60 rows over 8 periods or more, got 10"):
        Pricing().fit(panel.at(np.arange(10)))


async def test_the_shop_s_own_weeks_hold_prices_and_what_was_sold(database: Database) -> None:
    async with database.write() as session:
        shop = await make_shop(session)
        person = await shop.customer("C1")
        await shop.product("P1", "Kettle", variants={"K-1": ({}, 9900), "K-2": ({"size": "l"}, 12900)})
        await shop.price("K-1", 9900, days_ago=200)
        await shop.price("K-1", 7900, days_ago=20, reason="promotion:x")
        for number, days in enumerate((60, 59, 16)):
            await shop.order(f"W{number}", person, {"K-1": 2}, placed_days_ago=days)
    found = await Pricing().own(database, NOW)
    assert found.units.sum() == 2, "the week of the first order is not whole"
    assert found.price.max() == pytest.approx(99)
    assert found.price.min() == pytest.approx(79)
    assert found.extras["promotion"].max() == 1
    assert found.period.max() < (NOW.date().toordinal() - 1) // 7


async def test_a_shop_without_prices_is_told(database: Database) -> None:
    async with database.write() as session:
        await make_shop(session)
    with pytest.raises(TooLittleDataError, match="expected products with a history"):
        await Pricing().own(database, dt.datetime(2026, 3, 1, tzinfo=dt.UTC))
