"""A case as the ticket's writers see it: the turn in the making, what was traced, the records, and texts in both languages."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping
from typing import Any

from dialogue.commands import Understanding
from dialogue.flows.model import walk
from dialogue.replies.templates import Templates
from dialogue.state import Frame, is_lost
from dialogue.tickets.gathering import Records
from dialogue.trail import Received, Trail, TurnTrace, traced, understood
from dialogue.turn import Action
from dialogue.work import HandOverWish, Work
from knowledge.types import Lang
from tools.evidence import LocalText

LANGS: tuple[Lang, ...] = ("zh", "en")


@dataclasses.dataclass(frozen=True)
class Tried:
    """A tool call of the episode and the turn in which it was made."""

    action: Action
    seq: int


@dataclasses.dataclass(frozen=True)
class Case:
    """Everything that a ticket is written from."""

    work: Work
    wish: HandOverWish
    templates: Templates
    trail: Trail
    """With the turn that is being answered."""
    records: Records = dataclasses.field(default_factory=Records)

    @classmethod
    def of(cls, work: Work, wish: HandOverWish, understanding: Understanding | None, templates: Templates) -> Case:
        """Return the case of a turn in the making, before any record was read."""
        trail, seq = work.state.trail, work.message_seq
        if understanding is not None:
            question = work.state.pending.question if work.state.pending else None
            sent = tuple(ref.id for message in work.state.messages.values() for ref in message.attachments)
            heard = trail.model_copy(update={"voices": work.voices})
            turn = Received(seq, work.text, sent)
            trail = understood(heard, turn, understanding, question, lost=is_lost(understanding))
        before, after = [*work.state.stack, *work.state.queue], [*work.stack, *work.queue]
        return cls(work, wish, templates, traced(trail, before, after, seq))

    def with_records(self, records: Records) -> Case:
        """Return the case with what the shop's records say."""
        return dataclasses.replace(self, records=records)

    @property
    def now(self) -> int:
        """The turn that is being answered."""
        return self.work.message_seq

    @property
    def turns(self) -> tuple[TurnTrace, ...]:
        """The turns of the episode, oldest first."""
        return self.trail.turns

    @functools.cached_property
    def tried(self) -> tuple[Tried, ...]:
        """Every call but the hand-over itself, oldest first; of those that came to the same, the last."""
        past = [Tried(each.action, self.trail.attempted.get(each.seq, self.now)) for each in self.work.state.attempts]
        every = [*past, *(Tried(action, self.now) for action in self.work.actions)]
        kept: dict[tuple[str, str, str], Tried] = {}
        for each in every:
            action = each.action
            key = (action.tool, action.status, action.receipt or str(action.arguments.get("order_id", "")))
            if action.tool != "hand_over":
                kept.pop(key, None)
                kept[key] = each
        return tuple(kept.values())

    def began(self, frame: Frame) -> int:
        """Return the turn in which a request began."""
        return self.trail.began.get(frame.id, self.now)

    # -- texts

    def both(self, sentence: str, **facts: Any) -> LocalText:
        """Render a sentence in both languages; texts in both languages among the facts are taken in each."""
        return LocalText(**{
            lang: self.templates.say(
                sentence,
                lang,
                **{name: value.get(lang) if isinstance(value, LocalText) else value for name, value in facts.items()},
            )
            for lang in LANGS
        })  # fmt: skip

    def rendered(self, template: str, facts: Mapping[str, Any]) -> LocalText:
        """Render one template in both languages."""
        return LocalText(**{lang: self.templates.render(template, lang, facts) for lang in LANGS})

    def title_of_flow(self, flow: str) -> LocalText:
        """Return what a request is called; "" where the name is no procedure's."""
        found = self.work.flows.get(flow)
        return LocalText(**found.title.model_dump()) if found is not None else LocalText()

    def title_of_tool(self, tool: str) -> LocalText:
        """Return what a call is called."""
        if self.templates.has(f"ticket_tool.{tool}"):
            return self.both(f"ticket_tool.{tool}")
        flow = self._flows_by_tool.get(tool)
        plain = tool.replace("_", " ")
        return self.title_of_flow(flow) if flow is not None else LocalText(zh=plain, en=plain)

    @functools.cached_property
    def _flows_by_tool(self) -> dict[str, str]:
        """The first procedure that uses each tool."""
        found: dict[str, str] = {}
        for flow in self.work.flows.values():
            for step in walk(flow.steps):
                used = step.confirm or step.call
                if used is not None:
                    found.setdefault(used.tool, flow.id)
        return found

    def why(self, action: Action) -> LocalText:
        """Return what was said of a call that was refused or failed; "" for one that was not."""
        code = str(action.result.get("code") or "")
        known = (f"refused.{code}", f"failed.{code}", f"failed.{action.status}")
        sentence = next(filter(self.templates.has, known), "") if code else ""
        return self.both(sentence, **action.result.get("facts", {})) if sentence else LocalText()
