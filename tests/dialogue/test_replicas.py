"""Two replicas on one database: what happens at once on both is done once, answered once, and owned by one."""

from __future__ import annotations

import asyncio
import dataclasses
from collections import Counter
from collections.abc import AsyncIterator

import pytest_asyncio
from sqlmodel import select

from dialogue.commands import Affirm, AskHuman, ChitChat, Command, Deny, StartFlow, Understanding, View
from dialogue.conversations import Conversations
from dialogue.events import Event, MessageReceived, Replied, ReplyDropped, TurnEnded
from dialogue.testing import ScriptedUnderstander, entity
from dialogue.turn import Turn
from knowledge.db import Database
from knowledge.schema import Order, Receipt, Ticket
from tests.dialogue.conftest import assemble, small_shop
from tools.base import Identity, ToolCall
from tools.errors import ToolError

EMMA = Identity("shopper", subject="C1", customer_id="C1")
ADA, BEN = Identity("agent", subject="ada"), Identity("agent", subject="ben")
SCRIPT: dict[str, tuple[Command, ...]] = {
    "hello": (ChitChat(topic="greeting"),),
    "a person": (AskHuman(),),
    "cancel D1002": (StartFlow(flow="cancel_order", entities=(entity("order_ref", "D1002", id="D1002"),)),),
    "yes": (Affirm(),),
    "yes\nyes": (Affirm(),),  # where both have arrived before a replica looks, it answers them as one
    "no": (Deny(),),
}


class Meeting(ScriptedUnderstander):
    """Both replicas read before either goes on; alone, one waits for nobody."""

    def __init__(self, barrier: asyncio.Barrier) -> None:
        super().__init__(SCRIPT)
        self.barrier: asyncio.Barrier | None = barrier
        self.reading = asyncio.Event()

    async def understand(self, text: str, view: View) -> Understanding:
        barrier, self.barrier = self.barrier, None
        if barrier is not None:
            self.reading.set()
            await barrier.wait()
        return await super().understand(text, view)


@dataclasses.dataclass
class Replicas:
    first: Conversations
    second: Conversations
    readers: tuple[Meeting, Meeting]
    id: str

    async def say(self, text: str, client_id: str, *, on: Conversations | None = None) -> Turn:
        return await (on or self.first).send(self.id, EMMA, client_id=client_id, text=text)

    def let_them_meet(self) -> None:
        """From now on each replica's next reading waits for the other's."""
        barrier = asyncio.Barrier(2)
        for reader in self.readers:
            reader.barrier = barrier

    async def events(self) -> list[Event]:
        return [stored.event for stored in await self.first.store.load(self.id)]

    async def executed(self) -> int:
        async with self.first.database.read() as session:
            return len((await session.exec(select(Receipt).where(Receipt.tool == "cancel_order"))).all())


@pytest_asyncio.fixture
async def replicas(any_database: Database) -> AsyncIterator[Replicas]:
    """Two services with their own connections, a conversation of Emma's."""
    await small_shop(any_database)
    other = Database(any_database.url)
    readers = (Meeting(asyncio.Barrier(1)), Meeting(asyncio.Barrier(1)))
    first, second = await assemble(any_database, readers[0]), await assemble(other, readers[1])
    opened = await first.open(EMMA, lang="en")
    yield Replicas(first, second, readers, opened.id)
    await first.executor.close()
    await second.executor.close()
    await other.close()


async def test_the_same_message_at_both_is_one_message_and_one_turn(replicas: Replicas) -> None:
    await replicas.say("cancel D1002", "m1")
    replicas.let_them_meet()
    turns = await asyncio.gather(replicas.say("yes", "m2"), replicas.say("yes", "m2", on=replicas.second))
    assert turns[0].replies == turns[1].replies
    assert turns[0].seq == turns[1].seq
    events = await replicas.events()
    assert [event.text for event in events if isinstance(event, MessageReceived)] == ["cancel D1002", "yes"]
    assert len([event for event in events if isinstance(event, TurnEnded)]) == 2
    assert await replicas.executed() == 1


