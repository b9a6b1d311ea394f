"""Help documents as staged changes: answered from at once, in versions, rolled back."""

from __future__ import annotations

from typing import Any

import pytest

from knowledge.db import Database
from knowledge.embedding import HashingEmbedder
from knowledge.retrieval import build_retriever
from knowledge.schema import CuratedAnswer, Document
from knowledge.types import Lang
from tools.base import Identity, ToolCall
from tools.content.staged import DocumentChange, slug_of
from tools.executor import Executor, Services
from tools.testing import NOW, make_executor, make_shop, propose_and_confirm

OWNER = Identity("merchant", subject="owner")
OLD = {"zh": "签收后 7 天内可以退货。", "en": "Goods can be returned within 7 days of delivery."}
NEW = {
    "zh": "签收后 30 天内可以退货，运费由小店承担。",
    "en": "Goods can be returned within 30 days, and the shop pays for postage.",
}


async def shop_with(database: Database) -> Executor:
    async with database.write() as session:
        shop = await make_shop(session)
        for lang, title in (("zh", "退货"), ("en", "Returns")):
            await shop.add(
                Document(id=f"returns.{lang}", slug="returns", lang=lang, title=title, body=OLD[lang], updated_at=NOW)
            )
        await shop.add(
            CuratedAnswer(
                id="a.en", lang="en", questions=["ring?"], answer="No.", document_id="returns.en", updated_at=NOW
            )
        )
    retriever = await build_retriever(database, HashingEmbedder())
    return make_executor(database, services=Services(retriever=retriever))


async def texts(executor: Executor, query: str, lang: Lang) -> list[str]:
    retriever = executor.services.retriever
    assert retriever is not None
    return [hit.text for hit in (await retriever.search(query, lang, 5)).hits]


QUERY: dict[Lang, str] = {"zh": "退货", "en": "returned goods"}


@pytest.mark.parametrize("lang", ["zh", "en"])
async def test_a_new_text_is_answered_from_at_once_and_rolled_back(any_database: Database, lang: Lang) -> None:
    executor = await shop_with(any_database)
    assert OLD[lang] in await texts(executor, QUERY[lang], lang)
    arguments = {"slug": "returns", "lang": lang, "body": NEW[lang]}
    done = await propose_and_confirm(executor, "save_document", arguments, OWNER)
    assert isinstance(done.evidence, DocumentChange)
    assert [(each.before, each.after) for each in done.evidence.differences()] == [(OLD[lang], NEW[lang])]
    effect = done.evidence.expected()
    assert effect is not None
    assert ("1 exact" in effect.en) == (lang == "en")
    assert "other language" in effect.en
    found = await texts(executor, QUERY[lang], lang)
    assert NEW[lang] in found
    assert OLD[lang] not in found
    [made] = await executor.proposals(OWNER, status="executed")
    assert (await propose_and_confirm(executor, "roll_back", {"proposal_id": made.id}, OWNER)).status == "ok"
    assert OLD[lang] in await texts(executor, QUERY[lang], lang)
    async with any_database.read() as session:
        assert (await session.get_one(Document, f"returns.{lang}")).version == 3
    await executor.close()


async def test_a_document_is_withdrawn_in_both_languages_and_comes_back(database: Database) -> None:
    executor = await shop_with(database)
    done = await propose_and_confirm(executor, "withdraw_document", {"slug": "returns"}, OWNER)
    assert isinstance(done.evidence, DocumentChange)
    assert {move.lang for move in done.evidence.moves} == {"zh", "en"}
    assert await texts(executor, "退货", "zh") == []
    again = await executor.call(ToolCall("withdraw_document", {"slug": "returns"}), OWNER, idempotency_key="k")
    assert again.code == "document_not_found"
    [made] = await executor.proposals(OWNER, status="executed")
    await propose_and_confirm(executor, "roll_back", {"proposal_id": made.id}, OWNER)
    assert OLD["zh"] in await texts(executor, "退货", "zh")


async def test_a_new_document_is_found_until_it_is_rolled_back(database: Database) -> None:
    executor = await shop_with(database)
    arguments = {"lang": "zh", "title": "以旧换新", "body": "旧手机可以抵扣货款。"}
    await propose_and_confirm(executor, "save_document", arguments, OWNER)
    assert "旧手机可以抵扣货款。" in await texts(executor, "旧手机抵扣", "zh")
    assert (
        await executor.call(ToolCall("save_document", arguments), OWNER, idempotency_key="k")
    ).code == "document_exists"
    [made] = await executor.proposals(OWNER, status="executed")
    await propose_and_confirm(executor, "roll_back", {"proposal_id": made.id}, OWNER)
    assert "旧手机可以抵扣货款。" not in await texts(executor, "旧手机抵扣", "zh")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"lang": "zh", "body": "x"}, "document_title_needed"),
        ({"slug": "none", "lang": "zh", "body": "x"}, "document_not_found"),
        ({"slug": "returns", "lang": "zh", "body": OLD["zh"]}, "document_unchanged"),
        ({"slug": "../x", "lang": "zh", "body": "x"}, "bad_arguments"),
        ({"slug": "returns", "lang": "fr", "body": "x"}, "bad_arguments"),
        ({"slug": "returns", "lang": "zh", "body": ""}, "bad_arguments"),
    ],
)
async def test_what_cannot_be_is_refused(database: Database, arguments: dict[str, Any], code: str) -> None:
    executor = await shop_with(database)
    outcome = await executor.call(ToolCall("save_document", arguments), OWNER, idempotency_key="k")
    assert (outcome.status, outcome.code) == ("refused", code)


def test_a_slug_is_of_the_title_and_the_same_each_time() -> None:
    assert slug_of("Gift wrapping & cards") == "gift-wrapping-cards"
    assert slug_of("以旧换新") == slug_of("以旧换新") != slug_of("礼品")
