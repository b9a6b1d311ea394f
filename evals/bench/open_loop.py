"""Messages that arrive on a schedule, whether the server keeps up or not."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import random
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence

from evals.bench.errors import MessageError
from evals.bench.figures import Measured
from evals.bench.visits import Visit

PACE_S = 4.0
"""How long a shopper reads and types between two messages, on average: so many conversations are open at a rate."""
OPENING_AT_ONCE = 8


@dataclasses.dataclass
class Arrived:
    """What came of a schedule, so far."""

    turns: list[Measured] = dataclasses.field(default_factory=list)
    """The messages that were answered or failed."""
    sent: int = 0
    seconds: float = 0.0
    """How much of the schedule was held."""


class Lobby:
    """Visits whose guest reads; opened ahead, so that no message waits for that."""

    def __init__(self, queue: Iterator[Visit], *, seed: int = 1) -> None:
        self._queue = queue
        self._reading: list[Visit] = []
        self._rng = random.Random(seed)  # noqa: S311 (no secret)
        self._replacing: set[asyncio.Task[None]] = set()

    async def fill(self, count: int) -> None:
        """Open `count` visits."""
        places = asyncio.Semaphore(OPENING_AT_ONCE)

        async def open_one() -> None:
            async with places:
                await self._enter(next(self._queue))

        await asyncio.gather(*(open_one() for _ in range(count)))

    def take(self) -> Visit:
        """Return one at random, or a new one where every guest waits for an answer."""
        if not self._reading:
            return next(self._queue)
        place = self._rng.randrange(len(self._reading))
        self._reading[place], self._reading[-1] = self._reading[-1], self._reading[place]
        return self._reading.pop()

    def give_back(self, visit: Visit) -> None:
        """Keep a visit for its next message; another one comes for one that is over."""
        if not visit.over:
            self._reading.append(visit)
            return
        task = asyncio.create_task(self._replace(visit))
        self._replacing.add(task)
        task.add_done_callback(self._replacing.discard)

    async def close(self) -> None:
        """Let everybody leave."""
        for task in self._replacing:
            task.cancel()
        await asyncio.gather(*self._replacing, return_exceptions=True)
        await asyncio.gather(*(visit.leave() for visit in self._reading), return_exceptions=True)

    async def _replace(self, visit: Visit) -> None:
        await visit.leave()
        await self._enter(next(self._queue))

    async def _enter(self, visit: Visit) -> None:
        with contextlib.suppress(MessageError):  # its first message tries again, and counts
            await visit.enter()
        self._reading.append(visit)


@contextlib.asynccontextmanager
async def lobby_of(queue: Iterator[Visit], count: int, *, seed: int = 1) -> AsyncIterator[Lobby]:
    """Open `count` visits ahead, and let everybody leave after the block."""
    lobby = Lobby(queue, seed=seed)
    try:
        await lobby.fill(count)
        yield lobby
    finally:
        await lobby.close()


async def arrive(lobby: Lobby, due: Sequence[float], arrived: Arrived, on_time: Callable[[float], None]) -> None:
    """Send a message at each moment of `due` (seconds from now, in order) and add what comes of it to `arrived`.

    A message's wait counts from the moment it was due, so a server that falls behind cannot hide it. `on_time` hears how far
    the schedule is. Ends when the last message was answered or has failed.
    """
    started = time.perf_counter()

    async def write(at_s: float) -> None:
        visit = lobby.take()
        try:
            turn = await visit.say(due=started + at_s)
        except asyncio.CancelledError:
            await visit.leave()
            raise
        arrived.turns.append(dataclasses.replace(turn, at_s=at_s))
        lobby.give_back(visit)

    async with asyncio.TaskGroup() as group:
        for at_s in due:
            await asyncio.sleep(max(0.0, started + at_s - time.perf_counter()))
            group.create_task(write(at_s))
            arrived.sent += 1
            arrived.seconds = at_s
            on_time(at_s)
