"""A person's answer becomes an article from which the next shopper is answered; what nobody could answer is counted."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from dialogue.commands import Affirm, AskKnowledge, StartFlow
from dialogue.replies.types import CitationReply
from dialogue.testing import ScriptedUnderstander
from knowledge.db import Database
from knowledge.embedding import default_embedder
from knowledge.retrieval import build_retriever
from knowledge.types import Lang
from tests.dialogue.conftest import Talk, assemble, small_shop, words
from tools.base import Evidence, Identity, Outcome, ToolCall
from tools.content.articles import ArticleDraft
from tools.content.gaps import KnowledgeGaps
from tools.executor import Executor
from tools.testing import NOW, FixedClock

OWNER, AGENT = Identity("merchant", subject="owner"), Identity("agent", subject="Li")
ASKED: dict[Lang, str] = {
    "en": "Do you deliver to my island, Emma Clark asks, order D1001?",
    "zh": "能送到我住的小岛吗，订单D1001",
}
SAID: dict[Lang, str] = {
    "en": "Hi Emma, yes: we deliver to every island by boat twice a week. Questions: emma@example.com",
    "zh": "您好，可以的，每周两次船运送到各个小岛。有事打13800001111",
}
LEFT: dict[Lang, str] = {
    "en": "Yes: we deliver to every island by boat twice a week. Questions: [e-mail]",
    "zh": "可以的，每周两次船运送到各个小岛。有事打【电话】",
}


@pytest_asyncio.fixture(params=["en", "zh"])
async def answered(request: pytest.FixtureRequest, database: Database) -> AsyncIterator[tuple[Talk, int]]:
    """Emma asked what no document knows, took a person, and got an answer: the conversation and the answer's number."""
    await small_shop(database)
    lang: Lang = request.param
    understander = ScriptedUnderstander({}, lang)
    emma = Identity("shopper", subject="C1", customer_id="C1")
    conversations = await assemble(database, understander)
    retriever = await build_retriever(database, default_embedder())  # the one that shops have: meaning decides here
    conversations.executor.services = dataclasses.replace(conversations.executor.services, retriever=retriever)
    talk = Talk(conversations, understander, database, emma)
    await talk.open(lang)
    await talk.say(ASKED[lang], AskKnowledge(query=ASKED[lang]))
    turn = await talk.say("yes", Affirm())
    assert turn.ticket is not None
    await talk.conversations.claim(turn.ticket.id, AGENT, version=1)
    said = await talk.conversations.reply_as_agent(talk.id, AGENT, client_id="a1", text=SAID[lang])
    yield talk, said.seq
    await talk.conversations.executor.close()


async def call(executor: Executor, tool: str, arguments: dict[str, object], identity: Identity) -> Outcome:
    return await executor.call(ToolCall(tool, arguments), identity, idempotency_key=f"{tool}-{arguments}")


async def drafted(talk: Talk, seq: int, **more: object) -> ArticleDraft:
    arguments = {"conversation_id": talk.id, "seq": seq, **more}
    outcome = await call(talk.conversations.executor, "draft_article", arguments, AGENT)
    assert isinstance(outcome.evidence, ArticleDraft), outcome
    return outcome.evidence


async def gaps(talk: Talk) -> KnowledgeGaps:
    found: Evidence | None = (await call(talk.conversations.executor, "knowledge_gaps", {}, OWNER)).evidence
    assert isinstance(found, KnowledgeGaps)
    return found


async def test_an_answer_becomes_an_article_that_answers_the_next_shopper(answered: tuple[Talk, int]) -> None:
    talk, seq = answered
    lang, executor = talk.understander.lang, talk.conversations.executor
    assert [gap.times for gap in (await gaps(talk)).gaps] == [1]
    draft = await drafted(talk, seq)
    assert (draft.lang, draft.answer, draft.missing) == (lang, LEFT[lang], {"en": "zh", "zh": "en"}[lang])
    assert "D1001" not in draft.question + draft.title
    assert "Clark" not in draft.question + draft.title
    assert draft.removed["order"] == 1
    [waiting] = await executor.proposals(OWNER)
    assert (waiting.id, waiting.proposed_by, waiting.can) == (draft.proposal_id, "Li", ("approve", "reject", "edit"))
    assert waiting.effect is not None
    assert {"en": "Chinese", "zh": "英文"}[lang] in getattr(waiting.effect, lang)
    edited = await executor.edit(
        draft.proposal_id, waiting.arguments | {"title": {"en": "Islands", "zh": "海岛配送"}[lang]}, OWNER
    )
    assert edited.proposal_id is not None
    assert (await executor.confirm(edited.proposal_id, OWNER)).status == "ok"

    other = dataclasses.replace(talk, identity=Identity("shopper", subject="C2", customer_id="C2"), id="")
    await other.open(lang)
    question = draft.question
    turn = await other.say(question, AskKnowledge(query=question))
    [cited] = [reply for reply in turn.replies if isinstance(reply, CitationReply)]
    assert cited.title == {"en": "Islands", "zh": "海岛配送"}[lang]
    assert LEFT[lang] in cited.text
    closed = await gaps(talk)
    assert (closed.gaps, closed.unanswered, closed.answered_since) == ((), 1, 1)
    listed = (await call(executor, "list_documents", {}, OWNER)).evidence
    assert listed is not None
    assert [row["missing"] for row in listed.model_dump()["documents"]] == [{"en": "zh", "zh": "en"}[lang]]


