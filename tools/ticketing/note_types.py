"""Arguments and evidence of the tools for notes of the staff and those whom they mention."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import pydantic

from tools.base import Arguments, Evidence

MOST_CHARACTERS = 4000


class NoteTicket(Arguments):
    """A note for colleagues on a ticket."""

    ticket_id: str
    client_id: Annotated[str, pydantic.Field(min_length=1, max_length=100)]
    """The author's name for it: the same again writes nothing."""
    text: Annotated[str, pydantic.Field(min_length=1, max_length=MOST_CHARACTERS)]


class KeptNote(Evidence):
    """That a note was written. What it says stands in the note alone: receipts are kept longer, and seen by more."""

    note_id: str
    ticket_id: str
    conversation_id: str
    mentions: tuple[str, ...]


class NotesOf(Arguments):
    """The notes on a ticket's conversation, those of its earlier tickets too; `note_id`: this one alone."""

    ticket_id: str
    note_id: str | None = None


class NoteView(Evidence):
    """A note of the staff."""

    note_id: str
    ticket_id: str
    conversation_id: str
    author: str
    text: str
    at: dt.datetime
    mentions: tuple[str, ...] = ()


class NoteList(Evidence):
    """Notes, oldest first."""

    notes: tuple[NoteView, ...]


class OneTicketsMentions(Arguments):
    """The acting agent's mentions on one ticket."""

    ticket_id: str


class NoMore(Arguments):
    """Nothing to choose."""


class MentionView(Evidence):
    """A note that mentions the acting agent."""

    note: NoteView
    subject: str
    """Of the ticket."""
    read_at: dt.datetime | None


class MentionList(Evidence):
    """Mentions of the acting agent, newest first, and how many they have not read."""

    mentions: tuple[MentionView, ...]
    unread: int


class MentionsRead(Evidence):
    """How many were unread until now."""

    ticket_id: str
    count: int


class DeskPerson(Evidence):
    """Somebody who can be mentioned."""

    agent: str
    """As in their token."""
    name: str
    """What they are called."""


class DeskPeople(Evidence):
    """Everybody who can be mentioned."""

    people: tuple[DeskPerson, ...]
