"""How well help questions are answered: ``python -m evals.help [--half tune|report|all] [--json]``.

Data: ``data/help_questions.jsonl``, colloquial questions about the demo shop with the documents that answer each, and
questions that none answers; written for this project before any result was seen. One half (``tune``) is there to choose
weights and thresholds by, the other (``report``) to be reported.

Figures, by language: recall@k is the share of answerable questions with a right document among the first k passages; MRR
the mean of 1 / rank of the first right one among ten, 0 where none is. *false* is the share of unanswerable questions that
got an answer instead of "I don't know"; *wrong* the share of answerable ones that were answered from a wrong document;
*silent* the share of answerable ones that were not answered; *offered* of those, the share where a right passage was among
those that the shopper may choose from. *across* is recall@1 where the shop has each document in the
other language only.
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import datetime as dt
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from dialogue.answers import OFFERED
from evals.metrics import Share
from knowledge.db import Database, sqlite_url
from knowledge.demo.clock import Clock
from knowledge.demo.documents import answer_rows, document_rows
from knowledge.embedding import Embedder, default_embedder
from knowledge.endpoint_embedding import EmbeddingServer, EndpointEmbedder
from knowledge.retrieval import POSSIBLE, KnowledgeHit, Retriever, build_retriever
from knowledge.schema import CuratedAnswer, Document
from knowledge.types import JsonObject, Lang

QUESTIONS = Path(__file__).with_name("data") / "help_questions.jsonl"
LANGS: tuple[Lang, ...] = ("zh", "en")
DEPTH = 10

Half = Literal["tune", "report"]


@dataclasses.dataclass(frozen=True)
class HelpQuestion:
    """A question and the slugs of the documents that answer it; none for one that no document answers."""

    text: str
    lang: Lang
    documents: tuple[str, ...]
    half: Half


@dataclasses.dataclass(frozen=True)
class Asked:
    """A question with the slugs of what was found, best first, and whether it was answered."""

    question: HelpQuestion
    found: tuple[str, ...]
    answered: bool
    offered: tuple[str, ...] = ()
    """What a shopper may choose from where it was not answered."""

    @property
    def rank(self) -> int | None:
        """Place of the first right document, from 1."""
        return next((place for place, slug in enumerate(self.found, 1) if slug in self.question.documents), None)


@dataclasses.dataclass(frozen=True)
class HelpFigures:
    """The figures of one language; see the module."""

    recall_1: Share
    recall_3: Share
    mrr: float
    false: Share
    wrong: Share
    silent: Share
    offered: Share
    across: Share

    def to_json(self) -> JsonObject:
        """Return them as one JSON object."""
        shares = {name: share for name, share in vars(self).items() if isinstance(share, Share)}
        return {**{name: share.to_json() for name, share in shares.items()}, "mrr": round(self.mrr, 4)}


def read_questions(path: Path = QUESTIONS) -> list[HelpQuestion]:
    """Read the questions."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [HelpQuestion(row["text"], row["lang"], tuple(row["documents"]), row["half"]) for row in rows]


async def lay_documents(database: Database, langs: Sequence[Lang] = LANGS) -> None:
    """Write the demo shop's help documents and curated answers into an empty database."""
    clock = Clock.at(dt.datetime(2026, 3, 10, tzinfo=dt.UTC))
    await database.create_tables()
    async with database.write() as session:
        session.add_all([Document.model_validate(row) for row in document_rows(clock) if row["lang"] in langs])
        await session.flush()
        session.add_all([CuratedAnswer.model_validate(row) for row in answer_rows(clock) if row["lang"] in langs])


async def ask(retriever: Retriever, questions: Sequence[HelpQuestion]) -> list[Asked]:
    """Put every question."""
    asked = []
    for question in questions:
        hits = await retriever.search(question.text, question.lang, DEPTH)
        near = () if hits.answered else tuple(hit for hit in hits.hits if hit.score >= POSSIBLE)
        asked.append(Asked(question, slugs(hits.hits), hits.answered, slugs(near[:OFFERED])))
    return asked


