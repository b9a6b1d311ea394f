"""Who talks to the shopper: random interleavings of everybody, over the real service and its database."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import functools
import itertools
import shutil
import tempfile
from collections import Counter
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlmodel import select

from dialogue.cases import Cases
from dialogue.commands import Affirm, AskHuman, ChitChat, Command, Deny, StartFlow, Understanding, View
from dialogue.desk_routing import DeskRouting, RoutingPlan
from dialogue.errors import NotOwnerError
from dialogue.events import (
    PUBLIC_TYPES,
    EpisodeStarted,
    MessageReceived,
    OwnershipChanged,
    Replied,
    StoredEvent,
    TicketOpened,
    TurnEnded,
)
from dialogue.replies.types import TextReply
from dialogue.state import AGREED_KEPT, DialogueState, fold, initial
from dialogue.supervising import Supervising
from dialogue.testing import ScriptedUnderstander, entity
from dialogue.turn import Turn
from knowledge.db import Database, sqlite_url
from knowledge.errors import DatabaseBusyError
from knowledge.schema import Conversation, Receipt, Ticket
from tests.dialogue.conftest import assemble, small_shop
from tools.base import Identity
from tools.errors import ToolError
from tools.testing import FixedClock
from tools.ticketing.duty import keep_seen
from tools.ticketing.returning import running_ticket

EMMA = Identity("shopper", subject="C1", customer_id="C1")
BOSS = Identity("agent", subject="boss", supervisor=True)
AGENTS = (Identity("agent", subject="ada"), Identity("agent", subject="ben"), BOSS)
SCRIPT: dict[str, tuple[Command, ...]] = {
    "hello": (ChitChat(topic="greeting"),),
    "a person, please": (AskHuman(),),
    "cancel D1002": (StartFlow(flow="cancel_order", entities=(entity("order_ref", "D1002", id="D1002"),)),),
    "yes": (Affirm(),),
    "no": (Deny(),),
}


class SlowUnderstander(ScriptedUnderstander):
    """Reads nothing while `gate` is closed: a turn that is still being answered."""

    def __init__(self) -> None:
        super().__init__(SCRIPT)
        self.gate = asyncio.Event()
        self.gate.set()

    async def understand(self, text: str, view: View) -> Understanding:
        await self.gate.wait()
        return await super().understand(text, view)


@functools.cache
def _laid_shop() -> Path:
    """The small shop's file, made once."""
    path = Path(tempfile.mkdtemp(prefix="xiaoer-ownership-")) / "shop.db"

    async def lay() -> None:
        database = Database(sqlite_url(path))
        await database.create_tables()
        await small_shop(database)
        await database.close()

    asyncio.run(lay())
    return path


def one_speaker(events: list[StoredEvent]) -> None:
    """Check that nobody spoke who did not own the conversation at that instant."""
    owner, agent, version = "bot", None, 0
    for stored in events:
        event = stored.event
        if isinstance(event, OwnershipChanged):
            assert event.version == version + 1
            owner, agent, version = event.owner, event.agent_id, event.version
        elif isinstance(event, Replied) and event.author == "agent":
            assert (owner, agent) == ("human", event.author_id)
        elif isinstance(event, Replied) and event.author == "shop":
            assert owner != "bot"
            assert all(isinstance(reply, TextReply) and reply.receipts for reply in event.replies)
        elif isinstance(event, Replied):
            assert owner in ("bot", "queued")


