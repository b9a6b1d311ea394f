"""The typed events that a conversation is made of. State is a fold over them and nothing else."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

import pydantic

from agent.llm.ledger import ModelCall
from dialogue.commands import PendingQuestion, Understanding
from dialogue.judgement import Judgement
from dialogue.replies.types import Reply
from dialogue.turn import Action, Satisfaction, TicketRef, TurnTimes
from dialogue.understanding.voice.types import HeardVoice, Transcript
from knowledge.types import JsonObject, Lang

Owner = Literal["bot", "queued", "human", "closed"]


class _Event(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(frozen=True)


class AttachmentRef(_Event):
    """A picture or voice file that came with a message."""

    id: str
    kind: Literal["image", "audio"]
    media_type: str


class Agreement(_Event):
    """Something that a person at the desk agreed to with the shopper, in that person's words."""

    text: str
    ticket_id: str
    agent_id: str | None = None


class MessageReceived(_Event):
    """Somebody wrote. Stored before anything else happens, so that "received" is true."""

    type: Literal["message_received"] = "message_received"
    author: Literal["shopper", "merchant", "agent"]
    author_id: str | None = None
    client_id: str
    text: str
    attachments: tuple[AttachmentRef, ...] = ()
    asks: Annotated[JsonObject | None, pydantic.Field(exclude_if=lambda given: given is None)] = None
    """A question about figures (`tools.analytics.query.Question` as JSON) that was pressed, not written; `text` says it for those who read along."""


class VoiceTranscribed(_Event):
    """What was said in a voice message that came with the message `of_seq`."""

    type: Literal["voice_transcribed"] = "voice_transcribed"
    of_seq: int
    attachment_id: str
    transcript: Transcript


class VoiceHeard(_Event):
    """How a voice message sounded that came with the message `of_seq`."""

    type: Literal["voice_heard"] = "voice_heard"
    of_seq: int
    attachment_id: str
    voice: HeardVoice


class Understood(_Event):
    """What was read from the message `of_seq`."""

    type: Literal["understood"] = "understood"
    of_seq: int
    understanding: Understanding


class Decided(_Event):
    """The route taken, and why: continue or start a flow, answer from knowledge, agent, clarify, hand over."""

    type: Literal["decided"] = "decided"
    route: str
    reason: str = ""
    judgement: Annotated[Judgement | None, pydantic.Field(exclude_if=lambda given: given is None)] = None
    """What spoke for a person, where anything did."""


class FlowsChanged(_Event):
    """The flow stack and queue as they stand after a decision (the engine's snapshot, see `dialogue.state`)."""

    type: Literal["flows_changed"] = "flows_changed"
    stack: tuple[dict[str, Any], ...] = ()
    queue: tuple[dict[str, Any], ...] = ()
    memory: dict[str, Any] = {}
    """What the conversation is about at the moment: entities heard, order and product in focus."""


class Asked(_Event):
    """The question that now waits for an answer, or None when nothing does."""

    type: Literal["asked"] = "asked"
    question: PendingQuestion | None
    proposal_id: str | None = None
    values: tuple[Any, ...] = ()
    """What each choice stands for, in the order of `question.choices`."""


class ToolCalled(_Event):
    """A call went to the executor."""

    type: Literal["tool_called"] = "tool_called"
    tool: str
    arguments: dict[str, Any]
    key: str


class ToolReturned(_Event):
    """What the executor said."""

    type: Literal["tool_returned"] = "tool_returned"
    action: Action
    duration_ms: float


class ModelCalled(_Event):
    """A language model was asked in the turn, or was to be."""

    type: Literal["model_called"] = "model_called"
    call: ModelCall


class CustomerProven(_Event):
    """The person proved who they are; the executor wrote it on the conversation."""

    type: Literal["customer_proven"] = "customer_proven"
    customer_id: str
    name: str
    proof: str


class LanguageChanged(_Event):
    """Replies are in this language from now on."""

    type: Literal["language_changed"] = "language_changed"
    lang: Lang


class Replied(_Event):
    """Somebody answered: the bot, or a person at the desk (`author_id`).

    The ``shop`` tells what was done for the shopper while the bot lost the word to a person: facts, each with its receipt.
    """

    type: Literal["replied"] = "replied"
    author: Literal["bot", "agent", "shop"] = "bot"
    author_id: str | None = None
    replies: tuple[Reply, ...]
    attachments: Annotated[tuple[AttachmentRef, ...], pydantic.Field(exclude_if=lambda given: not given)] = ()
    """What a person at the desk sent along."""
    reminder: bool = False
    """The open question put once more after a silence; it answers nothing."""


class ReplyDropped(_Event):
    """The bot's reply came too late: somebody else owns the conversation now."""

    type: Literal["reply_dropped"] = "reply_dropped"
    reason: str


class TicketOpened(_Event):
    """A ticket exists."""

    type: Literal["ticket_opened"] = "ticket_opened"
    ticket: TicketRef


class OwnershipChanged(_Event):
    """bot -> queued -> human -> bot or closed; `version` grows by one each time."""

    type: Literal["ownership_changed"] = "ownership_changed"
    owner: Owner
    version: int
    agent_id: str | None = None
    reason: str = ""


class Whispered(_Event):
    """A supervisor said something to the agent who holds the conversation, or held it until now. No shopper is ever shown it."""

    type: Literal["whispered"] = "whispered"
    author_id: str
    to: str
    text: str
    taken_over: bool = False
    """It says why the conversation was taken from them."""


class EpisodeStarted(_Event):
    """What came before is history: an old request for a person is not a live fact."""

    type: Literal["episode_started"] = "episode_started"
    number: int
    agreed: Annotated[tuple[Agreement, ...], pydantic.Field(exclude_if=lambda given: not given)] = ()
    """What a person agreed to with the shopper before they handed back: facts that outlast episodes."""


class Rated(_Event):
    """The shopper said how they were served, or changed what they had said."""

    type: Literal["rated"] = "rated"
    rating_id: str
    score: int
    remark: str = ""


class TurnEnded(_Event):
    """The turn that answered the message `of_seq` is complete; a message without one is taken up again after a crash."""

    type: Literal["turn_ended"] = "turn_ended"
    of_seq: int
    handled_by: Literal["bot", "human", "queue"]
    trend: Literal["better", "steady", "worse"] = "steady"
    satisfaction: Satisfaction = Satisfaction()
    ticket: TicketRef | None = None
    """The case that the conversation was with then."""
    ms: TurnTimes


Event = Annotated[
    MessageReceived | VoiceTranscribed | VoiceHeard | Understood | Decided | FlowsChanged | Asked | ToolCalled | ToolReturned | ModelCalled | CustomerProven
    | LanguageChanged | Replied | ReplyDropped | TicketOpened | OwnershipChanged | Whispered | EpisodeStarted | Rated | TurnEnded,
    pydantic.Field(discriminator="type"),
]  # fmt: skip

PUBLIC_TYPES = frozenset({
    "message_received", "voice_transcribed", "replied", "ownership_changed", "ticket_opened", "language_changed", "rated",
})  # fmt: skip
"""What a shopper's own token may see."""

INTERNAL_TYPES = frozenset({"whispered"})
"""What the shop's people say among themselves; it is given to no shopper, not even in a copy of their data."""


class StoredEvent(pydantic.BaseModel):
    """An event in its place: the form of ``GET /events`` and of WebSocket frames."""

    model_config = pydantic.ConfigDict(frozen=True)

    conversation_id: str
    seq: int
    at: dt.datetime
    event: Event
