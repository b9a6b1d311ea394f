"""``xiaoer nlu``: intents and slots of people's own messages on the command line."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
from pathlib import Path

import typer

from channels.console import print_json, progress_bar, run
from dialogue.understanding.classifier import Row, TextClassifier, read_rows
from dialogue.understanding.trained import Reading, Understanding, learned
from evals.benchmarks import slots, texts
from knowledge.embedding import Embedder, default_embedder
from knowledge.stacked_embedding import widest_embedder
from knowledge.transformers_embedding import PREFIX, TransformersEmbedder
from knowledge.types import JsonObject

_EMBEDDERS = (default_embedder, widest_embedder)


def train(data: Path, out: Path, *, encoder: str | None, as_json: bool) -> None:
    """Train on a file, write the model, say what it is."""
    found = run(_train(data, out, encoder))
    if as_json:
        print_json(found)
    else:
        size = f"{len(found['labels'])} labels, {len(found['slots'])} kinds of slots"
        typer.echo(f"{out}: {found['rows']} rows, {size}, {found['train_seconds']} s")


async def _train(data: Path, out: Path, encoder: str | None) -> JsonObject:
    rows = read_rows(data)
    embedder = widest_embedder() if encoder is None else TransformersEmbedder(encoder)
    started = time.perf_counter()
    with progress_bar(f"training on {len(rows)} rows") as progress:
        progress("training", 0.1)
        model = await asyncio.to_thread(learned, rows, embedder)
    model.save(out)
    return {
        "model": str(out),
        "embedder": f"{embedder.name} {embedder.version}",
        "rows": len(rows),
        "labels": [] if model.classifier is None else list(model.classifier.labels),
        "slots": [] if model.finder is None else list(model.finder.labels),
        "train_seconds": round(time.perf_counter() - started, 1),
    }


def test(data: Path, folder: Path, *, as_json: bool) -> None:
    """Measure a model on a file."""
    found = run(_test(data, folder))
    if as_json:
        print_json(found)
        return
    for name, figure in found.items():
        typer.echo(f"{name}: {json.dumps(figure, ensure_ascii=False)}")


async def _test(data: Path, folder: Path) -> JsonObject:
    rows: list[Row] = read_rows(data)
    model = Understanding.load(folder, _embedder_of(folder))
    with progress_bar(f"measuring {len(rows)} rows") as progress:
        progress("measuring", 0.1)
        return await asyncio.to_thread(_judged, model, rows, data.name)


def _judged(model: Understanding, rows: Sequence[Row], of: str) -> JsonObject:
    """Return the figures of what the model has learned and the rows are marked with."""
    named, marked = [row for row in rows if row.label], [row for row in rows if row.slots is not None]
    found: JsonObject = {"set": of}
    if model.classifier is not None and named:
        found |= texts.judge(model.classifier, named, of)
    if model.finder is not None and marked:
        readings = model.read([row.text for row in marked])
        found |= slots.judge(model.finder, marked, [reading.slots for reading in readings], of)
    return found


def read(text: str, folder: Path, *, as_json: bool) -> None:
    """Say what a model reads in a text."""
    found = run(_read(text, folder))
    if as_json:
        print_json(found)
        return
    for name, value in found.items():
        typer.echo(f"{name}: {json.dumps(value, ensure_ascii=False)}")


async def _read(text: str, folder: Path) -> JsonObject:
    model = Understanding.load(folder, _embedder_of(folder))
    [reading] = await asyncio.to_thread(model.read, [text])
    return {"text": text, **_told(text, reading)}


def _told(text: str, reading: Reading) -> JsonObject:
    found: JsonObject = {}
    if reading.prediction is not None:
        intent, chance = reading.prediction.ranked[0]
        found |= {"intent": intent, "chance": round(chance, 4), "out_of_scope": reading.prediction.rejected}
    spans = [
        {
            "start": slot.start,
            "end": slot.end,
            "label": slot.label,
            "value": text[slot.start : slot.end],
            "score": round(slot.score, 4),
        }
        for slot in reading.slots
    ]
    return {**found, "slots": spans}


def _embedder_of(folder: Path) -> Embedder:
    """Return the embedder that made the model, where it is known; loading says what is wrong otherwise."""
    if not TextClassifier.stands_in(folder):
        return default_embedder()
    made_by = TextClassifier.made_by(folder)
    if made_by[0].startswith(PREFIX):
        return TransformersEmbedder(made_by[0].removeprefix(PREFIX))
    return next((make() for make in _EMBEDDERS if (make().name, make().version) == made_by), default_embedder())
