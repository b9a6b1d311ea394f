"""A product as the price model needs it: today's price, cost, stock, rivals, what it sells and how its shoppers react."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence

import pydantic
from sqlmodel import col, func, select

from knowledge.money import Money
from knowledge.schema import CompetitorPrice, Order, OrderLine, Product, Shop, Stock, Variant
from tools.base import ToolContext
from tools.errors import ArgumentError, RefusedError
from tools.executor import Services
from tools.pricing.decision.guards import PriceRules
from tools.pricing.decision.quote import Offer
from tools.pricing.model import Outlook, PricingModel, cold_model
from tools.pricing.types import CLAIMED

RIVAL_DAYS = 45
"""An older price of a competitor is not counted."""
COVER_WEEKS = 4.0


@dataclasses.dataclass(frozen=True)
class OnSale:
    """A product with the variant whose price is judged, and what is known of both."""

    product: Product
    variant: Variant
    variants: Sequence[Variant]
    rivals: Sequence[CompetitorPrice]
    """The last price of each competitor."""
    stock: int | None
    outlook: Outlook | None
    offer: Offer
    version: int | None
    """Of the model in service; None: nothing was fitted, the prior answers."""


async def on_sale(context: ToolContext, product_id: str, sku: str | None = None) -> OnSale:
    """Return a product as it is sold today.

    Raises:
        ArgumentError: ``product_not_found``, ``variant_not_found``.
    """
    product = await context.session.get(Product, product_id)
    if product is None or product.status != "active":
        raise ArgumentError("product_not_found", "expected the id of a product on sale", product_id=product_id[:64])
    order = (col(Variant.available).desc(), col(Variant.price_minor), Variant.sku)
    statement = select(Variant).where(Variant.product_id == product.id).order_by(*order)
    variants = (await context.session.exec(statement)).all()
    chosen = next((each for each in variants if sku is None or each.sku == sku), None)
    if chosen is None:
        raise ArgumentError(
            "variant_not_found", "expected a SKU of this product", product_id=product_id, sku=(sku or "")[:64]
        )
    rivals = await latest_rivals(context, product.id, chosen.currency)
    stock = await _stock(context, variants)
    model, version = _model(context)
    outlook = model.outlooks.get(product.id)
    units = outlook.units if outlook is not None else await _weekly(context, product.id)
    offer = Offer(
        product.id,
        chosen.price_minor,
        units,
        model.elasticities.of(product.id, product.category_id),
        cost_minor=chosen.cost_minor,
        list_price_minor=chosen.list_price_minor,
        rivals=tuple(rival.price_minor for rival in rivals),
        stock=None if stock is None else float(stock),
        cover=COVER_WEEKS,
        salvage=0.7,
    )
    return OnSale(product, chosen, variants, rivals, stock, outlook, offer, version)


async def price_rules(context: ToolContext) -> PriceRules:
    """Return the shop's own limits, or the usual ones.

    Raises:
        RefusedError: ``price_rules_invalid``: what the shop's settings say cannot be used.
    """
    shop = (await context.session.exec(select(Shop).limit(1))).first()
    given = (shop.settings if shop is not None else {}).get("pricing", {})
    try:
        return PriceRules.model_validate(given)
    except pydantic.ValidationError as error:
        raise RefusedError("price_rules_invalid", f"the shop's settings.pricing: {error}") from error


async def latest_rivals(
    context: ToolContext, product_id: str, currency: str, *, claimed: bool = False
) -> list[CompetitorPrice]:
    """Return the last price of each competitor in the shop's currency, cheapest first.

    What shoppers claimed stands apart: who wants to pay less must not be able to move a price.
    """
    since = context.now - dt.timedelta(days=RIVAL_DAYS)
    statement = (
        select(CompetitorPrice)
        .where(
            CompetitorPrice.product_id == product_id,
            CompetitorPrice.currency == currency,
            (col(CompetitorPrice.kind) == CLAIMED) if claimed else (col(CompetitorPrice.kind) != CLAIMED),
            CompetitorPrice.observed_at >= since,
            CompetitorPrice.observed_at <= context.now,
        )
        .order_by(col(CompetitorPrice.observed_at), col(CompetitorPrice.id))
    )
    last = {row.competitor: row for row in (await context.session.exec(statement)).all()}
    return sorted(last.values(), key=lambda row: (row.price_minor, row.competitor))


def money(minor: float, variant: Variant) -> Money:
    """Return an amount in the currency of a variant."""
    return Money(round(minor), variant.currency)


def _model(context: ToolContext) -> tuple[PricingModel, int | None]:
    services = context.services
    if not isinstance(services, Services):
        return cold_model(), None
    served = services.models.get("pricing")
    return served.model, served.version.number if served.version is not None else None


async def _stock(context: ToolContext, variants: Sequence[Variant]) -> int | None:
    statement = select(Stock).where(col(Stock.sku).in_([variant.sku for variant in variants]))
    rows = (await context.session.exec(statement)).all()
    return sum(max(row.on_hand - row.reserved, 0) for row in rows) if rows else None


async def _weekly(context: ToolContext, product_id: str) -> float:
    """Return the mean units a week of the last four: what is known before anything was fitted."""
    since = context.now - dt.timedelta(weeks=4)
    statement = (
        select(func.coalesce(func.sum(OrderLine.quantity), 0))
        .join(Order, col(Order.id) == OrderLine.order_id)
        .where(OrderLine.product_id == product_id, Order.placed_at >= since, Order.status != "cancelled")
    )
    return float((await context.session.exec(statement)).one()) / 4
