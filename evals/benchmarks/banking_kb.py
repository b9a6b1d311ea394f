"""tau2_banking_kb: which of 698 documents of a bank's help centre a customer's case needs, English (tau2-bench, banking_knowledge).

The query is the whole instruction of the benchmark's simulated customer, some 3,400 characters with several wishes; nine
documents are needed on average. This use is ours, not an official leaderboard.

Protocol: all documents lie in a shop and are searched by `knowledge.retrieval.Retriever.documents`. Main figures: with what earlier
cases needed as votes. Without ``--test`` each case of ``retrieval_qrels.jsonl`` is judged with all **other** ones as earlier cases;
with it, the cases below ``--data`` are the earlier ones and those below ``--test`` are measured once. The ``..._documents_only``
figures know no case. Metrics: recall@10, the mean share of the needed documents among the first ten; MRR, the mean of
1 / rank of the first needed one. Intervals by case.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from evals.benchmarks.base import Bar, Benchmark, Job
from evals.benchmarks.figures import IntArray, bootstrapped
from evals.benchmarks.reading import json_rows
from evals.benchmarks.splits import Split
from knowledge.db import Database, sqlite_url
from knowledge.documents import DocumentFile, put_document
from knowledge.embedding import default_embedder
from knowledge.long_requests import Case, Cases
from knowledge.retrieval import Retriever, build_retriever
from knowledge.types import JsonObject

FOLDER = "tau2_banking_kb"
DEPTH = 10
_ALL = 10_000
_NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


@dataclasses.dataclass(frozen=True)
class Asked:
    """A case with its task."""

    task: str
    case: Case


def cases(folder: Path) -> list[Asked]:
    """Read the cases of a folder."""
    rows = json_rows(folder, "retrieval_qrels.jsonl", needs=("task_id", "query_text", "relevant_doc_ids"))
    return [
        Asked(row["task_id"], Case(row["query_text"], tuple(f"{slug}.en" for slug in row["relevant_doc_ids"])))
        for row in rows
    ]


def split(job: Job) -> Split[Asked]:
    """Return earlier cases and those that are measured: the same ones where each is judged by the others."""
    given = cases(job.data / FOLDER)
    held = given if job.test is None else cases(job.test / FOLDER)
    how = ", each by the others" if job.test is None else ""
    return Split(tuple(given), tuple(held[: job.limit]), f"{FOLDER}/retrieval_qrels.jsonl{how}")


async def run(job: Job) -> JsonObject:
    """Lay the documents, ask every case, and measure."""
    parts = split(job)
    with tempfile.TemporaryDirectory() as folder:
        database = Database(sqlite_url(Path(folder) / "bank.db"))
        try:
            started = time.perf_counter()
            await _lay(database, job)
            retriever = await build_retriever(database, default_embedder())
            built = time.perf_counter() - started
            return {**await _measure(retriever, parts, job), "train_seconds": round(built, 1)}
        finally:
            await database.close()


async def _lay(database: Database, job: Job) -> None:
    job.progress("reading the documents", 0.1)
    rows = json_rows(job.data / FOLDER, "documents.jsonl", needs=("id", "title", "content"))
    await database.create_tables()
    async with database.write() as session:
        for row in rows:
            await put_document(session, DocumentFile(row["id"], "en", row["title"], row["content"]), _NOW)


async def _measure(retriever: Retriever, parts: Split[Asked], job: Job) -> JsonObject:
    alone: list[list[str]] = []
    voted: list[list[str]] = []
    taken: list[float] = []
    together = Cases([asked.case for asked in parts.train], default_embedder()) if job.test is not None else None
    for place, asked in enumerate(parts.held):
        job.progress(asked.task, 0.3 + 0.7 * place / len(parts.held))
        known = together or _others(parts.train, asked)
        started = time.perf_counter()
        voted.append(await _found(retriever, asked, known))
        taken.append(1000 * (time.perf_counter() - started))
        alone.append(await _found(retriever, asked, None))
    embedder = default_embedder()
    return {
        "set": parts.name,
        "recall_10": _recall(parts, voted),
        "mrr": _mrr(parts, voted),
        "recall_10_documents_only": _recall(parts, alone),
        "mrr_documents_only": _mrr(parts, alone),
        "model": {"name": "retriever", "embedder": embedder.name, "version": embedder.version},
        "ms_per_message": round(statistics.median(taken), 1),
    }


def _others(given: Sequence[Asked], asked: Asked) -> Cases | None:
    others = [other.case for other in given if other.task != asked.task and other.case.text != asked.case.text]
    return Cases(others, default_embedder()) if others else None


async def _found(retriever: Retriever, asked: Asked, known: Cases | None) -> list[str]:
    found = await retriever.documents(asked.case.text, "en", _ALL, cases=known)
    return [document.document_id for document in found]


def _recall(parts: Split[Asked], found: Sequence[Sequence[str]]) -> JsonObject:
    shares = [
        len(set(asked.case.documents) & set(ids[:DEPTH])) / len(set(asked.case.documents))
        for asked, ids in zip(parts.held, found, strict=True)
    ]
    return _mean(parts, shares)


def _mrr(parts: Split[Asked], found: Sequence[Sequence[str]]) -> JsonObject:
    ranks = [
        next((place for place, name in enumerate(ids, 1) if name in asked.case.documents), None)
        for asked, ids in zip(parts.held, found, strict=True)
    ]
    return _mean(parts, [1 / rank if rank else 0.0 for rank in ranks])


def _mean(parts: Split[Asked], values: Sequence[float]) -> JsonObject:
    def statistic(rows: IntArray) -> float:
        return statistics.fmean(values[row] for row in rows)

    return bootstrapped([asked.task for asked in parts.held], statistic, parts.name, unit="case")


BENCHMARK = Benchmark(
    name="tau2_banking_kb",
    needs=FOLDER,
    metric="recall@10 and MRR of the documents that a case needs",
    floor="18.0 %; 45.5 % (BM25)",
    bars=(
        Bar("recall_10", 0.35, 0.6),
        Bar("mrr", 0.55, 0.7),
    ),
    licence="MIT",
    source="github.com/sierra-research/tau2-bench",
    run=run,
)
