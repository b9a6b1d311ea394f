"""Which rows are a person's: one list, that both what is given out and what is erased go by."""

from __future__ import annotations

import dataclasses

from sqlalchemy import ColumnElement, func, or_
from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from knowledge.schema import (
    Address,
    Attachment,
    AuditRow,
    BehaviourEvent,
    Conversation,
    ConversationEvent,
    CouponGrant,
    Customer,
    Exchange,
    ExchangeLine,
    Invoice,
    NoteMention,
    Order,
    OrderLine,
    Payment,
    PaymentMethod,
    Proposal,
    Rating,
    Receipt,
    Refund,
    Return,
    ReturnLine,
    Review,
    RiskCase,
    Shipment,
    Sitting,
    Ticket,
    TicketClock,
    TicketNote,
    TrackingEvent,
)


@dataclasses.dataclass(frozen=True)
class Belonging:
    """Rows of one table that are a person's."""

    model: type[SQLModel]
    theirs: ColumnElement[bool]
    internal: bool = False
    """Written by the shop's people for each other: erased with the person, never given out to them."""

    @property
    def name(self) -> str:
        """The table's name."""
        return str(self.model.__tablename__)

    async def count(self, session: AsyncSession) -> int:
        """Return how many there are."""
        counted = select(func.count()).select_from(self.model).where(self.theirs)
        return (await session.exec(counted)).one()


def own_conversations(customer_id: str) -> SelectOfScalar[str]:
    """Return the ids of the conversations that a person opened, or was recognised in."""
    return select(Conversation.id).where(
        Conversation.role == "shopper",
        or_(col(Conversation.customer_id) == customer_id, col(Conversation.subject) == customer_id),
    )


def belongings(customer_id: str) -> tuple[Belonging, ...]:
    """Return everything that is a person's, by table; parents before children."""
    orders = select(Order.id).where(Order.customer_id == customer_id)
    shipments = select(Shipment.id).where(col(Shipment.order_id).in_(orders))
    returns = select(Return.id).where(col(Return.order_id).in_(orders))
    exchanges = select(Exchange.id).where(col(Exchange.order_id).in_(orders))
    conversations = own_conversations(customer_id)
    tickets = select(Ticket.id).where(
        or_(col(Ticket.customer_id) == customer_id, col(Ticket.conversation_id).in_(conversations))
    )
    notes = select(TicketNote.id).where(col(TicketNote.ticket_id).in_(tickets))
    # Who was recognised in the chat uploaded as a visitor.
    uploaders = select(Conversation.subject).where(
        col(Conversation.id).in_(conversations), col(Conversation.subject).is_not(None)
    )
    return (
        Belonging(Customer, col(Customer.id) == customer_id),
        Belonging(Address, col(Address.customer_id) == customer_id),
        Belonging(PaymentMethod, col(PaymentMethod.customer_id) == customer_id),
        Belonging(Order, col(Order.customer_id) == customer_id),
        Belonging(OrderLine, col(OrderLine.order_id).in_(orders)),
        Belonging(Payment, col(Payment.order_id).in_(orders)),
        Belonging(Shipment, col(Shipment.order_id).in_(orders)),
        Belonging(TrackingEvent, col(TrackingEvent.shipment_id).in_(shipments)),
        Belonging(Return, col(Return.order_id).in_(orders)),
        Belonging(ReturnLine, col(ReturnLine.return_id).in_(returns)),
        Belonging(Exchange, col(Exchange.order_id).in_(orders)),
        Belonging(ExchangeLine, col(ExchangeLine.exchange_id).in_(exchanges)),
        Belonging(Refund, col(Refund.order_id).in_(orders)),
        Belonging(Invoice, col(Invoice.order_id).in_(orders)),
        Belonging(CouponGrant, col(CouponGrant.customer_id) == customer_id),
        Belonging(BehaviourEvent, col(BehaviourEvent.customer_id) == customer_id),
        Belonging(Review, col(Review.customer_id) == customer_id),
        Belonging(Conversation, col(Conversation.id).in_(conversations)),
        Belonging(ConversationEvent, col(ConversationEvent.conversation_id).in_(conversations)),
        Belonging(Ticket, col(Ticket.id).in_(tickets)),
        Belonging(TicketNote, col(TicketNote.ticket_id).in_(tickets), internal=True),
        Belonging(NoteMention, col(NoteMention.note_id).in_(notes), internal=True),
        Belonging(Rating, or_(col(Rating.customer_id) == customer_id, col(Rating.conversation_id).in_(conversations))),
        Belonging(Sitting, col(Sitting.conversation_id).in_(conversations)),
        Belonging(TicketClock, col(TicketClock.ticket_id).in_(tickets)),
        Belonging(
            Proposal,
            or_(col(Proposal.conversation_id).in_(conversations), col(Proposal.proposed_by) == customer_id),
        ),
        Belonging(
            Receipt,
            or_(
                col(Receipt.conversation_id).in_(conversations),
                (col(Receipt.actor) == customer_id) & (col(Receipt.role) == "shopper"),
            ),
        ),
        Belonging(RiskCase, col(RiskCase.customer_id) == customer_id),
        Belonging(
            Attachment,
            or_(
                col(Attachment.owner) == customer_id,
                col(Attachment.owner).in_(uploaders),
                col(Attachment.conversation_id).in_(conversations),
            ),
        ),
        Belonging(
            AuditRow,
            or_(
                col(AuditRow.conversation_id).in_(conversations),
                col(AuditRow.object) == f"customer:{customer_id}",
                (col(AuditRow.actor) == customer_id) & (col(AuditRow.role) == "shopper"),
            ),
        ),
    )
