"""Pieces in the warehouse that orders hold. A variant without a `Stock` row is not counted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlmodel import col, select

from knowledge.schema import Stock
from tools.base import ToolContext

Counts = Mapping[str, Stock]


async def counts(context: ToolContext, skus: Iterable[str], *, lock: bool = False) -> dict[str, Stock]:
    """Return the stock rows of those SKUs that are counted; `lock` keeps other writers out of them."""
    statement = select(Stock).where(col(Stock.sku).in_(sorted(set(skus)))).order_by(col(Stock.sku))
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return {row.sku: row for row in (await context.session.exec(statement)).all()}


def free(stock: Counts, sku: str) -> int | None:
    """Return how many pieces nobody holds; None where the variant is not counted."""
    row = stock.get(sku)
    return None if row is None else max(0, row.on_hand - row.reserved)


def hold(stock: Counts, sku: str, pieces: int) -> None:
    """Keep pieces for an order; a negative number lets them go."""
    row = stock.get(sku)
    if row is not None:
        row.reserved = max(0, row.reserved + pieces)
