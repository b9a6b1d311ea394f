"""Help articles and curated answers: pairs, and the same figures as the policy."""

from __future__ import annotations

import re

import pytest

from knowledge.db import Database
from knowledge.schema import CuratedAnswer, Document, Shop
from tests.knowledge.demo.conftest import rows_of
from tools.policy import load_policy


async def _documents(shop: Database) -> dict[tuple[str, str], Document]:
    return {(document.slug, document.lang): document for document in await rows_of(shop, Document)}


async def test_every_article_is_there_in_both_languages_with_the_same_sections(shop: Database) -> None:
    documents = await _documents(shop)
    slugs = {slug for slug, _ in documents}
    assert len(slugs) >= 24
    for slug in slugs:
        zh, en = documents[slug, "zh"], documents[slug, "en"]
        assert re.search(r"[\u4e00-\u9fff]", zh.title)
        assert not re.search(r"[\u4e00-\u9fff]", en.title + en.body)
        assert zh.body.count("\n## ") == en.body.count("\n## ")


@pytest.mark.parametrize(
    ("slug", "figure"),
    [
        ("returns", lambda policy: policy.returns.window_days),
        ("quality-problems", lambda policy: policy.returns.quality_window_days),
        ("exchanges", lambda policy: policy.exchanges.window_days),
        ("price-protection", lambda policy: policy.price_protection.window_days),
        ("refund-times", lambda policy: policy.refunds.other_days),
        ("invoices", lambda policy: policy.invoices.window_days),
        ("cancellation", lambda policy: policy.refunds.other_days),
    ],
)
async def test_articles_state_the_days_of_the_policy(shop: Database, slug: str, figure: object) -> None:
    assert callable(figure)
    days = figure(load_policy("demo"))
    documents = await _documents(shop)
    assert f"{days} 天" in documents[slug, "zh"].body
    assert f"{days} days" in documents[slug, "en"].body


async def test_articles_state_the_limit_above_which_people_decide(shop: Database) -> None:
    limit = load_policy("demo").human.refund_over_minor
    assert limit is not None
    documents = await _documents(shop)
    assert f"{limit // 100:,}" in documents["returns", "zh"].body
    assert f"{limit // 100:,}" in documents["returns", "en"].body


async def test_help_and_answers_state_the_hours_of_the_desk(shop: Database) -> None:
    [row] = await rows_of(shop, Shop)
    desk = load_policy(row.policy).desk
    assert desk.hours is not None
    assert set(desk.hours) == {"daily"}
    assert (desk.timezone, desk.holidays, desk.special_days) == (None, (), {})  # none: the zone of the policy
    assert load_policy(row.policy).timezone == row.timezone == "Asia/Shanghai"  # which the texts call that of Beijing
    [shift] = desk.hours["daily"]
    kept = [(f"{shift.begin:%-H:%M}", f"{shift.end:%-H:%M}")]
    documents, answers = await _documents(shop), await rows_of(shop, CuratedAnswer)
    for lang, zone in (("zh", "北京时间"), ("en", "Beijing time")):
        contact = documents["contact", lang]
        [answer] = [one.answer for one in answers if one.document_id == contact.id and zone in one.answer]
        for text in (contact.body.replace("*", ""), answer):
            assert zone in text
            assert re.findall(r"(\d+:\d\d) (?:到|to) (\d+:\d\d)", text) == kept


async def test_curated_answers_have_several_phrasings_and_an_article_in_their_language(shop: Database) -> None:
    answers = await rows_of(shop, CuratedAnswer)
    documents = {document.id: document for document in await rows_of(shop, Document)}
    assert len(answers) >= 40
    for answer in answers:
        assert len(answer.questions) >= 3
        assert answer.answer.endswith(("。", ".")), answer.answer
        assert documents[str(answer.document_id)].lang == answer.lang
    asked = [question for answer in answers for question in answer.questions]
    assert len(set(asked)) == len(asked)
