"""``WS /v1/conversations/{id}/stream``: a conversation, live, both ways."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator

import pydantic
from fastapi import APIRouter, WebSocket

from channels.auth import Caller
from channels.context import Context
from channels.presence import Side
from channels.problems import ProblemError, problem_of
from channels.sockets import CLOSED_AGAIN, Socket, SocketGoneError, closing, running
from channels.turns import Incoming, answer, known_form
from channels.wire import (
    MAX_SEQ,
    ChatClientFrame,
    DraftFrame,
    MessageFrame,
    PingFrame,
    PongFrame,
    ReadyFrame,
    TypingFrame,
    event_json,
    turn_json,
)
from dialogue.errors import UnknownConversationError
from dialogue.events import MessageReceived

logger = logging.getLogger(__name__)

router = APIRouter()
_FRAMES: pydantic.TypeAdapter[MessageFrame | TypingFrame | PingFrame] = pydantic.TypeAdapter(ChatClientFrame)

SHOW_TYPING_AFTER_S = 0.15
"""Most answers come before that; showing "typing" for them would only flicker."""


@router.websocket("/v1/conversations/{conversation_id}/stream")
async def stream(websocket: WebSocket, conversation_id: str, after: str = "0") -> None:
    """Serve one chat socket until its client leaves."""
    context: Context = websocket.app.state.context
    socket = Socket(websocket, context, _FRAMES)
    try:
        caller = await socket.authenticate()
        identity = caller.identity(known_form(conversation_id))
        start = _place(after)
        await context.platform.conversations.events(
            conversation_id, identity, after=MAX_SEQ
        )  # 404 before anything else
    except SocketGoneError:
        return
    except Exception as error:  # one socket turn
        await socket.refuse(error)
        return
    context.looks.saw(caller, "conversation", conversation_id)
    with context.metrics.sockets.labels("chat").track_inprogress():
        await _Chat(context, caller, conversation_id, socket).run(start)


def _place(after: str) -> int:
    """Read the number by hand: what the framework refuses, it refuses before the socket can say why."""
    if not (after.isascii() and after.isdigit() and len(after) < 12 and int(after) <= MAX_SEQ):
        raise ProblemError("invalid", detail=f"after: expected a number from 0 to {MAX_SEQ}.")
    return int(after)


class _Chat:
    """One open chat socket."""

    def __init__(
        self,
        context: Context,
        caller: Caller,
        conversation_id: str,
        socket: Socket[MessageFrame | TypingFrame | PingFrame],
    ) -> None:
        self._context = context
        self._caller = caller
        self._id = conversation_id
        self._socket = socket
        self._in_flight = 0
        self._stored: dict[str, asyncio.Event] = {}
        self._newest: asyncio.Event | None = None

    async def run(self, after: int) -> None:
        """Pump events out and frames in until either side ends."""
        ready = ReadyFrame(role=self._caller.role, subject=self._caller.subject, conversation_id=self._id)
        with contextlib.suppress(SocketGoneError), self._listening():
            await self._socket.send(ready)
            pump = asyncio.create_task(self._pump(after))
            reader = asyncio.create_task(self._read())
            session = asyncio.create_task(self._socket.kept_signed_in())
            drafts = asyncio.create_task(self._show_drafts())
            async with running(pump), running(reader), running(session), running(drafts):
                await asyncio.wait((pump, reader), return_when=asyncio.FIRST_COMPLETED)
                if not reader.done():
                    await self._socket.close(CLOSED_AGAIN, "resume from the last seq")

    def _listening(self) -> contextlib.AbstractContextManager[None]:
        side: Side = "desk" if self._caller.role == "agent" else "shopper"
        return self._context.presence.listening(self._id, side, self._socket.hint)

    async def _pump(self, after: int) -> None:
        follow = self._context.platform.conversations.follow(self._id, self._caller.identity(self._id), after=after)
        async with self._closed_on_failure(), closing(follow) as events:
            async for stored in events:
                if isinstance(stored.event, MessageReceived):
                    self._is_stored(stored.event.client_id)
                frame = {"type": "event", **event_json(stored, self._caller.role)}
                await self._socket.send_text(json.dumps(frame, ensure_ascii=False))

    async def _show_drafts(self) -> None:
        """Show the person what the bot is about to say; at the socket of somebody who reads along there is nothing to show."""
        drafting = self._context.platform.conversations.drafts(self._id, self._caller.identity(self._id))
        async with self._closed_on_failure():
            with contextlib.suppress(UnknownConversationError):
                async with drafting as drafts:
                    async for draft in drafts:
                        await self._socket.send(DraftFrame(turn=draft.turn, lang=draft.lang, text=draft.text))

    @contextlib.asynccontextmanager
    async def _closed_on_failure(self) -> AsyncIterator[None]:
        """Close the socket where what goes out can go on no longer: its client comes again."""
        try:
            yield
        except SocketGoneError:
            await self._socket.close(CLOSED_AGAIN, "too slow")
        except Exception as error:  # one socket turn
            await self._socket.refuse(error)

    async def _read(self) -> None:
        while True:
            frame = await self._socket.receive()
            match frame:
                case MessageFrame():
                    await self._take(frame)
                case TypingFrame() if self._caller.role == "shopper":
                    self._context.presence.typing(self._id, "shopper", on=frame.on)
                case PingFrame():
                    await self._socket.send(PongFrame())

    async def _take(self, frame: MessageFrame) -> None:
        """Answer beside the reading, so that a burst is taken as it comes. A turn ends even if the client leaves."""
        if self._caller.role == "agent":
            await self._socket.problem(ProblemError("forbidden"), frame.client_id)
            return
        if self._in_flight >= self._context.settings.max_in_flight:
            problem = ProblemError("too_many_requests", {"seconds": 1}, {"Retry-After": "1"})
            await self._socket.problem(problem, frame.client_id)
            return
        self._in_flight += 1
        before, self._newest = self._newest, asyncio.Event()
        self._stored[frame.client_id] = self._newest
        self._context.detach(self._answer(frame, before, self._newest))

    def _is_stored(self, client_id: str) -> None:
        if stored := self._stored.pop(client_id, None):
            stored.set()

    async def _answer(self, frame: MessageFrame, before: asyncio.Event | None, stored: asyncio.Event) -> None:
        """Answer a message once the one before it is stored, so that a burst keeps its order."""
        if before is not None:
            await before.wait()
        typing = asyncio.create_task(self._show_typing())
        message = Incoming(frame.client_id, frame.text, frame.attachments)
        try:
            turn = await answer(self._context, self._caller, self._id, message, channel="ws")
            shown = turn_json(turn, full=self._context.sees_all(self._caller))
            self._hide_typing(typing)
            done = {"type": "turn", "client_id": frame.client_id, "turn": shown}
            await self._socket.send_text(json.dumps(done, ensure_ascii=False))
        except SocketGoneError:
            logger.debug("answered after the client had left: conversation=%s", self._id)
        except Exception as error:  # one socket turn
            self._hide_typing(typing)
            with contextlib.suppress(SocketGoneError):
                await self._socket.problem(problem_of(error), frame.client_id)
        finally:
            typing.cancel()
            self._stored.pop(frame.client_id, None)
            stored.set()
            self._in_flight -= 1

    async def _show_typing(self) -> None:
        await asyncio.sleep(SHOW_TYPING_AFTER_S)
        self._context.presence.typing(self._id, "bot", on=True)

    def _hide_typing(self, typing: asyncio.Task[None]) -> None:
        shown = typing.done() and not typing.cancelled()
        typing.cancel()
        if shown and self._in_flight == 1:
            self._context.presence.typing(self._id, "bot", on=False)
