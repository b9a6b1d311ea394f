"""The benchmarks of prices on small tables in their form, with a known elasticity."""

from __future__ import annotations

import asyncio
import csv
import gzip
from pathlib import Path

import numpy as np
import pytest

from evals.benchmarks import olist_prices, shelf_prices
from evals.benchmarks.base import BenchmarkError, Job


def juice(folder: Path, seed: int) -> None:
    rng = np.random.default_rng(seed)
    home = folder / "price_orange_juice"
    home.mkdir(parents=True)
    with gzip.open(home / "oj.csv.gz", "wt", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["sales", "price", "brand", "feat"])
        for _ in range(8):
            for level, brand in enumerate(("tropicana", "minute.maid", "dominicks")):
                for _ in range(40):
                    price = (3.4 - 0.7 * level) * float(np.exp(rng.normal(0, 0.15)))
                    sales = np.exp(12 - level - 3.1 * np.log(price) + rng.normal(0, 0.3))
                    rows.writerow([round(float(sales)), round(price, 2), brand, int(rng.random() < 0.2)])


def test_orange_juice_is_read_store_by_store_and_judged(tmp_path: Path) -> None:
    juice(tmp_path / "a", 1)
    juice(tmp_path / "b", 2)
    found = asyncio.run(shelf_prices.run_juice(Job(tmp_path / "a")))
    assert found["elasticity"]["unit"] == "store (8)"
    assert len(found["stores"]) == 8
    assert found["elasticity_deviation"]["value"] < 0.15
    assert found["rmse_log_sales"]["value"] < found["rmse_log_sales_naive"]
    held = asyncio.run(shelf_prices.run_juice(Job(tmp_path / "a", tmp_path / "b")))
    assert held["set"].endswith("held-out rows")
    assert held["rmse_log_sales"]["n"] == 960


def beer(folder: Path, weeks: range) -> None:
    rng = np.random.default_rng(weeks.start)
    home = folder / "price_dominicks_beer"
    home.mkdir(parents=True)
    (home / "products.csv").write_text("upc,description,oz\n1,LAGER 6pk,72\n2,STOUT 6pk,72\n")
    with gzip.open(home / "weekly_sales.csv.gz", "wt", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["store", "upc", "week", "price", "units"])
        for store in range(6):
            for upc in (1, 2):
                for week in weeks:
                    price = 4 * upc * float(np.exp(rng.normal(0, 0.05) - 0.15 * (rng.random() < 0.15)))
                    units = rng.poisson(float(np.exp(3.2 + 0.6 * upc - 3.5 * np.log(price / 4 / upc))))
                    rows.writerow([store, upc, week, round(price, 2), max(int(units), 1)])


@pytest.mark.slow
def test_beer_is_judged_with_and_without_a_held_out_part(tmp_path: Path) -> None:
    beer(tmp_path / "a", range(215, 271))
    beer(tmp_path / "b", range(271, 290))
    found = asyncio.run(shelf_prices.run_beer(Job(tmp_path / "a")))
    assert found["elasticity_size"]["value"] == pytest.approx(3.5, abs=0.4)
    assert found["stability"]["value"] < 0.15
    assert found["wape"]["value"] < found["wape_mean_of_four_weeks"]["value"]
    held = asyncio.run(shelf_prices.run_beer(Job(tmp_path / "a", tmp_path / "b")))
    assert held["wape"]["n"] == 6 * 2 * 19


def olist(folder: Path, months: list[tuple[int, int]]) -> None:
    rng = np.random.default_rng(5)
    home = folder / "price_retail_olist_elasticity"
    home.mkdir(parents=True)
    with (home / "retail_price.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        names = [
            "product_id",
            "product_category_name",
            "month_year",
            "qty",
            "unit_price",
            "freight_price",
            "product_score",
        ]
        rows.writerow([*names, "comp_1", "comp_2", "comp_3"])
        for product in range(12):
            for month, year in months:
                price = 50 * float(np.exp(rng.normal(0, 0.2)))
                units = 1 + rng.poisson(20 * (price / 50) ** -2.5)
                cells = [f"p{product}", f"c{product % 2}", f"01/{month:02d}/{year}", units, price, 9, 4, 51, 49, 50]
                rows.writerow(cells)


def test_the_marketplace_is_judged_by_the_signs(tmp_path: Path) -> None:
    olist(tmp_path / "a", [(month, 2017) for month in range(1, 13)] + [(month, 2018) for month in range(1, 5)])
    olist(tmp_path / "b", [(5, 2018), (6, 2018)])
    found = asyncio.run(olist_prices.run(Job(tmp_path / "a")))
    assert found["sign_right"]["value"] == 1.0
    assert found["wape"]["value"] < found["wape_mean_of_four_months"]["value"]
    assert asyncio.run(olist_prices.run(Job(tmp_path / "a", tmp_path / "b")))["wape"]["n"] == 24


def test_what_is_wrong_with_a_table_is_told(tmp_path: Path) -> None:
    with pytest.raises(BenchmarkError, match="weekly_sales"):
        shelf_prices.beer_panel(tmp_path)
    home = tmp_path / "price_dominicks_beer"
    home.mkdir()
    (home / "weekly_sales.csv").write_text("store,upc,week,cost,units\n")
    with pytest.raises(BenchmarkError, match="line 1: expected store,upc,week,price,units"):
        shelf_prices.beer_panel(tmp_path)
    (tmp_path / "price_orange_juice").mkdir()
    (tmp_path / "price_orange_juice" / "oj.csv").write_text("sales,price,brand,feat\n1,2,milk,0\n")
    with pytest.raises(BenchmarkError, match="milk"):
        shelf_prices.juice_panel(tmp_path)
