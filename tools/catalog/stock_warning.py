"""The level at which a variant counts as running low, as a staged change."""

from __future__ import annotations

from collections.abc import Sequence

import pydantic
from sqlmodel import col, select

from knowledge.schema import Product, Stock, Variant
from tools.base import Arguments, Evidence, Role, ToolContext, tool
from tools.errors import ArgumentError, RefusedError
from tools.evidence import LocalText
from tools.staging import Difference, Restoration, Staged, changed, untouched

MERCHANT: tuple[Role, ...] = ("merchant",)


class SetStockWarning(Arguments):
    """`level`: pieces on hand from which on, downwards, a variant runs low; `sku`: only that one, else every one of the product."""

    product_id: str
    level: int = pydantic.Field(ge=0, le=1_000_000)
    sku: str | None = None


class WarningLevel(Evidence):
    """A variant's level before and after, and the pieces on hand."""

    sku: str
    before: int
    after: int
    on_hand: int


class StockWarning(Staged):
    """The levels of a product's variants before and after."""

    product_id: str
    title: LocalText
    levels: tuple[WarningLevel, ...]

    def about(self) -> str:
        """See `Staged`."""
        return f"stock:{self.product_id}"

    def differences(self) -> tuple[Difference, ...]:
        """Return the level of each variant that changes."""
        return tuple(
            difference
            for each in self.levels
            for difference in changed(_level_of(self.title, each.sku), str(each.before), str(each.after))
        )

    def expected(self) -> LocalText:
        """Count the variants that run low by today's stock: exact, nothing is estimated."""
        before, after = (
            sum(each.on_hand <= level for each, level in zip(self.levels, levels, strict=True))
            for levels in ([each.before for each in self.levels], [each.after for each in self.levels])
        )
        return LocalText(
            zh=f"按现有库存，{len(self.levels)} 个规格中有 {after} 个会算作库存偏低（现在 {before} 个）",
            en=f"By today's stock {after} of {len(self.levels)} variants would count as running low (now {before})",
        )


def _level_of(title: LocalText, sku: str) -> LocalText:
    return LocalText(zh=f"{title.get('zh')}（{sku}）库存预警线", en=f"Low-stock level of {title.get('en')} ({sku})")


async def preview_warning(context: ToolContext, arguments: SetStockWarning) -> StockWarning:
    """Work out the levels.

    Raises:
        ArgumentError: ``product_not_found``, ``variant_not_found``.
        RefusedError: ``stock_not_counted``: the shop keeps no stock of it; ``warning_unchanged``.
    """
    product = await context.session.get(Product, arguments.product_id)
    if product is None or product.status != "active":
        raise ArgumentError(
            "product_not_found", "expected the id of a product on sale", product_id=arguments.product_id[:64]
        )
    rows = await _stock(context, product.id, arguments.sku)
    levels = tuple(
        WarningLevel(
            sku=row.sku, before=row.reorder_point, after=arguments.level, on_hand=max(row.on_hand - row.reserved, 0)
        )
        for row in rows
    )
    if all(each.before == each.after for each in levels):
        raise RefusedError("warning_unchanged", "it is that already", product_id=product.id)
    return StockWarning(product_id=product.id, title=LocalText(zh=product.title_zh, en=product.title_en), levels=levels)


async def _stock(context: ToolContext, product_id: str, sku: str | None) -> Sequence[Stock]:
    statement = select(Variant.sku).where(Variant.product_id == product_id)
    skus = (await context.session.exec(statement)).all()
    if sku is not None and sku not in skus:
        raise ArgumentError("variant_not_found", "expected a SKU of this product", product_id=product_id, sku=sku[:64])
    wanted = [sku] if sku is not None else skus
    rows = (await context.session.exec(select(Stock).where(col(Stock.sku).in_(wanted)).order_by(Stock.sku))).all()
    if not rows:
        raise RefusedError("stock_not_counted", "the stock of this product is not counted", product_id=product_id)
    return rows


async def undo_warning(context: ToolContext, done: StockWarning) -> Restoration:
    """Work out the levels before; raises as `tools.staging.untouched`."""
    found = await context.session.exec(select(Stock).where(col(Stock.sku).in_([each.sku for each in done.levels])))
    rows = {row.sku: row for row in found.all()}
    now = {sku: str(row.reorder_point) for sku, row in rows.items()}
    untouched({each.sku: (_level_of(done.title, each.sku), str(each.after), now.get(each.sku)) for each in done.levels})
    back = tuple(each.model_copy(update={"before": each.after, "after": each.before}) for each in done.levels)

    def apply() -> None:
        for each in back:
            rows[each.sku].reorder_point = each.after
            context.session.add(rows[each.sku])

    return Restoration(done.model_copy(update={"levels": back}).differences(), apply)


@tool(
    "write",
    roles=MERCHANT,
    needs_customer=False,
    preview=preview_warning,
    undo=undo_warning,
    en=(
        "Stage the level at which a product's variants count as running low; it waits as a proposal. product_id: the product; level: "
        "pieces; sku: that variant alone, else every one."
    ),
    zh="提交库存预警线的修改：库存降到多少件算偏低，先作为提案等待批准。product_id：商品编号；level：件数；sku：只改该规格，不填则全部规格。",
)
async def set_stock_warning(context: ToolContext, arguments: SetStockWarning) -> StockWarning:
    """Set the levels."""
    change = await preview_warning(context, arguments)
    for row in await _stock(context, arguments.product_id, arguments.sku):
        row.reorder_point = arguments.level
        context.session.add(row)
    return change


TOOLS = (set_stock_warning,)
