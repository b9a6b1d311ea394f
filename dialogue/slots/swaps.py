"""The slot that holds which variant takes the place of which line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dialogue import grounding, variants
from dialogue.slots.base import DeadEnd, Filled, Filling, Question, SlotContext
from dialogue.slots.order_lines import line_label
from dialogue.slots.orders import order_of
from dialogue.state import Heard
from tools.catalog.types import ProductDetails, VariantView
from tools.evidence import LineView
from tools.orders.rules import is_faulty

OFFERED = 6


async def fill_swaps(context: SlotContext) -> Filling:
    """Choose a new variant for each line: from the options said, else by asking, line by line."""
    order = await order_of(context)
    lines_slot = next(name for name, spec in context.flow.slots.items() if spec.type == "order_lines")
    chosen = context.frame.slots.get(lines_slot, [])
    chosen_ids = [value["line_id"] for value in chosen]
    pieces = {value["line_id"]: value["quantity"] for value in chosen if value.get("quantity")}
    if order is None or not chosen_ids:
        return DeadEnd("no_orders")
    lines = [line for line in order.lines if line.line_id in chosen_ids]
    results = context.frame.results
    picked: dict[str, str] = dict(results.get("picked", {}))
    settled: dict[str, str] = results.setdefault("settled", {})
    products = {line.line_id: await _product(context, line) for line in lines}
    said = _said_for(context, lines, products)
    swaps: list[dict[str, Any]] = []
    difference = 0
    for line in lines:
        product = products[line.line_id]
        if product is None:
            return DeadEnd("product_not_found", {"product_id": line.product_id})
        # What was settled stays while other goods come in or go out: only new words about this one change it.
        anew = any(entry.turn == context.state.memory.turn for entry in said[line.line_id])
        kept = picked.get(line.line_id) or (None if anew else settled.get(line.line_id))
        found = _variant(context, line, product, said[line.line_id], kept)
        if isinstance(found, Question):
            asked = results.setdefault("asked_about", {})
            asked[str(context.state.memory.turn)] = line.line_id
            return found
        settled[line.line_id] = found.sku
        part = pieces.get(line.line_id)
        swaps.append({"line_id": line.line_id, "new_sku": found.sku, **({"quantity": part} if part else {})})
        if found.sku != line.sku:
            difference += (found.price.minor - line.unit_price.minor) * (part or line.quantity)
    results["difference"] = {"minor": difference, "currency": order.total.currency}
    return Filled(swaps)


async def _product(context: SlotContext, line: LineView) -> ProductDetails | None:
    found = await context.reader.read("get_product", {"product_id": line.product_id})
    return found if isinstance(found, ProductDetails) else None


def _said_for(
    context: SlotContext, lines: Sequence[LineView], products: dict[str, ProductDetails | None]
) -> dict[str, list[Heard]]:
    """Share the option mentions out: each to the goods named last before it that can have such an option.

    Where nothing was named, an answer is about the line that was asked about.
    """
    said: dict[str, list[Heard]] = {line.line_id: [] for line in lines}
    asked = context.frame.results.get("asked_about", {})
    only = lines[0] if len(lines) == 1 else None
    current, turn = only, -1
    options = grounding.options_heard(context.heard)
    described = [
        entry for mention in grounding.products_heard(context.heard) for entry in grounding.describing(mention, options)
    ]
    described = [entry for entry in described if not _is_wished_for(entry, options, lines, products)]
    for entry in context.heard:
        if entry in described:
            continue
        if entry.turn != turn:
            turn = entry.turn
            current = only or next((line for line in lines if line.line_id == asked.get(str(turn - 1))), None)
        if entry.entity.type == "product":
            matching = [line for line in lines if grounding.mentions_line(entry.entity, line)]
            current = matching[0] if matching else current
        elif entry.entity.type in ("option", "sku"):
            able = [line for line in lines if _can_have(products[line.line_id], entry)]
            if current is not None and current in able:
                said[current.line_id].append(entry)
            elif current is None or len(able) == 1:
                for line in able:
                    said[line.line_id].append(entry)
    return said


def _is_wished_for(
    entry: Heard, options: Sequence[Heard], lines: Sequence[LineView], products: Mapping[str, ProductDetails | None]
) -> bool:
    """Tell whether an option before goods says what they shall become: "the black dress please", of one that is red.

    So it is where none of the goods has it, they can have it, and no other value of its kind is wanted.
    """
    value = entry.entity.value
    able = [line for line in lines if _can_have(products[line.line_id], entry)]
    others = [
        other
        for other in options
        if other is not entry
        and other.entity.value.get("key") == value.get("key")
        and not other.entity.value.get("otherwise")
    ]
    return bool(able) and not others and not any(grounding.fits_options(entry.entity, line.options) for line in lines)


def _can_have(product: ProductDetails | None, entry: Heard) -> bool:
    if product is None:
        return False
    value = entry.entity.value
    if entry.entity.type == "sku":
        return any(variant.sku == value["text"] for variant in product.variants)
    if value.get("relation"):
        return True
    return bool(variants.placed(value, variants.option_keys(product.variants)))


def _variant(
    context: SlotContext, line: LineView, product: ProductDetails, said: list[Heard], picked: str | None
) -> VariantView | Question:
    """Return the one variant that was meant, or the question that settles it."""
    wanted = variants.wishes(said, line, product.variants)
    named = picked or next(iter(wanted.skus), None) or (line.sku if wanted.identical else None)
    exact = [variant for variant in product.variants if variant.sku == named]
    if exact:
        return exact[0]
    if missing := variants.sold_out(line, wanted, product.variants):
        return _instead_of(context, line, missing, product)
    ranked = variants.fitting(line, wanted, product.variants)
    offered = [*_same_again(context, line, product), *(variant for level in ranked for variant in level)]
    if not offered:
        return _instead_of(context, line, wanted, product)
    if wanted.price:
        return sorted(offered, key=lambda variant: variant.price.minor)[-1 if wanted.price == "most_expensive" else 0]
    if (
        wanted.values
        and len(ranked[0]) == 1
        and (len(offered) == 1 or not variants.other_changes(line, wanted, ranked[0][0]))
    ):
        # The only one that meets the wishes is put to the shopper with all its options before anything is done.
        return ranked[0][0]
    return _which(context, line, offered, "ask.variant_which" if wanted.values else "ask.variant", wanted)


def _instead_of(context: SlotContext, line: LineView, wanted: variants.Wishes, product: ProductDetails) -> Question:
    """Say that just what was wanted is not to be had, and offer what comes nearest to it."""
    rest = [variant for variant in product.variants if variant.available and variant.sku != line.sku]
    if not rest:
        return Question(context.templates.say("ask.variant_none", context.lang, item=line_label(context, line)))
    return _which(context, line, variants.nearest(wanted, rest), "ask.variant_unavailable", wanted)


def _same_again(context: SlotContext, line: LineView, product: ProductDetails) -> list[VariantView]:
    """Return the variant that the line has already where it may come once more: for faulty goods, where the policy says so."""
    faulty = any(
        entry.entity.type == "reason" and is_faulty(str(entry.entity.value.get("code", "")), context.policy.returns)
        for entry in context.heard
    )
    exchange = any(spec.tool == "exchange_items" for spec in context.flow.slots.values())
    if not (faulty and exchange and context.policy.exchanges.same_if_faulty):
        return []
    return [variant for variant in product.variants if variant.sku == line.sku and variant.available]


def _which(
    context: SlotContext, line: LineView, offered: Sequence[VariantView], sentence: str, wanted: variants.Wishes
) -> Question:
    choices = tuple(
        (_label(context, line, variant), {"line_id": line.line_id, "new_sku": variant.sku})
        for variant in offered[:OFFERED]
    )
    words = context.templates.render("{{ wanted|options }}", context.lang, {"wanted": wanted.spoken()})
    return Question(
        context.templates.say(sentence, context.lang, item=line_label(context, line), wanted=words), choices
    )


def _label(context: SlotContext, line: LineView, variant: VariantView) -> str:
    words = context.templates.render("{{ options|options }}", context.lang, {"options": variant.options})
    if variant.sku == line.sku:
        return context.templates.say("label.same_again", context.lang, options=words)
    difference = variant.price - line.unit_price
    if difference.minor == 0:
        return words
    sign = "+" if difference.minor > 0 else ""
    return f"{words} ({sign}{difference.format(context.lang)})"
