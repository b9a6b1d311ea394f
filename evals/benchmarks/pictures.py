"""Searching by picture: img_grocery_store and img_clothing_small.

``img_grocery_store``: ``photos.csv`` and ``products.csv``: phone photos against one packshot of each of 81 products; only the packshots
are searched. Without ``--test`` the model of `tools.visual_search` is fitted on the photos of ``source_split`` train and the packshots and measured on
the photos of val, which were taken at other places (60 of the 81 products have any); with ``--test`` it is fitted on all of ``--data`` and measured once
on the photos of ``--test``. Products stand on both sides, as a shop's do; photos do not, which is checked.

``img_clothing_small``: ``manifest.csv``: customers' photos of 10 kinds of garment. Without ``--test`` it is fitted on train and measured on
validation, searched in train; with ``--test`` it is fitted on all of ``--data``, measured on ``--test``, and searched in ``--data``.
``kind`` is the accuracy of the linear head. Who took a photo is not told, so intervals are by photo.

``turned_away_...``: the share of pictures taken for foreign at the threshold that was calibrated, while fitting, to turn away 5 % of photos of goods: of the measured
photos themselves (wrongly), of the other set's photos where they are there, and of drawn noise, blurs, plain colours and pages of text.

Baselines on the same photos: the encoder with nothing learnt (``raw_...``), and colours and edges counted (``floor_...``).
"""

from __future__ import annotations

import asyncio
import functools
import hashlib
import time
from pathlib import Path

import numpy as np

from evals.benchmarks.base import Bar, Benchmark, BenchmarkError, Job
from evals.benchmarks.foreign_pictures import turned_away
from evals.benchmarks.reading import csv_rows
from knowledge.types import JsonObject
from tools.visual_search.capability import VisualSearch
from tools.visual_search.encoder import ColourAndShape, Encoder, default_encoder
from tools.visual_search.measure import figures
from tools.visual_search.model import cold_model
from tools.visual_search.pictures import PictureError, opened
from tools.visual_search.rows import Pictures, Shown

GROCERY, CLOTHING = "img_grocery_store", "img_clothing_small"


def _grocery(folder: Path) -> tuple[list[Shown], list[str]]:
    photos = csv_rows(folder, "photos.csv", needs=("file", "product_id", "source_split"))
    shown = [Shown(row["file"], row["product_id"], catalogue=False, group=row["file"], labels={}) for row in photos]
    return shown, [row["source_split"] for row in photos]


def _packshots(folder: Path) -> list[Shown]:
    rows = csv_rows(folder, "products.csv", needs=("product_id", "iconic_file"))
    return [
        Shown(row["iconic_file"], row["product_id"], catalogue=True, group=row["iconic_file"], labels={})
        for row in rows
    ]


def _clothing(folder: Path) -> tuple[list[Shown], list[str]]:
    rows = csv_rows(folder, "manifest.csv", needs=("file", "category", "source_split"))
    shown = [
        Shown(row["file"], row["category"], catalogue=False, group=row["file"], labels={"kind": row["category"]})
        for row in rows
    ]
    return shown, [row["source_split"] for row in rows]


def read(job: Job, name: str) -> tuple[tuple[Path, list[Shown]], tuple[Path, list[Shown]]]:
    """Return folder and pictures of what is learnt from and of what is measured.

    Raises:
        BenchmarkError: a file is absent, or a photo stands on both sides.
    """
    reader = _grocery if name == GROCERY else _clothing
    folder, held_at = job.data / name, job.measured / name
    known, splits = reader(folder)
    if job.test is None:
        train = [one for one, split in zip(known, splits, strict=True) if split == "train"]
        held = [one for one, split in zip(known, splits, strict=True) if split != "train"]
    else:
        train, held = known, reader(held_at)[0]
    held = held[: job.limit]
    shared = digests(folder, train) & digests(held_at, held)
    if shared:
        raise BenchmarkError(f"{name}: {len(shared)} photos stand on both sides")
    return (folder, train + (_packshots(folder) if name == GROCERY else [])), (held_at, held)


