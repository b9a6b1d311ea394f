"""What goes on, as a supervisor sees it, and what they do about it, on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from dialogue.commands import AskHuman, ChitChat, Command, Emotion
from dialogue.conversations import Conversations
from dialogue.events import INTERNAL_TYPES, PUBLIC_TYPES, Whispered
from dialogue.supervising import Supervising
from dialogue.testing import ScriptedUnderstander
from knowledge.db import Database
from tests.dialogue.conftest import assemble, small_shop
from tools.base import Identity, Outcome, ToolCall
from tools.errors import ArgumentError, RefusedError
from tools.testing import FixedClock
from tools.ticketing.live import LiveBoard, LiveConversation

EMMA, MING = (Identity("shopper", subject=name, customer_id=name) for name in ("C1", "C2"))
VISITOR = Identity("shopper", subject="vis_1")
ADA, BEN = (Identity("agent", subject=name) for name in ("ada", "ben"))
BOSS = Identity("agent", subject="boss", supervisor=True)
SCRIPT: dict[str, tuple[Command, ...]] = {
    "hello": (ChitChat(topic="greeting"),),
    "this is awful": (ChitChat(topic="greeting"),),
    "a person, please": (AskHuman(),),
}


@pytest_asyncio.fixture
async def talk(any_database: Database) -> AsyncIterator[Conversations]:
    await small_shop(any_database)
    understander = ScriptedUnderstander(SCRIPT)
    understander.emotions["this is awful"] = Emotion(
        label="annoyed", score=0.9, intensity=0.3, chances={"annoyed": 1.0}
    )
    conversations = await assemble(any_database, understander)
    yield conversations
    await conversations.executor.close()


async def said(talk: Conversations, who: Identity, *texts: str) -> str:
    opened = await talk.open(who, lang="en")
    for number, text in enumerate(texts):
        await talk.send(opened.id, who, client_id=f"m{number}", text=text)
    return opened.id


async def board(talk: Conversations, who: Identity = BOSS) -> LiveBoard:
    outcome = await seen(talk, who)
    assert isinstance(outcome.evidence, LiveBoard), outcome
    return outcome.evidence


async def seen(talk: Conversations, who: Identity) -> Outcome:
    key = f"{who.subject} {talk.clock()}"
    return await talk.executor.call(ToolCall("live_board", {}), who, idempotency_key=key)


async def row(talk: Conversations, conversation_id: str) -> LiveConversation:
    return next(row for row in (await board(talk)).conversations if row.conversation_id == conversation_id)


def advance(talk: Conversations, **span: float) -> None:
    assert isinstance(talk.clock, FixedClock)
    talk.clock.advance(**span)


async def test_what_goes_on_is_sorted_by_who_waits_for_a_person_and_says_how_each_feels(talk: Conversations) -> None:
    await said(talk, VISITOR)  # who was only greeted is not there yet
    with_bot = await said(talk, EMMA, "hello", "this is awful")
    advance(talk, minutes=1)
    first = await said(talk, MING, "a person, please")
    advance(talk, minutes=1)
    second = await said(talk, VISITOR, "a person, please")
    found = (await board(talk)).conversations
    assert [(each.conversation_id, each.owner, each.position) for each in found] == [
        (first, "queued", 1),
        (second, "queued", 2),
        (with_bot, "bot", None),
    ]
    assert [(each.name, each.customer_id) for each in found] == [("王小明", "C2"), ("", None), ("Emma Clark", "C1")]
    assert (found[2].mood, found[2].trend, found[2].speaker) == ("annoyed", "worse", "bot")
    assert (found[1].since, found[0].since < found[1].since) == (talk.clock(), True)


async def test_with_the_bot_it_goes_on_until_it_is_quiet_in_the_queue_until_somebody_comes(talk: Conversations) -> None:
    await said(talk, EMMA, "hello")
    waiting = await said(talk, MING, "a person, please")
    advance(talk, minutes=16)
    [left] = (await board(talk)).conversations
    assert (left.conversation_id, left.clocks[0].state) == (waiting, "breached")
    assert [(each.queue, each.waiting) for each in (await board(talk)).queues] == [(left.queue, 1)]


@pytest.mark.parametrize("who", [ADA, Identity("merchant", subject="m"), EMMA])
async def test_nobody_but_a_supervisor_sees_it(talk: Conversations, who: Identity) -> None:
    outcome = await seen(talk, who)
    assert (outcome.status, outcome.code) == ("refused", "supervisors_only" if who is ADA else "not_allowed")


async def test_an_agent_who_is_no_supervisor_takes_nothing_over_and_whispers_to_nobody(talk: Conversations) -> None:
    conversation = await said(talk, EMMA, "a person, please")
    shown = await row(talk, conversation)
    assert shown.ticket_id is not None
    await talk.claim(shown.ticket_id, ADA, version=1)
    supervising = Supervising(talk)
    before = await talk.store.load(conversation)
    with pytest.raises(RefusedError, match="supervisors_only"):
        await supervising.take_over(conversation, BEN, version=shown.version + 1, because="mine")
    with pytest.raises(RefusedError, match="supervisors_only"):
        await supervising.whisper(conversation, BEN, client_id="w", text="psst")
    assert await talk.store.load(conversation) == before


async def test_a_take_over_from_the_bot_writes_the_ticket_that_the_bot_would_have_written(talk: Conversations) -> None:
    conversation = await said(talk, EMMA, "hello", "this is awful")
    ticket = await Supervising(talk).take_over(conversation, BOSS, version=0)
    state = await talk.state_of(conversation)
    assert (state.owner, state.agent_id, state.ticket and state.ticket.id) == ("human", "boss", ticket.ticket_id)
    assert (ticket.status, ticket.assignee, ticket.customer_id, ticket.subject) == (
        "claimed",
        "boss",
        "C1",
        "this is awful",
    )
    assert [each.text for each in ticket.body.said] == ["hello", "this is awful"]
    assert [point.label for point in ticket.body.emotion.points] == ["calm", "annoyed"]
    assert "Handed over: a supervisor took it over." in {each.text.en for each in ticket.body.summary}
    await talk.release(ticket.ticket_id, BOSS, outcome="resolve")
    assert (await talk.state_of(conversation)).owner == "bot"


async def test_a_take_over_from_an_agent_keeps_the_ticket_and_tells_them_why_where_no_shopper_looks(
    talk: Conversations,
) -> None:
    conversation = await said(talk, EMMA, "a person, please")
    shown = await row(talk, conversation)
    assert shown.ticket_id is not None
    await talk.claim(shown.ticket_id, ADA, version=1)
    taken = await Supervising(talk).take_over(conversation, BOSS, version=shown.version + 1, because="a friend")
    told = [each.event for each in await talk.events(conversation, ADA) if isinstance(each.event, Whispered)]
    assert (taken.ticket_id, taken.assignee) == (shown.ticket_id, "boss")
    assert told == [Whispered(author_id="boss", to="ada", text="a friend", taken_over=True)]
    assert not {each.event.type for each in await talk.events(conversation, EMMA)} & INTERNAL_TYPES
    assert not INTERNAL_TYPES & PUBLIC_TYPES


@pytest.mark.parametrize(
    ("asked", "kind", "code"),
    [
        ({"conversation_id": "cnv_unknown", "version": 0}, ArgumentError, "conversation_not_found"),
        ({"version": 7}, ArgumentError, "conversation_changed"),
    ],
)
async def test_what_cannot_be_taken_over_is_refused_and_changes_nothing(
    talk: Conversations, asked: dict[str, Any], kind: type[Exception], code: str
) -> None:
    conversation = await said(talk, EMMA, "hello")
    await talk.executor.audit.flush()
    outcome = await talk.executor.call(
        ToolCall("take_over", {"conversation_id": conversation, **asked}), BOSS, idempotency_key="k"
    )
    assert (outcome.code, outcome.mendable) == (code, kind is ArgumentError)
    assert (await talk.store.head(conversation)).owner == "bot"


async def test_a_whisper_needs_somebody_who_holds_the_conversation(talk: Conversations) -> None:
    conversation = await said(talk, EMMA, "hello")
    with pytest.raises(RefusedError, match="nobody_holds_it"):
        await Supervising(talk).whisper(conversation, BOSS, client_id="w", text="psst")
