"""What a supervisor does in conversations of others: takes one over, and whispers to the agent who holds it."""

from __future__ import annotations

from sqlmodel.ext.asyncio.session import AsyncSession

from dialogue.at_the_desk import refusal_of
from dialogue.commands import Emotion, Understanding
from dialogue.conversations import Conversations
from dialogue.escalation import subject_of
from dialogue.events import Event, StoredEvent, Whispered
from dialogue.messages import checked_text
from dialogue.ownership import seized
from dialogue.state import DialogueState
from dialogue.tickets import write
from dialogue.turn import TicketRef
from dialogue.work import HandOverWish, Work
from knowledge.schema import Conversation
from knowledge.types import JsonObject
from tools.base import Evidence, Identity, ToolCall
from tools.ticketing.types import TicketView


class Supervising:
    """The conversations of a platform as supervisors have them; `identity` always comes from a verified token."""

    def __init__(self, conversations: Conversations) -> None:
        self._talk = conversations

    async def take_over(
        self, conversation_id: str, identity: Identity, *, version: int, because: str = ""
    ) -> TicketView:
        """Take a conversation from the bot, from the queue or from an agent: from this instant nobody else speaks in it.

        Where the bot has it, the ticket is written that the bot would have written, and claimed in the same step.

        Args:
            version: of its ownership, as it was seen: of two who take it one wins.
            because: for the agent who has it.

        Raises:
            RefusedError: this is no supervisor, or the conversation is closed.
            ArgumentError: it changed hands meanwhile; there is no such conversation; an agent has it and no reason was given.
        """
        state = await self._talk.state_of(conversation_id)
        arguments: JsonObject = {"conversation_id": conversation_id, "version": version, "because": because}
        if identity.supervisor and state.owner == "bot" and state.ticket is None and state.ownership_version == version:
            arguments["case"] = await self._case(state)

        async def seize(head: Conversation, ticket: TicketView) -> list[Event]:
            known = (await self._talk.state_of(head.id)).ticket
            ref = TicketRef(id=ticket.ticket_id, priority=ticket.priority, queue=ticket.queue)
            return seized(head, identity.actor, ticket=ref, known=known, because=because)

        ticket = await self._talk.change_ticket("take_over", arguments, identity, seize)
        await self._talk.notify_desk(ticket.ticket_id)
        return ticket

    async def whisper(self, conversation_id: str, identity: Identity, *, client_id: str, text: str) -> StoredEvent:
        """Say something to the agent who holds the conversation. The same `client_id` again is the same whisper.

        Raises:
            RefusedError: this is no supervisor, or no agent holds the conversation.
            ArgumentError: there is no such conversation.
        """
        text = checked_text(text, has_attachments=False)
        stored: list[StoredEvent] = []
        name = f"whisper:{identity.actor}:{client_id}"

        async def put(session: AsyncSession, evidence: Evidence) -> None:
            head = await self._talk.store.locked_head(session, conversation_id)
            said = Whispered(author_id=identity.actor, to=str(head.agent_id), text=text)
            stored[:] = await self._talk.store.append_in(session, head, [said], client_id=name)

        call = ToolCall("whisper", {"conversation_id": conversation_id, "text": text})
        key = f"{name}:{conversation_id}"
        outcome = await self._talk.executor.call(call, identity, idempotency_key=key, together_with=put)
        if outcome.status != "ok":
            raise refusal_of(outcome, "whisper")
        if stored:
            self._talk.publish(conversation_id, stored)
            return stored[0]
        earlier = await self._talk.store.find_client_id(conversation_id, name)
        if earlier is None:
            raise RuntimeError(f"a whisper in {conversation_id} has a receipt and no event")
        return earlier

    async def _case(self, state: DialogueState) -> JsonObject:
        """Return what the ticket says of a conversation that the bot has, written as when the bot hands over."""
        head = await self._talk.store.head(state.conversation_id)
        await self._talk.templates.refresh()
        theirs = Identity("shopper", head.subject, state.customer_id, state.conversation_id)
        text = "\n".join(message.text for _, message in sorted(state.messages.items()))
        engine, runner = self._talk.runner.engine, self._talk.runner
        work = Work.begin(
            state, self._talk.executor, theirs, runner.flows, max(state.unanswered, default=state.seq), text
        )
        # Words that the bot has not read yet belong to the case: they are taken in without being understood.
        mood = state.moods[-1] if state.moods else Emotion()
        unread = Understanding(lang=state.lang, emotion=mood) if state.unanswered else None
        body = await write(work, HandOverWish(reason="taken_over"), unread, engine.templates)
        last = body.said[-1].text if body.said else ""
        return {
            "lang": state.lang,
            "subject": subject_of(work, None) or last[:80],
            "body": body.model_dump(mode="json"),
        }
