"""Swapping lines for other variants, in an order not yet packed and after delivery: what both have in common."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from sqlmodel import col, select

from knowledge.schema import OrderLine, Product, Stock, Variant
from tools.base import ToolContext
from tools.errors import ArgumentError
from tools.orders import stock
from tools.orders.record import OrderRecord
from tools.orders.types import Swap, SwapView
from tools.orders.views import line_view, title_fact
from tools.policy import ExchangeRules, ModifyRules


@dataclasses.dataclass(frozen=True)
class PlannedSwap:
    """A line, the variant that takes its place, and how many pieces."""

    line: OrderLine
    variant: Variant
    product: Product
    pieces: int


@dataclasses.dataclass(frozen=True)
class Swaps:
    """All swaps of a call, with the stock of every variant in them."""

    planned: Sequence[PlannedSwap]
    stock: Mapping[str, Stock]


async def plan_swaps(
    context: ToolContext,
    record: OrderRecord,
    swaps: Iterable[Swap],
    rules: ModifyRules | ExchangeRules,
    *,
    lock: bool = False,
) -> Swaps:
    """Match every swap with its line and variant and check it against the policy and the stock.

    Raises:
        ArgumentError: ``line_not_found``, ``line_repeated``, ``nothing_left``, ``quantity_too_high``,
            ``variant_not_found``, ``not_same_product``, ``same_variant``, ``variant_unavailable``.
    """
    asked = [(record.line(swap.line_id), swap) for swap in swaps]
    _check_lines(record, [line for line, _swap in asked])
    variants = await _variants(context, [swap.new_sku for _line, swap in asked])
    planned = [
        PlannedSwap(line, *_variant(variants, line, swap.new_sku), pieces=_pieces(record, line, swap.quantity))
        for line, swap in asked
    ]
    for swap in planned:
        _check_kind(swap, rules)
    counts = await stock.counts(
        context, {sku for swap in planned for sku in (swap.line.sku, swap.variant.sku)}, lock=lock
    )
    _check_available(planned, counts)
    return Swaps(planned, counts)


def swap_view(record: OrderRecord, swap: PlannedSwap, difference_minor: int) -> SwapView:
    """Show a swap with what it costs."""
    return SwapView(
        line=line_view(swap.line, record.currency, swap.pieces),
        new_sku=swap.variant.sku,
        new_options=swap.variant.options,
        new_price=record.money(swap.variant.price_minor),
        difference=record.money(difference_minor),
    )


def _check_lines(record: OrderRecord, lines: Sequence[OrderLine]) -> None:
    for line_id, times in Counter(line.id for line in lines).items():
        if times > 1:
            raise ArgumentError("line_repeated", "expected every line once", line_id=line_id, order_id=record.order.id)
    for line in lines:
        if record.remaining(line) == 0:
            raise ArgumentError(
                "nothing_left",
                "all pieces of the line were returned or exchanged",
                line_id=line.id,
                title=title_fact(line),
                order_id=record.order.id,
            )


def _pieces(record: OrderRecord, line: OrderLine, quantity: int | None) -> int:
    left = record.remaining(line)
    if quantity is not None and quantity > left:
        facts = {"line_id": line.id, "title": title_fact(line), "order_id": record.order.id}
        raise ArgumentError(
            "quantity_too_high", f"expected at most {left} pieces", **facts, left=left, quantity=quantity
        )
    return quantity or left


async def _variants(context: ToolContext, skus: Iterable[str]) -> dict[str, tuple[Variant, Product]]:
    wanted = sorted({sku.strip() for sku in skus})
    statement = (
        select(Variant, Product)
        .join(Product, col(Product.id) == col(Variant.product_id))
        .where(col(Variant.sku).in_(wanted))
    )
    return {variant.sku: (variant, product) for variant, product in (await context.session.exec(statement)).all()}


def _variant(variants: Mapping[str, tuple[Variant, Product]], line: OrderLine, sku: str) -> tuple[Variant, Product]:
    found = variants.get(sku.strip())
    if found is None:
        raise ArgumentError(
            "variant_not_found", "expected the SKU of a variant of the shop", sku=sku[:64], title=title_fact(line)
        )
    return found


def _check_kind(swap: PlannedSwap, rules: ModifyRules | ExchangeRules) -> None:
    line, variant = swap.line, swap.variant
    facts = {"line_id": line.id, "sku": variant.sku, "title": title_fact(line), "options": dict(variant.options)}
    if rules.same_product_only and variant.product_id != line.product_id:
        raise ArgumentError("not_same_product", "expected a variant of the same product", **facts)
    if rules.different_variant and variant.sku == line.sku:
        raise ArgumentError("same_variant", "the line is this variant already", **facts)


def _check_available(planned: Sequence[PlannedSwap], counts: Mapping[str, Stock]) -> None:
    """Check that every new variant is on sale and that enough pieces of it are free for all swaps together."""
    needed = Counter[str]()
    for swap in planned:
        if swap.variant.sku != swap.line.sku:
            needed[swap.variant.sku] += swap.pieces
    for swap in planned:
        free = stock.free(counts, swap.variant.sku)
        if not swap.variant.available or (free is not None and free < needed[swap.variant.sku]):
            raise ArgumentError(
                "variant_unavailable",
                "the variant is off sale or out of stock",
                line_id=swap.line.id,
                sku=swap.variant.sku,
                title=title_fact(swap.line),
                options=dict(swap.variant.options),
                left=free if swap.variant.available else 0,
                needed=swap.pieces,
            )
