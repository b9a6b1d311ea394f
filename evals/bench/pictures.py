"""``python -m evals.bench.pictures``: how long an answer by picture takes, and a search among 100,000 pictures with its recall.

The answer is timed from the bytes of a phone-sized JPEG (drawn here, 1,600 by 1,200) to ranked products: opening, encoding, projecting,
searching. The search runs on random vectors around centres, as pictures of products lie. As many are asked
for as by the gallery (400, for products and filters); recall@10 is of the first ten against comparing every row. Wall time is of this machine at this moment, its load beside it; CPU time is what the work itself needs.
"""

from __future__ import annotations

import functools
import io
import json
import os
import time
from collections.abc import Callable, Sequence
from typing import Annotated, TypeVar

import numpy as np
import typer

from evals.bench.figures import quantile
from knowledge.index import Stamp, VectorIndex
from knowledge.types import JsonObject
from tools.visual_search.encoder import default_encoder, unit
from tools.visual_search.gallery import NEAREST
from tools.visual_search.pictures import opened
from tools.visual_search.projection import WIDTH, Projection

T = TypeVar("T")
AIM_ANSWER_P99_MS, AIM_SEARCH_MS, AIM_RECALL = 120.0, 2.0, 0.99


def main(
    *,
    pictures: Annotated[int, typer.Option(min=10_000, help="Pictures in the index.")] = 100_000,
    answers: Annotated[int, typer.Option(min=10, help="How many are timed.")] = 100,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Time answers and searches."""
    found = measure(pictures=pictures, answers=answers)
    if as_json:
        typer.echo(json.dumps(found))
        return
    for name, value in found.items():
        typer.echo(f"{name:<12} {value}")


def measure(*, pictures: int, answers: int) -> JsonObject:
    """Build an index and time what is done with it."""
    rng, encoder = np.random.default_rng(7), default_encoder()
    centres = rng.standard_normal((pictures // 5, WIDTH)).astype(np.float32)

    def near_centres(count: int) -> np.ndarray:
        spread = rng.standard_normal((count, WIDTH)).astype(np.float32)
        return unit(centres[rng.integers(0, len(centres), count)] + 0.5 * spread)

    rows = near_centres(pictures)
    index = VectorIndex(tuple(map(str, range(pictures))), rows, Stamp("bench", "1", WIDTH))
    asked = near_centres(200)
    searched, results = _timed([functools.partial(index.search, one, NEAREST) for one in asked])
    exact = np.argsort(-(asked @ rows.T), axis=1)[:, :10]
    recall = np.mean([len(set(found[:10]) & set(best)) / 10 for (found, _), best in zip(results, exact, strict=True)])
    blank = np.zeros(encoder.dimension, dtype=np.float32)
    matrix = rng.standard_normal((encoder.dimension, WIDTH)).astype(np.float32)
    projection, photo = Projection(blank, blank, matrix), _photo(rng)

    def answer() -> object:
        return index.search(projection(encoder.encode(opened(photo))[None], catalogue=False)[0], NEAREST)

    answer()
    answered, _ = _timed([answer] * answers)
    return {
        "encoder": encoder.name,
        "answer": answered | {"aim_p99_ms": AIM_ANSWER_P99_MS},
        "search": searched | {"pictures": pictures, "aim_ms": AIM_SEARCH_MS},
        "recall_10": {"value": round(float(recall), 4), "n": len(asked), "aim": AIM_RECALL},
        "load_average": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
    }


def _timed(works: Sequence[Callable[[], T]]) -> tuple[JsonObject, list[T]]:
    wall: list[float] = []
    cpu: list[float] = []
    results: list[T] = []
    for work in works:
        began, used = time.perf_counter(), time.process_time()
        results.append(work())
        wall.append((time.perf_counter() - began) * 1_000)
        cpu.append((time.process_time() - used) * 1_000)
    told = {
        f"{name}_p{of}_ms": round(quantile(times, of / 100), 3)
        for name, times in (("wall", wall), ("cpu", cpu))
        for of in (50, 99)
    }
    return {"n": len(works), **told}, results


def _photo(rng: np.random.Generator) -> bytes:
    from PIL import Image  # noqa: PLC0415

    small = Image.fromarray(rng.integers(0, 255, (30, 40, 3), dtype=np.uint8))
    kept = io.BytesIO()
    small.resize((1600, 1200), Image.Resampling.BICUBIC).save(kept, "JPEG", quality=85)
    return kept.getvalue()


if __name__ == "__main__":
    typer.run(main)
