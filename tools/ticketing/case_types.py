"""Arguments and evidence of what is done with a case: moved on, put aside, tagged, reopened, joined and split."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal, Self

import pydantic

from knowledge.words import normalise
from tools.base import Arguments, Evidence
from tools.desk_rules import Priority
from tools.ticketing.triage.labels import Category, Queue, Skill

Name = Annotated[str, pydantic.Field(min_length=1, max_length=64)]
Why = Annotated[str, pydantic.StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
Version = Annotated[int, pydantic.Field(ge=0, le=2**31 - 1)]
TAGS_OF_A_TICKET = 20
PARTS_OF_A_SPLIT = 50


def _one_word(tag: str) -> str:
    found = normalise(" ".join(tag.split()).lstrip("#"))
    if not found or any(not (letter.isalnum() or letter in " -_./&+") for letter in found):
        raise ValueError("expected letters, digits, spaces or - _ . / & +")
    return found


Tag = Annotated[str, pydantic.Field(max_length=40), pydantic.AfterValidator(_one_word)]
"""In lower case, so that one tag is one, however it is written."""


class TransferTicket(Arguments):
    """A ticket for one of: another agent, a queue, whoever has a skill; and why."""

    ticket_id: str
    version: Version
    reason: Why
    agent: Name | None = None
    queue: Queue | None = None
    skill: Skill | None = None

    @pydantic.model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if sum(each is not None for each in (self.agent, self.queue, self.skill)) != 1:
            raise ValueError("expected either an agent, a queue or a skill")
        return self


class TagTicket(Arguments):
    """Tags to put on and to take off."""

    ticket_id: str
    add: tuple[Tag, ...] = pydantic.Field(default=(), max_length=TAGS_OF_A_TICKET)
    remove: tuple[Tag, ...] = pydantic.Field(default=(), max_length=TAGS_OF_A_TICKET)


class UsedTag(Evidence):
    """A tag and how many tickets have it."""

    tag: str
    tickets: int


class UsedTags(Evidence):
    """Every tag that is used, the commonest first."""

    tags: tuple[UsedTag, ...]


class SnoozeTicket(Arguments):
    """Until when a ticket is put aside; neither: until the shopper writes, which ends every snooze."""

    ticket_id: str
    until: pydantic.AwareDatetime | None = None
    at_opening: bool = False
    """Until the desk opens on the next day on which it does."""

    @pydantic.model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if self.until is not None and self.at_opening:
            raise ValueError("expected either a time or the next opening")
        return self


class WakeTicket(Arguments):
    """A ticket that is put aside; `version` is needed of whoever does not hold it."""

    ticket_id: str
    version: Version | None = None


class ReopenTicket(Arguments):
    """A resolved ticket that is worked on again."""

    ticket_id: str
    version: Version


class MergeTickets(Arguments):
    """A ticket that becomes part of another of the same customer, with both versions that were seen."""

    ticket_id: str
    version: Version
    into: str
    into_version: Version


class SplitTicket(Arguments):
    """One matter of a ticket, as a ticket of its own."""

    ticket_id: str
    version: Version
    subject: Annotated[str, pydantic.StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
    category: Category
    queue: Queue | None = None
    """None: the one that its category usually needs."""
    priority: Priority | None = None
    """None: that of the ticket."""
    seqs: tuple[int, ...] = pydantic.Field(default=(), max_length=PARTS_OF_A_SPLIT)
    """Which messages of the conversation belong to it."""
    orders: tuple[Name, ...] = pydantic.Field(default=(), max_length=PARTS_OF_A_SPLIT)
    """Which of the ticket's orders it is about."""


SnoozeEnd = Literal["time", "shopper", "agent"]
"""What brought a ticket back."""


def latest(now: dt.datetime) -> dt.datetime:
    """Return up to when a ticket may be put aside: half a year."""
    return now + dt.timedelta(days=183)
