"""``xiaoer replay``: a past conversation, step by step."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import typer

from channels.app import config_of
from channels.console import CommandError, print_json, run, settings_for
from channels.render import plain_all
from channels.settings import Settings
from dialogue.build import open_database
from dialogue.events import (
    Decided,
    Event,
    LanguageChanged,
    MessageReceived,
    OwnershipChanged,
    Replied,
    StoredEvent,
    TicketOpened,
    ToolReturned,
    TurnEnded,
    Understood,
)
from dialogue.store import EventStore
from knowledge.schema import Conversation


def replay(data: Path | None, conversation_id: str, *, as_json: bool) -> None:
    """Print the conversation."""
    head, events = run(_load(settings_for(data), conversation_id))
    if as_json:
        print_json({"conversation": head, "events": [event.model_dump(mode="json") for event in events]})
        return
    person = head["customer_id"] or head["subject"]
    typer.echo(f"{head['id']}  {head['role']} {person}  {head['channel']}  {head['lang']}  owner: {head['owner']}")
    for entry in events:
        if line := _line(entry.event):
            typer.echo(f"{entry.seq:>4} {entry.at:%H:%M:%S} {line}")


async def _load(settings: Settings, conversation_id: str) -> tuple[dict[str, Any], list[StoredEvent]]:
    if settings.database_url is None and not (settings.data / "shop.db").exists():
        raise CommandError(f"there is no shop in {settings.data}")
    database = await open_database(config_of(settings, demo=False))
    try:
        async with database.read() as session:
            head = await session.get(Conversation, conversation_id)
        if head is None:
            raise CommandError(f"there is no conversation {conversation_id!r}")
        return head.model_dump(mode="json"), await EventStore(database).load(conversation_id)
    finally:
        await database.close()


def _line(event: Event) -> str:
    match event:
        case MessageReceived():
            files = "".join(f" [{ref.kind} {ref.id}]" for ref in event.attachments)
            return f"{event.author} > {event.text}{files}"
        case Understood():
            return f"    understood {_understood(event)}"
        case Decided():
            return f"    decided {event.route} ({event.reason})"
        case ToolReturned():
            action = event.action
            given = json.dumps(action.arguments, ensure_ascii=False)
            receipt = f" receipt {action.receipt}" if action.receipt else ""
            return f"    {action.tool} {given} -> {action.status}{receipt} in {event.duration_ms:.1f} ms"
        case Replied():
            return f"{event.author} < " + plain_all(event.replies).replace("\n", "\n" + " " * 16)
        case TicketOpened():
            return f"    ticket {event.ticket.id} {event.ticket.priority} {event.ticket.queue}"
        case OwnershipChanged():
            return f"    owner {event.owner} {event.agent_id or ''} ({event.reason})"
        case LanguageChanged():
            return f"    language {event.lang}"
        case TurnEnded():
            return f"    turn of {event.of_seq} by {event.handled_by} in {event.ms.total:.1f} ms"
        case _:
            return ""


def _understood(event: Understood) -> str:
    read = event.understanding
    intents = " ".join(f"{each.intent}={each.score:.2f}" for each in read.intents)
    commands = ",".join(command.kind for command in read.commands)
    return f"{read.lang} {intents} [{commands}] {read.emotion.label}"
