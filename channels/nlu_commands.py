"""``xiaoer nlu``: a classifier of people's own messages on the command line."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path

import typer

from channels.console import print_json, progress_bar, run
from dialogue.understanding.classifier import TextClassifier, fit, read_rows
from dialogue.understanding.classifier.rows import Row
from evals.benchmarks.texts import judge
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
        typer.echo(f"{out}: {found['rows']} rows, {len(found['labels'])} labels, {found['train_seconds']} s")


async def _train(data: Path, out: Path, encoder: str | None) -> JsonObject:
    rows = read_rows(data)
    embedder = widest_embedder() if encoder is None else TransformersEmbedder(encoder)
    started = time.perf_counter()
    with progress_bar(f"training on {len(rows)} rows") as progress:
        progress("training", 0.1)
        model = await asyncio.to_thread(fit, rows, embedder)
    model.save(out)
    return {
        "model": str(out),
        "embedder": f"{model.embedder.name} {model.embedder.version}",
        "rows": len(rows),
        "labels": list(model.labels),
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
    model = TextClassifier.load(folder, _embedder_of(folder))
    with progress_bar(f"measuring {len(rows)} rows") as progress:
        progress("measuring", 0.1)
        return await asyncio.to_thread(judge, model, rows, data.name)


def _embedder_of(folder: Path) -> Embedder:
    """Return the embedder that made the model, where it is known; loading says what is wrong otherwise."""
    made_by = TextClassifier.made_by(folder)
    if made_by[0].startswith(PREFIX):
        return TransformersEmbedder(made_by[0].removeprefix(PREFIX))
    return next((make() for make in _EMBEDDERS if (make().name, make().version) == made_by), default_embedder())
