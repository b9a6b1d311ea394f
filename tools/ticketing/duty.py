"""Who is at the desk, what they have in hand, and what waits: all that routing looks at, read at once."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import Counter
from collections.abc import Collection, Sequence

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from knowledge.db import Database
from knowledge.schema import DeskAgent, Ticket, TicketEvent
from knowledge.types import Lang
from tools.desk_rules import DeskRules, priority_of
from tools.ticketing.history import steps_of, waits_for_shopper
from tools.ticketing.routing import OnDuty, Waiting, place_of
from tools.ticketing.service_levels import Step

LEASE = dt.timedelta(seconds=45)
"""An agent whose socket was seen open no longer ago than this counts as there."""


@dataclasses.dataclass(frozen=True)
class Board:
    """The desk at one moment."""

    tickets: tuple[Ticket, ...]
    """All that are not resolved."""
    agents: tuple[DeskAgent, ...]
    steps: dict[str, list[Step]]
    loads: Counter[str]
    """Tickets in hand or offered, without those that wait for the shopper or are put aside."""
    last_took: dict[str, dt.datetime]
    lapsed: dict[str, frozenset[str]]
    """Ticket -> agents who let an offer of it lapse."""

    def waiting(self, rules: DeskRules, now: dt.datetime) -> list[Waiting]:
        """Return the tickets that nobody has and nobody is offered. A skill that no agent of the desk has is asked of none."""
        known = {skill for agent in self.agents for skill in agent.skills}
        return [
            Waiting(
                id=ticket.id,
                priority=priority_of(ticket.priority),
                queue=ticket.queue,
                skills=frozenset({ticket.skill} & known),
                lang="en" if ticket.lang == "en" else "zh",
                since=ticket.created_at,
                place=ticket.queue_at or place_of(priority_of(ticket.priority), ticket.created_at, rules),
                not_for=self.lapsed.get(ticket.id, frozenset()) | _passed_on_by(ticket),
                prefers=ticket.prefers,
            )
            for ticket in self.tickets
            if ticket.status == "open" and not is_offered(ticket, now)
        ]

    def on_duty(self, now: dt.datetime) -> list[OnDuty]:
        """Return the agents who are there and available."""
        return [
            OnDuty(
                id=agent.subject,
                load=self.loads[agent.subject],
                capacity=agent.capacity,
                queues=frozenset(agent.queues),
                langs=_langs(agent.langs),
                skills=frozenset(agent.skills),
                idle_since=self.last_took.get(agent.subject),
            )
            for agent in self.agents
            if agent.state == "available" and is_there(agent, now)
        ]


def _langs(names: Sequence[str]) -> frozenset[Lang]:
    known: tuple[Lang, ...] = ("zh", "en")
    return frozenset(lang for lang in known if lang in names)


def is_there(agent: DeskAgent, now: dt.datetime) -> bool:
    """Tell whether a socket of the agent was open a moment ago."""
    return agent.seen_at is not None and now - agent.seen_at <= LEASE


def is_offered(ticket: Ticket, now: dt.datetime) -> bool:
    """Tell whether an open ticket is offered to somebody at the moment."""
    return ticket.offered_to is not None and ticket.offered_until is not None and now < ticket.offered_until


async def read_board(session: AsyncSession, now: dt.datetime) -> Board:
    """Return the desk as it is."""
    tickets = tuple((await session.exec(select(Ticket).where(Ticket.status != "resolved"))).all())
    agents = tuple((await session.exec(select(DeskAgent).order_by(col(DeskAgent.subject)))).all())
    steps = await steps_of(session, tickets)
    loads: Counter[str] = Counter()
    for ticket in tickets:
        aside = ticket.snoozed_at is not None or waits_for_shopper(steps[ticket.id])
        if ticket.status == "claimed" and ticket.assignee and not aside:
            loads[ticket.assignee] += 1
        elif ticket.offered_to is not None and is_offered(ticket, now):
            loads[ticket.offered_to] += 1
    took = select(Ticket.assignee, func.max(col(Ticket.claimed_at))).where(
        col(Ticket.assignee).is_not(None), col(Ticket.claimed_at).is_not(None)
    )
    last = {who: at for who, at in (await session.exec(took.group_by(col(Ticket.assignee)))).all() if who and at}
    return Board(tickets, agents, steps, loads, last, await _lapsed(session, tickets))


async def _lapsed(session: AsyncSession, tickets: Sequence[Ticket]) -> dict[str, frozenset[str]]:
    waiting = [ticket.id for ticket in tickets if ticket.status == "open"]
    statement = select(TicketEvent).where(TicketEvent.kind == "lapsed", col(TicketEvent.ticket_id).in_(waiting))
    found: dict[str, frozenset[str]] = {}
    for event in (await session.exec(statement)).all() if waiting else ():
        found[event.ticket_id] = found.get(event.ticket_id, frozenset()) | {str(event.facts.get("agent", ""))}
    return found


def _passed_on_by(ticket: Ticket) -> frozenset[str]:
    """Return who put a ticket back into the line: they do not get it again by themselves."""
    moved = ticket.moved
    return frozenset({str(moved["by"])}) if moved and "agent" not in moved["to"] else frozenset()


async def keep_seen(database: Database, subjects: Collection[str], now: dt.datetime) -> None:
    """Write down that sockets of these agents are open. A sign of life, no effect: it leaves no receipt.

    Who was never at the desk before gets a row with what everybody can do by default.
    """
    if not subjects:
        return
    async with database.write() as session:
        known = {
            row.subject: row
            for row in await session.exec(select(DeskAgent).where(col(DeskAgent.subject).in_(subjects)))
        }
        for subject in sorted(subjects):
            row = known.get(subject) or DeskAgent(subject=subject)
            row.seen_at = now
            session.add(row)
