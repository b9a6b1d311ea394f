"""goemotions: 27 emotions and neutral of English comments, several of them at once (Demszky et al. 2020, arXiv 2005.00547).

Protocol: train on ``train.jsonl``, measured on ``dev.jsonl``; with ``--test`` train on both, measured once on ``test.jsonl``. What reads
like a measured comment is not trained on, though the official parts share some. Metric: macro-F1 over the 28 labels, each a
yes or no of its own (`Prediction.found`): a label's threshold is chosen by held-out scores of training rows. Micro-F1 beside it,
and how often the likeliest label is one of a comment's (``top_1``).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dialogue.understanding.classifier import Prediction, Row
from evals.benchmarks.base import Bar, Benchmark, Job
from evals.benchmarks.figures import IntArray, bootstrapped, share
from evals.benchmarks.reading import json_rows
from evals.benchmarks.splits import Split, without
from evals.benchmarks.texts import milliseconds, predict, repeats, train
from knowledge.embedding import default_embedder
from knowledge.types import JsonObject

FOLDER = "goemotions"


def comments(job: Job, name: str, *, held: bool = False) -> list[Row]:
    """Read a file of comments."""
    rows = json_rows((job.measured if held else job.data) / FOLDER, name, needs=("text", "labels"))
    return [Row(row["text"], row["labels"][0], also=tuple(row["labels"][1:])) for row in rows if row["labels"]]


def split(job: Job) -> Split[Row]:
    """Return the protocol's split."""
    rows, held = comments(job, "train.jsonl"), comments(job, "dev.jsonl")
    name = f"{FOLDER}/dev.jsonl"
    if job.test is not None:
        rows, held = [*rows, *held], comments(job, "test.jsonl", held=True)
        name = f"{FOLDER}/test.jsonl"
    return Split(without(rows, held, lambda row: row.text), tuple(held[: job.limit]), name)


async def run(job: Job) -> JsonObject:
    """Train and measure."""
    parts = split(job)
    trained = train(parts.train, default_embedder(), job, aim="macro_f1")
    found = predict(trained.model, parts.held, job)
    wanted, got = _marks(parts.held, found, trained.model.labels)
    top = [guess.ranked[0][0] in {row.label, *row.also} for row, guess in zip(parts.held, found, strict=True)]
    return {
        "set": parts.name,
        "macro_f1": bootstrapped(
            range(len(top)), lambda rows: _macro_f1(wanted[rows], got[rows]), parts.name, unit="comment"
        ),
        "micro_f1": bootstrapped(
            range(len(top)), lambda rows: _micro_f1(wanted[rows], got[rows]), parts.name, unit="comment"
        ),
        "top_1": share(top, parts.name, "comment"),
        "labels_per_comment": round(float(got.sum(axis=1).mean()), 2),
        "repeats_of_training": repeats(parts),
        **trained.to_json(),
        "ms_per_message": milliseconds(trained.model, parts.held),
    }


def _marks(held: Sequence[Row], found: Sequence[Prediction], labels: Sequence[str]) -> tuple[IntArray, IntArray]:
    """Return what is wanted and what was found, 0 or 1, ``[comments, labels]``."""
    names = sorted({*labels, *(label for row in held for label in (row.label, *row.also))})
    column = {name: number for number, name in enumerate(names)}
    wanted = np.zeros((len(held), len(names)), dtype=np.int64)
    got = np.zeros_like(wanted)
    for number, (row, guess) in enumerate(zip(held, found, strict=True)):
        wanted[number, [column[label] for label in (row.label, *row.also)]] = 1
        got[number, [column[label] for label in guess.found]] = 1
    return wanted, got


def _macro_f1(wanted: IntArray, got: IntArray) -> float:
    """Return the mean F1 over labels; one that is neither wanted nor found does not count."""
    hits, both = (wanted & got).sum(axis=0), wanted.sum(axis=0) + got.sum(axis=0)
    return float((2 * hits[both > 0] / both[both > 0]).mean()) if both.any() else float("nan")


def _micro_f1(wanted: IntArray, got: IntArray) -> float:
    both = int(wanted.sum() + got.sum())
    return 2 * int((wanted & got).sum()) / both if both else float("nan")


BENCHMARK = Benchmark(
    name=FOLDER,
    needs=FOLDER,
    metric="macro-F1 over 28 emotions of English comments, several at once",
    floor="45.3 % (tf-idf, linear)",
    bars=(Bar("macro_f1", 0.47, 0.525),),
    licence="Apache-2.0",
    source="github.com/monologg/GoEmotions-pytorch",
    run=run,
)
