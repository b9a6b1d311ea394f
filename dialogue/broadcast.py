"""Live events to whoever follows a conversation or the desk, within this process."""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Iterator
from typing import Generic, TypeVar

T = TypeVar("T")

QUEUE_LIMIT = 1000
"""A follower that is this far behind is cut off; it resumes from its last sequence number."""


class Broadcast(Generic[T]):
    """Fan-out by topic. A slow follower never holds up a publisher."""

    def __init__(self) -> None:
        self._queues: dict[str, set[asyncio.Queue[T | None]]] = defaultdict(set)

    def publish(self, topic: str, item: T) -> None:
        """Give `item` to every follower of `topic`."""
        for queue in tuple(self._queues.get(topic, ())):
            if queue.full():
                self._cut_off(topic, queue)
            else:
                queue.put_nowait(item)

    def followed(self, topic: str) -> bool:
        """Tell whether anybody follows `topic` here."""
        return topic in self._queues

    def topics(self) -> tuple[str, ...]:
        """Return what is followed here."""
        return tuple(self._queues)

    @contextlib.contextmanager
    def subscribe(self, topic: str) -> Iterator[asyncio.Queue[T | None]]:
        """Yield a queue that gets every item from now on; None in it means: cut off."""
        queue: asyncio.Queue[T | None] = asyncio.Queue(QUEUE_LIMIT)
        self._queues[topic].add(queue)
        try:
            yield queue
        finally:
            self._queues[topic].discard(queue)
            if not self._queues[topic]:
                del self._queues[topic]

    def _cut_off(self, topic: str, queue: asyncio.Queue[T | None]) -> None:
        self._queues[topic].discard(queue)
        queue.get_nowait()
        queue.put_nowait(None)
