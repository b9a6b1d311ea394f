"""The agents' desk: tickets, claiming, replying, handing back; and ``WS /v1/desk`` with all of it live."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import Annotated, Any, Literal

import pydantic
from fastapi import APIRouter, Query, WebSocket
from fastapi.responses import JSONResponse

from channels.auth import Caller
from channels.context import CallerDep, Context, ContextDep
from channels.live_feed import LiveFeed
from channels.presence import Notice
from channels.problems import ProblemError, problem_of, refusal_problem
from channels.sockets import CLOSED_AGAIN, Socket, SocketGoneError, closing, running
from channels.turns import known_form
from channels.wire import (
    AgentMessage,
    ClaimBody,
    DeskClientFrame,
    DeskFrame,
    DeskMessageFrame,
    DeskTypingFrame,
    LookFrame,
    NoteFrame,
    PingFrame,
    PongFrame,
    ReadyFrame,
    ReleaseBody,
    SuperviseFrame,
    TicketFrame,
    UnwatchFrame,
    ViewersFrame,
    WatchFrame,
    event_json,
    printable,
)
from dialogue.errors import MessageRefusedError
from dialogue.events import StoredEvent
from knowledge.schema import Conversation
from knowledge.types import Lang, new_id
from tools.base import Evidence, ToolCall
from tools.desk_rules import Priority
from tools.ticketing.types import TicketList, TicketView

router = APIRouter(tags=["desk"])
_FRAMES: pydantic.TypeAdapter[DeskFrame] = pydantic.TypeAdapter(DeskClientFrame)
MAX_WATCHED = 50

TicketStatus = Literal["open", "claimed", "resolved"]
Name = Annotated[str | None, pydantic.Field(max_length=64)]


class TicketFilters(pydantic.BaseModel):
    """Which tickets are listed: those that every filter lets through; see `tools.ticketing.types.ListTickets`. ``assignee=me``: the caller's own."""

    q: Annotated[str | None, pydantic.Field(max_length=200)] = None
    status: TicketStatus | None = None
    queue: Name = None
    category: Name = None
    skill: Name = None
    assignee: Name = None
    priority: Priority | None = None
    lang: Lang | None = None
    tag: Name = None
    snoozed: bool | None = None
    waits_for: Literal["desk", "agent", "shopper"] | None = None
    breached: bool | None = None
    limit: Annotated[int, pydantic.Field(ge=1, le=500)] = 100


@router.get("/v1/tickets", response_model=TicketList)
async def list_tickets(
    context: ContextDep, caller: CallerDep, filters: Annotated[TicketFilters, Query()]
) -> JSONResponse:
    """List tickets, the next to be taken first: by priority and how long they wait."""
    caller.must_be("agent")
    wanted = filters.model_dump()
    if filters.assignee == "me":
        wanted["assignee"] = caller.subject
    found = await read_tool(context, caller, "list_tickets", wanted)
    if isinstance(found, TicketList):
        for ticket in found.tickets:
            context.looks.saw(caller, "ticket", ticket.ticket_id, listed=True)
    return JSONResponse(found.model_dump(mode="json"))


@router.get("/v1/tickets/{ticket_id}", response_model=TicketView)
async def get_ticket(context: ContextDep, caller: CallerDep, ticket_id: str) -> JSONResponse:
    """Return a ticket with everything it says."""
    caller.must_be("agent")
    found = await read_tool(context, caller, "get_ticket", {"ticket_id": ticket_id})
    context.looks.saw(caller, "ticket", found.ticket_id if isinstance(found, TicketView) else ticket_id)
    return JSONResponse(found.model_dump(mode="json"))


@router.post("/v1/tickets/{ticket_id}/claim", response_model=TicketView)
async def claim(context: ContextDep, caller: CallerDep, ticket_id: str, body: ClaimBody) -> JSONResponse:
    """Take a ticket: from this instant the bot is silent. The second of two agents gets 409."""
    caller.must_be("agent")
    view = await context.platform.conversations.claim(ticket_id, caller.identity(), version=body.version)
    return JSONResponse(view.model_dump(mode="json"))


@router.post("/v1/tickets/{ticket_id}/release", response_model=TicketView)
async def release(context: ContextDep, caller: CallerDep, ticket_id: str, body: ReleaseBody) -> JSONResponse:
    """Give the shopper back to the bot, or close the case."""
    caller.must_be("agent")
    view = await context.platform.conversations.release(
        ticket_id,
        caller.identity(),
        outcome=body.outcome,
        note=printable(body.note),
        agreed=tuple(map(printable, body.agreed)),
    )
    return JSONResponse(view.model_dump(mode="json"))


