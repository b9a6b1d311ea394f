"""How long a search among very many vectors takes and what it finds, on three kinds of vectors.

``random``: no structure at all, the hardest that there is; ``clusters``: five rows around each of many random centres; ``photos``: as a shop's own lie, which needs a
folder of pictures: each row is a mixture of three photos' projected vectors, moved by the difference between two views of another. Recall@10 is of the first ten
against comparing every row.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np

from evals.bench.figures import quantile
from knowledge.embedding import FloatArray
from knowledge.index import Stamp, VectorIndex
from knowledge.types import JsonObject
from tools.visual_search.encoder import default_encoder, unit
from tools.visual_search.gallery import NEAREST
from tools.visual_search.pictures import FORMATS, PictureError, opened
from tools.visual_search.projection import WIDTH, learnt

T = TypeVar("T")
Maker = Callable[[int], FloatArray]
AIM_SEARCH_MS, AIM_RECALL = 2.0, 0.99
ASKED, ROWS_A_CENTRE, SPREAD, MOST_PHOTOS = 200, 5, 0.5, 500


def timed(works: Sequence[Callable[[], T]]) -> tuple[JsonObject, list[T]]:
    """Do each piece of work and return percentiles of its times, and what came of it."""
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


def kinds(rows: int, photos: Path | None) -> Iterator[tuple[str, Maker]]:
    """Yield a name and what makes so many rows of length 1, for each kind of vectors."""
    rng = np.random.default_rng(7)
    yield "random", lambda count: unit(rng.standard_normal((count, WIDTH)))
    centres = rng.standard_normal((rows // ROWS_A_CENTRE, WIDTH)).astype(np.float32)
    moves = SPREAD * rng.standard_normal((rows, WIDTH)).astype(np.float32)
    yield "clusters", functools.partial(_around, centres, moves, rng)
    if photos is not None:
        yield "photos", functools.partial(_around, *_of_photos(photos, rows // ROWS_A_CENTRE, rng), rng)


def _around(centres: FloatArray, moves: FloatArray, rng: np.random.Generator, count: int) -> FloatArray:
    return unit(centres[rng.integers(0, len(centres), count)] + moves[rng.integers(0, len(moves), count)])


def _of_photos(folder: Path, count: int, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """Return places around which goods lie, and how far two views of one thing lie apart."""
    encoder = default_encoder()
    vectors = []
    files = sorted(path for path in folder.rglob("*") if path.suffix.lstrip(".").upper() in (*FORMATS, "JPG"))
    for path in files[:: max(1, len(files) // MOST_PHOTOS)]:
        try:
            vectors.append(encoder.encode(opened(path)))
        except PictureError:
            continue
    seen = np.stack(vectors)
    projection = learnt(seen, np.arange(len(seen)), np.zeros(len(seen), dtype=bool))
    whole = projection(seen, catalogue=False)
    views = [projection(seen[:, [view]], catalogue=False) - whole for view in range(seen.shape[1])]
    shares = rng.dirichlet((1.0, 1.0, 1.0), count)
    return np.einsum("cm,cmd->cd", shares, whole[rng.integers(0, len(whole), (count, 3))]), np.concatenate(views)


def measure(rows: int, photos: Path | None) -> JsonObject:
    """Search an index of each kind: as the gallery does, and for ten."""
    found = {}
    for name, make in kinds(rows, photos):
        vectors, asked = make(rows), make(ASKED)
        began = time.perf_counter()
        index = VectorIndex(tuple(map(str, range(rows))), vectors, Stamp("bench", "1", WIDTH))
        took = time.perf_counter() - began
        best = np.argsort(-(asked @ vectors.T), axis=1)[:, :10]
        times, results = timed([functools.partial(index.search, one, NEAREST) for one in asked])
        hits = [len({*rows_found[:10]} & {*right}) / 10 for (rows_found, _), right in zip(results, best, strict=True)]
        ten, tens = timed([functools.partial(index.search, one, 10) for one in asked])
        of_ten = [len({*rows_found} & {*right}) / 10 for (rows_found, _), right in zip(tens, best, strict=True)]
        found[name] = {
            "rows": rows,
            "width": WIDTH,
            "recall_10": {"value": round(float(np.mean(hits)), 4), "n": ASKED, "aim": AIM_RECALL},
            f"nearest_{NEAREST}": times | {"aim_ms": AIM_SEARCH_MS},
            "nearest_10": ten | {"recall_10": round(float(np.mean(of_ten)), 4)},
            "build_s": round(took, 1),
        }
    return found
