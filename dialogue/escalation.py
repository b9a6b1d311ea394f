"""When a person is offered or takes over, and what the ticket says: summary, facts, attempts with receipts, mood."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dialogue.commands import Affirm, AskHuman, Choose, Deny, Emotion, Provide, Understanding
from dialogue.engine import Engine
from dialogue.replies.templates import Templates
from dialogue.replies.types import TextReply
from dialogue.satisfaction import Signs, satisfaction, says_the_same
from dialogue.slots.base import Question
from dialogue.state import displeasure, is_lost, trend
from dialogue.turn import TicketRef
from dialogue.waiting import offer_call_back, show_hand_over
from dialogue.work import HandOverWish, Work
from tools.ticketing.types import TicketView

STRONG_ANGER = 0.75
"""Intensity from which one angry message is enough."""
SURE_ANGER = 0.6
"""Chance from which a message counts as angry at all: false anger takes the conversation from the bot for nothing."""
OFFER_FROM, HAND_OVER_FROM = 0.6, 0.85
"""Chances of being dissatisfied from which a person is offered, once, and from which one takes over."""
DISPLEASED = 0.1
"""Displeasure from which a message itself shows discontent."""
_REMEMBERED = 5
_LONGEST = 200


def judge(work: Work, understanding: Understanding) -> None:
    """Say how content the shopper is after this message, and whether a person must take over.

    That is at strong anger, at anger that lasts two messages, and where nearly everything speaks for discontent and this message too.
    """
    moods = [*work.state.moods, understanding.emotion]
    answers = any(isinstance(command, Affirm | Choose | Deny | Provide) for command in understanding.commands)
    signs = Signs(
        moods=moods,
        said_before=not answers and says_the_same(work.text, work.memory.said),
        not_understood=work.state.failures + 1 if is_lost(understanding) else 0,
        unanswered=work.memory.unanswered,
        refused=work.memory.refused,
        asked_again=_asked_again(work),
    )
    work.memory.said = [*work.memory.said, work.text[:_LONGEST]][-_REMEMBERED:]
    work.satisfaction = satisfaction(signs)
    work.shows_discontent = displeasure(moods[-1]) >= DISPLEASED or signs.said_before or signs.not_understood > 0
    if any(isinstance(command, AskHuman) for command in understanding.commands):
        return
    if _is_angry(moods):
        work.hand_over = HandOverWish(reason="anger", priority="high")
    elif work.shows_discontent and work.satisfaction.dissatisfied >= HAND_OVER_FROM:
        work.hand_over = HandOverWish(reason="discontent", priority="high")


def _is_angry(moods: Sequence[Emotion]) -> bool:
    now = moods[-1]
    return _angry(now) and (now.intensity >= STRONG_ANGER or any(map(_angry, moods[-2:-1])))


def _asked_again(work: Work) -> int:
    pending, frame = work.state.pending, work.state.frame
    return max(0, frame.asked.get(pending.question.slot, 0) - 1) if pending is not None and frame is not None else 0


def offer_person(work: Work, templates: Templates) -> None:
    """Offer a person, once an episode, to one who is likely dissatisfied; an open question is not pushed aside by it."""
    wanted = work.shows_discontent and work.satisfaction.dissatisfied >= OFFER_FROM
    if not wanted or work.memory.person_offered or work.hand_over is not None:
        return
    work.memory.person_offered = True
    if work.pending is None and not work.stack:
        yes = (templates.say("label.yes", work.lang), {"do": "hand_over", "reason": "discontent"})
        no = (templates.say("label.no", work.lang), False)
        work.ask(Question(templates.say("chit.complaint_offer", work.lang), (yes, no)), kind="offer")
    elif work.pending is None or work.pending.question.kind != "offer":
        work.replies.insert(0, TextReply(text=templates.say("chit.person_any_time", work.lang), lang=work.lang))


def _angry(mood: Emotion) -> bool:
    return mood.label == "angry" and mood.score >= SURE_ANGER


async def hand_over(work: Work, understanding: Understanding | None, engine: Engine) -> bool:
    """Open the ticket and say which one, from what the tool returned. Returns False when it could not be opened."""
    wish, templates = work.hand_over, engine.templates
    if wish is None:
        return False
    outcome = await work.call(
        "hand_over",
        {
            "reason": wish.reason,
            "priority": wish.priority,
            "queue": wish.queue,
            "lang": work.lang,
            "subject": _subject(work),
            "body": ticket_body(work, understanding),
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
