"""Hands a conversation over. When: `dialogue.judging`; what the ticket says: `dialogue.tickets`."""

from __future__ import annotations

from dialogue.commands import Understanding
from dialogue.engine import Engine
from dialogue.judging import RANK
from dialogue.tickets import write
from dialogue.trail import intent_of
from dialogue.turn import TicketRef
from dialogue.waiting import offer_call_back, show_hand_over
from dialogue.work import Work
from tools.ticketing.types import TicketView

_NO_MATTER = frozenset({"", "ask_human", "chit_chat", "affirm", "deny"})
"""What a message is taken for that does not say what the case is about."""


async def hand_over(work: Work, understanding: Understanding | None, engine: Engine) -> bool:
    """Open the ticket and say which one, from what the tool returned. Returns False when it could not be opened."""
    wish, templates = work.hand_over, engine.templates
    if wish is None:
        return False
    outcome = await work.call(
        "hand_over",
        {
            "reason": wish.reason,
            "priority": max(wish.priority, work.judgement.priority, key=lambda each: RANK[each]),
            "queue": wish.queue,
            "lang": work.lang,
            "subject": subject_of(work, understanding),
            "body": (await write(work, wish, understanding, templates)).model_dump(mode="json"),
        },
    )
    ticket = outcome.evidence
    if not isinstance(ticket, TicketView):
        work.say(templates.say("handoff.failed", work.lang))
        return False
    work.say(wish.say)
    work.ticket = TicketRef(id=ticket.ticket_id, priority=ticket.priority, queue=ticket.queue)
    sentence = "handoff.passed_on" if wish.say else f"handoff.{wish.reason}"
    said = templates.say(sentence, work.lang, ticket=ticket.ticket_id, position=ticket.position)
    await show_hand_over(work, ticket, said, engine.templates)
    if work.desk_closed:
        await offer_call_back(work, ticket, engine)
    return True


def subject_of(work: Work, understanding: Understanding | None) -> str:
    """Return what a ticket is called: the procedure that runs, or what was said last that says what it is about."""
    frame = work.business_frame
    if frame is not None:
        order = frame.slots.get("order")
        return work.flows[frame.flow].title.get(work.lang) + (f" · {order}" if order else "")
    said = work.text
    if understanding is not None and intent_of(understanding) in _NO_MATTER:
        earlier = (turn.text for turn in reversed(work.state.trail.turns) if turn.intent not in _NO_MATTER)
        said = next(filter(str.strip, earlier), said)
    return said.strip().replace("\n", " ")[:80]
