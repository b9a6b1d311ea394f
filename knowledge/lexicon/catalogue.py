"""The catalogue as the lexicon needs it."""

from __future__ import annotations

import dataclasses
from collections import defaultdict

from sqlmodel import select

from knowledge.db import Database
from knowledge.schema.catalog import Category, Product, Variant


@dataclasses.dataclass(frozen=True)
class Kind:
    """A category."""

    id: str
    names: tuple[str, ...]
    product_ids: tuple[str, ...] = ()
    """Of its products, where the items do not name their category."""


@dataclasses.dataclass(frozen=True)
class Item:
    """A product."""

    id: str
    titles: tuple[str, ...]
    brand: str = ""
    category_id: str | None = None
    variants: tuple[tuple[str, dict[str, str]], ...] = ()
    """(SKU, options)."""
    tags: tuple[str, ...] = ()
    attributes: dict[str, str] = dataclasses.field(default_factory=dict)


async def read_catalogue(database: Database) -> tuple[list[Item], list[Kind]]:
    """Return what the shop sells now, and its categories."""
    async with database.read() as session:
        categories = (await session.exec(select(Category))).all()
        products = (await session.exec(select(Product).where(Product.status == "active").order_by(Product.id))).all()
        variants = (
            await session.exec(select(Variant.product_id, Variant.sku, Variant.options).order_by(Variant.sku))
        ).all()
    owned: dict[str, list[tuple[str, dict[str, str]]]] = defaultdict(list)
    for product_id, sku, options in variants:
        owned[product_id].append((sku, dict(options)))
    items = [
        Item(
            p.id,
            (p.title_zh, p.title_en),
            p.brand,
            p.category_id,
            tuple(owned[p.id]),
            tuple(map(str, p.tags or ())),
            {str(key): str(value) for key, value in p.attributes.items()},
        )
        for p in products
    ]
    return items, [Kind(c.id, (c.name_zh, c.name_en)) for c in categories]
