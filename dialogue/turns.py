"""One turn: understand, decide, act, reply. Commits nothing; `Conversations` does."""

from __future__ import annotations

import dataclasses
import time

from agent.guard import is_honest
from agent.llm.ledger import Ledger
from dialogue.as_before import put_to_a_yes, remember
from dialogue.assisting import Assisting
from dialogue.commands import Emotion, Understander, Understanding
from dialogue.drafts import ShowDraft
from dialogue.engine import Engine
from dialogue.escalation import hand_over
from dialogue.escalation_policy import EscalationPolicy, shipped
from dialogue.events import (
    Decided,
    Event,
    LanguageChanged,
    MessageReceived,
    OwnershipChanged,
    Replied,
    TurnEnded,
    Understood,
)
from dialogue.flows.model import Flow
from dialogue.hearing import Heard, hear_messages
from dialogue.judgement import Judgement
from dialogue.judging import care, judge, offer_person
from dialogue.listening import Ears
from dialogue.minds import Minds, called
from dialogue.others_words import disarmed, hold_addresses, passages, planted_links, unquoted, without
from dialogue.picturing import by_picture
from dialogue.pressing import with_pressed, written
from dialogue.price_pages import of_a_page
from dialogue.rating import answers, ask_who_goes, decided, take, wants_more
from dialogue.replies.templates import Templates
from dialogue.replies.types import Reply, TextReply
from dialogue.router import Router
from dialogue.state import DialogueState, trend, view
from dialogue.turn import Turn
from dialogue.work import Work
from tools.base import Identity
from tools.executor import Executor


@dataclasses.dataclass
class Finished:
    """A turn ready to be committed: its events in order, and what the caller is told (without sequence number)."""

    turn: Turn
    events: list[Event]
    wrote: bool
    """An effect was executed: the turn may no longer be thrown away in favour of a newer message."""


