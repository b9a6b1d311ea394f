"""smp2020_ewect: six emotions of Chinese posts, of any subject (usual) and of an epidemic (virus) (SMP 2020 shared task).

Protocol: a model for each domain; posts of the other one count a quarter. Trained on ``virus_train``, ``virus_eval`` and
``usual_eval``; with ``--test`` measured once on ``usual_test`` and ``virus_test``. Without it, virus is measured on ``virus_eval`` (not
trained on then), usual on three folds of ``usual_eval`` by what a post says. Metric: macro-F1 over the six emotions; the label
is chosen for macro-F1 by held-out scores of training rows. Many short comments stand in both official parts of virus:
``repeats_of_training`` counts them, and ``..._unseen`` leaves them out.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from dialogue.understanding.classifier import Prediction, Row
from dialogue.understanding.classifier.fitting import bare
from evals.benchmarks.base import Bar, Benchmark, Job
from evals.benchmarks.figures import bootstrapped, macro_f1, share
from evals.benchmarks.splits import Split, grouped
from evals.benchmarks.texts import Trained, labelled, milliseconds, remembering, repeats, train
from knowledge.stacked_embedding import widest_embedder
from knowledge.types import JsonObject

FOLDER = "smp2020_ewect"
EMOTIONS = ("angry", "fear", "happy", "neutral", "sad", "surprise")
FOLDS = 3
OTHER_DOMAIN = 0.25


def splits(job: Job) -> dict[str, list[Split[Row]]]:
    """Return the splits of each domain, the other domain's posts among the training rows with their weight."""
    usual = labelled(job, FOLDER, "usual_eval.jsonl")
    virus, virus_eval = labelled(job, FOLDER, "virus_train.jsonl"), labelled(job, FOLDER, "virus_eval.jsonl")
    if job.test is not None:
        parts = {"usual": usual, "virus": [*virus, *virus_eval]}
        return {
            name: [
                Split(
                    (*parts[name], *_lighter(parts[other])),
                    tuple(labelled(job, FOLDER, f"{name}_test.jsonl", held=True)[: job.limit]),
                    f"{FOLDER}/{name}_test.jsonl",
                )
            ]
            for name, other in (("usual", "virus"), ("virus", "usual"))
        }
    folds = grouped(usual, lambda row: bare(row.text), parts=FOLDS)
    beside = _lighter([*virus, *virus_eval])
    return {
        "usual": [
            Split(
                (*(row for other in folds if other is not fold for row in other), *beside),
                tuple(fold[: job.limit]),
                f"{FOLDER}/usual_eval.jsonl, {FOLDS} folds",
            )
            for fold in folds
        ],
        "virus": [
            Split((*virus, *_lighter(usual)), tuple(virus_eval[: job.limit]), f"{FOLDER}/virus_eval.jsonl"),
        ],
    }


def _lighter(rows: Sequence[Row]) -> tuple[Row, ...]:
    return tuple(dataclasses.replace(row, weight=OTHER_DOMAIN) for row in rows)


async def run(job: Job) -> JsonObject:
    """Train and measure both domains."""
    figures: JsonObject = {}
    trained: list[Trained] = []
    every, embedder = splits(job), remembering(widest_embedder())
    count = sum(map(len, every.values()))
    for domain, parts in every.items():
        judged: list[tuple[Row, Prediction, bool]] = []
        for split in parts:
            job.progress(f"{domain} {len(trained) + 1} of {count}", len(trained) / count)
            trained.append(train(split.train, embedder, job, f"{domain}, training", aim="macro_f1"))
            said = {bare(row.text) for row in split.train}
            found = trained[-1].model.predict([row.text for row in split.held])
            judged += [(row, guess, bare(row.text) in said) for row, guess in zip(split.held, found, strict=True)]
        name = parts[-1].name
        figures[f"macro_f1_{domain}"] = _f1(judged, name)
        figures[f"macro_f1_{domain}_unseen"] = _f1([entry for entry in judged if not entry[2]], name)
        figures[f"accuracy_{domain}"] = share([row.label == guess.label for row, guess, _ in judged], name, "post")
        figures[f"repeats_of_training_{domain}"] = sum(map(repeats, parts))
    return {
        "set": f"{FOLDER}: {'; '.join(parts[-1].name for parts in every.values())}",
        **figures,
        **trained[-1].to_json(),
        "ms_per_message": milliseconds(trained[-1].model, every["virus"][-1].held),
    }


def _f1(judged: Sequence[tuple[Row, Prediction, bool]], name: str) -> JsonObject:
    truth = np.array([EMOTIONS.index(row.label) for row, _, _ in judged])
    found = np.array([EMOTIONS.index(guess.label) for _, guess, _ in judged])
    return bootstrapped(
        range(len(judged)), lambda rows: macro_f1(truth[rows], found[rows], range(len(EMOTIONS))), name, unit="post"
    )


BENCHMARK = Benchmark(
    name="smp2020_ewect",
    needs=FOLDER,
    metric="macro-F1 over six emotions of Chinese posts, usual and virus",
    floor="55.8 %; 57.5 % (tf-idf, linear)",
    bars=(
        Bar("macro_f1_usual", 0.62, 0.72),
        Bar("macro_f1_virus", 0.62, 0.7),
    ),
    licence="none stated: research only",
    source="github.com/BrownSweater/BERT_SMP2020-EWECT",
    run=run,
)
