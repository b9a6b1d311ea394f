"""An answer of a language model that comes in pieces: how long it is waited for, and what the pieces are together."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from typing import TYPE_CHECKING

from agent.llm.ledger import Took

if TYPE_CHECKING:
    from langchain_core.messages import AIMessage, AIMessageChunk
    from langchain_core.messages.ai import UsageMetadata

LONGEST = 4
"""All pieces together may take so many times as long as may pass between two of them: a model that never ends is given up too."""
Hear = Callable[["AIMessageChunk"], Awaitable[None]]


class StreamBrokenError(Exception):
    """The pieces ended before the answer did."""


class WholeAnswerError(Exception):
    """The server sent no pieces: it may not know how to, and answer whole."""


class Progress:
    """How one answer comes along.

    Args:
        pause_s: how long the first piece is waited for, and every next one; an answer that comes whole is one piece.
    """

    def __init__(self, pause_s: float) -> None:
        self._pause_s = pause_s
        self._limit: asyncio.Timeout | None = None
        self._started = time.perf_counter()
        self.begun = False
        """Whether a piece came."""
        self._first_ms: float | None = None

    @property
    def took(self) -> Took:
        """The time until now, and until the first piece that holds words or a call."""
        return Took(self._ms(), self._first_ms)

    def _ms(self) -> float:
        return (time.perf_counter() - self._started) * 1000

    @contextlib.asynccontextmanager
    async def waiting(self) -> AsyncIterator[None]:
        """Wait for an answer while the block runs.

        Raises:
            TimeoutError: nothing came for too long, or no end.
        """
        async with asyncio.timeout(self._pause_s) as self._limit:
            yield

    def ask_again(self) -> None:
        """Wait as long as at first: the question is put in another way."""
        self._wait_until(asyncio.get_running_loop().time() + self._pause_s)

    def piece(self, *, says: bool) -> None:
        """Note a piece; `says`: it holds words or a call."""
        self.begun = True
        if says and self._first_ms is None:
            self._first_ms = self._ms()
        latest = self._started + LONGEST * self._pause_s - time.perf_counter()
        self._wait_until(asyncio.get_running_loop().time() + min(self._pause_s, latest))

    def _wait_until(self, when: float) -> None:
        if self._limit is not None and not self._limit.expired():
            self._limit.reschedule(when)


async def joined(pieces: AsyncGenerator[AIMessageChunk], progress: Progress, hear: Hear) -> AIMessage:
    """Return what the pieces are together; `hear` is told each as it comes.

    Raises:
        StreamBrokenError: they ended without saying why: the connection, or a server between, gave up.
        WholeAnswerError: there were none.
    """
    from langchain_core.messages import message_chunk_to_message  # noqa: PLC0415 (an extra, and heavy)
    from langchain_core.messages.ai import AIMessage, add_ai_message_chunks  # noqa: PLC0415

    heard: list[AIMessageChunk] = []
    usage: UsageMetadata | None = None
    try:
        async with contextlib.aclosing(pieces):  # whatever ends it, the connection is given back at once
            async for piece in pieces:
                progress.piece(says=bool(piece.text or piece.tool_call_chunks))
                # The last count stands: some servers send a running one with every piece, which is not to be added up.
                usage = piece.usage_metadata or usage
                heard.append(piece)
                await hear(piece)
    except ValueError as error:
        if not heard:  # what langchain says of a body without any event
            raise WholeAnswerError from error
        raise
    if not heard:
        raise WholeAnswerError
    message = message_chunk_to_message(add_ai_message_chunks(*heard))
    if not isinstance(message, AIMessage) or not message.response_metadata.get("finish_reason"):
        raise StreamBrokenError
    return message.model_copy(update={"usage_metadata": usage})
