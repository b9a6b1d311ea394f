"""Conversations as channels use them: open, send, read, follow, and the desk's side of each."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import functools
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

from sqlmodel import col, or_, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from dialogue.answering import DESK, Answering, DeskNotice
from dialogue.briefing import Briefs
from dialogue.counting import Counting
from dialogue.errors import (
    ClientIdReusedError,
    ConversationClosedError,
    MessageRefusedError,
    NotOwnerError,
    UnknownConversationError,
)
from dialogue.events import (
    PUBLIC_TYPES,
    Agreement,
    AttachmentRef,
    Event,
    MessageReceived,
    ModelCalled,
    Rated,
    Replied,
    StoredEvent,
)
from dialogue.messages import checked_text
from dialogue.outward.notices import Notice
from dialogue.ownership import handed_back, taken_over
from dialogue.rating import question
from dialogue.replies.figures import pressed
from dialogue.replies.types import Reply, TextReply
from dialogue.store import Seen, StaleStateError
from dialogue.tickets.acting import act
from dialogue.turn import Turn
from knowledge.schema import Attachment, Conversation
from knowledge.types import JsonObject, Lang, new_id
from tools.analytics.query import Question
from tools.base import Evidence, Identity, Outcome, Role, ToolCall
from tools.errors import ArgumentError, RefusedError, ToolError
from tools.ticketing.rating import RatingGiven
from tools.ticketing.service_levels import Goal
from tools.ticketing.types import TicketView

COUNTED_AT_ONCE = 500
"""Conversations that a merchant's question waits for; a shop that was never counted is counted beside."""
ChangeOfHands = Callable[[Conversation, TicketView], Awaitable[list[Event]]]


@dataclasses.dataclass(frozen=True)
class Opened:
    """A new conversation."""

    id: str
    seq: int
    greeting: tuple[Reply, ...]


