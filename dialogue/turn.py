"""One turn: from a stored message to committed replies."""

from __future__ import annotations

from typing import Any, Literal

import pydantic

from dialogue.commands import Understanding
from dialogue.replies.types import Reply
from dialogue.understanding.voice.types import Hearing
from tools.base import Status


class TicketRef(pydantic.BaseModel):
    """The ticket that a turn opened or belongs to."""

    id: str
    priority: str
    queue: str


class Action(pydantic.BaseModel):
    """One tool call of a turn, as merchants, agents and tests see it."""

    tool: str
    arguments: dict[str, Any]
    status: Status
    receipt: str | None = None
    result: dict[str, Any] = {}


class TurnTimes(pydantic.BaseModel):
    """Milliseconds by stage; `total` includes storing."""

    understand: float = 0.0
    decide: float = 0.0
    act: float = 0.0
    reply: float = 0.0
    total: float = 0.0


Sign = Literal["mood", "getting_worse", "said_before", "not_understood", "unanswered", "refused", "asked_again"]
"""What shows that a shopper is not content."""


class Satisfaction(pydantic.BaseModel):
    """How content a shopper is with the way the conversation goes: see `dialogue.satisfaction`."""

    model_config = pydantic.ConfigDict(frozen=True)

    dissatisfied: float = 0.0
    """The chance that they are not, in [0, 1]."""
    because: tuple[Sign, ...] = ()
    """What speaks for it, the weightiest first."""


class Turn(pydantic.BaseModel):
    """The answer to one message."""

    conversation_id: str
    seq: int
    """Sequence number of the turn's last event."""
    handled_by: Literal["bot", "human", "queue"]
    replies: list[Reply]
    heard: list[Hearing] = []
    """Of the voice messages that it answered, in their order."""
    understanding: Understanding | None = None
    trend: Literal["better", "steady", "worse"] = "steady"
    """Where the shopper's mood is going over the last messages."""
    satisfaction: Satisfaction = Satisfaction()
    actions: list[Action] = []
    ticket: TicketRef | None = None
    ms: TurnTimes = TurnTimes()
