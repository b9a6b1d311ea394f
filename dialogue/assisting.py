"""Where no procedure does what is asked: a language model works on it with the tools, and the person is asked before anything changes."""

from __future__ import annotations

import dataclasses
import json
import logging
from collections.abc import Iterator, Sequence

from agent.assistant import Assistant, Line, Task
from agent.grounding import repeats, speaks, unsupported
from agent.guard import is_honest
from agent.llm.errors import LlmError
from agent.llm.ledger import ledger
from agent.prompts import prompt_for
from dialogue.commands import CannotHandle, StartFlow, Understanding
from dialogue.consenting import consent_question, writes_of
from dialogue.events import MessageReceived, Replied
from dialogue.flows.model import Flow
from dialogue.meant import ids_meant
from dialogue.others_words import own_addresses, planted_links
from dialogue.replies.templates import Templates
from dialogue.slots.base import Question
from dialogue.state import Pending, is_lost
from dialogue.store import EventStore
from dialogue.work import Work
from knowledge.types import JsonObject
from tools.base import Outcome, Tool
from tools.provenance import Provenance, Result

_log = logging.getLogger(__name__)
PROPOSED = "@proposed"
"""The slot of a question about what an assistant proposed."""
CLEARLY = 0.35
"""Chance from which what a message may ask for may also be done for it, once others' words were read."""
LINES = 16
"""What an assistant is told of the conversation before the message."""
_LONGEST = 800


class Assisting:
    """Lets an assistant answer what was not understood. One instance serves every conversation."""

    def __init__(self, assistant: Assistant, flows: dict[str, Flow], templates: Templates) -> None:
        self._assistant = assistant
        self._flows = flows
        self._templates = templates

    async def answer(self, work: Work, understanding: Understanding) -> bool:
        """Answer a message that the embedded mind cannot handle; False: it is left to it, and nothing was said.

        What the model would say is said, or shown while it is being written, only when every figure and code in it stands in what it
        was given, every link in the person's words or a field for one, it is in the person's language, claims nothing that was not
        done, and does not give away what the model was told.
        """
        if not is_lost(understanding) or not work.text.strip():
            return False
        before = await transcript(work)
        hands = _Hands(
            work,
            [line.text for line in before if line.by == "person"],
            frozenset(self._asked_for(understanding)),
            await ids_meant(work, understanding.entities, self._templates.zone),
        )
        tools = self._tools(work, understanding)
        task = Task(work.text, work.lang, work.state.role, tools, before)

        async def show(text: str) -> bool:
            may_be_shown = not text or (
                self._may_be_said(work, text, hands, before) and not _passes_links_on(work, text)
            )
            return may_be_shown and await work.draft(text)

        try:
            said = await self._assistant.answer(task, hands, show if work.show_draft is not None else None)
        except LlmError as error:
            _log.warning("conversation=%s: the assistant gave up: %s", work.state.conversation_id, error)
            said = ""
        may_be_said = bool(said) and self._may_be_said(work, said, hands, before)
        if may_be_said:
            work.say(said)
        elif said:
            ledger().last_was("malformed")
        if not may_be_said and hands.proposed is None:
            return False
        if hands.proposed is not None:
            self._ask_consent(work, hands.proposed)
        return True

    def _may_be_said(self, work: Work, said: str, hands: _Hands, before: Sequence[Line]) -> bool:
        persons = [work.text, *hands.said]
        given = [*persons, *(line.text for line in before), *hands.told]
        prompt = prompt_for("agent", work.lang).words
        if not speaks(said, work.lang) or not is_honest(said, (), ()) or repeats(said, prompt, work.lang):
            _log.warning("conversation=%s: the assistant's words are not said", work.state.conversation_id)
            return False
        if invented := unsupported(said, given, addresses_in=[*persons, *hands.addresses]):
            _log.warning(
                "conversation=%s: the assistant's words are not said: %d figures or links stand nowhere",
                work.state.conversation_id,
                len(invented),
            )
            return False
        return True

    def _asked_for(self, understanding: Understanding) -> Iterator[str]:
        """Yield the tools of the procedures that a message may ask for, by more than a faint likeness."""
        for name in _likely_flows(understanding, at_least=CLEARLY):
            if name in self._flows:
                yield from writes_of(self._flows[name])

    def _tools(self, work: Work, understanding: Understanding) -> list[Tool]:
        """Return what may be called for this message: reads, and those writes that it may be about.

        A write is among them when the message may ask for a procedure that does it, or when no procedure does; none while another
        procedure runs or waits for an answer.
        """
        free = not work.stack and not work.queue and work.state.pending is None
        likely = _likely_flows(understanding)
        by_flow = {tool: flow.id for flow in self._flows.values() for tool in writes_of(flow)}
        return [
            tool
            for tool in work.executor.tools.values()
            if work.state.role in tool.roles
            and (work.knows_customer() or not tool.needs_customer)
            and (
                tool.effect == "read"
                or (free and tool.confirm and (tool.name not in by_flow or by_flow[tool.name] in likely))
            )
        ]

    def _ask_consent(self, work: Work, outcome: Outcome) -> None:
        """Ask about a stored call."""
        preview = outcome.evidence.model_dump(mode="json") if outcome.evidence is not None else {}
        asked = consent_question(outcome.call, preview, work.lang, self._flows, self._templates)
        yes = {"tool": outcome.call.tool, "arguments": outcome.call.arguments}
        labels = (self._templates.say("label.confirm", work.lang), self._templates.say("label.not_yet", work.lang))
        question = Question(asked, ((labels[0], yes), (labels[1], False)))
        work.ask(question, kind="confirm", slot=PROPOSED, proposal_id=outcome.proposal_id)


