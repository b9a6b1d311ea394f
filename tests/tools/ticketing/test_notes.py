"""Notes, mentions and kept replies on both databases."""

from __future__ import annotations

import asyncio
import dataclasses

import pytest
from sqlmodel import col, select

from knowledge.db import Database
from knowledge.person import erase
from knowledge.schema import CannedReply, Customer, DeskAgent, NoteMention, TicketNote
from tests.tools.ticketing.test_tools import ANNA, BEN, call, clock, hand_over, talks
from tools.base import ToolCall
from tools.executor import Executor
from tools.testing import NOW, FixedClock, make_executor, shopper
from tools.ticketing import canned, notes, tools
from tools.ticketing.canned_types import CannedReplies, FilledReply
from tools.ticketing.note_types import KeptNote, MentionList, NoteList

__all__ = ["clock", "talks"]


@pytest.fixture
def executor(talks: Database, clock: FixedClock) -> Executor:
    return make_executor(talks, (*tools.TOOLS, *notes.TOOLS, *canned.TOOLS), clock=clock)


def calling(tool: str, **arguments: str) -> ToolCall:
    return ToolCall(tool, arguments)


async def seen_at_the_desk(talks: Database, *names: str) -> None:
    async with talks.write() as session:
        session.add_all(DeskAgent(subject=name) for name in names)


async def test_a_note_and_its_mentions_go_with_the_person_and_no_one_else_s(
    talks: Database, executor: Executor
) -> None:
    await seen_at_the_desk(talks, "anna", "ben")
    theirs, other = await hand_over(executor, "c1"), await hand_over(executor, "c2")
    for made in (theirs, other):
        kept = await call(executor, "note_ticket", ANNA, ticket_id=made.ticket_id, client_id="n1", text="@ben look")
        assert isinstance(kept.evidence, KeptNote)
        assert kept.evidence.mentions == ("ben",)
        assert kept.call.arguments == {"ticket_id": made.ticket_id, "client_id": "n1"}
    found = (await call(executor, "list_mentions", BEN)).evidence
    assert isinstance(found, MentionList)
    assert (found.unread, {each.note.ticket_id for each in found.mentions}) == (2, {theirs.ticket_id, other.ticket_id})
    async with talks.write() as session:
        gone = await erase(session, await session.get_one(Customer, "C1"), by="boss", now=NOW)
    assert (gone.counts["ticketnote"], gone.counts["notemention"]) == (1, 1)
    async with talks.read() as session:
        left = (await session.exec(select(TicketNote.ticket_id))).all()
        named = (await session.exec(select(NoteMention.agent))).all()
    assert (left, named) == ([other.ticket_id], ["ben"])


async def test_notes_of_a_conversation_s_earlier_ticket_are_there_too(executor: Executor, clock: FixedClock) -> None:
    first = await hand_over(executor, "c1")
    await call(executor, "note_ticket", ANNA, ticket_id=first.ticket_id, client_id="n1", text="one")
    await call(executor, "claim_ticket", ANNA, ticket_id=first.ticket_id, version=first.version)
    await call(executor, "release_ticket", ANNA, ticket_id=first.ticket_id, outcome="resolve")
    outcome = await executor.call(
        calling("hand_over", reason="asked", lang="en", subject="again"), shopper("C1", "c1"), idempotency_key="again"
    )
    assert outcome.evidence is not None
    second = str(outcome.evidence.model_dump()["ticket_id"])
    assert second != first.ticket_id
    clock.advance(seconds=1)
    await call(executor, "note_ticket", BEN, ticket_id=second, client_id="n1", text="two")
    for ticket_id in (first.ticket_id, second):
        found = (await call(executor, "list_ticket_notes", ANNA, ticket_id=ticket_id)).evidence
        assert isinstance(found, NoteList)
        assert [note.text for note in found.notes] == ["one", "two"]


async def test_two_who_keep_a_reply_of_one_name_at_once_leave_one(talks: Database, executor: Executor) -> None:
    boss = dataclasses.replace(ANNA, supervisor=True)
    first, second = [
        executor.call(
            calling("set_canned_reply", name="hello", zh="您好", en=text), boss, idempotency_key=f"hello {text}"
        )
        for text in ("Hello", "Hi")
    ]
    outcomes = await asyncio.gather(first, second)
    assert [outcome.status for outcome in outcomes] == ["ok", "ok"]
    async with talks.read() as session:
        kept = (await session.exec(select(CannedReply).where(col(CannedReply.name) == "hello"))).all()
    assert len(kept) == 1
    listed = (await call(executor, "list_canned_replies", BEN)).evidence
    assert isinstance(listed, CannedReplies)
    made = await hand_over(executor, "c1")
    said = await call(executor, "fill_canned_reply", BEN, reply_id=kept[0].id, ticket_id=made.ticket_id, lang="zh")
    assert said.evidence == FilledReply(text="您好", lang="zh", gaps=())
