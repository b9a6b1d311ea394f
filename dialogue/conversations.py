"""Conversations as channels use them: open, send, read, follow, and the desk's side of each."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime as dt
import weakref
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Literal

from sqlmodel import col, select

from dialogue.broadcast import Broadcast
from dialogue.errors import (
    ClientIdReusedError,
    ConversationClosedError,
    MessageRefusedError,
    NotOwnerError,
    UnknownConversationError,
)
from dialogue.events import (
    PUBLIC_TYPES,
    AttachmentRef,
    EpisodeStarted,
    Event,
    MessageReceived,
    OwnershipChanged,
    Replied,
    ReplyDropped,
    StoredEvent,
    TurnEnded,
)
from dialogue.kept_states import KeptStates
from dialogue.messages import checked_text, log_turn, past_turn
from dialogue.replies.templates import Templates
from dialogue.replies.types import Reply, TextReply
from dialogue.state import DialogueState, fold, initial
from dialogue.store import EventStore, StaleOwnershipError
from dialogue.turn import Turn, TurnTimes
from dialogue.turns import Finished, TurnRunner
from knowledge.db import Database
from knowledge.schema import Attachment, Conversation
from knowledge.types import JsonObject, Lang, new_id, utc_now
from tools.base import Identity, Role, ToolCall
from tools.errors import ArgumentError, RefusedError
from tools.executor import Executor
from tools.ticketing.types import TicketView

DESK = "desk"


@dataclasses.dataclass(frozen=True)
class Opened:
    """A new conversation."""

    id: str
    seq: int
    greeting: tuple[Reply, ...]


@dataclasses.dataclass(frozen=True)
class DeskNotice:
    """Something that the desk's list must show: a ticket appeared or changed."""

    kind: str
    """``ticket``."""
    ticket: TicketView