@router.post("/v1/conversations/{conversation_id}/agent-messages", status_code=201)
async def agent_message(
    context: ContextDep, caller: CallerDep, conversation_id: str, body: AgentMessage
) -> dict[str, Any]:
    """Say something to the shopper; only the agent who holds the conversation may."""
    stored = await _say(context, caller, conversation_id, body)
    return event_json(stored, caller.role)


async def _say(
    context: Context, caller: Caller, conversation_id: str, message: AgentMessage | DeskMessageFrame
) -> StoredEvent:
    caller.must_be("agent")
    text = printable(message.text)
    if not text.strip() and not message.attachments:
        raise MessageRefusedError("empty", "the message is empty")
    return await context.platform.conversations.reply_as_agent(
        known_form(conversation_id),
        caller.identity(conversation_id),
        client_id=message.client_id,
        text=text,
        attachments=message.attachments,
    )


async def read_tool(context: Context, caller: Caller, tool: str, arguments: dict[str, Any]) -> Evidence:
    """Return what a read tool says to the caller.

    Raises:
        ProblemError: it refused.
    """
    outcome = await context.platform.executor.call(
        ToolCall(tool, arguments), caller.identity(), idempotency_key=new_id("desk")
    )
    if outcome.status != "ok" or outcome.evidence is None:
        raise refusal_problem(outcome.code, outcome.facts, mendable=outcome.mendable)
    return outcome.evidence


@router.websocket("/v1/desk")
async def live(websocket: WebSocket) -> None:
    """Serve one agent's desk until it is closed."""
    context: Context = websocket.app.state.context
    socket = Socket(websocket, context, _FRAMES)
    try:
        caller = await socket.authenticate()
        caller.must_be("agent")
        mine = await read_tool(context, caller, "list_tickets", {"status": "claimed", "assignee": caller.subject})
    except SocketGoneError:
        return
    except Exception as error:  # one socket turn
        await socket.refuse(error)
        return
    tickets = mine.tickets if isinstance(mine, TicketList) else ()
    claimed = [conversation_id for ticket in tickets for conversation_id in ticket.conversations]
    with context.metrics.sockets.labels("desk").track_inprogress(), context.routing.connected(caller.subject):
        await _Desk(context, caller, socket).run(claimed)


