"""Price tools."""

from __future__ import annotations

import datetime as dt

from sqlmodel import col, select

from knowledge.money import Money
from knowledge.schema import PriceRecord, Product, Variant
from tools.base import Tool, ToolContext
from tools.errors import ArgumentError
from tools.evidence import LocalText
from tools.pricing.types import PriceHistory, PricePoint, PriceSeries


async def price_history(context: ToolContext, arguments: PriceHistory) -> PriceSeries:
    """Return what a variant cost in the last days, beginning with the price in force when they began.

    Raises:
        ArgumentError: ``product_not_found``, or ``variant_not_found`` for a SKU of another product.
    """
    product = await context.session.get(Product, arguments.product_id)
    if product is None or product.status != "active":
        raise ArgumentError(
            "product_not_found", "expected the id of a product on sale", product_id=arguments.product_id[:64]
        )
    variant = await _variant(context, product.id, arguments.sku)
    now = Money(variant.price_minor, variant.currency)
    points = await _points(context, variant.sku, context.now - dt.timedelta(days=arguments.days))
    prices = [now, *(point.price for point in points)]
    return PriceSeries(
        product_id=product.id,
        sku=variant.sku,
        title=LocalText(zh=product.title_zh, en=product.title_en),
        now=now,
        lowest=min(prices),
        highest=max(prices, key=lambda price: price.minor),
        points=points,
    )


async def _variant(context: ToolContext, product_id: str, sku: str | None) -> Variant:
    statement = select(Variant).where(Variant.product_id == product_id)
    if sku is not None:
        statement = statement.where(Variant.sku == sku)
    cheapest = statement.order_by(col(Variant.available).desc(), col(Variant.price_minor), Variant.sku).limit(1)
    variant = (await context.session.exec(cheapest)).first()
    if variant is None:
        raise ArgumentError(
            "variant_not_found", "expected a SKU of this product", product_id=product_id, sku=(sku or "")[:64]
        )
    return variant


async def _points(context: ToolContext, sku: str, start: dt.datetime) -> tuple[PricePoint, ...]:
    statement = (
        select(PriceRecord)
        .where(PriceRecord.sku == sku, PriceRecord.valid_from <= context.now)
        .order_by(col(PriceRecord.valid_from), col(PriceRecord.id))
    )
    records = (await context.session.exec(statement)).all()
    before = [record for record in records if record.valid_from <= start][-1:]
    within = [record for record in records if record.valid_from > start]
    return tuple(
        PricePoint(
            valid_from=max(record.valid_from, start),
            price=Money(record.price_minor, record.currency),
            reason=record.reason,
        )
        for record in before + within
    )


TOOLS: tuple[Tool, ...] = (
    Tool(
        name="price_history",
        effect="read",
        roles=frozenset({"shopper", "merchant", "agent", "system"}),
        needs_customer=False,
        arguments=PriceHistory,
        run=price_history,
        description_en=(
            "What a product cost over the last days, its lowest and highest price. Use it for 'is this a good price', 'was it "
            "cheaper', 'price history'. Not to get money back after a price drop (claim_price_protection) and not for other "
            "shops' prices. product_id: the product; sku: one variant, else the cheapest; days: 1 to 730, usually 90."
        ),
        description_zh=(
            "商品最近一段时间的价格走势、最低价和最高价。顾客问“现在买划算吗”“之前是不是更便宜”“历史价格”时使用。降价要求退差价用 claim_price_protection；"
            "不查别家的价格。product_id：商品编号；sku：指定规格，不填取最便宜的；days：1 到 730 天，一般 90。"
        ),
    ),
)
