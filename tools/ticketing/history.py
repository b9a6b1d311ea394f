"""What happened to tickets: their own events, and what was said in their conversations, as the steps that clocks run by."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from knowledge.schema import ConversationEvent, Ticket, TicketEvent
from tools.desk_rules import Targets, priority_of
from tools.policy import Policy
from tools.ticketing.calendars import Calendar
from tools.ticketing.service_levels import Clock, Kind, Step, clocks

What = Literal[
    "opened",
    "offered",
    "lapsed",
    "assigned",
    "claimed",
    "requeued",
    "waiting",
    "resumed",
    "call_back",
    "corrected",
    "warned",
    "transferred",
    "taken_over",
    "tagged",
    "snoozed",
    "woken",
    "reopened",
    "merged",
    "merged_into",
    "split_off",
    "split_from",
    "answered",
    "resolved",
]
"""What is written down of a ticket. ``offered``, ``assigned``, ``requeued``, ``transferred`` and ``taken_over`` have their reasons in `facts`."""
_STEPS: dict[str, Kind] = {
    "waiting": "waiting_for_shopper",
    "resumed": "resumed",
    "resolved": "resolved",
    "reopened": "reopened",
}


def note(session: AsyncSession, ticket: Ticket, what: What, actor: str, at: dt.datetime, **facts: Any) -> None:
    """Write down that something was done with a ticket, in the transaction that does it."""
    session.add(TicketEvent(ticket_id=ticket.id, kind=what, actor=actor, facts=facts, at=at))


async def steps_of(session: AsyncSession, tickets: Sequence[Ticket]) -> dict[str, list[Step]]:
    """Return the steps of each ticket by its id, in no order."""
    found: dict[str, list[Step]] = {ticket.id: _ends(ticket) for ticket in tickets}
    if not tickets:
        return found
    noted = select(TicketEvent.ticket_id, TicketEvent.kind, TicketEvent.at, TicketEvent.facts).where(
        col(TicketEvent.ticket_id).in_(found), col(TicketEvent.kind).in_(_STEPS)
    )
    for ticket_id, kind, at, facts in (await session.exec(noted)).all():
        if kind != "reopened" or facts.get("of") == ticket_id:
            found[ticket_id].append(Step(_STEPS[kind], at))
    talks = await conversations_of(session, tickets)
    said = await _said(session, tickets, talks)
    for ticket in tickets:
        spoken = [step for talk in talks[ticket.id] for step in said[talk]]
        found[ticket.id] += [step for step in spoken if _in_hand(step.at, ticket, found[ticket.id])]
    return found


async def conversations_of(session: AsyncSession, tickets: Sequence[Ticket]) -> dict[str, list[str]]:
    """Return the conversations that go with each ticket: its own first, then those of tickets merged into it.

    None go with a merged ticket, nor with a split-off one: theirs go with another.
    """
    own = [ticket for ticket in tickets if ticket.merged_into is None and ticket.split_from is None]
    found = {ticket.id: [ticket.conversation_id] if ticket in own else [] for ticket in tickets}
    statement = select(Ticket.merged_into, Ticket.conversation_id).where(
        col(Ticket.merged_into).in_([ticket.id for ticket in own]), col(Ticket.split_from).is_(None)
    )
    for ticket_id, conversation_id in (await session.exec(statement.order_by(col(Ticket.id)))).all():
        if ticket_id is not None and conversation_id not in found[ticket_id]:
            found[ticket_id].append(conversation_id)
    return found


def _in_hand(at: dt.datetime, ticket: Ticket, steps: Sequence[Step]) -> bool:
    """Tell whether the ticket stood open at a moment: what was said between its end and its reopening was said to the bot."""
    if at < ticket.created_at:
        return False
    turns = [step for step in steps if step.kind in ("resolved", "reopened") and step.at <= at]
    return not turns or max(turns, key=lambda step: (step.at, step.kind == "reopened")).kind == "reopened"


def _ends(ticket: Ticket) -> list[Step]:
    ends = [Step("opened", ticket.created_at)]
    return ends if ticket.resolved_at is None else [*ends, Step("resolved", ticket.resolved_at)]


async def _said(
    session: AsyncSession, tickets: Sequence[Ticket], talks: Mapping[str, Sequence[str]]
) -> dict[str, list[Step]]:
    """Return when shoppers and agents wrote in the conversations that go with tickets."""
    author = col(ConversationEvent.payload)["author"].as_string()
    statement = select(ConversationEvent.conversation_id, ConversationEvent.type, ConversationEvent.at).where(
        col(ConversationEvent.conversation_id).in_({talk for found in talks.values() for talk in found}),
        col(ConversationEvent.at) >= min(ticket.created_at for ticket in tickets),
        (col(ConversationEvent.type) == "message_received")
        | (col(ConversationEvent.type) == "replied") & (author == "agent"),
    )
    said: defaultdict[str, list[Step]] = defaultdict(list)
    for conversation_id, kind, at in (await session.exec(statement)).all():
        said[conversation_id].append(Step("agent_replied" if kind == "replied" else "shopper_replied", at))
    return said


def calendar_of(policy: Policy) -> Calendar:
    """Return the desk's calendar."""
    return Calendar.of(policy.desk, policy.timezone)


def targets_of(policy: Policy, priority: str) -> Targets:
    """Return what is promised a ticket of this priority."""
    name = priority_of(priority)
    targets = policy.desk.targets.get(name, Targets())
    hours = policy.human.resolve_within_h.get(name)
    if targets.resolution_min is None and hours is not None:
        return targets.model_copy(update={"resolution_min": hours * 60})
    return targets


def clocks_of(ticket: Ticket, steps: Sequence[Step], policy: Policy, now: dt.datetime) -> tuple[Clock, ...]:
    """Return the clocks of a ticket. Nobody waits for words from one that was split off: only its resolution counts."""
    targets = targets_of(policy, ticket.priority)
    if ticket.split_from is not None:
        targets = Targets(resolution_min=targets.resolution_min)
    return clocks(steps, targets, calendar_of(policy), now, warn_from=policy.desk.warn_from)


def waits_for_shopper(steps: Sequence[Step]) -> bool:
    """Tell whether it is the shopper's turn: an agent said so, and nothing came of it yet."""
    told = max((step.at for step in steps if step.kind == "waiting_for_shopper"), default=None)
    ended = ("shopper_replied", "resumed", "resolved")
    return told is not None and not any(step.at > told and step.kind in ended for step in steps)
