"""What a shopper is told who is handed over: the ticket, their place, how long it takes, or when the desk opens and a call back."""

from __future__ import annotations

import math

from dialogue.engine import Engine
from dialogue.replies.templates import Templates
from dialogue.replies.types import HandoffReply
from dialogue.work import Work
from tools.ticketing.desk_types import QueueWait
from tools.ticketing.types import TicketView

CALL_BACK = "call_back"
"""The flow that asks where to call back."""


async def show_hand_over(work: Work, ticket: TicketView, said: str, templates: Templates) -> None:
    """Show the card of a hand-over: `said`, and what to expect now.

    While the desk is closed nobody takes over, so that the conversation stays the bot's.
    """
    wait = await work.read("queue_wait", {})
    if isinstance(wait, QueueWait):
        said = (said if work.lang == "zh" else f"{said} ") + _expectation(work, wait, templates)
        work.desk_closed = wait.opens_at is not None
    work.show(
        HandoffReply(
            text=said,
            lang=work.lang,
            ticket_id=ticket.ticket_id,
            position=ticket.position,
            expected_s=wait.expected_s if isinstance(wait, QueueWait) else None,
            opens_at=wait.opens_at if isinstance(wait, QueueWait) else None,
        )
    )


def _expectation(work: Work, wait: QueueWait, templates: Templates) -> str:
    if wait.opens_at is not None:
        return templates.say("handoff.closed", work.lang, opens_at=wait.opens_at)
    if wait.present == 0 or wait.never_opens:
        return templates.say("handoff.nobody", work.lang)
    if wait.expected_s is None:
        return templates.say("handoff.wait_unknown", work.lang)
    if wait.expected_s == 0:
        return templates.say("handoff.wait_none", work.lang)
    return templates.say("handoff.wait", work.lang, minutes=math.ceil(wait.expected_s / 60))


async def offer_call_back(work: Work, ticket: TicketView, engine: Engine) -> None:
    """Ask, while the desk is closed, whether and where to call back; what went on before is the ticket's business now.

    Who declined or was asked before is not asked again, but for one who answers that very question with something else.
    """
    asked_before = work.state.ticket is not None and work.state.ticket.id == ticket.ticket_id
    open_question = any(frame.flow == CALL_BACK for frame in work.state.stack)
    work.stack, work.queue = [], []
    if ticket.call_back or (asked_before and not open_question) or work.identity.role != "shopper":
        return
    wish, work.hand_over, work.pending = work.hand_over, None, None
    work.push(CALL_BACK)
    await engine.run(work)
    work.hand_over = wish
