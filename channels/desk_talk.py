"""What the people of the desk write to each other: notes on tickets, and those whom they mention."""

from __future__ import annotations

from typing import Annotated

import pydantic
from fastapi import APIRouter
from fastapi.responses import JSONResponse

from channels.context import CallerDep, ContextDep
from channels.desk import read_tool
from channels.problems import refusal_problem
from channels.wire import ClientId, printable
from dialogue.errors import MessageRefusedError
from knowledge.types import new_id
from tools.base import ToolCall
from tools.ticketing.note_types import (
    MOST_CHARACTERS,
    DeskPeople,
    MentionList,
    MentionsRead,
    NoteList,
    NoteView,
)

router = APIRouter(tags=["desk"])


class NewNote(pydantic.BaseModel):
    """A note for colleagues. The same `client_id` again gives the same note."""

    model_config = pydantic.ConfigDict(extra="ignore", frozen=True)

    client_id: ClientId
    text: Annotated[str, pydantic.Field(max_length=MOST_CHARACTERS)]


class ReadMentions(pydantic.BaseModel):
    """The ticket that the caller looks at."""

    model_config = pydantic.ConfigDict(extra="ignore", frozen=True)

    ticket_id: Annotated[str, pydantic.Field(max_length=64)]


@router.get("/v1/tickets/{ticket_id}/notes", response_model=NoteList)
async def notes(context: ContextDep, caller: CallerDep, ticket_id: str) -> JSONResponse:
    """Return the staff's notes on a ticket and on earlier ones of its conversation, oldest first."""
    caller.must_be("agent")
    found = await read_tool(context, caller, "list_ticket_notes", {"ticket_id": ticket_id})
    context.looks.saw(caller, "ticket", ticket_id)
    return JSONResponse(found.model_dump(mode="json"))


@router.post("/v1/tickets/{ticket_id}/notes", status_code=201, response_model=NoteView)
async def write_note(context: ContextDep, caller: CallerDep, ticket_id: str, body: NewNote) -> JSONResponse:
    """Write a note for colleagues on a ticket, whoever holds it; every open desk is told."""
    caller.must_be("agent")
    text = printable(body.text).strip()
    if not text:
        raise MessageRefusedError("empty", "the note is empty")
    note = await context.desk_notes.write(ticket_id, caller.identity(), client_id=body.client_id, text=text)
    return JSONResponse(note.model_dump(mode="json"), 201)


@router.get("/v1/desk/people", response_model=DeskPeople)
async def people(context: ContextDep, caller: CallerDep) -> JSONResponse:
    """List who can be mentioned in a note."""
    caller.must_be("agent")
    return JSONResponse((await read_tool(context, caller, "list_desk_people", {})).model_dump(mode="json"))


@router.get("/v1/desk/mentions", response_model=MentionList)
async def mentions(context: ContextDep, caller: CallerDep) -> JSONResponse:
    """List the notes that mention the caller, newest first, and how many they have not read."""
    caller.must_be("agent")
    found = await read_tool(context, caller, "list_mentions", {})
    if isinstance(found, MentionList):
        for mention in found.mentions:
            context.looks.saw(caller, "ticket", mention.note.ticket_id, listed=True)
    return JSONResponse(found.model_dump(mode="json"))


@router.post("/v1/desk/mentions/read", response_model=MentionsRead)
async def read_mentions(context: ContextDep, caller: CallerDep, body: ReadMentions) -> JSONResponse:
    """Say that the caller looks at a ticket whose notes mention them."""
    caller.must_be("agent")
    outcome = await context.platform.executor.call(
        ToolCall("read_mentions", {"ticket_id": body.ticket_id}), caller.identity(), idempotency_key=new_id("desk")
    )
    if outcome.status != "ok" or outcome.evidence is None:
        raise refusal_problem(outcome.code, outcome.facts, mendable=outcome.mendable)
    return JSONResponse(outcome.evidence.model_dump(mode="json"))
