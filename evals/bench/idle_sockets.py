"""Sockets that are open and silent, as those of shoppers who leave the page open."""

from __future__ import annotations

import asyncio
import collections
import contextlib
import resource
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

import httpx

from evals.bench.doors import ChatSocket, connect, new_conversation
from evals.bench.errors import BenchError, MessageError
from evals.bench.figures import spread
from evals.bench.guests import Guest
from evals.bench.vitals import look

A = TypeVar("A")

OPENING_AT_ONCE = 16
MEASURABLE = 100
"""With fewer sockets the memory of one is lost in what else goes on."""
SPARE_FILES = 256
"""For whatever else a process has open: the program, its database, its log."""


class IdleSockets:
    """The sockets of a run: opened before the loads, asked for a sign of life after them."""

    def __init__(self, wanted: int) -> None:
        self._wanted = wanted
        self._open: list[ChatSocket] = []
        self._opening_ms: list[float] = []
        self._failed: collections.Counter[str] = collections.Counter()
        self._memory: tuple[float, float] | None = None
        self._took_s = 0.0
        self._answering = 0

    async def open(
        self, client: httpx.AsyncClient, guests: Sequence[Guest], timeout_s: float, progress: Callable[[int], None]
    ) -> None:
        """Open a conversation for each socket, then the sockets; what fails is counted. `progress` hears how many are open."""
        begun: list[tuple[Guest, str]] = []

        async def begin(place: int) -> None:
            guest = guests[place % len(guests)]
            with self._counting():
                begun.append((guest, await new_conversation(client, guest, "en" if place % 2 else "zh")))

        async def open_one(conversation: tuple[Guest, str]) -> None:
            started = time.perf_counter()
            with self._counting():
                self._open.append(await connect(str(client.base_url), *conversation, timeout_s=timeout_s))
                self._opening_ms.append((time.perf_counter() - started) * 1000)
                progress(len(self._open))

        await _few_at_once(begin, range(self._wanted))
        before = await look(client)
        started = time.perf_counter()
        await _few_at_once(open_one, begun)
        self._took_s = time.perf_counter() - started
        after = await look(client)
        if before and after and before.memory_mb is not None and after.memory_mb is not None:
            self._memory = before.memory_mb, after.memory_mb

    async def check(self) -> None:
        """Ask every socket for a sign of life."""
        self._answering = sum(await asyncio.gather(*(socket.answers() for socket in self._open)))

    async def close(self) -> None:
        """Close them all."""
        await asyncio.gather(*(socket.close() for socket in self._open))

    def figures(self) -> dict[str, Any]:
        """Return how many were opened, held to the end (and still answered), dropped and why, and what one costs the server."""
        dropped = collections.Counter(socket.ended for socket in self._open if socket.ended)
        found: dict[str, Any] = {
            "wanted": self._wanted,
            "opened": len(self._open),
            "not_opened": dict(self._failed),
            "held": self._answering,
            "dropped": dict(dropped),
            "silent": len(self._open) - sum(dropped.values()) - self._answering,
            "opening_ms": spread(self._opening_ms),
            "opening_s": round(self._took_s, 2),
        }
        if self._memory and len(self._open) >= MEASURABLE:
            found["memory_kb_each"] = round((self._memory[1] - self._memory[0]) * 1024 / len(self._open), 1)
        return found

    @contextlib.contextmanager
    def _counting(self) -> Iterator[None]:
        try:
            yield
        except MessageError as error:
            self._failed[error.kind] += 1


async def _few_at_once(work: Callable[[A], Awaitable[None]], items: Iterable[A]) -> None:
    places = asyncio.Semaphore(OPENING_AT_ONCE)

    async def one(item: A) -> None:
        async with places:
            await work(item)

    await asyncio.gather(*map(one, items))


def allow_files(needed: int) -> None:
    """Let this process, and those that it starts, have so many files open besides the usual ones.

    Raises:
        BenchError: the system does not allow it.
    """
    needed += SPARE_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= needed:
        return
    if hard != resource.RLIM_INFINITY and hard < needed:
        raise BenchError(
            f"{needed} open files are needed and the system allows {hard}: take fewer --sockets, or raise the limit "
            f"(ulimit -Hn {needed} as root, or LimitNOFILE of the service)"
        )
    resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))