async def test_two_yeses_at_once_execute_once_and_each_is_answered_once(replicas: Replicas) -> None:
    await replicas.say("cancel D1002", "m1")
    replicas.let_them_meet()
    await asyncio.gather(replicas.say("yes", "m2"), replicas.say("yes", "m3", on=replicas.second))
    events = await replicas.events()
    ended = Counter(event.of_seq for event in events if isinstance(event, TurnEnded))
    assert max(ended.values()) == 1
    assert await replicas.executed() == 1
    state = await replicas.second._state(replicas.id)
    assert state.unanswered == []
    told = [r for e in events if isinstance(e, Replied) for reply in e.replies for r in getattr(reply, "receipts", ())]
    assert len(told) == 1


async def test_a_yes_and_a_no_at_once_have_one_outcome_and_it_is_told(replicas: Replicas) -> None:
    await replicas.say("cancel D1002", "m1")
    replicas.let_them_meet()
    await asyncio.gather(replicas.say("yes", "m2"), replicas.say("no", "m3", on=replicas.second))
    events = await replicas.events()
    told = [r for e in events if isinstance(e, Replied) for reply in e.replies for r in getattr(reply, "receipts", ())]
    async with replicas.first.database.read() as session:
        status = (await session.get_one(Order, "D1002")).status
    assert (status, await replicas.executed(), len(told)) in [("cancelled", 1, 1), ("pending", 0, 0)]


async def test_a_claim_at_one_silences_the_reply_in_flight_at_the_other(replicas: Replicas) -> None:
    asked = await replicas.say("a person", "m1")
    assert asked.ticket is not None
    await replicas.first.claim(asked.ticket.id, ADA, version=1)
    await replicas.first.release(asked.ticket.id, ADA, outcome="hand_back")
    gate = asyncio.Barrier(2)
    replicas.readers[1].barrier = gate
    answering = asyncio.create_task(replicas.say("hello", "m2", on=replicas.second))
    async with asyncio.timeout(10):
        await replicas.readers[1].reading.wait()
    asking = await replicas.first.executor.call(_hand_over(), _in(EMMA, replicas.id), idempotency_key="k")
    assert asking.status == "ok"
    async with replicas.first.database.read() as session:
        ticket = (await session.exec(select(Ticket).where(Ticket.status == "open"))).one()
    await replicas.first.claim(ticket.id, BEN, version=ticket.version)
    await gate.wait()
    turn = await answering
    assert (turn.handled_by, turn.replies) == ("human", [])
    events = await replicas.events()
    assert isinstance(events[-2], ReplyDropped)
    said = await replicas.second.reply_as_agent(replicas.id, BEN, client_id="a1", text="Ben here.")
    assert said.seq == len(events) + 1


async def test_two_agents_at_two_replicas_do_not_share_a_ticket(replicas: Replicas) -> None:
    asked = await replicas.say("a person", "m1")
    assert asked.ticket is not None
    claims = await asyncio.gather(
        replicas.first.claim(asked.ticket.id, ADA, version=1),
        replicas.second.claim(asked.ticket.id, BEN, version=1),
        return_exceptions=True,
    )
    won = [claim for claim in claims if not isinstance(claim, BaseException)]
    assert len(won) == 1
    assert all(isinstance(claim, ToolError) for claim in claims if isinstance(claim, BaseException))
    head = await replicas.second.store.head(replicas.id)
    assert (head.owner, head.agent_id) == ("human", won[0].assignee)


async def test_an_answered_message_stays_answered_for_the_other_replica(replicas: Replicas) -> None:
    first = await replicas.say("hello", "m1")
    again = await replicas.say("hello", "m1", on=replicas.second)
    assert (again.seq, again.replies) == (first.seq, first.replies)


def _hand_over() -> ToolCall:
    arguments = {"reason": "asked", "lang": "en", "subject": "hello"}
    return ToolCall("hand_over", arguments)


def _in(identity: Identity, conversation_id: str) -> Identity:
    return dataclasses.replace(identity, conversation_id=conversation_id)
