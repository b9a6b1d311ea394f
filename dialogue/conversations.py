"""Conversations as channels use them: open, send, read, follow, and the desk's side of each."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator, Sequence

from dialogue.events import StoredEvent
from dialogue.replies.types import Reply
from dialogue.turn import Turn
from knowledge.types import Lang
from tools.base import Identity
from tools.ticketing.types import TicketView

MAX_TEXT = 4000
"""Characters of one message; longer ones are refused with `MessageRefusedError` ``too_long``."""


@dataclasses.dataclass(frozen=True)
class Opened:
    """A new conversation."""

    id: str
    seq: int
    greeting: tuple[Reply, ...]


@dataclasses.dataclass(frozen=True)
class DeskNotice:
    """Something that the desk's list must show: a ticket appeared or changed."""

    kind: str
    """``ticket``."""
    ticket: TicketView


class Conversations:
    """The one service behind every channel. `identity` always comes from a verified token."""

    async def open(self, identity: Identity, *, lang: Lang | None = None, channel: str = "web") -> Opened:
        """Start a conversation; the greeting is in `lang`, or in the shop's language."""
        raise NotImplementedError

    async def send(
        self, conversation_id: str, identity: Identity, *, client_id: str, text: str, attachments: Sequence[str] = ()
    ) -> Turn:
        """Store the message, then answer it. The same `client_id` again gives the same turn, with nothing done twice.

        Raises:
            UnknownConversationError, MessageRefusedError, ClientIdReusedError, ConversationClosedError.
        """
        raise NotImplementedError

    async def events(self, conversation_id: str, identity: Identity, *, after: int = 0) -> list[StoredEvent]:
        """Return what happened after sequence number `after`; a shopper sees `PUBLIC_TYPES` only."""
        raise NotImplementedError

    def follow(self, conversation_id: str, identity: Identity, *, after: int = 0) -> AsyncIterator[StoredEvent]:
        """Yield every event after `after`, past ones first, then live ones, without gap or repeat."""
        raise NotImplementedError

    async def recover(self) -> int:
        """Take up the messages that a crash left unanswered; returns how many."""
        raise NotImplementedError

    async def claim(self, ticket_id: str, identity: Identity, *, version: int) -> TicketView:
        """An agent takes a ticket: from this instant the bot is silent. Raises `tools.errors.RefusedError` for the second agent."""
        raise NotImplementedError

    async def reply_as_agent(
        self, conversation_id: str, identity: Identity, *, client_id: str, text: str
    ) -> StoredEvent:
        """A person's words to the shopper. Raises `NotOwnerError` unless this agent holds the conversation."""
        raise NotImplementedError

    async def release(self, ticket_id: str, identity: Identity, *, outcome: str, note: str = "") -> TicketView:
        """Give the shopper back to the bot (``hand_back``, a new episode starts) or close the case (``resolve``)."""
        raise NotImplementedError

    def follow_desk(self, identity: Identity) -> AsyncIterator[DeskNotice]:
        """Yield a notice for every ticket that appears or changes from now on."""
        raise NotImplementedError
