from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from sqlmodel import select

from knowledge.db import Database
from knowledge.documents import DocumentFile, put_document
from knowledge.embedding import Embedder, HashingEmbedder, default_embedder
from knowledge.retrieval import CALIBRATIONS, Features, Retriever, build_retriever
from knowledge.schema import CuratedAnswer, Document
from knowledge.types import Lang
from tools.testing import NOW

RETURNS_EN = "## How long do I have?\n\nSeven days after delivery.\n\n## Who pays for shipping it back?\n\nYou do, unless it is faulty."
RETURNS_ZH = "## 多久可以退？\n\n签收后七天内。\n\n## 退货运费谁付？\n\n无质量问题由您承担。"
FILES = (
    DocumentFile("returns", "en", "Returns", RETURNS_EN),
    DocumentFile("returns", "zh", "退货", RETURNS_ZH),
    DocumentFile("customs", "en", "Customs duties", "Import duties are paid by the recipient of the parcel."),
    DocumentFile("filter", "zh", "净水器滤芯", "滤芯型号 FX-200 每六个月更换一次。"),
    DocumentFile("warranty", "en", "Warranty", "One year from the day of delivery, for repairs."),
    DocumentFile("secret", "en", "Hours", "Draft: we open at nine.", status="draft"),
)


def answer(lang: Lang, *questions: str, said: str, document: str | None = None) -> CuratedAnswer:
    return CuratedAnswer(
        id=f"{questions[0]}.{lang}", lang=lang, questions=list(questions), answer=said, document_id=document, updated_at=NOW
    )  # fmt: skip


@pytest_asyncio.fixture
async def help_shop(database: Database) -> AsyncIterator[Database]:
    """A shop with a few documents and one curated answer in each language."""
    async with database.write() as session:
        for file in FILES:
            await put_document(session, file, NOW)
        await session.flush()
        session.add(answer("en", "are you open on Sundays", said="Yes, from nine.", document="returns.en"))
        session.add(answer("zh", "周日营业吗", said="周日九点开门。"))
    yield database


@pytest_asyncio.fixture
async def retriever(help_shop: Database) -> Retriever:
    """Search by spelling and words alone: the same on every machine."""
    return await build_retriever(help_shop, HashingEmbedder())


@pytest_asyncio.fixture
async def understanding(help_shop: Database) -> Retriever:
    """Search by the real sentence encoder."""
    embedder = default_embedder()
    if embedder.name == HashingEmbedder.name:
        pytest.skip("no sentence encoder is installed")
    return await build_retriever(help_shop, embedder)


async def test_a_passage_is_found_with_its_document_and_heading(retriever: Retriever) -> None:
    found = await retriever.search("who pays for shipping it back", "en")
    best = found.hits[0]
    assert (best.document_id, best.slug, best.title) == ("returns.en", "returns", "Returns")
    assert (best.heading, best.text) == ("Who pays for shipping it back?", "You do, unless it is faulty.")
    assert (best.lang, best.curated, found.answered) == ("en", False, True)


@pytest.mark.parametrize(
    "asked", ["are you open on Sundays", "Are you open on Sundays?!", "ＡＲＥ you OPEN on sundays"]
)
async def test_the_very_question_gets_its_curated_answer_before_every_passage(retriever: Retriever, asked: str) -> None:
    found = await retriever.search(asked, "en")
    assert (found.answered, found.hits[0].curated, found.hits[0].score) == (True, True, 1.0)
    assert (found.hits[0].text, found.hits[0].document_id) == ("Yes, from nine.", "returns.en")
    assert not found.hits[1].curated


async def test_other_words_for_a_curated_question_get_its_answer(understanding: Retriever) -> None:
    found = await understanding.search("do you open on a Sunday", "en")
    assert (found.hits[0].curated, found.hits[0].text) == (True, "Yes, from nine.")


async def test_each_shopper_is_answered_in_their_language(retriever: Retriever) -> None:
    zh = await retriever.search("退货运费谁付", "zh")
    assert (zh.hits[0].document_id, zh.hits[0].lang) == ("returns.zh", "zh")
    assert "returns.en" not in {hit.document_id for hit in zh.hits}


@pytest.mark.parametrize(
    ("asked", "lang", "document"),
    [("关税谁来付", "zh", "customs.en"), ("保修多久", "zh", "warranty.en"), ("when do I replace the FX-200", "en", "filter.zh")],
)  # fmt: skip
async def test_a_document_in_the_other_language_answers_where_it_is_the_only_one(
    understanding: Retriever, asked: str, lang: Lang, document: str
) -> None:
    found = await understanding.search(asked, lang)
    assert found.hits[0].document_id == document


async def test_a_code_that_no_vector_knows_is_found_by_its_letters(understanding: Retriever) -> None:
    assert (await understanding.search("FX-200", "zh")).hits[0].document_id == "filter.zh"


