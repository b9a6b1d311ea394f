"""The brief that is written by itself: once a day, whoever is first, and said where merchants come in."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime as dt

import pytest
from sqlmodel import select

from channels.briefs import write_due
from dialogue.briefing import Briefs
from dialogue.conversations import Conversations
from dialogue.events import Replied, ToolReturned
from dialogue.testing import ScriptedUnderstander
from knowledge.db import Database
from knowledge.schema import Conversation
from knowledge.types import Lang
from tests.dialogue.conftest import assemble, small_shop
from tools.base import Identity
from tools.testing import FixedClock

OWNER, PARTNER = Identity("merchant", subject="owner"), Identity("merchant", subject="partner")
EMMA = Identity("shopper", subject="C1", customer_id="C1")
AT = dt.time(8, 30)


async def on_monday_evening(database: Database) -> Conversations:
    """The shop on Tuesday 10 March, 20:00 in Shanghai."""
    return await assemble(database, ScriptedUnderstander({}))


async def briefs(conversations: Conversations) -> list[Conversation]:
    async with conversations.database.read() as session:
        return list((await session.exec(select(Conversation).where(Conversation.channel == "brief"))).all())


async def said(conversations: Conversations, conversation_id: str) -> list[str]:
    """What the shop said in a conversation of the owner's."""
    events = [stored.event for stored in await conversations.store.load(conversation_id)]
    return [reply.text for event in events if isinstance(event, Replied) for reply in event.replies]


def clock(conversations: Conversations) -> FixedClock:
    found = conversations.clock
    assert isinstance(found, FixedClock)
    return found


async def test_it_is_written_once_and_stands_at_the_head_of_what_a_merchant_opens(any_database: Database) -> None:
    await small_shop(any_database)
    conversations = await on_monday_evening(any_database)
    assert await conversations.brief_merchants()
    assert await conversations.brief_merchants()
    [brief] = await briefs(conversations)
    assert brief.id == "brf_2026-03-09"
    [returned] = [
        stored.event for stored in await conversations.store.load(brief.id) if isinstance(stored.event, ToolReturned)
    ]
    assert returned.action.result["day"] == "2026-03-09"
    langs: tuple[Lang, ...] = ("zh", "en")
    for lang in langs:
        opened = await conversations.open(OWNER, lang=lang)
        assert "2026-03-09" in opened.greeting[1].text
        assert await said(conversations, opened.id) == [reply.text for reply in opened.greeting]
    assert len((await conversations.open(EMMA, lang="en")).greeting) == 1


async def test_of_two_replicas_one_writes_it(any_database: Database) -> None:
    await small_shop(any_database)
    one, other = await on_monday_evening(any_database), await on_monday_evening(any_database)
    conversation = await one.open(OWNER, lang="en")
    clock(one).advance(seconds=1)
    clock(other).advance(seconds=1)
    assert all(await asyncio.gather(one.brief_merchants(), other.brief_merchants()))
    assert len(await briefs(one)) == 1
    assert sum("2026-03-09" in text for text in await said(one, conversation.id)) == 1


async def test_where_merchants_left_off_it_is_said_once_in_their_language(database: Database) -> None:
    await small_shop(database)
    conversations = await on_monday_evening(database)
    old = await conversations.open(OWNER, lang="zh")
    clock(conversations).advance(minutes=1)
    newer = await conversations.open(OWNER, lang="zh")
    partners = await conversations.open(PARTNER, lang="en")
    shoppers = await conversations.open(EMMA, lang="en")
    clock(conversations).advance(minutes=1)
    for _ in range(3):  # as after restarts
        await conversations.brief_merchants()
    assert len(await said(conversations, old.id)) == len(await said(conversations, shoppers.id)) == 1
    told = {name: (await said(conversations, name))[1:] for name in (newer.id, partners.id)}
    assert all(sum("2026-03-09" in text for text in texts) == 1 for texts in told.values())
    assert "那天" in told[newer.id][0]
    assert "That day" in told[partners.id][0]


async def test_an_old_brief_is_not_said_again_on_the_next_day(database: Database) -> None:
    await small_shop(database)
    conversations = await on_monday_evening(database)
    await conversations.brief_merchants()
    clock(conversations).advance(hours=4)  # midnight in Shanghai
    assert len((await conversations.open(OWNER, lang="en")).greeting) == 1


@pytest.mark.parametrize(
    ("utc", "due"), [("2026-03-10 00:29", False), ("2026-03-10 00:30", True), ("2026-03-10 15:59", True), ("2026-03-10 16:00", False)]
)  # fmt: skip
async def test_it_is_time_by_the_shops_clock(database: Database, utc: str, due: bool) -> None:
    await small_shop(database)
    conversations = await on_monday_evening(database)
    clock(conversations).now = dt.datetime.fromisoformat(utc).replace(tzinfo=dt.UTC)
    day = await write_due(AT, conversations, None)
    assert (day is not None, len(await briefs(conversations))) == (due, int(due))


async def test_a_time_that_the_clocks_leap_over_is_due_after_the_leap(database: Database) -> None:
    """Paris, 29 March 2026: after 01:59 comes 03:00."""
    await small_shop(database)
    conversations = await on_monday_evening(database)
    briefs = Briefs(conversations.store, conversations.executor, conversations.templates, "Europe/Paris", "en")
    for utc, due in (("00:59", False), ("01:00", True)):
        clock(conversations).now = dt.datetime.fromisoformat(f"2026-03-29 {utc}").replace(tzinfo=dt.UTC)
        assert briefs.due(dt.time(2, 30)) is due


async def test_days_that_were_missed_are_not_caught_up(database: Database) -> None:
    await small_shop(database)
    conversations = await on_monday_evening(database)
    done = await write_due(AT, conversations, None)
    clock(conversations).advance(days=5)
    done = await write_due(AT, conversations, done)
    assert [brief.id for brief in await briefs(conversations)] == ["brf_2026-03-09", "brf_2026-03-14"]
    assert await write_due(AT, conversations, done) == done


async def test_what_failed_is_tried_again(database: Database) -> None:
    await small_shop(database)
    conversations = await on_monday_evening(database)
    tools = dict(conversations.executor.tools)
    brief = tools["daily_brief"]

    async def fails(_context: object, _arguments: object) -> object:
        raise RuntimeError("no")

    conversations.executor.tools = {**tools, "daily_brief": dataclasses.replace(brief, run=fails)}  # type: ignore[arg-type]
    assert await write_due(AT, conversations, None) is None
    assert await briefs(conversations) == []
    conversations.executor.tools = tools
    assert await write_due(AT, conversations, None) == dt.date(2026, 3, 9)
