"""Shoppers who wait for their answers before they go on: one at a time, and many at once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

from evals.bench.figures import Measured
from evals.bench.visits import Visit


async def alone(queue: Iterator[Visit], turns: int) -> list[Measured]:
    """Hold one conversation after the other, each message once the last one was answered."""
    measured: list[Measured] = []
    while len(measured) < turns:
        visit = next(queue)
        while len(measured) < turns and not visit.over:
            measured.append(await visit.say())
        await visit.leave()
    return measured


async def together(queue: Iterator[Visit], shoppers: int, seconds: float) -> tuple[list[Measured], float]:
    """Let `shoppers` write without a pause, each waiting for its own answer; return the turns and how long it took."""
    measured: list[Measured] = []
    started = time.perf_counter()

    async def shop() -> None:
        while time.perf_counter() - started < seconds:
            visit = next(queue)
            while time.perf_counter() - started < seconds and not visit.over:
                measured.append(await visit.say())
            await visit.leave()

    await asyncio.gather(*(shop() for _ in range(shoppers)))
    return measured, time.perf_counter() - started