class TurnRunner:
    """Answers messages for conversations that the bot owns. One instance serves every conversation."""

    def __init__(  # noqa: PLR0913, PLR0917  (one for each part that a platform has its own of)
        self,
        executor: Executor,
        understander: Understander,
        flows: dict[str, Flow],
        templates: Templates,
        timezone: str,
        ears: Ears | None = None,
        minds: Minds | None = None,
        escalation: EscalationPolicy | None = None,
    ) -> None:
        self.executor = executor
        self.minds = minds or Minds()
        self.ears = ears
        self.escalation = escalation or shipped()
        self.understander = understander
        self.flows = flows
        self.templates = templates
        self.engine = Engine(flows, templates, timezone)
        self.router = Router(self.engine, templates)
        self.writer = self.minds.writer()
        assistant = self.minds.assistant()
        self.assisting = Assisting(assistant, flows, templates) if assistant is not None else None

    async def run(
        self, state: DialogueState, identity: Identity, last_seq: int, *, show: ShowDraft | None = None
    ) -> Finished:
        """Answer every unanswered message up to `last_seq` as one turn: a burst is one turn.

        Args:
            show: shows what is about to be said while it is being written.
        """
        with self.minds.turn() as ledger:
            return await self._run(state, identity, last_seq, ledger, show)

    async def _run(
        self, state: DialogueState, identity: Identity, last_seq: int, ledger: Ledger, show: ShowDraft | None
    ) -> Finished:
        started = time.perf_counter()
        heard = await self.hear(state, last_seq)
        messages = {seq: state.messages[seq] for seq in sorted(state.messages) if seq <= last_seq}
        said = [heard.text(seq, message) for seq, message in written(messages.items())]
        text = "\n".join(part for part in said if part)
        rated = answers(state, text)
        text = rated.rest if rated else text
        work = Work.begin(state, self.executor, identity, self.flows, last_seq, text)
        work.escalation = self.escalation
        work.show_draft = show
        work.voices = tuple(each.voice for each in heard.every if each.voice is not None)
        understanding = with_pressed(await self._understand(work, text, heard), messages.values())
        work.times.understand = (time.perf_counter() - started) * 1000
        decide_from = time.perf_counter()
        if rated is not None and not wants_more(rated, understanding):
            understanding = understanding.model_copy(update={"commands": ()})
            await take(work, rated, self.templates)
            decided(work)
        else:
            if rated is not None:
                await take(work, dataclasses.replace(rated, rest=""), self.templates)
            await self._decide(work, understanding, list(messages.values()), heard)
            await ask_who_goes(work, understanding, self.templates)
        took = (time.perf_counter() - decide_from) * 1000
        reply_from = time.perf_counter()
        self._finish_replies(work)
        await self._reword(work, understanding)
        work.times.reply = (time.perf_counter() - reply_from) * 1000
        work.times.decide = max(0.0, took - work.times.act)
        work.times.total = (time.perf_counter() - started) * 1000
        return self._finished(work, understanding, last_seq, heard, ledger)

    async def hear(self, state: DialogueState, last_seq: int) -> Heard:
        """Listen to the voice messages that are unanswered up to `last_seq`."""
        return await hear_messages(self.ears, state, last_seq)

    async def _understand(self, work: Work, text: str, heard: Heard) -> Understanding:
        frame = work.frame
        slots = {name: spec.type for name, spec in self.flows[frame.flow].slots.items()} if frame else {}
        if text:
            asked_from = self.escalation.person.asked_from(failed=work.state.failures > 0)
            seen = view(work.state, slots, known=work.knows_customer(), person_from=asked_from)
            understanding = await self.understander.understand(text, seen)
        else:
            emotion = Emotion(label="unknown") if heard.every else Emotion()
            understanding = Understanding(lang=work.lang, emotion=emotion)
        understanding = understanding.model_copy(update={"emotion": heard.emotion(understanding.emotion)})
        work.read_as = understanding.read_as
        if understanding.lang != work.lang:
            work.lang = understanding.lang
            work.events.append(LanguageChanged(lang=work.lang))
        return understanding

    async def _decide(
        self, work: Work, understanding: Understanding, messages: list[MessageReceived], heard: Heard
    ) -> None:
        understood = {
            each.attachment_id for each in heard.every if each.transcript is not None and each.transcript.text
        }
        attachments = [ref for message in messages for ref in message.attachments if ref.id not in understood]
        if not attachments and await self._assist(work, understanding):
            return
        await judge(work, understanding)
        pictures = [ref for ref in attachments if ref.kind == "image"]
        looked_for = of_a_page(work, understanding.commands, pictures) or by_picture(
            work, understanding.commands, pictures
        )
        if looked_for is not None:
            await self.router.apply(work, looked_for)
            offer_person(work, self.templates)
        elif not understanding.commands and attachments:
            kind = attachments[0].kind
            self._take_attachments(work, "no_words" if kind == "audio" and heard.wordless else kind)
        else:
            if attachments:
                work.say(self.templates.say(f"attachment.with_{attachments[0].kind}", work.lang))
            earlier = put_to_a_yes(work)
            await self.router.apply(work, understanding.commands)
            remember(work, earlier)
            offer_person(work, self.templates)
        if work.hand_over is not None:
            await hand_over(work, understanding, self.engine)
        care(work, self.templates)
        work.route, work.route_reason = self._route(work, understanding)

    async def _assist(self, work: Work, understanding: Understanding) -> bool:
        """Let the assistant answer what was not understood, if there is one, and put the open question again.

        Free words that a procedure asked for are its answer, not a question.
        """
        if self.assisting is None or self.router.repairs.takes_words(work):
            return False
        if not await self.assisting.answer(work, understanding):
            return False
        before = work.state.pending
        await judge(work, understanding.model_copy(update={"commands": ()}))
        if work.hand_over is not None:
            work.pending = None
            await hand_over(work, understanding, self.engine)
        elif before is not None and work.pending is None:
            self.router.repairs.keep_question(work, before, aside=True)
        care(work, self.templates)
        work.route, work.route_reason = self._route(work, understanding)
        if work.ticket is None:
            work.route = "agent"
        return True

    def _take_attachments(self, work: Work, kind: str) -> None:
        """A picture or voice alone: it is kept with the conversation; ask what it is about. The open question stays open."""
        work.say(self.templates.say(f"attachment.{kind}", work.lang))
        work.pending = work.state.pending

    def _route(self, work: Work, understanding: Understanding) -> tuple[str, str]:
        kinds = ",".join(command.kind for command in understanding.commands) or "none"
        if work.ticket is not None:
            return "hand_over", work.hand_over.reason if work.hand_over else kinds
        flows = [frame.flow for frame in work.stack]
        if flows or any(action.tool != "search_knowledge" for action in work.actions):
            return "flow", ",".join(flows) or kinds
        return ("knowledge" if work.actions else "reply"), kinds

    def _finish_replies(self, work: Work) -> None:
        """Never answer with nothing, and never claim an effect without its receipt."""
        if not work.replies:
            work.say(self.templates.say("lost.first", work.lang))
        work.replies = [self._honest(work, reply) for reply in _merge_texts(work.replies)]
        self._take_links_out(work)

    def _take_links_out(self, work: Work) -> None:
        """Show no link that somebody put into a text of theirs: a review, a name, a note."""
        if not hold_addresses(work.replies):
            return
        links = planted_links(work.results(), work.text)
        instead = self.templates.say("guard.link", work.lang)
        work.replies = [disarmed(reply, links, instead) for reply in work.replies]
        if work.pending is not None:
            asked = work.pending.question
            shown = {
                "text": without(links, asked.text, instead),
                "choices": tuple(without(links, each, instead) for each in asked.choices),
            }
            work.pending = work.pending.model_copy(update={"question": asked.model_copy(update=shown)})

    async def _reword(self, work: Work, understanding: Understanding) -> None:
        """Put the sentences in other words, where a model is configured for it.

        What a person is to consent to is said as it was written, and so is what an assistant found.
        """
        consent = work.pending is not None and work.pending.question.kind == "confirm"
        if self.writer is None or consent or work.route == "agent":
            return
        places = [place for place, reply in enumerate(work.replies) if isinstance(reply, TextReply)]
        said = [work.replies[place].text for place in places]
        mood = understanding.emotion.label
        theirs = passages(work.results())
        reworded = await self.writer.reword(said, work.lang, mood=mood, untouched=theirs)
        for place, text in zip(places, reworded, strict=True):
            work.replies[place] = self._honest(work, work.replies[place].model_copy(update={"text": text}))

    def _honest(self, work: Work, reply: Reply) -> Reply:
        cited = reply.receipts if isinstance(reply, TextReply) else ()
        said_again = any(reply.text == other.text for other in work.state.last_replies)
        claimed = unquoted(work.results(), reply.text) if work.state.role == "merchant" else reply.text
        if said_again or is_honest(claimed, cited, work.receipts):
            return reply
        return reply.model_copy(update={"text": self.templates.say("guard.not_done", work.lang)})

    @staticmethod
    def _told(work: Work) -> Judgement | None:
        """Return the judgement, unless nothing but usual contentment was seen."""
        found = work.judgement
        return found if len(found.signs) > 1 or found.then != "go_on" or work.satisfaction.because else None

    def _finished(
        self, work: Work, understanding: Understanding, last_seq: int, heard: Heard, ledger: Ledger
    ) -> Finished:
        queued = work.ticket is not None and not work.desk_closed
        handled_by = "queue" if queued else "bot"
        going = trend([*work.state.moods, understanding.emotion])
        events: list[Event] = [
            *heard.events(),
            Understood(of_seq=last_seq, understanding=understanding),
            Decided(route=work.route, reason=work.route_reason, judgement=self._told(work)),
            *called(ledger),
            *work.events,
            *work.closing_events(),
        ]
        if queued:
            version = work.state.ownership_version + 1
            reason = work.hand_over.reason if work.hand_over else ""
            events.append(OwnershipChanged(owner="queued", version=version, reason=reason))
        events.append(Replied(replies=tuple(work.replies)))
        times = work.times.model_copy(update={name: round(value, 2) for name, value in work.times.model_dump().items()})
        ticket = work.ticket or work.state.ticket
        events.append(
            TurnEnded(
                of_seq=last_seq,
                handled_by=handled_by,
                trend=going,
                satisfaction=work.satisfaction,
                ticket=ticket,
                ms=times,
            )
        )
        turn = Turn(
            conversation_id=work.state.conversation_id,
            seq=0,
            handled_by=handled_by,
            replies=work.replies,
            heard=heard.every,
            understanding=understanding,
            trend=going,
            satisfaction=work.satisfaction,
            actions=work.actions,
            ticket=ticket,
            ms=times,
        )
        return Finished(turn, events, wrote=bool(work.receipts))


def _merge_texts(replies: list[Reply]) -> list[Reply]:
    """Join neighbouring sentences into one bubble; a question keeps what leads to it."""
    merged: list[Reply] = []
    for reply in replies:
        last = merged[-1] if merged else None
        if isinstance(last, TextReply) and isinstance(reply, TextReply):
            receipts = (*last.receipts, *reply.receipts)
            merged[-1] = last.model_copy(update={"text": f"{last.text}\n{reply.text}", "receipts": receipts})
        else:
            merged.append(reply)
    return merged
