"""Between replicas: what one of them did is told to the others, so that whoever follows there sees it at once.

What is told is small and holds nobody's words: that a conversation went on, that a ticket changed, who looks at a case. The database has
the rest, so that nothing is lost with a piece of news: after a loss of the connection listeners are told to look for themselves.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Protocol

from knowledge.types import JsonObject, new_id

logger = logging.getLogger(__name__)

Listener = Callable[[JsonObject], Awaitable[None]]
CHANNEL = "xiaoer:news"
AGAIN: JsonObject = {"of": "again"}
"""What listeners are called with when others are heard, at first or after a loss: what was told meanwhile has passed them by."""
WAITING = 5000
"""News that may wait to be sent; past that they are dropped."""
AGAIN_S = 1.0
"""How long a lost connection rests before it is made again."""
ANSWERS_IN_S = 3.0


class Relay(Protocol):
    """Tells other replicas, and hears of them."""

    def tell(self, news: JsonObject) -> None:
        """Tell the others, without waiting for it."""

    def listen(self, listener: Listener) -> None:
        """Call `listener` with all that others tell from now on."""


class Alone:
    """One process serves the shop: there is nobody to tell."""

    def tell(self, news: JsonObject) -> None:
        """Tell nobody."""

    def listen(self, listener: Listener) -> None:
        """Hear nothing."""


async def answers(url: str) -> None:
    """Ask a Redis server whether it is there.

    Raises:
        OSError: it is not, or lets nobody in.
    """
    import redis.asyncio  # noqa: PLC0415  (an extra)
    import redis.exceptions  # noqa: PLC0415

    async with redis.asyncio.from_url(url, socket_connect_timeout=ANSWERS_IN_S, socket_timeout=ANSWERS_IN_S) as client:
        try:
            await client.ping()
        except redis.exceptions.RedisError as error:
            raise ConnectionError(str(error)) from error


class RedisRelay:
    """Publishes to the other replicas through a Redis server; works while `running` is open."""

    def __init__(self, url: str, *, channel: str = CHANNEL) -> None:
        self._url = url
        self._channel = channel
        self._replica = new_id("rep")
        self._listeners: list[Listener] = []
        self._waiting: asyncio.Queue[JsonObject] = asyncio.Queue(WAITING)
        self.listening = asyncio.Event()
        """Set while the server is heard."""

    def tell(self, news: JsonObject) -> None:
        """Tell the others, without waiting for it."""
        with contextlib.suppress(asyncio.QueueFull):
            self._waiting.put_nowait(news)

    def listen(self, listener: Listener) -> None:
        """Call `listener` with all that others tell from now on."""
        self._listeners.append(listener)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Send and hear while the block runs, over every loss of the connection."""
        working = [asyncio.create_task(self._for_ever(work)) for work in (self._send, self._hear)]
        try:
            yield
        finally:
            for task in working:
                task.cancel()
            await asyncio.gather(*working, return_exceptions=True)

    async def _for_ever(self, work: Callable[[], Awaitable[None]]) -> None:
        import redis.exceptions  # noqa: PLC0415  (an extra)

        while True:
            try:
                await work()
            except (redis.exceptions.RedisError, OSError) as error:
                logger.warning("Redis cannot be reached, replicas hear nothing of one another: %s", error)
            await asyncio.sleep(AGAIN_S)

    async def _send(self) -> None:
        import redis.asyncio  # noqa: PLC0415

        async with redis.asyncio.from_url(self._url) as client:
            while True:
                news = await self._waiting.get()
                await client.publish(self._channel, json.dumps({"from": self._replica, "news": news}))

    async def _hear(self) -> None:
        import redis.asyncio  # noqa: PLC0415

        async with redis.asyncio.from_url(self._url) as client, client.pubsub(ignore_subscribe_messages=True) as heard:
            await heard.subscribe(self._channel)
            await self._pass_on(dict(AGAIN))
            self.listening.set()
            try:
                async for message in heard.listen():
                    await self._take(message["data"])
            finally:
                self.listening.clear()

    async def _take(self, data: bytes) -> None:
        told = json.loads(data)
        if told["from"] != self._replica:
            await self._pass_on(told["news"])

    async def _pass_on(self, news: JsonObject) -> None:
        for listener in self._listeners:
            try:
                await listener(news)
            except Exception:  # one piece of news of many
                logger.exception("news of another replica could not be taken")
