"""Notes of the staff, live to everybody at the desk. They never touch a conversation: its readers are shoppers too."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import logging
from collections.abc import AsyncIterator

from sqlmodel import col, select

from dialogue.broadcast import Broadcast
from dialogue.errors import ClientIdReusedError, NotOwnerError
from dialogue.relay import Alone, Relay
from dialogue.waking import woken
from knowledge.errors import KnowledgeError
from knowledge.schema import TicketNote
from knowledge.types import JsonObject, new_id
from tools.base import Evidence, Identity, Outcome, ToolCall
from tools.errors import ArgumentError, RefusedError, ToolError
from tools.executor import Executor
from tools.ticketing.note_types import KeptNote, NoteList, NoteView

logger = logging.getLogger(__name__)

LOOK_EVERY_S = 5.0
OVERLAP = dt.timedelta(seconds=60)
"""How far each look goes back behind the one before: a note may be kept some time after the moment that it bears, by a clock that is slow."""
_DESK = "desk"
_SYSTEM = Identity("agent", subject="desk")


class DeskNotes:
    """Writes notes and tells the desks that are open in this process of them, and of those that were written elsewhere.

    Those come at once with the news of another replica (`join`), and otherwise, whoever wrote them and however, with the next `look`.
    """

    def __init__(self, executor: Executor) -> None:
        self._executor = executor
        self._live: Broadcast[NoteView] = Broadcast()
        self._relay: Relay = Alone()
        self._began = self._looked_at = executor.clock()
        self._told: dict[str, dt.datetime] = {}
        """Notes that were told here and may be come upon again, with their moments."""
        self._wake = asyncio.Event()

    def join(self, relay: Relay) -> None:
        """Tell other replicas of notes that are written here, and tell the desks here of theirs."""
        self._relay = relay
        relay.listen(self._elsewhere)

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
        if not isinstance(kept, KeptNote):
            raise TypeError(f"note_ticket returned {type(kept).__name__}")
        note = await self._read(ticket_id, kept.note_id, identity)
        if not outcome.replayed:
            self._tell(note)
            self._relay.tell({"of": "note", "id": note.note_id, "ticket": ticket_id})
        return note

    async def follow(self, identity: Identity) -> AsyncIterator[NoteView]:
        """Yield every note that is written from now on, each once."""
        if identity.role != "agent":
            raise NotOwnerError("the desk is for agents")
        with self._live.subscribe(_DESK) as queue:
            while (note := await queue.get()) is not None:
                yield note

    async def run(self) -> None:
        """Look for ever for notes that nobody told of."""
        while True:
            self._wake.clear()
            try:
                await self.look()
            except KnowledgeError as error:
                logger.warning("notes could not be looked for: %s", error)
            except Exception:  # one look of many: the next one comes soon, and the log says why
                logger.exception("notes could not be looked for")
            await woken(self._wake, LOOK_EVERY_S)

    async def look(self) -> None:
        """Tell of what was written since the last look and not told of yet."""
        now = self._executor.clock()
        since = max(self._began, self._looked_at - OVERLAP)
        written = select(TicketNote.id, TicketNote.ticket_id).where(col(TicketNote.at) >= since)
        async with self._executor.database.read() as session:
            rows = (await session.exec(written.order_by(col(TicketNote.at), col(TicketNote.id)))).all()
        for note_id, ticket_id in rows:
            if note_id not in self._told:
                await self._tell_of(ticket_id, note_id)
        self._looked_at = now
        self._told = {note_id: at for note_id, at in self._told.items() if at >= now - 2 * OVERLAP}

    async def _elsewhere(self, news: JsonObject) -> None:
        match news:
            case {"of": "note", "id": str(note_id), "ticket": str(ticket_id)}:
                await self._tell_of(ticket_id, note_id)
            case {"of": "again"}:
                self._wake.set()
            case _:
                pass

    async def _tell_of(self, ticket_id: str, note_id: str) -> None:
        with contextlib.suppress(ToolError):  # erased meanwhile
            self._tell(await self._read(ticket_id, note_id, _SYSTEM))

    async def _read(self, ticket_id: str, note_id: str, identity: Identity) -> NoteView:
        call = ToolCall("list_ticket_notes", {"ticket_id": ticket_id, "note_id": note_id})
        found = _evidence(await self._executor.call(call, identity, idempotency_key=new_id("read")))
        if not isinstance(found, NoteList):
            raise TypeError(f"list_ticket_notes returned {type(found).__name__}")
        [note] = found.notes
        return note

    def _tell(self, note: NoteView) -> None:
        if note.note_id not in self._told:
            self._told[note.note_id] = note.at
            self._live.publish(_DESK, note)


def _evidence(outcome: Outcome) -> Evidence:
    if outcome.status == "ok" and outcome.evidence is not None:
        return outcome.evidence
    kind = ArgumentError if outcome.mendable else RefusedError
    raise kind(outcome.code or "failed", f"{outcome.call.tool} was refused: {outcome.code}", **outcome.facts)
