"""banking77: 77 fine intents of customers of a bank, English (Casanueva et al. 2020, arXiv 2003.04807).

Protocol: train on ``train.jsonl``; with ``--test`` measured once on ``test.jsonl``. Without it, the rows of the training file that
stand in ``jianguoz_valid.jsonl`` (the usual validation part, there in lower case) are held out, and nothing that reads the
same is trained on. Metric: accuracy; macro-F1 beside it. The label is judged whether or not the message would be rejected.
"""

from __future__ import annotations

from dialogue.understanding.classifier import Row
from dialogue.understanding.classifier.fitting import bare
from evals.benchmarks.base import Bar, Benchmark, Job
from evals.benchmarks.splits import Split, without
from evals.benchmarks.texts import accuracy, f1, labelled, milliseconds, predict, repeats, train
from knowledge.stacked_embedding import widest_embedder
from knowledge.types import JsonObject

FOLDER = "banking77"


def split(job: Job) -> Split[Row]:
    """Return the protocol's split."""
    rows = labelled(job, FOLDER, "train.jsonl")
    if job.test is not None:
        held = labelled(job, FOLDER, "test.jsonl", held=True)
        return Split(tuple(rows), tuple(held[: job.limit]), f"{FOLDER}/test.jsonl")
    valid = {bare(row.text) for row in labelled(job, FOLDER, "jianguoz_valid.jsonl")}
    held = [row for row in rows if bare(row.text) in valid]
    name = f"{FOLDER}/train.jsonl, rows of jianguoz_valid.jsonl"
    return Split(without(rows, held, lambda row: row.text), tuple(held[: job.limit]), name)


async def run(job: Job) -> JsonObject:
    """Train and measure."""
    parts = split(job)
    trained = train(parts.train, widest_embedder(), job)
    found = predict(trained.model, parts.held, job)
    return {
        "set": parts.name,
        "accuracy": accuracy(parts.held, found, parts.name),
        "macro_f1": f1(parts.held, found, parts.name),
        "repeats_of_training": repeats(parts),
        **trained.to_json(),
        "ms_per_message": milliseconds(trained.model, parts.held),
    }


BENCHMARK = Benchmark(
    name="banking77",
    needs=FOLDER,
    metric="accuracy over 77 intents",
    floor="91.4 % (tf-idf, linear)",
    bars=(Bar("accuracy", 0.935, 0.95),),
    licence="CC BY 4.0",
    source="github.com/PolyAI-LDN/task-specific-datasets",
    run=run,
)
