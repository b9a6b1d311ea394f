"""Notes of the staff on two replicas of one database: each desk is told of each note once, whoever wrote it and however its replica heard of it."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import datetime as dt
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from sqlmodel import delete

from dialogue.commands import AskHuman
from dialogue.desk_notes import OVERLAP, DeskNotes
from dialogue.errors import NotOwnerError
from dialogue.testing import LinkedRelay, ScriptedUnderstander
from knowledge.db import Database
from knowledge.schema import NoteMention, TicketNote
from tests.dialogue.conftest import assemble, small_shop
from tools.base import Identity, ToolCall
from tools.executor import Executor
from tools.testing import FixedClock
from tools.ticketing.note_types import NoteView

EMMA = Identity("shopper", subject="C1", customer_id="C1")
ADA, BEN = Identity("agent", subject="ada"), Identity("agent", subject="ben")


@dataclasses.dataclass
class Replica:
    """The notes of one replica, and what a desk there was told."""

    executor: Executor
    notes: DeskNotes
    told: list[str] = dataclasses.field(default_factory=list)
    heard: asyncio.Event = dataclasses.field(default_factory=asyncio.Event)

    @property
    def clock(self) -> FixedClock:
        assert isinstance(self.executor.clock, FixedClock)
        return self.executor.clock

    async def follow(self) -> None:
        async for note in self.notes.follow(BEN):
            self.told.append(note.text)
            self.heard.set()

    async def by_tool(self, ticket_id: str, text: str) -> None:
        """Write a note that nobody is told of, as a program does."""
        call = ToolCall("note_ticket", {"ticket_id": ticket_id, "client_id": text, "text": text})
        assert (await self.executor.call(call, ADA, idempotency_key=text)).status == "ok"


@dataclasses.dataclass
class Desks:
    here: Replica
    there: Replica
    ticket_id: str

    def link(self) -> tuple[LinkedRelay, LinkedRelay]:
        relays = LinkedRelay(), LinkedRelay()
        relays[0].link(relays[1])
        self.here.notes.join(relays[0])
        self.there.notes.join(relays[1])
        return relays

    async def write(self, text: str, *, client_id: str = "") -> NoteView:
        return await self.here.notes.write(self.ticket_id, ADA, client_id=client_id or text, text=text)


async def settled() -> None:
    """Let what was told arrive."""
    for _ in range(5):
        await asyncio.sleep(0)


@contextlib.contextmanager
def followed(*replicas: Replica) -> Iterator[None]:
    tasks = [asyncio.create_task(replica.follow()) for replica in replicas]
    yield
    for task in tasks:
        task.cancel()


@pytest_asyncio.fixture
async def desks(any_database: Database) -> AsyncIterator[Desks]:
    await small_shop(any_database)
    other = Database(any_database.url)
    understander = ScriptedUnderstander({"a person": (AskHuman(),)})
    talk = await assemble(any_database, understander)
    second = await assemble(other, understander)
    conversation = (await talk.open(EMMA, lang="en")).id
    turn = await talk.send(conversation, EMMA, client_id="m1", text="a person")
    assert turn.ticket is not None
    here, there = (Replica(each.executor, DeskNotes(each.executor)) for each in (talk, second))
    with followed(here, there):
        await settled()
        yield Desks(here, there, turn.ticket.id)
    await other.close()


async def heard(replica: Replica, number: int) -> list[str]:
    """Wait until a desk was told of so many notes."""
    async with asyncio.timeout(10):
        while len(replica.told) < number:
            replica.heard.clear()
            await replica.heard.wait()
    return replica.told


async def test_a_note_is_told_at_the_other_replica_at_once_and_its_repetition_is_not(desks: Desks) -> None:
    desks.link()
    first = await desks.write("seen before", client_id="n1")
    again = await desks.write("seen before", client_id="n1")
    await desks.write("and a second")
    assert await heard(desks.there, 2) == ["seen before", "and a second"]
    await desks.there.notes.look()
    await desks.here.notes.look()
    await settled()
    assert (first, desks.here.told, desks.there.told) == (again, ["seen before", "and a second"], desks.here.told)


async def test_without_news_of_the_other_a_look_finds_what_was_written_there_once(desks: Desks) -> None:
    await desks.write("unheard of")
    for _ in range(2):
        desks.there.clock.now += dt.timedelta(seconds=5)
        await desks.there.notes.look()
    await settled()
    assert desks.there.told == ["unheard of"]


async def test_a_note_of_a_program_is_told_by_the_next_look(desks: Desks) -> None:
    await desks.here.by_tool(desks.ticket_id, "from a script")
    await desks.here.notes.look()
    await settled()
    assert desks.here.told == ["from a script"]


async def test_a_note_of_a_slow_clock_is_found_and_one_from_before_the_start_is_not_told(desks: Desks) -> None:
    desks.here.clock.now -= dt.timedelta(seconds=1)
    await desks.write("old")
    desks.there.clock.now += 2 * OVERLAP
    await desks.there.notes.look()
    desks.here.clock.now = desks.there.clock.now - OVERLAP / 2
    await desks.write("late")
    desks.there.clock.now += OVERLAP / 4
    await desks.there.notes.look()
    await settled()
    assert desks.there.told == ["late"]


async def test_after_a_loss_of_the_connection_it_is_looked_at_once(desks: Desks) -> None:
    _, relay = desks.link()
    running = asyncio.create_task(desks.there.notes.run())
    await desks.here.by_tool(desks.ticket_id, "nobody told you")
    await relay._hear({"of": "again"})
    assert await heard(desks.there, 1) == ["nobody told you"]
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_news_of_a_note_that_is_gone_tells_nothing(desks: Desks) -> None:
    _, relay = desks.link()
    note = await desks.write("to be erased")
    await heard(desks.there, 1)
    async with desks.here.executor.database.write() as session:
        await session.exec(delete(NoteMention))
        await session.exec(delete(TicketNote))
    await relay._hear({"of": "note", "id": note.note_id, "ticket": desks.ticket_id})
    await relay._hear({"of": "note", "id": "nte_x", "ticket": "tkt_x"})
    await settled()
    assert desks.there.told == ["to be erased"]


async def test_notes_are_followed_by_agents_alone(desks: Desks) -> None:
    with pytest.raises(NotOwnerError):
        await anext(desks.here.notes.follow(EMMA))
