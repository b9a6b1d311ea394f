"""``python -m evals.bench.pricing``: how fast prices are quoted, and what exploring them earns in a market fitted to data.

Quotes: offers drawn with a seed, three rivals each, one after the other (milliseconds of the wall clock and of the processor: on a busy
machine the wall says how busy it is) and 10,000 at once. Market: fitted to the demo shop, or with ``--data FILE`` to anybody's sales
(the CSV of ``xiaoer models fit pricing``); 20,000 prices set by each policy in five markets whose true elasticities are drawn anew. What
a policy earns is told as a share of what one earns who knows the truth, over all steps and over the last tenth.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import tempfile
import time
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from evals.bench.machine import machine
from knowledge.db import Database, sqlite_url
from knowledge.demo import build_demo_shop
from knowledge.types import JsonObject
from tools.pricing.capability import Pricing
from tools.pricing.decision.guards import PriceRules
from tools.pricing.decision.quote import Offer, quote, quotes
from tools.pricing.decision.simulator import Policy, market_of, simulate
from tools.pricing.elasticity.model import Estimate
from tools.pricing.panel import Panel

SINGLE, BATCH, STEPS, MARKETS = 1_000, 10_000, 20_000, 5
POLICIES: tuple[Policy, ...] = ("thompson", "greedy", "today")


def offers(count: int, seed: int = 1) -> list[Offer]:
    """Draw products as they are sold today."""
    rng = np.random.default_rng(seed)
    found = []
    for number in range(count):
        price, value = int(rng.integers(20, 900)) * 100, float(rng.normal(-2.2, 0.5))
        found.append(
            Offer(
                f"P{number}",
                price,
                float(rng.gamma(2, 5)),
                Estimate(value, 0.4, value - 0.8, value + 0.8, "own"),
                cost_minor=int(price * rng.uniform(0.4, 0.8)),
                rivals=tuple(int(price * factor) for factor in rng.uniform(0.8, 1.2, 3)),
                stock=float(rng.integers(0, 200)),
            )
        )
    return found


def speed() -> JsonObject:
    """Time single quotes and a whole catalogue."""
    rules, single = PriceRules(), offers(SINGLE)
    quote(single[0], rules)
    walls, cpus = [], []
    for offer in single:
        wall, cpu = time.perf_counter(), time.thread_time()
        quote(offer, rules)
        walls.append((time.perf_counter() - wall) * 1000)
        cpus.append((time.thread_time() - cpu) * 1000)
    many = offers(BATCH)
    wall, cpu = time.perf_counter(), time.thread_time()
    found = quotes(many, rules)
    return {
        "quote_ms": {"p50": _at(walls, 50), "p99": _at(walls, 99), "cpu_p50": _at(cpus, 50), "cpu_p99": _at(cpus, 99)},
        "reprice": {
            "products": len(found),
            "seconds": round(time.perf_counter() - wall, 2),
            "cpu_seconds": round(time.thread_time() - cpu, 2),
        },
    }


def _at(values: list[float], per_cent: float) -> float:
    return round(float(np.percentile(values, per_cent)), 2)


def earned(panel: Panel, name: str, *, markets: int = MARKETS, steps: int = STEPS) -> JsonObject:
    """Let each policy set prices in markets fitted to a panel."""
    model = Pricing().fit(panel)
    whole: dict[str, list[float]] = {policy: [] for policy in POLICIES}
    last: dict[str, list[float]] = {policy: [] for policy in POLICIES}
    for seed in range(markets):
        market = market_of(model, panel, seed=seed)
        known = simulate(market, "clairvoyant", steps=steps).profit
        tenth = max(len(known) // 10, 1)
        for policy in POLICIES:
            profit = simulate(market, policy, steps=steps).profit
            whole[policy].append(float(profit.sum() / known.sum()))
            last[policy].append(float(profit[-tenth:].sum() / known[-tenth:].sum()))
    return {
        "fitted_to": name,
        "steps": steps,
        "markets": markets,
        **{
            policy: {
                "share_of_clairvoyant": round(float(np.mean(whole[policy])), 4),
                "lowest": round(min(whole[policy]), 4),
                "last_tenth": round(float(np.mean(last[policy])), 4),
            }
            for policy in POLICIES
        },
    }


async def demo_panel(scale: float = 0.4) -> Panel:
    """Return the sales of a demo shop."""
    now = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
    with tempfile.TemporaryDirectory() as folder:
        database = Database(sqlite_url(Path(folder) / "shop.db"))
        try:
            await database.create_tables()
            await build_demo_shop(database, Path(folder) / "media", now=now, scale=scale)
            return await Pricing().own(database, now)
        finally:
            await database.close()


def main(
    data: Annotated[Path | None, typer.Option("--data", exists=True, help="Sales to fit the market to.")] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,  # noqa: FBT002
) -> None:
    """Measure quotes and what exploring earns."""
    panel = Pricing().read(data) if data is not None else asyncio.run(demo_panel())
    found = {
        "machine": machine(),
        **speed(),
        "market": earned(panel, data.name if data is not None else "a demo shop"),
    }
    typer.echo(json.dumps(found) if as_json else json.dumps(found, indent=2))


if __name__ == "__main__":
    typer.run(main)
