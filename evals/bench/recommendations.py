"""``python -m evals.bench.recommendations``: how long it takes to pick ten of 12,000 products for somebody, reasons included.

A made-up shop of so many items, whose people stay within themes; a second stage of as many trees as a fitted one has. The sequence model, which
needs the extra ``hf``, is not in it. Each answer ranks every item for a history of 5 to 50. Wall time is of this
machine at this moment, its load beside it; CPU time is what the answer itself needs. The look-up of the shop's rows is not in it.
"""

from __future__ import annotations

import dataclasses
import json
import os
import time
from typing import Annotated

import numpy as np
import typer

from evals.bench.figures import quantile
from knowledge.types import JsonObject
from tools.recommendation.answers import Controls, Mix
from tools.recommendation.events import Event, Interactions, Seen
from tools.recommendation.fitting import parts
from tools.recommendation.model import Recommender
from tools.recommendation.ranking import FEATURES, Ranker

AIM_P99_MS = 10.0
THEMES = 300
MIX = Mix({"next": 1.0, "together": 0.3, "ease": 0.75}, {"next": 0.7, "together": 0.7, "ease": 0.7})


def main(
    *,
    items: Annotated[int, typer.Option(help="Products of the shop.")] = 12_000,
    people: Annotated[int, typer.Option(help="People who bought something.")] = 20_000,
    answers: Annotated[int, typer.Option(help="Answers that are timed.")] = 500,
) -> None:
    """Learn, then answer one at a time."""
    rows = shop(items, people)
    model = dataclasses.replace(parts(rows, tuple(MIX.weights)), mix=MIX, ranker=second_stage())
    print(json.dumps(timed(model, answers), indent=2))  # noqa: T201


def shop(items: int, people: int, seed: int = 7) -> Interactions:
    """Return purchases of people who stay within one theme of items, most of the time."""
    rng = np.random.default_rng(seed)
    size = max(items // THEMES, 1)

    def bought(theme: int) -> int:
        near, far = theme * size + int(rng.integers(size)), int(rng.integers(items))
        return min(near if rng.random() < 0.8 else far, items - 1)

    events = [
        Event(f"u{person}", f"i{bought(theme)}")
        for person, theme in enumerate(rng.integers(THEMES, size=people).tolist())
        for _ in range(int(rng.integers(4, 16)))
    ]
    everything = (Event("everything", f"i{number}") for number in range(items))
    return Interactions.of([*events, *everything])


def second_stage(seed: int = 9) -> Ranker:
    """Return trees over noise: what they say changes no time."""
    rng = np.random.default_rng(seed)
    rows = rng.random((5000, len(FEATURES))).astype(np.float32)
    return Ranker.fitted(rows, rng.random(5000) < rows[:, 0], rng.random(5000) < rows[:, 1])


def timed(model: Recommender, answers: int, seed: int = 8) -> JsonObject:
    """Return the milliseconds of single answers."""
    rng = np.random.default_rng(seed)
    wall, cpu = [], []
    for _ in range(answers + 20):
        history = [Seen(model.items[place]) for place in rng.integers(len(model.items), size=int(rng.integers(5, 51)))]
        started, used = time.perf_counter(), time.process_time()
        model.recommend(history, among=model.items, count=10, controls=Controls(diversity=0.15))
        wall.append((time.perf_counter() - started) * 1000)
        cpu.append((time.process_time() - used) * 1000)
    wall, cpu = wall[20:], cpu[20:]
    return {
        "items": len(model.items),
        "answers": answers,
        "cpu_ms": {"p50": round(quantile(cpu, 0.5), 3), "p99": round(quantile(cpu, 0.99), 3)},
        "wall_ms": {"p50": round(quantile(wall, 0.5), 3), "p99": round(quantile(wall, 0.99), 3)},
        "aim_p99_ms": AIM_P99_MS,
        "met": quantile(cpu, 0.99) <= AIM_P99_MS,
        "machine": {"cores": os.cpu_count(), "load": [round(load, 2) for load in os.getloadavg()]},
    }


if __name__ == "__main__":
    typer.run(main)
