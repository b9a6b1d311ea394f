"""What supervisors do while a conversation goes on: take it over from whoever has it, and whisper to the agent who does."""

from __future__ import annotations

import dataclasses
from typing import Annotated, Any

import pydantic
from sqlmodel import select

from knowledge.schema import Conversation, Ticket
from knowledge.types import JsonObject, Lang
from tools.base import Arguments, Evidence, ToolContext, tool
from tools.errors import ArgumentError, RefusedError
from tools.ticketing.body import Body, TicketBody
from tools.ticketing.history import note
from tools.ticketing.returning import running_ticket
from tools.ticketing.rows import as_view, change
from tools.ticketing.tools import opened_ticket
from tools.ticketing.types import HandOver, TicketView


class NewCase(pydantic.BaseModel):
    """What the ticket says where there is none yet."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)

    lang: Lang
    subject: str
    body: Body = TicketBody()


class TakeOver(Arguments):
    """A conversation, the version of its ownership that was looked at, and why."""

    conversation_id: str
    version: int
    because: Annotated[str, pydantic.Field(max_length=300)] = ""
    """Told to the agent who has it; asked for where one does."""
    case: NewCase | None = None
    """Where the bot has it: what is known of the case."""


class Whisper(Arguments):
    """Words to the agent who holds a conversation."""

    conversation_id: str
    text: Annotated[str, pydantic.Field(min_length=1, max_length=4000)]


class WhisperView(Evidence):
    """To whom it was said."""

    conversation_id: str
    to: str


def _without_words(arguments: JsonObject) -> JsonObject:
    """Leave what is said of a case out of receipts and the audit log: the ticket has it."""
    return {name: value for name, value in arguments.items() if name not in ("case", "text")}


@tool(
    "write",
    roles=("agent",),
    needs_customer=False,
    confirm=False,
    recorded=_without_words,
    en=(
        "For supervisors: take a conversation over from the bot, from the queue or from another agent, who is told `because`. `version` is the "
        "version of its ownership that was seen: of two who take it the second is refused."
    ),
    zh=(
        "主管专用：从机器人、排队中或另一位客服手中接管对话；原客服会看到原因 `because`。`version` 是看到的归属版本号：两人同时接管时，后到者会被拒绝。"
    ),
)
async def take_over(context: ToolContext, arguments: TakeOver) -> TicketView:
    """Give the acting supervisor the conversation's ticket, which is opened where there is none."""
    _must_supervise(context)
    head = await _found(context, arguments.conversation_id)
    if head.ownership_version != arguments.version:
        raise ArgumentError(
            "conversation_changed",
            f"expected version {head.ownership_version}, got {arguments.version}",
            conversation_id=head.id,
            version=head.ownership_version,
        )
    ticket = await running_ticket(context.session, head.id, lock=True) or await _opened(context, arguments, head)
    taker = context.identity.actor
    if ticket.status != "claimed" or ticket.assignee != taker:
        held_by = ticket.assignee if ticket.status == "claimed" else "queue" if head.owner == "queued" else "bot"
        if ticket.status == "claimed" and not arguments.because:
            raise ArgumentError("reason_needed", "expected a reason, for the agent who has it", agent=held_by)
        change(ticket, status="claimed", assignee=taker, claimed_at=context.now, offered_to=None, offered_until=None)
        facts: dict[str, Any] = {"held_by": held_by} | ({"because": arguments.because} if arguments.because else {})
        note(context.session, ticket, "taken_over", taker, context.now, **facts)
    context.session.add(ticket)
    await context.session.flush()
    return await as_view(context, ticket)


@tool(
    "write",
    roles=("agent",),
    needs_customer=False,
    confirm=False,
    recorded=_without_words,
    en="For supervisors: say something to the agent who holds a conversation, in its thread; the shopper never sees it.",
    zh="主管专用：在对话里悄悄对负责的客服说一句话，顾客看不到。",
)
async def whisper(context: ToolContext, arguments: Whisper) -> WhisperView:
    """Find whom it is for: the agent who holds the conversation now."""
    _must_supervise(context)
    head = await _found(context, arguments.conversation_id)
    if head.owner != "human" or head.agent_id is None:
        raise RefusedError("nobody_holds_it", "no agent holds the conversation", conversation_id=head.id)
    return WhisperView(conversation_id=head.id, to=head.agent_id)


def _must_supervise(context: ToolContext) -> None:
    if not context.identity.supervisor:
        raise RefusedError("supervisors_only", "only a supervisor may do that")


async def _found(context: ToolContext, conversation_id: str) -> Conversation:
    statement = select(Conversation).where(Conversation.id == conversation_id, Conversation.role == "shopper")
    head = (await context.session.exec(statement.with_for_update())).first()
    if head is None:
        raise ArgumentError("conversation_not_found", "expected the id of a shopper's conversation")
    if head.owner == "closed":
        raise RefusedError("conversation_closed", "the conversation is closed")
    return head


async def _opened(context: ToolContext, arguments: TakeOver, head: Conversation) -> Ticket:
    case = arguments.case or NewCase(lang="en" if head.lang == "en" else "zh", subject="")
    wish = HandOver(reason="taken_over", lang=case.lang, subject=case.subject, body=case.body)
    theirs = dataclasses.replace(context.identity, customer_id=head.customer_id, conversation_id=head.id)
    return await opened_ticket(dataclasses.replace(context, identity=theirs), wish, head.id)


TOOLS = (take_over, whisper)