async def answer_proposal(work: Work, templates: Templates, before: Pending, *, yes: bool) -> None:
    """Do what an assistant proposed, or let it go."""
    proposed = before.values[0] if before.values else {}
    if before.proposal_id is None or not yes:
        if before.proposal_id is not None:
            await work.executor.void(before.proposal_id, work.identity)
        work.say(templates.say("assistant.not_done", work.lang))
        return
    outcome = await work.confirm(before.proposal_id, str(proposed["tool"]), dict(proposed["arguments"]))
    if outcome.status == "ok" and outcome.receipt_id is not None:
        work.say(templates.say("assistant.done", work.lang, receipt=outcome.receipt_id), receipts=(outcome.receipt_id,))
        return
    work.memory.refused += 1
    known = (f"again.{outcome.code}", f"refused.{outcome.code}", f"failed.{outcome.code}", f"failed.{outcome.status}")
    work.say(templates.say(next(filter(templates.has, known)), work.lang, **outcome.facts))


async def transcript(work: Work) -> tuple[Line, ...]:
    """Return the last lines of the conversation before the messages that are being answered."""
    waiting = work.state.messages
    lines: list[Line] = []
    for stored in await EventStore(work.executor.database).load(work.state.conversation_id):
        event = stored.event
        if isinstance(event, MessageReceived) and stored.seq not in waiting and event.author != "agent" and event.text:
            lines.append(Line("person", event.text[:_LONGEST]))
        elif isinstance(event, Replied) and not event.reminder:
            said = "\n".join(reply.text for reply in event.replies if reply.text)
            lines += [Line("bot", said[:_LONGEST])] if said else []
    return tuple(lines[-LINES:])


@dataclasses.dataclass
class _Hands:
    """Calls the executor for the person of the turn, and keeps what came back."""

    work: Work
    said: list[str]
    asked: frozenset[str]
    meant: frozenset[str]
    told: list[str] = dataclasses.field(default_factory=list)
    results: list[Result] = dataclasses.field(default_factory=list)
    addresses: set[str] = dataclasses.field(default_factory=set)
    """Links and e-mail addresses that stand in fields for them."""
    proposed: Outcome | None = None

    async def call(self, tool: Tool, arguments: JsonObject) -> Outcome:
        """See `agent.assistant.Hands.call`. A second proposal in one turn takes the place of the first, as the executor has it."""
        provenance = Provenance(
            (*self.said, self.work.text), (*_results(self.work), *self.results), self.asked, self.meant
        )
        outcome = await self.work.call(tool.name, arguments, provenance=provenance)
        if outcome.evidence is not None:
            evidence = outcome.evidence.model_dump(mode="json")
            self.told.append(json.dumps(evidence, ensure_ascii=False))
            self.addresses |= own_addresses([evidence])
            if tool.effect == "read":
                self.results.append(Result(tool.name, evidence))
        if outcome.status == "needs_confirmation":
            await self._only(outcome)
        return outcome

    async def _only(self, outcome: Outcome) -> None:
        if self.proposed is not None and self.proposed.proposal_id is not None:
            await self.work.executor.void(self.proposed.proposal_id, self.work.identity)
        self.proposed = outcome


def _passes_links_on(work: Work, text: str) -> bool:
    """Tell whether a text holds a link that others planted: a reply is shown without it, a draft not at all."""
    return any(link in text for link in planted_links(work.results(), work.text))


def _results(work: Work) -> Iterator[Result]:
    """Yield what tools returned earlier in this episode."""
    for attempt in work.state.attempts:
        if attempt.action.status == "ok":
            yield Result(attempt.action.tool, attempt.action.result)


def _likely_flows(understanding: Understanding, *, at_least: float = 0.0) -> frozenset[str]:
    """Return the procedures that a message may be about."""
    found = {intent.intent for intent in understanding.intents if intent.score >= at_least}
    for command in understanding.commands:
        if isinstance(command, CannotHandle):
            found |= set(command.candidates)
        elif isinstance(command, StartFlow):
            found.add(command.flow)
    return frozenset(found)
