"""What a turn was judged by: whether a person is needed, and what speaks for it."""

from __future__ import annotations

from typing import Literal

import pydantic

from tools.desk_rules import Priority

SignName = Literal[
    "asked", "anger", "discontent", "unsure", "risk", "value", "publicity", "legal", "hazard", "injury", "self_harm", "scam", "minor",
    "bereaved", "ill", "pregnant", "promise",
]  # fmt: skip
Consequence = Literal["go_on", "offer", "hand_over"]


class SignSeen(pydantic.BaseModel):
    """Something that speaks for a person, or for care."""

    model_config = pydantic.ConfigDict(frozen=True)

    sign: SignName
    value: float
    """How much of it was seen: a count, a chance, or 1 for "there"; for discontent the log-odds of it."""
    contribution: float
    """What it added to the log-odds of a person being needed; 0 for one that only decides, or only asks for care."""
    words: str = ""
    """The words that gave it, where words did."""
    decides: bool = False
    """Whether it hands over by itself."""


class Judgement(pydantic.BaseModel):
    """Whether a person is needed after a message, and why."""

    model_config = pydantic.ConfigDict(frozen=True)

    chance: float = 0.0
    """The chance that one is, by the sum of the signs, in [0, 1]."""
    then: Consequence = "go_on"
    priority: Priority = "normal"
    """The least that a ticket of this conversation gets."""
    signs: tuple[SignSeen, ...] = ()
    """What was seen: those that decide first, then the weightiest."""
