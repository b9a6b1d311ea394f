"""From commands to a changed flow stack: answers first, then corrections, new wishes, questions, repairs."""

from __future__ import annotations

from dialogue.answers import answer_from_knowledge, is_aside, lapses, of_the_product
from dialogue.change_of_mind import give_way, settled, successor
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
    Provide,
    Repeat,
    StartFlow,
    SwitchLanguage,
)
from dialogue.engine import Engine
from dialogue.given_up import turned_back
from dialogue.pending import PendingAnswers
from dialogue.repairs import Repairs
from dialogue.replies.templates import Templates
from dialogue.state import Frame, Pending
from dialogue.work import HandOverWish, Work

LEAVES = frozenset({"thanks", "goodbye", "compliment"})
"""Chit-chat of one who wants nothing more: what was only offered is not offered again."""
UNANSWERED_TOPICS = frozenset({"wait", "ack"})
"""Chit-chat after which the open question is not put again."""


class Router:
    """Applies the commands of one message. One instance serves every conversation."""

    def __init__(self, engine: Engine, templates: Templates) -> None:
        self.engine = engine
        self.templates = templates
        self.repairs = Repairs(engine, templates)
        self.answers = PendingAnswers(self.repairs, templates)

    async def apply(self, work: Work, commands: tuple[Command, ...]) -> None:
        """Change the stack as the commands say, run the flows, and keep or repeat the question that was open."""
        commands = tuple([await of_the_product(work, command) for command in commands])
        before = self._still_open(work, commands)
        moved = aside = False
        if (wish := successor(work, commands)) is not None:
            await give_way(work, wish)
            commands, before, moved = settled(commands, wish), None, True
        for command in commands:
            if work.hand_over is not None:
                return
            if isinstance(command, AskHuman):
                work.hand_over = HandOverWish(reason="asked")
            elif isinstance(command, AskKnowledge | ChitChat | Repeat | SwitchLanguage):
                aside = await self._aside(work, command) or aside
            else:
                moved = await self._business(work, command, commands, before, first=not moved) or moved
        if work.hand_over is not None or work.pending is not None:
            return
        if moved:
            await self.engine.run(work)
        elif before is not None:
            declined = any(isinstance(command, Repeat) and command.unknown for command in commands)
            await self._back_to_question(work, before, aside=aside, declined=declined)

    @staticmethod
    def _still_open(work: Work, commands: tuple[Command, ...]) -> Pending | None:
        """Return the open question, unless these words let it go.

        So does another wish, where a procedure in which nothing is settled yet waits for what the person cannot say.
        """
        before, frame = work.state.pending, work.business_frame
        asks = any(isinstance(command, AskKnowledge) for command in commands)
        if before is None or (lapses(before) and (asks or any(map(_takes_leave, commands)))):
            return None
        if not before.question.declined or frame is None or any(frame.slots.values()) or is_aside(work.text.lower()):
            return before
        if asks or any(isinstance(command, StartFlow) and command.flow != frame.flow for command in commands):
            del work.stack[work.stack.index(frame) :]
            return None
        return before

    async def _back_to_question(self, work: Work, before: Pending, *, aside: bool, declined: bool) -> None:
        """Put the open question again; in another language than it was put in, the flow asks it anew."""
        frame = work.frame
        if work.replies and not aside:
            work.pending = before
        elif frame is not None and work.lang != work.state.lang:
            if before.proposal_id is not None:
                await work.executor.void(before.proposal_id, work.identity)
            frame.asked.pop(before.question.slot, None)
            await self.engine.run(work)
        else:
            self.repairs.keep_question(work, before, aside=aside, declined=declined)

    async def _business(
        self, work: Work, command: Command, commands: tuple[Command, ...], before: Pending | None, *, first: bool
    ) -> bool:
        """Apply a command that may move a flow; returns whether the flows must run."""
        match command:
            case Affirm() | Choose():
                alone = not any(isinstance(other, Provide | Correct | Deny | Cancel) for other in commands)
                return await self.answers.apply(work, command, before, alone=alone)
            case Deny():
                alone = not any(isinstance(other, Provide | Correct | StartFlow | Cancel) for other in commands)
                return await self.answers.apply(work, command, before, alone=alone)
            case Provide():
                return await self.repairs.provide(work, command.entities, before)
            case Correct():
                return await self.repairs.correct(work, command)
            case StartFlow():
                return self._start(work, command, first=first)
            case Cancel():
                return await self.repairs.cancel(work, command)
            case CannotHandle():
                return self.repairs.lost(work, command, before, alone=len(commands) == 1)
            case _:
                raise TypeError(f"no route for {command!r}")

    async def _aside(self, work: Work, command: AskKnowledge | ChitChat | Repeat | SwitchLanguage) -> bool:
        """Answer what moves no flow; returns whether an open question should be put again."""
        match command:
            case AskKnowledge():
                await answer_from_knowledge(work, command, self.templates)
            case ChitChat(topic="agreed"):
                agreed = [each.text for each in work.state.agreed]
                work.say(self.templates.say("chit.agreed", work.lang, agreed=agreed))
            case ChitChat(topic="complaint") if work.state.pending is None and not work.stack:
                self.repairs.offer_person(work)
            case ChitChat():
                work.say(self.templates.say(f"chit.{command.topic}", work.lang))
                return command.topic not in UNANSWERED_TOPICS
            case SwitchLanguage():
                self.repairs.switch_language(work, command)
            case Repeat():
                self.repairs.repeat(work, command)
                return work.state.pending is not None
        return True

    def _start(self, work: Work, command: StartFlow, *, first: bool) -> bool:
        """Start a flow: on top of what runs, or after it when the same message already moved something."""
        flow = work.flows.get(command.flow)
        if flow is None or flow.role not in {None, work.state.role}:
            return False
        running = work.business_frame
        anew = flow.reads_its_words and not first  # two questions of one message are two
        if (
            running is not None
            and running.flow == command.flow
            and not anew
            and not self._names_another_order(running, command)
            and (first or not self._tells_another_apart(work, running, command))
        ):
            work.hear(command.entities, running)
            self.repairs.reopen(work, running, command.entities, "")
            return True
        command = self.repairs.of_the_same_body(work, command)
        text = command.text or work.text
        before = work.queue[-1] if work.queue else work.business_frame
        if command.fallback and before is not None:
            work.queue.append(work.new_frame(command.flow, text=text, entities=command.entities))
            work.queue[-1].instead_of = before.id
        elif first:
            turned_back(work, work.push(command.flow, text=text, entities=command.entities), command)
        else:
            work.queue.append(work.new_frame(command.flow, text=text, entities=command.entities))
        return True

    @staticmethod
    def _names_another_order(running: Frame, command: StartFlow) -> bool:
        ids = {str(entity.value["id"]).lstrip("#").lower() for entity in command.entities if entity.value.get("id")}
        order = running.slots.get("order")
        return bool(order and ids and str(order).lstrip("#").lower() not in ids)

    @staticmethod
    def _tells_another_apart(work: Work, running: Frame, command: StartFlow) -> bool:
        """Tell whether one message names this order by another ending or price than the one before: "the 249 order and the 339 order"."""
        heard = [entry.entity for entry in work.heard_for(running) if entry.turn == work.memory.turn]
        before, named = (
            {str(item.value["suffix"]) for item in items if item.type == "order_ref" and "suffix" in item.value}
            for items in (heard, command.entities)
        )
        return bool(before and named and not before & named)


def _takes_leave(command: Command) -> bool:
    return isinstance(command, ChitChat) and command.topic in LEAVES
