"""Questions to the shop's documents, in a conversation."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import get_args

import pytest
import pytest_asyncio

from dialogue.commands import Affirm, AskKnowledge, ChitChat, Choose, Deny, Provide, StartFlow
from dialogue.replies.types import CitationReply
from dialogue.testing import entity
from dialogue.turn import Turn
from knowledge.documents import DocumentFile, put_document
from knowledge.schema import CuratedAnswer
from knowledge.types import Lang
from tests.dialogue.conftest import Talk, choices, words
from tools.testing import NOW

FILES = (
    DocumentFile("returns", "en", "Returns", "## How long can I return?\n\nSeven days after delivery.\n\n## Who pays to return?\n\nYou do."),
    DocumentFile("returns", "zh", "退货", "## 多久可以退货？\n\n签收后七天内。\n\n## 退货运费谁付？\n\n由您承担。"),
)  # fmt: skip
SURE: dict[Lang, str] = {"en": "how long can I return", "zh": "多久可以退货"}
VAGUE: dict[Lang, str] = {"en": "the return of my grandmother's sofa", "zh": "我奶奶家那个沙发的退货"}
UNKNOWN: dict[Lang, str] = {"en": "do you sell elephants", "zh": "你们卖大象吗"}


@pytest_asyncio.fixture
async def helped(talk: Talk) -> AsyncIterator[Talk]:
    """Emma, in a shop that has help documents."""
    async with talk.database.write() as session:
        for file in FILES:
            await put_document(session, file, NOW)
    services = talk.conversations.executor.services
    assert services.retriever is not None
    await services.retriever.refresh()
    yield talk


async def ask(talk: Talk, lang: Lang, asked: str) -> Turn:
    talk.understander.lang = lang
    return await talk.say(asked, AskKnowledge(query=asked))


def citations(turn: Turn) -> list[CitationReply]:
    return [reply for reply in turn.replies if isinstance(reply, CitationReply)]


@pytest.mark.parametrize("lang", get_args(Lang))
async def test_an_answer_is_the_passage_with_where_it_stands(helped: Talk, lang: Lang) -> None:
    turn = await ask(helped, lang, SURE[lang])
    expected = {"en": ("Seven days after delivery.", "Returns"), "zh": ("签收后七天内。", "退货")}
    assert [(reply.text, reply.title, reply.lang) for reply in citations(turn)] == [(*expected[lang], lang)]
    assert (citations(turn)[0].document_id, citations(turn)[0].slug) == (f"returns.{lang}", "returns")
    assert [action.tool for action in turn.actions] == ["search_knowledge"]


async def test_the_very_question_gets_the_curated_answer(helped: Talk) -> None:
    curated = CuratedAnswer(
        id="a", lang="en", questions=["how long can I return"], answer="A week.", document_id="returns.en", updated_at=NOW
    )  # fmt: skip
    async with helped.database.write() as session:
        session.add(curated)
    assert helped.conversations.executor.services.retriever is not None
    await helped.conversations.executor.services.retriever.refresh()
    assert words(await ask(helped, "en", "How long can I return?")) == "A week."


@pytest.mark.parametrize("lang", get_args(Lang))
async def test_what_no_document_says_is_not_made_up_but_offered_to_a_colleague(helped: Talk, lang: Lang) -> None:
    turn = await ask(helped, lang, UNKNOWN[lang])
    assert citations(turn) == []
    assert choices(turn) == {"en": ["Yes", "No"], "zh": ["是", "否"]}[lang]
    taken = await helped.say("yes", Affirm())
    assert (taken.handled_by, taken.ticket is not None) == ("queue", True)


async def test_no_colleague_comes_after_a_no(helped: Talk) -> None:
    await ask(helped, "en", UNKNOWN["en"])
    turn = await helped.say("no", Deny())
    assert (turn.handled_by, turn.ticket) == ("bot", None)
    later = await helped.say("ok", Affirm())
    assert (later.handled_by, later.ticket) == ("bot", None)


@pytest.mark.parametrize("lang", get_args(Lang))
async def test_what_may_be_meant_is_offered_and_answered_when_chosen(helped: Talk, lang: Lang) -> None:
    offered = await ask(helped, lang, VAGUE[lang])
    heading = {"en": "Returns › Who pays to return?", "zh": "退货 › 退货运费谁付？"}[lang]
    assert citations(offered) == []
    assert heading in choices(offered)
    chosen = await helped.say(heading, Choose(indexes=(choices(offered).index(heading),)))
    assert [reply.text for reply in citations(chosen)] == [{"en": "You do.", "zh": "由您承担。"}[lang]]
    assert helped.understander.views[-1].pending is not None
    await helped.say("thanks", ChitChat(topic="thanks"))
    assert helped.understander.views[-1].pending is None


async def test_none_of_the_offered_goes_to_a_colleague(helped: Talk) -> None:
    offered = await ask(helped, "en", VAGUE["en"])
    turn = await helped.say("the last", Choose(indexes=(len(choices(offered)) - 1,)))
    assert (turn.handled_by, turn.ticket is not None) == ("queue", True)


async def test_a_plain_no_to_the_offered_asks_before_it_hands_over(helped: Talk) -> None:
    await ask(helped, "en", VAGUE["en"])
    turn = await helped.say("none", Deny())
    assert (turn.handled_by, choices(turn)) == ("bot", ["Yes", "No"])


@pytest.mark.parametrize("first", [VAGUE["en"], UNKNOWN["en"]])
async def test_the_next_question_takes_the_place_of_the_offer(helped: Talk, first: str) -> None:
    await ask(helped, "en", first)
    turn = await ask(helped, "en", SURE["en"])
    assert words(turn) == "Seven days after delivery."
    assert choices(turn) == []


@pytest.mark.parametrize("asked", [SURE["en"], VAGUE["en"], UNKNOWN["en"]])
async def test_a_question_amid_a_procedure_is_answered_and_the_procedure_goes_on(helped: Talk, asked: str) -> None:
    await helped.say("return", StartFlow(flow="return_items"))
    turn = await ask(helped, "en", asked)
    open_question = helped.understander.views[-1].pending
    assert open_question is not None
    await helped.say("D1001", Provide(entities=(entity("order_ref", "D1001", id="D1001"),)))
    asking = helped.understander.views[-1].pending
    assert asking is not None
    assert asking.slot == open_question.slot
    assert "Yes" not in choices(turn)
