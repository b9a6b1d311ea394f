"""An agent's calls from the ticket: only the holder's, only the offered ones, consent first, once, and in the agent's name."""

from __future__ import annotations

import pytest
from sqlmodel import col, select

from dialogue.errors import NotOwnerError
from knowledge.schema import AuditRow, Order, Receipt
from tests.dialogue.conftest import Talk
from tests.dialogue.test_conversations import CANCEL
from tests.dialogue.tickets.test_writing import ADA, handed_over
from tools.base import Identity
from tools.errors import ArgumentError


async def status_of(talk: Talk, order_id: str) -> str:
    async with talk.database.read() as session:
        return (await session.get_one(Order, order_id)).status


async def test_an_action_is_shown_then_done_once_by_the_agent(talk: Talk) -> None:
    await talk.say("cancel D1002", CANCEL)
    ticket = await handed_over(talk)
    act = talk.conversations.act_for_shopper
    shown = await act(ticket.ticket_id, ADA, key=ticket.body.actions[0].key, lang="en")
    assert shown.status == "needs_confirmation"
    assert await status_of(talk, "D1002") == "pending"
    done = await act(ticket.ticket_id, ADA, proposal_id=shown.proposal_id, lang="en")
    again = await act(ticket.ticket_id, ADA, proposal_id=shown.proposal_id, lang="en")
    assert (done.status, again.replayed, again.receipt_id) == ("ok", True, done.receipt_id)
    assert await status_of(talk, "D1002") == "cancelled"
    async with talk.database.read() as session:
        receipt = await session.get_one(Receipt, done.receipt_id)
        rows = await session.exec(select(AuditRow).where(col(AuditRow.receipt_id) == done.receipt_id))
        audited = {(row.actor, row.role, row.tool) for row in rows.all()}
    assert (receipt.actor, receipt.role, receipt.conversation_id) == ("ada", "agent", talk.id)
    assert audited == {("ada", "agent", "cancel_order")}
    log = await talk.conversations.events(talk.id, ADA)
    returned = [one.event.action for one in log if one.event.type == "tool_returned"]
    assert returned[-1].receipt == done.receipt_id


async def test_only_who_holds_the_ticket_acts(talk: Talk) -> None:
    await talk.say("cancel D1002", CANCEL)
    ticket = await handed_over(talk)
    key = ticket.body.actions[0].key
    with pytest.raises(NotOwnerError):
        await talk.conversations.act_for_shopper(ticket.ticket_id, Identity("agent", "ben"), key=key, lang="en")
    await talk.conversations.release(ticket.ticket_id, ADA, outcome="resolve")
    with pytest.raises(NotOwnerError):
        await talk.conversations.act_for_shopper(ticket.ticket_id, ADA, key=key, lang="en")
    assert await status_of(talk, "D1002") == "pending"


async def test_a_call_that_the_ticket_does_not_offer_is_refused(talk: Talk) -> None:
    ticket = await handed_over(talk)
    with pytest.raises(ArgumentError) as caught:
        await talk.conversations.act_for_shopper(ticket.ticket_id, ADA, key="a9", lang="en")
    assert caught.value.code == "unknown_action"
