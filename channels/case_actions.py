"""What is done with a case at the desk: passed on, put aside, tagged, reopened, merged with another, split."""

from __future__ import annotations

from typing import Annotated, Self

import pydantic
from fastapi import APIRouter
from fastapi.responses import JSONResponse

from channels.context import CallerDep, Context, ContextDep
from channels.desk import read_tool
from channels.wire import printable
from dialogue.cases import Cases
from tools.desk_rules import Priority
from tools.ticketing.case_types import PARTS_OF_A_SPLIT, TAGS_OF_A_TICKET, Name, Tag, UsedTags, Version, Why
from tools.ticketing.triage.labels import Category, Queue, Skill
from tools.ticketing.types import TicketView

router = APIRouter(tags=["desk"])

Words = Annotated[Why, pydantic.AfterValidator(printable)]
Title = Annotated[
    str,
    pydantic.StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    pydantic.AfterValidator(printable),
]
Tags = Annotated[tuple[Tag, ...], pydantic.Field(max_length=TAGS_OF_A_TICKET)]
Seq = Annotated[int, pydantic.Field(ge=1, le=2**31 - 1)]
Parts = pydantic.Field(default=(), max_length=PARTS_OF_A_SPLIT)


class _Body(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)


class TransferBody(_Body):
    """To whom the ticket goes, one of the three, and why. `version` is the one that the agent saw."""

    version: Version
    reason: Words
    agent: Name | None = None
    queue: Queue | None = None
    skill: Skill | None = None

    @pydantic.model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if len(self.to) != 1:
            raise ValueError("expected either agent, queue or skill")
        return self

    @property
    def to(self) -> dict[str, str]:
        """The one that was given."""
        return self.model_dump(include={"agent", "queue", "skill"}, exclude_none=True)


class TagsBody(_Body):
    """Tags to put on and to take off."""

    add: Tags = ()
    remove: Tags = ()


class SnoozeBody(_Body):
    """Until when it is put aside; neither: until the shopper writes."""

    until: pydantic.AwareDatetime | None = None
    at_opening: bool = False


class ReopenBody(_Body):
    """The version of the ticket that the agent saw."""

    version: Version


class MergeBody(_Body):
    """The ticket that is kept, and the versions of both that the agent saw."""

    version: Version
    into: Name
    into_version: Version


class SplitBody(_Body):
    """One matter of the ticket: what it is about, and which messages and orders belong to it."""

    version: Version
    subject: Title
    category: Category
    queue: Queue | None = None
    priority: Priority | None = None
    seqs: Annotated[tuple[Seq, ...], Parts] = ()
    orders: Annotated[tuple[Name, ...], Parts] = ()


@router.post("/v1/tickets/{ticket_id}/transfer", response_model=TicketView)
async def transfer(context: ContextDep, caller: CallerDep, ticket_id: str, body: TransferBody) -> JSONResponse:
    """Pass a ticket on to an agent, a queue or a skill. The second of two agents gets 409."""
    caller.must_be("agent")
    view = await _cases(context).transfer(
        ticket_id, caller.identity(), version=body.version, reason=body.reason, to=body.to
    )
    return _shown(view)


@router.get("/v1/desk/tags", response_model=UsedTags)
async def tags(context: ContextDep, caller: CallerDep) -> JSONResponse:
    """List the tags that the shop's tickets have, the commonest first."""
    caller.must_be("agent", "merchant")
    return JSONResponse((await read_tool(context, caller, "list_tags", {})).model_dump(mode="json"))


@router.post("/v1/tickets/{ticket_id}/tags", response_model=TicketView)
async def tag(context: ContextDep, caller: CallerDep, ticket_id: str, body: TagsBody) -> JSONResponse:
    """Put tags on a ticket and take others off."""
    caller.must_be("agent")
    return _shown(await _cases(context).tag(ticket_id, caller.identity(), add=body.add, remove=body.remove))


@router.post("/v1/tickets/{ticket_id}/snooze", response_model=TicketView)
async def snooze(context: ContextDep, caller: CallerDep, ticket_id: str, body: SnoozeBody) -> JSONResponse:
    """Put a ticket aside until a time, the next opening, or the shopper's next words: only the agent who holds it."""
    caller.must_be("agent")
    return _shown(await _cases(context).snooze(ticket_id, caller.identity(), **body.model_dump(mode="json")))


@router.post("/v1/tickets/{ticket_id}/wake", response_model=TicketView)
async def wake(context: ContextDep, caller: CallerDep, ticket_id: str) -> JSONResponse:
    """Take a ticket up again that was put aside."""
    caller.must_be("agent")
    return _shown(await _cases(context).wake(ticket_id, caller.identity()))


@router.post("/v1/tickets/{ticket_id}/reopen", response_model=TicketView)
async def reopen(context: ContextDep, caller: CallerDep, ticket_id: str, body: ReopenBody) -> JSONResponse:
    """Take up a resolved ticket again: it is the caller's, and the bot is silent."""
    caller.must_be("agent")
    return _shown(await _cases(context).reopen(ticket_id, caller.identity(), version=body.version))


@router.post("/v1/tickets/{ticket_id}/merge", response_model=TicketView)
async def merge(context: ContextDep, caller: CallerDep, ticket_id: str, body: MergeBody) -> JSONResponse:
    """Make a ticket part of another of the same customer, and return that one. It cannot be undone."""
    caller.must_be("agent")
    kept = await _cases(context).merge(
        ticket_id, caller.identity(), version=body.version, into=body.into, into_version=body.into_version
    )
    return _shown(kept)


@router.post("/v1/tickets/{ticket_id}/split", response_model=TicketView, status_code=201)
async def split(context: ContextDep, caller: CallerDep, ticket_id: str, body: SplitBody) -> JSONResponse:
    """Make one matter of a ticket a ticket of its own, and return that one."""
    caller.must_be("agent")
    part = body.model_dump(mode="json", exclude_none=True)
    return _shown(await _cases(context).split(ticket_id, caller.identity(), part), status_code=201)


def _cases(context: Context) -> Cases:
    return Cases(context.platform.conversations)


def _shown(view: TicketView, *, status_code: int = 200) -> JSONResponse:
    return JSONResponse(view.model_dump(mode="json"), status_code)
