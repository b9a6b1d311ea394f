"""``xiaoer replay``: a past conversation, step by step, or as a scenario."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import typer

from agent.llm.ledger import ModelCall
from channels.console import CommandError, check_writable, existing_database, print_json, run, settings_for, told
from channels.render import plain_all, spoken
from channels.settings import Settings
from dialogue.events import (
    Decided,
    Event,
    LanguageChanged,
    MessageReceived,
    ModelCalled,
    OwnershipChanged,
    Replied,
    StoredEvent,
    TicketOpened,
    ToolReturned,
    TurnEnded,
    Understood,
    VoiceHeard,
    VoiceTranscribed,
    Whispered,
)
from dialogue.store import EventStore
from evals.judge.files import yaml_of
from evals.judge.frozen import FrozenError, Source, freeze
from evals.judge.scenario import Scenario
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


def to_scenario(data: Path | None, conversation_id: str, file: Path, *, force: bool) -> None:
    """Write the conversation as a scenario into `file`, with nobody to be recognised."""
    if file.exists() and not force:
        raise typer.BadParameter(f"{file} is there already; name another file, or write over it with --force")
    check_writable(file)
    settings = settings_for(data)
    scenario = run(
        _freeze(settings, conversation_id, name=re.sub(r"[^\w.-]+", "-", file.stem).strip("-") or "replayed")
    )
    with told():
        file.write_text(yaml_of(scenario), encoding="utf-8")
    typer.echo(
        f"{file}: messages: {len(scenario.user.script or ()) + 1}. Judge it with: xiaoer eval scenarios {file}",
        err=True,
    )


async def _freeze(settings: Settings, conversation_id: str, *, name: str) -> Scenario:
    async with existing_database(settings) as database:
        try:
            return await freeze(Source(database, settings.data), conversation_id, name=name)
        except FrozenError as error:
            raise CommandError(str(error)) from error


async def _load(settings: Settings, conversation_id: str) -> tuple[dict[str, Any], list[StoredEvent]]:
    async with existing_database(settings) as database:
        async with database.read() as session:
            head = await session.get(Conversation, conversation_id)
        if head is None:
            raise CommandError(f"there is no conversation {conversation_id!r}")
        return head.model_dump(mode="json"), await EventStore(database).load(conversation_id)


def _files(event: MessageReceived | Replied) -> str:
    return "".join(f" [{ref.kind} {ref.id}]" for ref in event.attachments)


def _line(event: Event) -> str:
    match event:
        case MessageReceived():
            return f"{event.author} > {event.text}{_files(event)}"
        case VoiceTranscribed() | VoiceHeard():
            return f"    heard {_heard(event)}"
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
            return f"{event.author} < " + plain_all(event.replies).replace("\n", "\n" + " " * 16) + _files(event)
        case _:
            return _change(event)


def _change(event: Event) -> str:
    match event:
        case ModelCalled():
            return f"    model {_asked(event.call)}"
        case TicketOpened():
            return f"    ticket {event.ticket.id} {event.ticket.priority} {event.ticket.queue}"
        case OwnershipChanged():
            return f"    owner {event.owner} {event.agent_id or ''} ({event.reason})"
        case Whispered():
            return f"    {event.author_id} to {event.to}: {event.text}"
        case LanguageChanged():
            return f"    language {event.lang}"
        case TurnEnded():
            return f"    turn of {event.of_seq} by {event.handled_by} in {event.ms.total:.1f} ms"
        case _:
            return ""


def _asked(call: ModelCall) -> str:
    cost = f" for {call.cost}" if call.cost is not None else ""
    first = f", the first piece after {call.first_ms:.1f} ms" if call.first_ms is not None else ""
    took = f"{call.tokens} tokens in {call.ms:.1f} ms{first}{cost}"
    return f"{call.purpose} {call.model} {call.prompt} -> {call.status}, {took}"


def _heard(event: VoiceTranscribed | VoiceHeard) -> str:
    if isinstance(event, VoiceTranscribed):
        said = event.transcript
        return f"{said.text!r} ({said.lang or '?'}, {said.recogniser}) in {said.ms:.1f} ms"
    return spoken(event.voice)


def _understood(event: Understood) -> str:
    read = event.understanding
    intents = " ".join(f"{each.intent}={each.score:.2f}" for each in read.intents)
    commands = ",".join(command.kind for command in read.commands)
    return f"{read.lang} {intents} [{commands}] {read.emotion.label}"
