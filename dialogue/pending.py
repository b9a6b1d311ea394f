"""Answers to the open question: yes, no, a choice. Consent is understood, never prefix-matched, and the stored call is executed."""

from __future__ import annotations

from dialogue.answers import CHOICE, WHICH_FLOW, offer_colleague, take_choice
from dialogue.assisting import PROPOSED, answer_proposal
from dialogue.commands import Affirm, Choose, Deny
from dialogue.repairs import REPAIR, Repairs
from dialogue.replies.templates import Templates
from dialogue.state import Frame, Pending
from dialogue.work import HandOverWish, Work


class PendingAnswers:
    """Applies an answer to the question that was open. Methods return whether the flows must run now."""

    def __init__(self, repairs: Repairs, templates: Templates) -> None:
        self.repairs = repairs
        self.templates = templates

    async def apply(self, work: Work, command: Affirm | Deny | Choose, before: Pending | None, *, alone: bool) -> bool:
        """Apply an answer; `alone` when nothing else in the message changes what was asked."""
        if before is None:
            return self._unasked(work, command, alone=alone)
        if before.question.slot == PROPOSED:
            await answer_proposal(work, self.templates, before, yes=_agrees(command, before, alone=alone))
            return True
        if isinstance(command, Choose):
            return self._choose(work, before, command.indexes)
        yes = isinstance(command, Affirm)
        if before.question.kind == "confirm":
            return await self._consent(work, before, yes=yes, alone=alone)
        if before.question.kind == "offer":
            return self._offer(work, before, yes=yes)
        return self._yes_or_no(work, before, yes=yes, alone=alone)

    def _yes_or_no(self, work: Work, before: Pending, *, yes: bool, alone: bool) -> bool:
        """Take a yes or a no to a question that asks for something else."""
        if before.question.slot == CHOICE and not yes:
            offer_colleague(work, self.templates)
            return False
        if before.question.slot_type == "yes_no":
            return self._choose(work, before, (0 if yes else 1,))
        if yes and len(before.values) == 1:
            return self._choose(work, before, (0,))
        if not yes and alone and work.frame is not None:
            return self.repairs.ask_what_else(work, work.frame)
        if yes and alone and before.question.slot == REPAIR:
            return True  # "no. ... well yes": the no is taken back, and consent is asked for anew
        if yes and alone and before.values:
            work.say(self.templates.say("repair.which_one", work.lang))
            self.repairs.keep_question(work, before, aside=False)
        return False

    def _unasked(self, work: Work, command: Affirm | Deny | Choose, *, alone: bool) -> bool:
        if isinstance(command, Affirm | Deny) and alone:
            sentence = "chit.ack" if isinstance(command, Affirm) else "chit.no_worries"
            work.say(self.templates.say(sentence, work.lang))
        return False

    async def _consent(self, work: Work, before: Pending, *, yes: bool, alone: bool) -> bool:
        """A yes executes the stored call; a no voids it, and alone it asks what should be different."""
        if before.proposal_id is None:
            return False
        if yes:
            # With more words beside it the yes counts only if they leave the call as it was asked about.
            work.confirmed = before.proposal_id
            return True
        await work.executor.void(before.proposal_id, work.identity)
        frame = work.business_frame
        if not yes and alone and frame is not None:
            return self.repairs.ask_what_else(work, frame)
        return frame is not None and yes

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
        if before.question.slot == CHOICE:
            take_choice(work, values[0])
            return True
        if frame is None and before.question.slot == WHICH_FLOW and values[0].get("flow"):
            work.push(str(values[0]["flow"]), text=str(values[0].get("text", "")))
            return True
        if before.question.slot == WHICH_FLOW:
            work.hand_over = HandOverWish(reason="asked")
            return True
        if frame is None:
            return False
        if before.question.slot == REPAIR:
            return self._repair_choice(work, frame, values[0])
        return self._fill(work, frame, before, values)

    def _repair_choice(self, work: Work, frame: Frame, value: dict[str, object]) -> bool:
        if value.get("stop"):
            return self.repairs.drop(work)
        slot = str(value["change"])
        self.repairs.reset(work, frame, slot)
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
        elif spec.type == "order_lines" and before.question.multiple:
            # The slot takes them together with the goods that were clear without a choice.
            frame.results["chosen_lines"] = [*frame.results.get("chosen_lines", []), *values]
            frame.slots.pop(slot, None)
        elif before.question.multiple:
            frame.slots[slot] = values
        else:
            frame.slots[slot] = values[0]
        frame.asked.pop(slot, None)
        _remember(work, spec.type, values[0])
        return True

    def _offer(self, work: Work, before: Pending, *, yes: bool) -> bool:
        """Do what was offered, or let it go: either way the offer is over, and what ran goes on."""
        action = before.values[0] if before.values else {}
        if not yes:
            work.say(self.templates.say("chit.no_worries", work.lang))
        elif action.get("do") == "hand_over":
            work.hand_over = HandOverWish(reason=action.get("reason", "asked"))
        elif action.get("do") == "start":
            work.push(str(action["flow"]))
        return True


def _agrees(command: Affirm | Deny | Choose, before: Pending, *, alone: bool) -> bool:
    """Whether an answer is a yes and nothing else, to a call of which nothing can be corrected."""
    if isinstance(command, Choose):
        return any(bool(before.values[index]) for index in command.indexes if 0 <= index < len(before.values))
    return isinstance(command, Affirm) and alone


def _remember(work: Work, slot_type: str, value: object) -> None:
    """Keep what was chosen as what is talked about."""
    if slot_type in ("order", "order_optional") and isinstance(value, str):
        work.memory.focus_order = value
    if slot_type == "address" and isinstance(value, dict):
        work.memory.last_address = {key: str(part) for key, part in value.items() if part}
    if slot_type == "product" and isinstance(value, str):
        work.memory.focus_products = [value]
    if slot_type == "search" and isinstance(value, dict):
        work.memory.last_search = value
