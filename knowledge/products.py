"""The catalogue in memory: what search, cards and grounding read. Live stock and prices are in the database."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import math
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from knowledge.db import Database
from knowledge.embedding import Embedder, FloatArray, encode
from knowledge.endpoint_embedding import EmbedderUnavailableError
from knowledge.index import VectorIndex, build_index
from knowledge.product_entry import NO_CATEGORY, CategoryEntry, ProductEntry, VariantEntry
from knowledge.product_search import Findings, ProductQuery, Searcher, vector_texts, wish_text
from knowledge.schema import Category, Product, ProductImage, Review, Shop, Stock, Variant

_log = logging.getLogger(__name__)
REFRESH_S = 15.0
"""How long a changed price may go unnoticed by search."""


class ProductIndex:
    """All active products of the shop, searchable; see `knowledge.product_search` for how they are ranked."""

    def __init__(self, database: Database, embedder: Embedder, folder: Path | None = None) -> None:
        self._database = database
        self._embedder = embedder
        self._folder = folder
        self._version: tuple[object, ...] | None = None
        self._checked = -math.inf
        self._refreshing = asyncio.Lock()
        self.entries: tuple[ProductEntry, ...] = ()
        self.categories: dict[str, CategoryEntry] = {}
        self.currency = ""
        self._by_id: dict[str, ProductEntry] = {}
        self._searcher: Searcher | None = None
        self._vectors: VectorIndex | None = None

    def __len__(self) -> int:
        return len(self.entries)

    def get(self, product_id: str) -> ProductEntry | None:
        """Return a product of the snapshot; None for an unknown or inactive one."""
        return self._by_id.get(product_id)

    async def search(self, query: ProductQuery) -> Findings:
        """Return the products that fit best; reads the catalogue again first if it changed and the last look is old."""
        if time.monotonic() - self._checked > REFRESH_S and not self._refreshing.locked():
            await self._refresh_if_it_can()
        if self._searcher is None:
            return Findings((), 0)
        vector = await self._vector(wish_text(query.text))
        return self._searcher.search(query, vector)

    async def _vector(self, wish: str) -> FloatArray | None:
        """Return a wish's vector; None where there is no wish, or the embedder's server is away: then its words are searched alone."""
        try:
            return (await encode(self._embedder, [wish]))[0] if wish else None
        except EmbedderUnavailableError as error:
            _log.warning("goods are searched by words alone: %s", error)
            return None

    async def _refresh_if_it_can(self) -> None:
        try:
            await self.refresh()
        except EmbedderUnavailableError as error:
            _log.warning("the changed catalogue is not read yet: %s", error)

    async def refresh(self, *, force: bool = False) -> None:
        """Read the catalogue again if it changed; texts that stayed equal keep their vectors.

        Noticed are new, removed and retitled products, prices, what is sold out, reviews. A changed description of the
        same length is not: whoever edits one calls this with `force`.
        """
        async with self._refreshing:
            self._checked = time.monotonic()
            async with self._database.read() as session:
                version = await _version(session)
                if version == self._version and not force:
                    return
                rows = await _read(session)
            await self._take(await asyncio.to_thread(_assemble, rows), rows.currency)
            self._version = version

    async def _take(self, assembled: tuple[tuple[ProductEntry, ...], dict[str, CategoryEntry]], currency: str) -> None:
        entries, categories = assembled
        owners, texts = vector_texts(entries)
        path = self._folder / "products.faiss" if self._folder is not None else None
        vectors = await build_index(self._embedder, texts, path=path, previous=self._vectors)
        searcher = await asyncio.to_thread(Searcher, entries, categories, vectors, owners, self._searcher)
        self.entries, self.categories, self.currency = entries, categories, currency
        self._by_id = {entry.id: entry for entry in entries}
        self._vectors, self._searcher = vectors, searcher


async def load_products(database: Database, embedder: Embedder, folder: Path | None = None) -> ProductIndex:
    """Return the catalogue, ready to search; its vectors are kept below `folder`."""
    index = ProductIndex(database, embedder, folder)
    await index.refresh()
    return index


@dataclasses.dataclass(frozen=True)
class _Rows:
    products: Sequence[Any]
    variants: Sequence[Any]
    images: Sequence[Any]
    ratings: Sequence[Any]
    categories: Sequence[Category]
    currency: str


async def _version(session: AsyncSession) -> tuple[object, ...]:
    texts = sum(
        func.length(text)
        for text in (Product.title_zh, Product.title_en, Product.brand, Product.description_zh, Product.description_en)
    )
    products = select(func.count(), func.max(Product.created_at), func.sum(texts)).where(Product.status == "active")
    variants = select(func.count(), func.sum(Variant.price_minor)).where(col(Variant.available))
    stock = select(func.count()).where(Stock.on_hand > Stock.reserved)
    connection = await session.connection()
    found: list[object] = []
    for statement in (products, variants, stock, select(func.count()).select_from(Review)):
        found += (await connection.execute(statement)).one()
    return tuple(found)


async def _read(session: AsyncSession) -> _Rows:
    product: tuple[Any, ...] = (
        Product.id, Product.category_id, Product.title_zh, Product.title_en, Product.description_zh, Product.description_en,
        Product.brand, Product.attributes, Product.tags, Product.created_at,
    )  # fmt: skip
    products = sqlalchemy.select(*product).where(col(Product.status) == "active").order_by(col(Product.id))
    variant: tuple[Any, ...] = (
        Variant.product_id, Variant.sku, Variant.options, Variant.price_minor, Variant.list_price_minor, Variant.currency,
        Variant.available, Stock.on_hand, Stock.reserved,
    )  # fmt: skip
    variants = sqlalchemy.select(*variant).outerjoin(Stock, col(Stock.sku) == Variant.sku)
    variants = variants.order_by(col(Variant.product_id), col(Variant.position), col(Variant.sku))
    image = select(ProductImage.product_id, ProductImage.path).order_by(col(ProductImage.position).desc())
    rating = select(Review.product_id, func.avg(Review.rating), func.count()).group_by(Review.product_id)
    shop = (await session.exec(select(Shop))).first()
    connection = await session.connection()
    return _Rows(
        products=(await connection.execute(products)).all(),
        variants=(await connection.execute(variants)).all(),
        images=(await connection.execute(image)).all(),
        ratings=(await connection.execute(rating)).all(),
        categories=list(await session.exec(select(Category))),
        currency=shop.currency if shop is not None else "",
    )


def _assemble(rows: _Rows) -> tuple[tuple[ProductEntry, ...], dict[str, CategoryEntry]]:
    categories = _categories(rows.categories)
    images = {row[0]: media_address(row[1]) for row in rows.images}
    ratings = {row[0]: (float(row[1]), int(row[2])) for row in rows.ratings}
    variants: dict[str, list[VariantEntry]] = {}
    currencies: dict[str, str] = {}
    for product_id, sku, options, price, list_price, currency, available, on_hand, reserved in rows.variants:
        buyable = available and (on_hand is None or on_hand > reserved)
        variants.setdefault(product_id, []).append(VariantEntry(sku, options, price, list_price, buyable))
        currencies.setdefault(product_id, currency)
    entries = []
    for (
        product_id,
        category_id,
        title_zh,
        title_en,
        text_zh,
        text_en,
        brand,
        attributes,
        tags,
        created_at,
    ) in rows.products:
        rating, reviews = ratings.get(product_id, (None, 0))
        entries.append(
            ProductEntry(
                id=product_id,
                title_zh=title_zh,
                title_en=title_en,
                description_zh=text_zh,
                description_en=text_en,
                brand=brand,
                category=categories.get(category_id or "", NO_CATEGORY),
                attributes={str(key): str(value) for key, value in attributes.items()},
                tags=tuple(tags),
                currency=currencies.get(product_id, rows.currency),
                created_at=created_at,
                image=images.get(product_id),
                rating=rating,
                reviews=reviews,
                variants=tuple(variants.get(product_id, ())),
            )
        )
    return tuple(entries), categories


def _categories(rows: Iterable[Category]) -> dict[str, CategoryEntry]:
    by_id = {row.id: row for row in rows}
    entries = {}
    for row in by_id.values():
        path: list[str] = []
        node: Category | None = row
        while node is not None and node.id not in path:
            path.insert(0, node.id)
            node = by_id.get(node.parent_id or "")
        entries[row.id] = CategoryEntry(row.id, row.name_zh, row.name_en, tuple(path))
    return entries


def media_address(path: str) -> str:
    """Return where a browser gets a picture: below ``/media/``, or at another site as the import left it."""
    return path if path.startswith(("https://", "http://")) else f"/media/{path}"
