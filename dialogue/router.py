"""From commands to a changed flow stack: answers first, then corrections, new wishes, questions, repairs.

The repairs (correct, digress and resume, cancel, repeat, clarify, several requests, a change of mind) are handled here,
once, for every flow.
"""

from __future__ import annotations

from dialogue.answers import answer_from_knowledge
from dialogue.commands import (
    Affirm,
    AskHuman,
    AskKnowledge,
    Cancel,
    CannotHandle,
    ChitChat,
    Choose,
    Command,
    Correct,
    Deny,
    Entity,
    Provide,
    Repeat,
    StartFlow,
    SwitchLanguage,
)
from dialogue.engine import Engine
from dialogue.events import LanguageChanged
from dialogue.replies.templates import Templates
from dialogue.replies.types import ChoicesReply, TextReply
from dialogue.slots import ACCEPTS, Question
from dialogue.state import Frame, Pending
from dialogue.work import HandOverWish, Work

FREE_TEXT_SLOTS = frozenset({"text", "reason"})
LOST_BEFORE_OFFER, LOST_BEFORE_HAND_OVER = 2, 3
SLOT_WORDS: dict[str, tuple[str, ...]] = {
    "address": ("address",),
    "order": ("order", "order_optional"),
    "items": ("order_lines", "swaps", "product"),
    "product": ("order_lines", "product"),
    "option": ("swaps", "options"),
    "payment_method": ("payment_method",),
    "reason": ("reason",),
    "email": ("email",),
    "name": ("text",),
}
"""What a person may call wrong -> the slot types that it can be."""


