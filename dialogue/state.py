"""What a conversation knows: a fold over its events and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeVar

import pydantic

from dialogue.commands import CannotHandle, Emotion, Entity, PendingQuestion, Understanding, View
from dialogue.events import (
    Agreement,
    Asked,
    CustomerProven,
    Decided,
    EpisodeStarted,
    Event,
    FlowsChanged,
    LanguageChanged,
    MessageReceived,
    Owner,
    OwnershipChanged,
    Replied,
    StoredEvent,
    TicketOpened,
    ToolReturned,
    TurnEnded,
    Understood,
    VoiceHeard,
    VoiceTranscribed,
)
from dialogue.replies.types import RatingReply, Reply
from dialogue.trail import Received, Trail, traced, understood
from dialogue.turn import Action, TicketRef
from dialogue.understanding.alarms import AlarmKind
from dialogue.understanding.voice.types import HeardVoice
from knowledge.types import Lang

RecordT = TypeVar("RecordT", bound=pydantic.BaseModel)

RATING = "rating"
"""The route of words that say how the shopper was served."""
MOODS_KEPT = 6
TURNED = 0.15
"""Change of displeasure from which a mood has become worse or better."""
_BADNESS = {"angry": 1.0, "annoyed": 0.6, "sad": 0.5, "anxious": 0.4, "confused": 0.3, "satisfied": -0.5}
VOICES_KEPT = 12
ATTEMPTS_KEPT = 20
AGREED_KEPT = 20


class Heard(pydantic.BaseModel):
    """An entity that the person mentioned, and which request it was said for."""

    model_config = pydantic.ConfigDict(frozen=True)

    entity: Entity
    frame: int | None = None
    """`Frame.id`; None: said for whatever is going on."""
    turn: int
    context: str = ""
    """The words before it in the message: "everything except the", 不要."""
    after: str = ""
    """The words after it: 不退了, "stays"."""


class Frame(pydantic.BaseModel):
    """A running flow. The engine runs its steps from the top each time; what is done is skipped by these records."""

    id: int
    flow: str
    slots: dict[str, Any] = {}
    results: dict[str, Any] = {}
    """Evidence (JSON) by the name that a step gave it."""
    done: dict[str, str] = {}
    """Step key -> fingerprint of what it was done with; another fingerprint means: do it again."""
    receipts: list[str] = []
    asked: dict[str, int] = {}
    """Slot -> how often it was asked in a row without an answer."""
    text: str = ""
    """The words that started it."""
    instead_of: int | None = None
    """`Frame.id` of the request that must have come to nothing for this one to run."""
    named: list[Entity] = []
    """The goods that were named for it, as it was given up."""


class Earlier(pydantic.BaseModel):
    """A request as it waited for a yes, before it was put right."""

    model_config = pydantic.ConfigDict(frozen=True)

    frame: Frame
    heard: list[Heard]
    """What was told for it until then."""


class Memory(pydantic.BaseModel):
    """What the conversation is about at the moment."""

    heard: list[Heard] = []
    focus_order: str | None = None
    focus_products: list[str] = []
    last_address: dict[str, str] = {}
    """The address that was settled last, for "make that my default"."""
    shown_products: list[str] = []
    """Product ids of the last list that was shown, in its order."""
    picture: str | None = None
    """Id of the last picture that goods were looked for by."""
    page: str | None = None
    """Id of the last picture of another shop's page."""
    last_search: dict[str, Any] = {}
    """Arguments of the last product search, for "cheaper ones" and 红色的呢."""
    last_figures: dict[str, Any] = {}
    """Arguments of the last question about the shop's figures, for "and in June?", 按月看呢."""
    achieved: list[int] = []
    """Ids of the frames, and of those whose place they took, that ended with an effect."""
    given_up: list[Frame] = []
    """The last requests that were stopped or gave way to another, for those who turn back."""
    before: list[Earlier] = []
    """What requests were before they were put right, for those who turn back."""
    last_flow: str | None = None
    """The business flow that ended last, for "and the lamp too"."""
    last_question: str = ""
    """The last question to the documents, which the next may go on with."""
    product_question: str = ""
    """The last question about a product, which "and the second one?" asks of another."""
    said: list[str] = []
    """The last messages of this episode, to notice what is said again."""
    unanswered: int = 0
    """Questions that nothing answered."""
    refused: int = 0
    """Wishes that the shop's rules refused."""
    person_offered: bool = False
    unsure: int = 0
    """Messages in a row that were barely understood."""
    alarms: dict[AlarmKind, str] = {}
    """Kinds of alarm heard in this episode, each with its last words."""
    cared: list[str] = []
    """Names of the sentences of care that were said in this episode."""
    next_frame: int = 1
    turn: int = 0


