"""Chinese reviews, praise or complaint: online_shopping_10_cats, waimai_10k, fewclue_eprstmt.

Protocol of ``online_shopping_10_cats`` (a web shop, ten categories) and ``waimai_10k`` (food delivery): train on ``train.jsonl``,
measured on ``valid.jsonl``; with ``--test`` train on both, measured once on ``test.jsonl``. The official parts were cut by the exact
text; what differs from a measured review in marks or blanks alone is not trained on.

Protocol of ``fewclue_eprstmt`` (FewCLUE, Xu et al. 2021, arXiv 2107.07498): a few rows of its own and many of another shop. Train on
``train_few_all.jsonl``, ``dev_few_all.jsonl`` and every row of the folder ``online_shopping_10_cats`` beside it; with ``--test`` measured
once on ``test_public.jsonl``. Without it, each of the two small files is measured while the other one is trained on; a review that
stands in both, or several times, is measured once and not trained on then. Figures beside it: without the other shop's rows the
set is not comparable with the published few-shot numbers, which know 32 rows.

Metric: accuracy; macro-F1 beside it, with a bootstrap interval over reviews.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence

from dialogue.understanding.classifier import Prediction, Row
from dialogue.understanding.classifier.fitting import bare
from evals.benchmarks.base import Bar, Benchmark, Job
from evals.benchmarks.reading import json_rows
from evals.benchmarks.splits import Split, without
from evals.benchmarks.texts import Trained, accuracy, f1, labelled, milliseconds, predict, remembering, repeats, train
from knowledge.embedding import Embedder
from knowledge.stacked_embedding import widest_embedder
from knowledge.types import JsonObject

SHOP, FOOD, FEW = "online_shopping_10_cats", "waimai_10k", "fewclue_eprstmt"
_SIDES = {"0": "negative", "1": "positive", "Negative": "negative", "Positive": "positive"}


def split(job: Job, folder: str) -> Split[Row]:
    """Return the split of one of the two sets with official parts."""
    rows, held = _reviews(job, folder, "train.jsonl"), _reviews(job, folder, "valid.jsonl")
    name = f"{folder}/valid.jsonl"
    if job.test is not None:
        rows, held = [*rows, *held], _reviews(job, folder, "test.jsonl", held=True)
        name = f"{folder}/test.jsonl"
    return Split(without(rows, held, lambda row: row.text), tuple(held[: job.limit]), name)


def few_splits(job: Job) -> list[Split[Row]]:
    """Return the official split of fewclue_eprstmt, or two halves of its small files."""
    halves = [_few(job, name) for name in ("train_few_all.jsonl", "dev_few_all.jsonl")]
    beside = [row for name in ("train.jsonl", "valid.jsonl") for row in _reviews(job, SHOP, name)]
    if job.test is not None:
        held = _few(job, "test_public.jsonl", held=True)
        every = [*halves[0], *halves[1], *beside]
        return [Split(without(every, held, lambda row: row.text), tuple(held[: job.limit]), f"{FEW}/test_public.jsonl")]
    first, second = (_once(half) for half in halves)
    second = without(second, first, lambda row: row.text)
    name = f"{FEW}/train_few_all.jsonl and dev_few_all.jsonl, one by the other and {SHOP}"
    return [
        Split(without([*other, *beside], held, lambda row: row.text), tuple(held[: job.limit]), name)
        for held, other in ((first, second), (second, first))
    ]


def _reviews(job: Job, folder: str, name: str, *, held: bool = False) -> list[Row]:
    return [Row(row.text, _side(row.label)) for row in labelled(job, folder, name, held=held)]


def _few(job: Job, name: str, *, held: bool = False) -> list[Row]:
    rows = json_rows((job.measured if held else job.data) / FEW, name, needs=("sentence", "label"))
    return [Row(row["sentence"], _side(row["label"])) for row in rows]


def _side(label: str) -> str:
    return _SIDES.get(label, label)


def _once(rows: Iterable[Row]) -> tuple[Row, ...]:
    """Return the rows without those that say what one before has said."""
    return tuple({bare(row.text): row for row in reversed(list(rows))}.values())[::-1]


async def run(job: Job, folder: str) -> JsonObject:
    """Train and measure."""
    every = few_splits(job) if folder == FEW else [split(job, folder)]
    held: list[Row] = []
    found: list[Prediction] = []
    trained: list[Trained] = []
    embedder = _embedder()
    for parts in every:
        trained.append(train(parts.train, embedder, job, f"split {len(trained) + 1} of {len(every)}"))
        held += parts.held
        found += predict(trained[-1].model, parts.held, job)
    name = every[-1].name
    return {
        "set": name,
        **_figures(held, found, name),
        "repeats_of_training": sum(map(repeats, every)),
        **trained[-1].to_json(),
        "ms_per_message": milliseconds(trained[-1].model, held),
    }


@functools.cache
def _embedder() -> Embedder:
    """Return one embedder for the three sets, so that reviews which two of them train on are encoded once in a process."""
    return remembering(widest_embedder())


def _figures(held: Sequence[Row], found: Sequence[Prediction], name: str) -> JsonObject:
    return {"accuracy": accuracy(held, found, name), "macro_f1": f1(held, found, name)}


def _benchmark(folder: str, metric: str, floor: str, bar: Bar, source: str) -> Benchmark:
    return Benchmark(
        name=folder,
        needs=folder,
        metric=metric,
        floor=floor,
        bars=(bar,),
        licence="none stated: research only",
        source=source,
        run=functools.partial(run, folder=folder),
    )


_CORPUS = "github.com/SophonPlus/ChineseNlpCorpus"
ONLINE_SHOPPING = _benchmark(
    SHOP,
    "accuracy over Chinese shop reviews, good or bad",
    "93.9 % (tf-idf, linear)",
    Bar("accuracy", 0.945, 0.96),
    _CORPUS,
)
WAIMAI = _benchmark(
    FOOD,
    "accuracy over Chinese reviews of food deliveries",
    "91.4 % (tf-idf, linear)",
    Bar("accuracy", 0.92, 0.935),
    _CORPUS,
)
EPRSTMT = _benchmark(
    FEW,
    f"accuracy over Chinese product reviews, with {SHOP} trained on",
    "88.4 % (tf-idf, linear)",
    Bar("accuracy", 0.89, 0.92),
    "github.com/CLUEbenchmark/FewCLUE",
)
