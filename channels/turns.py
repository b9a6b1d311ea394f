"""One message through the conversations, with its log line and figures. Every channel answers through `answer`."""

from __future__ import annotations

import dataclasses
import logging
import re

from channels.auth import Caller
from channels.context import Context
from channels.problems import problem_of
from channels.wire import printable
from dialogue.errors import UnknownConversationError
from dialogue.turn import Turn
from knowledge.types import Lang

logger = logging.getLogger("channels.turns")

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


def known_form(identifier: str) -> str:
    """Return the id, or raise `UnknownConversationError` for what cannot be one."""
    if not _ID.fullmatch(identifier):
        raise UnknownConversationError(identifier)
    return identifier


@dataclasses.dataclass(frozen=True)
class Incoming:
    """A message as a channel took it."""

    client_id: str
    text: str
    attachments: tuple[str, ...] = ()


async def answer(context: Context, caller: Caller, conversation_id: str, message: Incoming, *, channel: str) -> Turn:
    """Send the message and return its turn; refusals are counted, turns are counted and logged.

    Raises:
        ProblemError: whatever went wrong, foreseen or not.
    """
    try:
        context.rates.spend(f"{caller.role}:{caller.subject}")
        context.admit()
        turn = await context.platform.conversations.send(
            known_form(conversation_id),
            caller.identity(conversation_id),
            client_id=message.client_id,
            text=printable(message.text),
            attachments=message.attachments,
        )
    except Exception as error:  # one turn: whatever happens is answered safely
        problem = problem_of(error)
        context.metrics.refused(channel, problem.code)
        logger.info("refused conversation=%s speaker=%s code=%s", conversation_id[:64], caller.role, problem.code)
        raise problem from error
    context.metrics.turn(turn, channel)
    log_turn(turn, caller)
    return turn


def log_turn(turn: Turn, caller: Caller) -> None:
    """Write the turn's line; never the words."""
    read = turn.understanding
    logger.info(
        "turn conversation=%s seq=%d speaker=%s lang=%s intent=%s emotion=%s route=%s tools=%s ms=%.1f outcome=%s",
        turn.conversation_id,
        turn.seq,
        caller.role,
        read.lang if read else "-",
        read.intents[0].intent if read and read.intents else "-",
        read.emotion.label if read else "-",
        ",".join(command.kind for command in read.commands) if read and read.commands else "-",
        ",".join(f"{action.tool}:{action.status}" for action in turn.actions) or "-",
        turn.ms.total,
        f"ticket:{turn.ticket.id}" if turn.ticket else turn.handled_by,
    )


def opening_lang(lang: Lang | None, accept_language: str | None) -> Lang | None:
    """Return the language to open in: the one asked for, else the browser's, else the shop's own (None)."""
    if lang is not None:
        return lang
    preferred = (accept_language or "").lower()
    if preferred.startswith("zh"):
        return "zh"
    return "en" if preferred.startswith("en") else None