async def test_the_same_answer_is_one_draft_and_two_answers_are_two(answered: tuple[Talk, int]) -> None:
    talk, seq = answered
    first = await drafted(talk, seq)
    again = await drafted(talk, seq, question=None)
    assert again.proposal_id == first.proposal_id
    more = await talk.conversations.reply_as_agent(talk.id, AGENT, client_id="a2", text="The boat leaves at 8:00.")
    second = await drafted(talk, more.seq, question="When does the boat leave?")
    executor = talk.conversations.executor
    assert {each.id for each in await executor.proposals(OWNER)} == {first.proposal_id, second.proposal_id}
    for draft in (first, second):  # edited one after the other, neither takes the other's place
        [waiting] = await executor.proposals(OWNER, proposal_id=draft.proposal_id)
        await executor.edit(draft.proposal_id, waiting.arguments | {"kind": "help"}, OWNER)
    assert [each.arguments["kind"] for each in await executor.proposals(OWNER)] == ["help", "help"]


async def test_what_no_person_said_makes_no_article(answered: tuple[Talk, int]) -> None:
    talk, seq = answered
    executor = talk.conversations.executor
    for arguments, code in (
        ({"conversation_id": talk.id, "seq": 1}, "answer_not_found"),
        ({"conversation_id": "elsewhere", "seq": seq}, "answer_not_found"),
    ):
        assert (await call(executor, "draft_article", arguments, AGENT)).code == code
    empty = await talk.conversations.reply_as_agent(talk.id, AGENT, client_id="a3", text="Emma Clark D1001")
    refused = await call(executor, "draft_article", {"conversation_id": talk.id, "seq": empty.seq}, AGENT)
    assert refused.code == "answer_all_personal"
    shopper = await call(executor, "draft_article", {"conversation_id": talk.id, "seq": seq}, talk.identity)
    assert shopper.code == "not_allowed"
    assert await executor.proposals(OWNER) == []


async def test_gaps_are_counted_by_meaning_and_told_in_the_copilot(answered: tuple[Talk, int]) -> None:
    talk, _ = answered
    lang = talk.understander.lang
    other = dataclasses.replace(talk, identity=Identity("shopper", subject="C2", customer_id="C2"), id="")
    await other.open(lang)
    same, new = {
        "en": ("do you deliver to my island, order D1001", "can I rent a camel"),
        "zh": ("能送到我住的小岛吗，订单D1001呢", "可以租骆驼吗"),
    }[lang]
    for asked in (same, new, new.upper()):
        await other.say(asked, AskKnowledge(query=asked))
    found = await gaps(talk)
    assert (found.asked, found.unanswered) == (4, 4)
    assert sum(gap.times for gap in found.gaps) == 4
    camel = next(gap for gap in found.gaps if gap.question.lower() == new.lower())
    assert (camel.times, camel.conversations, camel.lang) == (2, 1, lang)
    assert all("Clark" not in gap.question + "".join(gap.examples) for gap in found.gaps)
    assert all("D1001" not in gap.question + "".join(gap.examples) for gap in found.gaps)
    owner = Talk(talk.conversations, talk.understander, talk.database, OWNER)
    await owner.open(lang)
    told = words(await owner.say("gaps", StartFlow(flow="knowledge_gaps", text="gaps")))
    assert camel.question in told
    clock = talk.conversations.clock
    assert isinstance(clock, FixedClock)
    clock.advance(days=31)
    assert clock.now > NOW
    assert (await gaps_anew(talk)).gaps == ()


async def gaps_anew(talk: Talk) -> KnowledgeGaps:
    found = (await call(talk.conversations.executor, "knowledge_gaps", {"days": 30}, OWNER)).evidence
    assert isinstance(found, KnowledgeGaps)
    return found
