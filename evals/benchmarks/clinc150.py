"""clinc150: 150 intents of ten domains and what is out of scope, English (Larson et al. 2019, arXiv 1909.02027).

Protocol: train on ``train.jsonl`` and, as out-of-scope examples, ``oos_train.jsonl``; measured on ``valid.jsonl`` and
``oos_valid.jsonl``. With ``--test`` these are trained on too, and ``test.jsonl`` and ``oos_test.jsonl`` are measured once. Metrics:
accuracy of the label in scope, rejected or not; AUROC of the chance of being out of scope; the share of out-of-scope
messages that is rejected where 3 % of those in scope are (`texts.out_of_scope`). With the default embedder alone: the wide one would
embed 24,000 messages for ten minutes.
"""

from __future__ import annotations

from dialogue.understanding.classifier import Row
from evals.benchmarks.base import Bar, Benchmark, Job
from evals.benchmarks.figures import share
from evals.benchmarks.splits import Split
from evals.benchmarks.texts import accuracy, labelled, milliseconds, out_of_scope, predict, repeats, train
from knowledge.embedding import default_embedder
from knowledge.types import JsonObject

FOLDER = "clinc150"


def split(job: Job) -> Split[Row]:
    """Return the protocol's split, rows out of scope on both sides."""
    rows = [*labelled(job, FOLDER, "train.jsonl"), *labelled(job, FOLDER, "oos_train.jsonl")]
    part = "valid" if job.test is None else "test"
    inside = labelled(job, FOLDER, f"{part}.jsonl", held=True)[: job.limit]
    outside = labelled(job, FOLDER, f"oos_{part}.jsonl", held=True)[: job.limit]
    if job.test is not None:
        rows += [*labelled(job, FOLDER, "valid.jsonl"), *labelled(job, FOLDER, "oos_valid.jsonl")]
    return Split(tuple(rows), (*inside, *outside), f"{FOLDER}/{part}.jsonl, oos_{part}.jsonl")


async def run(job: Job) -> JsonObject:
    """Train and measure."""
    parts = split(job)
    inside = [row for row in parts.held if not row.outside]
    outside = [row for row in parts.held if row.outside]
    trained = train(parts.train, default_embedder(), job)
    known, odd = predict(trained.model, inside, job), predict(trained.model, outside, job)
    return {
        "set": parts.name,
        "in_scope_accuracy": accuracy(inside, known, parts.name),
        **out_of_scope(known, odd, parts.name),
        "false_rejects_as_set": share([guess.rejected for guess in known], parts.name),
        "repeats_of_training": repeats(parts),
        **trained.to_json(),
        "ms_per_message": milliseconds(trained.model, inside),
    }


BENCHMARK = Benchmark(
    name="clinc150",
    needs=FOLDER,
    metric="in-scope accuracy; out-of-scope recall at 3 % false rejects; AUROC",
    floor="93.0 %; -; 95.1 % (tf-idf, linear)",
    bars=(
        Bar("in_scope_accuracy", 0.955, 0.97),
        Bar("oos_recall", 0.84, 0.92),
        Bar("auroc", 0.975, 0.985),
    ),
    licence="CC BY 3.0",
    source="github.com/clinc/oos-eval",
    run=run,
)
