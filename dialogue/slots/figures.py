"""The slot of a question about the shop's figures: the call that answers it, or why it cannot be read."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from dialogue.commands import Entity
from dialogue.slots.base import Filled, Filling, SlotContext
from dialogue.understanding.figures import Asked, read_question
from dialogue.understanding.figures.reading import can_be_cut_by
from dialogue.understanding.text import read
from tools.analytics.dimensions import DIMENSIONS
from tools.analytics.metrics import METRICS
from tools.analytics.types import Vocabulary

_KEPT = ("metric", "filters", "period")
_OFFERED = (
    "revenue",
    "orders",
    "units",
    "buyers",
    "aov",
    "new_customers",
    "repeat_rate",
    "refunds",
    "refund_rate",
    "stock",
)
"""Metrics that are named where none was understood."""


async def fill_figures(context: SlotContext) -> Filling:
    """Read the words that started the flow; a follow-up goes on with the question before it. One that was pressed is there already."""
    pressed = context.newest("figures")
    if pressed is not None:
        return Filled({**pressed.entity.value, "assumed": []})
    vocabulary = await context.reader.read("figure_words", {})
    if not isinstance(vocabulary, Vocabulary):
        return Filled({"tool": None, "code": "no_words"})
    message = read(context.frame.text)
    found = read_question(
        message.low,
        today=context.now.astimezone(ZoneInfo(context.timezone)).date(),
        vocabulary=vocabulary,
        entities=_placed(context, message.raw),
        previous=context.state.memory.last_figures or None,
    )
    if isinstance(found, Asked):
        return Filled({"tool": found.tool, "arguments": found.arguments, "assumed": list(found.assumed)})
    return Filled(
        {
            "tool": None,
            "code": found.code,
            "words": [_named(word) if found.code in {"two_metrics", "too_many_cuts"} else word for word in found.words],
            "metric": METRICS[found.metric].names.text.model_dump() if found.metric else None,
            "can": [_named(each) for each in (can_be_cut_by(found.metric) if found.metric else _OFFERED)],
        }
    )


def carried(value: dict[str, Any]) -> dict[str, Any] | None:
    """Return what a follow-up goes on with; None where the question was not read."""
    match value.get("tool"):
        case "shop_figures":
            return dict(value["arguments"])
        case "explain_change":
            return {key: value["arguments"][key] for key in _KEPT if key in value["arguments"]}
        case _:
            return None


def _named(identity: str) -> dict[str, str]:
    thing = METRICS.get(identity) or DIMENSIONS[identity]
    return thing.names.text.model_dump()


def _placed(context: SlotContext, text: str) -> list[Entity]:
    """Return the goods of this message at their places in the words that started the flow."""
    last = max((entry.turn for entry in context.heard), default=0)
    found = []
    for entry in context.heard:
        start = text.find(entry.entity.text) if entry.turn == last else -1
        if start >= 0 and entry.entity.type in {"product", "sku"}:
            found.append(entry.entity.model_copy(update={"start": start, "end": start + len(entry.entity.text)}))
    return found
