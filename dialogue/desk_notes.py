"""Notes of the staff, live to everybody at the desk. They never touch a conversation: its readers are shoppers too."""

from __future__ import annotations

from collections.abc import AsyncIterator

from dialogue.broadcast import Broadcast
from dialogue.errors import ClientIdReusedError, NotOwnerError
from knowledge.types import new_id
from tools.base import Evidence, Identity, Outcome, ToolCall
from tools.errors import ArgumentError, RefusedError
from tools.executor import Executor
from tools.ticketing.note_types import KeptNote, NoteList, NoteView

_DESK = "desk"


class DeskNotes:
    """Writes notes and tells the desks that are open in this process."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor
        self._live: Broadcast[NoteView] = Broadcast()

    async def write(self, ticket_id: str, identity: Identity, *, client_id: str, text: str) -> NoteView:
        """Keep a note of the acting agent on a ticket; the same `client_id` again gives the same note.

        Raises:
            ArgumentError: there is no such ticket, or the text is empty or too long.
            ClientIdReusedError: the client id came before with another text.
        """
        call = ToolCall("note_ticket", {"ticket_id": ticket_id, "client_id": client_id, "text": text})
        outcome = await self._executor.call(call, identity, idempotency_key=f"note:{ticket_id}:{client_id}")
        if outcome.code == "idempotency_conflict":
            raise ClientIdReusedError(f"client id {client_id!r} came before with another note")
        kept = _evidence(outcome)
        wanted = {"ticket_id": ticket_id, "note_id": kept.note_id} if isinstance(kept, KeptNote) else {}
        read = ToolCall("list_ticket_notes", wanted)
        found = _evidence(await self._executor.call(read, identity, idempotency_key=new_id("read")))
        if not isinstance(found, NoteList):
            raise TypeError(f"list_ticket_notes returned {type(found).__name__}")
        [note] = found.notes
        if not outcome.replayed:
            self._live.publish(_DESK, note)
        return note

    async def follow(self, identity: Identity) -> AsyncIterator[NoteView]:
        """Yield every note that is written from now on."""
        if identity.role != "agent":
            raise NotOwnerError("the desk is for agents")
        with self._live.subscribe(_DESK) as queue:
            while (note := await queue.get()) is not None:
                yield note


def _evidence(outcome: Outcome) -> Evidence:
    if outcome.status == "ok" and outcome.evidence is not None:
        return outcome.evidence
    kind = ArgumentError if outcome.mendable else RefusedError
    raise kind(outcome.code or "failed", f"{outcome.call.tool} was refused: {outcome.code}", **outcome.facts)
