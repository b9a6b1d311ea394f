"""What goes over the wire: request bodies, the contract's Turn, and the frames of both WebSockets.

Chat socket ``WS /v1/conversations/{id}/stream?after=N``
    The token comes in the ``Authorization`` header, as the subprotocol ``bearer.TOKEN`` beside ``xiaoer.v1``, or as the
    first frame. Client frames: `AuthFrame`, `MessageFrame`, `TypingFrame`, `PingFrame`. Server frames: `ReadyFrame` (first of all:
    the token was accepted), `EventFrame` (every event after N, past ones first, then live; the truth about the conversation),
    `TurnFrame` (a message of this socket was answered; its replies came or come as events too), `TypingNotice`, `DraftFrame` (what the bot
    is about to say, to show until its reply comes), `ErrorFrame`, `PongFrame`.

Desk socket ``WS /v1/desk``
    The same token rules, for agents. Client frames: `AuthFrame`, `WatchFrame`, `UnwatchFrame`, `DeskMessageFrame`,
    `DeskTypingFrame`, `LookFrame`, `SuperviseFrame`, `PingFrame`. Server frames: `ReadyFrame`, `TicketFrame`, `NoteFrame`, `EventFrame` of
    watched conversations (those of the agent's claimed tickets are watched by themselves), `TypingNotice`, `ViewersFrame` and
    `WritingFrame` of the case on screen, `LiveFrame` and `LiveChangedFrame` for supervisors who asked for them, `ErrorFrame`, `PongFrame`.

Close codes: 4401 no valid token, 4403 wrong role, 4404 unknown conversation, 4408 no token in time, 1009 frame too
big, 1008 an unreadable address or too many malformed frames, 1013 the client reads too slowly or the server is going down.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

import pydantic

from channels.problems import ProblemError
from dialogue.events import MessageReceived, OwnershipChanged, Replied, StoredEvent
from dialogue.replies.types import Reply
from dialogue.turn import Sign, Turn
from knowledge.types import Lang
from tools.base import Role
from tools.ticketing.rating import LONGEST_REMARK
from tools.ticketing.types import AgreedText

MAX_SEQ = 2**31 - 1
"""The largest sequence number that every database takes."""

_NOT_TEXT = re.compile("[\ud800-\udfff\x00]")
_CONTROL = re.compile(r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


class _Body(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="ignore", frozen=True)


def printable(text: str) -> str:
    """Return the text without control and direction-override characters.

    Raises:
        ProblemError: ``not_text``: it holds a NUL or half a surrogate pair, or nothing but control characters.
    """
    if _NOT_TEXT.search(text):
        raise ProblemError("not_text")
    cleaned = _CONTROL.sub("", text)
    if text.strip() and not cleaned.strip():
        raise ProblemError("not_text")
    return cleaned


ClientId = Annotated[str, pydantic.Field(min_length=1, max_length=100, pattern=r"^[!-~]+$")]
"""The sender's name for its message: a UUID, or any visible ASCII."""
AttachmentIds = Annotated[
    tuple[Annotated[str, pydantic.Field(max_length=64, pattern=r"^[!-~]*$")], ...], pydantic.Field(max_length=8)
]


class DeviceSignals(_Body):
    """What an app or a page knows of the device that it runs on; what is left out is not known.

    `id`: the shop's own fingerprint of the device, as its orders have it. `emulator`: an emulated phone; `modified`: rooted, jailbroken
    or hooked; `automated`: driven by a program.
    """

    id: str = pydantic.Field(default="", max_length=64)
    emulator: bool | None = None
    modified: bool | None = None
    automated: bool | None = None


class OpenConversation(_Body):
    """Start a conversation; the role is the token's."""

    role: Literal["shopper", "merchant"] | None = None
    lang: Lang | None = None
    channel: str = pydantic.Field(default="web", pattern=r"^[a-z0-9_-]{1,32}$")
    device: DeviceSignals = DeviceSignals()