class Ownership(RuleBasedStateMachine):
    """One shopper, two agents and their supervisor, one bot, a server that dies now and then."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(prefix="xiaoer-ownership-")
        self.path = Path(self.folder.name) / "shop.db"
        shutil.copy(_laid_shop(), self.path)
        self.runner = asyncio.Runner()
        self.numbers = itertools.count(1)
        self.sent: dict[str, str] = {}
        self.said: list[str] = []
        """What agents said and were told that it was said."""
        self.turns: list[asyncio.Task[Turn]] = []
        self.seen = 0
        self.agreed: list[str] = []
        """What agents agreed to and were told that it is kept."""
        self.reader: asyncio.Task[None] | None = None
        self.read: list[int] = []
        """Numbers of the events that came down the shopper's line, over all its connections."""
        self.came = asyncio.Event()
        self.beside: dict[str, list[str]] = {}
        """Other conversations of the shopper, and what they sent there."""

    def do(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(work)

    @initialize(standing=st.sampled_from(["bot", "queued", "human"]))
    def open(self, standing: str) -> None:
        self.do(self._start())
        self.id = self.do(self.conversations.open(EMMA, lang="en")).id
        if standing != "bot":
            self.writes("a person, please")
        if standing == "human":
            self.claims(AGENTS[0], 0)

    async def _start(self) -> None:
        self.database = Database(sqlite_url(self.path))
        self.understander = SlowUnderstander()
        self.conversations = await assemble(self.database, self.understander)
        self.cases = Cases(self.conversations)
        self.routing = DeskRouting(self.conversations, RoutingPlan(grace=None))
        await self._all_are_there()

    async def _all_are_there(self) -> None:
        await keep_seen(self.database, {str(agent.subject) for agent in AGENTS}, self.conversations.clock())

    def teardown(self) -> None:
        try:
            if hasattr(self, "id"):
                self.do(self._settle())
                self.holds(settled=True)
        finally:
            if hasattr(self, "database"):
                self.do(self._stop())
            self.runner.close()
            self.folder.cleanup()

    async def _stop(self) -> None:
        await self._hang_up()
        for turn in self.turns:
            turn.cancel()
        await asyncio.gather(*self.turns, return_exceptions=True)
        self.turns = []
        await self.conversations.executor.close()
        await self.database.close()

    async def _settle(self) -> None:
        self.understander.gate.set()
        for turn in await asyncio.gather(*self.turns):
            assert turn.handled_by != "bot" or turn.replies
        self.turns = []

    # -- the shopper

    @precondition(lambda self: self.reader is None)
    @rule()
    def connects_from_the_last_event_seen(self) -> None:
        async def listen() -> None:
            after = self.read[-1] if self.read else 0
            try:
                async for stored in self.conversations.follow(self.id, EMMA, after=after):
                    self.read.append(stored.seq)
                    self.came.set()
            finally:
                self.came.set()

        async def work() -> None:
            self.reader = asyncio.ensure_future(listen())
            await asyncio.sleep(0)

        self.do(work())

    @precondition(lambda self: self.reader is not None)
    @rule()
    def loses_the_connection(self) -> None:
        self.do(self._hang_up())

    async def _hang_up(self) -> None:
        if self.reader is not None:
            self.reader.cancel()
            await asyncio.gather(self.reader, return_exceptions=True)
            self.reader = None

    async def _caught_up(self, last: int) -> None:
        async with asyncio.timeout(10):
            while self.reader is not None and not self.reader.done() and (not self.read or self.read[-1] < last):
                self.came.clear()
                await self.came.wait()

    def _send(self, text: str, client_id: str | None = None) -> asyncio.Task[Turn]:
        client_id = client_id or f"m{next(self.numbers)}"
        self.sent[client_id] = text
        work = self.conversations.send(self.id, EMMA, client_id=client_id, text=text)
        return asyncio.ensure_future(work)

    @rule(text=st.sampled_from(sorted(SCRIPT)))
    def writes(self, text: str) -> None:
        async def work() -> None:
            turn = self._send(text)
            await self._settle()
            await turn

        self.do(work())

    @rule(texts=st.lists(st.sampled_from(sorted(SCRIPT)), min_size=2, max_size=2))
    def writes_two_at_once(self, texts: list[str]) -> None:
        async def work() -> None:
            turns = [self._send(text) for text in texts]
            await self._settle()
            await asyncio.gather(*turns)

        self.do(work())

    @precondition(lambda self: self.sent)
    @rule()
    def sends_the_last_again(self) -> None:
        async def work() -> None:
            client_id, text = list(self.sent.items())[-1]
            self.turns.append(self._send(text, client_id))
            await self._settle()

        self.do(work())

    @rule(text=st.sampled_from(sorted(SCRIPT)), rounds=st.integers(0, 12))
    def writes_while_the_bot_is_slow(self, text: str, rounds: int) -> None:
        """The turn stays under way, at whatever point, while the next steps happen."""

        async def work() -> None:
            self.understander.gate.clear()
            self.turns.append(self._send(text))
            for _ in range(rounds):
                await asyncio.sleep(0)

        self.do(work())

    @precondition(lambda self: self.turns)
    @rule()
    def the_bot_is_done(self) -> None:
        self.do(self._settle())

    # -- the desk

    def _ticket(self) -> Ticket | None:
        async def work() -> Ticket | None:
            async with self.database.read() as session:
                running = await running_ticket(session, self.id)
                query = select(Ticket).where(Ticket.conversation_id == self.id).order_by(Ticket.created_at)  # type: ignore[arg-type]
                tickets = (await session.exec(query)).all()
            return running or (tickets[-1] if tickets else None)

        found = self.do(work())
        assert found is None or isinstance(found, Ticket)
        return found

    def _running(self, conversation_id: str) -> Ticket | None:
        async def work() -> Ticket | None:
            async with self.database.read() as session:
                return await running_ticket(session, conversation_id)

        found = self.do(work())
        assert found is None or isinstance(found, Ticket)
        return found

    @rule(agent=st.sampled_from(AGENTS), stale=st.integers(0, 1))
    def claims(self, agent: Identity, stale: int) -> None:
        ticket = self._ticket()
        if ticket is not None:
            claim = self.conversations.claim(ticket.id, agent, version=ticket.version - stale)
            with contextlib.suppress(ToolError):
                self.do(claim)

    @rule(stale=st.integers(0, 1), agent=st.sampled_from([None, *AGENTS]))
    def the_supervisor_takes_over(self, stale: int, agent: Identity | None) -> None:
        """From whoever has it, at whatever point of an answer, perhaps while an agent claims it."""
        ticket = self._ticket()

        async def work() -> None:
            version = (await self.conversations.store.head(self.id)).ownership_version - stale
            seize = Supervising(self.conversations).take_over(self.id, BOSS, version=version, because="mine")
            deeds: list[Coroutine[Any, Any, Any]] = [seize]
            if agent is not None and ticket is not None:
                deeds.append(self.conversations.claim(ticket.id, agent, version=ticket.version))
            came = await asyncio.gather(*deeds, return_exceptions=True)
            assert all(isinstance(each, ToolError) for each in came if isinstance(each, BaseException))
            assert stale == 0 or isinstance(came[0], ToolError)
            if not isinstance(came[0], BaseException):
                assert (came[0].status, came[0].assignee) == ("claimed", BOSS.subject)

        self.do(work())

    @rule()
    def both_claim_at_once(self) -> None:
        ticket = self._ticket()
        if ticket is None:
            return

        async def work() -> list[Any]:
            claims = (self.conversations.claim(ticket.id, agent, version=ticket.version) for agent in AGENTS)
            return await asyncio.gather(*claims, return_exceptions=True)

        results = self.do(work())
        assert sum(not isinstance(result, BaseException) for result in results) <= 1
        assert all(isinstance(result, ToolError) for result in results if isinstance(result, BaseException))

    @rule(agent=st.sampled_from(AGENTS), together=st.booleans())
    def an_agent_answers(self, agent: Identity, together: bool) -> None:
        number = next(self.numbers)
        text = f"{agent.subject} here, {number}"
        say = functools.partial(self.conversations.reply_as_agent, self.id, agent, client_id=f"a{number}", text=text)

        async def work() -> None:
            await asyncio.gather(*(say() for _ in range(1 + together)))

        with contextlib.suppress(NotOwnerError):
            self.do(work())
            self.said.append(text)

    @rule(agent=st.sampled_from(AGENTS), outcome=st.sampled_from(["hand_back", "resolve"]), agrees=st.integers(0, 2))
    def releases(self, agent: Identity, outcome: str, agrees: int) -> None:
        ticket = self._ticket()
        if ticket is not None:
            agreed = [f"{agent.subject} sends {next(self.numbers)} lamps" for _ in range(agrees)]
            with contextlib.suppress(ToolError):
                self.do(self.conversations.release(ticket.id, agent, outcome=outcome, agreed=agreed))
                self.agreed += agreed

    # -- what is done with a case

    @rule(agent=st.sampled_from(AGENTS), to=st.sampled_from(["ada", "ben", "delivery"]), stale=st.integers(0, 1))
    def passes_it_on(self, agent: Identity, to: str, stale: int) -> None:
        ticket = self._ticket()
        if ticket is not None:
            where = {"queue": to} if to == "delivery" else {"agent": to}
            version = ticket.version - stale
            with contextlib.suppress(ToolError):
                self.do(self.cases.transfer(ticket.id, agent, version=version, reason="a reason", to=where))

    @rule(agent=st.sampled_from(AGENTS), hours=st.sampled_from([0, 1]))
    def puts_it_aside(self, agent: Identity, hours: int) -> None:
        ticket = self._ticket()
        if ticket is not None:
            until = self.conversations.clock() + dt.timedelta(hours=hours)
            with contextlib.suppress(ToolError):
                self.do(self.cases.snooze(ticket.id, agent, **({"until": until.isoformat()} if hours else {})))

    @rule(minutes=st.sampled_from([1, 90]))
    def time_passes_and_the_desk_looks(self, minutes: int) -> None:
        async def work() -> None:
            clock = self.conversations.clock
            assert isinstance(clock, FixedClock)
            clock.advance(minutes=minutes)
            await self._all_are_there()
            await self.routing.look()

        self.do(work())
        ticket = self._ticket()
        due = ticket.snoozed_until if ticket is not None and ticket.status == "claimed" else None
        assert due is None or due > self.conversations.clock()

    @rule(agent=st.sampled_from(AGENTS))
    def takes_it_up_again(self, agent: Identity) -> None:
        ticket = self._ticket()
        if ticket is not None:
            with contextlib.suppress(ToolError):
                self.do(self.cases.reopen(ticket.id, agent, version=ticket.version))

    @precondition(lambda self: len(self.beside) < 2)
    @rule()
    def comes_from_another_window(self) -> None:
        async def work() -> None:
            conversation = await self.conversations.open(EMMA, lang="en")
            self.beside[conversation.id] = []

        self.do(work())
        self.writes_in_another_window(-1, "a person, please")

    @precondition(lambda self: self.beside)
    @rule(which=st.integers(-1, 1), text=st.sampled_from(["hello", "a person, please"]))
    def writes_in_another_window(self, which: int, text: str) -> None:
        conversation_id = list(self.beside)[max(-1, min(which, len(self.beside) - 1))]

        async def work() -> None:
            self.understander.gate.set()
            client_id = f"b{next(self.numbers)}"
            self.beside[conversation_id].append(client_id)
            await self.conversations.send(conversation_id, EMMA, client_id=client_id, text=text)
            await self._settle()

        self.do(work())

    @precondition(lambda self: self.beside)
    @rule(agent=st.sampled_from(AGENTS), which=st.integers(0, 1), away=st.booleans(), claim=st.booleans())
    def joins_two(self, agent: Identity, which: int, away: bool, claim: bool) -> None:
        ours, other = self._ticket(), self._running(list(self.beside)[which % len(self.beside)])
        if ours is None or other is None:
            return

        async def work() -> None:
            version = other.version
            if claim and other.status == "open":
                version = (await self.conversations.claim(other.id, agent, version=version)).version
            one, kept = ((ours.id, ours.version), (other.id, version))[:: -1 if away else 1]
            await self.cases.merge(one[0], agent, version=one[1], into=kept[0], into_version=kept[1])

        with contextlib.suppress(ToolError):
            self.do(work())

    @rule(agent=st.sampled_from(AGENTS))
    def splits_it(self, agent: Identity) -> None:
        ticket = self._ticket()
        if ticket is not None:
            part = {"version": ticket.version, "subject": "a part", "category": "payment"}
            with contextlib.suppress(ToolError):
                self.do(self.cases.split(ticket.id, agent, part))

    # -- the machine room

    @rule()
    def the_server_is_killed_and_starts_again(self) -> None:
        async def work() -> None:
            await self._stop()
            await self._start()
            await self.conversations.recover()

        self.do(work())

    @rule(agent=st.sampled_from(AGENTS), release=st.booleans(), good_writes=st.integers(0, 3), restart=st.booleans())
    def the_database_fails_under_the_desk(
        self, agent: Identity, release: bool, good_writes: int, restart: bool
    ) -> None:
        """Whatever the desk was about to write is written whole or not at all."""
        ticket = self._ticket()
        if ticket is None:
            return
        writes, left = self.database.write, itertools.count()

        def failing() -> Any:
            if next(left) >= good_writes:
                raise DatabaseBusyError("locked")
            return writes()

        self.database.write = failing  # type: ignore[method-assign]
        with contextlib.suppress(ToolError, DatabaseBusyError):
            if release:
                self.do(self.conversations.release(ticket.id, agent, outcome="hand_back"))
            else:
                self.do(self.conversations.claim(ticket.id, agent, version=ticket.version))
        self.database.write = writes  # type: ignore[method-assign]
        if restart:
            self.the_server_is_killed_and_starts_again()

    # -- what holds at every step

    @invariant()
    def at_every_step(self) -> None:
        if hasattr(self, "id"):
            self.holds(settled=not self.turns)

    def holds(self, *, settled: bool) -> None:
        events, head, kept = self.do(self._quiet_moment())
        assert [stored.seq for stored in events] == list(range(1, len(events) + 1))
        assert len(events) >= self.seen
        self.seen = len(events)
        state = functools.reduce(fold, events, initial(self.id, "shopper", "en", "C1"))
        assert kept == state
        assert (head.owner, head.agent_id) == (state.owner, state.agent_id)
        assert head.ownership_version == state.ownership_version
        self._one_speaker(events)
        self._the_line_is_whole(events)
        self._agreements_stand(events, state)
        self._nothing_lost_or_doubled(events, settled=settled)
        self._somebody(state, self._running(self.id), settled=settled)
        for conversation_id, sent in self.beside.items():
            self._beside_holds(conversation_id, sent, settled=settled)

    def _beside_holds(self, conversation_id: str, sent: list[str], *, settled: bool) -> None:
        events, head = self.do(self._of(conversation_id))
        state = functools.reduce(fold, events, initial(conversation_id, "shopper", "en", "C1"))
        assert (head.owner, head.agent_id, head.ownership_version) == (
            state.owner, state.agent_id, state.ownership_version,
        )  # fmt: skip
        one_speaker(events)
        received = [stored.event.client_id for stored in events if isinstance(stored.event, MessageReceived)]
        assert received == sent
        self._somebody(state, self._running(conversation_id), settled=settled)

    async def _of(self, conversation_id: str) -> tuple[list[StoredEvent], Conversation]:
        store = self.conversations.store
        return await store.load(conversation_id), await store.head(conversation_id)

    async def _quiet_moment(self) -> tuple[list[StoredEvent], Conversation, DialogueState]:
        """Read everything at one moment, though turns go on meanwhile."""
        store = self.conversations.store
        while True:
            events, head = await store.load(self.id), await store.head(self.id)
            state = await self.conversations._state(self.id)
            if len(events) == head.last_seq == state.seq:
                return events, head, state

    def _the_line_is_whole(self, events: list[StoredEvent]) -> None:
        """What came down the shopper's line is what they may see, in order, without gap or repeat, whatever broke off."""
        public = [stored.seq for stored in events if stored.event.type in PUBLIC_TYPES]
        if public:
            self.do(self._caught_up(public[-1]))
        assert self.read == public[: len(self.read)]
        assert self.reader is None or self.read == public

    def _agreements_stand(self, events: list[StoredEvent], state: DialogueState) -> None:
        """What persons agreed to is known after every episode, told to the shopper, and on the next ticket."""
        assert [each.text for each in state.agreed] == self.agreed[-AGREED_KEPT:]
        told = "\n".join(
            reply.text for stored in events if isinstance(stored.event, Replied) for reply in stored.event.replies
        )
        assert all(text in told for text in self.agreed)
        ticket = self._ticket()
        opened = [
            stored.seq
            for stored in events
            if ticket is not None and isinstance(stored.event, TicketOpened) and stored.event.ticket.id == ticket.id
        ]
        if ticket is not None and ticket.status != "resolved" and len(opened) == 1:
            before = [
                each.text
                for stored in events
                if stored.seq < opened[-1] and isinstance(stored.event, EpisodeStarted)
                for each in stored.event.agreed
            ]
            assert ticket.body.get("agreed", []) == before[-AGREED_KEPT:]

    def _one_speaker(self, events: list[StoredEvent]) -> None:
        one_speaker(events)

    def _nothing_lost_or_doubled(self, events: list[StoredEvent], *, settled: bool) -> None:
        received = [stored.event for stored in events if isinstance(stored.event, MessageReceived)]
        texts = {event.client_id: event.text for event in received}
        assert len(texts) == len(received)
        assert texts.items() <= self.sent.items()
        if settled:
            assert texts == self.sent
        replies = [stored.event for stored in events if isinstance(stored.event, Replied)]
        assert [r.replies[0].text for r in replies if r.author == "agent"] == self.said
        answered = Counter(stored.event.of_seq for stored in events if isinstance(stored.event, TurnEnded))
        assert not answered or max(answered.values()) == 1
        receipts = self.do(self._receipts())
        assert len(receipts) <= 1, "cancelled twice"
        told = [r for reply in replies for said in reply.replies if isinstance(said, TextReply) for r in said.receipts]
        assert not settled or told == receipts, "what was done was told once"

    async def _receipts(self) -> list[str]:
        async with self.database.read() as session:
            return list((await session.exec(select(Receipt.id).where(Receipt.tool == "cancel_order"))).all())

    def _somebody(self, state: DialogueState, ticket: Ticket | None, *, settled: bool) -> None:
        if not settled:
            return
        assert state.unanswered == []
        if state.owner == "bot":
            assert ticket is None
        elif state.owner == "queued":
            assert ticket is not None
            assert ticket.status == "open"
        else:
            assert ticket is not None
            assert (ticket.status, ticket.assignee) == ("claimed", state.agent_id)


Ownership.TestCase.settings = settings(
    max_examples=10, stateful_step_count=24, deadline=None, suppress_health_check=list(HealthCheck)
)
TestOwnership = Ownership.TestCase
