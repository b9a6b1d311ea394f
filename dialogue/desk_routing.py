"""Routing at work: looks at the desk now and then, gives waiting tickets to agents, and takes back those of agents who vanished.

Several replicas may do so on one database: each change is made of the version that was looked at, in one transaction with the change of
the conversation's owner, so that of two replicas one wins and the other sees it at its next look.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import datetime as dt
import logging
from collections import Counter
from collections.abc import Iterator
from typing import Literal

from dialogue.at_the_desk import ChangeOfHands
from dialogue.conversations import Conversations
from dialogue.events import Event
from dialogue.ownership import put_back, taken_over
from dialogue.replies.types import TextReply
from dialogue.waking import woken
from knowledge.errors import KnowledgeError
from knowledge.schema import Conversation, DeskAgent, Ticket
from knowledge.types import JsonObject, Lang
from tools.base import Identity
from tools.errors import ToolError
from tools.ticketing.calendars import is_open
from tools.ticketing.duty import LEASE, Board, is_offered, keep_seen, read_board
from tools.ticketing.history import calendar_of, clocks_of, waits_for_shopper
from tools.ticketing.routing import Assignment, route, vanished
from tools.ticketing.rows import has_written_since
from tools.ticketing.search import index_missing
from tools.ticketing.service_levels import Goal
from tools.ticketing.types import TicketView

logger = logging.getLogger(__name__)

Mode = Literal["off", "offer", "assign"]
"""``off``: agents claim by hand; ``offer``: a ticket is shown to one agent first, who claims it or lets it pass; ``assign``: it is theirs."""
LOOK_EVERY_S = 5.0
_REST_S = 0.1
"""Between two looks, so that a burst of changes is one look."""
_BEAT = LEASE / 3
_DESK = Identity("system", subject="desk")


@dataclasses.dataclass(frozen=True)
class RoutingPlan:
    """How the desk routes."""

    mode: Mode = "off"
    grace: dt.timedelta | None = dt.timedelta(seconds=120)
    """How long an agent may be gone before their tickets go back; None: for ever."""
    offer_s: float = 30.0


async def _nothing(_: Conversation, __: TicketView) -> list[Event]:
    return []


class DeskRouting:
    """Routes the tickets of one platform. Who has a socket open here is told by `connected`."""

    def __init__(self, conversations: Conversations, plan: RoutingPlan) -> None:
        self._talk = conversations
        self._plan = plan
        self._policy = conversations.executor.policy
        self._clock = conversations.clock
        self._began = self._clock()
        self._sockets: Counter[str] = Counter()
        self._beat_at: dt.datetime | None = None
        self._versions: dict[str, int] | None = None
        self._warned: set[tuple[str, Goal, dt.datetime]] = set()
        self._missing = True
        """Whether there may be tickets that no search finds."""
        self._wake = asyncio.Event()

    @contextlib.contextmanager
    def connected(self, subject: str) -> Iterator[None]:
        """Count a socket of an agent while the block runs."""
        self._sockets[subject] += 1
        self._beat_at = None
        self._wake.set()
        try:
            yield
        finally:
            self._sockets[subject] -= 1
            if not self._sockets[subject]:
                del self._sockets[subject]

    def wake(self) -> None:
        """Look at once: something has changed."""
        self._wake.set()

    async def run(self) -> None:
        """Look at the desk for ever, at once when a ticket appears or changes."""
        listening = asyncio.create_task(self._listen())
        try:
            while True:
                self._wake.clear()
                try:
                    await self.look()
                    await self._find_more()
                except KnowledgeError as error:
                    logger.warning("the desk could not be looked at: %s", error)
                except Exception:  # one look of many: the next one comes soon, and the log says why
                    logger.exception("the desk could not be looked at")
                await asyncio.sleep(_REST_S)
                await woken(self._wake, LOOK_EVERY_S)
        finally:
            listening.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await listening

    async def _find_more(self) -> None:
        """Let tickets be found that no search finds yet, some after each look, until there are none."""
        if self._missing:
            self._missing = await index_missing(self._talk.database)
            if self._missing:
                self._wake.set()

    async def _listen(self) -> None:
        async for notice in self._talk.follow_desk(Identity("agent", subject="desk")):
            if self._versions is not None and notice.ticket.status == "resolved":
                self._versions.pop(notice.ticket.ticket_id, None)
            elif self._versions is not None:
                self._versions[notice.ticket.ticket_id] = notice.ticket.version
            self._wake.set()

    async def look(self) -> int:
        """Look at the desk once and do what is due; returns how many tickets changed hands or were offered."""
        now = self._clock()
        if self._sockets and (self._beat_at is None or now - self._beat_at >= _BEAT):
            await self._beat(now)
        board = await self._board(now)
        await self._tell_changes(board)
        await self._warn(board, now)
        await self._wake_up(board, now)
        freed = await self._take_back(board, now)
        if self._plan.mode == "off" or not is_open(calendar_of(self._policy), now):
            return freed
        board = await self._board(now) if freed else board
        given = route(board.waiting(self._policy.desk, now), board.on_duty(now), self._policy.desk, now)
        tickets = {ticket.id: ticket for ticket in board.tickets}
        return freed + sum([await self._give(tickets[each.ticket_id], each) for each in given])

    async def _beat(self, now: dt.datetime) -> None:
        self._beat_at = now  # before it is written: who connects meanwhile is seen at the next look
        try:
            await keep_seen(self._talk.database, set(self._sockets), now)
        except BaseException:
            self._beat_at = None
            raise
        self._talk.desk_changed()

    async def _board(self, now: dt.datetime) -> Board:
        async with self._talk.database.read() as session:
            return await read_board(session, now)

    async def _tell_changes(self, board: Board) -> None:
        """Tell the desks here of tickets that changed elsewhere."""
        now = {ticket.id: ticket.version for ticket in board.tickets}
        before, self._versions = self._versions, now
        if before is not None:
            changed = [name for name, version in now.items() if before.get(name) != version]
            for ticket_id in (*changed, *(before.keys() - now.keys())):
                await self._talk.show_desk(ticket_id)  # the others look for themselves

    async def _warn(self, board: Board, now: dt.datetime) -> None:
        """Say of promises that are about to be broken, or were while nobody looked, that they are: once, by whichever replica is first."""
        for ticket in board.tickets:
            for clock in clocks_of(ticket, board.steps[ticket.id], self._policy, now):
                if clock.state in {"warning", "breached"} and clock.due is not None and not clock.ended:
                    warned = (ticket.id, clock.goal, clock.due)
                    if warned not in self._warned:
                        await self._talk.warn_of_breach(*warned)
                        self._warned.add(warned)
        here = {ticket.id for ticket in board.tickets}
        self._warned = {warned for warned in self._warned if warned[0] in here}

    async def _wake_up(self, board: Board, now: dt.datetime) -> None:
        """Bring back what was put aside and whose time has come, or whose shopper has written: by whichever replica is first."""
        for ticket in board.tickets:
            due = ticket.snoozed_until is not None and ticket.snoozed_until <= now
            if ticket.snoozed_at is not None and (due or has_written_since(ticket, board.steps[ticket.id])):
                arguments: JsonObject = {"ticket_id": ticket.id, "version": ticket.version}
                await self._change("wake_ticket", arguments, _nothing)

    async def _take_back(self, board: Board, now: dt.datetime) -> int:
        agents = {agent.subject: agent for agent in board.agents}
        freed = 0
        for ticket in board.tickets:
            if ticket.status == "open" and ticket.offered_to is not None and not is_offered(ticket, now):
                freed += await self._requeue(ticket, "lapsed")
            elif ticket.status == "claimed" and self._is_left(ticket, agents.get(ticket.assignee or ""), board, now):
                freed += await self._requeue(ticket, "vanished")
        return freed

    def _is_left(self, ticket: Ticket, agent: DeskAgent | None, board: Board, now: dt.datetime) -> bool:
        """Tell whether the shopper of a ticket waits for somebody who has vanished.

        What an agent did without a socket is a sign of life too; and nobody is held to have vanished by a desk that was down itself.
        """
        steps = board.steps[ticket.id]
        aside = ticket.snoozed_at is not None or waits_for_shopper(steps)
        if self._plan.grace is None or agent is None or agent.seen_at is None or aside:
            return False
        spoke = [step.at for step in steps if step.kind == "agent_replied"]
        had = [moment for moment in (ticket.claimed_at, ticket.woken_at) if moment is not None]
        alive = max([agent.seen_at, self._began, *had, *spoke])
        return vanished(alive, now, self._plan.grace)

    async def _give(self, ticket: Ticket, given: Assignment) -> bool:
        offer_s = self._plan.offer_s if self._plan.mode == "offer" else None

        async def take_over(head: Conversation, _: TicketView) -> list[Event]:
            return [] if offer_s is not None else taken_over(head, given.agent_id)

        arguments: JsonObject = {
            "ticket_id": ticket.id,
            "version": ticket.version,
            "assignee": given.agent_id,
            "because": list(given.because),
            "offer_s": offer_s,
        }
        return await self._change("assign_ticket", arguments, take_over)

    async def _requeue(self, ticket: Ticket, because: Literal["vanished", "lapsed"]) -> bool:
        async def back_in_line(head: Conversation, view: TicketView) -> list[Event]:
            return self._back_in_line(head, ticket, view) if because == "vanished" else []

        arguments: JsonObject = {"ticket_id": ticket.id, "version": ticket.version, "because": because}
        return await self._change("requeue_ticket", arguments, back_in_line)

    def _back_in_line(self, head: Conversation, before: Ticket, view: TicketView) -> list[Event]:
        """Return what the shopper is told, and that the bot stays silent: the conversation waits for a person again."""
        if head.owner != "human" or head.agent_id != before.assignee:
            return []
        lang: Lang = "en" if head.lang == "en" else "zh"
        said = self._talk.templates.say("handoff.requeued", lang, ticket=view.ticket_id, position=view.position)
        return put_back(head, TextReply(text=said, lang=lang), reason="vanished")

    async def _change(self, tool: str, arguments: JsonObject, change: ChangeOfHands) -> bool:
        """Change a ticket; False where somebody was faster or nothing of it is so any more."""
        try:
            view = await self._talk.change_ticket(tool, arguments, _DESK, change)
        except ToolError as error:
            logger.info("%s of %s was not done: %s", tool, arguments["ticket_id"], error)
            return False
        await self._talk.notify_desk(view.ticket_id)
        return True
