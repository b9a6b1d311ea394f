"""Notes of the staff on tickets, and those whom they mention. Nobody but the desk reads them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import func
from sqlmodel import col, select

from knowledge.schema import NoteMention, Ticket, TicketNote
from knowledge.types import JsonObject, new_id
from tools.base import Role, ToolContext, tool
from tools.errors import ArgumentError
from tools.ticketing.mentions import mentioned, people_of_the_desk
from tools.ticketing.note_types import (
    DeskPeople,
    KeptNote,
    MentionList,
    MentionsRead,
    MentionView,
    NoMore,
    NoteList,
    NotesOf,
    NoteTicket,
    NoteView,
    OneTicketsMentions,
)
from tools.ticketing.rows import found_ticket

DESK: tuple[Role, ...] = ("agent",)
MOST_MENTIONS = 200


def without_the_text(arguments: JsonObject) -> JsonObject:
    """Return what is written down of a note beside the note: a person's export and erasure need not look there for it."""
    return {name: value for name, value in arguments.items() if name != "text"}


@tool(
    "write",
    roles=DESK,
    needs_customer=False,
    confirm=False,
    recorded=without_the_text,
    en=(
        "Write a private note on a ticket, for colleagues: the shopper never sees it. Nobody needs to hold the ticket for that. `@name` in the text "
        "tells that colleague. `client_id` is yours to choose: the same again writes nothing."
    ),
    zh="在工单上写一条内部备注，仅同事可见，顾客永远看不到；不必认领工单。文中的 `@名字` 会提醒该同事。`client_id` 自定，重复提交不会再写一条。",
)
async def note_ticket(context: ToolContext, arguments: NoteTicket) -> KeptNote:
    """Keep the note, and who is to be told of it."""
    ticket = await found_ticket(context, arguments.ticket_id)
    author = context.identity.actor
    note = TicketNote(
        id=new_id("nte"),
        ticket_id=ticket.id,
        conversation_id=ticket.conversation_id,
        author=author,
        client_id=arguments.client_id,
        text=arguments.text,
        at=context.now,
    )
    context.session.add(note)
    await context.session.flush()
    named = mentioned(arguments.text, await people_of_the_desk(context.session))
    others = tuple(agent for agent in named if agent != author)
    context.session.add_all(NoteMention(note_id=note.id, agent=agent) for agent in others)
    await context.session.flush()
    return KeptNote(
        note_id=note.id, ticket_id=ticket.id, conversation_id=ticket.conversation_id, mentions=tuple(sorted(others))
    )


@tool(
    "read",
    roles=DESK,
    needs_customer=False,
    en="Show the private notes of the staff on a ticket and on earlier tickets of the same conversation, oldest first. `note_id`: one of them.",
    zh="查看工单及同一对话以往工单上的内部备注，按时间先后排列。`note_id`：只看其中一条。",
)
async def list_ticket_notes(context: ToolContext, arguments: NotesOf) -> NoteList:
    """Return the notes."""
    ticket = await found_ticket(context, arguments.ticket_id)
    statement = select(TicketNote).where(TicketNote.conversation_id == ticket.conversation_id)
    if arguments.note_id is not None:
        statement = statement.where(TicketNote.id == arguments.note_id)
    notes = (await context.session.exec(statement.order_by(col(TicketNote.at), col(TicketNote.id)))).all()
    if arguments.note_id is not None and not notes:
        raise ArgumentError("note_not_found", "expected the id of a note on this ticket")
    return NoteList(notes=await _views(context, notes))


@tool(
    "read",
    roles=DESK,
    needs_customer=False,
    en="List the notes in which colleagues mention you, newest first, and how many you have not read.",
    zh="列出同事在备注中提到你的记录，最新的在前，并给出未读数。",
)
async def list_mentions(context: ToolContext, arguments: NoMore) -> MentionList:
    """Return the acting agent's mentions."""
    mine = col(NoteMention.agent) == context.identity.actor
    statement = (
        select(TicketNote, NoteMention.read_at, Ticket.subject)
        .join(NoteMention, col(NoteMention.note_id) == col(TicketNote.id))
        .join(Ticket, col(Ticket.id) == col(TicketNote.ticket_id))
        .where(mine)
        .order_by(col(TicketNote.at).desc(), col(TicketNote.id))
        .limit(MOST_MENTIONS)
    )
    rows = (await context.session.exec(statement)).all()
    unread = select(func.count()).select_from(NoteMention).where(mine, col(NoteMention.read_at).is_(None))
    views = await _views(context, [note for note, _, _ in rows])
    return MentionList(
        mentions=tuple(
            MentionView(note=view, subject=subject, read_at=read_at)
            for view, (_, read_at, subject) in zip(views, rows, strict=True)
        ),
        unread=(await context.session.exec(unread)).one(),
    )


@tool(
    "write",
    roles=DESK,
    needs_customer=False,
    confirm=False,
    en="Say that you have read the notes on a ticket that mention you.",
    zh="标记已读某张工单上提到你的备注。",
)
async def read_mentions(context: ToolContext, arguments: OneTicketsMentions) -> MentionsRead:
    """Mark the acting agent's mentions on the ticket's conversation as read."""
    ticket = await found_ticket(context, arguments.ticket_id)
    statement = (
        select(NoteMention)
        .join(TicketNote, col(TicketNote.id) == col(NoteMention.note_id))
        .where(
            TicketNote.conversation_id == ticket.conversation_id,
            NoteMention.agent == context.identity.actor,
            col(NoteMention.read_at).is_(None),
        )
    )
    rows = (await context.session.exec(statement)).all()
    for row in rows:
        row.read_at = context.now
    context.session.add_all(rows)
    await context.session.flush()
    return MentionsRead(ticket_id=ticket.id, count=len(rows))


@tool(
    "read",
    roles=DESK,
    needs_customer=False,
    en="List the people of the desk who can be mentioned in a note.",
    zh="列出备注中可以提到的客服同事。",
)
async def list_desk_people(context: ToolContext, arguments: NoMore) -> DeskPeople:
    """Return who can be mentioned."""
    return DeskPeople(people=tuple(await people_of_the_desk(context.session)))


async def _views(context: ToolContext, notes: Sequence[TicketNote]) -> tuple[NoteView, ...]:
    named: defaultdict[str, list[str]] = defaultdict(list)
    if notes:
        ids = [note.id for note in notes]
        statement = select(NoteMention.note_id, NoteMention.agent).where(col(NoteMention.note_id).in_(ids))
        for note_id, agent in (await context.session.exec(statement)).all():
            named[note_id].append(agent)
    return tuple(
        NoteView(
            note_id=note.id,
            ticket_id=note.ticket_id,
            conversation_id=note.conversation_id,
            author=note.author,
            text=note.text,
            at=note.at,
            mentions=tuple(sorted(named[note.id])),
        )
        for note in notes
    )


TOOLS = (note_ticket, list_ticket_notes, list_mentions, read_mentions, list_desk_people)
