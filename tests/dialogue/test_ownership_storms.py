"""Everybody at once on two replicas: a shopper, two agents, their supervisor and the bot, on both databases, in an order that nobody chose."""

from __future__ import annotations

import asyncio
import functools
import random
from collections import Counter

import pytest
from sqlmodel import col, select

from dialogue.cases import Cases
from dialogue.conversations import Conversations
from dialogue.desk_routing import DeskRouting, RoutingPlan
from dialogue.errors import NotOwnerError
from dialogue.events import MessageReceived, OwnershipChanged, Replied, TurnEnded, Whispered
from dialogue.state import fold, initial
from dialogue.supervising import Supervising
from dialogue.testing import ScriptedUnderstander
from knowledge.db import Database
from knowledge.schema import Conversation, Receipt, Ticket
from tests.dialogue.conftest import assemble, small_shop
from tests.dialogue.test_ownership import AGENTS, EMMA, SCRIPT, one_speaker
from tools.base import Identity
from tools.errors import ToolError
from tools.ticketing.duty import keep_seen
from tools.ticketing.returning import running_ticket

MESSAGES, ROUNDS = 8, 14


class Storm:
    """One conversation and what everybody was told in it."""

    def __init__(
        self, replicas: tuple[Conversations, Conversations], conversation_id: str, beside: str, seed: int
    ) -> None:
        self.replicas = replicas
        self.id = conversation_id
        self.beside = beside
        """A second conversation of the shopper, which waits for a person too and may be merged."""
        self.chance = random.Random(seed)
        self.sent: dict[str, str] = {}
        self.said: list[str] = []
        self.agreed: list[str] = []
        self.claimed: list[tuple[str, int]] = []
        self.seized: list[tuple[int, str]] = []

    def somewhere(self) -> Conversations:
        return self.chance.choice(self.replicas)

    async def a_while(self) -> None:
        for _ in range(self.chance.randrange(12)):
            await asyncio.sleep(0)

    async def shopper(self) -> None:
        """Write message after message, some of them to both replicas at once, as after a connection that broke."""
        words = self.chance.choices(sorted(SCRIPT), k=MESSAGES - 2)
        for number, text in enumerate(["a person, please", *words, "a person, please"]):
            self.sent[f"m{number}"] = text
            doors = self.replicas if self.chance.random() < 0.3 else (self.somewhere(),)
            send = (door.send(self.id, EMMA, client_id=f"m{number}", text=text) for door in doors)
            turns = await asyncio.gather(*send)
            assert all(turn.handled_by != "bot" or turn.replies for turn in turns)
            await self.a_while()

    async def elsewhere(self) -> None:
        """Write in a second window."""
        for number in range(MESSAGES // 2):
            text = "a person, please" if number == 0 else "hello"
            await self.somewhere().send(self.beside, EMMA, client_id=f"b{number}", text=text)
            await self.a_while()

    async def looks(self) -> None:
        """Look at the desk from both replicas, as every replica does."""
        routings = [DeskRouting(each, RoutingPlan(grace=None)) for each in self.replicas]
        for _ in range(ROUNDS):
            await asyncio.gather(*(each.look() for each in routings))
            await self.a_while()

    async def agent(self, who: Identity) -> None:
        """Claim whatever waits; answer and give back what is held."""
        for number in range(ROUNDS):
            await self.a_while()
            desk = self.somewhere()
            async with desk.database.read() as session:
                ticket, other = [await running_ticket(session, each) for each in (self.id, self.beside)]
                found = select(Ticket).where(Ticket.conversation_id == self.id)
                last = (await session.exec(found.order_by(col(Ticket.created_at).desc()))).first()
            try:
                if who.supervisor and self.chance.random() < 0.5:
                    await self._seize(desk, who)
                elif ticket is None and last is not None and self.chance.random() < 0.3:
                    await Cases(desk).reopen(last.id, who, version=last.version)
                elif ticket is not None and other is not None and self.chance.random() < 0.3:
                    await self._join(desk, who, ticket, other)
                elif ticket is not None:
                    await self._act(desk, who, ticket, number)
            except (ToolError, NotOwnerError):
                continue

    async def _seize(self, desk: Conversations, who: Identity) -> None:
        """Take the conversation from whoever has it, or whoever had it a moment ago."""
        version = (await desk.store.head(self.id)).ownership_version
        await self.a_while()
        ticket = await Supervising(desk).take_over(self.id, who, version=version, because="I know them")
        self.seized.append((version, ticket.ticket_id))

    async def _join(self, desk: Conversations, who: Identity, ticket: Ticket, other: Ticket) -> None:
        one, kept = self.chance.sample([ticket, other], 2)
        await Cases(desk).merge(one.id, who, version=one.version, into=kept.id, into_version=kept.version)

    async def _act(self, desk: Conversations, who: Identity, ticket: Ticket, number: int) -> None:
        name = f"{who.subject} {number}"
        if ticket.status == "open":
            await desk.claim(ticket.id, who, version=ticket.version)
            self.claimed.append((ticket.id, ticket.version))
        elif self.chance.random() < 0.3:
            to = self.chance.choice([{"agent": "ada"}, {"agent": "ben"}, {"queue": "delivery"}])
            await Cases(desk).transfer(ticket.id, who, version=ticket.version, reason="a reason", to=to)
        elif self.chance.random() < 0.2:
            await Cases(desk).snooze(ticket.id, who)
        elif self.chance.random() < 0.6:
            await desk.reply_as_agent(self.id, who, client_id=name, text=f"{name} is here")
            self.said.append(f"{name} is here")
        else:
            await desk.release(ticket.id, who, outcome="hand_back", agreed=[f"{name} sends a lamp"])
            self.agreed.append(f"{name} sends a lamp")


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_a_storm_has_one_speaker_and_loses_nothing(any_database: Database, seed: int) -> None:
    await small_shop(any_database)
    other = Database(any_database.url)
    first = await assemble(any_database, ScriptedUnderstander(SCRIPT))
    second = await assemble(other, ScriptedUnderstander(SCRIPT))
    one, beside = [(await first.open(EMMA, lang="en")).id for _ in range(2)]
    storm = Storm((first, second), one, beside, seed)
    await keep_seen(any_database, {str(who.subject) for who in AGENTS}, first.clock())
    try:
        async with asyncio.timeout(60):
            await asyncio.gather(storm.shopper(), storm.elsewhere(), storm.looks(), *map(storm.agent, AGENTS))
            await second.recover()
        await _check(storm, any_database)
    finally:
        await first.executor.close()
        await second.executor.close()
        await other.close()


async def _check(storm: Storm, database: Database) -> None:
    await _check_hands(storm.id, database, storm)
    await _check_hands(storm.beside, database, storm)
    stored = await storm.replicas[0].store.load(storm.id)
    async with database.read() as session:
        head = await session.get_one(Conversation, storm.id)
        receipts = (await session.exec(select(Receipt).where(Receipt.tool == "cancel_order"))).all()
    events = [each.event for each in stored]
    state = functools.reduce(fold, stored, initial(storm.id, "shopper", "en", "C1"))
    assert [each.seq for each in stored] == list(range(1, head.last_seq + 1))
    assert (head.owner, head.ownership_version) == (state.owner, state.ownership_version)
    one_speaker(stored)
    received = [event for event in events if isinstance(event, MessageReceived)]
    assert {event.client_id: event.text for event in received} == storm.sent
    assert len(received) == len(storm.sent)
    answered = Counter(event.of_seq for event in events if isinstance(event, TurnEnded))
    assert max(answered.values()) == 1
    assert state.unanswered == []
    said = [event.replies[0].text for event in events if isinstance(event, Replied) and event.author == "agent"]
    assert sorted(said) == sorted(storm.said)
    assert sorted(each.text for each in state.agreed) == sorted(storm.agreed)
    assert len(set(storm.claimed)) == len(storm.claimed), "two agents won the same ticket"
    taken = [event for event in events if isinstance(event, OwnershipChanged) and event.reason == "taken_over"]
    assert len(taken) <= len(storm.seized), "somebody took over and was told that they did not"
    assert {event.version - 1 for event in taken} <= {version for version, _ in storm.seized}
    told = [event for event in events if isinstance(event, Whispered)]
    assert all(event.to != event.author_id for event in told)
    assert len(receipts) <= 1


async def _check_hands(conversation_id: str, database: Database, storm: Storm) -> None:
    """Check that who has the conversation is who has its ticket, and that nobody else ever spoke."""
    stored = await storm.replicas[0].store.load(conversation_id)
    async with database.read() as session:
        head = await session.get_one(Conversation, conversation_id)
        ticket = await running_ticket(session, conversation_id)
    one_speaker(stored)
    state = functools.reduce(fold, stored, initial(conversation_id, "shopper", "en", "C1"))
    assert (head.owner, head.agent_id, head.ownership_version) == (
        state.owner, state.agent_id, state.ownership_version,
    )  # fmt: skip
    assert state.unanswered == []
    has = (
        ("bot", None) if ticket is None else ("queued", None) if ticket.status == "open" else ("human", ticket.assignee)
    )
    assert (head.owner, head.agent_id) == has
    told = [each.event.client_id for each in stored if isinstance(each.event, MessageReceived)]
    assert len(told) == len(set(told))