@pytest.mark.parametrize("asked", ["what is the capital of Australia", "澳大利亚的首都是哪里", "qwertz", "🙂🙂🙂"])
async def test_what_no_document_says_is_not_answered(understanding: Retriever, asked: str) -> None:
    assert not (await understanding.search(asked, "en")).answered


@pytest.mark.parametrize("asked", ["", "   \n"])
async def test_nothing_asked_finds_nothing(retriever: Retriever, asked: str) -> None:
    found = await retriever.search(asked, "en")
    assert (found.answered, found.hits) == (False, ())


@pytest.mark.parametrize("asked", ["a" * 20_000, "退" * 20_000, "\ud83d", "\x00", "%_'\";--"])
async def test_odd_text_is_searched_without_trouble(retriever: Retriever, asked: str) -> None:
    assert len((await retriever.search(asked, "zh", limit=2)).hits) <= 2


async def test_a_draft_is_never_shown(retriever: Retriever) -> None:
    found = await retriever.search("hours we open at nine", "en", limit=10)
    assert "secret.en" not in {hit.document_id for hit in found.hits}


@pytest.mark.parametrize("embedder", [HashingEmbedder()])
async def test_a_shop_without_documents_knows_nothing(database: Database, embedder: Embedder) -> None:
    found = await (await build_retriever(database, embedder)).search("returns?", "en")
    assert (found.answered, found.hits) == (False, ())


async def test_a_changed_document_answers_anew_and_a_withdrawn_one_no_more(
    help_shop: Database, retriever: Retriever
) -> None:
    async with help_shop.write() as session:
        await put_document(session, dataclasses.replace(FILES[4], body="Two years, for repairs."), NOW)
    await retriever.refresh()
    assert (await retriever.search("warranty repairs", "en")).hits[0].text == "Two years, for repairs."
    async with help_shop.write() as session:
        document = (await session.exec(select(Document).where(Document.id == "warranty.en"))).one()
        document.status = "draft"
    await retriever.refresh()
    assert "warranty.en" not in {hit.document_id for hit in (await retriever.search("warranty repairs", "en", 10)).hits}


async def test_the_best_comes_first_and_no_more_than_asked_for(retriever: Retriever) -> None:
    found = await retriever.search("returns", "en", limit=2)
    assert [hit.score for hit in found.hits] == sorted((hit.score for hit in found.hits), reverse=True)
    assert len(found.hits) == 2


@pytest.mark.parametrize("name", CALIBRATIONS)
def test_more_evidence_never_lowers_the_chance(name: str) -> None:
    calibration, poor = CALIBRATIONS[name], Features(alike=0.2, concepts=0.2, ahead=0.1, unexplained=0.5)
    for better in ({"alike": 0.6}, {"concepts": 0.9}, {"ahead": 0.4}, {"unexplained": 0.1}):
        assert calibration.chance(dataclasses.replace(poor, **better)) > calibration.chance(poor)


@pytest_asyncio.fixture
async def with_several_questions(database: Database) -> Retriever:
    """A shop whose curated answers have several questions each, beside articles about the same."""
    embedder = default_embedder()
    if embedder.name == HashingEmbedder.name:
        pytest.skip("no sentence encoder is installed")
    late = "Within 365 days of the order."
    needs = "The order number, the name and the tax number."
    async with database.write() as session:
        await put_document(
            session, DocumentFile("invoices", "en", "Invoices", f"## How?\n\n{needs}\n\n## Until when?\n\n{late}"), NOW
        )
        await put_document(session, DocumentFile("coupons", "en", "Coupons", "Choose one at checkout."), NOW)
        await session.flush()
        session.add(
            answer(
                "en",
                "until when can I get an invoice",
                "is an old order too old to be invoiced",
                said=late,
                document="invoices.en",
            )
        )
        session.add(
            answer(
                "en",
                "what do you need for a company invoice",
                "which details go on an invoice",
                said=needs,
                document="invoices.en",
            )
        )
        session.add(
            answer(
                "en",
                "can I combine coupons",
                "may I use two vouchers at once",
                said="One per order.",
                document="coupons.en",
            )
        )
    return await build_retriever(database, embedder)  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (
            "which information do you want for an invoice to a company?",
            "The order number, the name and the tax number.",
        ),
        ("my order is quite old, can it still be invoiced?", "Within 365 days of the order."),
        ("are two coupons at once allowed?", "One per order."),
    ],
)
async def test_the_curated_answer_whose_questions_are_nearest_is_said(
    with_several_questions: Retriever, asked: str, said: str
) -> None:
    found = await with_several_questions.search(asked, "en")
    assert (found.answered, found.hits[0].curated, found.hits[0].text) == (True, True, said)


async def test_what_is_near_no_curated_question_is_not_answered_by_one(with_several_questions: Retriever) -> None:
    assert not (await with_several_questions.search("do you repair bicycles", "en")).answered
