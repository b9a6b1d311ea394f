"""xsid_zh_en: the same requests in Chinese and English, 15 intents and 33 slots (xSID 0.7, van der Goot et al. 2021, NAACL).

Protocol: train on the requests of ``valid.jsonl`` in both languages; with ``--test`` measured once on ``test.jsonl``. Without it, five
folds by request, so that a request's other language is never trained on either; what stands twice is in one fold. Metrics:
accuracy in each language; how often both languages of a request get the same intent; what a model that learned from
English alone reaches in Chinese; and the strict F1 of slots in each language (exact boundaries and label, micro-averaged, as xSID's
own script counts). The finder of slots reads the raw text and not the set's tokens, from which only the spans are taken; it learns
from the same requests in both languages, with their intents, and is told what the classifier thinks of the held-out ones. The gate and the goal of slots are for each language.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from dialogue.understanding import slots
from dialogue.understanding.classifier import Prediction, Row
from dialogue.understanding.classifier.fitting import bare
from dialogue.understanding.slots import Slot, SlotFinder
from dialogue.understanding.trained import examples
from evals.benchmarks.base import Bar, Benchmark, BenchmarkError, Job
from evals.benchmarks.figures import share
from evals.benchmarks.reading import json_rows
from evals.benchmarks.slots import Found, f1
from evals.benchmarks.slots import milliseconds as slots_milliseconds
from evals.benchmarks.splits import Split, grouped
from evals.benchmarks.texts import Trained, milliseconds, train
from knowledge.stacked_embedding import widest_embedder
from knowledge.token_embedding import token_embedder
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
    en_slots: list[Found] = dataclasses.field(default_factory=list)
    zh_slots: list[Found] = dataclasses.field(default_factory=list)


def pairs(job: Job, name: str, *, held: bool = False) -> list[Pair]:
    """Read a file of requests."""
    folder = (job.measured if held else job.data) / FOLDER
    rows = json_rows(folder, name, needs=("en", "zh", "intent", "en_tokens", "en_slots", "zh_tokens", "zh_slots"))
    return [Pair(_row(row, "en"), _row(row, "zh")) for row in rows]


def _row(pair: JsonObject, lang: str) -> Row:
    slots = spans(pair[lang], pair[f"{lang}_tokens"], pair[f"{lang}_slots"])
    return Row(pair[lang], pair["intent"], lang, bare(pair["en"]), slots=slots)


def spans(text: str, tokens: Sequence[str], tags: Sequence[str]) -> tuple[Slot, ...]:
    """Return the slots that a tag for each token says: B-label begins one, I-label goes on with it or begins one, O is none.

    Raises:
        BenchmarkError: a token that does not follow in the text, or another number of tags than of tokens.
    """
    if len(tags) != len(tokens):
        raise BenchmarkError(f"expected {len(tokens)} tags for {text!r}, got {len(tags)}")
    found: list[Slot] = []
    place, before = 0, "O"
    for token, tag in zip(tokens, tags, strict=True):
        start = text.find(token, place)
        if start < 0:
            raise BenchmarkError(f"expected the token {token!r} in {text!r} after character {place}")
        place = start + len(token)
        if tag.startswith("I-") and before[2:] == tag[2:]:
            found[-1] = dataclasses.replace(found[-1], end=place)
        elif tag != "O":
            found.append(Slot(start, place, tag[2:]))
        before = tag
    return tuple(found)


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
        rows = [row for pair in parts.train for row in (pair.en, pair.zh)]
        trained.append(train(rows, widest_embedder(), job))
        english = train([pair.en for pair in parts.train], widest_embedder(), job).model
        found.pairs += parts.held
        en = trained[-1].model.predict([pair.en.text for pair in parts.held])
        zh = trained[-1].model.predict([pair.zh.text for pair in parts.held])
        finder = slots.fit(examples(rows), token_embedder())
        found.en, found.zh = found.en + en, found.zh + zh
        found.en_slots += _slots(finder, [pair.en for pair in parts.held], en)
        found.zh_slots += _slots(finder, [pair.zh for pair in parts.held], zh)
        found.across += english.predict([pair.zh.text for pair in parts.held])
    name = parts.name
    same = [a.label == b.label for a, b in zip(found.zh, found.en, strict=True)]
    return {
        "set": name,
        "accuracy_zh": _accuracy(found.pairs, found.zh, name),
        "accuracy_en": _accuracy(found.pairs, found.en, name),
        "agreement": share(same, name, "request"),
        "accuracy_zh_from_english": _accuracy(found.pairs, found.across, name),
        "slot_f1_zh": f1([pair.zh for pair in found.pairs], found.zh_slots, name),
        "slot_f1_en": f1([pair.en for pair in found.pairs], found.en_slots, name),
        **trained[-1].to_json(),
        "ms_per_message": milliseconds(trained[-1].model, [pair.zh for pair in found.pairs]),
        "slots_ms_per_message": slots_milliseconds(finder, [pair.zh for pair in found.pairs]),
    }


def _slots(finder: SlotFinder, rows: Sequence[Row], thought: Sequence[Prediction]) -> list[Found]:
    return [finder.find(row.text, dict(guess.ranked)) for row, guess in zip(rows, thought, strict=True)]


def _accuracy(judged: Sequence[Pair], found: Sequence[Prediction], name: str) -> JsonObject:
    return share([pair.zh.label == guess.label for pair, guess in zip(judged, found, strict=True)], name, "request")


BENCHMARK = Benchmark(
    name="xsid_zh_en",
    needs=FOLDER,
    metric="intent accuracy and strict slot F1 in Chinese and English, trained on 300 pairs",
    floor="93.6 %; 93.0 % (frozen encoder, linear)",
    bars=(
        Bar("accuracy_zh", 0.935, 0.97),
        Bar("accuracy_en", 0.94, 0.98),
        Bar("slot_f1_zh", 0.75, 0.85),
        Bar("slot_f1_en", 0.75, 0.85),
    ),
    licence="CC BY-SA 4.0",
    source="github.com/mainlp/xsid",
    run=run,
)
