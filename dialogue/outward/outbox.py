"""The outbox: whatever must be told is written in the transaction of what it tells, and sent afterwards by somebody else.

So nothing is lost in a crash, and nothing is told of what was rolled back.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from dialogue.events import StoredEvent
from dialogue.outward.declared import Webhook
from dialogue.outward.notices import OF_TICKETS, Notice, notices, with_ticket
from knowledge.schema import Conversation, Delivery, Ticket
from knowledge.types import new_id


class Addressee(Protocol):
    """One who is told: where it goes, what of it, and in which form."""

    @property
    def destination(self) -> str:
        """As `knowledge.schema.Delivery` names it."""

    def payload(self, notice: Notice, head: Conversation) -> dict[str, Any] | None:
        """Return what is sent of a notice; None: nothing."""


class WebhookAddressee:
    """A declared webhook."""

    def __init__(self, name: str, webhook: Webhook) -> None:
        self._name, self._webhook = name, webhook

    @property
    def destination(self) -> str:
        """``webhook:NAME``."""
        return f"webhook:{self._name}"

    def payload(self, notice: Notice, head: Conversation) -> dict[str, Any] | None:
        """Return the body, without what is personal unless it is wanted."""
        if not self._webhook.wants(notice.event, head.lang):
            return None
        return notice.payload(head, personal_data=self._webhook.personal_data)


class Outbox:
    """Writes deliveries for new events, in the transaction that stores the events."""

    def __init__(self, addressees: Iterable[Addressee]) -> None:
        self._addressees = tuple(addressees)

    async def tell(self, session: AsyncSession, head: Conversation, stored: Sequence[StoredEvent]) -> None:
        """Write what is to be told of events that were just appended under `head`."""
        for notice in notices(head, stored):
            await self.announce(session, head, notice)

    async def announce(self, session: AsyncSession, head: Conversation, notice: Notice) -> None:
        """Write what is to be told of one thing that happened; also of what is no event of the conversation, such as a time that runs out."""
        told = await _of_its_ticket(session, head, notice) if notice.event in OF_TICKETS else notice
        for addressee in self._addressees:
            payload = addressee.payload(told, head)
            if payload is not None:
                session.add(delivery(addressee.destination, told.event, payload, told.at, head.id))


def outbox_of(webhooks: Mapping[str, Webhook], others: Iterable[Addressee] = ()) -> Outbox | None:
    """Return the outbox of those who are declared; None where nobody is."""
    addressees = [*(WebhookAddressee(name, webhook) for name, webhook in webhooks.items()), *others]
    return Outbox(addressees) if addressees else None


def delivery(
    destination: str, event: str, payload: dict[str, Any], at: dt.datetime, conversation_id: str | None
) -> Delivery:
    """Return a message to a destination, due at once."""
    return Delivery(
        message_id=new_id("msg"),
        destination=destination,
        conversation_id=conversation_id,
        event=event,
        payload=payload,
        due_at=at,
        created_at=at,
    )


async def _of_its_ticket(session: AsyncSession, head: Conversation, notice: Notice) -> Notice:
    query = (
        select(Ticket)
        .where(Ticket.conversation_id == head.id, col(Ticket.split_from).is_(None))
        .order_by(col(Ticket.created_at).desc(), col(Ticket.id))
    )
    if ticket_id := notice.data.get("ticket_id"):
        query = query.where(Ticket.id == ticket_id)
    ticket = (await session.exec(query)).first()
    if ticket is not None and ticket.merged_into is not None:
        ticket = await session.get(Ticket, ticket.merged_into)
    return notice if ticket is None else with_ticket(notice, ticket)
