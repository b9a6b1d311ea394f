"""A call that the executor has let in, and the outcomes that need no look at the database."""

from __future__ import annotations

import dataclasses
import datetime as dt

from sqlmodel.ext.asyncio.session import AsyncSession

from knowledge.types import JsonObject, Lang
from tools.base import Arguments, Identity, Outcome, Run, Tool, ToolCall
from tools.guard import Held
from tools.receipts import call_hash


@dataclasses.dataclass(frozen=True)
class Request:
    """A call that passed permission and validation."""

    tool: Tool
    arguments: Arguments
    plain: JsonObject
    """The arguments as JSON, every default written out."""
    identity: Identity
    lang: Lang
    now: dt.datetime

    @property
    def call(self) -> ToolCall:
        """The call as its outcome names it."""
        return ToolCall(self.tool.name, self.plain)

    @property
    def hash(self) -> str:
        """What tells it from every other call; see `tools.receipts.call_hash`."""
        return call_hash(self.tool, self.plain, self.identity)


def preview_of(tool: Tool) -> Run:
    """Return what works out what a write would do."""
    if tool.preview is None:
        raise RuntimeError(f"tool {tool.name!r} needs consent and has no preview")
    return tool.preview


def refused(request: Request, code: str) -> Outcome:
    """Return the outcome of a call that is refused with nothing more to say than why."""
    return Outcome(request.call, "refused", code=code)


def awaiting(request: Request, proposal_id: str) -> Outcome:
    """Return the outcome of an approval that was recorded and is not yet enough."""
    return Outcome(request.call, "needs_confirmation", code="awaits_approval", proposal_id=proposal_id)


def holding(session: AsyncSession, request: Request, held: Held) -> Outcome:
    """Write down what was held back, and leave it to a person."""
    if held.record is not None:
        session.add(held.record)
    facts = {"needs_person": True, "case_id": held.case_id}
    return Outcome(request.call, "refused", code="held_for_review", facts=facts)
