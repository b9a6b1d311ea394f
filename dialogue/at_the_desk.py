"""The desk's side of conversations: agents claim, answer, do things for the shopper, and give back.

A ticket and who owns its conversations always change in one transaction.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

from sqlmodel import col, or_, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from dialogue.answering import DESK, Answering, DeskNotice
from dialogue.errors import ClientIdReusedError, MessageRefusedError, NotOwnerError
from dialogue.events import Agreement, AttachmentRef, Event, Replied, StoredEvent
from dialogue.messages import checked_text
from dialogue.outward.notices import Notice
from dialogue.ownership import handed_back, taken_over
from dialogue.rating import question
from dialogue.replies.types import Reply, TextReply
from dialogue.store import Seen, StaleStateError
from dialogue.tickets.acting import act
from knowledge.schema import Attachment, Conversation
from knowledge.types import JsonObject, Lang, new_id
from tools.base import Evidence, Identity, Outcome, ToolCall
from tools.errors import ArgumentError, RefusedError, ToolError
from tools.ticketing.service_levels import Goal
from tools.ticketing.types import TicketView

ChangeOfHands = Callable[[Conversation, TicketView], Awaitable[list[Event]]]


class AtTheDesk(Answering):
    """What agents do with tickets and conversations. `identity` always comes from a verified token."""

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
