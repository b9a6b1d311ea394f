"""What is done with a case by who holds it: it is passed on, put aside for a while, tagged, taken up again."""

from __future__ import annotations

from typing import Any

from sqlmodel import col, select

from knowledge.schema import Conversation, DeskAgent, Ticket
from tools.base import ToolContext, tool
from tools.errors import ArgumentError, RefusedError
from tools.ticketing.calendars import next_day
from tools.ticketing.case_types import (
    TAGS_OF_A_TICKET,
    ReopenTicket,
    SnoozeTicket,
    TagTicket,
    TransferTicket,
    UsedTag,
    UsedTags,
    WakeTicket,
    latest,
)
from tools.ticketing.desk_types import NoFilter
from tools.ticketing.duty import is_there
from tools.ticketing.history import calendar_of, note, steps_of
from tools.ticketing.routing import front_of
from tools.ticketing.rows import (
    NO_OFFER,
    NO_SNOOZE,
    as_view,
    change,
    check_version,
    found_ticket,
    has_written_since,
    must_hold,
)
from tools.ticketing.search import index, retag, used_tags
from tools.ticketing.types import TicketView


@tool(
    "write",
    roles=("agent",),
    needs_customer=False,
    confirm=False,
    en=(
        "Pass a ticket on with a reason: to another `agent` who is there, to a `queue`, or to whoever has a `skill`. One that nobody holds may "
        "be passed on by anybody. `version` is the one that the agent saw; of two agents the second is refused."
    ),
    zh=(
        "附上原因转交工单：给在线的另一位客服 `agent`、给某个 `queue`（队列），或给具备某项 `skill`（技能）的人。无人处理的工单任何客服都可"
        "转交。`version` 是客服看到的版本号；两人同时操作时，后到者会被拒绝。"
    ),
)
async def transfer_ticket(context: ToolContext, arguments: TransferTicket) -> TicketView:
    """Pass it on: to an agent it is theirs at once; to a queue or skill it goes back to the line, in front if somebody held it."""
    ticket = await found_ticket(context, arguments.ticket_id, lock=True)
    if ticket.status == "resolved":
        raise RefusedError("ticket_resolved", "the ticket is resolved", ticket_id=ticket.id)
    if ticket.status == "claimed":
        must_hold(context, ticket)
    check_version(ticket, arguments.version)
    to = arguments.model_dump(include={"agent", "queue", "skill"}, exclude_none=True)
    actor, now = context.identity.actor, context.now
    if arguments.agent is not None:
        await _must_be_there(context, ticket, arguments.agent)
    moved = {"by": actor, "to": to, "reason": arguments.reason, "at": now.isoformat()}
    note(context.session, ticket, "transferred", actor, now, held=ticket.assignee, **to, reason=arguments.reason)
    if arguments.agent is not None:
        change(ticket, status="claimed", assignee=arguments.agent, claimed_at=now, **NO_OFFER, **NO_SNOOZE)
    else:
        since = ticket.queue_at or ticket.created_at
        place = front_of(since) if ticket.status == "claimed" else since
        change(ticket, status="open", assignee=None, claimed_at=None, queue_at=place, **NO_OFFER, **NO_SNOOZE, **to)
    ticket.moved = moved
    return await _kept(context, ticket)


async def _must_be_there(context: ToolContext, ticket: Ticket, agent: str) -> None:
    if agent == ticket.assignee:
        raise RefusedError("already_so", "the agent has the ticket already", ticket_id=ticket.id)
    row = await context.session.get(DeskAgent, agent)
    if row is None or row.state != "available" or not is_there(row, context.now):
        raise RefusedError("agent_not_there", "the agent is not at the desk", agent=agent)


@tool(
    "write",
    roles=("agent",),
    needs_customer=False,
    confirm=False,
    en="Put tags on a ticket (`add`) and take others off (`remove`). Use those of `list_tags` where one fits.",
    zh="给工单添加标签（`add`）或去掉标签（`remove`）。`list_tags` 里有合适的就用现成的。",
)
async def tag_ticket(context: ToolContext, arguments: TagTicket) -> TicketView:
    """Change a ticket's tags."""
    ticket = await found_ticket(context, arguments.ticket_id, lock=True)
    kept = [tag for tag in ticket.tags if tag not in arguments.remove]
    tags = [*kept, *(tag for tag in dict.fromkeys(arguments.add) if tag not in kept)]
    if tags == ticket.tags:
        raise RefusedError("already_so", "the ticket has these tags already", ticket_id=ticket.id)
    if len(tags) > TAGS_OF_A_TICKET:
        raise ArgumentError("too_many_tags", f"expected at most {TAGS_OF_A_TICKET} tags", most=TAGS_OF_A_TICKET)
    gone = [tag for tag in ticket.tags if tag not in tags]
    added = [tag for tag in tags if tag not in ticket.tags]
    note(context.session, ticket, "tagged", context.identity.actor, context.now, added=added, removed=gone)
    change(ticket, status=ticket.status)
    ticket.tags = tags
    await retag(context.session, ticket, gone=gone)
    return await _kept(context, ticket)


@tool(
    "read",
    roles=("agent", "merchant"),
    needs_customer=False,
    en="List the tags that tickets of the shop have, the commonest first. No arguments.",
    zh="列出店铺工单用过的标签，最常用的在前。无参数。",
)
async def list_tags(context: ToolContext, arguments: NoFilter) -> UsedTags:
    """Return every tag that is used."""
    return UsedTags(tags=tuple(UsedTag(tag=tag, tickets=tickets) for tag, tickets in await used_tags(context.session)))


