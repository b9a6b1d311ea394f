"""Slots that hold lines of an order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from dialogue import grounding
from dialogue.slots.base import DeadEnd, Filled, Filling, Question, SlotContext
from dialogue.slots.orders import OFFERED, order_of
from tools.evidence import LineView, OrderSummary


async def fill_order_lines(context: SlotContext) -> Filling:
    """Find the lines meant: named goods, "everything", an order's only line."""
    order = await order_of(context)
    if order is None:
        return DeadEnd("no_orders")
    if len(order.lines) == 1:
        return _lines([order.lines[0]], order, context)
    meant, unclear = _with_chosen(context, order, *grounding.lines_meant(order, context.heard))
    if unclear:
        return _which_lines(context, unclear[0], "ask.which_line")
    if meant:
        return _lines(meant, order, context)
    focus = [line for line in order.lines if line.product_id in context.state.memory.focus_products]
    if len(focus) == 1 and not grounding.products_heard(context.heard):
        return _lines(focus, order, context)
    if placed := _placed(context, order):
        return _lines(placed, order, context)
    if missing := _not_in_order(context):
        return _which_lines(context, order.lines, "ask.lines_not_found", said=missing)
    return _which_lines(context, order.lines, "ask.lines")


def _placed(context: SlotContext, order: OrderSummary) -> list[LineView]:
    """Return the lines that the newest ordinals name: "just the first and the third", 退前面两样就行; without those that are left out."""
    count = len(order.lines)
    said = [entry for entry in context.heard if grounding.by_ordinal(count, [entry])]
    newest = [entry for entry in said if entry.turn == said[-1].turn]
    wanted = grounding.by_ordinal(count, [entry for entry in newest if not grounding.is_negated(entry)])
    gone = grounding.by_ordinal(count, [entry for entry in newest if grounding.is_negated(entry)])
    return [
        line
        for place, line in enumerate(order.lines)
        if (place in wanted or (gone and not wanted)) and place not in gone
    ]


def _with_chosen(
    context: SlotContext, order: OrderSummary, meant: list[LineView], unclear: list[list[LineView]]
) -> tuple[list[LineView], list[list[LineView]]]:
    """Add the lines that were chosen from several: the mentions that they were offered for are clear now.

    Lines that do not differ need no choice: one of two equal mugs is any of them.
    """
    chosen = {value["line_id"] for value in context.frame.results.get("chosen_lines", [])}
    taken = [line for line in order.lines if line.line_id in chosen and line not in meant]
    left = [group for group in unclear if not any(line.line_id in chosen for line in group)]
    alike = [group[0] for group in left if len({line.sku for line in group}) == 1]
    left = [group for group in left if len({line.sku for line in group}) > 1]
    return [*meant, *taken, *alike], left


def _not_in_order(context: SlotContext) -> str:
    mention = context.newest("product")
    return mention.entity.text if mention and not mention.entity.value.get("generic") else ""


def _lines(lines: Sequence[LineView], order: OrderSummary, context: SlotContext) -> Filling:
    quantity = _quantity(context, lines[0]) if len(lines) == 1 else None
    if quantity is not None and quantity > sum(line.quantity for line in order.lines):
        return _how_many(context, lines[0], quantity)
    return Filled([_line_value(line, quantity) for line in lines])


def _how_many(context: SlotContext, line: LineView, said: int) -> Question:
    """Say that there are not so many, and ask how many of them are meant."""
    counts = range(1, min(line.quantity, OFFERED) + 1)
    choices = tuple((str(count), [_line_value(line, count)]) for count in counts)
    one = line.model_copy(update={"quantity": 1})
    facts = {"item": line_label(context, one), "there": line.quantity, "asked": said}
    return Question(context.templates.say("ask.too_many", context.lang, **facts), choices)


def _line_value(line: LineView, quantity: int | None = None) -> dict[str, Any]:
    value: dict[str, Any] = {"line_id": line.line_id}
    if quantity is not None and quantity < line.quantity:
        value["quantity"] = quantity
    return value


_BOUGHT = re.compile(r"(?:买|拍|下|收到?|到)了?(?:的是)?$|\b(?:bought|ordered|got|have|received)(?: the)? $")
_KEPT_BEFORE = re.compile(r"(?:留|剩)(?:下|着|个)?$|\bkeep(?:ing)?(?: the| only| just)* $", re.IGNORECASE)
_KEPT_AFTER = re.compile(
    r"^[^,，。退]{0,2}(?:我|自己|就|先)*(?:留|不退|穿着)|^ (?:stays?|i(?:'ll| will)? keep)\b", re.IGNORECASE
)
"""Pieces that stay: 给我留一件, "keep one"."""


def _quantity(context: SlotContext, line: LineView) -> int | None:
    """Return how many pieces are meant: the last number said, or what is left of those that stay; not how many there were."""
    entries = [
        entry for entry in context.heard if entry.entity.type == "quantity" and entry.entity.value.get("n", 0) >= 1
    ]
    everything = [
        entry.turn for entry in context.heard if entry.entity.type == "ordinal" and entry.entity.value.get("all")
    ]
    if entries and any(turn > entries[-1].turn for turn in everything):
        return None  # "no, both of them" after "just one"
    told = [entry for entry in entries if entry.turn == entries[-1].turn and not grounding.is_negated(entry)]
    told = [entry for entry in told if not _BOUGHT.search(entry.context.lower())] or told
    kept = [entry for entry in told if _KEPT_BEFORE.search(entry.context) or _KEPT_AFTER.search(entry.after)]
    meant = [int(entry.entity.value["n"]) for entry in told if entry not in kept]
    left = [line.quantity - int(entry.entity.value["n"]) for entry in kept]
    return next((count for count in [*meant[-1:], *left[-1:]] if count >= 1), None)


def _which_lines(context: SlotContext, lines: Sequence[LineView], sentence: str, **facts: Any) -> Question:
    choices = tuple((line_label(context, line), _line_value(line)) for line in lines)
    return Question(context.question(sentence, **facts), choices, multiple=True)


def line_label(context: SlotContext, line: LineView) -> str:
    """Return the words of a line's button."""
    return context.templates.render("{{ line|item }}", context.lang, {"line": line.model_dump(mode="json")})
