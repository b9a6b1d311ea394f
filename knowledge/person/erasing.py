"""Erasing a person, in one transaction: what was theirs goes, what the shop must keep goes on under a pseudonym.

Goes: addresses, what was said and shown in conversations, attachments, what tickets say, searches. Stays, without the person:
orders with their amounts, payments, refunds and invoices, because the law asks for the books, and the figures of conversations
and cases. What others wrote about them (a merchant's question, a case's note) loses their id, names, addresses and numbers.

Nothing here can be undone.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
from typing import Any

import sqlmodel
from sqlalchemy import JSON, ColumnElement, String, Table, case, cast, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import SQLModel, col, delete
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.sqltypes import AutoString

from knowledge.person.belongings import Belonging, belongings
from knowledge.person.marks import Marks, marks_of
from knowledge.schema import (
    Address,
    Attachment,
    AuditRow,
    BehaviourEvent,
    Conversation,
    ConversationEvent,
    Customer,
    Erasure,
    Invoice,
    NoteMention,
    Order,
    PaymentMethod,
    Proposal,
    Rating,
    Receipt,
    Review,
    RiskCase,
    Shipment,
    Sitting,
    Ticket,
    TicketEvent,
    TicketNote,
    TicketTerm,
    TrackingEvent,
)
from knowledge.types import new_id
from knowledge.words import normalise, tokens

_NOT_SWEPT = frozenset(
    {
        "customer", "address", "paymentmethod", "order", "invoice", "account", "accountsession", "erasure",
        "category", "product", "variant", "productimage", "stock", "pricerecord", "competitorprice", "supplier", "supplieroffer",
        "orderline", "coupon",
    }
)  # fmt: skip
"""Rows of other people, who may live at the same address: their data is theirs; and the catalogue, which is about nobody."""
_WITH_WORDS = ("transferred", "tagged", "split_off", "answered")
"""What is done with a ticket and written down in words of people."""
_SHORT = 4
"""Letters and digits up to which a part of a code may be anybody's."""
_KEPT_OF_ADDRESS = ("country", "state")
"""What taxes and figures by region go by."""


@dataclasses.dataclass(frozen=True)
class Erased:
    """What came of it."""

    pseudonym: str
    erased_at: dt.datetime
    counts: dict[str, int]
    """Rows erased or stripped, by table."""
    conversations: tuple[str, ...] = ()
    tickets: tuple[str, ...] = ()


def digest_of(customer_id: str) -> str:
    """Return what is written down of a person's id."""
    return hashlib.sha256(f"xiaoer-erasure\0{customer_id}".encode()).hexdigest()


async def find_erasure(session: AsyncSession, customer_id: str) -> Erasure | None:
    """Return the erasure of a person, if they were erased."""
    return await session.get(Erasure, digest_of(customer_id))


async def erase(session: AsyncSession, customer: Customer, *, by: str, now: dt.datetime) -> Erased:
    """Erase a customer in the caller's transaction; files are only listed (`Erasure.files`): delete them once it stands."""
    marks = await marks_of(session, customer.id)
    theirs = {belonging.model: belonging for belonging in belongings(customer.id)}
    connection = await session.connection()
    counts = {belonging.name: await belonging.count(session) for belonging in theirs.values()}
    conversations = await _ids(connection, theirs[Conversation], col(Conversation.id))
    tickets = await _ids(connection, theirs[Ticket], col(Ticket.id))
    files = await _ids(connection, theirs[Attachment], col(Attachment.path))
    pseudonym = await _stand_in(session, customer)
    await _strip_the_talk(session, theirs, customer.id, pseudonym, now)
    await _strip_the_trade(session, theirs, customer.id, pseudonym)
    await _hand_over(connection, customer.id, pseudonym)
    await session.exec(delete(Customer).where(col(Customer.id) == customer.id))
    counts["mentions"] = await _sweep(connection, marks)
    await _forget_codes(session, marks)
    counts = {name: count for name, count in counts.items() if count}
    proof = await find_erasure(session, customer.id) or Erasure(
        digest=digest_of(customer.id), pseudonym="", erased_by="", erased_at=now
    )
    # Who was erased and came back with an import is erased again; files of the first time may still be there.
    left = [*proof.files, *files]
    proof.sqlmodel_update(
        {"pseudonym": pseudonym, "counts": counts, "files": left, "erased_by": by, "erased_at": now, "receipt_id": None}
    )
    session.add(proof)
    return Erased(pseudonym, now, counts, conversations, tickets)


