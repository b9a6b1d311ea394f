"""Hands a conversation over, and what the ticket says: summary, facts, attempts with receipts, mood. When: `dialogue.judging`."""

from __future__ import annotations

from typing import Any

from dialogue.commands import Understanding
from dialogue.judging import RANK
from dialogue.replies.templates import Templates
from dialogue.replies.types import HandoffReply
from dialogue.state import trend
from dialogue.turn import TicketRef
from dialogue.work import Work
from tools.ticketing.types import TicketView


async def hand_over(work: Work, understanding: Understanding | None, templates: Templates) -> bool:
    """Open the ticket and say which one, from what the tool returned. Returns False when it could not be opened."""
    wish = work.hand_over
    if wish is None:
        return False
    outcome = await work.call(
        "hand_over",
        {
            "reason": wish.reason,
            "priority": max(wish.priority, work.judgement.priority, key=lambda each: RANK[each]),
            "queue": wish.queue,
            "lang": work.lang,
            "subject": _subject(work),
            "body": {**ticket_body(work, understanding), **_known_of(work)},
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
    work.show(HandoffReply(text=said, lang=work.lang, ticket_id=ticket.ticket_id, position=ticket.position))
    return True


def _known_of(work: Work) -> dict[str, Any]:
    """Return why a person is needed, with what spoke for it, and what persons agreed to with this shopper before."""
    agreed = [each.text for each in work.state.agreed]
    judged = work.judgement.model_dump(mode="json")
    return {"escalation": judged, **({"agreed": agreed} if agreed else {})}


def _subject(work: Work) -> str:
    frame = work.business_frame
    if frame is not None:
        order = frame.slots.get("order")
        return work.flows[frame.flow].title.get(work.lang) + (f" · {order}" if order else "")
    return work.text.strip().replace("\n", " ")[:80]


def ticket_body(work: Work, understanding: Understanding | None) -> dict[str, Any]:
    """Return everything that a person needs to go on without asking again; each fact from the state, none invented."""
    state = work.state
    frames = [*work.stack, *work.queue]
    tried = [*(attempt.action for attempt in state.attempts), *work.actions]
    moods = [*state.moods, *([understanding.emotion] if understanding else [])]
    return {
        "customer": {
            "id": work.identity.customer_id,
            "name": state.customer_name,
            "verified_by": state.proof or None,
        },
        "wants": [
            {
                "flow": frame.flow,
                "title": work.flows[frame.flow].title.model_dump(),
                "slots": {name: value for name, value in frame.slots.items() if value not in (None, "", {}, [])},
                "words": frame.text,
            }
            for frame in frames
        ],
        "order": work.memory.focus_order,
        "last_message": work.text,
        "tried": [
            {
                "tool": action.tool,
                "status": action.status,
                "code": action.result.get("code"),
                "receipt": action.receipt,
            }
            for action in tried
            if action.tool != "hand_over"
        ],
        "emotion": {
            "now": moods[-1].model_dump() if moods else None,
            "over_time": [mood.label for mood in moods],
            "trend": trend(moods),
            "satisfaction": work.satisfaction.model_dump(mode="json"),
        },
        "failures": state.failures,
        "attachments": [ref.id for message in state.messages.values() for ref in message.attachments],
    }
