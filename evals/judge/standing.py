"""Where a conversation stands after each of its turns, in a line: for whoever asks why it went as it did."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from dialogue.events import StoredEvent, TurnEnded
from dialogue.state import DialogueState, fold
from dialogue.store import EventStore
from knowledge.db import Database


async def standings(database: Database, conversation_id: str) -> dict[int, str]:
    """Return a line for each turn of a conversation, by the turn's sequence number."""
    return dict(_lines(conversation_id, await EventStore(database).load(conversation_id)))


def _lines(conversation_id: str, events: Iterable[StoredEvent]) -> Iterator[tuple[int, str]]:
    state = DialogueState(conversation_id=conversation_id)
    for stored in events:
        state = fold(state, stored)
        if isinstance(stored.event, TurnEnded):
            yield stored.seq, _line(state)


def _line(state: DialogueState) -> str:
    """Name the running requests with what they know, those that wait, and the question that is open."""
    running = [f"{frame.flow} {json.dumps(frame.slots, ensure_ascii=False, default=str)}" for frame in state.stack]
    waiting = [f"then {frame.flow}" for frame in state.queue]
    pending = state.pending.question if state.pending else None
    asked = [f"asks {pending.kind} {pending.slot}".strip()] if pending else []
    owner = [f"with {state.owner}"] if state.owner != "bot" else []
    return " · ".join([*running, *waiting, *asked, *owner])
