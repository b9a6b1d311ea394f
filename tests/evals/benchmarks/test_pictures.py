"""The picture benchmarks on drawings: figures beside their baselines, held-out photos, and no photo on both sides."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from evals.benchmarks.base import BenchmarkError, Job
from evals.benchmarks.pictures import CLOTHING, GROCERY, run
from tests.tools.visual_search.drawings import COLOURS, drawing


def groceries(folder: Path, start: int = 0, count: int = 4) -> None:
    here = folder / GROCERY
    here.mkdir(parents=True)
    products, photos = ["product_id,iconic_file"], ["file,product_id,source_split"]
    for number, colour in enumerate(COLOURS):
        drawing(colour, round_=True).save(here / f"{colour}.png")
        products.append(f"{number},{colour}.png")
        for photo in range(start, start + count):
            drawing(colour, round_=True, shift=2 * photo - 5, ground=(180 - 9 * photo, 190, 200)).save(
                here / f"{colour}{photo}.png"
            )
            photos.append(f"{colour}{photo}.png,{number},{'train' if photo % 4 else 'val'}")
    (here / "products.csv").write_text("\n".join(products), encoding="utf-8")
    (here / "photos.csv").write_text("\n".join(photos), encoding="utf-8")


def clothes(folder: Path) -> None:
    groceries(folder, count=6)
    here = folder / CLOTHING
    (folder / GROCERY).rename(here)
    rows = (here / "photos.csv").read_text(encoding="utf-8").replace("product_id", "category")
    (here / "manifest.csv").write_text(rows, encoding="utf-8")


def test_photos_are_found_beside_their_baselines_and_held_out_ones_are_measured(tmp_path: Path) -> None:
    groceries(tmp_path / "data")
    groceries(tmp_path / "test", start=4)
    found = asyncio.run(run(Job(tmp_path / "data", tmp_path / "test"), GROCERY))
    assert found["top_5"]["value"] == 1.0
    assert {"raw_top_1", "floor_top_5"} <= set(found)
    assert (found["top_1"]["n"], found["trained_on"]) == (16, 20)


def test_kinds_are_told_by_a_linear_head(tmp_path: Path) -> None:
    clothes(tmp_path)
    found = asyncio.run(run(Job(tmp_path), CLOTHING))
    assert 0 < found["precision_at_10"]["value"] <= 1
    assert found["kind"]["n"] == 8


def test_a_photo_on_both_sides_is_refused(tmp_path: Path) -> None:
    groceries(tmp_path / "data")
    with pytest.raises(BenchmarkError, match="both sides"):
        asyncio.run(run(Job(tmp_path / "data", tmp_path / "data"), GROCERY))