class ConversationOpened(_Body):
    """A new conversation and what it opens with."""

    id: str
    seq: int
    greeting: tuple[Reply, ...]


class NewMessage(_Body):
    """A message. The same `client_id` again gives the same turn."""

    client_id: ClientId
    text: str = ""
    attachments: AttachmentIds = ()


class GiveRating(_Body):
    """How the shopper was served, one to five stars, and why."""

    score: int = pydantic.Field(ge=1, le=5, strict=True)
    remark: str = pydantic.Field(default="", max_length=LONGEST_REMARK)


class EmotionView(_Body):
    """How the person feels, and where it is going."""

    label: str
    score: float
    intensity: float
    impatience: float | None
    trend: Literal["better", "steady", "worse"]


class UnderstandingView(_Body):
    """What was read from the message."""

    lang: Lang
    intent: str
    confidence: float
    intents: list[dict[str, Any]]
    commands: list[dict[str, Any]]
    entities: dict[str, list[dict[str, Any]]]
    emotion: EmotionView
    model: str


class ActionView(_Body):
    """A tool call and what came of it."""

    tool: str
    arguments: dict[str, Any]
    status: Literal["ok", "refused", "failed", "needs_confirmation"]
    receipt: str | None
    result: dict[str, Any]


class TicketRefView(_Body):
    """The ticket that a turn opened or belongs to."""

    id: str
    priority: str
    queue: str


class HeardView(_Body):
    """What was heard in a voice message; None: it could not be."""

    attachment_id: str
    transcript: dict[str, Any] | None
    voice: dict[str, Any] | None


class SatisfactionView(_Body):
    """How content the shopper seems, and what speaks against it, the weightiest first."""

    dissatisfied: float
    because: list[Sign]


class MsView(_Body):
    """Milliseconds by stage."""

    understand: float
    decide: float
    act: float
    reply: float
    total: float


class TurnView(_Body):
    """The answer to one message. A shopper's own token gets no `understanding`, `satisfaction`, `actions` and `ms` unless debugging is on."""

    conversation_id: str
    seq: int
    handled_by: Literal["bot", "human", "queue"]
    replies: list[Reply]
    ticket: TicketRefView | None
    heard: list[HeardView] | None = None
    understanding: UnderstandingView | None = None
    satisfaction: SatisfactionView | None = None
    actions: list[ActionView] | None = None
    ms: MsView | None = None


def turn_json(turn: Turn, *, full: bool) -> dict[str, Any]:
    """Return the contract's Turn; `full` with what merchants, agents and tests see."""
    shown: dict[str, Any] = {
        "conversation_id": turn.conversation_id,
        "seq": turn.seq,
        "handled_by": turn.handled_by,
        "replies": [reply.model_dump(mode="json") for reply in turn.replies],
        "ticket": turn.ticket.model_dump(mode="json") if turn.ticket else None,
    }
    if full:
        shown["heard"] = [hearing.model_dump(mode="json", exclude={"voice": {"features"}}) for hearing in turn.heard]
        shown["understanding"] = _understanding_json(turn)
        shown["satisfaction"] = turn.satisfaction.model_dump(mode="json")
        shown["actions"] = [action.model_dump(mode="json") for action in turn.actions]
        shown["ms"] = {stage: round(ms, 3) for stage, ms in turn.ms.model_dump().items()}
    return shown


def _understanding_json(turn: Turn) -> dict[str, Any] | None:
    read = turn.understanding
    if read is None:
        return None
    entities: dict[str, list[dict[str, Any]]] = {}
    for entity in read.entities:
        entities.setdefault(entity.type, []).append(entity.model_dump(mode="json", exclude={"type"}))
    return {
        "lang": read.lang,
        "intent": read.intents[0].intent if read.intents else "cannot_handle",
        "confidence": read.intents[0].score if read.intents else 0.0,
        "intents": [intent.model_dump(mode="json") for intent in read.intents],
        "commands": [command.model_dump(mode="json") for command in read.commands],
        "entities": entities,
        "emotion": {**read.emotion.model_dump(mode="json", exclude={"chances"}), "trend": turn.trend},
        "model": read.model,
    }


