"""What an agent does for a shopper from the ticket: one of the offered calls, through the executor, in the agent's own name."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from dialogue.errors import NotOwnerError
from dialogue.events import Event, ToolCalled, ToolReturned
from dialogue.turn import Action
from knowledge.types import JsonObject, Lang, new_id
from tools.base import Identity, Outcome, ToolCall
from tools.errors import ArgumentError
from tools.executor import Executor
from tools.ticketing.body import OfferedAction
from tools.ticketing.types import TicketView


@dataclasses.dataclass(frozen=True)
class Acted:
    """What came of it, and the events that tell of it."""

    outcome: Outcome
    events: tuple[Event, ...]


async def act(
    executor: Executor,
    ticket: TicketView,
    identity: Identity,
    *,
    key: str | None = None,
    proposal_id: str | None = None,
    lang: Lang = "en",
) -> Acted:
    """Make the offered call `key`, or confirm the stored call `proposal_id` that an offered one led to.

    A call that needs consent is stored and shown first (``needs_confirmation``); the agent's second word executes exactly that.

    Raises:
        NotOwnerError: another agent, or nobody, holds the ticket.
        ArgumentError: ``unknown_action``: the ticket offers no such call.
    """
    if ticket.status != "claimed" or ticket.assignee != identity.actor:
        raise NotOwnerError("this ticket is not yours; claim it first")
    acting = dataclasses.replace(identity, customer_id=ticket.customer_id, conversation_id=ticket.conversation_id)
    if proposal_id is not None:
        outcome = await executor.confirm(proposal_id, acting, lang=lang)
        return Acted(outcome, _events(outcome.call.tool, outcome.call.arguments, proposal_id, outcome))
    offered = _offered(ticket.body.actions, key or "")
    call = ToolCall(offered.tool, offered.arguments)
    used = f"ticket:{ticket.ticket_id}:{offered.key}:{new_id('try')}"
    outcome = await executor.call(call, acting, lang=lang, idempotency_key=used)
    return Acted(outcome, _events(call.tool, call.arguments, used, outcome))


def _offered(actions: Sequence[OfferedAction], key: str) -> OfferedAction:
    found = next((one for one in actions if one.key == key), None)
    if found is None:
        known = ", ".join(one.key for one in actions) or "none"
        raise ArgumentError("unknown_action", f"expected an action that the ticket offers: {known}")
    return found


def _events(tool: str, arguments: JsonObject, key: str, outcome: Outcome) -> tuple[Event, ...]:
    result = outcome.evidence.model_dump(mode="json") if outcome.evidence is not None else {}
    if outcome.code:
        result = {**result, "code": outcome.code, **({"facts": outcome.facts} if outcome.facts else {})}
    action = Action(tool=tool, arguments=arguments, status=outcome.status, receipt=outcome.receipt_id, result=result)
    returned = ToolReturned(action=action, duration_ms=round(outcome.duration_ms, 2))
    return ToolCalled(tool=tool, arguments=arguments, key=key), returned
