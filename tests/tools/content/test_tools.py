from __future__ import annotations

from knowledge.db import Database
from knowledge.documents import DocumentFile, put_document
from knowledge.embedding import HashingEmbedder
from knowledge.retrieval import build_retriever
from tools.base import Outcome, ToolCall
from tools.content.tools import TOOLS
from tools.content.types import KnowledgeAnswer
from tools.executor import Services
from tools.testing import NOW, make_executor, shopper


async def _ask(database: Database, services: Services, query: str) -> Outcome:
    executor = make_executor(database, TOOLS, services=services)
    call = ToolCall("search_knowledge", {"query": query, "lang": "en"})
    return await executor.call(call, shopper(), idempotency_key="k")


async def test_a_visitor_gets_passages_with_their_place(database: Database) -> None:
    async with database.write() as session:
        await put_document(
            session, DocumentFile("returns", "en", "Returns", "## How long can I return?\n\nSeven days."), NOW
        )
        await put_document(session, DocumentFile("care", "en", "Care", "Wash wool by hand in cold water."), NOW)
    retriever = await build_retriever(database, HashingEmbedder())
    outcome = await _ask(database, Services(retriever=retriever), "how long can I return?")
    assert isinstance(outcome.evidence, KnowledgeAnswer)
    assert outcome.evidence.answered
    best = outcome.evidence.citations[0]
    assert (best.slug, best.heading, best.text, best.lang) == ("returns", "How long can I return?", "Seven days.", "en")
    assert 0.5 <= best.score <= 1.0


async def test_without_an_index_it_says_so(database: Database) -> None:
    outcome = await _ask(database, Services(), "anything")
    assert (outcome.status, outcome.code) == ("refused", "knowledge_unavailable")
