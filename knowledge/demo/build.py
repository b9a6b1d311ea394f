"""Puts the demo shop together and into the database, in one transaction."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime as dt
import itertools
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from sqlalchemy import insert
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from knowledge import schema
from knowledge.db import Database
from knowledge.demo import order_rows, supply
from knowledge.demo.accounts import accounts
from knowledge.demo.behaviour import behaviour_rows
from knowledge.demo.catalogue import Catalogue
from knowledge.demo.clock import utc
from knowledge.demo.documents import answer_rows, document_rows
from knowledge.demo.marketing import coupon_rows, grant_rows
from knowledge.demo.order_rows import CURRENCY, Row
from knowledge.demo.people import People, customer_row, full_name
from knowledge.demo.pictures import draw_pictures, image_rows
from knowledge.demo.prices import history_rows
from knowledge.demo.reviews import review_rows
from knowledge.demo.words import categories, kinds
from knowledge.demo.world import World, draw_world

SHOP_ID = "demo"
CHUNK = 5_000
EXPECTED_ROWS = 620_000
"""At scale 1, for the progress bar."""

Progress = Callable[[str, float], None]
"""Called with what is being built and the share of the whole that is done, 0 to 1."""
Table = type[SQLModel]


@dataclasses.dataclass(frozen=True)
class DemoSummary:
    """What was built: rows by table name, and how many pictures."""

    seed: int
    now: dt.datetime
    rows: dict[str, int]
    pictures: int


async def build_demo_shop(
    database: Database, media: Path, *, seed: int = 7, now: dt.datetime | None = None, scale: float = 1.0,
    progress: Progress | None = None,
) -> DemoSummary:  # fmt: skip
    """Build the demo shop in a database whose tables exist and are empty.

    All rows are written in one transaction: a shop that was interrupted is not there, whatever lies in `media`.

    Args:
        media: the folder that holds the pictures; ``demo/`` is made in it.
        now: the shop's present, rounded down to 00:00 UTC; today by default.
        scale: share of products, customers and orders; 0.05 makes a shop for tests.

    Raises:
        DatabaseBusyError, StorageFullError: see `Database.write`; nothing was written.
    """
    report = progress or (lambda _stage, _share: None)
    report("shop", 0.0)
    world = await asyncio.to_thread(draw_world, seed=seed, now=now, scale=scale)
    pictures = asyncio.create_task(asyncio.to_thread(draw_pictures, world.catalogue.products, media))
    counts: dict[str, int] = {}
    try:
        async with database.write() as session:
            for table, rows in tables(world):
                await _insert(session, table, rows, counts, report)
            report("pictures", 0.97)
            await pictures
    finally:
        await asyncio.gather(pictures, return_exceptions=True)
    report("done", 1.0)
    return DemoSummary(seed, world.clock.now, counts, len(world.catalogue.products))


async def _insert(
    session: AsyncSession, table: Table, rows: Iterable[Row], counts: dict[str, int], report: Progress
) -> None:
    name = str(table.__tablename__)
    counts.setdefault(name, 0)
    connection = await session.connection()
    for chunk in _chunks(rows):
        await connection.execute(insert(table), chunk)
        counts[name] += len(chunk)
        done = sum(counts.values())
        report(name, 0.1 + 0.85 * min(1.0, done / EXPECTED_ROWS))


def _chunks(rows: Iterable[Row]) -> Iterator[list[Row]]:
    iterator = iter(rows)
    while chunk := list(itertools.islice(iterator, CHUNK)):
        yield chunk


def tables(world: World) -> Iterator[tuple[Table, Iterable[Row]]]:
    """Yield the tables with their rows, those that others point to first."""
    yield from _goods(world)
    yield from _customers(world)
    yield from _orders(world)
    yield schema.BehaviourEvent, behaviour_rows(world)
    yield schema.Review, review_rows(world.seed, world.clock, world.orders)
    yield schema.Document, document_rows(world.clock)
    yield schema.CuratedAnswer, answer_rows(world.clock)
    yield schema.Shop, [_shop_row()]


def _goods(world: World) -> Iterator[tuple[Table, Iterable[Row]]]:
    seed, clock, catalogue, book = world.seed, world.clock, world.catalogue, world.book
    yield schema.Category, _category_rows()
    yield schema.Supplier, supply.supplier_rows()
    yield schema.Product, _product_rows(catalogue)
    yield schema.ProductImage, image_rows(catalogue.products)
    yield schema.Variant, supply.variant_rows(seed, catalogue, book)
    yield schema.Stock, supply.stock_rows(seed, clock, catalogue, world.orders)
    yield schema.PriceRecord, history_rows(catalogue, book, clock)
    yield schema.CompetitorPrice, supply.competitor_rows(seed, clock, catalogue, book)
    yield schema.SupplierOffer, supply.offer_rows(seed, catalogue)


def _customers(world: World) -> Iterator[tuple[Table, Iterable[Row]]]:
    people = world.people.customers
    yield schema.Customer, ({**customer_row(person), "created_at": utc(person.created_s)} for person in people)
    yield schema.Address, _address_rows(world.people)
    yield schema.PaymentMethod, _method_rows(world.people)
    yield schema.Coupon, coupon_rows(world.clock)


def _orders(world: World) -> Iterator[tuple[Table, Iterable[Row]]]:
    orders, after, now_s = world.orders, world.aftersales, world.clock.now_s
    yield schema.Order, order_rows.order_rows(orders, after.statuses)
    yield schema.OrderLine, order_rows.line_rows(orders)
    yield schema.Payment, itertools.chain(order_rows.payment_rows(orders), after.repayments)
    yield schema.Shipment, order_rows.shipment_rows(orders, now_s)
    yield schema.TrackingEvent, order_rows.scan_rows(orders, now_s)
    yield schema.Return, after.returns
    yield schema.ReturnLine, after.return_lines
    yield schema.Exchange, after.exchanges
    yield schema.ExchangeLine, after.exchange_lines
    yield schema.Refund, after.refunds
    yield schema.Invoice, after.invoices
    yield schema.CouponGrant, grant_rows(world.seed, world.clock, world.people, orders)


def _shop_row() -> Row:
    return {
        "id": SHOP_ID,
        "name_zh": "小二优选",
        "name_en": "Xiaoer Select",
        "currency": CURRENCY,
        "default_lang": "zh",
        "timezone": "Asia/Shanghai",
        "policy": "demo",
        "settings": {"personas": list(accounts())},
    }


def _category_rows() -> Iterator[Row]:
    for category_id, name in categories():
        yield {"id": category_id, "parent_id": None, "name_zh": name.zh, "name_en": name.en}
    for kind in kinds():
        yield {"id": kind.id, "parent_id": kind.category, "name_zh": kind.name.zh, "name_en": kind.name.en}


def _product_rows(catalogue: Catalogue) -> Iterator[Row]:
    for product in catalogue.products:
        yield {
            "id": product.id,
            "category_id": product.kind.id,
            "title_zh": product.title.zh,
            "title_en": product.title.en,
            "description_zh": product.description.zh,
            "description_en": product.description.en,
            "brand": product.brand,
            "attributes": product.attributes,
            "tags": [product.style, *(["bestseller"] if product.popularity > 2 else [])],
            "status": "active",
            "created_at": utc(product.created_s),
        }


def _address_rows(people: People) -> Iterator[Row]:
    for person in people.customers:
        for position, address in enumerate(person.addresses):
            yield {
                "id": f"adr_{person.id}_{position + 1}",
                "customer_id": person.id,
                "recipient": full_name(person),
                "phone": person.phone,
                "is_default": position == 0,
                **address,
            }


def _method_rows(people: People) -> Iterator[Row]:
    for person in people.customers:
        for method in person.methods:
            yield {
                "id": method.id,
                "customer_id": person.id,
                "kind": method.kind,
                "brand": method.brand,
                "last_four": method.last_four,
                "balance_minor": method.balance_minor,
                "currency": CURRENCY if method.balance_minor is not None else "",
                "fingerprint": method.fingerprint,
            }