def copy_of(record: RecordT) -> RecordT:
    """Return a copy of a frame or memory that a turn may change, with its lists and objects within."""
    return record.model_copy(update={name: _unshared(value) for name, value in record})


def _unshared(value: Any) -> Any:
    """Copy plain JSON, several times as fast as `copy.deepcopy`; models within are frozen."""
    if isinstance(value, dict):
        return {key: _unshared(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_unshared(part) for part in value]
    return value


class Pending(pydantic.BaseModel):
    """The question that waits for an answer."""

    question: PendingQuestion
    proposal_id: str | None = None
    values: tuple[Any, ...] = ()


class Attempt(pydantic.BaseModel):
    """A tool call of this episode, for tickets."""

    action: Action
    seq: int


class DialogueState(pydantic.BaseModel):
    """The state after the event `seq`."""

    conversation_id: str
    role: Literal["shopper", "merchant"] = "shopper"
    seq: int = 0
    lang: Lang = "zh"
    lang_known: bool = False
    """False until the person has written something that shows a language."""
    customer_id: str | None = None
    customer_name: str = ""
    proof: str = ""
    stack: list[Frame] = []
    queue: list[Frame] = []
    memory: Memory = Memory()
    pending: Pending | None = None
    owner: Owner = "bot"
    ownership_version: int = 0
    agent_id: str | None = None
    ticket: TicketRef | None = None
    episode: int = 1
    agreed: list[Agreement] = []
    """What persons agreed to with the shopper, over all episodes; the last `AGREED_KEPT`."""
    failures: int = 0
    """Turns in a row that understood nothing usable."""
    moods: list[Emotion] = []
    voices: list[HeardVoice] = []
    """How the last voice messages sounded: what the next is measured against."""
    attempts: list[Attempt] = []
    last_replies: tuple[Reply, ...] = ()
    unanswered: list[int] = []
    """Sequence numbers of messages without a finished turn."""
    messages: dict[int, MessageReceived] = {}
    """The unanswered messages themselves."""
    transcripts: dict[int, str] = {}
    """What was said in those of them that were spoken."""
    trail: Trail = Trail()
    """Where each fact of the episode came up."""
    rating: str | None = None
    """The question how they were served that the next words may answer."""

    @property
    def frame(self) -> Frame | None:
        """The running flow, if any."""
        return self.stack[-1] if self.stack else None


def trend(moods: Sequence[Emotion]) -> Literal["better", "steady", "worse"]:
    """Compare the mood of the last message with the mean of those before."""
    if len(moods) < 2:
        return "steady"
    weights = [displeasure(mood) for mood in moods]
    change = weights[-1] - sum(weights[:-1]) / (len(weights) - 1)
    return "worse" if change > TURNED else "better" if change < -TURNED else "steady"


def displeasure(mood: Emotion) -> float:
    """Map a mood to [-0.5, 1]: how unhappy it is expected to be, by the chances of all labels, more so the stronger it is."""
    chances = mood.chances or {mood.label: 1.0}
    expected = sum(_BADNESS.get(label, 0.0) * chance for label, chance in chances.items())
    return expected * (0.5 + 0.5 * mood.intensity)


def initial(
    conversation_id: str, role: Literal["shopper", "merchant"], lang: Lang, customer_id: str | None
) -> DialogueState:
    """Return the state before the first event."""
    return DialogueState(
        conversation_id=conversation_id,
        role=role,
        lang=lang,
        customer_id=customer_id,
        proof="token" if customer_id else "",
    )


def fold(state: DialogueState, stored: StoredEvent) -> DialogueState:
    """Return the state after one more event; `state` itself is left as it is."""
    return state.model_copy(update={**_changes(state, stored.event, stored.seq), "seq": stored.seq})


def _changes(state: DialogueState, event: Event, seq: int) -> dict[str, Any]:
    """Return the fields that an event changes."""
    match event:
        case MessageReceived() if event.author != "agent":
            return {"unanswered": [*state.unanswered, seq], "messages": {**state.messages, seq: event}}
        case Understood():
            return _understood(state, event)
        case FlowsChanged():
            return _flows_changed(state, event)
        case Asked():
            return {
                "pending": _pending(event),
                "trail": state.trail.model_copy(update={"asked": state.trail.now}),
            }
        case ToolReturned():
            return _attempted(state, event, seq)
        case LanguageChanged():
            return {"lang": event.lang}
        case Replied() if event.replies and not event.reminder:
            asked = [reply.rating_id for reply in event.replies if isinstance(reply, RatingReply)]
            return {"last_replies": event.replies, **({"rating": asked[-1]} if asked else {})}
        case TurnEnded():
            return {
                "unanswered": [waiting for waiting in state.unanswered if waiting > event.of_seq],
                "messages": {waiting: message for waiting, message in state.messages.items() if waiting > event.of_seq},
                "transcripts": {waiting: said for waiting, said in state.transcripts.items() if waiting > event.of_seq},
            }
        case _:
            return _standing(state, event)


def _standing(state: DialogueState, event: Event) -> dict[str, Any]:
    """Return what changes when it becomes known who talks and how it sounds, who answers, and which episode this is."""
    match event:
        case Decided(route="agent"):
            return {"failures": 0, "rating": None}  # what was not understood was answered all the same
        case Decided() if event.route != RATING:
            return {"rating": None}  # it was about something else: stars in later words are those of goods
        case CustomerProven():
            trail = state.trail.model_copy(update={"proven": state.trail.now})
            return {
                "customer_id": event.customer_id,
                "customer_name": event.name,
                "proof": event.proof,
                "trail": trail,
            }
        case TicketOpened():
            return {"ticket": event.ticket}
        case OwnershipChanged():
            return {"owner": event.owner, "ownership_version": event.version, "agent_id": event.agent_id}
        case VoiceTranscribed():
            return {"transcripts": {**state.transcripts, event.of_seq: event.transcript.text}}
        case VoiceHeard():
            trail = state.trail.model_copy(update={"voices": (*state.trail.voices, event.voice)})
            kept = [event.voice] if event.voice.features else []
            return {"voices": [*state.voices, *kept][-VOICES_KEPT:], "trail": trail}
        case EpisodeStarted():
            fresh = DialogueState(conversation_id=state.conversation_id)
            names = ("stack", "queue", "memory", "pending", "failures", "moods", "attempts", "ticket", "trail")
            agreed = [*state.agreed, *event.agreed][-AGREED_KEPT:]
            return {"episode": event.number, "agreed": agreed, **{name: getattr(fresh, name) for name in names}}
        case _:
            return {}


def _flows_changed(state: DialogueState, event: FlowsChanged) -> dict[str, Any]:
    stack, queue = ([Frame.model_validate(frame) for frame in frames] for frames in (event.stack, event.queue))
    memory = Memory.model_validate(event.memory)
    trail = state.trail
    if trail.now is not None:
        trail = traced(trail, [*state.stack, *state.queue], [*stack, *queue], trail.now, memory.turn)
    return {"stack": stack, "queue": queue, "memory": memory, "trail": trail}


def _attempted(state: DialogueState, event: ToolReturned, seq: int) -> dict[str, Any]:
    attempts = [*state.attempts, Attempt(action=event.action, seq=seq)][-ATTEMPTS_KEPT:]
    kept = {attempt.seq for attempt in attempts}
    places = {place: turn for place, turn in state.trail.attempted.items() if place in kept}
    if state.trail.now is not None:
        places[seq] = state.trail.now
    return {"attempts": attempts, "trail": state.trail.model_copy(update={"attempted": places})}


def _understood(state: DialogueState, event: Understood) -> dict[str, Any]:
    lost = is_lost(event.understanding)
    question = state.pending.question if state.pending else None
    return {
        "moods": [*state.moods, event.understanding.emotion][-MOODS_KEPT:],
        "failures": state.failures + 1 if lost else 0,
        "lang_known": True,
        "trail": understood(state.trail, _received(state, event.of_seq), event.understanding, question, lost=lost),
    }


def _received(state: DialogueState, last: int) -> Received:
    """Return what a turn answers: the unanswered messages up to `last`, written or spoken."""
    messages = {seq: message for seq, message in sorted(state.messages.items()) if seq <= last}
    words = [part for seq, message in messages.items() for part in (message.text, state.transcripts.get(seq, ""))]
    sent = tuple(ref.id for message in messages.values() for ref in message.attachments)
    return Received(last, "\n".join(filter(None, words)), sent)


def is_lost(understanding: Understanding) -> bool:
    """Whether nothing usable was understood of what may be the shop's business."""
    commands = understanding.commands
    return bool(commands) and all(
        isinstance(command, CannotHandle) and not command.out_of_scope for command in commands
    )


def _pending(event: Asked) -> Pending | None:
    if event.question is None:
        return None
    return Pending(question=event.question, proposal_id=event.proposal_id, values=event.values)


def view(state: DialogueState, flow_slots: Mapping[str, str], *, known: bool = True, person_from: float = 0.6) -> View:
    """Return what an understander may see.

    Args:
        state: of the conversation.
        flow_slots: slot name -> slot type of the active flow.
        known: whether it is known who is talking.
        person_from: chance from which the message asks for a person.
    """
    return View(
        lang=state.lang if state.lang_known else None,
        opened_in=state.lang,
        pending=state.pending.question if state.pending else None,
        active_flow=state.frame.flow if state.frame else None,
        waiting=tuple(frame.flow for frame in state.queue),
        given_up=state.memory.given_up[-1].flow if state.memory.given_up else None,
        last_flow=state.memory.last_flow,
        flow_slots=dict(flow_slots),
        said=_said(state),
        before=_before(state),
        settled=dict(state.frame.slots) if state.frame else {},
        listed=len(state.memory.shown_products) > 1 and any(reply.type == "products" for reply in state.last_replies),
        shown=len(state.memory.shown_products),
        focused=len(state.memory.focus_products) == 1,
        known=known,
        role=state.role,
        figures=bool(state.memory.last_figures) and state.memory.last_flow == "shop_figures",
        person_from=person_from,
    )


def _before(state: DialogueState) -> tuple[Entity, ...]:
    """Return what was told for the running request before it was put right, each time, oldest first."""
    running = state.frame.id if state.frame else None
    return tuple(one.entity for each in state.memory.before if each.frame.id == running for one in each.heard)


def _said(state: DialogueState) -> tuple[Entity, ...]:
    """Return what was told for the running request, or for the last one where none runs."""
    told = state.memory.heard
    last = state.frame.id if state.frame else max((one.frame for one in told if one.frame is not None), default=None)
    return tuple(one.entity for one in told if one.frame in (last, None))