def event_json(stored: StoredEvent, role: Role) -> dict[str, Any]:
    """Return a stored event as JSON; a shopper learns neither which employee acts nor why a case changed hands.

    What a voice is remembered by stays here.
    """
    shown = stored.model_dump(mode="json", exclude={"event": {"voice": {"features"}}})
    if role == "shopper":
        event = stored.event
        if isinstance(event, OwnershipChanged):
            shown["event"].update(agent_id=None, reason="")
        elif isinstance(event, Replied) or (isinstance(event, MessageReceived) and event.author != "shopper"):
            shown["event"].update(author_id=None)
    return shown


class AuthFrame(_Body):
    """The token, where no header could carry it. Must be the first frame."""

    type: Literal["auth"]
    token: str


class MessageFrame(NewMessage):
    """A message to the shop. Answered by a `TurnFrame` or an `ErrorFrame` with the same `client_id`."""

    type: Literal["message"]


class TypingFrame(_Body):
    """The person is writing, or stopped."""

    type: Literal["typing"]
    on: bool


class PingFrame(_Body):
    """Are you there? Answered by `PongFrame`."""

    type: Literal["ping"]


ChatClientFrame = Annotated[MessageFrame | TypingFrame | PingFrame, pydantic.Field(discriminator="type")]


class WatchFrame(_Body):
    """Send the conversation's events after `after`, and what follows."""

    type: Literal["watch"]
    conversation_id: str
    after: int = pydantic.Field(default=0, ge=0, le=MAX_SEQ)


class UnwatchFrame(_Body):
    """No more events of this conversation."""

    type: Literal["unwatch"]
    conversation_id: str


class DeskMessageFrame(_Body):
    """An agent's words to the shopper, or something sent along."""

    type: Literal["message"]
    conversation_id: str
    client_id: ClientId
    text: str
    attachments: AttachmentIds = ()


class DeskTypingFrame(_Body):
    """The agent is writing, or stopped."""

    type: Literal["typing"]
    conversation_id: str
    on: bool


class LookFrame(_Body):
    """The case that is on screen; None: no more any."""

    type: Literal["look"]
    conversation_id: str | None = None


class SuperviseFrame(_Body):
    """Send what goes on at the whole desk, and what changes, or no more of it. For supervisors."""

    type: Literal["supervise"]
    on: bool = True


DeskFrame = WatchFrame | UnwatchFrame | DeskMessageFrame | DeskTypingFrame | LookFrame | SuperviseFrame | PingFrame
DeskClientFrame = Annotated[DeskFrame, pydantic.Field(discriminator="type")]


class ReadyFrame(_Body):
    """The token was accepted; frames may be sent."""

    type: Literal["ready"] = "ready"
    role: str
    subject: str
    conversation_id: str | None = None


class EventFrame(_Body):
    """An event in its place; resume with the highest `seq` seen."""

    type: Literal["event"] = "event"
    conversation_id: str
    seq: int
    at: str
    event: dict[str, Any]


class TurnFrame(_Body):
    """A message of this socket was answered."""

    type: Literal["turn"] = "turn"
    client_id: str
    turn: TurnView


class TypingNotice(_Body):
    """Somebody at the other end is writing, or stopped. `conversation_id` only at the desk."""

    type: Literal["typing"] = "typing"
    who: Literal["bot", "agent", "shopper"]
    on: bool
    conversation_id: str | None = None


