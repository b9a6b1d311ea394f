"""What is done with a case, and what its shoppers notice of it: passed on, put aside, tagged, reopened, merged, split.

The ticket and who owns its conversations change in one transaction: there is no instant at which a shopper has nobody, or two.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dialogue.at_the_desk import ticket_of
from dialogue.conversations import Conversations
from dialogue.events import Event, OwnershipChanged, Replied, TicketOpened
from dialogue.ownership import given_to, put_back
from dialogue.replies.types import TextReply
from dialogue.turn import TicketRef
from knowledge.schema import Conversation
from knowledge.types import JsonObject, Lang, new_id
from tools.base import Identity, ToolCall
from tools.ticketing.types import TicketView


class Cases:
    """The desk's work with tickets, beside claiming and ending them. Every method raises as `Conversations.change_ticket`."""

    def __init__(self, conversations: Conversations) -> None:
        self._talk = conversations

    async def transfer(
        self, ticket_id: str, identity: Identity, *, version: int, reason: str, to: dict[str, str]
    ) -> TicketView:
        """Pass a ticket on; `to` has an ``agent``, a ``queue`` or a ``skill``. In a queue the shopper is told that they wait again."""

        async def hand_on(head: Conversation, ticket: TicketView) -> list[Event]:
            if ticket.status == "claimed":
                return given_to(head, ticket.assignee, reason="transferred")
            return put_back(
                head, self._say("handoff.transferred", head, position=ticket.position), reason="transferred"
            )

        await self._talk.templates.refresh()
        arguments = {"ticket_id": ticket_id, "version": version, "reason": reason, **to}
        return await self._told(await self._talk.change_ticket("transfer_ticket", arguments, identity, hand_on))

    async def tag(self, ticket_id: str, identity: Identity, *, add: Sequence[str], remove: Sequence[str]) -> TicketView:
        """Put tags on a ticket and take others off."""
        return await self._call(
            "tag_ticket", {"ticket_id": ticket_id, "add": list(add), "remove": list(remove)}, identity
        )

    async def snooze(self, ticket_id: str, identity: Identity, **until: Any) -> TicketView:
        """Put a ticket aside `until` a time, `at_opening`, or until the shopper writes."""
        return await self._call("snooze_ticket", {"ticket_id": ticket_id, **until}, identity)

    async def wake(self, ticket_id: str, identity: Identity) -> TicketView:
        """Take a ticket up again that was put aside."""
        return await self._call("wake_ticket", {"ticket_id": ticket_id}, identity)

    async def reopen(self, ticket_id: str, identity: Identity, *, version: int) -> TicketView:
        """Take up a resolved ticket: the bot says so and is silent from then on."""

        async def take_up(head: Conversation, ticket: TicketView) -> list[Event]:
            ref = TicketRef(id=ticket.ticket_id, priority=ticket.priority, queue=ticket.queue)
            said = Replied(replies=(self._say("handoff.reopened", head, ticket=ticket.ticket_id),))
            return [said, TicketOpened(ticket=ref), *given_to(head, ticket.assignee, reason="reopened")]

        await self._talk.templates.refresh()
        arguments: JsonObject = {"ticket_id": ticket_id, "version": version}
        return await self._told(await self._talk.change_ticket("reopen_ticket", arguments, identity, take_up))

    async def merge(
        self, ticket_id: str, identity: Identity, *, version: int, into: str, into_version: int
    ) -> TicketView:
        """Make a ticket part of another, which is returned; the shoppers of the merged one are told, and whoever has the other has them."""
        coming = set((await self._talk.read_ticket(ticket_id, identity)).conversations)

        async def follow(head: Conversation, kept: TicketView) -> list[Event]:
            if head.id not in coming:
                return []
            said = self._say("handoff.merged", head, ticket=kept.ticket_id)
            back = put_back(head, said, reason="merged") or [Replied(replies=(said,))]
            if kept.status != "claimed":
                return back
            version = max((event.version for event in back if isinstance(event, OwnershipChanged)), default=None)
            return [*back, *given_to(head, kept.assignee, reason="merged", after=version)]

        await self._talk.templates.refresh()
        arguments: JsonObject = {"ticket_id": ticket_id, "version": version, "into": into, "into_version": into_version}
        kept = await self._told(await self._talk.change_ticket("merge_tickets", arguments, identity, follow))
        await self._talk.notify_desk(ticket_id)
        return kept

    async def split(self, ticket_id: str, identity: Identity, part: JsonObject) -> TicketView:
        """Make one matter of a ticket a ticket of its own, which is returned; the shopper notices nothing."""
        opened = await self._call("split_ticket", {"ticket_id": ticket_id, **part}, identity)
        await self._talk.notify_desk(ticket_id)
        return opened

    async def _call(self, tool: str, arguments: JsonObject, identity: Identity) -> TicketView:
        """Change a ticket alone: its conversations go on as they are."""
        key = f"{tool}:{identity.actor}:{arguments['ticket_id']}:{new_id('try')}"
        outcome = await self._talk.executor.call(ToolCall(tool, arguments), identity, idempotency_key=key)
        return await self._told(ticket_of(outcome, tool))

    async def _told(self, ticket: TicketView) -> TicketView:
        await self._talk.notify_desk(ticket.ticket_id)
        return ticket

    def _say(self, sentence: str, head: Conversation, **facts: Any) -> TextReply:
        lang: Lang = "en" if head.lang == "en" else "zh"
        return TextReply(text=self._talk.templates.say(sentence, lang, **facts), lang=lang)
