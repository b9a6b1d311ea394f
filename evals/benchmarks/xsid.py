"""xsid_zh_en: the same requests in Chinese and English, 15 intents (xSID 0.7, van der Goot et al. 2021, NAACL).

Protocol: train on the requests of ``valid.jsonl`` in both languages; with ``--test`` measured once on ``test.jsonl``. Without it, five
folds by request, so that a request's other language is never trained on either; what stands twice is in one fold. Metrics:
accuracy in each language; how often both languages of a request get the same intent; and what a model that learned from
English alone reaches in Chinese.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from dialogue.understanding.classifier import Prediction, Row
from dialogue.understanding.classifier.fitting import bare
from evals.benchmarks.base import Bar, Benchmark, Job
from evals.benchmarks.figures import share
from evals.benchmarks.reading import json_rows
from evals.benchmarks.splits import Split, grouped
from evals.benchmarks.texts import Trained, milliseconds, train
from knowledge.stacked_embedding import widest_embedder
from knowledge.types import JsonObject

FOLDER = "xsid_zh_en"
FOLDS = 5


@dataclasses.dataclass(frozen=True)
class Pair:
    """A request in both languages."""

    en: Row
    zh: Row


@dataclasses.dataclass
class _Judged:
    pairs: list[Pair] = dataclasses.field(default_factory=list)
    en: list[Prediction] = dataclasses.field(default_factory=list)
    zh: list[Prediction] = dataclasses.field(default_factory=list)
    across: list[Prediction] = dataclasses.field(default_factory=list)


def pairs(job: Job, name: str, *, held: bool = False) -> list[Pair]:
    """Read a file of requests."""
    folder = (job.measured if held else job.data) / FOLDER
    rows = json_rows(folder, name, needs=("en", "zh", "intent"))
    return [
        Pair(Row(row["en"], row["intent"], "en", bare(row["en"])), Row(row["zh"], row["intent"], "zh", bare(row["en"])))
        for row in rows
    ]


def splits(job: Job) -> list[Split[Pair]]:
    """Return the one official split, or five folds."""
    given = pairs(job, "valid.jsonl")
    if job.test is not None:
        held = pairs(job, "test.jsonl", held=True)
        return [Split(tuple(given), tuple(held[: job.limit]), f"{FOLDER}/test.jsonl")]
    parts = grouped(given, lambda pair: pair.en.group, parts=FOLDS)
    name = f"{FOLDER}/valid.jsonl, {FOLDS} folds"
    return [
        Split(tuple(pair for other in parts if other is not part for pair in other), tuple(part[: job.limit]), name)
        for part in parts
    ]


async def run(job: Job) -> JsonObject:
    """Train and measure every split."""
    found = _Judged()
    trained: list[Trained] = []
    for parts in splits(job):
        job.progress(f"split {len(trained) + 1}", len(trained) / FOLDS)
        trained.append(train([row for pair in parts.train for row in (pair.en, pair.zh)], widest_embedder(), job))
        english = train([pair.en for pair in parts.train], widest_embedder(), job).model
        found.pairs += parts.held
        found.en += trained[-1].model.predict([pair.en.text for pair in parts.held])
        found.zh += trained[-1].model.predict([pair.zh.text for pair in parts.held])
        found.across += english.predict([pair.zh.text for pair in parts.held])
    name = parts.name
    same = [a.label == b.label for a, b in zip(found.zh, found.en, strict=True)]
    return {
        "set": name,
        "accuracy_zh": _accuracy(found.pairs, found.zh, name),
        "accuracy_en": _accuracy(found.pairs, found.en, name),
        "agreement": share(same, name, "request"),
        "accuracy_zh_from_english": _accuracy(found.pairs, found.across, name),
        **trained[-1].to_json(),
        "ms_per_message": milliseconds(trained[-1].model, [pair.zh for pair in found.pairs]),
    }


def _accuracy(judged: Sequence[Pair], found: Sequence[Prediction], name: str) -> JsonObject:
    return share([pair.zh.label == guess.label for pair, guess in zip(judged, found, strict=True)], name, "request")


BENCHMARK = Benchmark(
    name="xsid_zh_en",
    needs=FOLDER,
    metric="intent accuracy in Chinese and English, trained on 300 pairs",
    floor="93.6 %; 93.0 % (frozen encoder, linear)",
    bars=(
        Bar("accuracy_zh", 0.935, 0.97),
        Bar("accuracy_en", 0.94, 0.98),
    ),
    licence="CC BY-SA 4.0",
    source="github.com/mainlp/xsid",
    run=run,
)
