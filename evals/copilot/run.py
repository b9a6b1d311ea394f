"""copilot: a merchant's questions in both languages over the invoices of a real shop.

Protocol. The invoice lines before 2011-09-09 (``--data``) are written into an empty shop as products, customers, orders and refunds;
``today`` is the last day. Each question of ``questions.yaml`` is read and answered as the copilot does, through the executor, and its
figures are compared with `evals.copilot.truth`, which works on the file's lines alone. ``exact``: every figure, every group, their order
and the compared figures agree (whole pence and counts; quotients to nine digits), and what has no answer is refused. ``refused``: it was
refused though there is an answer. ``wrong``: another figure was given, or one where there is none; it must be 0. One development part
only: the questions were written together with the reader, so they tell what is covered, not how strangers would ask.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
import tempfile
from pathlib import Path
from typing import Any

from dialogue.understanding.entities import Extractor
from dialogue.understanding.figures import Asked, Unread, read_question
from dialogue.understanding.text import read
from evals.benchmarks.base import Bar, Benchmark, Job
from evals.benchmarks.figures import share
from evals.copilot.invoices import CURRENCY, FOLDER, ZONE, lay_shop, read_invoices, utc
from evals.copilot.truth import Books, Truth, Value
from knowledge.db import Database, sqlite_url
from knowledge.lexicon import build_lexicon
from knowledge.types import JsonObject
from knowledge.yaml_files import read_yaml
from tools.analytics.tools import TOOLS
from tools.analytics.types import Figures, Vocabulary
from tools.base import Identity, Outcome, ToolCall
from tools.executor import Executor
from tools.policy import load_policy

QUESTIONS = Path(__file__).parent / "questions.yaml"
_OWNER = Identity("merchant", subject="owner")


@dataclasses.dataclass(frozen=True)
class Copilot:
    """What reads and answers."""

    executor: Executor
    extractor: Extractor
    vocabulary: Vocabulary
    today: dt.date

    async def ask(self, text: str, previous: JsonObject | None = None) -> tuple[Asked | Unread, Outcome | None]:
        """Read a question and make its call."""
        message = read(text)
        found = read_question(
            message.low,
            today=self.today,
            vocabulary=self.vocabulary,
            entities=self.extractor.extract(message),
            previous=previous,
        )
        if isinstance(found, Unread):
            return found, None
        return found, await self.executor.call(ToolCall(found.tool, found.arguments), _OWNER, idempotency_key=text)


async def open_copilot(database: Database, last: str) -> Copilot:
    """Return the copilot of a shop on its last day."""
    now = utc(f"{last[:10]} 20:00")
    executor = Executor(database, {tool.name: tool for tool in TOOLS}, load_policy("default"), clock=lambda: now)
    words = await executor.call(ToolCall("figure_words", {}), _OWNER, idempotency_key="words")
    if not isinstance(words.evidence, Vocabulary):
        raise TypeError(f"expected the shop's words, got {words.status} {words.code}")
    extractor = Extractor(await build_lexicon(database), lambda: now, currency=CURRENCY, timezone=ZONE)
    return Copilot(executor, extractor, words.evidence, dt.date.fromisoformat(last[:10]))


def questions() -> list[JsonObject]:
    """Return the questions with what their answers must be."""
    return [dict(each) for each in read_yaml(QUESTIONS)]


async def run(job: Job) -> JsonObject:
    """Lay the shop, ask every question, compare."""
    job.progress("reading the invoices", 0.0)
    invoices = read_invoices(job.data)
    books = Books(invoices)
    asked = questions()[: job.limit]
    with tempfile.TemporaryDirectory() as folder:
        database = Database(sqlite_url(Path(folder) / "shop.db"))
        await database.create_tables()
        job.progress("writing the shop", 0.1)
        await lay_shop(database, invoices)
        copilot = await open_copilot(database, max(line.at for line in invoices.lines))
        verdicts = []
        for number, question in enumerate(asked):
            job.progress("asking", 0.3 + 0.7 * number / len(asked))
            verdicts.append(await _judged(copilot, books, question))
        await copilot.executor.close()
        await database.close()
    of = f"{FOLDER}, {len(asked)} questions"
    return {
        "set": of,
        "exact": share([each["verdict"] == "exact" for each in verdicts], of, "question"),
        "refused": share([each["verdict"] == "refused" for each in verdicts], of, "question"),
        "wrong": sum(each["verdict"] == "wrong" for each in verdicts),
        "lines": len(invoices.lines),
        "refunds": len(invoices.notes),
        "lines_refused": invoices.refused,
        "mistakes": [each for each in verdicts if each["verdict"] != "exact"],
    }


async def _judged(copilot: Copilot, books: Books, question: JsonObject) -> JsonObject:
    previous = None
    if "after" in question:
        first, _ = await copilot.ask(question["after"])
        previous = first.arguments if isinstance(first, Asked) else None
    found, outcome = await copilot.ask(question["ask"], previous)
    given = outcome.evidence if outcome is not None and outcome.status == "ok" else None
    said: JsonObject = {"ask": question["ask"], "read": dataclasses.asdict(found)}
    if outcome is not None and outcome.status != "ok":
        said["outcome"] = {"status": outcome.status, "code": outcome.code}
    if question.get("refuse"):
        return said | {"verdict": "exact" if given is None else "wrong"}
    if given is None:
        return said | {"verdict": "refused"}
    truth = books.answer(question["is"])
    same = isinstance(given, Figures) and agrees(given, truth, question["is"])
    return said | {"verdict": "exact" if same else "wrong"} | ({} if same else {"truth": dataclasses.asdict(truth)})


def agrees(given: Figures, truth: Truth, asked: JsonObject) -> bool:
    """Whether an answer is the truth: its measure, whole, compared whole, and groups in order."""
    groups = [(group.values[0].key, group.value, group.before, group.share) for group in given.groups]
    wanted = [(key, value, before, part) for key, value, before, part in truth.groups]
    return (
        given.metric.id == asked["of"]
        and _same(given.total, truth.total)
        and _same(given.total_before, truth.before)
        and len(groups) == len(wanted)
        and all(_same_group(one, other) for one, other in zip(groups, wanted, strict=True))
    )


def _same_group(one: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    return bool(one[0] == other[0]) and all(_same(a, b) for a, b in zip(one[1:], other[1:], strict=True))


def _same(one: Value, other: Value) -> bool:
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)


BENCHMARK = Benchmark(
    name="copilot",
    needs=FOLDER,
    metric="share of a merchant's questions answered exactly; none silently wrong",
    floor="refusing everything: the share of questions without an answer, 10 %",
    bars=(Bar("exact", 0.95, 0.99, floor=0.10), Bar("wrong", 0, 0, at_most=True)),
    licence="CC BY 4.0",
    source="UCI Online Retail (Chen 2015)",
    run=run,
)
