"""The bench at its smallest, against a real server; no figure of time is judged."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from dialogue.build import Config, build
from evals.bench.turns import Plan, measure, text_of


@pytest.mark.slow
async def test_the_bench_measures_a_small_shop(tmp_path: Path) -> None:
    platform = await build(Config(data=tmp_path, demo_scale=0.05))
    await platform.close()
    report = await asyncio.to_thread(measure, tmp_path, Plan(turns=6, shoppers=2, seconds=0.5))
    json.dumps(report)
    loads = [report["alone"], report["together"]]
    assert report["alone"]["n"] == 6
    assert all(load["n"] > 0 and load["errors"] == {} for load in loads)
    assert all(load["ms"]["total"]["p50"] <= load["ms"]["wait"]["p99"] for load in loads)
    assert "turns a second with 2 shoppers" in text_of(report)
