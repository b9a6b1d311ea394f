"""banking77_oos: 50 intents of banking77, and what is out of scope near by and far off, English (Zhang et al. 2022, arXiv 2106.04564).

Near: the other 27 intents of the same bank. Far: the out-of-scope messages of clinc150.

Protocol: train on ``train.jsonl``, measured on ``valid.jsonl``, ``id_oos_valid.jsonl`` (near) and ``ood_oos_valid.jsonl`` (far); with
``--test`` the ``valid.jsonl`` is trained on too, and the ``_test`` files are measured once. The main figures see **no out-of-scope
message** in training: the near ones of training and test are of the same 27 intents, so seeing them turns the task into
telling 51 known classes apart. What that gives stands beside, as ``..._taught``: then ``id_oos_train.jsonl`` (with ``--test`` all
development messages out of scope) teaches the reject.
"""

from __future__ import annotations

from dialogue.understanding.classifier import Row
from evals.benchmarks.base import Bar, Benchmark, Job
from evals.benchmarks.figures import share
from evals.benchmarks.splits import Split, without
from evals.benchmarks.texts import accuracy, labelled, milliseconds, out_of_scope, predict, repeats, train
from knowledge.stacked_embedding import widest_embedder
from knowledge.types import JsonObject

FOLDER = "banking77_oos"


def split(job: Job) -> Split[Row]:
    """Return the protocol's split in scope."""
    rows = labelled(job, FOLDER, "train.jsonl")
    part = "valid" if job.test is None else "test"
    held = labelled(job, FOLDER, f"{part}.jsonl", held=True)[: job.limit]
    if job.test is not None:
        rows += labelled(job, FOLDER, "valid.jsonl")
    return Split(tuple(rows), tuple(held), f"{FOLDER}/{part}.jsonl, id_oos_{part}.jsonl, ood_oos_{part}.jsonl")


def lessons(job: Job, near: list[Row], far: list[Row]) -> tuple[Row, ...]:
    """Return the out-of-scope messages that may teach the reject; nothing that reads like one that is measured."""
    files = ["id_oos_train.jsonl"]
    if job.test is not None:
        files += ["id_oos_valid.jsonl", "ood_oos_valid.jsonl"]
    rows = [row for file in files for row in labelled(job, FOLDER, file)]
    return without(rows, [*near, *far], lambda row: row.text)


async def run(job: Job) -> JsonObject:
    """Train without and with out-of-scope messages, and measure both."""
    parts = split(job)
    part = "valid" if job.test is None else "test"
    near = labelled(job, FOLDER, f"id_oos_{part}.jsonl", held=True)[: job.limit]
    far = labelled(job, FOLDER, f"ood_oos_{part}.jsonl", held=True)[: job.limit]
    trained = train(parts.train, widest_embedder(), job)
    known = predict(trained.model, parts.held, job)
    found = {
        **out_of_scope(known, predict(trained.model, near, job), parts.name, "_near"),
        **out_of_scope(known, predict(trained.model, far, job), parts.name, "_far"),
    }
    ms = milliseconds(trained.model, parts.held)
    taught = train([*parts.train, *lessons(job, near, far)], widest_embedder(), job, "training with out of scope").model
    aware = predict(taught, parts.held, job)
    found |= out_of_scope(aware, predict(taught, near, job), parts.name, "_near_taught")
    return {
        "set": parts.name,
        "in_scope_accuracy": accuracy(parts.held, known, parts.name),
        **found,
        "false_rejects_as_set": share([guess.rejected for guess in known], parts.name),
        "repeats_of_training": repeats(parts),
        **trained.to_json(),
        "ms_per_message": ms,
    }


BENCHMARK = Benchmark(
    name="banking77_oos",
    needs=FOLDER,
    metric="in-scope accuracy; AUROC of out of scope near and far, none seen in training",
    floor="85.7 %; 81.8 %; 96.4 % (tf-idf, linear)",
    bars=(
        Bar("in_scope_accuracy", 0.88, 0.91),
        Bar("auroc_near", 0.86, 0.92),
        Bar("auroc_far", 0.975, 0.99),
    ),
    licence="CC BY 4.0, CC BY 3.0",
    source="github.com/jianguoz/Few-Shot-Intent-Detection",
    run=run,
)
