"""The next purchase among everything that is sold: rec_sequences.

Three shops of one origin, ``{beauty,toys_and_games,sports_and_outdoors}_5core_iclrec.txt.gz``: a line a user, ``user item item ...``, oldest first.

Protocol: without ``--test`` the last item of every line is held out and `tools.recommendation` is fitted on the rest; with it, fitted on all of
``--data`` and measured once on ``user item`` lines of ``--test``, each the item that follows that user's line in ``--data``. All choices (the
blend, its decays, whether the sequence model earns its place) are made on the last items of what is fitted on, learnt without them.
Ranked is every item that the user does not have. The numbers of users and items are names and nothing else: those of the set count up
in the order of first appearance, held-out items included, so a model that used them as numbers would see the future.

Metrics: NDCG@10 and hit rate@10 with bootstrap intervals over users; beside them decayed transitions and popularity, fitted and measured on the
same rows. Where torch and ONNX Runtime (the extra ``hf``) are not installed the sequence model is left out; ``parts`` says what took part.
"""

from __future__ import annotations

import asyncio
import gzip
import time
from collections.abc import Iterator
from pathlib import Path

from evals.benchmarks.base import Bar, Benchmark, BenchmarkError, Job
from knowledge.types import JsonObject
from tools.fitted import TooLittleDataError
from tools.recommendation.events import Event, Interactions
from tools.recommendation.fitting import decayed_transitions, fit, popularity
from tools.recommendation.measure import figures
from tools.recommendation.splits import following, split

FOLDER = "rec_sequences"
SHOPS = {"beauty": "beauty", "toys": "toys_and_games", "sports": "sports_and_outdoors"}


async def run(job: Job) -> JsonObject:
    """Fit and measure the three."""
    return await asyncio.to_thread(_run, job)


def _run(job: Job) -> JsonObject:
    found: JsonObject = {"set": FOLDER, "shops": {}}
    for number, (shop, file) in enumerate(SHOPS.items()):
        begun = number / len(SHOPS)

        def progress(what: str, share: float, begun: float = begun, shop: str = shop) -> None:
            job.progress(f"{shop}: {what}", begun + share / len(SHOPS))

        result = _shop(job, f"{file}_5core_iclrec.txt", progress)
        found["shops"][shop] = result
        found |= {f"{shop}_{name}": result[name] for name in ("ndcg_10", "hit_rate_10")}
    return found


def _shop(job: Job, file: str, progress: object) -> JsonObject:
    train, measured, name = _rows(job, file)
    started = time.perf_counter()
    model = fit(train, progress)  # type: ignore[arg-type]
    took = time.perf_counter() - started
    plain = figures(decayed_transitions(train), measured, name)
    return {
        **figures(model, measured, name),
        "baseline_ndcg_10": plain["ndcg_10"],
        "popularity_ndcg_10": figures(popularity(train), measured, name)["ndcg_10"],
        "parts": model.about["weights"],
        "trained_on": len(train),
        "train_seconds": round(took, 1),
    }


def _rows(job: Job, file: str) -> tuple[Interactions, Interactions, str]:
    rows = Interactions.of(_events(_there(job.data / FOLDER, file)))
    try:
        if job.test is None:
            train, measured = split(rows)
            name = f"{file}, last items"
        else:
            held = Interactions.of(_events(_there(job.test / FOLDER, file)))
            train, measured, name = rows, following(held, rows), f"{file}, held out"
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
