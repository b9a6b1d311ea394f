"""``python -m evals.bench.risk_scores``: how long one score of risk takes, its features and reasons included.

A model is fitted on the demo shop that is drawn in memory; then orders are scored one at a time with all of their reasons, against
a history that holds every order before. Then the same shop is built in SQLite, and for orders drawn at random everything is timed that
a request waits for: the look-up of the account's neighbourhood, and both scores (the order as it was placed, the account
now). Wall time is of this machine at this moment, its load beside it; CPU time is what the score itself needs.
"""

from __future__ import annotations

import asyncio
import dataclasses
import datetime as dt
import json
import os
import random
import tempfile
import time
from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import select

from evals.bench.figures import quantile
from evals.benchmarks.rings import PRESENT, events_of
from knowledge.db import Database, sqlite_url
from knowledge.demo import build_demo_shop
from knowledge.demo.world import draw_world
from knowledge.schema import Order
from knowledge.types import JsonObject
from tools.risk.capability import Risk
from tools.risk.events import Event, Events
from tools.risk.history import History
from tools.risk.model import RiskModel
from tools.risk.neighbourhood import Asked, neighbourhood

AIM_P99_MS = 10.0


def main(
    *,
    scale: Annotated[float, typer.Option(min=0.05, help="Size of the demo shop.")] = 0.3,
    scores: Annotated[int, typer.Option(min=10, help="How many are timed.")] = 1_000,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Time single scores."""
    model, found = measure(scale=scale, scores=scores)
    found |= asyncio.run(measure_service(model, scale=scale, scores=scores))
    if as_json:
        typer.echo(json.dumps(found))
        return
    for name, value in found.items():
        typer.echo(f"{name:<14} {value}")


def measure(*, scale: float, scores: int) -> tuple[RiskModel, JsonObject]:
    """Fit on the earlier orders and score the later ones one at a time."""
    world = draw_world(seed=7, now=PRESENT, scale=scale)
    rings = {account for ring in world.people.rings for account in ring.customers}
    events = Events(tuple(_judged(event, bad=event.account in rings) for event in events_of(world).all))
    model, history = Risk().fit(events), History()
    timed = events.all[-scores:]
    for event in events.all[: -len(timed)]:
        history.add(event)
    wall, cpu = [], []
    for event in timed:
        began, used = time.perf_counter(), time.process_time()
        model.score(event, history)
        wall.append((time.perf_counter() - began) * 1_000)
        cpu.append((time.process_time() - used) * 1_000)
        history.add(event)
    return model, {
        "scores": len(timed),
        "wall_p50_ms": round(quantile(wall, 0.5), 3),
        "wall_p99_ms": round(quantile(wall, 0.99), 3),
        "cpu_p50_ms": round(quantile(cpu, 0.5), 3),
        "cpu_p99_ms": round(quantile(cpu, 0.99), 3),
        "aim_p99_ms": AIM_P99_MS,
        "load_average": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
    }


async def measure_service(model: RiskModel, *, scale: float, scores: int) -> JsonObject:
    """Time look-up and scores of orders drawn at random from a demo shop in SQLite."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(sqlite_url(Path(folder) / "shop.db"))
        await database.create_tables()
        await build_demo_shop(database, Path(folder) / "media", now=PRESENT, scale=scale)
        looked, whole, used = [], [], []
        async with database.read() as session:
            orders = (await session.exec(select(Order.id, Order.customer_id).order_by(Order.id))).all()
            for place in random.Random(7).sample(range(len(orders)), min(scores, len(orders))):  # noqa: S311 (no secret)
                order, account = orders[place]
                began, used_before = time.perf_counter(), time.process_time()
                found = await neighbourhood(session, Asked(account, order.lower(), PRESENT, dt.UTC))
                looked.append((time.perf_counter() - began) * 1_000)
                for event, history in found:
                    model.score(event, history)
                whole.append((time.perf_counter() - began) * 1_000)
                used.append((time.process_time() - used_before) * 1_000)
        await database.close()
    return {
        "orders_in_shop": len(orders),
        "lookup_p50_ms": round(quantile(looked, 0.5), 3),
        "lookup_p99_ms": round(quantile(looked, 0.99), 3),
        "request_p50_ms": round(quantile(whole, 0.5), 3),
        "request_p99_ms": round(quantile(whole, 0.99), 3),
        "request_cpu_p50_ms": round(quantile(used, 0.5), 3),
        "request_cpu_p99_ms": round(quantile(used, 0.99), 3),
    }


def _judged(event: Event, *, bad: bool) -> Event:
    return dataclasses.replace(event, bad=bad)


if __name__ == "__main__":
    typer.run(main)
