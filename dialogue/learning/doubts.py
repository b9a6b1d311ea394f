"""Which messages were perhaps read wrongly: by how sure the reading was, and by what the person said next."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from pydantic import TypeAdapter
from sqlmodel import col, select

from dialogue.commands import AskHuman, Cancel, CannotHandle, Command, Correct, StartFlow, Understanding
from dialogue.events import Asked, Event, MessageReceived, Understood
from dialogue.understanding.commands.of_goods import CLEAR
from dialogue.understanding.commands.reading import masked
from dialogue.understanding.phrases import takes_back
from dialogue.understanding.text import read
from knowledge.db import Database
from knowledge.schema import ConversationEvent
from knowledge.types import Lang

Why = Literal["not_understood", "unsure", "taken_back", "asked_for_a_person"]
"""Nothing was understood; it was, by a guess; the person stopped or said otherwise right after; they wanted a person instead."""
LONGEST = 200
"""Characters of a message that can be one utterance; a longer one is a story of several wishes."""
_LOOKED_AT = ("message_received", "understood", "asked")
_EVENT: TypeAdapter[Event] = TypeAdapter(Event)


@dataclasses.dataclass(frozen=True)
class Doubt:
    """A message that was perhaps read wrongly."""

    text: str
    """With names, addresses and numbers taken out, as the classifier reads it."""
    lang: Lang
    why: Why
    guesses: tuple[tuple[str, float], ...]
    """What it was taken for, best first, with the chances."""
    conversation_id: str
    at: dt.datetime


async def collect(database: Database, *, since: dt.datetime) -> list[Doubt]:
    """Return the doubtful messages of shoppers after `since`, oldest first."""
    query = (
        select(
            col(ConversationEvent.conversation_id),
            col(ConversationEvent.seq),
            col(ConversationEvent.at),
            col(ConversationEvent.payload),
        )
        .where(col(ConversationEvent.at) >= since, col(ConversationEvent.type).in_(_LOOKED_AT))
        .order_by(col(ConversationEvent.conversation_id), col(ConversationEvent.seq))
    )
    async with database.read() as session:
        rows = (await session.exec(query)).all()
    found: list[Doubt] = []
    for conversation_id, its in itertools.groupby(rows, key=lambda row: row[0]):
        events = [(seq, at, _EVENT.validate_python(payload)) for _, seq, at, payload in its]
        found += doubts(conversation_id, events)
    return sorted(found, key=lambda doubt: doubt.at)


@dataclasses.dataclass(frozen=True)
class _Read:
    """A message with how it was read."""

    text: str
    at: dt.datetime
    understanding: Understanding
    answers: bool
    """Whether a question was open, which the message may answer."""


def doubts(conversation_id: str, events: Iterable[tuple[int, dt.datetime, Event]]) -> Iterator[Doubt]:
    """Yield the doubtful messages of one conversation, from its events with their numbers and times."""
    messages = list(_read(events))
    for place, message in enumerate(messages):
        after = messages[place + 1] if place + 1 < len(messages) else None
        why = _why(message, after)
        if why is None or not 1 < len(message.text.strip()) <= LONGEST:
            continue
        understanding = message.understanding
        words = read(understanding.read_as or message.text)
        guesses = tuple((one.intent, one.score) for one in understanding.intents if one.intent != "cannot_handle")
        yield Doubt(
            masked(words, understanding.entities), understanding.lang, why, guesses[:3], conversation_id, message.at
        )


def _read(events: Iterable[tuple[int, dt.datetime, Event]]) -> Iterator[_Read]:
    received: dict[int, tuple[str, dt.datetime]] = {}
    is_open = False
    for seq, at, event in events:
        if isinstance(event, MessageReceived) and event.author == "shopper" and not event.attachments:
            received[seq] = (event.text, at)
        elif isinstance(event, Asked):
            is_open = event.question is not None and event.question.kind != "offer"
        elif isinstance(event, Understood) and event.of_seq in received:
            text, when = received[event.of_seq]
            yield _Read(text, when, event.understanding, is_open)


def _why(message: _Read, after: _Read | None) -> Why | None:
    commands = message.understanding.commands
    if message.answers:
        return None
    if any(isinstance(command, CannotHandle) and not command.out_of_scope for command in commands):
        return "not_understood"
    starts = [command for command in commands if isinstance(command, StartFlow)]
    if after is not None and starts and _turns_away(after, starts):
        return "taken_back"
    if after is not None and any(isinstance(command, AskHuman) for command in after.understanding.commands):
        return "asked_for_a_person"
    if any(command.source == "classifier" and command.score < CLEAR for command in commands):
        return "unsure"
    return None


def _turns_away(after: _Read, starts: Sequence[StartFlow]) -> bool:
    """Whether the next message stops what was begun, or begins something else in its place."""
    commands: Sequence[Command] = after.understanding.commands
    others = [one for one in commands if isinstance(one, StartFlow) and one.flow not in {two.flow for two in starts}]
    if any(isinstance(command, Cancel) and command.scope != "part" for command in commands):
        return True
    bare = any(
        isinstance(command, Correct) and not (command.entities or command.slot or command.back) for command in commands
    )
    return bare or (bool(others) and takes_back(after.text.lower()))
