"""How a conversation goes on: its state, and the way from an unanswered message to a committed turn."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import functools
import weakref
from collections.abc import Awaitable, Callable, Sequence
from typing import Literal

from sqlmodel.ext.asyncio.session import AsyncSession

from dialogue.broadcast import Broadcast
from dialogue.commands import PendingQuestion
from dialogue.drafts import Draft, ShowDraft
from dialogue.events import (
    Event,
    ModelCalled,
    Replied,
    StoredEvent,
    TicketOpened,
    TurnEnded,
)
from dialogue.kept_states import KeptStates
from dialogue.messages import log_turn, past_turn
from dialogue.outward.outbox import Outbox
from dialogue.ownership import must_be_told, overtaken
from dialogue.relay import Alone, Relay
from dialogue.replies.templates import Templates
from dialogue.replies.types import Choice, ChoicesReply, Reply, TextReply
from dialogue.silence import SilenceWatch
from dialogue.state import DialogueState, fold, initial
from dialogue.store import EventStore, Seen, StaleStateError
from dialogue.turn import Turn, TurnTimes
from dialogue.turns import Finished, TurnRunner
from knowledge.db import Database
from knowledge.errors import KnowledgeError
from knowledge.schema import Conversation
from knowledge.types import JsonObject, Lang, new_id
from tools.base import Identity, ToolCall
from tools.executor import Executor
from tools.ticketing.types import TicketView

DESK = "desk"
EVERY = "every"


@dataclasses.dataclass(frozen=True)
class DeskNotice:
    """Something that the desk's list must show: a ticket appeared or changed."""

    kind: str
    """``ticket``."""
    ticket: TicketView


