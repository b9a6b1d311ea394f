"""How loops that look at something again and again wait for the next look."""

from __future__ import annotations

import asyncio
import contextlib


async def woken(wake: asyncio.Event, within_s: float) -> None:
    """Wait until `wake` is set, or for so long.

    `asyncio.wait_for` of Python 3.11 swallows a cancellation that comes in the instant in which the event is set: a loop that waited
    by it could outlive whoever ended it.
    """
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(within_s):
            await wake.wait()
