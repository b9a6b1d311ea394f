"""Measures the text classifier on labelled texts: what the intent benchmarks share with ``xiaoer nlu test``."""

from __future__ import annotations

import dataclasses
import statistics
import time
from collections.abc import Sequence

import numpy as np

from dialogue.understanding.classifier import Prediction, Row, TextClassifier, fit
from dialogue.understanding.classifier.fitting import Aim, bare
from dialogue.understanding.classifier.rows import languages
from evals.benchmarks.base import Job
from evals.benchmarks.figures import auroc_figure, bootstrapped, macro_f1, recall_at, share
from evals.benchmarks.reading import json_rows
from evals.benchmarks.splits import Split
from knowledge.embedding import CachedEmbedder, Embedder
from knowledge.types import JsonObject

FALSE_REJECTS = 0.03
_ROOM = 200_000
_TIMED = 200


@dataclasses.dataclass(frozen=True)
class Trained:
    """A classifier and what it took to train."""

    model: TextClassifier
    seconds: float
    rows: int

    def to_json(self) -> JsonObject:
        """Say which model it is."""
        embedder = self.model.embedder
        return {
            "model": {"name": "text-classifier", "embedder": embedder.name, "version": embedder.version},
            "trained_on": self.rows,
            "train_seconds": round(self.seconds, 1),
        }


def remembering(embedder: Embedder) -> Embedder:
    """Return an embedder that encodes every text of a benchmark once, however many splits it stands in."""
    return CachedEmbedder(embedder, _ROOM)


def labelled(job: Job, folder: str, name: str, *, held: bool = False) -> list[Row]:
    """Read a file of ``text`` and ``label``, from the held-out folder where it is meant for that."""
    where = (job.measured if held else job.data) / folder
    return [Row(str(row["text"]), str(row["label"])) for row in json_rows(where, name, needs=("text", "label"))]


def train(
    rows: Sequence[Row], embedder: Embedder, job: Job, what: str = "training", *, aim: Aim = "accuracy"
) -> Trained:
    """Train on rows. The embedding is part of the time."""
    job.progress(what, 0.05)
    started = time.perf_counter()
    model = fit(rows, embedder, aim=aim)
    return Trained(model, time.perf_counter() - started, len(rows))


def predict(model: TextClassifier, rows: Sequence[Row], job: Job) -> list[Prediction]:
    """Predict every row."""
    job.progress("measuring", 0.9)
    return model.predict([row.text for row in rows])


def accuracy(rows: Sequence[Row], found: Sequence[Prediction], of: str) -> JsonObject:
    """Return the share whose likeliest label is right, rejected or not."""
    return share([row.label == guess.label for row, guess in zip(rows, found, strict=True)], of)


def f1(rows: Sequence[Row], found: Sequence[Prediction], of: str) -> JsonObject:
    """Return macro-F1 over the labels that stand in `rows`."""
    names = sorted({row.label for row in rows} | {guess.label for guess in found})
    wanted = np.array([names.index(row.label) for row in rows])
    got = np.array([names.index(guess.label) for guess in found])
    present = sorted(set(wanted.tolist()))
    return bootstrapped(range(len(rows)), lambda rows: macro_f1(wanted[rows], got[rows], present), of, unit="message")


def out_of_scope(
    inside: Sequence[Prediction], outside: Sequence[Prediction], of: str, suffix: str = ""
) -> dict[str, JsonObject]:
    """Return how well what is out of scope is told from the rest.

    ``auroc``: over all thresholds. ``oos_recall``: at the threshold that rejects 3 % of these very texts in scope, as
    published figures have it. ``oos_recall_as_set`` with ``false_rejects``: at the threshold that training had set.
    """
    calm, odd = [guess.outside for guess in inside], [guess.outside for guess in outside]
    return {
        f"auroc{suffix}": auroc_figure(calm, odd, of),
        f"oos_recall{suffix}": recall_at(calm, odd, of, false=FALSE_REJECTS),
        f"oos_recall_as_set{suffix}": share([guess.rejected for guess in outside], of),
    }


def judge(model: TextClassifier, rows: Sequence[Row], of: str) -> JsonObject:
    """Return every figure that labelled rows give: over all labels, by language, and of the reject where some are out of scope."""
    inside, outside = [row for row in rows if not row.outside], [row for row in rows if row.outside]
    known = model.predict([row.text for row in inside])
    found: JsonObject = {"set": of}
    if inside:
        found |= {"accuracy": accuracy(inside, known, of), "macro_f1": f1(inside, known, of)}
        found["false_rejects"] = share([guess.rejected for guess in known], of)
    for lang in languages(inside):
        mine = [(row, guess) for row, guess in zip(inside, known, strict=True) if row.lang == lang]
        found[f"accuracy_{lang}"] = accuracy([row for row, _ in mine], [guess for _, guess in mine], of)
    if outside:
        odd = model.predict([row.text for row in outside])
        found["out_of_scope_recall"] = share([guess.rejected for guess in odd], of)
        if inside:
            found["auroc"] = out_of_scope(known, odd, of)["auroc"]
    return {**found, "ms_per_message": milliseconds(model, rows)}


def repeats(split: Split[Row]) -> int:
    """Return how many held-out texts also stand in the training part, letters alone compared: official splits have some."""
    said = {bare(row.text) for row in split.train}
    return sum(bare(row.text) in said for row in split.held)


def milliseconds(model: TextClassifier, rows: Sequence[Row]) -> float:
    """Return the median time of one message, embedding included."""
    taken = []
    for row in rows[:_TIMED]:
        started = time.perf_counter()
        model.predict([f"{row.text} "])  # not remembered by the embedder: it has seen the text without the blank
        taken.append(1000 * (time.perf_counter() - started))
    return round(statistics.median(taken), 2)