class _Desk:
    """One open desk socket: ticket notices, and the events of the conversations that it watches."""

    def __init__(
        self,
        context: Context,
        caller: Caller,
        socket: Socket[DeskFrame],
    ) -> None:
        self._context = context
        self._caller = caller
        self._socket = socket
        self._watched: dict[str, asyncio.Task[None]] = {}
        self._looked_at: str | None = None
        self._live: asyncio.Task[None] | None = None
        self._told = asyncio.Event()

    async def run(self, claimed: list[str]) -> None:
        """Serve until either side ends."""
        notices = asyncio.create_task(self._notices())
        notes = asyncio.create_task(self._notes())
        try:
            async with running(notices), running(notes):
                await asyncio.sleep(0)  # it listens now: what changes after the agent was told "ready" is not missed
                await self._socket.send(ReadyFrame(role=self._caller.role, subject=self._caller.subject))
                self._told.set()
                for conversation_id in claimed:
                    await self._watch(conversation_id, None)
                reader = asyncio.create_task(self._reader())
                session = asyncio.create_task(self._socket.kept_signed_in())
                async with running(reader), running(session):
                    await asyncio.wait((notices, reader), return_when=asyncio.FIRST_COMPLETED)
                    if not reader.done():
                        await self._socket.close(CLOSED_AGAIN, "connect again")
        except SocketGoneError:
            return
        finally:
            self._look(None)
            await self._supervise(on=False)
            for conversation_id in list(self._watched):
                await self._unwatch(conversation_id)

    async def _notices(self) -> None:
        try:
            async with closing(self._context.platform.conversations.follow_desk(self._caller.identity())) as notices:
                async for notice in notices:
                    await self._told.wait()
                    self._context.looks.saw(self._caller, "ticket", notice.ticket.ticket_id, listed=True)
                    await self._socket.send(TicketFrame(ticket=notice.ticket.model_dump(mode="json")))
                    await self._follow_ticket(notice.ticket)
        except SocketGoneError:
            await self._socket.close(CLOSED_AGAIN, "too slow")
        except Exception as error:  # one socket turn
            await self._socket.refuse(error)

    async def _notes(self) -> None:
        """Send the staff's notes; one who misses some connects again and reads them anew."""
        with contextlib.suppress(SocketGoneError):
            async with closing(self._context.desk_notes.follow(self._caller.identity())) as notes:
                async for note in notes:
                    await self._told.wait()
                    self._context.looks.saw(self._caller, "ticket", note.ticket_id, listed=True)
                    await self._socket.send(NoteFrame(note=note.model_dump(mode="json")))
        await self._socket.close(CLOSED_AGAIN, "connect again")

    async def _follow_ticket(self, ticket: TicketView) -> None:
        """Watch what this agent claims, every conversation of it; stop when it is released or another has it."""
        mine = ticket.status == "claimed" and ticket.assignee == self._caller.subject
        for conversation_id in ticket.conversations:
            if mine and conversation_id not in self._watched:
                await self._watch(conversation_id, None)
            elif not mine and ticket.status == "resolved":
                await self._unwatch(conversation_id)

    async def _reader(self) -> None:
        while True:
            frame = await self._socket.receive()
            try:
                await self._handle(frame)
            except SocketGoneError:
                raise
            except Exception as error:  # one socket turn
                client_id = frame.client_id if isinstance(frame, DeskMessageFrame) else None
                await self._socket.problem(problem_of(error), client_id)

    async def _handle(self, frame: DeskFrame) -> None:
        match frame:
            case WatchFrame():
                await self._watch(known_form(frame.conversation_id), frame.after)
            case UnwatchFrame():
                await self._unwatch(frame.conversation_id)
            case DeskMessageFrame():
                await _say(self._context, self._caller, frame.conversation_id, frame)
            case DeskTypingFrame():
                self._context.presence.typing(frame.conversation_id, "agent", on=frame.on)
                self._context.presence.writes(frame.conversation_id, self._caller.subject, on=frame.on)
            case LookFrame():
                self._look(None if frame.conversation_id is None else known_form(frame.conversation_id))
            case SuperviseFrame():
                self._caller.must_supervise()
                await self._supervise(on=frame.on)
            case PingFrame():
                await self._socket.send(PongFrame())

    async def _watch(self, conversation_id: str, after: int | None) -> None:
        """Send the conversation's events after `after`; None: only what happens from now on."""
        async with self._context.platform.database.read() as session:
            head = await session.get(Conversation, conversation_id)
        if head is None:
            raise ProblemError("unknown_conversation")
        self._context.looks.saw(self._caller, "conversation", conversation_id)
        await self._unwatch(conversation_id)
        if len(self._watched) >= MAX_WATCHED:
            await self._unwatch(next(iter(self._watched)))
        work = self._pump(conversation_id, head.last_seq if after is None else after)
        self._watched[conversation_id] = asyncio.create_task(work)

    async def _unwatch(self, conversation_id: str) -> None:
        task = self._watched.pop(conversation_id, None)
        if task is not None:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _pump(self, conversation_id: str, after: int) -> None:
        identity = self._caller.identity(conversation_id)
        follow = self._context.platform.conversations.follow(conversation_id, identity, after=after)
        try:
            with self._context.presence.listening(conversation_id, "desk", self._hint):
                async with closing(follow) as events:
                    async for stored in events:
                        frame = {"type": "event", **event_json(stored, self._caller.role)}
                        await self._socket.send_text(json.dumps(frame, ensure_ascii=False))
        except SocketGoneError:
            await self._socket.close(CLOSED_AGAIN, "too slow")
        except Exception as error:  # one socket turn
            with contextlib.suppress(SocketGoneError):
                await self._socket.problem(error)

    def _hint(self, notice: Notice) -> None:
        send = self._socket.post if isinstance(notice, ViewersFrame) else self._socket.hint
        send(notice)

    def _look(self, conversation_id: str | None) -> None:
        """Have a case on screen, or none."""
        presence, before = self._context.presence, self._looked_at
        if conversation_id == before:
            return
        self._looked_at = conversation_id
        if before is not None:
            presence.looks_away(before, self._caller.subject, self._hint)
        if conversation_id is not None:
            presence.looks(conversation_id, self._caller.subject, self._hint)

    async def _supervise(self, *, on: bool) -> None:
        if self._live is not None:
            self._live.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._live
        self._live = asyncio.create_task(self._live_feed()) if on else None

    async def _live_feed(self) -> None:
        try:
            await LiveFeed(self._context, self._caller, self._socket.send).run()
        except SocketGoneError:
            await self._socket.close(CLOSED_AGAIN, "too slow")
        except Exception as error:  # one socket turn
            with contextlib.suppress(SocketGoneError):
                await self._socket.problem(error)