class Conversations(Answering):
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

    # -- desk

    async def claim(self, ticket_id: str, identity: Identity, *, version: int) -> TicketView:
        """An agent takes a ticket: from this instant the bot is silent.

        Raises:
            RefusedError: somebody else was faster (``already_claimed``), or the ticket is closed.
        """

        async def take_over(head: Conversation, _: TicketView) -> list[Event]:
            return taken_over(head, identity.subject)

        ticket = await self.change_ticket(
            "claim_ticket", {"ticket_id": ticket_id, "version": version}, identity, take_over
        )
        await self.notify_desk(ticket_id)
        return ticket

    async def reply_as_agent(
        self, conversation_id: str, identity: Identity, *, client_id: str, text: str, attachments: Sequence[str] = ()
    ) -> StoredEvent:
        """A person's words to the shopper, and what they send along, which is the shopper's to see from then on.

        Raises:
            NotOwnerError: this agent does not hold the conversation.
            MessageRefusedError: nothing was said, or an attachment is not the agent's own.
            ClientIdReusedError.
        """
        head = await self.store.head(conversation_id)
        if identity.role != "agent" or head.owner != "human" or head.agent_id != identity.subject:
            raise NotOwnerError("this conversation is not yours; claim its ticket first")
        text = checked_text(text, has_attachments=bool(attachments))
        lang: Lang = "en" if head.lang == "en" else "zh"
        event = Replied(
            author="agent",
            author_id=identity.subject,
            replies=(TextReply(text=text, lang=lang),) if text.strip() else (),
            attachments=await self._attachment_refs(attachments, identity, given_in=conversation_id),
        )

        async def give(session: AsyncSession) -> None:
            given = col(Attachment.id).in_(list(attachments))
            await session.exec(update(Attachment).where(given).values(conversation_id=conversation_id))

        seen = Seen(head.ownership_version)
        while True:
            known = await self.store.find_client_id(conversation_id, client_id)
            if known is not None and known.event != event:
                raise ClientIdReusedError(f"client id {client_id!r} came before with another message")
            if known is not None:
                return known
            try:
                return (
                    await self._append(
                        conversation_id, [event], client_id=client_id, seen=seen, also=give if attachments else None
                    )
                )[0]
            except ClientIdReusedError:
                continue  # the same words came twice at once
            except StaleStateError as error:
                raise NotOwnerError("this conversation changed hands while you wrote") from error

    async def note_model_calls(self, conversation_id: str, calls: Sequence[ModelCalled]) -> None:
        """Write down what models were asked for a conversation outside of its turns."""
        if calls:
            await self._append(conversation_id, calls)

    async def release(
        self, ticket_id: str, identity: Identity, *, outcome: str, note: str = "", agreed: Sequence[str] = ()
    ) -> TicketView:
        """End a case: ``hand_back`` says that the bot goes on with it, ``resolve`` that it was dealt with.

        Either way the shopper is the bot's again, in a new episode. A split-off ticket ends behind the scenes: what was agreed is its answer,
        which whoever holds the conversation finds with their ticket; where that is the bot's again, the bot says it.

        Args:
            agreed: what the agent and the shopper agreed to, a sentence each: the shopper is told it, the bot knows it, and so does the
                next ticket.
        """
        arguments: JsonObject = {"ticket_id": ticket_id, "outcome": outcome, "note": note, "agreed": list(agreed)}
        sentence = "handoff.resolved" if outcome == "resolve" else "handoff.back"

        async def hand_back(head: Conversation, ticket: TicketView) -> list[Event]:
            lang: Lang = "en" if head.lang == "en" else "zh"
            state = await self._state(head.id)
            await self.templates.refresh()
            words = [text.strip() for text in agreed]
            said = TextReply(text=self.templates.say(sentence, lang, agreed=words), lang=lang)
            replies: list[Reply] = [said]
            if ticket.rating_id is not None and head.id == ticket.conversation_id:
                replies.append(question(ticket.rating_id, "agent", lang, self.templates))
            facts = [Agreement(text=text, ticket_id=ticket_id, agent_id=identity.subject) for text in words]
            return handed_back(head, state.episode + 1, replies, reason=outcome, agreed=facts)

        async def answer(head: Conversation, _: TicketView) -> list[Event]:
            words = [text.strip() for text in agreed]
            if head.owner != "bot" or not words:
                return []
            lang: Lang = "en" if head.lang == "en" else "zh"
            await self.templates.refresh()
            said = TextReply(text=self.templates.say("handoff.answered", lang, agreed=words), lang=lang)
            return [Replied(replies=(said,))]

        ticket = await self.change_ticket("release_ticket", arguments, identity, hand_back, behind=answer)
        for each in (ticket_id, ticket.split_from):
            if each is not None:
                await self.notify_desk(each)
        return ticket

    async def await_shopper(self, ticket_id: str, identity: Identity, *, waiting: bool) -> TicketView:
        """Let the clock of a ticket stand still until the shopper writes, or go on; only for the agent who holds it."""

        async def nothing(_: Conversation, __: TicketView) -> list[Event]:
            return []

        ticket = await self.change_ticket(
            "await_shopper", {"ticket_id": ticket_id, "waiting": waiting}, identity, nothing
        )
        await self.notify_desk(ticket_id)
        return ticket

    async def act_for_shopper(
        self, ticket_id: str, identity: Identity, *, key: str | None = None, proposal_id: str | None = None, lang: Lang
    ) -> Outcome:
        """Let the agent who holds a ticket make one of its offered calls, or confirm it; see `dialogue.tickets.acting.act`.

        The call and what came of it are written into the conversation.
        """
        ticket = await self.read_ticket(ticket_id, identity)
        acted = await act(self.executor, ticket, identity, key=key, proposal_id=proposal_id, lang=lang)
        await self._append(ticket.conversation_id, acted.events)
        return acted.outcome

    async def correct_ticket(self, ticket_id: str, identity: Identity, correction: JsonObject) -> TicketView:
        """Let an agent say what kind of case it is: any of category, priority, queue and skill; every desk is told."""
        arguments = {"ticket_id": ticket_id, **correction}
        key = f"correct_ticket:{identity.actor}:{ticket_id}:{new_id('try')}"
        outcome = await self.executor.call(ToolCall("correct_ticket", arguments), identity, idempotency_key=key)
        ticket = ticket_of(outcome, "correct_ticket")
        await self.notify_desk(ticket_id)
        return ticket

    async def read_ticket(self, ticket_id: str, identity: Identity) -> TicketView:
        """Return a ticket as it is."""
        call = ToolCall("get_ticket", {"ticket_id": ticket_id})
        return ticket_of(await self.executor.call(call, identity, idempotency_key=new_id("read")), "get_ticket")

    async def follow_desk(self, identity: Identity) -> AsyncIterator[DeskNotice]:
        """Yield a notice for every ticket that appears or changes from now on."""
        if identity.role not in ("agent", "merchant"):
            raise NotOwnerError("the desk is for agents")
        with self._desk.subscribe(DESK) as queue:
            while (notice := await queue.get()) is not None:
                yield notice

    async def change_ticket(
        self,
        tool: str,
        arguments: JsonObject,
        identity: Identity,
        change: ChangeOfHands,
        *,
        behind: ChangeOfHands | None = None,
    ) -> TicketView:
        """Change a ticket and who owns its conversations in one transaction: no crash leaves a shopper with nobody.

        Args:
            tool: a write of the ticket tools, which returns the ticket.
            change: given the head of each conversation that goes with the ticket, and the ticket as it is then, what is written down there.
            behind: the same for the conversation that a split-off ticket came from, which is another ticket's.

        Raises:
            ArgumentError, RefusedError: the tool refused; nothing was changed.
        """
        stored: dict[str, list[StoredEvent]] = {}

        async def change_hands(session: AsyncSession, evidence: Evidence) -> None:
            if not isinstance(evidence, TicketView):
                return
            works = dict.fromkeys(evidence.conversations, change)
            if behind is not None and evidence.split_from is not None:
                works = {evidence.conversation_id: behind}
            for conversation_id, work in works.items():
                head = await self.store.locked_head(session, conversation_id)
                stored[conversation_id] = await self.store.append_in(session, head, await work(head, evidence))

        key = f"{tool}:{identity.actor}:{arguments.get('ticket_id', '')}:{new_id('try')}"
        call = ToolCall(tool, arguments)
        outcome = await self.executor.call(call, identity, idempotency_key=key, together_with=change_hands)
        ticket = ticket_of(outcome, tool)
        for conversation_id, events in stored.items():
            self._publish(conversation_id, events)
        return ticket

    async def warn_of_breach(self, ticket_id: str, goal: Goal, due_at: dt.datetime) -> bool:
        """Tell whoever is told of such things that a promise of a ticket is about to be broken; False where they were told before."""

        async def announce(session: AsyncSession, evidence: Evidence) -> None:
            outbox = self.store.outbox
            if isinstance(evidence, TicketView) and outbox is not None:
                head = await self.store.locked_head(session, evidence.conversation_id)
                told = {"ticket_id": ticket_id, "goal": goal, "due_at": due_at.isoformat()}
                await outbox.announce(session, head, Notice("ticket.breach_warning", head.last_seq, self.clock(), told))

        call = ToolCall("warn_of_breach", {"ticket_id": ticket_id, "goal": goal, "due_at": due_at.isoformat()})
        key = f"warn_of_breach:{ticket_id}:{new_id('try')}"
        identity = Identity("system", subject="desk")
        outcome = await self.executor.call(call, identity, idempotency_key=key, together_with=announce)
        return outcome.status == "ok"

    # -- inside

    async def _attachment_refs(
        self, ids: Sequence[str], identity: Identity, *, given_in: str | None = None
    ) -> tuple[AttachmentRef, ...]:
        """Find what the sender uploaded; `given_in`: what was given to the shopper of another conversation is not found."""
        if not ids:
            return ()
        query = select(Attachment).where(
            col(Attachment.id).in_(list(ids)), Attachment.owner == (identity.subject or "")
        )
        if given_in is not None:
            place = col(Attachment.conversation_id)
            query = query.where(or_(place.is_(None), place == given_in))
        async with self.database.read() as session:
            rows = {row.id: row for row in (await session.exec(query)).all()}
        if missing := [wanted for wanted in ids if wanted not in rows]:
            raise MessageRefusedError("unknown_attachment", f"no attachment {missing[0]!r} of yours; upload it first")
        return tuple(
            AttachmentRef.model_validate({"id": row.id, "kind": row.kind, "media_type": row.media_type})
            for row in (rows[wanted] for wanted in ids)
        )


def ticket_of(outcome: Outcome, tool: str) -> TicketView:
    """Return the ticket that a tool gave. Raises as `Conversations.change_ticket`."""
    if outcome.status == "ok" and isinstance(outcome.evidence, TicketView):
        return outcome.evidence
    raise refusal_of(outcome, tool)


def refusal_of(outcome: Outcome, tool: str) -> ToolError:
    """Return the error that says what the executor said."""
    kind = ArgumentError if outcome.mendable else RefusedError
    return kind(outcome.code or "failed", f"{tool} was refused: {outcome.code}", **outcome.facts)


def _visible(entry: StoredEvent, identity: Identity) -> bool:
    return identity.role != "shopper" or entry.event.type in PUBLIC_TYPES


def _authorise(head: Conversation, identity: Identity) -> None:
    """Let pass who may see the conversation; for anybody else it does not exist."""
    overseer = identity.role in ("agent", "system") or (identity.role == "merchant" and head.role == "shopper")
    if not overseer and (identity.role, identity.subject) != (head.role, head.subject):
        raise UnknownConversationError(f"no conversation {head.id!r}")
