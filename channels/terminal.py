"""Talking in the terminal: ``say``, ``chat`` and ``token``."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import io
import sys
import uuid
from collections.abc import Sequence
from pathlib import Path

import typer

from channels.attachments import keep
from channels.auth import Caller, TokenRole, caller_for, tokens
from channels.console import CommandError, platform_of, print_json, run, sentence, settings_for, told
from channels.render import heard_lines, plain, plain_all
from channels.settings import Settings
from channels.wire import printable, turn_json
from dialogue.build import Platform
from dialogue.events import Replied, StoredEvent
from dialogue.replies.types import ChoicesReply, Reply
from dialogue.turn import Turn
from knowledge.schema import Conversation, Customer
from knowledge.types import Lang
from tools.base import Identity

POLL_S = 1.0
"""How often `chat` looks for what an agent wrote through another process."""


@dataclasses.dataclass(frozen=True)
class Said:
    """One message of the command line."""

    text: str
    role: TokenRole
    customer: str | None
    files: list[Path]
    conversation_id: str | None


def token(*, data: Path | None, role: TokenRole, subjects: Sequence[str | None], supervisor: bool = False) -> None:
    """Print a signed token for each subject, one a line."""
    with told():
        signer = tokens(settings_for(data))
    for subject in subjects:
        typer.echo(signer.issue(caller_for(role, subject, supervisor=supervisor)))


def say(*, data: Path | None, said: Said, as_json: bool) -> None:
    """Send one message and print its turn."""
    settings = settings_for(data)
    turn = run(_say(settings, said))
    if as_json:
        print_json(turn_json(turn, full=True))
    else:
        typer.echo(_answer_text(turn))


def _answer_text(turn: Turn) -> str:
    said = plain_all(turn.replies) or f"({turn.handled_by})"
    return "\n".join([*(line for hearing in turn.heard for line in heard_lines(hearing)), said])


async def _say(settings: Settings, said: Said) -> Turn:
    contents = [_read(path) for path in said.files]
    async with platform_of(settings) as platform:
        conversation_id, identity = await _enter(platform, said)
        caller = Caller(said.role, identity.subject or "visitor", visitor=identity.customer_id is None)
        kept = [(await keep(platform.database, settings, caller, content)).id for content in contents]
        turn: Turn = await platform.conversations.send(
            conversation_id, identity, client_id=str(uuid.uuid4()), text=printable(said.text), attachments=kept
        )
        return turn


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}") from error


async def _enter(platform: Platform, said: Said) -> tuple[str, Identity]:
    """Open a conversation, or go on with the named one as the person it belongs to."""
    if said.conversation_id is None:
        identity = await _identity(platform, said.role, said.customer)
        opened = await platform.conversations.open(identity, channel="cli")
        return opened.id, dataclasses.replace(identity, conversation_id=opened.id)
    async with platform.database.read() as session:
        head = await session.get(Conversation, said.conversation_id)
    if head is None or said.customer not in (None, head.subject):
        raise CommandError(f"there is no conversation {said.conversation_id!r}")
    role: TokenRole = "merchant" if head.role == "merchant" else "shopper"
    customer_id = head.customer_id if head.verified_by == "token" else None
    return head.id, Identity(role, head.subject, customer_id, head.id)


async def _identity(platform: Platform, role: TokenRole, customer: str | None) -> Identity:
    identity = caller_for(role, customer).identity()
    if identity.customer_id is not None:
        async with platform.database.read() as session:
            if await session.get(Customer, identity.customer_id) is None:
                raise CommandError(f"there is no customer {identity.customer_id!r}")
    return identity


def chat(*, data: Path | None, role: TokenRole, customer: str | None, lang: Lang | None) -> None:
    """Talk until the person leaves."""
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")  # what is no text is refused line by line
    run(_chat(settings_for(data), role, customer, lang))


async def _chat(settings: Settings, role: TokenRole, customer: str | None, lang: Lang | None) -> None:
    async with platform_of(settings) as platform:
        identity = await _identity(platform, role, customer)
        opened = await platform.conversations.open(identity, lang=lang, channel="cli")
        identity = dataclasses.replace(identity, conversation_id=opened.id)
        typer.echo(f"{opened.id}  (/quit to leave, 输入 /quit 离开)\n", err=True)
        typer.echo(plain_all(opened.greeting))
        await _Talk(platform, opened.id, identity, opened.seq).run(opened.greeting)


class _Talk:
    """One conversation in the terminal."""

    def __init__(self, platform: Platform, conversation_id: str, identity: Identity, seq: int) -> None:
        self._conversations = platform.conversations
        self._id = conversation_id
        self._identity = identity
        self._seq = seq

    async def run(self, replies: tuple[Reply, ...] | list[Reply]) -> None:
        """Read lines and answer them until the input ends."""
        watcher = asyncio.create_task(self._watch())
        try:
            while (line := await asyncio.to_thread(_line)) is not None:
                text = _chosen(line, replies)
                if not text.strip():
                    continue
                try:
                    turn = await self._conversations.send(
                        self._id, self._identity, client_id=str(uuid.uuid4()), text=printable(text)
                    )
                except Exception as error:  # one turn; the next line may be fine
                    if (message := sentence(error)) is None:
                        raise
                    typer.echo(f"xiaoer: {message}", err=True)
                    continue
                replies = turn.replies
                typer.echo(_answer_text(turn))
        finally:
            watcher.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watcher

    async def _watch(self) -> None:
        """Print what people at the desk write, through whichever process."""
        while True:
            await asyncio.sleep(POLL_S)
            for entry in await self._conversations.events(self._id, self._identity, after=self._seq):
                self._seq = entry.seq
                if text := _from_agent(entry):
                    typer.echo(f"\n[agent 客服] {text}")


def _from_agent(entry: StoredEvent) -> str:
    event = entry.event
    if not isinstance(event, Replied) or event.author != "agent":
        return ""
    return " ".join(filter(None, (plain_all(event.replies), *(f"[{ref.kind}]" for ref in event.attachments))))


def _line() -> str | None:
    try:
        line = input("> " if sys.stdin.isatty() else "")
    except EOFError:
        return None
    return None if line.strip() in ("/quit", "/exit") else line


def _chosen(line: str, replies: tuple[Reply, ...] | list[Reply]) -> str:
    """Return the value of the numbered button that was meant, or the line itself."""
    if line.strip().isdigit():
        for reply in replies:
            if isinstance(reply, ChoicesReply) and 1 <= int(line) <= len(reply.choices) and "1. " in plain(reply):
                return reply.choices[int(line) - 1].value
    return line