def slugs(hits: Sequence[KnowledgeHit]) -> tuple[str, ...]:
    """Return the slug of the document behind every hit, curated answers too."""
    return tuple(hit.document_id.rpartition(".")[0] for hit in hits)


def figures(asked: Sequence[Asked], across: Sequence[Asked]) -> HelpFigures:
    """Work the figures out. `across` are the answers from documents of the other language."""
    answerable = [entry for entry in asked if entry.question.documents]
    others = [entry for entry in asked if not entry.question.documents]
    silent = [entry for entry in answerable if not entry.answered]
    ranks = [entry.rank for entry in answerable]
    return HelpFigures(
        recall_1=Share.of([rank == 1 for rank in ranks]),
        recall_3=Share.of([rank is not None and rank <= 3 for rank in ranks]),
        mrr=sum(1 / rank for rank in ranks if rank) / max(len(ranks), 1),
        false=Share.of([entry.answered for entry in others]),
        wrong=Share.of([entry.answered and entry.rank != 1 for entry in answerable]),
        silent=Share.of([not entry.answered for entry in answerable]),
        offered=Share.of([bool(set(entry.offered) & set(entry.question.documents)) for entry in silent]),
        across=Share.of([entry.rank == 1 for entry in across if entry.question.documents]),
    )


async def evaluate(questions: Sequence[HelpQuestion], embedder: Embedder) -> dict[Lang, HelpFigures]:
    """Ask every question of a shop with all documents, and of one that has them in the other language only."""
    found: dict[Lang, HelpFigures] = {}
    with tempfile.TemporaryDirectory() as folder:
        everything = await _answers(Path(folder) / "all.db", questions, embedder, LANGS)
        for lang in LANGS:
            other: Lang = "en" if lang == "zh" else "zh"
            mine = [question for question in questions if question.lang == lang]
            across = await _answers(Path(folder) / f"{other}.db", mine, embedder, (other,))
            found[lang] = figures([entry for entry in everything if entry.question.lang == lang], across)
    return found


async def _answers(
    path: Path, questions: Sequence[HelpQuestion], embedder: Embedder, langs: Sequence[Lang]
) -> list[Asked]:
    database = Database(sqlite_url(path))
    try:
        await lay_documents(database, langs)
        return await ask(await build_retriever(database, embedder), questions)
    finally:
        await database.close()


def text(found: dict[Lang, HelpFigures], half: str, embedder: Embedder) -> str:
    """Return the figures to read."""
    lines = [f"help questions, half: {half}, embedder {embedder.name} {embedder.version}; 95 % intervals"]
    for lang, entry in found.items():
        lines.append(f"  {lang}  recall@1 {entry.recall_1}   recall@3 {entry.recall_3}   MRR {entry.mrr:.3f}")
        lines.append(f"      false {entry.false}   wrong {entry.wrong}   silent {entry.silent}")
        lines.append(f"      offered {entry.offered}   across {entry.across}")
    return "\n".join(lines)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="python -m evals.help", description="How well help questions are answered.")
    parser.add_argument("--half", choices=("tune", "report", "all"), default="report")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--url", help="search with the vectors of a server: its address, with /v1")
    parser.add_argument("--model", help="the model there")
    given = parser.parse_args()
    if (given.url is None) != (given.model is None):
        parser.error("--url and --model go together")
    questions = [entry for entry in read_questions() if given.half in ("all", entry.half)]
    embedder = EndpointEmbedder(EmbeddingServer(given.url, given.model)) if given.url else default_embedder()
    found = asyncio.run(evaluate(questions, embedder))
    if given.json:
        shown = {"set": QUESTIONS.name, "half": given.half, "embedder": f"{embedder.name} {embedder.version}"}
        shown_as = json.dumps({**shown, **{lang: entry.to_json() for lang, entry in found.items()}})
    else:
        shown_as = text(found, given.half, embedder)
    sys.stdout.write(shown_as + "\n")


if __name__ == "__main__":
    main()
