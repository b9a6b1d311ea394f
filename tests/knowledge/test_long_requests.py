"""Long requests: several wishes in one text, each of which needs a document."""

from __future__ import annotations

import pytest
import pytest_asyncio

from knowledge.db import Database
from knowledge.documents import DocumentFile, put_document
from knowledge.embedding import HashingEmbedder
from knowledge.long_requests import Case, Cases, sentences
from knowledge.retrieval import Retriever, build_retriever
from tools.testing import NOW

FILES = (
    DocumentFile("returns", "en", "Returning goods", "Goods can be returned within seven days after delivery."),
    DocumentFile("invoices", "en", "Invoices", "An invoice with the name of a company is written on request."),
    DocumentFile("warranty", "en", "Warranty", "Repairs are free for one year from the day of delivery."),
    DocumentFile("customs", "en", "Customs", "Import duties are paid by the recipient."),
    DocumentFile("returns", "zh", "退货", "签收后七天内可以退货。"),
    DocumentFile("invoices", "zh", "发票", "可以开具公司抬头的发票。"),
    DocumentFile("warranty", "zh", "保修", "自签收之日起保修一年。"),
)


@pytest_asyncio.fixture
async def retriever(database: Database) -> Retriever:
    async with database.write() as session:
        for file in FILES:
            await put_document(session, file, NOW)
    return await build_retriever(database, HashingEmbedder())


@pytest.mark.parametrize(
    ("request_text", "needed"),
    [
        (
            "Hello, I hope you are well. I would like to return the goods that came yesterday. Please also write an invoice "
            "with the name of my company. I have been a customer for years.",
            {"returns.en", "invoices.en"},
        ),
        (
            "你好，最近很忙。昨天收到的东西我想退货，签收还没到七天。另外请给我开一张公司抬头的发票。",
            {"returns.zh", "invoices.zh"},
        ),
    ],
)
async def test_every_wish_of_a_letter_finds_its_document(
    retriever: Retriever, request_text: str, needed: set[str]
) -> None:
    found = await retriever.documents(request_text, "en" if request_text.isascii() else "zh", 2)
    assert {document.document_id for document in found} == needed


async def test_earlier_cases_that_read_alike_bring_what_no_word_of_the_request_says(retriever: Retriever) -> None:
    told = "My parcel from Norway stands at the border and somebody wants money."
    cases = Cases(
        [Case(f"{told} What now?", ("customs.en",)), Case("Where is my refund?", ("returns.en",))], HashingEmbedder()
    )
    [first] = await retriever.documents(told, "en", 1, cases=cases)
    assert first.document_id == "customs.en"
    assert first.worth > (await retriever.documents(told, "en", 1))[0].worth


async def test_nothing_asked_and_nothing_written_find_nothing(retriever: Retriever, database: Database) -> None:
    assert await retriever.documents("  ", "en") == []


async def test_without_documents_nothing_is_found(database: Database) -> None:
    assert await (await build_retriever(database, HashingEmbedder())).documents("Where is it?", "en") == []


def test_sentences_lose_marks_of_layout_and_greetings_too_short_to_ask() -> None:
    text = '## Hi!\n\n1. **Start:** "I want to return the shoes." Then ask for an invoice.\n我想退货，谢谢。好。'
    assert sentences(text) == [
        'Start:** "I want to return the shoes.',
        "Then ask for an invoice.",
        "我想退货，谢谢。",
    ]
    assert sentences("Hi") == ["Hi"]
