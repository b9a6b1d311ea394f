"""The next purchase among everything that is sold: rec_sequences.

Three shops of one origin, ``{beauty,toys_and_games,sports_and_outdoors}_5core_iclrec.txt.gz``: a line a user, ``user item item ...``, oldest first.

Protocol: without ``--test`` the last item of every line is held out and `tools.recommendation` is fitted on the rest; with it, fitted on all of
``--data`` and measured once on ``user item`` lines of ``--test``, each the item that follows that user's line in ``--data``. All choices (the
blend, its decays, whether the sequence model earns its place) are made on the last items of what is fitted on, learnt without them.
Ranked is every item that the user does not have. The numbers of users and items are names and nothing else: those of the set count up
in the order of first appearance, held-out items included, so a model that used them as numbers would see the future.

Metrics: NDCG@10 and hit rate@10 with bootstrap intervals over users; beside them decayed transitions and popularity, fitted and measured on the
same rows. Where torch and ONNX Runtime (the extra ``hf``) are not installed the sequence model is left out; ``model.weights`` says what took part.
"""

from __future__ import annotations

import asyncio
import gzip
import time
from collections.abc import Iterator
from pathlib import Path

from dialogue.build import Progress
from evals.benchmarks.base import Bar, Benchmark, BenchmarkError, Job
from knowledge.types import JsonObject
from tools.fitted import TooLittleDataError
from tools.recommendation.events import Event, Interactions
from tools.recommendation.fitting import decayed_transitions, fit, popularity
from tools.recommendation.measure import figures
from tools.recommendation.model import Recommender
from tools.recommendation.splits import following, split

FOLDER = "rec_sequences"
SHOPS = {"beauty": "beauty", "toys": "toys_and_games", "sports": "sports_and_outdoors"}


async def run(job: Job) -> JsonObject:
    """Fit and measure the three."""
    return await asyncio.to_thread(_run, job)


def _run(job: Job) -> JsonObject:
    found: JsonObject = {}
    parts: JsonObject = {}
    trained_on, took = 0, 0.0
    for number, (shop, file) in enumerate(SHOPS.items()):
        train, measured, name = _rows(job, f"{file}_5core_iclrec.txt")
        started = time.perf_counter()
        try:
            model = fit(train, _within(job.progress, shop, number / len(SHOPS)))
        except TooLittleDataError as error:
            raise BenchmarkError(f"{name}: {error}") from error
        took += time.perf_counter() - started
        trained_on += len(train)
        parts[shop] = model.about["weights"]
        found |= {f"{shop}_{figure}": value for figure, value in _figures(model, train, measured, name).items()}
    version = "recommendation, a blend of " + ", ".join(sorted({part for own in parts.values() for part in own}))
    return {
        "set": f"{FOLDER}/{', '.join(SHOPS)}",
        **found,
        "trained_on": trained_on,
        "model": {"version": version, "weights": parts},
        "train_seconds": round(took, 1),
    }


def _within(progress: Progress, shop: str, begun: float) -> Progress:
    return lambda what, share: progress(f"{shop}: {what}", begun + share / len(SHOPS))


def _figures(model: Recommender, train: Interactions, measured: Interactions, name: str) -> JsonObject:
    plain = {"baseline": decayed_transitions(train), "popularity": popularity(train)}
    beside = {f"{kind}_ndcg_10": figures(other, measured, name)["ndcg_10"] for kind, other in plain.items()}
    return {**figures(model, measured, name), **beside}


def _rows(job: Job, file: str) -> tuple[Interactions, Interactions, str]:
    rows = Interactions.of(_events(_there(job.data / FOLDER, file)))
    try:
        if job.test is None:
            train, measured = split(rows)
            name = f"{FOLDER}/{file}, last items"
        else:
            held = Interactions.of(_events(_there(job.test / FOLDER, file)))
            train, measured, name = rows, following(held, rows), f"{FOLDER}/{file}, held out"
    except TooLittleDataError as error:
        raise BenchmarkError(f"{file}: {error}") from error
    if job.limit is not None:
        measured = measured.measured_on(measured.cases[: job.limit])
    return train, measured, name


def _there(folder: Path, file: str) -> Path:
    found = next((path for path in (folder / f"{file}.gz", folder / file) if path.is_file()), None)
    if found is None:
        raise BenchmarkError(f"{folder / file}.gz: expected it, or {file} beside it")
    return found


def _events(path: Path) -> Iterator[Event]:
    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as lines:
        for number, line in enumerate(lines, 1):
            user, *items = line.split()
            if not items:
                raise BenchmarkError(f"{path}, line {number}: expected 'user item ...', got {line[:40]!r}")
            for item in items:
                yield Event(user, item)


BENCHMARK = Benchmark(
    name=FOLDER,
    needs=FOLDER,
    metric="NDCG@10 and hit rate@10 of the next purchase over the full catalogue",
    floor="decayed transitions .0613 Beauty, .0733 Toys, .0373 Sports; published Transformers .0531, .0580, .0323",
    bars=(
        Bar("beauty_ndcg_10", 0.061, 0.070, floor=0.0531),
        Bar("toys_ndcg_10", 0.072, 0.082, floor=0.0580),
        Bar("sports_ndcg_10", 0.037, 0.043, floor=0.0323),
    ),
    licence="research only",
    source="github.com/salesforce/ICLRec, data of McAuley's Amazon reviews (2014)",
    run=run,
)
