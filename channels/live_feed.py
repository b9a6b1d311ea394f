"""What goes on right now, frame by frame, for a supervisor's desk."""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Any

import pydantic

from channels.auth import Caller
from channels.context import Context
from channels.sockets import closing
from channels.wire import LiveChangedFrame, LiveFrame
from dialogue.answering import EVERY
from dialogue.waking import woken
from knowledge.errors import KnowledgeError
from tools.ticketing.live import LiveBoard, LiveConversation, read_live

logger = logging.getLogger(__name__)

REST_S = 0.2
"""Between two readings, so that a burst of changes is one."""
SHARE = 4
"""A reading that takes long is followed by a rest this many times as long: supervisors must not slow the shop down."""
LOOK_EVERY_S = 15.0
"""How often all of it is read anew: conversations fall silent and clocks run out without anybody saying so."""


def saw_all(context: Context, caller: Caller, rows: Sequence[LiveConversation]) -> None:
    """Note that the caller saw these conversations in a list."""
    for row in rows:
        context.looks.saw(caller, "conversation", row.conversation_id, listed=True)


class LiveFeed:
    """What one supervisor's desk is sent of what goes on: everything once, then what changed and nothing else."""

    def __init__(self, context: Context, caller: Caller, send: Callable[[pydantic.BaseModel], Awaitable[None]]) -> None:
        self._context = context
        self._caller = caller
        self._send = send
        self._shown: dict[str, Any] = {}
        self._desk: tuple[Any, Any] = ([], [])
        self._dirty: set[str] = set()
        self._all = False
        self._all_read_at = -math.inf
        self._changed = asyncio.Event()

    async def run(self) -> None:
        """Send frames until it is cancelled."""
        following = [asyncio.create_task(self._follow_conversations()), asyncio.create_task(self._follow_tickets())]
        try:
            await asyncio.sleep(0)  # they listen now: what changes from here on is not missed
            while True:
                began = time.perf_counter()
                try:
                    await self._look()
                except KnowledgeError as error:
                    logger.warning("what goes on could not be read: %s", error)
                    self._look_at_all()
                await asyncio.sleep(max(REST_S, SHARE * (time.perf_counter() - began)))
                await woken(self._changed, LOOK_EVERY_S)
        finally:
            for task in following:
                task.cancel()
            await asyncio.gather(*following, return_exceptions=True)

    async def _follow_conversations(self) -> None:
        while True:  # again, where it fell too far behind
            with self._context.platform.conversations.goings_on.subscribe(EVERY) as queue:
                while (conversation_id := await queue.get()) is not None:
                    self._dirty.add(conversation_id)
                    self._changed.set()
            self._look_at_all()

    async def _follow_tickets(self) -> None:
        """A ticket moves the places of others in its queue."""
        while True:
            notices = self._context.platform.conversations.follow_desk(self._caller.identity())
            async with closing(notices):
                async for notice in notices:
                    queued = (name for name, told in self._shown.items() if told["owner"] == "queued")
                    self._dirty |= {notice.ticket.conversation_id, *queued}
                    self._changed.set()
            self._look_at_all()

    def _look_at_all(self) -> None:
        self._all = True
        self._changed.set()

    async def _look(self) -> None:
        """Read what may have changed, or everything where it is time again, and send what did."""
        now = time.monotonic()
        everything = self._all or now - self._all_read_at >= LOOK_EVERY_S
        only, self._dirty, self._all = self._dirty - {""}, set(), False
        self._changed.clear()
        board = await self._read(None if everything else only)
        begun, self._all_read_at = self._all_read_at > -math.inf, now if everything else self._all_read_at
        if begun:
            await self._send_changes(board, self._shown.keys() if everything else self._shown.keys() & only)
        else:
            await self._send_all(board)

    async def _send_all(self, board: LiveBoard) -> None:
        saw_all(self._context, self._caller, board.conversations)
        self._shown = {row.conversation_id: _told(row) for row in board.conversations}
        self._desk = _desk_of(board)
        await self._send(LiveFrame(board=board.model_dump(mode="json")))

    async def _send_changes(self, board: LiveBoard, seen: Collection[str]) -> None:
        """Send what is new on a board that shows all of `seen` that still go on."""
        rows = {row.conversation_id: row for row in board.conversations}
        changed = [row for name, row in rows.items() if self._shown.get(name) != _told(row)]
        gone = sorted(set(seen) - rows.keys())
        frame = LiveChangedFrame(conversations=[row.model_dump(mode="json") for row in changed], gone=gone)
        desk = _desk_of(board)
        frame = frame.model_copy(
            update={
                name: now
                for name, now, before in zip(("agents", "queues"), desk, self._desk, strict=True)
                if now != before
            }
        )
        self._desk = desk
        self._shown = {name: told for name, told in self._shown.items() if name not in gone}
        self._shown |= {row.conversation_id: _told(row) for row in changed}
        saw_all(self._context, self._caller, changed)
        if changed or gone or frame.agents is not None or frame.queues is not None:
            await self._send(frame)

    async def _read(self, only: set[str] | None = None) -> LiveBoard:
        platform = self._context.platform
        async with platform.database.read() as session:
            return await read_live(session, platform.policy, platform.conversations.clock(), only)


def _told(row: LiveConversation) -> Any:
    """Return what makes a row another; that time goes on does not."""
    return row.model_dump(exclude={"clocks": {"__all__": {"elapsed_s"}}})


def _desk_of(board: LiveBoard) -> tuple[Any, Any]:
    agents = [agent.model_dump(mode="json", exclude={"seen_at"}) for agent in board.agents]
    return agents, [queue.model_dump(mode="json") for queue in board.queues]
