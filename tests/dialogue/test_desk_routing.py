"""The desk at work: who gets a ticket, what becomes of one whose agent vanishes, what shoppers are told, and calls back."""

from __future__ import annotations

import asyncio
import datetime as dt
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from sqlmodel import select

from dialogue.commands import Affirm, AskHuman, ChitChat, Command, Deny, Provide, Understanding, View
from dialogue.conversations import Conversations
from dialogue.desk_routing import DeskRouting, RoutingPlan
from dialogue.outward.notices import Notice
from dialogue.outward.outbox import Outbox
from dialogue.testing import ScriptedUnderstander, entity
from dialogue.turn import Turn
from knowledge.db import Database
from knowledge.schema import Conversation, Delivery, DeskAgent, Ticket, TicketEvent
from knowledge.types import Lang
from tests.dialogue.conftest import assemble, small_shop, words
from tools.base import Identity, ToolCall
from tools.desk_rules import DeskRules
from tools.testing import FixedClock
from tools.ticketing.duty import keep_seen

EMMA = Identity("shopper", subject="C1", customer_id="C1")
VISITOR = Identity("shopper", subject="vis_1")
OWNER = Identity("merchant", subject="owner")
PHONE = Provide(entities=(entity("phone", "13912345678", text="13912345678"),))
SCRIPT: dict[str, tuple[Command, ...]] = {
    "human": (AskHuman(),), "人工": (AskHuman(),), "yes": (Affirm(),), "no": (Deny(),), "13912345678": (PHONE,), "hello": (ChitChat(topic="greeting"),),
}  # fmt: skip
DAYTIME = DeskRules.model_validate({"hours": {"daily": ["09:00-18:00"]}})
PRIORITIES = ("low", "normal", "high", "urgent")
MINUTE = dt.timedelta(minutes=1)


class Reader(ScriptedUnderstander):
    """Reads the script, in the language of its words, or in the one that the conversation was opened in."""

    async def understand(self, text: str, view: View) -> Understanding:
        read = await super().understand(text, view)
        return read.model_copy(update={"lang": "zh" if re.search("[\u4e00-\u9fff]", text) else view.opened_in})


class Desk:
    """A small shop's desk on a clock that the test moves."""

    def __init__(self, conversations: Conversations) -> None:
        self.talk = conversations
        self.database = conversations.database
        self._number = 0

    @property
    def clock(self) -> FixedClock:
        clock = self.talk.clock
        assert isinstance(clock, FixedClock)
        return clock

    def wait(self, *, minutes: float) -> None:
        self.clock.advance(minutes=minutes)

    def rule(self, rules: DeskRules) -> None:
        self.talk.executor.policy = self.talk.executor.policy.model_copy(update={"desk": rules})

    def routing(self, **plan: Any) -> DeskRouting:
        return DeskRouting(self.talk, RoutingPlan(**{"mode": "assign", **plan}))

    async def open(self, who: Identity = EMMA, lang: Lang = "en") -> str:
        return (await self.talk.open(who, lang=lang)).id

    async def say(self, conversation: str, text: str, who: Identity = EMMA) -> Turn:
        self._number += 1
        return await self.talk.send(conversation, who, client_id=f"m{self._number}", text=text)

    async def handed_over(self, lang: Lang = "en") -> str:
        conversation = await self.open(lang=lang)
        turn = await self.say(conversation, "human" if lang == "en" else "人工")
        assert turn.handled_by == "queue"
        return conversation

    async def staff(self, **agents: dict[str, Any]) -> None:
        for name, abilities in agents.items():
            await self.call("set_desk_agent", {"agent": name, **abilities}, OWNER)
        await keep_seen(self.database, set(agents), self.clock())

    async def call(self, tool: str, arguments: dict[str, Any], who: Identity) -> Any:
        key = f"{tool}{arguments}{self.clock()}{self._number}"
        outcome = await self.talk.executor.call(ToolCall(tool, arguments), who, idempotency_key=key)
        assert outcome.status == "ok", outcome
        return outcome.evidence

    async def ticket(self, conversation: str) -> Ticket:
        async with self.database.read() as session:
            return (await session.exec(select(Ticket).where(Ticket.conversation_id == conversation))).one()

    async def story(self, conversation: str) -> list[tuple[str, dict[str, Any]]]:
        ticket = await self.ticket(conversation)
        async with self.database.read() as session:
            rows = (await session.exec(select(TicketEvent).where(TicketEvent.ticket_id == ticket.id))).all()
        return [(row.kind, row.facts) for row in sorted(rows, key=lambda row: row.id or 0)]


@pytest_asyncio.fixture
async def desk(database: Database) -> AsyncIterator[Desk]:
    await small_shop(database)
    yield Desk(await assemble(database, Reader(SCRIPT)))


