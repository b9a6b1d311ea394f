"""The slot that holds which variant takes the place of which line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dialogue import grounding
from dialogue.slots.base import DeadEnd, Filled, Filling, Question, SlotContext
from dialogue.slots.orders import line_label, order_of
from dialogue.state import Heard
from tools.catalog.types import ProductDetails, VariantView
from tools.evidence import LineView

OFFERED = 6


async def fill_swaps(context: SlotContext) -> Filling:
    """Choose a new variant for each line: from the options said, else by asking, line by line."""
    order = await order_of(context)
    lines_slot = next(name for name, spec in context.flow.slots.items() if spec.type == "order_lines")
    chosen_ids = [value["line_id"] for value in context.frame.slots.get(lines_slot, [])]
    if order is None or not chosen_ids:
        return DeadEnd("no_orders")
    lines = [line for line in order.lines if line.line_id in chosen_ids]
    picked: dict[str, str] = dict(context.frame.results.get("picked", {}))
    products = {line.line_id: await _product(context, line) for line in lines}
    said = _said_for(lines, products, context.heard)
    swaps: list[dict[str, Any]] = []
    difference = 0
    for line in lines:
        product = products[line.line_id]
        if product is None:
            return DeadEnd("product_not_found", {"product_id": line.product_id})
        found = _variant(context, line, product, said[line.line_id], picked.get(line.line_id))
        if isinstance(found, Question):
            return found
        swaps.append({"line_id": line.line_id, "new_sku": found.sku})
        difference += (found.price.minor - line.unit_price.minor) * line.quantity
    context.frame.results["difference"] = {"minor": difference, "currency": order.total.currency}
    return Filled(swaps)


async def _product(context: SlotContext, line: LineView) -> ProductDetails | None:
    found = await context.reader.read("get_product", {"product_id": line.product_id})
    return found if isinstance(found, ProductDetails) else None


def _keys(product: ProductDetails) -> dict[str, tuple[str, ...]]:
    keys: dict[str, dict[str, None]] = {}
    for variant in product.variants:
        for key, value in variant.options.items():
            keys.setdefault(key, {})[value] = None
    return {key: tuple(values) for key, values in keys.items()}


def _said_for(
    lines: Sequence[LineView], products: dict[str, ProductDetails | None], heard: Sequence[Heard]
) -> dict[str, list[Heard]]:
    """Share the option mentions out: each to the goods named last before it that can have such an option."""
    said: dict[str, list[Heard]] = {line.line_id: [] for line in lines}
    current: LineView | None = lines[0] if len(lines) == 1 else None
    turn = -1
    for entry in heard:
        if entry.turn != turn and len(lines) > 1:
            current, turn = None, entry.turn
        if entry.entity.type == "product":
            matching = [line for line in lines if grounding.mentions_line(entry.entity, line)]
            current = matching[0] if matching else current
        elif entry.entity.type == "option":
            able = [line for line in lines if _can_have(products[line.line_id], entry)]
            if current is not None and current in able:
                said[current.line_id].append(entry)
            elif current is None or len(able) == 1:
                for line in able:
                    said[line.line_id].append(entry)
    return said


def _can_have(product: ProductDetails | None, entry: Heard) -> bool:
    if product is None:
        return False
    if entry.entity.value.get("relation"):
        return True
    return any(grounding.fits_options(entry.entity, variant.options) for variant in product.variants)


def _variant(
    context: SlotContext, line: LineView, product: ProductDetails, said: list[Heard], picked: str | None
) -> VariantView | Question:
    """Return the one variant that was meant, or the question that settles it."""
    if picked is not None:
        exact = [variant for variant in product.variants if variant.sku == picked]
        if exact:
            return exact[0]
    wanted = grounding.wanted_options(said, line, _keys(product))
    cheapest = any(entry.entity.value.get("relation") == "cheaper" for entry in said)
    ranked = grounding.rank_variants(line, wanted, product.variants)
    if not ranked:
        everything = grounding.rank_variants(line, {}, product.variants)
        nearest = _nearest(wanted, [variant for level in everything for variant in level])
        if not nearest:
            return Question(context.templates.say("ask.variant_none", context.lang, item=line_label(context, line)))
        return _which(context, line, nearest, "ask.variant_unavailable", wanted)
    if cheapest and not wanted:
        return min((variant for level in ranked for variant in level), key=lambda variant: variant.price.minor)
    if wanted and len(ranked[0]) == 1 and _keeps_the_rest(line, wanted, ranked[0][0]):
        return ranked[0][0]
    offered = [variant for level in ranked for variant in level]
    if not wanted and len(offered) == 1:
        return _which(context, line, offered, "ask.variant", wanted)
    return _which(context, line, offered, "ask.variant_which" if wanted else "ask.variant", wanted)


def _keeps_the_rest(line: LineView, wanted: dict[str, str], variant: VariantView) -> bool:
    return all(
        grounding.same_value(value, variant.options.get(key, ""))
        for key, value in line.options.items()
        if key not in wanted
    )


def _nearest(wanted: dict[str, str], variants: Sequence[VariantView]) -> list[VariantView]:
    """Order what is available by how many of the wishes it meets."""
    return sorted(
        variants,
        key=lambda variant: sum(
            not grounding.same_value(variant.options.get(key, ""), value) for key, value in wanted.items()
        ),
    )


def _which(
    context: SlotContext, line: LineView, variants: Sequence[VariantView], sentence: str, wanted: dict[str, str]
) -> Question:
    choices = tuple(
        (_label(context, line, variant), {"line_id": line.line_id, "new_sku": variant.sku})
        for variant in variants[:OFFERED]
    )
    words = context.templates.render("{{ wanted|options }}", context.lang, {"wanted": wanted})
    return Question(
        context.templates.say(sentence, context.lang, item=line_label(context, line), wanted=words), choices
    )


def _label(context: SlotContext, line: LineView, variant: VariantView) -> str:
    words = context.templates.render("{{ options|options }}", context.lang, {"options": variant.options})
    difference = variant.price - line.unit_price
    if difference.minor == 0:
        return words
    sign = "+" if difference.minor > 0 else ""
    return f"{words} ({sign}{difference.format(context.lang)})"
