"""A guest's visit: one script said through a door, every message measured."""

from __future__ import annotations

import itertools
import time
import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from evals.bench.doors import Door, Talk
from evals.bench.errors import MessageError
from evals.bench.figures import Measured
from evals.bench.guests import Guest
from evals.bench.scripts import Agenda, Script

PATIENCE = 3
"""A guest whose message fails so often in a row leaves."""


class Visit:
    """One conversation of a guest. `say` sends the next message and measures its turn."""

    def __init__(self, door: Door, guest: Guest, script: Script) -> None:
        self._door = door
        self._guest = guest
        self._script = script
        self._agenda = Agenda(script, guest.shopper.facts(script.lang))
        self._talk: Talk | None = None
        self._next = self._agenda.next([])
        self._client_id = str(uuid.uuid4())
        self._failed = 0

    @property
    def over(self) -> bool:
        """Nothing is left to say, or the guest has given up."""
        return self._next is None or self._failed >= PATIENCE

    async def enter(self) -> Talk:
        """Open the conversation, if it is not open yet."""
        if self._talk is None:
            self._talk = await self._door.open(self._guest, self._script.lang)
        return self._talk

    async def leave(self) -> None:
        """Close what is open."""
        if self._talk is not None:
            await self._talk.close()

    async def say(self, *, due: float | None = None) -> Measured:
        """Say what is next; what got no turn is next again.

        The wait counts from `due` (a `time.perf_counter`), entering included; without it from the sending.
        """
        lag_ms = 0.0 if due is None else _ms_since(due)
        counted_from = time.perf_counter() if due is None else due
        try:
            talk = await self.enter()
            counted_from = due or time.perf_counter()
            turn = await talk.say(self._client_id, self._next or "")
        except MessageError as error:
            await self._fail()
            return Measured(self._script.id, _ms_since(counted_from), lag_ms=lag_ms, error=error.kind)
        self._failed = 0
        self._next = self._agenda.next(turn["replies"])
        self._client_id = str(uuid.uuid4())
        return _measured(turn, self._script.id, _ms_since(counted_from), lag_ms)

    async def _fail(self) -> None:
        """Keep the conversation, if its connection still serves."""
        self._failed += 1
        if self._talk is not None and self._talk.ended:
            await self._talk.close()
            self._talk = None


def _ms_since(moment: float) -> float:
    return (time.perf_counter() - moment) * 1000


def _measured(turn: dict[str, Any], script: str, wait_ms: float, lag_ms: float) -> Measured:
    understood = turn.get("understanding") or {"commands": []}  # None: a person has the conversation
    return Measured(
        script,
        wait_ms,
        turn.get("ms") or {},
        lag_ms=lag_ms,
        lost=any(command["kind"] == "cannot_handle" for command in understood["commands"]),
        effects=sum(bool(action["receipt"]) for action in turn.get("actions") or ()),
    )


def visits(door: Door, guests: Sequence[Guest], scripts: Sequence[Script]) -> Iterator[Visit]:
    """Yield visits for ever: every script in turn, each with the next guest."""
    pairs = zip(itertools.cycle(guests), itertools.cycle(scripts), strict=False)
    return (Visit(door, guest, script) for guest, script in pairs)
