"""A product as it stands in the database at this moment, and its views."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from knowledge.money import Money
from knowledge.products import media_address
from knowledge.schema import Category, Product, ProductImage, Review, Stock, Variant
from tools.catalog.types import VariantView
from tools.errors import ArgumentError
from tools.evidence import LocalText
from tools.products import ProductCard


@dataclasses.dataclass(frozen=True)
class ProductRecord:
    """A product with everything that a card or a page shows."""

    product: Product
    category: Category | None
    variants: tuple[VariantView, ...]
    image: str | None
    rating: float | None
    reviews: int

    @property
    def title(self) -> LocalText:
        """The title in both languages."""
        return LocalText(zh=self.product.title_zh, en=self.product.title_en)

    @property
    def sizes(self) -> tuple[str, ...]:
        """The values of the option ``size``."""
        return next((values for key, values in options_of(self.variants).items() if key.lower() == "size"), ())

    def card(self) -> ProductCard:
        """Return what a list shows."""
        shown = [variant for variant in self.variants if variant.available] or list(self.variants)
        cheapest = min(shown, key=lambda variant: variant.price.minor)
        category = self.category
        return ProductCard(
            product_id=self.product.id,
            title=self.title,
            brand=self.product.brand,
            category=LocalText(zh=category.name_zh, en=category.name_en) if category else LocalText(),
            price_from=cheapest.price,
            price_to=max((variant.price for variant in shown), key=lambda price: price.minor),
            list_price=cheapest.list_price,
            image=self.image,
            rating=self.rating,
            reviews=self.reviews,
            in_stock=any(variant.available for variant in self.variants),
            options=options_of(self.variants),
        )


async def find_product(session: AsyncSession, product_id: str) -> ProductRecord:
    """Return a product that the shop shows; a SKU names its product as well.

    Raises:
        ArgumentError: ``product_not_found``: unknown, withdrawn, or without any variant.
    """
    product = await session.get(Product, product_id)
    if product is None:
        variant = await session.get(Variant, product_id)
        product = await session.get(Product, variant.product_id) if variant is not None else None
    variants = await variants_of(session, product.id) if product is not None else ()
    if product is None or product.status != "active" or not variants:
        raise ArgumentError("product_not_found", "expected the id of a product on sale", product_id=product_id[:64])
    category = await session.get(Category, product.category_id) if product.category_id else None
    image = select(ProductImage.path).where(ProductImage.product_id == product.id).order_by(col(ProductImage.position))
    path = (await session.exec(image.limit(1))).first()
    opinion = select(func.avg(Review.rating), func.count()).where(Review.product_id == product.id)
    rating, reviews = (await session.exec(opinion)).one()
    return ProductRecord(
        product=product,
        category=category,
        variants=variants,
        image=media_address(path) if path else None,
        rating=round(float(rating), 2) if rating is not None else None,
        reviews=reviews,
    )


async def variants_of(session: AsyncSession, product_id: str) -> tuple[VariantView, ...]:
    """Return a product's variants with what is in stock now."""
    statement = (
        select(Variant, Stock)
        .outerjoin(Stock, col(Stock.sku) == Variant.sku)
        .where(Variant.product_id == product_id)
        .order_by(col(Variant.position), Variant.sku)
    )
    return tuple(_view(variant, stock) for variant, stock in await session.exec(statement))


def _view(variant: Variant, stock: Stock | None) -> VariantView:
    pieces = max(stock.on_hand - stock.reserved, 0) if stock is not None else None
    list_price = variant.list_price_minor
    return VariantView(
        sku=variant.sku,
        options=variant.options,
        price=Money(variant.price_minor, variant.currency),
        list_price=Money(list_price, variant.currency) if list_price is not None else None,
        available=variant.available and pieces != 0,
        stock=pieces,
        restock_at=stock.restock_at if stock is not None else None,
    )


def options_of(variants: Sequence[VariantView]) -> dict[str, tuple[str, ...]]:
    """Return every value of every option, in the order of the variants."""
    values: dict[str, dict[str, None]] = {}
    for variant in variants:
        for key, value in variant.options.items():
            values.setdefault(key, {})[value] = None
    return {key: tuple(found) for key, found in values.items()}
