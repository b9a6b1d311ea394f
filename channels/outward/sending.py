"""Sending what waits in the outbox: one sender for a message among all replicas, retries, and a list of what was given up."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import logging
import random
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Protocol

from sqlalchemy import delete, exists, update
from sqlalchemy.orm import aliased
from sqlmodel import col, or_, select

from channels.beside import beside
from channels.outward.errors import DeliveryError, OutwardError
from knowledge.db import Database
from knowledge.errors import KnowledgeError
from knowledge.schema import Delivery
from knowledge.types import new_id, utc_now

logger = logging.getLogger(__name__)

BATCH = 32
LEASE = dt.timedelta(minutes=5)
"""How long a message is its sender's; after that, it has died and another takes over."""
ATTEMPTS = 15
FIRST_RETRY_S, LONGEST_RETRY_S = 5.0, 6 * 3600.0
"""Waits double from the first to the longest: 15 tries take about a day."""
LONGEST_ASKED_S = 24 * 3600.0
"""Of what a receiver asks for with ``Retry-After``."""
KEPT = dt.timedelta(days=7)
"""How long a message that was sent is kept."""
LOOK_EVERY_S, TIDY_EVERY = 1.0, dt.timedelta(hours=1)
LONGEST_ERROR = 500


class Carrier(Protocol):
    """Brings messages to one kind of destination."""

    async def deliver(self, message: Delivery) -> None:
        """Send it.

        Raises:
            DeliveryError: it was not taken.
        """


class Sender:
    """Sends what is due.

    Args:
        carriers: by the kind of destination, the part before the colon.
        jitter: gives a number in [0, 1) by which waits differ, so that not everything is tried again at once.
    """

    def __init__(
        self,
        database: Database,
        carriers: Mapping[str, Carrier],
        *,
        clock: Callable[[], dt.datetime] = utc_now,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._database = database
        self._carriers = carriers
        self._clock = clock
        self._jitter = jitter
        self._name = new_id("snd")
        self._tidied: dt.datetime | None = None

    async def send_due(self) -> int:
        """Try everything that is due once, next in its line; returns how many were tried."""
        messages = await self._claimed()
        await asyncio.gather(*map(self._try, messages))
        return len(messages)

    async def tidy(self) -> None:
        """Forget what was sent long ago."""
        now = self._clock()
        if self._tidied is not None and now - self._tidied < TIDY_EVERY:
            return
        self._tidied = now
        async with self._database.write() as session:
            old = (Delivery.status == "sent", col(Delivery.done_at) < now - KEPT)
            await session.exec(delete(Delivery).where(*old))  # type: ignore[arg-type]

    async def _claimed(self) -> list[Delivery]:
        """Lease what is due and first in its line. Looking needs no turn among the writers."""
        now = self._clock()
        earlier = aliased(Delivery)
        blocked = exists().where(
            earlier.destination == Delivery.destination,  # type: ignore[arg-type]
            earlier.conversation_id == Delivery.conversation_id,  # type: ignore[arg-type]
            earlier.id < Delivery.id,  # type: ignore[arg-type, operator]
            earlier.status == "pending",  # type: ignore[arg-type]
        )
        due = (
            select(Delivery)
            .where(Delivery.status == "pending", Delivery.due_at <= now, ~blocked)
            .where(or_(*(col(Delivery.destination).startswith(kind) for kind in self._carriers)))
            .order_by(col(Delivery.id))
            .limit(BATCH)
        )
        async with self._database.read() as session:
            if (await session.exec(due)).first() is None:
                return []
        async with self._database.write() as session:
            rows = list((await session.exec(due)).all())
            for row in rows:
                row.leased_by, row.due_at, row.attempts = self._name, now + LEASE, row.attempts + 1
                session.add(row)
        return rows

    async def _try(self, message: Delivery) -> None:
        try:
            await self._carriers[message.destination.partition(":")[0]].deliver(message)
        except (DeliveryError, OutwardError) as error:
            await self._failed(message, error)
        except Exception as error:  # one message of many: the others go on
            logger.exception("delivery %s to %s failed", message.message_id, message.destination)
            await self._failed(message, DeliveryError(type(error).__name__))
        else:
            await self._settle(message, status="sent", last_error="", done_at=self._clock())

    async def _failed(self, message: Delivery, error: DeliveryError | OutwardError) -> None:
        said = str(error)[:LONGEST_ERROR]
        if message.attempts >= ATTEMPTS or (isinstance(error, DeliveryError) and error.final):
            logger.warning("gave up on %s to %s: %s", message.message_id, message.destination, said)
            await self._settle(message, status="dead", last_error=said, done_at=self._clock())
            return
        asked = error.retry_after_s if isinstance(error, DeliveryError) else None
        wait = wait_s(message.attempts, self._jitter(), asked)
        await self._settle(message, last_error=said, due_at=self._clock() + dt.timedelta(seconds=wait))

    async def _settle(self, message: Delivery, **found: object) -> None:
        """Write what came of it, unless the lease ran out and another has it."""
        mine = (Delivery.id == message.id, Delivery.leased_by == self._name, Delivery.attempts == message.attempts)
        async with self._database.write() as session:
            statement = update(Delivery).where(*mine).values(leased_by=None, **found)  # type: ignore[arg-type]
            await session.exec(statement)


def wait_s(attempts: int, jitter: float, asked_s: float | None = None) -> float:
    """Return the seconds until the next try, after so many: doubled each time, half of it by chance, never less than asked for."""
    doubled = min(LONGEST_RETRY_S, FIRST_RETRY_S * 2.0 ** (attempts - 1))
    return max(doubled * (0.5 + jitter / 2), min(asked_s or 0.0, LONGEST_ASKED_S))


@contextlib.asynccontextmanager
async def sending(sender: Sender) -> AsyncIterator[None]:
    """Send while the block runs."""
    async with beside(_keep_sending(sender)):
        yield


async def _keep_sending(sender: Sender) -> None:
    while True:
        tried = 0
        try:
            await sender.tidy()
            tried = await sender.send_due()
        except KnowledgeError as error:
            logger.warning("the outbox waits: %s", error)
        except Exception:  # one look of many: the next comes in a second
            logger.exception("the outbox waits")
        if tried < BATCH:
            await asyncio.sleep(LOOK_EVERY_S)
