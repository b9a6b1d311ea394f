"""``python -m evals.bench.pictures``: how long an answer by picture takes, and a search among 100,000 pictures with its recall.

The answer is timed from the bytes of a phone-sized JPEG (drawn here, 1,600 by 1,200) to ranked products: opening, encoding, projecting,
searching. The vectors that are searched: `evals.bench.vector_search`; as many are asked for as by the gallery (400, for products and filters). Wall time is of this machine at
this moment, its load beside it; CPU time is what the work itself needs.
"""

from __future__ import annotations

import io
import json
import os
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from evals.bench import vector_search
from knowledge.index import Stamp, VectorIndex
from knowledge.types import JsonObject
from tools.visual_search.encoder import default_encoder, unit
from tools.visual_search.gallery import NEAREST
from tools.visual_search.pictures import opened
from tools.visual_search.projection import WIDTH, Projection

AIM_ANSWER_P99_MS = 120.0


def main(
    *,
    pictures: Annotated[int, typer.Option(min=10_000, help="Pictures in the index.")] = 100_000,
    answers: Annotated[int, typer.Option(min=10, help="How many are timed.")] = 100,
    photos: Annotated[
        Path | None,
        typer.Option(exists=True, file_okay=False, help="Photos of goods: search among vectors like theirs."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Time answers and searches."""
    found = measure(pictures=pictures, answers=answers, photos=photos)
    if as_json:
        typer.echo(json.dumps(found))
        return
    for name, value in found.items():
        typer.echo(f"{name:<12} {value}")


def measure(*, pictures: int, answers: int, photos: Path | None) -> JsonObject:
    """Build indexes and time what is done with them."""
    rng, encoder = np.random.default_rng(7), default_encoder()
    rows = unit(rng.standard_normal((pictures, WIDTH)))
    index = VectorIndex(tuple(map(str, range(pictures))), rows, Stamp("bench", "1", WIDTH))
    blank = np.zeros(encoder.dimension, dtype=np.float32)
    matrix = rng.standard_normal((encoder.dimension, WIDTH)).astype(np.float32)
    projection, photo = Projection(blank, blank, matrix), _photo(rng)

    def answer() -> object:
        return index.search(projection(encoder.encode(opened(photo))[None], catalogue=False)[0], NEAREST)

    answer()
    answered, _ = vector_search.timed([answer] * answers)
    return {
        "encoder": encoder.name,
        "answer": answered | {"aim_p99_ms": AIM_ANSWER_P99_MS},
        **{f"search_{name}": told for name, told in vector_search.measure(pictures, photos).items()},
        "load_average": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
    }


def _photo(rng: np.random.Generator) -> bytes:
    from PIL import Image  # noqa: PLC0415

    small = Image.fromarray(rng.integers(0, 255, (30, 40, 3), dtype=np.uint8))
    kept = io.BytesIO()
    small.resize((1600, 1200), Image.Resampling.BICUBIC).save(kept, "JPEG", quality=85)
    return kept.getvalue()


if __name__ == "__main__":
    typer.run(main)