async def _stand_in(session: AsyncSession, customer: Customer) -> str:
    """Make the nameless customer under whom the figures go on."""
    month = customer.created_at.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    stand_in = Customer(
        id=new_id("gone"),
        first_name="",
        last_name="",
        email="",
        lang=customer.lang,
        tier=customer.tier,
        region=customer.region,
        created_at=month,
    )
    session.add(stand_in)
    await session.flush()
    return stand_in.id


Theirs = dict[type[SQLModel], Belonging]


async def _strip_the_talk(
    session: AsyncSession, theirs: Theirs, customer_id: str, pseudonym: str, now: dt.datetime
) -> None:
    """Take the words out of conversations, cases and what the executor wrote down. Conversations last: the others go by them."""

    async def strip(model: type[SQLModel], **values: Any) -> None:
        await session.exec(update(model).where(theirs[model].theirs).values(**values).execution_options(**_UNSEEN))

    # What is found through the actor or the owner is changed before these are.
    await session.exec(delete(ConversationEvent).where(theirs[ConversationEvent].theirs).execution_options(**_UNSEEN))
    await session.exec(delete(Attachment).where(theirs[Attachment].theirs).execution_options(**_UNSEEN))
    await session.exec(delete(NoteMention).where(theirs[NoteMention].theirs).execution_options(**_UNSEEN))
    await session.exec(delete(TicketNote).where(theirs[TicketNote].theirs).execution_options(**_UNSEEN))
    tickets = sqlmodel.select(Ticket.id).where(theirs[Ticket].theirs)
    words = delete(TicketTerm).where(col(TicketTerm.ticket_id).in_(tickets))
    await session.exec(words.execution_options(**_UNSEEN))
    told = update(TicketEvent).where(col(TicketEvent.ticket_id).in_(tickets), col(TicketEvent.kind).in_(_WITH_WORDS))
    await session.exec(told.values(facts={}).execution_options(**_UNSEEN))
    await strip(
        Ticket, subject="", body={}, tags=[], moved={}, status="resolved", version=col(Ticket.version) + 1,
        snoozed_at=None, snoozed_until=None,
    )  # fmt: skip
    await strip(Rating, remark="")
    await strip(Sitting, person=pseudonym)
    resolved = update(Ticket).where(theirs[Ticket].theirs, col(Ticket.resolved_at).is_(None)).values(resolved_at=now)
    await session.exec(resolved.execution_options(**_UNSEEN))
    pending = update(Proposal).where(theirs[Proposal].theirs, col(Proposal.status) == "pending").values(status="void")
    await session.exec(pending.execution_options(**_UNSEEN))
    await strip(
        Proposal,
        arguments={},
        preview={},
        approvals=[],
        proposed_by=_renamed(col(Proposal.proposed_by), customer_id, pseudonym),
        decided_by=_renamed(col(Proposal.decided_by), customer_id, pseudonym),
    )
    await strip(
        Receipt,
        arguments={},
        result={},
        idempotency_key=literal("erased/").concat(col(Receipt.id)),
        actor=_renamed(col(Receipt.actor), customer_id, pseudonym),
    )
    await strip(
        AuditRow,
        arguments={},
        actor=_renamed(col(AuditRow.actor), customer_id, pseudonym),
        object=_renamed(col(AuditRow.object), f"customer:{customer_id}", f"customer:{pseudonym}"),
    )
    await strip(
        Conversation,
        subject=None,
        customer_id=pseudonym,
        verified_by=None,
        device={},
        counted_seq=col(Conversation.last_seq),
        owner="closed",
        agent_id=None,
        ownership_version=col(Conversation.ownership_version) + 1,
    )