class Answering:
    """What every conversation is answered with. `dialogue.conversations` is what channels use of it."""

    def __init__(  # noqa: PLR0913  (its parts)
        self,
        database: Database,
        executor: Executor,
        runner: TurnRunner,
        templates: Templates,
        *,
        default_lang: Lang = "zh",
        silence_s: float | None = None,
        outbox: Outbox | None = None,
    ) -> None:
        self.database = database
        self.executor = executor
        self.runner = runner
        self.templates = templates
        self.default_lang = default_lang
        self.clock = executor.clock
        self.store = EventStore(database, executor.clock, outbox)
        self._live: Broadcast[StoredEvent] = Broadcast()
        self._desk: Broadcast[DeskNotice] = Broadcast()
        self._drafts: Broadcast[Draft] = Broadcast()
        self.goings_on: Broadcast[str] = Broadcast()
        """The id of each conversation that goes on, here or on another replica, under `EVERY`; "" where it is the desk."""
        self._relay: Relay = Alone()
        self._silences = SilenceWatch(silence_s, self._remind)
        self._states = KeptStates()
        self._locks: weakref.WeakValueDictionary[str, asyncio.Lock] = weakref.WeakValueDictionary()

    async def close(self) -> None:
        """Stop what waits. The database stays open."""
        await self._silences.close()

    def join(self, relay: Relay) -> None:
        """Tell other replicas what goes on here, and show here what goes on there."""
        self._relay = relay
        relay.listen(self._elsewhere)

    def desk_changed(self) -> None:
        """Say that somebody came to the desk, left it, or takes tickets no longer."""
        self.goings_on.publish(EVERY, "")
        self._relay.tell({"of": "desk"})

    async def _elsewhere(self, news: JsonObject) -> None:
        match news:
            case {"of": "conversation", "id": str(conversation_id), "after": int(after)}:
                if self._live.followed(conversation_id):
                    for entry in await self.store.load(conversation_id, after):
                        self._live.publish(conversation_id, entry)
                self.goings_on.publish(EVERY, conversation_id)
            case {"of": "ticket", "id": str(ticket_id)}:
                await self.show_desk(ticket_id)
            case {"of": "desk"}:
                self.goings_on.publish(EVERY, "")
            case {"of": "again"}:
                for conversation_id in self._live.topics():
                    head = await self.store.head(conversation_id)
                    for entry in await self.store.load(conversation_id, head.last_seq - 1):
                        self._live.publish(conversation_id, entry)  # who follows it reads what lies before
            case _:
                pass

    async def _answer(self, conversation_id: str, identity: Identity, seq: int) -> Turn:
        """Answer everything unanswered up to now, unless another call's turn has done it meanwhile."""
        await self.templates.refresh()
        async with self._lock(conversation_id):
            state = self._states.get(conversation_id)
            state = state if state is not None and state.seq >= seq else await self._state(conversation_id)
            before = await self._what_a_crash_cut_off(state, identity)
            state = await self._state(conversation_id) if before is not None else state
            while seq in state.unanswered:
                by_bot = state.owner == "bot"
                turn = await (self._bot_turn(state, identity) if by_bot else self._pass_on(state, seq))
                if turn is not None and (not by_bot or seq <= _answers_up_to(state)):
                    replies = [*before.replies, *turn.replies] if before is not None else turn.replies
                    return turn.model_copy(update={"replies": replies})
                state = await self._state(conversation_id)
            return await self._past_turn(conversation_id, seq)

    async def _what_a_crash_cut_off(self, state: DialogueState, identity: Identity) -> Turn | None:
        """Answer a yes by itself where a crash came between what it did and its reply.

        A burst is one turn; but what is written after such a crash is written without knowing of the effect.
        """
        proposal_id = state.pending.proposal_id if state.pending else None
        if proposal_id is None or len(state.unanswered) < 2 or state.owner != "bot":
            return None
        acting = self._identity(identity, state)
        if all(each.id != proposal_id for each in await self.executor.proposals(acting, status="executed")):
            return None
        return await self._commit(state, await self.runner.run(state, acting, min(state.unanswered)))

    async def _bot_turn(self, state: DialogueState, identity: Identity) -> Turn | None:
        """Answer as the bot. None: the conversation went on meanwhile, look again."""
        last_seq = _answers_up_to(state)
        show = self._showing(state, last_seq)
        try:
            finished = await self.runner.run(state, self._identity(identity, state), last_seq, show=show)
            return await self._commit(state, finished)
        except BaseException:  # no reply will take the draft's place
            self._drafts.publish(state.conversation_id, Draft(last_seq, state.lang, ""))
            raise

    def _showing(self, state: DialogueState, last_seq: int) -> ShowDraft:
        """Return what shows drafts of the turn to who follows them, until it is overtaken: then nobody wants its answer any more."""

        async def show(draft: Draft) -> bool:
            if not self._drafts.followed(state.conversation_id):
                return True
            try:
                now = await self._state(state.conversation_id)
            except KnowledgeError:  # the answer is still being written, and may be stored when it is whole
                return False
            as_before = now.owner == "bot" and now.ownership_version == state.ownership_version
            if not as_before or last_seq not in now.unanswered or _answers_up_to(now) != last_seq:
                return False
            self._drafts.publish(state.conversation_id, draft)
            return True

        return show

    async def _commit(self, state: DialogueState, finished: Finished) -> Turn | None:
        """Store the turn, unless it was overtaken: then the bot says nothing that is no longer so.

        A turn that did nothing is overtaken by a newer message too: both are answered as one.
        """
        turn = finished.turn
        seen = Seen(state.ownership_version, state.seq, latest=not finished.wrote)
        try:
            stored = await self._append(state.conversation_id, finished.events, seen=seen)
        except StaleStateError:
            return await self._commit_late(state.conversation_id, finished)
        log_turn(turn)
        for event in finished.events:
            if isinstance(event, TicketOpened):
                await self.notify_desk(event.ticket.id)
        return turn.model_copy(update={"seq": stored[-1].seq})

    async def _commit_late(self, conversation_id: str, finished: Finished) -> Turn | None:
        """Store what is kept of a turn that was overtaken. None: nothing is, and its messages may still want an answer."""
        while True:
            newer = await self._state(conversation_id)
            if not must_be_told(finished, newer) and (newer.owner == "bot" or not newer.unanswered):
                if calls := [event for event in finished.events if isinstance(event, ModelCalled)]:
                    await self._append(conversation_id, calls)  # the answer is thrown away, what it cost is not
                return None
            events, turn = overtaken(finished, newer)
            with contextlib.suppress(StaleStateError):
                stored = await self._append(conversation_id, events, seen=_seen(newer))
                return turn.model_copy(update={"seq": stored[-1].seq})

    async def _pass_on(self, state: DialogueState, seq: int) -> Turn | None:
        """A person owns the conversation, or will: the message reaches them, the bot does not answer it."""
        handled_by = "human" if state.owner == "human" else "queue"
        events: list[Event] = []
        replies: list[Reply] = []
        waiting_said = any(
            isinstance(reply, TextReply) and reply.text == self.templates.say("handoff.waiting", state.lang)
            for reply in state.last_replies
        )
        if handled_by == "queue" and not waiting_said:
            replies = [TextReply(text=self.templates.say("handoff.waiting", state.lang), lang=state.lang)]
            events.append(Replied(replies=tuple(replies)))
        heard = await self.runner.hear(state, seq)
        events = [*heard.events(), *events]
        events.append(TurnEnded(of_seq=seq, handled_by=handled_by, ticket=state.ticket, ms=TurnTimes()))
        try:
            stored = await self._append(state.conversation_id, events, seen=_seen(state))
        except StaleStateError:
            return None
        return Turn(
            conversation_id=state.conversation_id,
            seq=stored[-1].seq,
            handled_by=handled_by,
            replies=replies,
            heard=heard.every,
            ticket=state.ticket,
        )

    async def _past_turn(self, conversation_id: str, seq: int) -> Turn:
        """Rebuild the turn that answered a message from its events."""
        return past_turn(conversation_id, await self.store.load(conversation_id, seq), seq)

    async def notify_desk(self, ticket_id: str) -> None:
        """Show everybody at the desk a ticket as it is now, on every replica."""
        await self.show_desk(ticket_id)
        self._relay.tell({"of": "ticket", "id": ticket_id})

    async def show_desk(self, ticket_id: str) -> None:
        """Show everybody who sits at the desk on this replica a ticket as it is now."""
        system = Identity("agent", subject="desk")
        outcome = await self.executor.call(
            ToolCall("get_ticket", {"ticket_id": ticket_id}), system, idempotency_key=new_id("read")
        )
        if isinstance(outcome.evidence, TicketView):
            self._desk.publish(DESK, DeskNotice("ticket", outcome.evidence))

    async def _begin(self, conversation: Conversation, events: Sequence[Event]) -> list[StoredEvent]:
        """Store a new conversation with its first events."""
        state = _first_state(conversation)
        stored = await self.store.create(conversation, events)
        self._states.keep(functools.reduce(fold, stored, state))
        self.goings_on.publish(EVERY, conversation.id)
        return stored

    async def _append(
        self,
        conversation_id: str,
        events: Sequence[Event],
        *,
        client_id: str | None = None,
        seen: Seen | None = None,
        admit: Callable[[Conversation], None] | None = None,
        also: Callable[[AsyncSession], Awaitable[None]] | None = None,
    ) -> list[StoredEvent]:
        stored = await self.store.append(
            conversation_id, events, client_id=client_id, seen=seen, admit=admit, also=also
        )
        self._publish(conversation_id, stored)
        return stored

    async def state_of(self, conversation_id: str) -> DialogueState:
        """Return what a conversation knows at present. Raises `UnknownConversationError`."""
        return await self._state(conversation_id)

    def publish(self, conversation_id: str, stored: Sequence[StoredEvent]) -> None:
        """Show events that were stored in another's transaction to whoever follows."""
        self._publish(conversation_id, stored)

    def _publish(self, conversation_id: str, stored: Sequence[StoredEvent]) -> None:
        if stored:
            self._states.go_on(conversation_id, stored)
            self._watch_silence(conversation_id, stored)
        for entry in stored:
            self._live.publish(conversation_id, entry)
        if stored:
            self.goings_on.publish(EVERY, conversation_id)
            self._relay.tell({"of": "conversation", "id": conversation_id, "after": stored[0].seq - 1})

    def _watch_silence(self, conversation_id: str, stored: Sequence[StoredEvent]) -> None:
        """Count a silence from a question to somebody who is there; whatever else happens ends it."""
        self._silences.end(conversation_id)
        state = self._states.get(conversation_id)
        asked = state is not None and state.owner == "bot" and state.pending is not None
        if asked and isinstance(stored[-1].event, TurnEnded) and self._live.followed(conversation_id):
            self._silences.begin(conversation_id, stored[-1].seq)

    async def _remind(self, conversation_id: str, seq: int) -> None:
        """Put the open question once more, if nothing has happened since and somebody is there to read it."""

        def unchanged(head: Conversation) -> None:
            if head.last_seq != seq:
                raise StaleStateError(f"the conversation went on after event {seq}")

        await self.templates.refresh()
        async with self._lock(conversation_id):
            state = await self._state(conversation_id)
            if state.pending is None or not self._live.followed(conversation_id):
                return
            reminder = Replied(replies=(self._reminder(state.pending.question, state.lang),), reminder=True)
            with contextlib.suppress(StaleStateError, KnowledgeError):
                await self._append(conversation_id, [reminder], admit=unchanged)

    def _reminder(self, question: PendingQuestion, lang: Lang) -> Reply:
        text = self.templates.say("repair.silence", lang, question=question.text)
        if not question.choices:
            return TextReply(text=text, lang=lang)
        choices = tuple(Choice(label=label, value=label) for label in question.choices)
        return ChoicesReply(text=text, lang=lang, choices=choices, multiple=question.multiple)

    async def _state(self, conversation_id: str) -> DialogueState:
        """Return the present state: the cached one plus the events since."""
        state = self._states.get(conversation_id) or _first_state(await self.store.head(conversation_id))
        for entry in await self.store.load(conversation_id, state.seq):
            state = fold(state, entry)
        self._states.keep(state)
        return state

    def _lock(self, conversation_id: str) -> asyncio.Lock:
        return self._locks.setdefault(conversation_id, asyncio.Lock())

    def _identity(self, identity: Identity, state: DialogueState) -> Identity:
        return dataclasses.replace(identity, customer_id=state.customer_id, conversation_id=state.conversation_id)


def _answers_up_to(state: DialogueState) -> int:
    """Return the last message that the next turn answers.

    A shopper's burst is one turn: several lines are one wish. A merchant asks a question a message, and each is answered.
    """
    return min(state.unanswered) if state.role == "merchant" else max(state.unanswered)


def _first_state(head: Conversation) -> DialogueState:
    """Return the state before the first event of a conversation."""
    role: Literal["shopper", "merchant"] = "merchant" if head.role == "merchant" else "shopper"
    lang: Lang = "en" if head.lang == "en" else "zh"
    return initial(head.id, role, lang, head.customer_id if head.verified_by == "token" else None)


def _seen(state: DialogueState) -> Seen:
    return Seen(state.ownership_version, state.seq)