class Router:
    """Applies the commands of one message. One instance serves every conversation."""

    def __init__(self, engine: Engine, templates: Templates) -> None:
        self.engine = engine
        self.templates = templates

    async def apply(self, work: Work, commands: tuple[Command, ...]) -> None:
        """Change the stack as the commands say, run the flows, and keep or repeat the question that was open."""
        before = work.state.pending
        self._change_of_mind(work, commands, before)
        moved = False
        digressed = False
        alone = not any(isinstance(command, Provide | Correct | StartFlow | Cancel) for command in commands)
        unchanged = not any(isinstance(command, Provide | Correct | Deny | Cancel) for command in commands)
        for command in commands:
            if work.hand_over is not None:
                return
            match command:
                case AskHuman():
                    work.hand_over = HandOverWish(reason="asked")
                case SwitchLanguage():
                    self._switch(work, command)
                    digressed = True
                case Affirm() | Deny() | Choose():
                    plain = unchanged if isinstance(command, Affirm) else alone
                    moved = await self._answer(work, command, before, alone=plain) or moved
                case Provide():
                    moved = self._provide(work, command.entities, before) or moved
                case Correct():
                    moved = self._correct(work, command) or moved
                case StartFlow():
                    self._start(work, command, first=not moved)
                    moved = True
                case Cancel():
                    moved = self._cancel(work, command) or moved
                case AskKnowledge() | ChitChat() | Repeat():
                    digressed = await self._digress(work, command) or digressed
                case CannotHandle():
                    moved = self._lost(work, command, before, alone=len(commands) == 1) or moved
        if work.hand_over is not None or work.pending is not None:
            return
        if moved:
            await self.engine.run(work)
        if work.pending is None and work.hand_over is None and before is not None and not moved:
            self._keep_question(work, before, again=digressed)

    def _change_of_mind(self, work: Work, commands: tuple[Command, ...], before: Pending | None) -> None:
        """ "No, exchange it instead": the running flow gives way to the one that is wanted now."""
        denied = any(isinstance(command, Deny) for command in commands)
        other = [command for command in commands if isinstance(command, StartFlow)]
        frame = work.business_frame
        if denied and other and before is not None and frame is not None and other[0].flow != frame.flow:
            del work.stack[work.stack.index(frame) :]

    # -- answers

    async def _answer(
        self, work: Work, command: Affirm | Deny | Choose, before: Pending | None, *, alone: bool
    ) -> bool:
        frame = work.frame
        if before is None:
            if isinstance(command, Affirm | Deny) and alone:
                work.say(self._sentence(work, "chit.ack" if isinstance(command, Affirm) else "chit.no_worries"))
            return False
        if isinstance(command, Choose):
            return self._choose(work, before, command.indexes)
        yes = isinstance(command, Affirm)
        match before.question.kind:
            case "confirm":
                return await self._consent(work, before, yes=yes, alone=alone)
            case "offer":
                return self._offer(work, before, yes=yes)
            case _ if before.question.slot_type == "yes_no":
                return self._choose(work, before, (0 if yes else 1,))
            case _ if yes and len(before.values) == 1:
                return self._choose(work, before, (0,))
            case _ if not yes and alone and frame is not None:
                return self._ask_what_else(work, frame)
            case _:
                return False

    async def _consent(self, work: Work, before: Pending, *, yes: bool, alone: bool) -> bool:
        """A yes executes the stored call; a no voids it, and alone it asks what should be different."""
        if before.proposal_id is None:
            return False
        if yes and alone:
            work.confirmed = before.proposal_id
            return True
        await work.executor.void(before.proposal_id, work.identity)
        frame = work.business_frame
        if not yes and alone and frame is not None:
            return self._ask_what_else(work, frame)
        return frame is not None and yes

    def _ask_what_else(self, work: Work, frame: Frame) -> bool:
        """After a plain no: offer to change each thing that was settled, or to stop."""
        flow = work.flows[frame.flow]
        kinds = {name: spec.type for name, spec in flow.slots.items() if frame.slots.get(name)}
        named = {
            name: self._sentence(work, f"slot.{kind}")
            for name, kind in kinds.items()
            if self.templates.has(f"slot.{kind}")
        }
        choices = tuple((label, {"change": name}) for name, label in named.items())
        stop = (self._sentence(work, "label.stop"), {"stop": True})
        work.ask(Question(self._sentence(work, "repair.what_else"), (*choices, stop)), kind="choice", slot="@repair")
        return False

    def _choose(self, work: Work, before: Pending, indexes: tuple[int, ...]) -> bool:
        values = [before.values[index] for index in indexes if 0 <= index < len(before.values)]
        frame = work.frame
        if not values:
            return False
        if before.question.kind == "confirm":
            work.confirmed = before.proposal_id if values[0] else None
            return bool(values[0])
        if before.question.kind == "offer":
            return self._offer(work, before, yes=bool(values[0]))
        if frame is None and before.question.slot == "@flow" and values[0].get("flow"):
            work.push(str(values[0]["flow"]), text=str(values[0].get("text", "")))
            return True
        if before.question.slot == "@flow":
            work.hand_over = HandOverWish(reason="asked")
            return True
        if frame is None:
            return False
        if before.question.slot == "@repair":
            return self._repair_choice(work, frame, values[0])
        return self._fill(work, frame, before, values)

    def _repair_choice(self, work: Work, frame: Frame, value: dict[str, object]) -> bool:
        if value.get("stop"):
            return self._drop(work)
        slot = str(value["change"])
        self._reset(work, frame, slot)
        return True

    def _fill(self, work: Work, frame: Frame, before: Pending, values: list[object]) -> bool:
        """Put chosen values into the slot that was asked for."""
        slot = before.question.slot
        spec = work.flows[frame.flow].slots.get(slot)
        if spec is None:
            return False
        if spec.type == "swaps":
            picked = dict(frame.results.get("picked", {}))
            for value in values:
                if isinstance(value, dict):
                    picked[str(value["line_id"])] = value["new_sku"]
            frame.results["picked"] = picked
        elif before.question.multiple:
            frame.slots[slot] = values
        else:
            frame.slots[slot] = values[0]
        frame.asked.pop(slot, None)
        if spec.type in ("order", "order_optional") and isinstance(values[0], str):
            work.memory.focus_order = values[0]
        if spec.type == "product" and isinstance(values[0], str):
            work.memory.focus_products = [values[0]]
        return True

    def _offer(self, work: Work, before: Pending, *, yes: bool) -> bool:
        action = before.values[0] if before.values else {}
        if not yes:
            work.say(self._sentence(work, "chit.no_worries"))
            return bool(work.stack)
        if action.get("do") == "hand_over":
            work.hand_over = HandOverWish(reason=action.get("reason", "asked"))
        elif action.get("do") == "start":
            work.push(str(action["flow"]))
        return True

    # -- information

    def _provide(self, work: Work, entities: tuple[Entity, ...], before: Pending | None) -> bool:
        """Give what was said to the running flow; said to a filled slot, it replaces or adds."""
        frame = work.business_frame
        top = work.frame
        if frame is None and top is None:
            return self._continue_search(work, entities)
        if before is not None and top is not None and not entities and before.question.slot_type in FREE_TEXT_SLOTS:
            return self._take_words(work, top, before)
        if not entities:
            return False
        work.hear(entities, frame)
        if frame is not None and before is not None and top is frame:
            self._reopen(work, frame, entities, before.question.slot)
        return True

    def _continue_search(self, work: Work, entities: tuple[Entity, ...]) -> bool:
        """ "Cheaper ones", 红色的呢 after a list of products: the search goes on."""
        if not work.memory.last_search or not any(
            entity.type in ("option", "amount", "category", "product") for entity in entities
        ):
            return False
        work.push("find_products", text=work.text, entities=entities)
        return True

    def _take_words(self, work: Work, frame: Frame, before: Pending) -> bool:
        frame.slots[before.question.slot] = work.text.strip()[:500]
        frame.asked.pop(before.question.slot, None)
        return True

    def _reopen(self, work: Work, frame: Frame, entities: tuple[Entity, ...], asked: str) -> None:
        """Forget the filled slots that these words are about, so that they are filled anew."""
        flow = work.flows[frame.flow]
        for entity in entities:
            takers = [name for name, spec in flow.slots.items() if entity.type in ACCEPTS.get(spec.type, frozenset())]
            filled = [name for name in takers if frame.slots.get(name) is not None and name != asked]
            if filled and asked not in takers:
                self.engine.clear(frame, filled[-1])

    def _correct(self, work: Work, command: Correct) -> bool:
        """Take something back: what was said anew replaces it; without anything new, it is asked again."""
        frame = work.business_frame
        if frame is None:
            return self._continue_search(work, command.entities)
        flow = work.flows[frame.flow]
        if work.frame is not frame:
            work.hear(command.entities, frame)
            return True
        if command.entities:
            work.hear(command.entities, frame)
            types = frozenset(entity.type for entity in command.entities)
            takers = self._takers(work, frame, types)
            replaced = types - {"option", "ordinal"} if "swaps" in {flow.slots[name].type for name in takers} else types
            work.forget(frame, frozenset(replaced))
            for name in takers:
                self.engine.clear(frame, name)
            return True
        wanted = SLOT_WORDS.get(command.slot or "", ())
        named = [name for name, spec in flow.slots.items() if spec.type in wanted and name in frame.slots]
        if named:
            self._reset(work, frame, named[0])
            return True
        self._ask_what_else(work, frame)
        return False

    def _takers(self, work: Work, frame: Frame, types: frozenset[str]) -> list[str]:
        """Return the slots that new words of these types change: for an option the new variant, not which goods."""
        slots = work.flows[frame.flow].slots
        found = [name for name, spec in slots.items() if types & ACCEPTS.get(spec.type, frozenset())]
        if types == {"option"} and not any(
            slots[name].type in ("swaps", "options", "search", "body") for name in found
        ):
            found = [name for name, spec in slots.items() if spec.type == "order_lines"]
        return found

    def _reset(self, work: Work, frame: Frame, slot: str) -> None:
        """Forget a slot and what was said about it, so that it is asked."""
        accepted = ACCEPTS.get(work.flows[frame.flow].slots[slot].type, frozenset())
        work.memory.heard = [
            entry
            for entry in work.memory.heard
            if entry.entity.type not in accepted or entry.frame not in (frame.id, None)
        ]
        if work.flows[frame.flow].slots[slot].type in ("order", "order_optional"):
            work.memory.focus_order = None
        self.engine.clear(frame, slot)

    # -- flows

    def _start(self, work: Work, command: StartFlow, *, first: bool) -> None:
        """Start a flow: on top of what runs, or after it when the same message already moved something."""
        if command.flow not in work.flows:
            return
        running = work.business_frame
        if running is not None and running.flow == command.flow and not self._names_another_order(running, command):
            work.hear(command.entities, running)
            self._reopen(work, running, command.entities, "")
            return
        text = command.text or work.text
        if first:
            work.push(command.flow, text=text, entities=command.entities)
            work.memory.heard = [entry for entry in work.memory.heard if entry.frame is not None] or work.memory.heard
        else:
            work.queue.append(work.new_frame(command.flow, text=text, entities=command.entities))

    @staticmethod
    def _names_another_order(running: Frame, command: StartFlow) -> bool:
        ids = {str(entity.value["id"]).lstrip("#").lower() for entity in command.entities if entity.value.get("id")}
        order = running.slots.get("order")
        return bool(order and ids and str(order).lstrip("#").lower() not in ids)

    def _cancel(self, work: Work, command: Cancel) -> bool:
        frame = work.business_frame
        if command.scope == "part" and frame is not None and command.entities:
            return self._cancel_part(work, frame, command)
        if command.scope == "all":
            work.queue.clear()
            del work.stack[:-1]
        if not work.stack:
            work.say(self._sentence(work, "chit.no_worries"))
            return False
        return self._drop(work)

    def _drop(self, work: Work) -> bool:
        """Stop the running flow (and the proof of identity that was only for it)."""
        frame = work.business_frame or work.stack[-1]
        while work.stack and work.stack[-1] is not frame:
            work.stack.pop()
        work.stack.pop()
        title = work.flows[frame.flow].title.get(work.lang)
        work.say(self._sentence(work, "repair.cancelled", title=title))
        return True

    def _cancel_part(self, work: Work, frame: Frame, command: Cancel) -> bool:
        """ "Only the lamp then", 那个不退了: what is named is taken out of the request."""
        lines = next((name for name, spec in work.flows[frame.flow].slots.items() if spec.type == "order_lines"), None)
        if lines is None:
            return self._drop(work)
        work.hear(command.entities, frame)
        for entry in work.memory.heard:
            if entry.entity in command.entities and entry.turn == work.memory.turn:
                entry.context = "except "
        self.engine.clear(frame, lines)
        return True

    # -- asides

    async def _digress(self, work: Work, command: AskKnowledge | ChitChat | Repeat) -> bool:
        match command:
            case AskKnowledge():
                await answer_from_knowledge(work, command.query or work.text, self.templates)
            case ChitChat():
                work.say(self._sentence(work, f"chit.{command.topic}"))
                return command.topic not in ("wait", "ack")
            case Repeat():
                self._repeat(work, command)
        return not isinstance(command, Repeat) or work.state.pending is not None

    def _repeat(self, work: Work, command: Repeat) -> None:
        pending = work.state.pending
        if pending is None:
            for reply in work.state.last_replies:
                work.show(reply.model_copy(update={"receipts": ()}) if isinstance(reply, TextReply) else reply)
            if not work.state.last_replies:
                work.say(self._sentence(work, "chit.greeting"))
        elif command.explain:
            name = f"explain.{pending.question.slot_type or pending.question.kind}"
            work.say(self._sentence(work, name if self.templates.has(name) else "explain.slot"))

    def _switch(self, work: Work, command: SwitchLanguage) -> None:
        if command.lang != work.lang:
            work.lang = command.lang
            work.events.append(LanguageChanged(lang=command.lang))
        work.say(self._sentence(work, "chit.language"))

    def _keep_question(self, work: Work, before: Pending, *, again: bool) -> None:
        """The open question stays open; after an aside it is asked again, in today's language."""
        work.pending = before
        if not again and work.replies:
            return
        asked = next(
            (reply for reply in reversed(work.state.last_replies) if isinstance(reply, ChoicesReply | TextReply)), None
        )
        if asked is None:
            return
        lead = self._sentence(work, "repair.back") if work.replies else ""
        text = f"{lead}{asked.text}"
        work.show(asked.model_copy(update={"text": text}))

    def _lost(self, work: Work, command: CannotHandle, before: Pending | None, *, alone: bool) -> bool:
        """Nothing understood: take free words where they were asked for, else clarify, offer a person, hand over."""
        top = work.frame
        if before is not None and top is not None and before.question.slot_type in FREE_TEXT_SLOTS:
            return self._take_words(work, top, before)
        if not alone:
            return False
        if command.out_of_scope:
            work.say(self._sentence(work, "lost.out_of_scope"))
            return False
        failures = work.state.failures + 1
        if failures >= LOST_BEFORE_HAND_OVER:
            work.hand_over = HandOverWish(reason="failures")
        elif before is not None:
            work.say(self._sentence(work, "lost.pending"))
        elif candidates := [flow for flow in command.candidates if flow in work.flows][:3]:
            self._clarify(work, candidates)
        elif failures >= LOST_BEFORE_OFFER:
            offer = Question(
                self._sentence(work, "lost.offer_human"), self._yes_no(work, {"do": "hand_over", "reason": "failures"})
            )
            work.ask(offer, kind="offer")
        else:
            work.say(self._sentence(work, "lost.first"))
        return False

    def _clarify(self, work: Work, candidates: list[str]) -> None:
        choices = tuple(
            (work.flows[flow].title.get(work.lang), {"flow": flow, "text": work.text}) for flow in candidates
        )
        person = (self._sentence(work, "label.human"), {"human": True})
        work.ask(Question(self._sentence(work, "lost.which"), (*choices, person)), kind="choice", slot="@flow")

    def _yes_no(self, work: Work, action: dict[str, str]) -> tuple[tuple[str, object], ...]:
        return ((self._sentence(work, "label.yes"), action), (self._sentence(work, "label.no"), False))

    def _sentence(self, work: Work, sentence: str, **facts: object) -> str:
        return self.templates.say(sentence, work.lang, **facts)
