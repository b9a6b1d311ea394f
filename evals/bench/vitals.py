"""How a server is, by its own ``/metrics``: memory, processor time, turns, seconds by stage."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import re
from collections.abc import AsyncIterator, Mapping

import httpx

LOOK_EVERY_S = 0.5
_SAMPLE = re.compile(r"^(process_\w+|xiaoer_(?:turns_total|turn_seconds_sum))(?:\{(.*)\})? (\S+)$", re.MULTILINE)
"""The few lines of the exposition that are wanted: a parser of all of it takes milliseconds from who sends."""


@dataclasses.dataclass(frozen=True)
class Vitals:
    """A server at one moment. What its system does not tell is None (only Linux tells)."""

    memory_mb: float | None
    """Resident, in MiB."""
    cpu_s: float | None
    """Processor time since its start."""
    turns: int
    """Answered since its start."""
    stage_s: Mapping[str, float]
    """Seconds of those turns by stage."""


def read_vitals(text: str) -> Vitals:
    """Read the exposition that Prometheus scrapes."""
    samples = [(name, labels, float(value)) for name, labels, value in _SAMPLE.findall(text)]
    process = {name: value for name, labels, value in samples if not labels}
    memory = process.get("process_resident_memory_bytes")
    return Vitals(
        memory_mb=None if memory is None else round(memory / 2**20, 1),
        cpu_s=process.get("process_cpu_seconds_total"),
        turns=round(sum(value for name, _, value in samples if name == "xiaoer_turns_total")),
        stage_s={
            labels.removeprefix('stage="').removesuffix('"'): value
            for name, labels, value in samples
            if name == "xiaoer_turn_seconds_sum"
        },
    )


async def look(client: httpx.AsyncClient) -> Vitals | None:
    """Return how the server is; None: it does not say."""
    try:
        answer = await client.get("/metrics")
    except httpx.TransportError:
        return None
    return read_vitals(answer.text) if answer.is_success else None


@contextlib.asynccontextmanager
async def watched(client: httpx.AsyncClient) -> AsyncIterator[list[Vitals]]:
    """Look at the server during the block, at its begin and at its end; the list grows meanwhile."""
    seen: list[Vitals] = []

    async def note() -> None:
        if (vitals := await look(client)) is not None:
            seen.append(vitals)

    async def watch() -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            await note()

    await note()
    task = asyncio.create_task(watch())
    try:
        yield seen
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await note()
