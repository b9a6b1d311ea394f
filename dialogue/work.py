"""The working copy of one turn: what is changed, said, asked and done, before any of it is committed."""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Iterator
from typing import Any, Literal

from dialogue.commands import Entity, PendingQuestion
from dialogue.drafts import Draft, ShowDraft
from dialogue.escalation_policy import EscalationPolicy, shipped
from dialogue.events import Asked, CustomerProven, Event, FlowsChanged, TicketOpened, ToolCalled, ToolReturned
from dialogue.flows.model import Flow
from dialogue.judgement import Judgement
from dialogue.replies.types import Choice, ChoicesReply, Reply, TextReply
from dialogue.slots.base import Question
from dialogue.state import DialogueState, Frame, Heard, Memory, Pending, copy_of
from dialogue.turn import Action, Satisfaction, TicketRef, TurnTimes
from dialogue.understanding.voice.types import HeardVoice
from knowledge.types import JsonObject, Lang
from tools.base import Evidence, Identity, Outcome, ToolCall
from tools.executor import Executor
from tools.policy import Policy
from tools.provenance import Provenance
from tools.ticketing.types import Cause

CONTEXT_CHARACTERS = 24
AFTER_CHARACTERS = 36
HEARD_KEPT = 60


@dataclasses.dataclass
class Work:
    """One turn in the making. `state` is what was committed before; everything else is new."""

    state: DialogueState
    executor: Executor
    identity: Identity
    flows: dict[str, Flow]
    lang: Lang
    message_seq: int
    text: str
    """What the person wrote."""
    read_as: str = ""
    """The same with its slips mended, place for place; "" where it has none."""
    stack: list[Frame] = dataclasses.field(default_factory=list)
    queue: list[Frame] = dataclasses.field(default_factory=list)
    memory: Memory = dataclasses.field(default_factory=Memory)
    replies: list[Reply] = dataclasses.field(default_factory=list)
    events: list[Event] = dataclasses.field(default_factory=list)
    actions: list[Action] = dataclasses.field(default_factory=list)
    pending: Pending | None = None
    confirmed: str | None = None
    """Proposal that the person said yes to in this turn."""
    receipts: list[str] = dataclasses.field(default_factory=list)
    ticket: TicketRef | None = None
    desk_closed: bool = False
    """The ticket waits for the desk to open; until then the conversation stays the bot's."""
    hand_over: HandOverWish | None = None
    escalation: EscalationPolicy = dataclasses.field(default_factory=shipped)
    judgement: Judgement = dataclasses.field(default_factory=Judgement)
    satisfaction: Satisfaction = dataclasses.field(default_factory=Satisfaction)
    shows_discontent: bool = False
    """Whether this message itself does, and not only those before."""
    voices: tuple[HeardVoice, ...] = ()
    """How the voice messages sounded that it answers."""
    route: str = ""
    route_reason: str = ""
    calls: int = 0
    times: TurnTimes = dataclasses.field(default_factory=TurnTimes)
    show_draft: ShowDraft | None = None
    """Shows what is about to be said; None: nobody can see it."""
    _reads: dict[str, Outcome] = dataclasses.field(default_factory=dict)

    @classmethod
    def begin(
        cls,
        state: DialogueState,
        executor: Executor,
        identity: Identity,
        flows: dict[str, Flow],
        message_seq: int,
        text: str,
    ) -> Work:
        """Copy what a turn may change, so that a turn that is thrown away leaves no trace."""
        memory = copy_of(state.memory)
        memory.turn += 1
        return cls(
            state=state,
            executor=executor,
            identity=identity,
            flows=flows,
            lang=state.lang,
            message_seq=message_seq,
            text=text,
            stack=list(map(copy_of, state.stack)),
            queue=list(map(copy_of, state.queue)),
            memory=memory,
        )

    @property
    def policy(self) -> Policy:
        """The shop's policy."""
        return self.executor.policy

    @property
    def frame(self) -> Frame | None:
        """The running flow."""
        return self.stack[-1] if self.stack else None

    @property
    def business_frame(self) -> Frame | None:
        """The running flow that the person came for: not the proof of identity laid over it."""
        return next((frame for frame in reversed(self.stack) if frame.flow != "identify"), None)

    def knows_customer(self) -> bool:
        """Tell whether personal data may be shown: signed in, or proven in this chat, as the policy asks."""
        if self.identity.customer_id is None:
            return False
        proven_here = self.state.proof not in ("", "token") or any(
            isinstance(event, CustomerProven) for event in self.events
        )
        return proven_here or self.policy.identity.signed_in_counts

    async def draft(self, text: str) -> bool:
        """Show what is about to be said, in the place of what was shown before; returns whether more of it is wanted."""
        return self.show_draft is not None and await self.show_draft(Draft(self.message_seq, self.lang, text))

    # -- flows

    def push(self, flow: str, *, text: str = "", entities: tuple[Entity, ...] = ()) -> Frame:
        """Start a flow on top of what runs."""
        frame = self.new_frame(flow, text=text, entities=entities)
        self.stack.append(frame)
        return frame

    def new_frame(self, flow: str, *, text: str = "", entities: tuple[Entity, ...] = ()) -> Frame:
        """Make a frame and remember what was said for it."""
        frame = Frame(id=self.memory.next_frame, flow=flow, text=text)
        self.memory.next_frame += 1
        self.hear(entities, frame)
        return frame

    def hear(self, entities: tuple[Entity, ...], frame: Frame | None) -> None:
        """Remember mentions for a frame, with the words before each."""
        said = self.read_as or self.text
        for entity in entities:
            context = said[max(0, entity.start - CONTEXT_CHARACTERS) : entity.start]
            heard = Heard(
                entity=entity,
                frame=frame.id if frame else None,
                turn=self.memory.turn,
                context=context,
                after=said[entity.end : entity.end + AFTER_CHARACTERS],
            )
            if heard not in self.memory.heard:
                self.memory.heard.append(heard)
        del self.memory.heard[:-HEARD_KEPT]

    def heard_for(self, frame: Frame) -> tuple[Heard, ...]:
        """Return the mentions that a frame may use: its own, and those said for whatever was going on."""
        if frame.flow == "identify":
            return tuple(self.memory.heard)
        return tuple(entry for entry in self.memory.heard if entry.frame in (frame.id, None))

    def rename(self, frame: Frame, heir: Frame) -> None:
        """Let mentions made for a frame count for the one that takes its place."""
        self.memory.heard = [
            entry.model_copy(update={"frame": heir.id}) if entry.frame == frame.id else entry
            for entry in self.memory.heard
        ]

    def forget(self, frame: Frame, types: frozenset[str]) -> None:
        """Take back mentions of these types that were made for a frame before this turn."""
        self.memory.heard = [
            entry
            for entry in self.memory.heard
            if entry.entity.type not in types or entry.frame not in (frame.id, None) or entry.turn == self.memory.turn
        ]

    def forget_all_said(self, frame: Frame) -> None:
        """Take back that everything was asked for before this turn: 整单都退, and then 就退卫衣."""
        kept: list[Heard] = []
        for entry in self.memory.heard:
            before = entry.frame in (frame.id, None) and entry.turn < self.memory.turn
            value = entry.entity.value
            if before and entry.entity.type == "ordinal" and value.get("all"):
                continue
            if before and entry.entity.type == "order_ref" and value.get("whole"):
                left = {name: told for name, told in value.items() if name != "whole"}
                part = entry.entity.model_copy(update={"value": left})
                kept += [entry.model_copy(update={"entity": part})] if left else []
            else:
                kept.append(entry)
        self.memory.heard = kept

    # -- saying and asking

    def say(self, text: str, *, receipts: tuple[str, ...] = ()) -> None:
        """Add a sentence to the reply, once."""
        if text and not any(isinstance(reply, TextReply) and reply.text == text for reply in self.replies):
            self.replies.append(TextReply(text=text, lang=self.lang, receipts=receipts))

    def show(self, reply: Reply) -> None:
        """Add a card to the reply."""
        self.replies.append(reply)

    def ask(
        self,
        question: Question,
        *,
        kind: Literal["slot", "confirm", "choice", "offer"],
        slot: str = "",
        slot_type: str = "",
        proposal_id: str | None = None,
    ) -> None:
        """Ask; the turn ends with this question."""
        labels = tuple(label for label, _ in question.choices)
        for card in question.cards:
            self.show(card)
        self.put(question.text, labels, multiple=question.multiple)
        self.pending = Pending(
            question=PendingQuestion(
                kind="choice" if kind == "slot" and labels else kind,
                slot=slot,
                slot_type=slot_type,
                choices=labels,
                multiple=question.multiple,
                text=question.text,
            ),
            proposal_id=proposal_id,
            values=tuple(value for _, value in question.choices),
        )

    def put(self, text: str, labels: tuple[str, ...], *, multiple: bool) -> None:
        """Add a question to the reply, with its choices where it has some."""
        if not labels:
            self.say(text)
            return
        choices = tuple(Choice(label=label, value=label) for label in labels)
        self.show(ChoicesReply(text=text, lang=self.lang, choices=choices, multiple=multiple))

    def picture(self, product_id: str) -> str | None:
        """Return the address of a product's picture, None where it has none or is no longer sold."""
        products = self.executor.services.products
        entry = products.get(product_id) if products is not None else None
        return entry.image if entry is not None else None

    # -- calling

    async def call(self, tool: str, arguments: JsonObject, *, provenance: Provenance | None = None) -> Outcome:
        """Send a call through the executor and write down what came of it; with a `provenance` it is a language model's."""
        started = time.perf_counter()
        self.calls += 1
        key = f"{self.state.conversation_id}:{self.state.seq}:{tool}:{self.calls}"
        self.events.append(ToolCalled(tool=tool, arguments=arguments, key=key))
        outcome = await self.executor.call(
            ToolCall(tool, arguments), self.identity, lang=self.lang, idempotency_key=key, provenance=provenance
        )
        self._note(outcome, tool, arguments, started)
        if tool == "verify_customer" and outcome.status == "ok":
            self._proven(outcome)
        return outcome

    async def confirm(self, proposal_id: str, tool: str, arguments: JsonObject) -> Outcome:
        """Execute the stored call that the person said yes to."""
        started = time.perf_counter()
        self.events.append(ToolCalled(tool=tool, arguments=arguments, key=proposal_id))
        outcome = await self.executor.confirm(proposal_id, self.identity, lang=self.lang)
        self._note(outcome, tool, arguments, started)
        return outcome

    async def decide(self, deed: Literal["approve", "reject"], proposal_id: str) -> Outcome:
        """Approve or reject a staged change that waits, as the person who talks."""
        started = time.perf_counter()
        arguments: JsonObject = {"proposal_id": proposal_id}
        self.events.append(ToolCalled(tool=deed, arguments=arguments, key=proposal_id))
        if deed == "approve":
            outcome = await self.executor.confirm(proposal_id, self.identity, lang=self.lang)
        else:
            outcome = await self.executor.reject(proposal_id, self.identity)
        self._note(outcome, outcome.call.tool, outcome.call.arguments, started)
        return outcome

    async def read(self, tool: str, arguments: dict[str, Any]) -> Evidence | None:
        """Call a read once a turn; None when it was refused."""
        key = tool + json.dumps(arguments, sort_keys=True, default=str)
        if key not in self._reads:
            started = time.perf_counter()
            self.calls += 1
            call_key = f"{self.state.conversation_id}:{self.state.seq}:{tool}:{self.calls}"
            outcome = await self.executor.call(
                ToolCall(tool, arguments), self.identity, lang=self.lang, idempotency_key=call_key
            )
            self.times.act += (time.perf_counter() - started) * 1000
            self._reads[key] = outcome
        outcome = self._reads[key]
        return outcome.evidence if outcome.status == "ok" else None

    def results(self) -> Iterator[JsonObject]:
        """Yield what tools returned in this turn, shown or only looked up."""
        yield from (action.result for action in self.actions)
        yield from (
            outcome.evidence.model_dump(mode="json") for outcome in self._reads.values() if outcome.evidence is not None
        )

    def _note(self, outcome: Outcome, tool: str, arguments: JsonObject, started: float) -> None:
        duration = (time.perf_counter() - started) * 1000
        self.times.act += duration
        if outcome.receipt_id:
            self.receipts.append(outcome.receipt_id)
            self._reads.clear()
        result = outcome.evidence.model_dump(mode="json") if outcome.evidence is not None else {}
        if outcome.code:
            result = {**result, "code": outcome.code, **({"facts": outcome.facts} if outcome.facts else {})}
        action = Action(
            tool=tool, arguments=arguments, status=outcome.status, receipt=outcome.receipt_id, result=result
        )
        self.actions.append(action)
        self.events.append(ToolReturned(action=action, duration_ms=round(duration, 2)))

    def _proven(self, outcome: Outcome) -> None:
        evidence = outcome.evidence.model_dump() if outcome.evidence else {}
        customer_id = str(evidence["customer_id"])
        self.identity = dataclasses.replace(self.identity, customer_id=customer_id)
        self.events.append(
            CustomerProven(customer_id=customer_id, name=str(evidence["name"]), proof=str(evidence["proof"]))
        )

    def closing_events(self) -> list[Event]:
        """Return the events that record where the flows and the question stand now."""
        before = (self.state.stack, self.state.queue, self.state.memory)
        events: list[Event] = []
        if (self.stack, self.queue, self.memory) != before:
            memory = self.memory.model_dump(mode="json")
            events.append(FlowsChanged(stack=_dumped(self.stack), queue=_dumped(self.queue), memory=memory))
        if self.pending != self.state.pending:
            if self.pending is None:
                events.append(Asked(question=None))
            else:
                pending = self.pending
                events.append(Asked(question=pending.question, proposal_id=pending.proposal_id, values=pending.values))
        if self.ticket is not None:
            events.append(TicketOpened(ticket=self.ticket))
        return events


def _dumped(frames: list[Frame]) -> tuple[JsonObject, ...]:
    return tuple(frame.model_dump(mode="json") for frame in frames)


@dataclasses.dataclass(frozen=True)
class HandOverWish:
    """Why, and how urgently, the conversation goes to a person."""

    reason: Cause
    priority: Literal["low", "normal", "high", "urgent"] = "normal"
    queue: str = "general"
    say: str = ""
    """A sentence to put before the hand-over, such as why the policy leaves this to a person."""
