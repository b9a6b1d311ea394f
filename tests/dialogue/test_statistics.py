"""The desk's figures against plain Python: a few conversations with known ends, and every figure worked out from their events alone."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
import pytest_asyncio
from sqlmodel import select

from dialogue.commands import Affirm, AskHuman, ChitChat, Emotion
from dialogue.conversations import Conversations
from dialogue.events import (
    Asked,
    MessageReceived,
    OwnershipChanged,
    Rated,
    Replied,
    StoredEvent,
    TicketOpened,
    TurnEnded,
    Understood,
)
from dialogue.replies.types import RatingReply
from dialogue.state import displeasure
from dialogue.store import EventStore
from dialogue.testing import ScriptedUnderstander
from knowledge.db import Database
from knowledge.schema import Conversation, Sitting
from knowledge.types import Lang, new_id
from tests.dialogue.conftest import Talk, assemble, small_shop
from tests.dialogue.test_conversations import CANCEL
from tools.analytics.statistics import RecordsView, Statistics
from tools.base import Identity, ToolCall
from tools.testing import FixedClock

ADA, BOB = Identity("agent", subject="ada"), Identity("agent", subject="bob")
CHIEF = Identity("agent", subject="chief", supervisor=True)


@dataclasses.dataclass
class Day:
    """A shop with a day of conversations."""

    conversations: Conversations
    understander: ScriptedUnderstander
    clock: FixedClock
    talks: list[Talk] = dataclasses.field(default_factory=list)

    async def talk(self, subject: str, lang: Lang = "en") -> Talk:
        known = subject if subject.startswith("C") else None
        self.understander.lang = lang
        talk = Talk(
            self.conversations, self.understander, self.conversations.database, Identity("shopper", subject, known)
        )
        await talk.open(lang)
        self.talks.append(talk)
        return talk

    async def handed_over(self, talk: Talk, agent: Identity, *, after_min: float) -> str:
        turn = await talk.say("a person please", AskHuman())
        assert turn.ticket is not None
        self.clock.advance(minutes=after_min)
        await self.conversations.claim(turn.ticket.id, agent, version=1)
        return turn.ticket.id

    async def asked(self, identity: Identity, **given: Any) -> Statistics:
        await self.conversations.counting.catch_up()
        found = await self.called("desk_statistics", identity, **given)
        assert isinstance(found, Statistics)
        return found

    async def called(self, tool: str, identity: Identity, **given: Any) -> Any:
        call = ToolCall(tool, given)
        outcome = await self.conversations.executor.call(call, identity, idempotency_key=new_id("ask"))
        assert outcome.status == "ok", outcome
        return outcome.evidence

    async def figures(self, identity: Identity = CHIEF, **given: Any) -> dict[str, Any]:
        found = await self.asked(identity, **given)
        totals = {card.id: card.figures.total for card in found.cards if not card.figures.by}
        groups = {
            card.id: {group.values[0].key: group.value for group in card.figures.groups if group.value}
            for card in found.cards
            if card.figures.by
        }
        return {**totals, **groups}


@pytest_asyncio.fixture
async def day(any_database: Database) -> AsyncIterator[Day]:
    await small_shop(any_database)
    understander = ScriptedUnderstander({})
    conversations = await assemble(any_database, understander)
    clock = conversations.executor.clock
    assert isinstance(clock, FixedClock)
    day = Day(conversations, understander, clock)
    await _lived(day)
    yield day
    await conversations.executor.close()


async def _lived(day: Day) -> None:
    """Six conversations: one that each ending has, two that the bot could not end, and one that still waits."""
    clock, felt = day.clock, day.understander.emotions
    emma = await day.talk("C1")
    felt["cancel D1002"] = Emotion(label="annoyed", score=0.9, intensity=0.5)
    felt["yes"] = Emotion(label="satisfied", score=0.9, intensity=0.8)
    await emma.say("cancel D1002", CANCEL)
    await emma.say("yes", Affirm())
    clock.advance(hours=2)
    idle = await day.talk("visitor-1")
    await idle.say("hello", ChitChat(topic="greeting"))
    clock.advance(minutes=30)
    ming = await day.talk("C2", "zh")
    felt["a person please"] = Emotion(label="angry", score=0.9, intensity=0.9)
    ticket = await day.handed_over(ming, ADA, after_min=5)
    clock.advance(minutes=2)
    await day.conversations.reply_as_agent(ming.id, ADA, client_id="a1", text="您好")
    clock.advance(minutes=1)
    await ming.say("还在吗")
    clock.advance(minutes=3)
    await day.conversations.reply_as_agent(ming.id, ADA, client_id="a2", text="在的")
    await day.conversations.release(ticket, ADA, outcome="resolve")
    await ming.say("五星，很耐心")
    felt["a person please"] = Emotion(label="annoyed", score=0.8, intensity=0.5)
    ben = await day.talk("visitor-2")
    back = await day.handed_over(ben, BOB, after_min=20)
    await day.conversations.release(back, BOB, outcome="hand_back")
    clock.advance(days=2)
    again = await day.talk("C1")
    await again.say("a person please", AskHuman())  # annoyed, and nobody is there: it waits
    clock.advance(hours=3)
    left = await day.talk("visitor-3")
    left.understander.script["hm"] = ()
    await left.say("hm?!")
    clock.advance(days=9)


async def test_every_figure_is_what_the_events_say(day: Day) -> None:
    heads, events = await _everything(day)
    figures = await day.figures()
    endings = {name: _ending(events[name]) for name in events}
    assert sorted(endings.values()) == sorted(
        ["abandoned", "abandoned", "assisted", "autonomous", "handed_over", "open"]
    )
    assert figures["conversations.ending"] == Counter(endings.values())
    over = [each for each in endings.values() if each != "open"]
    assert figures["conversations"] == len(events)
    for metric, ending in (
        ("solved_alone", "autonomous"), ("assisted_share", "assisted"), ("handed_over_share", "handed_over"), ("abandoned_share", "abandoned"),
    ):  # fmt: skip
        assert figures[metric] == pytest.approx(over.count(ending) / len(over))
    assert (figures["durable_share"], figures["too_young"]) == (pytest.approx(_durable(day, heads, events, endings)), 0)
    assert figures["conversations.lang"] == Counter(_lang(events[name], heads[name]) for name in events)
    assert sum(figures["conversations.step"].values()) == sum(figures["conversations.hour"].values()) == len(events)
    waits = [minutes for each in events.values() if (minutes := _until(each, "claimed")) is not None]
    answers = [minutes for each in events.values() if (minutes := _until(each, "answered")) is not None]
    assert (figures["waiting"], figures["waiting_p90"]) == (_at(waits, 0.5), _at(waits, 0.9))
    assert (figures["first_response"], figures["first_response_p90"]) == (_at(answers, 0.5), _at(answers, 0.9))
    assert (figures["next_response"], figures["next_response_p90"]) == (3.0, 3.0)
    changes = [_turned(each) for each in events.values() if _turned(each) is not None]
    assert figures["mood_better"] == pytest.approx(
        sum(change < -0.15 for change in changes if change is not None) / len(changes)
    )
    assert figures["conversations.first_mood"] == Counter(
        _moods(each)[0].label for each in events.values() if _moods(each)
    )
    asked, scores = _ratings(events)
    assert (figures["csat"], figures["service_stars"], figures["service_ratings"]) == (
        sum(score >= 4 for score in scores) / len(scores), sum(scores) / len(scores), len(scores),
    )  # fmt: skip
    assert figures["rating_response"] == len(scores) / asked
    assert (figures["tickets"], figures["resolved_tickets"]) == (3, 2)
    assert (figures["resolved_tickets.agent"], figures["csat.agent"]) == ({"ada": 1, "bob": 1}, {"ada": 1.0})


async def test_satisfaction_says_how_much_so_few_answers_say(day: Day) -> None:
    rated = {(each.dimension, each.key): each for each in (await day.asked(CHIEF)).rated}
    assert rated["served_by", "agent"].share.of == 1
    share = rated["", ""].share
    assert (share.share, round(share.low, 2), share.high) == (1.0, 0.21, 1.0)


async def test_an_agent_sees_only_what_they_served(day: Day) -> None:
    found = await day.asked(ADA, agent="bob")
    assert (found.everybody, found.agents, {card.part for card in found.cards} & {"agents"}) == (False, (), set())
    figures = await day.figures(ADA)
    assert (figures["conversations"], figures["tickets"], figures["handed_over_share"]) == (1, 1, 1.0)
    assert (await day.figures(BOB))["assisted_share"] == 1.0


async def test_figures_are_narrowed_and_lead_to_what_they_count(day: Day) -> None:
    figures = await day.figures(lang="zh")
    assert (figures["conversations"], figures["handed_over_share"]) == (1, 1.0)
    behind = await day.called("statistics_records", CHIEF, card="handed_over_share")
    assert isinstance(behind, RecordsView)
    assert [each.conversation_id for each in behind.records] == [day.talks[2].id]
    assert behind.records[0].ticket_id is not None
    row = await day.called("statistics_records", CHIEF, card="waiting.priority", key="no such priority")
    assert row.records == ()
    alone = await day.called("statistics_records", CHIEF, card="solved_alone")
    assert [(each.conversation_id, each.ticket_id) for each in alone.records] == [(day.talks[0].id, None)]


async def test_the_period_before_stands_beside(day: Day) -> None:
    today = day.clock.now.date()
    found = await day.asked(CHIEF, period={"first": today.isoformat(), "last": today.isoformat()})
    total = next(card.figures for card in found.cards if card.id == "conversations")
    assert (total.total, total.total_before) == (0, 0)
    assert found.against.last == today - dt.timedelta(days=1)


async def test_counting_again_changes_nothing_and_goes_on_where_it_was(day: Day) -> None:
    await day.conversations.counting.catch_up()
    before = await _kept(day)
    assert await day.conversations.counting.catch_up() == 0
    talk = day.talks[0]
    await talk.say("cancel D1002 once more", CANCEL)
    assert await day.conversations.counting.catch_up() == 1
    after = await _kept(day)
    mine = [each for each in after if each.conversation_id == talk.id]
    assert [each.number for each in mine] == [1, 2]
    assert len(after) == len(before) + 1
    assert mine[0].next_at is not None


# -- plain Python


async def _everything(day: Day) -> tuple[dict[str, Conversation], dict[str, list[StoredEvent]]]:
    async with day.conversations.database.read() as session:
        heads = {head.id: head for head in (await session.exec(select(Conversation))).all()}
    store = EventStore(day.conversations.database)
    return heads, {name: await store.load(name) for name in heads}


async def _kept(day: Day) -> list[Sitting]:
    async with day.conversations.database.read() as session:
        return list((await session.exec(select(Sitting).order_by(Sitting.started_at))).all())  # type: ignore[arg-type]


def _ending(events: Sequence[StoredEvent]) -> str:
    owners = [each.event for each in events if isinstance(each.event, OwnershipChanged)]
    if owners and owners[-1].owner == "bot":
        return "handed_over" if owners[-1].reason == "resolve" else "assisted"
    if owners:
        return "open"
    questions = [each.event.question for each in events if isinstance(each.event, Asked)]
    done = any(event.event.type == "tool_returned" and event.event.action.receipt for event in events)
    return "autonomous" if done and (not questions or questions[-1] is None) else "abandoned"


def _last(events: Sequence[StoredEvent]) -> dt.datetime:
    rated = (
        {each.event.of_seq for each in events if isinstance(each.event, TurnEnded)}
        if any(isinstance(each.event, Rated) for each in events)
        else set()
    )
    until = next((place for place, each in enumerate(events) if each.seq == max(rated, default=-1)), len(events))
    return max(each.at for each in events[:until] if isinstance(each.event, MessageReceived | Replied))


def _durable(
    day: Day, heads: dict[str, Conversation], events: dict[str, list[StoredEvent]], endings: dict[str, str]
) -> float:
    week, began = dt.timedelta(days=7), {name: _first(each) for name, each in events.items()}
    ended = [name for name, ending in endings.items() if ending not in ("open", "abandoned")]
    old = [name for name in ended if _last(events[name]) <= day.clock.now - week]
    back = [
        name
        for name in old
        if any(
            heads[other].subject == heads[name].subject and dt.timedelta(0) < began[other] - _last(events[name]) <= week
            for other in events
        )
    ]
    return 1 - len(back) / len(old)


def _first(events: Sequence[StoredEvent]) -> dt.datetime:
    return next(each.at for each in events if isinstance(each.event, MessageReceived))


def _lang(events: Sequence[StoredEvent], head: Conversation) -> str:
    return [each.event.understanding.lang for each in events if isinstance(each.event, Understood)][-1] or head.lang


def _until(events: Sequence[StoredEvent], what: str) -> float | None:
    opened = next((each.at for each in events if isinstance(each.event, TicketOpened)), None)
    ends = {
        "claimed": [each.at for each in events if isinstance(each.event, OwnershipChanged) and each.event.owner == "human"],
        "answered": [
            each.at
            for each in events
            if (isinstance(each.event, Replied) and each.event.author == "agent")
            or (isinstance(each.event, OwnershipChanged) and each.event.owner == "bot")
        ],
    }[what]  # fmt: skip
    return (ends[0] - opened).total_seconds() / 60 if opened and ends else None


def _at(values: Sequence[float], quantile: float) -> float:
    return pytest.approx(sorted(values)[math.ceil(quantile * len(values)) - 1], abs=0.01)  # type: ignore[return-value]


def _moods(events: Sequence[StoredEvent]) -> list[Emotion]:
    rated = any(isinstance(each.event, Rated) for each in events)
    found = [each.event.understanding.emotion for each in events if isinstance(each.event, Understood)]
    return found[:-1] if rated else found


def _turned(events: Sequence[StoredEvent]) -> float | None:
    moods = _moods(events)
    return displeasure(moods[-1]) - displeasure(moods[0]) if moods else None


def _ratings(events: dict[str, list[StoredEvent]]) -> tuple[int, list[int]]:
    asked = sum(
        isinstance(reply, RatingReply)
        for each in events.values()
        for stored in each
        if isinstance(stored.event, Replied)
        for reply in stored.event.replies
    )
    return asked, [stored.event.score for each in events.values() for stored in each if isinstance(stored.event, Rated)]