async def _strip_the_trade(session: AsyncSession, theirs: Theirs, customer_id: str, pseudonym: str) -> None:
    """Take the person out of orders and what belongs to them. Orders last: the others go by them."""

    async def strip(model: type[SQLModel], **values: Any) -> None:
        await session.exec(update(model).where(theirs[model].theirs).values(**values).execution_options(**_UNSEEN))

    await session.exec(delete(Address).where(theirs[Address].theirs).execution_options(**_UNSEEN))
    await strip(TrackingEvent, place="")
    await strip(Shipment, tracking_number="")
    await strip(Invoice, title="", tax_id="", email="")
    await strip(PaymentMethod, brand="", last_four="", fingerprint="", customer_id=pseudonym)
    await strip(BehaviourEvent, customer_id=None, query="")
    await strip(Review, customer_id=None, order_id=None)
    await strip(RiskCase, note="", customer_id=pseudonym)
    orders = (await session.exec(sqlmodel.select(Order).where(Order.customer_id == customer_id))).all()
    for order in orders:
        order.address = {field: order.address[field] for field in _KEPT_OF_ADDRESS if field in order.address}
        order.sqlmodel_update({"device_id": "", "ip": "", "note": "", "customer_id": pseudonym})
        session.add(order)
    await session.flush()


_UNSEEN = {"synchronize_session": False}
"""No object of the session is read again after it."""


async def _hand_over(connection: AsyncConnection, customer_id: str, pseudonym: str) -> None:
    """Let every other row that names the customer name the stand-in: no table is forgotten."""
    for table in SQLModel.metadata.sorted_tables:
        for column in table.columns:
            if any(key.column.table.name == "customer" for key in column.foreign_keys):
                await connection.execute(update(table).where(column == customer_id).values({column.name: pseudonym}))


async def _sweep(connection: AsyncConnection, marks: Marks) -> int:
    """Take the person's marks out of everything that others wrote; returns how many rows had one."""
    found = 0
    for table in SQLModel.metadata.sorted_tables:
        if table.name not in _NOT_SWEPT:
            found += await _sweep_table(connection, table, marks)
    return found


async def _forget_codes(session: AsyncSession, marks: Marks) -> None:
    """Let no ticket of others be found by the person's id, orders' numbers, telephone or the like; words are everybody's."""
    found = {(term, normalise(needle)) for needle in marks.needles() for term in tokens(needle)}
    codes = {term for term, whole in found if any(map(str.isdigit, term)) and (term == whole or len(term) > _SHORT)}
    gone = delete(TicketTerm).where(col(TicketTerm.term).in_(codes))
    await session.exec(gone.execution_options(**_UNSEEN))


async def _sweep_table(connection: AsyncConnection, table: Table, marks: Marks) -> int:
    keys = list(table.primary_key.columns)
    columns = [
        column
        for column in table.columns
        if isinstance(column.type, JSON | String | AutoString) and not column.foreign_keys and not column.primary_key
    ]
    needles = marks.needles()
    if not columns or not needles:
        return 0
    fold = connection.dialect.name != "sqlite"
    holds = or_(*(_has(cast(column, String), needle, fold=fold) for column in columns for needle in needles))
    found = 0
    for row in (await connection.execute(select(*keys, *columns).where(holds))).mappings().all():
        changed = {column.name: marks.scrub(row[column.name]) for column in columns}
        changed = {name: value for name, value in changed.items() if value != row[name]}
        if changed:
            this = [column == row[column.name] for column in keys]
            await connection.execute(update(table).where(*this).values(changed))
            found += 1
    return found


async def _ids(connection: AsyncConnection, belonging: Belonging, column: Any) -> tuple[str, ...]:
    return tuple((await connection.execute(select(column).where(belonging.theirs).order_by(column))).scalars())


def _renamed(column: Any, old: str, new: str) -> Any:
    """Return the column with one value in the place of another."""
    return case((column == old, new), else_=column)


def _has(text: ColumnElement[str], needle: str, *, fold: bool) -> ColumnElement[bool]:
    """Tell whether a text has a needle in any case. SQLite's LIKE does so by itself, and twice as fast as on folded texts."""
    return text.icontains(needle, autoescape=True) if fold else text.contains(needle, autoescape=True)