class DraftFrame(_Body):
    """What the bot is about to say, as far as it is written: whole sentences, checked as the reply will be. It is no event and is not kept.

    `text` takes the place of the draft before; "" takes it back. `turn` is the `seq` of the message that is being answered: the next
    ``replied`` or ``ownership_changed`` event, or message of the person, takes the draft's place, and a draft whose `turn` is before such
    an event came too late. The reply may say something else, and a message need not get a draft.
    """

    type: Literal["draft"] = "draft"
    turn: int
    lang: Lang
    text: str


class TicketFrame(_Body):
    """A ticket appeared or changed: `ticket` is a `tools.ticketing.types.TicketView`."""

    type: Literal["ticket"] = "ticket"
    ticket: dict[str, Any]


class ViewersFrame(_Body):
    """Who has the case on screen that this desk has on screen, itself included."""

    type: Literal["viewers"] = "viewers"
    conversation_id: str
    viewers: tuple[str, ...]


class WritingFrame(_Body):
    """An agent is writing in the case that is on screen, or stopped."""

    type: Literal["writing"] = "writing"
    conversation_id: str
    agent: str
    on: bool


class LiveFrame(_Body):
    """What goes on, after `SuperviseFrame`: `board` is a `tools.ticketing.live.LiveBoard`."""

    type: Literal["live"] = "live"
    board: dict[str, Any]


class LiveChangedFrame(_Body):
    """What is new of it: conversations as they are now, those that are over, and agents and queues where they changed."""

    type: Literal["live_changed"] = "live_changed"
    conversations: list[dict[str, Any]] = []
    gone: list[str] = []
    agents: list[dict[str, Any]] | None = None
    queues: list[dict[str, Any]] | None = None


class NoteFrame(_Body):
    """A note of the staff was written: `note` is a `tools.ticketing.note_types.NoteView`. At the desk only."""

    type: Literal["note"] = "note"
    note: dict[str, Any]


class ErrorFrame(_Body):
    """A problem document; with `client_id` when a message caused it. The socket stays usable."""

    type: Literal["error"] = "error"
    problem: dict[str, Any]
    client_id: str | None = None


class PongFrame(_Body):
    """Here."""

    type: Literal["pong"] = "pong"


class AgentMessage(_Body):
    """An agent's words to the shopper, or something sent along."""

    client_id: ClientId
    text: str
    attachments: AttachmentIds = ()


class ClaimBody(_Body):
    """The version of the ticket that the agent saw."""

    version: int = pydantic.Field(ge=0, le=MAX_SEQ)


class ReleaseBody(_Body):
    """``hand_back`` gives the shopper back to the bot, ``resolve`` closes the case."""

    outcome: Literal["hand_back", "resolve"]
    note: str = pydantic.Field(default="", max_length=4000)
    agreed: tuple[AgreedText, ...] = pydantic.Field(default=(), max_length=10)
    """What was agreed with the shopper, a sentence each; the shopper is told it, and the bot goes by it."""


class PresenceBody(_Body):
    """Whether tickets may be given to the agent."""

    state: Literal["available", "away"]


class AwaitBody(_Body):
    """Whether the case waits for the shopper."""

    waiting: bool = True


class TakeOverBody(_Body):
    """The version of the conversation's ownership that was seen, and why, for the agent who has it."""

    version: int = pydantic.Field(ge=0, le=MAX_SEQ)
    because: str = pydantic.Field(default="", max_length=300)


class WhisperBody(_Body):
    """A supervisor's words to the agent who holds the conversation."""

    client_id: ClientId
    text: str


class RiskDecision(_Body):
    """``allow`` lets what was held back pass, ``fraud`` confirms it."""

    decision: Literal["allow", "fraud"]
    note: str = pydantic.Field(default="", max_length=2_000)


class TokenGiven(_Body):
    """A signed token."""

    token: str
    role: str
    subject: str
    expires_in: int


class DemoSignIn(_Body):
    """Who to act as in the demo shop: one of its well-known customers, an agent or a merchant."""

    role: Literal["shopper", "agent", "merchant"]
    subject: str | None = pydantic.Field(default=None, max_length=64)
