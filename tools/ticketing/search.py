"""Finding tickets by words: of their subject, their shopper's name, their orders, and of what was said.

Every word is a row (`knowledge.schema.TicketTerm`), so that a search reads an index and not the conversations: English words without
their endings, whole codes, Chinese characters two by two, in lower case and simplified. A tag is a word of its own: ``#vip``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, exists, func, or_
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from knowledge.db import Database
from knowledge.schema import ConversationEvent, Ticket, TicketTerm
from knowledge.words import normalise, tokens
from tools.ticketing.body import read_body

WORDS_OF_A_SEARCH = 12
_LONGEST_TERM = 80
_BATCH = 100
_HAN = "\u3000"
"""Chinese characters come after it."""
_LAST = "\U0010ffff"
"""Comes after every letter: what begins with a term stands between it and it with this."""


def terms_of(texts: Iterable[str]) -> set[str]:
    """Return the words of texts as they are stored; of two Chinese characters the second too, so that each is found by itself."""
    found = {term for text in texts for term in tokens(text) if len(term) <= _LONGEST_TERM}
    return found | {term[1] for term in found if len(term) == 2 and term[1] > _HAN}


def wanted_terms(query: str) -> list[str]:
    """Return the beginnings of words that a search asks for; where it has common words alone, those."""
    plain = normalise(query)
    return (list(dict.fromkeys(tokens(query))) or plain.split())[:WORDS_OF_A_SEARCH]


def matching(query: str) -> list[ColumnElement[bool]]:
    """Return what a ticket must fulfil to have every word of a search."""
    return [_has(_begins(term)) for term in wanted_terms(query)]


def tagged(tag: str) -> ColumnElement[bool]:
    """Return what a ticket with a tag fulfils."""
    return _has(col(TicketTerm.term) == term_of_tag(tag))


def term_of_tag(tag: str) -> str:
    """Return the word that a tag is found by, in whatever case it was written."""
    return f"#{normalise(tag)}"


def _has(term: ColumnElement[bool]) -> ColumnElement[bool]:
    return col(Ticket.id).in_(select(TicketTerm.ticket_id).where(term))


def _begins(term: str) -> ColumnElement[bool]:
    column = col(TicketTerm.term)
    return (column >= term) & (column < term + _LAST)


async def add_words(session: AsyncSession, conversation_id: str, texts: Iterable[str]) -> None:
    """Let the tickets that a conversation is worked on with be found by what was said in it just now."""
    if not (terms := terms_of(texts)):
        return
    own = (col(Ticket.conversation_id) == conversation_id) & (Ticket.status != "resolved")
    kept = select(Ticket.merged_into).where(
        Ticket.conversation_id == conversation_id, col(Ticket.merged_into).is_not(None)
    )
    found = await session.exec(select(Ticket.id).where(or_(own, col(Ticket.id).in_(kept))))
    await _add(session, dict.fromkeys(found.all(), terms))


async def index(session: AsyncSession, tickets: Sequence[Ticket]) -> None:
    """Let tickets be found by all that they say and that was said so far."""
    said = await _said(session, {ticket.conversation_id for ticket in tickets})
    await _add(session, {ticket.id: _terms(ticket, said.get(ticket.conversation_id, ())) for ticket in tickets})


async def index_missing(database: Database) -> bool:
    """Let some tickets be found that are not yet: of an earlier version, or of an import. Returns whether there may be more."""
    missing = ~exists().where(col(TicketTerm.ticket_id) == col(Ticket.id))
    statement = select(Ticket).where(missing).limit(_BATCH)
    async with database.read() as session:
        if not (await session.exec(statement)).all():
            return False
    async with database.write() as session:
        await index(session, (await session.exec(statement)).all())
    return True


async def retag(session: AsyncSession, ticket: Ticket, *, gone: Collection[str] = ()) -> None:
    """Let a ticket be found by its tags, and by those that are gone no longer."""
    await _add(session, {ticket.id: {term_of_tag(tag) for tag in ticket.tags}})
    for tag in gone:
        row = await session.get(TicketTerm, (term_of_tag(tag), ticket.id))
        if row is not None:
            await session.delete(row)


async def copy_words(session: AsyncSession, source: str, target: str) -> None:
    """Let a ticket be found by whatever another is found by, but its tags."""
    statement = select(TicketTerm.term).where(TicketTerm.ticket_id == source)
    found = {term for term in (await session.exec(statement)).all() if not term.startswith("#")}
    await _add(session, {target: found})


async def used_tags(session: AsyncSession) -> list[tuple[str, int]]:
    """Return every tag of the shop as it is found, and how many tickets have it, the commonest first."""
    count = func.count()
    statement = select(TicketTerm.term, count).where(_begins("#")).group_by(col(TicketTerm.term))
    rows = (await session.exec(statement.order_by(count.desc(), col(TicketTerm.term)))).all()
    return [(term[1:], number) for term, number in rows]


def _terms(ticket: Ticket, said: Iterable[str]) -> set[str]:
    body = read_body(ticket.body)
    ids = (ticket.id, ticket.customer_id or "", *(order.order_id for order in body.orders))
    told = (*(each.value for each in body.told), *(each.text for each in body.said))
    words = terms_of([ticket.subject, body.customer.name, *ids, *told, *said])
    names = {word for word in normalise(body.customer.name).split() if len(word) <= _LONGEST_TERM}
    return words | names | {term_of_tag(tag) for tag in ticket.tags}


async def _said(session: AsyncSession, conversations: Collection[str]) -> dict[str, list[str]]:
    """Return what persons said in conversations."""
    payload = col(ConversationEvent.payload)
    statement = select(ConversationEvent.conversation_id, ConversationEvent.type, payload).where(
        col(ConversationEvent.conversation_id).in_(conversations),
        col(ConversationEvent.type).in_(("message_received", "voice_transcribed", "replied")),
    )
    found: dict[str, list[str]] = {}
    for conversation_id, kind, event in (await session.exec(statement)).all() if conversations else ():
        found.setdefault(conversation_id, []).extend(_words(kind, event))
    return found


def _words(kind: str, event: dict[str, Any]) -> Iterable[str]:
    if kind == "message_received":
        yield str(event.get("text", ""))
    elif kind == "voice_transcribed":
        yield str(event["transcript"].get("text", ""))
    elif event.get("author") == "agent":
        yield from (str(reply.get("text", "")) for reply in event["replies"])


async def _add(session: AsyncSession, found: dict[str, set[str]]) -> None:
    """Store words in one order, so that two who store the same never wait for each other."""
    rows = sorted((term, ticket_id) for ticket_id, terms in found.items() for term in terms)
    if not rows:
        return
    connection = await session.connection()
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    statement = insert(TicketTerm).on_conflict_do_nothing()
    await connection.execute(statement, [{"term": term, "ticket_id": ticket_id} for term, ticket_id in rows])
