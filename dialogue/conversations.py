"""Conversations as channels use them: open, send, rate, read, follow; the desk's side of each is `dialogue.at_the_desk`."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import functools
from collections.abc import AsyncIterator, Sequence

from sqlmodel.ext.asyncio.session import AsyncSession

from dialogue.at_the_desk import AtTheDesk
from dialogue.briefing import Briefs
from dialogue.counting import Counting
from dialogue.drafts import Draft
from dialogue.errors import (
    ClientIdReusedError,
    ConversationClosedError,
    UnknownConversationError,
)
from dialogue.events import (
    PUBLIC_TYPES,
    MessageReceived,
    ModelCalled,
    Rated,
    Replied,
    StoredEvent,
)
from dialogue.messages import checked_text
from dialogue.replies.figures import pressed
from dialogue.replies.types import Reply, TextReply
from dialogue.turn import Turn
from knowledge.schema import Conversation
from knowledge.types import JsonObject, Lang, new_id
from tools.analytics.query import Question
from tools.base import Evidence, Identity, Role, ToolCall
from tools.errors import ArgumentError, RefusedError
from tools.ticketing.rating import RatingGiven

COUNTED_AT_ONCE = 500
"""Conversations that a merchant's question waits for; a shop that was never counted is counted beside."""


@dataclasses.dataclass(frozen=True)
class Opened:
    """A new conversation."""

    id: str
    seq: int
    greeting: tuple[Reply, ...]


