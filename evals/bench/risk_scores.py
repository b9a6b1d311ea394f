"""``python -m evals.bench.risk_scores``: how long one score of risk takes, its features and reasons included.

A model is fitted on the demo shop that is drawn in memory; then orders are scored one at a time with all of their reasons, against
a history that holds every order before. Wall time is of this machine at this moment, its load beside it; CPU time is
what the score itself needs. The look-up of the shop's rows is not in it.
"""

from __future__ import annotations

import dataclasses
import json
import os
import time
from typing import Annotated

import typer

from evals.bench.figures import quantile
from evals.benchmarks.rings import PRESENT, events_of
from knowledge.demo.world import draw_world
from knowledge.types import JsonObject
from tools.risk.capability import Risk
from tools.risk.events import Event, Events
from tools.risk.history import History

AIM_P99_MS = 10.0


def main(
    *,
    scale: Annotated[float, typer.Option(min=0.05, help="Size of the demo shop.")] = 0.3,
    scores: Annotated[int, typer.Option(min=10, help="How many are timed.")] = 1_000,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Time single scores."""
    found = measure(scale=scale, scores=scores)
    if as_json:
        typer.echo(json.dumps(found))
        return
    for name, value in found.items():
        typer.echo(f"{name:<14} {value}")


def measure(*, scale: float, scores: int) -> JsonObject:
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
    return {
        "scores": len(timed),
        "wall_p50_ms": round(quantile(wall, 0.5), 3),
        "wall_p99_ms": round(quantile(wall, 0.99), 3),
        "cpu_p50_ms": round(quantile(cpu, 0.5), 3),
        "cpu_p99_ms": round(quantile(cpu, 0.99), 3),
        "aim_p99_ms": AIM_P99_MS,
        "load_average": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
    }


def _judged(event: Event, *, bad: bool) -> Event:
    return dataclasses.replace(event, bad=bad)


if __name__ == "__main__":
    typer.run(main)
