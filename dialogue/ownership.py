"""Who talks to the shopper: what a change of hands writes down, and what becomes of a turn that it overtook."""

from __future__ import annotations

from collections.abc import Sequence

from dialogue.events import (
    Agreement,
    CustomerProven,
    EpisodeStarted,
    Event,
    LanguageChanged,
    ModelCalled,
    OwnershipChanged,
    Replied,
    ReplyDropped,
    TicketOpened,
    ToolCalled,
    ToolReturned,
    TurnEnded,
    Understood,
    VoiceHeard,
    VoiceTranscribed,
    Whispered,
)
from dialogue.replies.types import Reply, TextReply
from dialogue.state import DialogueState
from dialogue.turn import TicketRef, Turn
from dialogue.turns import Finished
from knowledge.schema import Conversation


def taken_over(head: Conversation, agent_id: str | None) -> list[Event]:
    """Return what a claim changes: nothing where the agent has the conversation already."""
    return given_to(head, agent_id, reason="claimed")


def given_to(head: Conversation, agent_id: str | None, *, reason: str, after: int | None = None) -> list[Event]:
    """Return what gives a conversation to an agent in one step; nothing where they have it.

    Args:
        after: the version of a change of hands that goes before in the same step.
    """
    if after is None and head.owner == "human" and head.agent_id == agent_id:
        return []
    version = (head.ownership_version if after is None else after) + 1
    return [OwnershipChanged(owner="human", version=version, agent_id=agent_id, reason=reason)]


def put_back(head: Conversation, said: Reply, *, reason: str) -> list[Event]:
    """Return what takes a conversation from the agent who has it: it waits for a person again, the bot stays silent, and the shopper is told."""
    if head.owner != "human":
        return []
    return [
        OwnershipChanged(owner="queued", version=head.ownership_version + 1, reason=reason),
        Replied(replies=(said,)),
    ]


def seized(
    head: Conversation, taker: str, *, ticket: TicketRef, known: TicketRef | None, because: str = ""
) -> list[Event]:
    """Return what it changes that a supervisor takes a conversation, from the bot, from the queue or from an agent, who is told why.

    Args:
        known: the ticket that the conversation knows of by now.
    """
    if head.owner == "human" and head.agent_id == taker:
        return []
    version = head.ownership_version + 1
    events: list[Event] = [OwnershipChanged(owner="human", version=version, agent_id=taker, reason="taken_over")]
    if known is None or known.id != ticket.id:
        events.insert(0, TicketOpened(ticket=ticket))
    if head.owner == "human" and head.agent_id is not None:
        events.append(Whispered(author_id=taker, to=head.agent_id, text=because, taken_over=True))
    return events


def handed_back(
    head: Conversation, episode: int, said: Sequence[Reply], *, reason: str, agreed: Sequence[Agreement] = ()
) -> list[Event]:
    """Return what the end of a case changes: the bot goes on in a new episode, by what was agreed, and says so."""
    return [
        OwnershipChanged(owner="bot", version=head.ownership_version + 1, reason=reason),
        EpisodeStarted(number=episode, agreed=tuple(agreed)),
        Replied(replies=tuple(said)),
    ]


def must_be_told(finished: Finished, newer: DialogueState) -> bool:
    """Tell whether a turn that was overtaken had an effect that stands in no other turn."""
    told = {attempt.action.receipt for attempt in newer.attempts}
    return any(action.receipt not in told for action in finished.turn.actions if action.receipt)


def overtaken(finished: Finished, newer: DialogueState) -> tuple[list[Event], Turn]:
    """Return what is kept of a turn that was overtaken: what it did, and its words if the bot may speak.

    Its questions and its plans are of a conversation that went on without it. Where a person has taken over, what was
    done still reaches the shopper, as the shop's own word: nobody learns of a refund by chance.
    """
    done = (
        VoiceTranscribed,
        VoiceHeard,
        Understood,
        ToolCalled,
        ToolReturned,
        ModelCalled,
        CustomerProven,
        LanguageChanged,
    )
    kept: list[Event] = [event for event in finished.events if isinstance(event, done)]
    ended = finished.events[-1]
    handled_by = {"bot": "bot", "queued": "queue"}.get(newer.owner, "human")
    replies = finished.turn.replies
    said = replies if newer.owner == "bot" else [reply for reply in replies if _is_fact(reply)]
    if said:
        kept.append(Replied(author="bot" if newer.owner == "bot" else "shop", replies=tuple(said)))
    else:
        kept.append(ReplyDropped(reason="owner changed"))
    if isinstance(ended, TurnEnded) and ended.of_seq in newer.unanswered:
        kept.append(ended.model_copy(update={"handled_by": handled_by, "ticket": newer.ticket}))
    turn = finished.turn.model_copy(update={"handled_by": handled_by, "replies": said, "ticket": newer.ticket})
    return kept, turn


def _is_fact(reply: Reply) -> bool:
    return isinstance(reply, TextReply) and bool(reply.receipts)