class Conversations(AtTheDesk):
    """The one service behind every channel. `identity` always comes from a verified token."""

    @functools.cached_property
    def briefs(self) -> Briefs:
        """The merchant's briefs."""
        return Briefs(self.store, self.executor, self.templates, self.runner.engine.timezone, self.default_lang)

    @functools.cached_property
    def counting(self) -> Counting:
        """What the figures of conversations and tickets are counted by."""
        return Counting(self.database, lambda: self.executor.policy, self.clock)

    async def brief_merchants(self) -> bool:
        """Write the brief of the last day that is over, once, and say it where merchants left off; False where it failed."""
        stands = await self.briefs.write()
        for conversation_id, lang in await self.briefs.resting():
            said = Replied(replies=await self.briefs.replies(lang))
            with contextlib.suppress(ClientIdReusedError):  # it was said there
                await self._append(conversation_id, [said], client_id=f"brief:{self.briefs.newest_day()}")
        return stands

    # -- shopper

    async def open(
        self, identity: Identity, *, lang: Lang | None = None, channel: str = "web", device: JsonObject | None = None
    ) -> Opened:
        """Start a conversation; the greeting is in `lang`, or in the shop's language.

        Args:
            device: what the device says of itself; see `knowledge.schema.Conversation`.
        """
        now = self.clock()
        spoken = lang or self.default_lang
        conversation = Conversation(
            id=new_id("cnv"),
            role="merchant" if identity.role == "merchant" else "shopper",
            subject=identity.subject,
            customer_id=identity.customer_id,
            verified_by="token" if identity.customer_id else None,
            channel=channel,
            device=device or {},
            lang=spoken,
            created_at=now,
            updated_at=now,
        )
        await self.templates.refresh()
        opening = "chit.opening_merchant" if conversation.role == "merchant" else "chit.opening"
        greeting: tuple[Reply, ...] = (TextReply(text=self.templates.say(opening, spoken), lang=spoken),)
        if conversation.role == "merchant":
            greeting += await self.briefs.replies(spoken)
        stored = await self._begin(conversation, [Replied(replies=greeting)])
        return Opened(conversation.id, stored[-1].seq, greeting)

    async def send(
        self, conversation_id: str, identity: Identity, *, client_id: str, text: str, attachments: Sequence[str] = ()
    ) -> Turn:
        """Store the message, then answer it. The same `client_id` again gives the same turn, with nothing done twice.

        Raises:
            UnknownConversationError, MessageRefusedError, ClientIdReusedError, ConversationClosedError.
        """
        text = checked_text(text, has_attachments=bool(attachments))
        if identity.role == "merchant":
            await self.counting.catch_up(most=COUNTED_AT_ONCE)
        refs = await self._attachment_refs(attachments, identity)
        author = "merchant" if identity.role == "merchant" else "shopper"
        message = MessageReceived(
            author=author, author_id=identity.subject, client_id=client_id, text=text, attachments=refs
        )
        seq = await self._receive(conversation_id, identity, message)
        return await self._answer(conversation_id, identity, seq)

    async def press(
        self, conversation_id: str, identity: Identity, *, client_id: str, question: Question, names: Sequence[str] = ()
    ) -> Turn:
        """Ask a question about figures without words; what follows goes on with it as if it had been written.

        Args:
            names: what the values of the row are called that was pressed, for those who read along.

        Raises:
            UnknownConversationError, MessageRefusedError, ClientIdReusedError, ConversationClosedError.
        """
        head = await self.store.head(conversation_id)
        await self.counting.catch_up(most=COUNTED_AT_ONCE)
        lang: Lang = "en" if head.lang == "en" else "zh"
        message = MessageReceived(
            author="merchant" if identity.role == "merchant" else "shopper",
            author_id=identity.subject,
            client_id=client_id,
            text=checked_text(pressed(question, names, lang), has_attachments=False),
            asks=question.model_dump(mode="json"),
        )
        seq = await self._receive(conversation_id, identity, message)
        return await self._answer(conversation_id, identity, seq)

    async def rate(self, conversation_id: str, identity: Identity, *, score: int, remark: str = "") -> RatingGiven:
        """Keep how the shopper was served, as they pressed it; the same again changes nothing, another answer replaces it.

        Raises:
            UnknownConversationError: it is not theirs.
            ArgumentError, RefusedError: nobody asked, or the time to answer is over.
        """
        _authorise(await self.store.head(conversation_id), identity)
        stored: list[StoredEvent] = []

        async def write_down(session: AsyncSession, evidence: Evidence) -> None:
            if isinstance(evidence, RatingGiven):
                head = await self.store.locked_head(session, conversation_id)
                said = Rated(rating_id=evidence.rating_id, score=evidence.score, remark=evidence.remark)
                stored[:] = await self.store.append_in(session, head, [said])

        call = ToolCall("rate_service", {"score": score, "remark": remark})
        acting = dataclasses.replace(identity, conversation_id=conversation_id)
        outcome = await self.executor.call(
            call, acting, idempotency_key=f"rate:{conversation_id}:{new_id('try')}", together_with=write_down
        )
        if outcome.status != "ok" or not isinstance(outcome.evidence, RatingGiven):
            kind = ArgumentError if outcome.mendable else RefusedError
            raise kind(outcome.code or "failed", f"rate_service was refused: {outcome.code}", **outcome.facts)
        self._publish(conversation_id, stored)
        return outcome.evidence

    async def _receive(self, conversation_id: str, identity: Identity, message: MessageReceived) -> int:
        """Store a message once; a repeated client id gives the first one's place."""

        def admit(head: Conversation) -> None:
            _authorise(head, identity)
            if head.owner == "closed":
                raise ConversationClosedError("this conversation was closed; open a new one")

        try:
            stored = await self._append(conversation_id, [message], client_id=message.client_id, admit=admit)
        except ClientIdReusedError:
            known = await self.store.find_client_id(conversation_id, message.client_id)
        else:
            return stored[0].seq
        if known is None or not isinstance(known.event, MessageReceived) or known.event != message:
            raise ClientIdReusedError(f"client id {message.client_id!r} came before with another message")
        return known.seq

    async def events(self, conversation_id: str, identity: Identity, *, after: int = 0) -> list[StoredEvent]:
        """Return what happened after sequence number `after`; a shopper sees `PUBLIC_TYPES` only."""
        _authorise(await self.store.head(conversation_id), identity)
        return [entry for entry in await self.store.load(conversation_id, after) if _visible(entry, identity)]

    async def follow(self, conversation_id: str, identity: Identity, *, after: int = 0) -> AsyncIterator[StoredEvent]:
        """Yield every event after `after`, past ones first, then live ones, without gap or repeat."""
        _authorise(await self.store.head(conversation_id), identity)
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

    @contextlib.asynccontextmanager
    async def drafts(self, conversation_id: str, identity: Identity) -> AsyncIterator[AsyncIterator[Draft]]:
        """Give what the bot is about to say while the block runs, where it is written on this replica, to the person it talks to.

        A draft may come after the event that makes it void: see `dialogue.drafts.Draft`.

        Raises:
            UnknownConversationError: they are somebody else. Who reads along sees what was said, not what may never be.
        """
        if not _is_theirs(await self.store.head(conversation_id), identity):
            raise UnknownConversationError(f"no conversation {conversation_id!r} of theirs")
        with self._drafts.subscribe(conversation_id) as queue:
            yield _items(queue)

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

    async def forget(self, conversation_ids: Sequence[str], ticket_ids: Sequence[str]) -> None:
        """Drop what is remembered of conversations whose events were erased, and tell the desk of their tickets."""
        for conversation_id in conversation_ids:
            self._states.forget(conversation_id)
        for ticket_id in ticket_ids:
            await self.notify_desk(ticket_id)

    async def note_model_calls(self, conversation_id: str, calls: Sequence[ModelCalled]) -> None:
        """Write down what models were asked for a conversation outside of its turns."""
        if calls:
            await self._append(conversation_id, calls)


async def _items(queue: asyncio.Queue[Draft | None]) -> AsyncIterator[Draft]:
    while (item := await queue.get()) is not None:
        yield item


def _visible(entry: StoredEvent, identity: Identity) -> bool:
    return identity.role != "shopper" or entry.event.type in PUBLIC_TYPES


def _authorise(head: Conversation, identity: Identity) -> None:
    """Let pass who may see the conversation; for anybody else it does not exist."""
    overseer = identity.role in ("agent", "system") or (identity.role == "merchant" and head.role == "shopper")
    if not overseer and not _is_theirs(head, identity):
        raise UnknownConversationError(f"no conversation {head.id!r}")


def _is_theirs(head: Conversation, identity: Identity) -> bool:
    return (identity.role, identity.subject) == (head.role, head.subject)