@tool(
    "write",
    roles=("agent",),
    needs_customer=False,
    confirm=False,
    en=(
        "Put a ticket that you hold aside: `until` a time, `at_opening` until the desk opens on its next day, or with neither until the shopper "
        "writes. Their words bring it back in any case. It does not count as work in hand meanwhile."
    ),
    zh=(
        "把自己手上的工单搁置：`until` 到某个时间，`at_opening` 到下一个营业日上班，都不填则到顾客发来消息为止。顾客一发消息就会提前恢复。"
        "搁置期间不计入手上的工单数。"
    ),
)
async def snooze_ticket(context: ToolContext, arguments: SnoozeTicket) -> TicketView:
    """Put it aside. The clock of the resolution stands still only where the shopper is waited for."""
    ticket = await found_ticket(context, arguments.ticket_id, lock=True)
    must_hold(context, ticket)
    until = next_day(calendar_of(context.policy), context.now) if arguments.at_opening else arguments.until
    if arguments.at_opening and until is None:
        raise RefusedError("never_opens", "the desk has no opening hours ahead", ticket_id=ticket.id)
    if until is not None and not context.now < until <= latest(context.now):
        raise ArgumentError("bad_time", "expected a time from now on, within half a year", until=until.isoformat())
    facts: dict[str, Any] = {"until": until.isoformat()} if until is not None else {"until": None}
    note(context.session, ticket, "snoozed", context.identity.actor, context.now, **facts)
    if until is None:
        note(context.session, ticket, "waiting", context.identity.actor, context.now)
    change(ticket, status="claimed", snoozed_at=context.now, snoozed_until=until)
    return await _kept(context, ticket)


@tool(
    "write",
    roles=("agent", "system"),
    needs_customer=False,
    confirm=False,
    en="Take a ticket up again that was put aside: by who holds it, or by the platform when its time has come or the shopper wrote.",
    zh="恢复被搁置的工单：由处理它的客服操作，或在到时间、顾客发来消息时由平台恢复。",
)
async def wake_ticket(context: ToolContext, arguments: WakeTicket) -> TicketView:
    """Bring it back, unless it is not put aside any more or, for the platform, nothing has come yet that ends it."""
    ticket = await found_ticket(context, arguments.ticket_id, lock=True)
    if ticket.status != "claimed" or ticket.snoozed_at is None:
        raise RefusedError("not_snoozed", "the ticket is not put aside", ticket_id=ticket.id)
    because = "agent"
    if context.identity.role == "system":
        if arguments.version is not None:
            check_version(ticket, arguments.version)
        wrote = has_written_since(ticket, (await steps_of(context.session, [ticket]))[ticket.id])
        if not wrote and (ticket.snoozed_until is None or context.now < ticket.snoozed_until):
            raise RefusedError("not_yet", "nothing has ended the snooze", ticket_id=ticket.id)
        because = "shopper" if wrote else "time"
    else:
        must_hold(context, ticket)
        if ticket.snoozed_until is None:
            note(context.session, ticket, "resumed", context.identity.actor, context.now)
    note(context.session, ticket, "woken", context.identity.actor, context.now, because=because)
    change(ticket, status="claimed", **NO_SNOOZE, woken_at=context.now)
    return await _kept(context, ticket)


@tool(
    "write",
    roles=("agent",),
    needs_customer=False,
    confirm=False,
    en="Take up a resolved ticket again: it is yours, and its shopper is yours to talk to.",
    zh="重新打开已结案的工单：由您处理，并由您接待该顾客。",
)
async def reopen_ticket(context: ToolContext, arguments: ReopenTicket) -> TicketView:
    """Give it to the acting agent. One whose conversation is worked on with another ticket is not reopened: that one is the case now."""
    ticket = await found_ticket(context, arguments.ticket_id, lock=True)
    if ticket.status != "resolved":
        raise RefusedError("not_resolved", "only a resolved ticket is reopened", ticket_id=ticket.id)
    if ticket.merged_into is not None:
        raise RefusedError(
            "ticket_merged", "the ticket is part of another", ticket_id=ticket.id, into=ticket.merged_into
        )
    check_version(ticket, arguments.version)
    await _must_be_free(context, ticket)
    actor, now = context.identity.actor, context.now
    note(context.session, ticket, "reopened", actor, now, of=ticket.id, by="agent")
    change(ticket, status="claimed", assignee=actor, claimed_at=now, resolved_at=None, **NO_OFFER, **NO_SNOOZE)
    ticket.moved = {}
    await index(context.session, [ticket])
    return await _kept(context, ticket)


async def _must_be_free(context: ToolContext, ticket: Ticket) -> None:
    """Refuse where the conversations that would come back are with another ticket, or gone."""
    view = await as_view(context, ticket)
    heads = (await context.session.exec(select(Conversation).where(col(Conversation.id).in_(view.conversations)))).all()
    if any(head.owner == "closed" for head in heads):
        raise RefusedError("conversation_closed", "the conversation is closed", ticket_id=ticket.id)
    taken = [head.id for head in heads if head.owner != "bot"]
    if taken:
        raise RefusedError("in_another_case", "the shopper is worked for with another ticket", ticket_id=ticket.id)


async def _kept(context: ToolContext, ticket: Ticket) -> TicketView:
    context.session.add(ticket)
    await context.session.flush()
    return await as_view(context, ticket)


TOOLS = (transfer_ticket, tag_ticket, list_tags, snooze_ticket, wake_ticket, reopen_ticket)