def digests(folder: Path, shown: list[Shown]) -> set[str]:
    """Return what tells whether two files hold the same bytes.

    Raises:
        BenchmarkError.
    """
    try:
        return {hashlib.sha256((folder / one.file).read_bytes()).hexdigest() for one in shown}
    except OSError as error:
        raise BenchmarkError(f"{error.filename}: {error.strerror}") from error


def encoded(folder: Path, shown: list[Shown], encoder: Encoder, job: Job, *, of: str) -> Pictures:
    """Look at the pictures.

    Raises:
        BenchmarkError.
    """
    vectors = []
    for number, one in enumerate(shown):
        try:
            vectors.append(encoder.encode(opened(folder / one.file)))
        except PictureError as error:
            raise BenchmarkError(f"{folder / one.file}: {error}") from error
        job.progress(of, number / len(shown))
    return Pictures(encoder.name, tuple(shown), np.stack(vectors))


async def run(job: Job, name: str) -> JsonObject:
    """Fit and measure."""
    return await asyncio.to_thread(_run, job, name)


def _run(job: Job, name: str) -> JsonObject:
    (folder, known), (held_at, asked) = read(job, name)
    capability, encoder, of = VisualSearch(), default_encoder(), f"{name}, {'--test' if job.test else 'kept apart'}"
    train = encoded(folder, known, encoder, job, of="looking at pictures")
    held = capability.after(encoded(held_at, asked, encoder, job, of="looking at photos"), train)
    started = time.perf_counter()
    model = capability.fit(train)
    took = time.perf_counter() - started
    raw = figures(cold_model(encoder), held, of)
    counted = ColourAndShape()
    small_train = encoded(folder, known, counted, job, of="counting colours")
    small = capability.after(encoded(held_at, asked, counted, job, of="counting colours"), small_train)
    floor = figures(cold_model(counted), small, of)
    found = figures(model, held, of)
    own = held.vectors[held.rows(catalogue=False)]
    foreign = turned_away(model, own, job.data, name, encoder)
    kind = {"kind": found.pop("attribute_kind")} if "attribute_kind" in found else {}
    compared = ("top_1", "top_5") if name == GROCERY else ("top_1", "precision_at_10")
    return {
        "set": of,
        **found,
        **kind,
        **foreign,
        **{f"raw_{each}": raw[each] for each in compared},
        **{f"floor_{each}": floor[each] for each in compared},
        "trained_on": len(train),
        "model": {"version": model.encoder, "width": model.projection.matrix.shape[1]},
        "train_seconds": round(took, 1),
    }


GROCERY_STORE = Benchmark(
    name=GROCERY,
    needs=GROCERY,
    metric="share of phone photos whose packshot is first, and among the first five, of 81",
    floor="top-1 3.2 %, top-5 19.4 % (colour and gradient histograms); the encoder as it is 30 / 66 %",
    bars=(Bar("top_1", 0.55, 0.75, floor=0.032), Bar("top_5", 0.88, 0.97, floor=0.194)),
    licence="MIT",
    source="github.com/marcusklasson/GroceryStoreDataset",
    run=functools.partial(run, name=GROCERY),
)
CLOTHING_SMALL = Benchmark(
    name=CLOTHING,
    needs=CLOTHING,
    metric="share of the ten nearest photos that show the same kind of garment; accuracy of the kind by a linear head",
    floor="precision@10 21.2 %, kind 21.8 % (colour and gradient histograms)",
    bars=(Bar("precision_at_10", 0.70, 0.80, floor=0.212), Bar("kind", 0.84, 0.92, floor=0.218)),
    licence="CC0-1.0",
    source="github.com/alexeygrigorev/clothing-dataset-small",
    run=functools.partial(run, name=CLOTHING),
)
