"""Fraud by what came before it, in time order: risk_cloudwalk_chargeback and risk_ecommerce_fraud.

Protocol of both: events in the order of their time; the model of `tools.risk` is fitted on the earlier 60 % and measured on the
later 40 %; with ``--test`` it is fitted on all of ``--data`` and measured once on the file of ``--test``. A measured event is scored by
features of what came before it, which may be a measured event too, but never by an outcome: no label of the past is a feature, of
whichever part, since charge-backs come weeks later in life. A random split of either set looks superb and means nothing.

``risk_cloudwalk_chargeback``: ``transactions.csv``, card payments on a market place in November 2019 with user, card (masked), device,
merchant and amount; held out are the same columns, later rows. Its times run to 2019-11-31, which is read as the day after the 30th.
``risk_ecommerce_fraud``: ``train_first60.csv.gz``, first purchases with sign-up time, device, source and browser; sex and age are not
read. A burst of purchases within a minute of sign-up lies in the first weeks alone. Held out is ``heldout_last40.csv.gz``.

Metrics: AUC, average precision, recall at 0.3 % and 1 % false positives, with bootstrap intervals over users; and the AUC of the
simple baseline, how many events the account, card and device had within a day (``baseline_auc``, ``baseline_ap``), and of untuned
boosting on the amount and counts alone, fitted and measured on the same rows (``floor_auc``, ``floor_ap``).
"""

from __future__ import annotations

import asyncio
import dataclasses
import functools
import time

import numpy as np

from evals.benchmarks.base import Bar, Benchmark, BenchmarkError, Job
from knowledge.types import JsonObject
from tools.fitted import DataError, TooLittleDataError
from tools.risk.booster import Booster
from tools.risk.capability import Risk
from tools.risk.events import Events
from tools.risk.history import FEATURES, KEYS
from tools.risk.measure import figures
from tools.risk.model import RiskModel, table
from tools.risk.reading import read_events


@dataclasses.dataclass(frozen=True)
class Files:
    """Where a set stands."""

    folder: str
    data: str
    held: str


CLOUDWALK = Files("risk_cloudwalk_chargeback", "transactions.csv", "transactions.csv")
ECOMMERCE = Files("risk_ecommerce_fraud", "train_first60.csv.gz", "heldout_last40.csv.gz")


def split(job: Job, files: Files) -> tuple[Events, Events, str]:
    """Return what is fitted on, what is measured, and the name of that.

    Raises:
        BenchmarkError.
    """
    risk = Risk()
    try:
        events = read_events(job.data / files.folder / files.data)
        if job.test is None:
            train, held = risk.split(events)
            name = f"{files.folder}/{files.data}, the later 40 %"
        else:
            train, held = events, risk.after(read_events(job.test / files.folder / files.held), events)
            name = f"{files.folder}/{files.held}"
    except (DataError, TooLittleDataError) as error:
        raise BenchmarkError(str(error)) from error
    if job.limit is not None:
        held = Events(held.all[: held.start + job.limit], held.start)
    return train, held, name


async def run(job: Job, files: Files) -> JsonObject:
    """Fit and measure."""
    return await asyncio.to_thread(_run, job, files)


def _run(job: Job, files: Files) -> JsonObject:
    train, held, name = split(job, files)
    risk, started = Risk(), time.perf_counter()
    try:
        model = risk.fit(train, progress=lambda what, share: job.progress(what, share * 0.7))
    except TooLittleDataError as error:
        raise BenchmarkError(f"{files.folder}: {error}") from error
    took = time.perf_counter() - started
    job.progress("measuring", 0.75)
    simple, floor = figures(risk.baseline(train), held, name), figures(plain_boosting(train), held, name)
    found = figures(model, held, name)
    return {
        "set": name,
        **found,
        "baseline_auc": simple["auc"],
        "baseline_ap": simple["ap"],
        "floor_auc": floor["auc"],
        "floor_ap": floor["ap"],
        "trained_on": train.labelled,
        "frauds_trained_on": train.bad,
        "model": {"version": f"risk, {risk.training(model)['rounds']} rounds of {len(model.scorer.names)} features"},
        "train_seconds": round(took, 1),
    }


def plain_boosting(events: Events) -> RiskModel:
    """Return boosted trees with the package's own settings over the amount and the counts of events."""
    import xgboost  # noqa: PLC0415

    names = ("amount", *(f"{key}_n{window}" for key in KEYS for window in ("_1h", "_1d", "_7d", "")))
    known = np.array([event.bad is not None for event in events.judged])
    truth = np.array([event.bad is True for event in events.judged])
    rows = table(events, {})[:, [FEATURES.index(name) for name in names]]
    data = xgboost.DMatrix(rows[known], truth[known], feature_names=list(names))
    settings = {"objective": "binary:logistic", "seed": 7, "nthread": 1, "verbosity": 0}
    return RiskModel(Booster(xgboost.train(settings, data, 100), names, 1.0, 0.0, 100))


CHARGEBACK = Benchmark(
    name=CLOUDWALK.folder,
    needs=CLOUDWALK.folder,
    metric="AUC and average precision in time order, without past labels; recall at 0.3 % and 1 % false positives",
    floor="AUC 90.5 %, average precision 70.8 % (boosting on amount, hour and velocity, untuned)",
    bars=(Bar("auc", 0.91, 0.93, floor=0.905), Bar("ap", 0.72, 0.80, floor=0.708)),
    licence="none stated: research only",
    source="github.com/arthurveiga/cloudwalk_exam_transaction_dec_2019",
    run=functools.partial(run, files=CLOUDWALK),
)
FIRST_PURCHASES = Benchmark(
    name=ECOMMERCE.folder,
    needs=ECOMMERCE.folder,
    metric="AUC on the later part; average precision; recall at 0.3 % and 1 % false positives",
    floor="AUC 52 % (published, AutoML on the full set, by time)",
    bars=(Bar("auc", 0.55, 0.65, floor=0.52),),
    licence="none stated: research only",
    source="github.com/revanthsivaraju12/Fraud-data-Detection; github.com/amazon-science/fraud-dataset-benchmark",
    run=functools.partial(run, files=ECOMMERCE),
)
