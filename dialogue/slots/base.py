"""What filling a slot means: from what was heard and what the tools say, to a value, a question, or a problem."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

from dialogue.flows.model import Flow, SlotSpec
from dialogue.replies.templates import Templates
from dialogue.replies.types import Reply
from dialogue.state import DialogueState, Frame, Heard
from knowledge.types import Lang
from tools.base import Evidence
from tools.policy import Policy

PLAIN_QUESTIONS = frozenset(
    f"ask.{kind}"
    for kind in (
        "order",
        "lines",
        "variant",
        "payment_method",
        "address",
        "reason",
        "choice",
        "text",
        "email",
        "contact",
        "coupon",
        "product",
        "products",
        "search",
    )
)
"""Sentences that only ask; a flow's own question takes their place. Others also say what was wrong with the answer."""


class Reader(Protocol):
    """Calls read tools for the engine; the same call twice in a turn is made once."""

    async def read(self, tool: str, arguments: dict[str, Any]) -> Evidence | None:
        """Return the evidence, or None when the tool refused."""
        ...


@dataclasses.dataclass(frozen=True)
class Question:
    """What to ask, with the choices to offer."""

    text: str
    choices: tuple[tuple[str, Any], ...] = ()
    """(label, value) each."""
    multiple: bool = False
    cards: tuple[Reply, ...] = ()
    """Shown before the question."""


@dataclasses.dataclass(frozen=True)
class Filled:
    """A value for the slot (JSON). `others` are values for further runs of the same flow: "cancel both orders"."""

    value: Any
    others: tuple[Any, ...] = ()


@dataclasses.dataclass(frozen=True)
class Elsewhere:
    """What is meant exists, but another flow is the one for it: an exchange in an order that has not left yet.

    `others` are values for further runs of that flow.
    """

    flow: str
    value: Any
    others: tuple[Any, ...] = ()


@dataclasses.dataclass(frozen=True)
class DeadEnd:
    """The flow cannot go on: there is nothing that the slot could ever hold."""

    code: str
    facts: dict[str, Any] = dataclasses.field(default_factory=dict)


Filling = Filled | Question | DeadEnd | Elsewhere


@dataclasses.dataclass(frozen=True)
class SlotContext:
    """Everything that a slot may look at."""

    name: str
    spec: SlotSpec
    flow: Flow
    frame: Frame
    heard: tuple[Heard, ...]
    """Oldest first: what was said for this request."""
    state: DialogueState
    reader: Reader
    policy: Policy
    templates: Templates
    lang: Lang
    timezone: str
    now: dt.datetime
    flows: Mapping[str, Flow]

    def question(self, sentence: str, **facts: Any) -> str:
        """Return how the flow asks for this slot, or the slot type's own sentence, which also says what was wrong."""
        if self.spec.ask is not None and sentence in PLAIN_QUESTIONS:
            return self.templates.speak(self.spec.ask, self.lang, {**self.facts(), **facts})
        return self.templates.say(sentence, self.lang, **facts)

    def facts(self) -> dict[str, Any]:
        """Return what templates of this flow may name."""
        return {"slots": self.frame.slots, "results": self.frame.results, "policy": self.policy}

    def newest(self, *types: str) -> Heard | None:
        """Return the latest mention of one of these entity types."""
        return next((entry for entry in reversed(self.heard) if entry.entity.type in types), None)

    def policy_values(self) -> tuple[str, ...] | None:
        """Return the list of accepted values that the slot names in the policy; None when anything goes."""
        value: Any = self.policy
        for part in (self.spec.policy or "").split(".") if self.spec.policy else ():
            value = getattr(value, part)
        return tuple(value) if self.spec.policy and value is not None else None


SlotFiller = Callable[[SlotContext], Awaitable[Filling]]