async def test_a_waiting_ticket_goes_to_who_speaks_its_language_and_it_is_written_why(desk: Desk) -> None:
    english, chinese = await desk.handed_over("en"), await desk.handed_over("zh")
    await desk.staff(anna={"langs": ["en"]}, li={"langs": ["zh"]})
    assert await desk.routing().look() == 2
    assert [(await desk.ticket(each)).assignee for each in (english, chinese)] == ["anna", "li"]
    assert await desk.story(english) == [
        ("opened", {"reason": "asked"}),
        ("assigned", {"agent": "anna", "because": ["any_queue", "language"]}),
    ]
    assert (await desk.say(english, "hello")).handled_by == "human"


async def test_nobody_gets_more_than_they_have_room_for_nor_while_away_or_gone(desk: Desk) -> None:
    for _ in range(3):
        await desk.handed_over()
    await desk.staff(anna={"capacity": 1}, ben={}, cleo={})
    await desk.call("set_presence", {"state": "away"}, Identity("agent", subject="ben"))
    await keep_seen(desk.database, {"cleo"}, desk.clock() - 10 * MINUTE)
    assert await desk.routing().look() == 1
    assert await desk.routing().look() == 0


async def test_who_connects_while_others_are_written_down_is_there_at_the_next_look(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    routing = desk.routing()
    begun, over = asyncio.Event(), asyncio.Event()

    async def slowly(database: Database, subjects: set[str], now: dt.datetime) -> None:
        begun.set()
        await over.wait()
        await keep_seen(database, subjects, now)

    monkeypatch.setattr("dialogue.desk_routing.keep_seen", slowly)
    with routing.connected("anna"):
        looking = asyncio.create_task(routing.look())
        await begun.wait()
        with routing.connected("ben"):
            over.set()
            await looking
            await routing.look()
    async with desk.database.read() as session:
        seen = (await session.exec(select(DeskAgent.subject).where(DeskAgent.seen_at == desk.clock()))).all()
    assert sorted(seen) == ["anna", "ben"]


async def test_by_default_tickets_are_left_to_be_claimed(desk: Desk) -> None:
    conversation = await desk.handed_over()
    await desk.staff(anna={})
    assert await desk.routing(mode="off").look() == 0
    assert (await desk.ticket(conversation)).status == "open"


async def test_a_ticket_whose_agent_vanishes_goes_back_in_front_and_the_shopper_is_told(desk: Desk) -> None:
    conversation = await desk.handed_over()
    await desk.staff(anna={})
    routing = desk.routing()
    await routing.look()
    desk.wait(minutes=1.5)
    other = await desk.handed_over()
    assert await routing.look() == 0  # not gone for longer than the grace
    desk.wait(minutes=1)
    assert await routing.look() == 1
    head = await desk.talk.store.head(conversation)
    assert (head.owner, head.agent_id) == ("queued", None)
    said = [e.event for e in await desk.talk.events(conversation, EMMA) if e.event.type == "replied"][-1]
    assert "number 1" in said.replies[0].text
    assert (await desk.say(conversation, "hello")).handled_by == "queue"
    await desk.staff(ben={"capacity": 1})
    await routing.look()
    assert ((await desk.ticket(conversation)).assignee, (await desk.ticket(other)).assignee) == ("ben", None)
    assert (await desk.story(conversation))[-1][1]["because"][-1] == "front"


async def test_a_ticket_that_waits_for_the_shopper_stays_until_they_write(desk: Desk) -> None:
    conversation = await desk.handed_over()
    await desk.staff(anna={})
    routing = desk.routing()
    await routing.look()
    await desk.talk.await_shopper((await desk.ticket(conversation)).id, Identity("agent", subject="anna"), waiting=True)
    desk.wait(minutes=10)
    assert await routing.look() == 0
    await desk.say(conversation, "hello")
    assert await routing.look() == 1


async def test_an_offer_that_lapses_goes_to_the_next(desk: Desk) -> None:
    conversation = await desk.handed_over()
    await desk.staff(anna={"queues": ["general"]}, ben={})
    routing = desk.routing(mode="offer", offer_s=20)
    assert await routing.look() == 1
    first = await desk.ticket(conversation)
    assert (first.status, first.offered_to) == ("open", "anna")
    assert (await desk.say(conversation, "hello")).handled_by == "queue"
    desk.wait(minutes=0.35)
    assert await routing.look() == 2
    second = await desk.ticket(conversation)
    assert second.offered_to == "ben"
    taken = await desk.talk.claim(second.id, Identity("agent", subject="ben"), version=second.version)
    assert (taken.status, taken.offered_to) == ("claimed", None)


async def test_of_two_replicas_one_assigns(any_database: Database) -> None:
    await small_shop(any_database)
    other = Database(any_database.url)
    desks = [Desk(await assemble(base, Reader(SCRIPT))) for base in (any_database, other)]
    conversations = [await desks[0].handed_over() for _ in range(3)]
    await desks[0].staff(anna={"capacity": 2})
    assert sum(await asyncio.gather(*(desk.routing().look() for desk in desks))) <= 2
    assert sum([await desk.routing().look() for desk in desks]) <= 2
    held = [(await desks[0].ticket(each)).assignee for each in conversations]
    assert sorted(map(str, held)) == ["None", "anna", "anna"]
    for each in conversations:
        assert [what for what, _ in await desks[0].story(each)].count("assigned") <= 1
    await other.close()


@pytest.mark.parametrize(("answer", "to"), [("yes", "13800001111"), ("13912345678", "13912345678")])
async def test_outside_its_hours_the_desk_says_when_it_opens_and_calls_back(desk: Desk, answer: str, to: str) -> None:
    desk.rule(DAYTIME)
    conversation = await desk.open()
    turn = await desk.say(conversation, "human")
    assert (turn.handled_by, turn.ticket is not None) == ("bot", True)
    assert all(part in words(turn) for part in ("closed", "Mar 11 09:00", "*1111"))
    noted = await desk.say(conversation, answer)
    assert "Mar 11 09:00" in words(noted)
    wish = (await desk.ticket(conversation)).call_back
    assert (wish["by"], wish["to"], wish["not_before"]) == ("phone", to, "2026-03-11T01:00:00+00:00")
    assert "closed" in words(await desk.say(conversation, "human"))  # told again, not asked again
    assert (await desk.talk.store.head(conversation)).owner == "bot"


async def test_a_visitor_is_asked_where_and_may_decline(desk: Desk) -> None:
    desk.rule(DAYTIME)
    first, second = await desk.open(VISITOR, "zh"), await desk.open(VISITOR, "zh")
    assert "3月11日 09:00" in words(await desk.say(first, "人工", VISITOR))
    assert "手机号或邮箱" in words(await desk.say(first, "yes", VISITOR))
    await desk.say(first, "13912345678", VISITOR)
    assert (await desk.ticket(first)).call_back["to"] == "13912345678"
    await desk.say(second, "人工", VISITOR)
    assert "按顺序" in words(await desk.say(second, "no", VISITOR))
    assert (await desk.ticket(second)).call_back == {}


async def test_how_long_it_takes_is_said_only_where_something_tells_it(desk: Desk) -> None:
    first = await desk.open()
    assert "Nobody is at the desk" in words(await desk.say(first, "human"))
    await desk.staff(anna={"capacity": 3})
    assert "free" in words(await desk.say(await desk.open(), "human"))
    routing = desk.routing()
    await routing.look()
    await desk.handed_over()
    await routing.look()
    desk.wait(minutes=0.5)
    assert "about 1 minute." in words(await desk.say(await desk.open(), "human"))
    desk.wait(minutes=90)
    await keep_seen(desk.database, {"anna"}, desk.clock())
    assert "can't say yet" in words(await desk.say(await desk.open(), "human"))


async def test_an_agent_claims_what_waited_for_the_desk_to_open(desk: Desk) -> None:
    desk.rule(DAYTIME)
    conversation = await desk.open()
    await desk.say(conversation, "human")
    await desk.staff(anna={})
    routing = desk.routing()
    assert await routing.look() == 0
    desk.wait(minutes=13 * 60 + 1)
    await keep_seen(desk.database, {"anna"}, desk.clock())
    assert await routing.look() == 1
    assert (await desk.say(conversation, "yes")).handled_by == "human"


class Everything:
    """One who is told all that happens."""

    destination = "test:everything"

    def payload(self, notice: Notice, head: Conversation) -> dict[str, Any] | None:
        return notice.payload(head, personal_data=False)


async def test_a_promise_that_is_about_to_be_broken_is_told_once_whoever_looks(desk: Desk) -> None:
    desk.rule(
        DeskRules.model_validate(
            {"targets": {name: {"first_response_min": 10} for name in PRIORITIES}, "warn_from": 0.8}
        )
    )
    desk.talk.store.outbox = Outbox([Everything()])
    conversation = await desk.handed_over()
    replicas = desk.routing(mode="off"), desk.routing(mode="off")
    for minutes in (1, 8, 3):
        desk.wait(minutes=minutes)
        for routing in replicas:
            await routing.look()
    warned = [facts for kind, facts in await desk.story(conversation) if kind == "warned"]
    assert [facts["goal"] for facts in warned] == ["first_response"]
    async with desk.database.read() as session:
        told = (await session.exec(select(Delivery).where(Delivery.event == "ticket.breach_warning"))).all()
    assert [(one.payload["data"]["goal"], one.payload["data"]["due_at"]) for one in told] == [
        ("first_response", warned[0]["due_at"])
    ]
