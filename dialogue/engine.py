"""The flow engine: runs the top flow until it must ask, has ended, or goes to a person.

In every turn the steps run from the top; what is done is skipped by the frame's records. So a correction only has to clear
a slot: everything that depended on it is asked, checked and confirmed again, and nothing that was executed is done twice.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from dialogue.flows.model import CallStep, Flow, OfferStep, ShowStep, Step
from dialogue.refusals import NEEDS_PERSON, REASK
from dialogue.replies.cards import card
from dialogue.replies.templates import Templates
from dialogue.slots import ACCEPTS, SLOT_FILLERS, DeadEnd, Elsewhere, Filled, Question, SlotContext
from dialogue.slots.figures import carried
from dialogue.state import Frame
from dialogue.step_values import arguments_of, facts_of, fingerprint_of, told, value_at
from dialogue.work import HandOverWish, Work
from tools.base import Outcome

"""A slot asked this often in a row without an answer goes to a person."""
STEPS_LIMIT = 200
"""More steps than this in one turn is a loop in a flow file."""


class End(enum.Enum):
    """How a run of steps ended."""

    DONE = "done"
    ASKED = "asked"
    STOPPED = "stopped"
    HANDED_OVER = "handed_over"
    RESTARTED = "restarted"
    REPLACED = "replaced"


class Engine:
    """Runs flows. One instance serves every conversation; all state is in the `Work`."""

    def __init__(self, flows: Mapping[str, Flow], templates: Templates, timezone: str) -> None:
        self.flows = dict(flows)
        self.templates = templates
        self.timezone = timezone

    async def run(self, work: Work) -> None:
        """Go on with the top flow, then with what lies beneath it and with what waits in the queue."""
        finished: str | None = None
        while work.pending is None and work.hand_over is None:
            frame = work.frame
            if frame is None:
                frame = self._next(work)
                if frame is None:
                    return
            elif finished is not None and frame.flow != "identify" and finished != "identify":
                work.say(self._sentence(work, "repair.resume", title=self._title(work, frame)))
            flow = self.flows[frame.flow]
            if flow.personal and not work.knows_customer():
                work.push("identify")
                continue
            end = await self._run_steps(work, frame, flow.steps, flow, "")
            if end in (End.ASKED, End.HANDED_OVER):
                return
            if end is not End.RESTARTED:
                work.stack.remove(frame)
                finished = None if end is End.REPLACED else frame.flow
                if frame.flow == "identify" and not work.knows_customer():
                    self._drop_personal(work)
                if finished is not None and finished != "identify":
                    work.memory.last_flow = finished
                    work.memory.achieved += [frame.id] if frame.receipts else []

    def _drop_personal(self, work: Work) -> None:
        """Stop what needs to know the customer: it was said why they cannot be recognised now."""
        work.stack = [frame for frame in work.stack if not self.flows[frame.flow].personal]
        work.queue = [frame for frame in work.queue if not self.flows[frame.flow].personal]

    def _next(self, work: Work) -> Frame | None:
        """Take up what waits, but for what was wanted only in place of something that was done."""
        while work.queue:
            frame = work.queue.pop(0)
            if frame.instead_of not in work.memory.achieved:
                work.stack.append(frame)
                work.say(self._sentence(work, "repair.next", title=self._title(work, frame)))
                return frame
        return None

    # -- steps

    async def _run_steps(self, work: Work, frame: Frame, steps: Sequence[Step], flow: Flow, prefix: str) -> End:
        index = 0
        guard = 0
        while index < len(steps):
            guard += 1
            if guard > STEPS_LIMIT:
                raise RuntimeError(f"flow {flow.id!r} does not come to an end")
            step = steps[index]
            if step.when is None or self._holds(step.when, work, frame):
                end = await self._run_step(work, frame, step, flow, f"{prefix}{index}")
                if end is End.RESTARTED and prefix == "" and work.frame is frame:
                    index = 0
                    continue
                if end is not End.DONE:
                    return end
            index += 1
        return End.DONE

    async def _run_step(self, work: Work, frame: Frame, step: Step, flow: Flow, key: str) -> End:
        match step.kind:
            case "collect":
                return await self._collect(work, frame, str(step.collect), flow)
            case "confirm":
                return await self._confirm(work, frame, self._call_of(step), flow, key)
            case "decide":
                return await self._decide(work, frame, step, flow, key)
            case "call":
                return await self._call(work, frame, self._call_of(step), flow, key)
            case "check":
                if self._holds(str(step.check), work, frame):
                    return End.DONE
                end = await self._run_steps(work, frame, step.otherwise, flow, key + ".")
                return End.STOPPED if end is End.DONE else end
            case "branch":
                for number, case in enumerate(step.branch or ()):
                    if case.when is None or self._holds(case.when, work, frame):
                        return await self._run_steps(work, frame, case.steps, flow, f"{key}.{number}.")
                return End.DONE
            case _:
                return self._speak(work, frame, step, key)

    def _speak(self, work: Work, frame: Frame, step: Step, key: str) -> End:
        """Run a step that needs nobody's answer: say, show, hand over, start."""
        if frame.done.get(key) == "said":
            return End.DONE
        frame.done[key] = "said"
        if step.say is not None:
            said = self.templates.speak(step.say, work.lang, facts_of(work, frame))
            work.say(said, receipts=tuple(receipt for receipt in frame.receipts if receipt in work.receipts))
        elif step.show is not None:
            self._show(work, frame, step.show)
        elif step.hand_over is not None:
            wish = step.hand_over
            priority: Literal["normal", "urgent"] = "urgent" if wish.reason == "safety" else "normal"
            work.hand_over = HandOverWish(reason=wish.reason, priority=priority, queue=wish.queue)
            return End.HANDED_OVER
        elif step.offer is not None:
            self._offer(work, frame, step.offer)
        elif step.start is not None:
            return self._go_on_as(work, frame, step.start, {})
        return End.DONE

    def _offer(self, work: Work, frame: Frame, step: OfferStep) -> None:
        said = self.templates.speak(step.text, work.lang, facts_of(work, frame))
        if work.stack != [frame] or work.queue:
            work.say(said)
            return
        yes = (self._sentence(work, "label.yes"), {"do": "hand_over", "reason": step.reason})
        no = (self._sentence(work, "label.no"), False)
        offer = self._sentence(work, "knowledge.ask_colleague", said=said)
        work.ask(Question(offer, (yes, no)), kind="offer")

    def _go_on_as(self, work: Work, frame: Frame, flow: str, slots: dict[str, Any]) -> End:
        """Let another flow take this one's place, with what was heard."""
        replacement = work.push(flow, text=frame.text)
        replacement.slots |= {name: value for name, value in slots.items() if name in self.flows[flow].slots}
        work.rename(frame, replacement)
        for waiting in list(work.queue):
            if waiting.instead_of != frame.id:
                continue
            if waiting.flow == flow:  # what was wanted otherwise has come to be, with what was said for it
                work.rename(waiting, replacement)
                work.queue.remove(waiting)
            else:
                waiting.instead_of = replacement.id
        return End.REPLACED

    def _fan_out(self, work: Work, frame: Frame, slot: str, values: Sequence[Any]) -> None:
        """Queue the same flow for the other values, each with what was heard for this one."""
        if "fanned" in frame.done:
            return
        frame.done["fanned"] = slot
        clones = []
        for value in values:
            clone = work.new_frame(frame.flow, text=frame.text)
            clone.slots[slot] = value
            clone.done["fanned"] = slot
            heard = [entry for entry in work.memory.heard if entry.frame == frame.id]
            work.memory.heard += [entry.model_copy(update={"frame": clone.id}) for entry in heard]
            clones.append(clone)
        work.queue[:0] = clones

    def _show(self, work: Work, frame: Frame, step: ShowStep) -> None:
        evidence = value_at(step.source, frame)
        text = self.templates.speak(step.text, work.lang, facts_of(work, frame)) if step.text else ""
        for reply in card(step.card, evidence, text, self.templates, work.lang, picture=work.picture):
            work.show(reply)
        if step.card == "products":
            shown = [product["product_id"] for product in evidence.get("products", [])]
            work.memory.shown_products = shown
            work.memory.focus_products = shown[:1] if len(shown) == 1 else []
        elif step.card in ("order", "tracking") and isinstance(evidence, Mapping):
            # "Is it waterproof?" after the order of a single thing is about that thing.
            held = {line["product_id"] for line in evidence.get("order", evidence).get("lines", ())}
            work.memory.focus_products = list(held) if len(held) == 1 else work.memory.focus_products

    # -- collecting

    async def _collect(self, work: Work, frame: Frame, name: str, flow: Flow) -> End:
        if name in frame.slots:
            return End.DONE
        spec = flow.slots[name]
        context = SlotContext(
            name=name,
            spec=spec,
            flow=flow,
            frame=frame,
            heard=work.heard_for(frame),
            state=self._state_of(work),
            reader=work,
            policy=work.policy,
            templates=self.templates,
            lang=work.lang,
            timezone=self.timezone,
            now=work.executor.clock(),
            flows=self.flows,
        )
        filling = await SLOT_FILLERS[spec.type](context)
        if isinstance(filling, Filled):
            frame.slots[name] = filling.value
            frame.asked.pop(name, None)
            self._focus(work, spec.type, filling.value)
            self._fan_out(work, frame, name, filling.others)
            return End.DONE
        if isinstance(filling, Elsewhere):
            if self.templates.has(f"instead.{filling.flow}"):
                work.say(self._sentence(work, f"instead.{filling.flow}"))
            self._focus(work, spec.type, filling.value)
            lines = {other: frame.slots.get(other) for other, slot in flow.slots.items() if slot.type == "order_lines"}
            known = {other: value for other, value in lines.items() if value is not None}
            end = self._go_on_as(work, frame, filling.flow, {**known, name: filling.value})
            if filling.others and (heir := work.business_frame) is not None:
                self._fan_out(work, heir, name, filling.others)
            return end
        if spec.optional:
            frame.slots[name] = None
            return End.DONE
        if isinstance(filling, DeadEnd):
            work.say(self._sentence(work, f"dead_end.{filling.code}", **filling.facts))
            return End.STOPPED
        return self._ask(work, frame, name, spec.type, filling)

    def _ask(self, work: Work, frame: Frame, name: str, slot_type: str, question: Question) -> End:
        frame.asked[name] = frame.asked.get(name, 0) + 1
        if frame.asked[name] > work.escalation.patience.asks_before_help:
            work.hand_over = HandOverWish(reason="failures")
            return End.HANDED_OVER
        work.ask(question, kind="slot", slot=name, slot_type=slot_type)
        return End.ASKED

    def _focus(self, work: Work, slot_type: str, value: Any) -> None:
        """Remember what the conversation is about, for "and that order?"."""
        if slot_type in ("order", "order_optional") and isinstance(value, str):
            work.memory.focus_order = value
        elif slot_type == "product" and isinstance(value, str):
            work.memory.focus_products = [value]
        elif slot_type == "address" and isinstance(value, dict):
            work.memory.last_address = {key: str(part) for key, part in value.items() if part}
        elif slot_type == "question" and isinstance(value, str):
            work.memory.product_question = value
        elif slot_type == "search" and isinstance(value, dict):
            work.memory.last_search = value
        elif slot_type == "figures" and isinstance(value, dict):
            work.memory.last_figures = carried(value) or work.memory.last_figures

    # -- calling

    async def _call(self, work: Work, frame: Frame, call: CallStep, flow: Flow, key: str) -> End:
        arguments = arguments_of(call, frame, work.lang)
        fingerprint = fingerprint_of(call.tool, arguments)
        if frame.done.get(key) == fingerprint:
            return End.DONE
        outcome = await work.call(call.tool, arguments)
        if outcome.status != "ok":
            return self._refused(work, frame, flow, outcome, fingerprint)
        self._keep(frame, call.save, outcome)
        if call.lists is not None and (told := value_at(call.lists, frame)):
            work.memory.shown_products = list(told)
        if call.focus is not None and len(named := value_at(call.focus, frame) or ()) == 1:
            work.memory.focus_products = list(named)
        frame.done[key] = fingerprint
        return End.DONE

    async def _confirm(self, work: Work, frame: Frame, call: CallStep, flow: Flow, key: str) -> End:
        arguments = arguments_of(call, frame, work.lang)
        fingerprint = fingerprint_of(call.tool, arguments)
        if frame.done.get(key) == fingerprint:
            return End.DONE
        proposed = frame.done.get(f"{key}?", "")
        if work.confirmed is not None and proposed == f"{work.confirmed} {fingerprint}":
            outcome = await work.confirm(work.confirmed, call.tool, arguments)
            work.confirmed = None
            if self.templates.has(f"again.{outcome.code}"):
                work.say(self._sentence(work, f"again.{outcome.code}"))
                outcome = await work.call(call.tool, arguments)
        else:
            if work.confirmed is not None:
                await work.executor.void(work.confirmed, work.identity)
                work.confirmed = None
            outcome = await work.call(call.tool, arguments)
        if outcome.status == "needs_confirmation" and outcome.proposal_id is not None and not outcome.code:
            frame.done[f"{key}?"] = f"{outcome.proposal_id} {fingerprint}"
            self._ask_consent(work, frame, call, outcome)
            return End.ASKED
        if outcome.status != "ok":
            return self._refused(work, frame, flow, outcome, fingerprint)
        self._keep(frame, call.save, outcome)
        frame.done[key] = fingerprint
        return End.DONE

    async def _decide(self, work: Work, frame: Frame, step: Step, flow: Flow, key: str) -> End:
        """Approve or reject what waits, one or several; a rejection is a refused call by its nature."""
        if step.decide is None or key in frame.done:
            return End.DONE
        named = value_at(step.decide.proposal, frame)
        decided = 0
        refused: list[Outcome] = []
        for proposal in named if isinstance(named, list) else [named]:
            outcome = await work.decide(step.decide.deed, str(proposal))
            if outcome.status != "ok" and outcome.code != "proposal_rejected":
                refused.append(outcome)
                continue
            self._keep(frame, "result", outcome)
            decided += 1
        frame.done[key] = step.decide.deed
        frame.results["decided"] = decided
        for outcome in refused[:-1]:
            self._refused(work, frame, flow, outcome, key)
        end = self._refused(work, frame, flow, refused[-1], key) if refused else End.DONE
        return End.DONE if decided else end

    def _ask_consent(self, work: Work, frame: Frame, call: CallStep, outcome: Outcome) -> None:
        facts = {**facts_of(work, frame), "preview": told(outcome)}
        asked = self.templates.speak(call.ask, work.lang, facts) if call.ask else ""
        labels = (self._sentence(work, "label.confirm"), self._sentence(work, "label.not_yet"))
        question = Question(asked, ((labels[0], True), (labels[1], False)))
        work.ask(question, kind="confirm", proposal_id=outcome.proposal_id)

    def _keep(self, frame: Frame, name: str, outcome: Outcome) -> None:
        frame.results[name] = told(outcome)
        if outcome.receipt_id is not None:
            frame.receipts.append(outcome.receipt_id)

    def _refused(self, work: Work, frame: Frame, flow: Flow, outcome: Outcome, fingerprint: str) -> End:
        """Say why; ask again for what was wrong, hand over what only a person may decide, else stop."""
        work.memory.refused += 1
        facts = {**facts_of(work, frame), **outcome.facts}
        known = (f"refused.{outcome.code}", f"failed.{outcome.code}", f"failed.{outcome.status}")
        sentence = next(filter(self.templates.has, known))
        own = flow.refusals.get(outcome.code)
        said = self.templates.speak(own, work.lang, facts) if own else self._sentence(work, sentence, **facts)
        if outcome.code in NEEDS_PERSON or outcome.facts.get("needs_person"):
            work.hand_over = HandOverWish(reason="policy", say=said)
            return End.HANDED_OVER
        work.say(said)
        wrong = [name for name, spec in flow.slots.items() if spec.type in REASK.get(outcome.code, ())]
        wrong = [name for name in wrong if name in frame.slots]
        if not wrong or frame.done.get(f"{fingerprint}!") == outcome.code:
            return End.STOPPED
        frame.done[f"{fingerprint}!"] = outcome.code
        if flow.slots[wrong[0]].type == "proof":
            frame.results.setdefault("tried", []).append(frame.slots[wrong[0]])
        else:
            # What was just refused must not fill the slot again, also when it was said in this very turn.
            accepted = ACCEPTS.get(flow.slots[wrong[0]].type, frozenset())
            work.memory.heard = [
                entry
                for entry in work.memory.heard
                if entry.entity.type not in accepted or entry.frame not in (frame.id, None)
            ]
            frame.results.setdefault("refused", []).append(frame.slots[wrong[0]])
        self.clear(frame, wrong[0])
        return End.RESTARTED

    def clear(self, frame: Frame, slot: str) -> None:
        """Forget a slot and what depends on it."""
        flow = self.flows[frame.flow]
        for name in {slot} | flow.dependents(slot):
            frame.slots.pop(name, None)
            if flow.slots[name].type == "swaps" and name == slot:
                frame.results.pop("picked", None)
                frame.results.pop("settled", None)
            if flow.slots[name].type == "order_lines":
                frame.results.pop("chosen_lines", None)

    def _holds(self, expression: str, work: Work, frame: Frame) -> bool:
        return self.templates.holds(expression, facts_of(work, frame))

    def _sentence(self, work: Work, sentence: str, **facts: Any) -> str:
        return self.templates.say(sentence, work.lang, **facts)

    def _title(self, work: Work, frame: Frame) -> str:
        return self.flows[frame.flow].title.get(work.lang)

    @staticmethod
    def _call_of(step: Step) -> CallStep:
        call = step.confirm or step.call
        if call is None:
            raise TypeError(f"expected a step with a call, got {step.kind}")
        return call

    @staticmethod
    def _state_of(work: Work) -> Any:
        return work.state.model_copy(update={"memory": work.memory})
