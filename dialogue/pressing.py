"""Questions about figures that were pressed on a page: understood as they are, beside whatever was written."""

from __future__ import annotations

from collections.abc import Iterable

from dialogue.commands import Entity, ScoredIntent, StartFlow, Understanding
from dialogue.events import MessageReceived
from dialogue.understanding.merchants import OF_FIGURES
from knowledge.types import JsonObject


def written(messages: Iterable[tuple[int, MessageReceived]]) -> list[tuple[int, MessageReceived]]:
    """Return the messages that have words to be understood."""
    return [(seq, message) for seq, message in messages if message.asks is None]


def with_pressed(understanding: Understanding, messages: Iterable[MessageReceived]) -> Understanding:
    """Return the understanding with what was pressed; of several questions each is answered, in order."""
    wishes = tuple(_wish(message.text, message.asks) for message in messages if message.asks is not None)
    if not wishes:
        return understanding
    intents = understanding.intents or (ScoredIntent(intent=OF_FIGURES, score=1.0),)
    return understanding.model_copy(update={"commands": (*understanding.commands, *wishes), "intents": intents})


def _wish(text: str, question: JsonObject) -> StartFlow:
    pressed = Entity(type="figures", value=question, text=text, start=0, end=len(text))
    return StartFlow(flow=OF_FIGURES, text=text, entities=(pressed,), score=1.0, source="pressed")
