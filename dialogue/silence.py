"""Silence: a shopper who is still there but does not answer is asked once more, gently, and then left in peace."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable


class SilenceWatch:
    """One timer for each conversation with an open question.

    Args:
        after_s: how long a silence lasts before `remind` is awaited with the conversation's id and the sequence number
            after which nobody has said anything; None: silence is never broken.
    """

    def __init__(self, after_s: float | None, remind: Callable[[str, int], Awaitable[None]]) -> None:
        self._after_s = after_s
        self._remind = remind
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, conversation_id: str, seq: int) -> None:
        """Count the silence from now on."""
        self.end(conversation_id)
        if self._after_s is not None:
            loop = asyncio.get_running_loop()
            self._timers[conversation_id] = loop.call_later(self._after_s, self._break, conversation_id, seq)

    def end(self, conversation_id: str) -> None:
        """Somebody has said something."""
        if (timer := self._timers.pop(conversation_id, None)) is not None:
            timer.cancel()

    async def close(self) -> None:
        """Forget every silence, and wait for the reminders under way."""
        for conversation_id in list(self._timers):
            self.end(conversation_id)
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _break(self, conversation_id: str, seq: int) -> None:
        self._timers.pop(conversation_id, None)
        task = asyncio.ensure_future(self._remind(conversation_id, seq))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
