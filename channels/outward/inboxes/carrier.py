"""Brings to an inbox what happens here: opens the case there once, and tells it of everything after that."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from sqlmodel import col, select

from channels.outward.errors import DeliveryError
from channels.outward.inboxes.types import Case, Contact, ExternalInbox, Place
from dialogue.outward.inboxes import Inbox
from dialogue.outward.summary import case_text, word
from knowledge.db import Database
from knowledge.schema import Conversation, ConversationEvent, Customer, Delivery, ExternalCase, Ticket
from knowledge.types import Lang, utc_now

LONGEST_SUBJECT = 120


class InboxCarrier:
    """See `channels.outward.sending.Carrier`. Messages of one conversation come in order, so a case is open before it is told more."""

    def __init__(
        self,
        database: Database,
        inboxes: Mapping[str, Inbox],
        talk_to: Callable[[Inbox], ExternalInbox],
        clock: Callable[[], dt.datetime] = utc_now,
    ) -> None:
        self._database, self._inboxes, self._talk_to, self._clock = database, inboxes, talk_to, clock

    async def deliver(self, message: Delivery) -> None:
        """Do there what the message says."""
        name = message.destination.partition(":")[2]
        if name not in self._inboxes:
            raise DeliveryError("no inbox of that name is declared any more", final=True)
        declared = self._inboxes[name]
        there = self._talk_to(declared)  # secrets are read at each try, so that a changed one counts at once
        if message.payload["do"] == "open":
            await self._open(name, declared, there, message)
            return
        place, lang = await self._place(name, message)
        if place is None:
            return  # its ticket is in no inbox, or in another: nothing to tell here
        await _tell(there, place, message.payload, lang)

    async def _open(self, name: str, declared: Inbox, there: ExternalInbox, message: Delivery) -> None:
        async with self._database.read() as session:
            ticket = await session.get_one(Ticket, message.payload["ticket_id"])
            head = await session.get_one(Conversation, ticket.conversation_id)
            customer = await session.get(Customer, ticket.customer_id or "")
            known = await session.get(ExternalCase, ticket.id)
            query = select(ConversationEvent).where(
                ConversationEvent.conversation_id == head.id, col(ConversationEvent.seq) <= message.payload["seq"]
            )
            events = (await session.exec(query.order_by(col(ConversationEvent.seq)))).all()
        words = [each.payload["text"] for each in events if each.type == "message_received"]
        if known is None:
            case = Case(
                ticket_id=ticket.id,
                subject=ticket.subject[:LONGEST_SUBJECT] or ticket.id,
                text=case_text(ticket, events),
                words=(words[-1] if words else "") or ticket.subject or ticket.id,
                priority=ticket.priority,
                queue=ticket.queue,
                lang=_lang(ticket.lang),
                contact=_contact(head, customer, details=declared.contact_details),
            )
            place = await there.open(case, message.message_id)
            known = ExternalCase(
                ticket_id=ticket.id,
                inbox=name,
                conversation_id=head.id,
                external_id=place.external_id,
                contact_id=place.contact_id,
                created_at=self._clock(),
            )
            async with self._database.write() as session:
                session.add(known)
        await there.note(Place(known.external_id, known.contact_id), case_text(ticket, events))
        if declared.kind == "chatwoot" and words:  # a ticket of Zendesk begins with them
            await there.say(Place(known.external_id, known.contact_id), words[-1])

    async def _place(self, name: str, message: Delivery) -> tuple[Place | None, Lang]:
        """Return where the conversation's newest case of this inbox is, opened no later than what is told."""
        query = (
            select(ExternalCase, Ticket)
            .join(Ticket, col(Ticket.id) == col(ExternalCase.ticket_id))
            .where(ExternalCase.conversation_id == message.conversation_id, ExternalCase.inbox == name)
            .order_by(col(Ticket.created_at).desc())
        )
        async with self._database.read() as session:
            found = (await session.exec(query)).first()
        if found is None:
            return None, "en"
        case, ticket = found
        return Place(case.external_id, case.contact_id), _lang(ticket.lang)


async def _tell(there: ExternalInbox, place: Place, payload: Mapping[str, Any], lang: Lang) -> None:
    match payload:
        case {"do": "words", "text": text, "attachments": files}:
            named = word("attachments", lang, n=files) if files else ""
            await there.say(place, " ".join(filter(None, (text, named))))
        case {"do": "note", "claimed_by": who}:
            await there.note(place, word("claimed", lang, who=who))
        case {"do": "note", "said_by": who, "text": text, **more}:
            files = more.get("attachments")  # none in what waited for its turn before they were told of
            named = word("attachments", lang, n=files) if files else ""
            await there.note(place, "\n".join(filter(None, (word("said_by", lang, who=who), text, named))))
        case {"do": "note", "text": text}:
            await there.note(place, text)
        case {"do": "resolve"}:
            await there.resolve(place)
        case _:
            raise DeliveryError(f"cannot do {payload.get('do')!r}", final=True)


def _contact(head: Conversation, customer: Customer | None, *, details: bool) -> Contact:
    """Return the shopper; a visitor is known by the conversation alone."""
    who = f"xiaoer-{head.customer_id or head.id}"
    if customer is None or not details:
        return Contact(who, who)
    return Contact(who, customer.full_name() or who, customer.email or None)


def _lang(lang: str) -> Lang:
    return "en" if lang == "en" else "zh"