class Conversations:
    """The one service behind every channel. `identity` always comes from a verified token."""

    def __init__(
        self,
        database: Database,
        executor: Executor,
        runner: TurnRunner,
        templates: Templates,
        *,
        default_lang: Lang = "zh",
        clock: Callable[[], dt.datetime] = utc_now,
    ) -> None:
        self.database = database
        self.executor = executor
        self.runner = runner
        self.templates = templates
        self.default_lang = default_lang
        self.clock = clock
        self.store = EventStore(database, clock)
        self._live: Broadcast[StoredEvent] = Broadcast()
        self._desk: Broadcast[DeskNotice] = Broadcast()
        self._states = KeptStates()
        self._locks: weakref.WeakValueDictionary[str, asyncio.Lock] = weakref.WeakValueDictionary()

    # -- shopper

    async def open(self, identity: Identity, *, lang: Lang | None = None, channel: str = "web") -> Opened:
        """Start a conversation; the greeting is in `lang`, or in the shop's language."""
        now = self.clock()
        spoken = lang or self.default_lang
        conversation = Conversation(
            id=new_id("cnv"),
            role="merchant" if identity.role == "merchant" else "shopper",
            subject=identity.subject,
            customer_id=identity.customer_id,
            verified_by="token" if identity.customer_id else None,
            channel=channel,
            lang=spoken,
            created_at=now,
            updated_at=now,
        )
        await self.store.create(conversation)
        greeting = TextReply(text=self.templates.say("chit.opening", spoken), lang=spoken)
        stored = await self._append(conversation.id, [Replied(replies=(greeting,))])
        return Opened(conversation.id, stored[-1].seq, (greeting,))

    async def send(
        self, conversation_id: str, identity: Identity, *, client_id: str, text: str, attachments: Sequence[str] = ()
    ) -> Turn:
        """Store the message, then answer it. The same `client_id` again gives the same turn, with nothing done twice.

        Raises:
            UnknownConversationError, MessageRefusedError, ClientIdReusedError, ConversationClosedError.
        """
        head = await self._authorised(conversation_id, identity)
        text = checked_text(text, has_attachments=bool(attachments))
        refs = await self._attachment_refs(attachments, identity)
        if head.owner == "closed":
            raise ConversationClosedError("this conversation was closed; open a new one")
        author = "merchant" if identity.role == "merchant" else "shopper"
        message = MessageReceived(
            author=author, author_id=identity.subject, client_id=client_id, text=text, attachments=refs
        )
        seq = await self._receive(conversation_id, message)
        return await self._answer(conversation_id, identity, seq)

    async def _receive(self, conversation_id: str, message: MessageReceived) -> int:
        """Store a message once; a repeated client id gives the first one's place."""
        try:
            stored = await self._append(conversation_id, [message], client_id=message.client_id)
        except ClientIdReusedError:
            known = await self.store.find_client_id(conversation_id, message.client_id)
        else:
            return stored[0].seq
        if known is None or not isinstance(known.event, MessageReceived) or known.event.text != message.text:
            raise ClientIdReusedError(f"client id {message.client_id!r} came before with another message")
        return known.seq

    async def _answer(self, conversation_id: str, identity: Identity, seq: int) -> Turn:
        """Answer everything unanswered up to now, unless another call's turn has done it meanwhile."""
        async with self._lock(conversation_id):
            state = self._states.get(conversation_id)
            state = state if state is not None and state.seq >= seq else await self._state(conversation_id)
            if seq not in state.unanswered:
                return await self._past_turn(conversation_id, seq)
            if state.owner != "bot":
                return await self._pass_on(state, seq)
            while True:
                latest = max(state.unanswered)
                finished = await self.runner.run(state, self._identity(identity, state), latest)
                newer = await self._state(conversation_id)
                grew = max(newer.unanswered, default=0) > latest
                if not grew or finished.wrote or newer.owner != "bot":
                    return await self._commit(state, finished)
                state = newer  # a newer message came before anything was done: answer both as one turn

    async def _commit(self, state: DialogueState, finished: Finished) -> Turn:
        """Store the turn, unless somebody else owns the conversation by now: then the bot keeps silent."""
        turn = finished.turn
        try:
            stored = await self._append(
                state.conversation_id, finished.events, expected_version=state.ownership_version
            )
        except StaleOwnershipError:
            kept: list[Event] = [
                event for event in finished.events if not isinstance(event, Replied | OwnershipChanged | TurnEnded)
            ]
            ended = finished.events[-1]
            events = [*kept, ReplyDropped(reason="owner changed"), ended.model_copy(update={"handled_by": "human"})]
            stored = await self._append(state.conversation_id, events)
            return turn.model_copy(update={"seq": stored[-1].seq, "handled_by": "human", "replies": []})
        log_turn(turn)
        if turn.ticket is not None and turn.handled_by == "queue":
            await self._notify_desk(turn.ticket.id)
        return turn.model_copy(update={"seq": stored[-1].seq})

    async def _pass_on(self, state: DialogueState, seq: int) -> Turn:
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
        events.append(TurnEnded(of_seq=seq, handled_by=handled_by, ms=TurnTimes()))
        stored = await self._append(state.conversation_id, events)
        return Turn(
            conversation_id=state.conversation_id,
            seq=stored[-1].seq,
            handled_by=handled_by,
            replies=replies,
            ticket=state.ticket,
        )

    async def _past_turn(self, conversation_id: str, seq: int) -> Turn:
        """Rebuild the turn that answered a message from its events."""
        return past_turn(conversation_id, await self.store.load(conversation_id, seq), seq)

    async def events(self, conversation_id: str, identity: Identity, *, after: int = 0) -> list[StoredEvent]:
        """Return what happened after sequence number `after`; a shopper sees `PUBLIC_TYPES` only."""
        await self._authorised(conversation_id, identity)
        return [entry for entry in await self.store.load(conversation_id, after) if _visible(entry, identity)]

    async def follow(self, conversation_id: str, identity: Identity, *, after: int = 0) -> AsyncIterator[StoredEvent]:
        """Yield every event after `after`, past ones first, then live ones, without gap or repeat."""
        await self._authorised(conversation_id, identity)
        last = after
        with self._live.subscribe(conversation_id) as queue:
            for entry in await self.store.load(conversation_id, last):
                last = entry.seq
                if _visible(entry, identity):
                    yield entry
            while (live := await queue.get()) is not None:
                missed = await self.store.load(conversation_id, last) if live.seq > last + 1 else [live]
                for entry in missed:
                    if entry.seq > last:
                        last = entry.seq
                        if _visible(entry, identity):
                            yield entry

    async def recover(self) -> int:
        """Take up the messages that a crash left unanswered; returns how many conversations went on."""
        waiting = await self.store.unanswered()
        for conversation_id in waiting:
            head = await self.store.head(conversation_id)
            role: Role = "merchant" if head.role == "merchant" else "shopper"
            identity = Identity(role, head.subject, head.customer_id, conversation_id)
            state = await self._state(conversation_id)
            if state.unanswered:
                await self._answer(conversation_id, identity, max(state.unanswered))
        return len(waiting)

    # -- desk

    async def claim(self, ticket_id: str, identity: Identity, *, version: int) -> TicketView:
        """An agent takes a ticket: from this instant the bot is silent.

        Raises:
            RefusedError: somebody else was faster (``already_claimed``), or the ticket is closed.
        """
        ticket = await self._ticket_call("claim_ticket", {"ticket_id": ticket_id, "version": version}, identity)
        await self._change_owner(ticket.conversation_id, "human", agent_id=identity.subject, reason="claimed")
        await self._notify_desk(ticket_id)
        return ticket

    async def reply_as_agent(
        self, conversation_id: str, identity: Identity, *, client_id: str, text: str
    ) -> StoredEvent:
        """A person's words to the shopper. Raises `NotOwnerError` unless this agent holds the conversation."""
        head = await self.store.head(conversation_id)
        if identity.role != "agent" or head.owner != "human" or head.agent_id != identity.subject:
            raise NotOwnerError("this conversation is not yours; claim its ticket first")
        text = checked_text(text, has_attachments=False)
        known = await self.store.find_client_id(conversation_id, client_id)
        if known is not None:
            return known
        lang: Lang = "en" if head.lang == "en" else "zh"
        event = Replied(author="agent", author_id=identity.subject, replies=(TextReply(text=text, lang=lang),))
        try:
            stored = await self._append(
                conversation_id, [event], client_id=client_id, expected_version=head.ownership_version
            )
        except StaleOwnershipError as error:
            raise NotOwnerError("this conversation changed hands while you wrote") from error
        return stored[0]

    async def release(self, ticket_id: str, identity: Identity, *, outcome: str, note: str = "") -> TicketView:
        """End a case: ``hand_back`` says that the bot goes on with it, ``resolve`` that it was dealt with.

        Either way the shopper is the bot's again, in a new episode.
        """
        arguments = {"ticket_id": ticket_id, "outcome": outcome, "note": note}
        ticket = await self._ticket_call("release_ticket", arguments, identity)
        await self._hand_back(ticket.conversation_id, outcome=outcome)
        await self._notify_desk(ticket_id)
        return ticket

    async def follow_desk(self, identity: Identity) -> AsyncIterator[DeskNotice]:
        """Yield a notice for every ticket that appears or changes from now on."""
        if identity.role not in ("agent", "merchant"):
            raise NotOwnerError("the desk is for agents")
        with self._desk.subscribe(DESK) as queue:
            while (notice := await queue.get()) is not None:
                yield notice

    async def _ticket_call(self, tool: str, arguments: JsonObject, identity: Identity) -> TicketView:
        key = f"{tool}:{identity.actor}:{arguments['ticket_id']}:{new_id('try')}"
        outcome = await self.executor.call(ToolCall(tool, arguments), identity, idempotency_key=key)
        if outcome.status != "ok" or not isinstance(outcome.evidence, TicketView):
            kind = ArgumentError if outcome.mendable else RefusedError
            raise kind(outcome.code or "failed", f"{tool} was refused: {outcome.code}", **outcome.facts)
        return outcome.evidence

    async def _change_owner(self, conversation_id: str, owner: str, *, agent_id: str | None, reason: str) -> None:
        head = await self.store.head(conversation_id)
        changed = OwnershipChanged.model_validate(
            {"owner": owner, "version": head.ownership_version + 1, "agent_id": agent_id, "reason": reason}
        )
        await self._append(conversation_id, [changed], expected_version=head.ownership_version)

    async def _hand_back(self, conversation_id: str, *, outcome: str) -> None:
        async with self._lock(conversation_id):
            state = await self._state(conversation_id)
            sentence = "handoff.resolved" if outcome == "resolve" else "handoff.back"
            said = TextReply(text=self.templates.say(sentence, state.lang), lang=state.lang)
            events: list[Event] = [
                OwnershipChanged(owner="bot", version=state.ownership_version + 1, reason=outcome),
                EpisodeStarted(number=state.episode + 1),
                Replied(replies=(said,)),
            ]
            await self._append(conversation_id, events, expected_version=state.ownership_version)

    async def _notify_desk(self, ticket_id: str) -> None:
        system = Identity("agent", subject="desk")
        outcome = await self.executor.call(
            ToolCall("get_ticket", {"ticket_id": ticket_id}), system, idempotency_key=new_id("read")
        )
        if isinstance(outcome.evidence, TicketView):
            self._desk.publish(DESK, DeskNotice("ticket", outcome.evidence))

    # -- inside

    async def _append(
        self,
        conversation_id: str,
        events: Sequence[Event],
        *,
        client_id: str | None = None,
        expected_version: int | None = None,
    ) -> list[StoredEvent]:
        stored = await self.store.append(
            conversation_id, events, client_id=client_id, expected_version=expected_version
        )
        self._states.go_on(conversation_id, stored)
        for entry in stored:
            self._live.publish(conversation_id, entry)
        return stored

    async def _state(self, conversation_id: str) -> DialogueState:
        """Return the present state: the cached one plus the events since."""
        state = self._states.get(conversation_id)
        if state is None:
            head = await self.store.head(conversation_id)
            role: Literal["shopper", "merchant"] = "merchant" if head.role == "merchant" else "shopper"
            lang: Lang = "en" if head.lang == "en" else "zh"
            state = initial(conversation_id, role, lang, head.customer_id if head.verified_by == "token" else None)
        for entry in await self.store.load(conversation_id, state.seq):
            state = fold(state, entry)
        self._states.keep(state)
        return state

    def _lock(self, conversation_id: str) -> asyncio.Lock:
        return self._locks.setdefault(conversation_id, asyncio.Lock())

    def _identity(self, identity: Identity, state: DialogueState) -> Identity:
        return dataclasses.replace(identity, customer_id=state.customer_id, conversation_id=state.conversation_id)

    async def _authorised(self, conversation_id: str, identity: Identity) -> Conversation:
        """Return the head if this person may see it; else it does not exist for them."""
        head = await self.store.head(conversation_id)
        if identity.role in ("agent", "system") or (identity.role == "merchant" and head.role == "shopper"):
            return head
        if identity.role == head.role and identity.subject == head.subject:
            return head
        raise UnknownConversationError(f"no conversation {conversation_id!r}")

    async def _attachment_refs(self, ids: Sequence[str], identity: Identity) -> tuple[AttachmentRef, ...]:
        if not ids:
            return ()
        query = select(Attachment).where(
            col(Attachment.id).in_(list(ids)), Attachment.owner == (identity.subject or "")
        )
        async with self.database.read() as session:
            rows = {row.id: row for row in (await session.exec(query)).all()}
        if missing := [wanted for wanted in ids if wanted not in rows]:
            raise MessageRefusedError("unknown_attachment", f"no attachment {missing[0]!r} of yours; upload it first")
        return tuple(
            AttachmentRef.model_validate({"id": row.id, "kind": row.kind, "media_type": row.media_type})
            for row in (rows[wanted] for wanted in ids)
        )


def _visible(entry: StoredEvent, identity: Identity) -> bool:
    return identity.role != "shopper" or entry.event.type in PUBLIC_TYPES
