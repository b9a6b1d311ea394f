"""The build: its size and shape, the same shop for the same seed, all of it or nothing."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, TypeDecorator, text
from sqlmodel import SQLModel, func, select

from knowledge.db import Database
from knowledge.demo import build_demo_shop
from knowledge.demo.build import tables
from knowledge.demo.world import World, draw_world
from knowledge.schema import Category, Order, Product, Shop
from tests.knowledge.demo.conftest import NOW, SCALE, Built, rows_of


def _everything(world: World) -> dict[str, list[object]]:
    found: dict[str, list[object]] = {}
    for table, rows in tables(world):
        found.setdefault(str(table.__tablename__), []).extend(rows)
    return found


async def test_the_shop_has_its_row_and_a_tree_of_two_levels(shop: Database) -> None:
    (row,) = await rows_of(shop, Shop)
    assert (row.id, row.currency, row.timezone, row.policy) == ("demo", "CNY", "Asia/Shanghai", "demo")
    categories = {category.id: category for category in await rows_of(shop, Category)}
    tops = {category.id for category in categories.values() if category.parent_id is None}
    assert tops == {"clothing", "electronics", "home", "beauty"}
    assert all(category.parent_id in tops for category in categories.values() if category.id not in tops)
    assert {product.category_id for product in await rows_of(shop, Product)} == set(categories) - tops


def test_no_table_of_the_shop_stays_empty(built: Built) -> None:
    assert [name for name, count in built.summary.rows.items() if count == 0] == []
    assert built.summary.rows["order"] == 1_000
    assert built.summary.now == dt.datetime(2026, 3, 10, tzinfo=dt.UTC)


def test_progress_runs_from_nought_to_one(built: Built) -> None:
    shares = [share for _, share in built.progress]
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert shares == sorted(shares)


def test_the_same_seed_and_day_give_the_same_shop(world: World) -> None:
    again = draw_world(seed=7, now=NOW - dt.timedelta(hours=3), scale=SCALE)
    assert _everything(again) == _everything(world)


def test_another_seed_gives_another_shop_with_the_same_staples(world: World) -> None:
    other = draw_world(seed=8, now=NOW, scale=SCALE)
    assert [order.id for order in other.orders] != [order.id for order in world.orders]
    staples, others = ([p for p in w.catalogue.products if p.staple] for w in (world, other))
    assert [(p.id, p.title, p.list_yuan, p.colors) for p in staples] == [
        (p.id, p.title, p.list_yuan, p.colors) for p in others
    ]


async def test_a_build_that_fails_leaves_no_shop(database: Database, tmp_path: Path) -> None:
    def stop(stage: str, _share: float) -> None:
        if stage == "review":
            raise RuntimeError("stopped")

    with pytest.raises(RuntimeError, match="stopped"):
        await build_demo_shop(database, tmp_path / "media", now=NOW, scale=0.01, progress=stop)

    async with database.read() as session:
        assert (await session.exec(select(func.count()).select_from(Product))).one() == 0
        assert (await session.exec(select(Shop))).first() is None

    await build_demo_shop(database, tmp_path / "media", now=NOW, scale=0.01)
    assert len(await rows_of(database, Shop)) == 1


async def test_pictures_that_cannot_be_written_leave_no_shop(database: Database, tmp_path: Path) -> None:
    (tmp_path / "media").write_text("a file where the folder should be")

    with pytest.raises(OSError, match="media"):
        await build_demo_shop(database, tmp_path / "media", now=NOW, scale=0.01)

    assert await rows_of(database, Shop) == []


async def test_it_builds_on_sqlite_and_on_postgresql(any_database: Database, tmp_path: Path) -> None:
    summary = await build_demo_shop(any_database, tmp_path, now=NOW, scale=0.01)

    async with any_database.read() as session:
        assert (await session.exec(select(func.count()).select_from(Order))).one() == summary.rows["order"]
        if any_database.is_sqlite:
            assert list(await session.exec(text("PRAGMA foreign_key_check"))) == []  # type: ignore[call-overload]


@pytest.mark.slow
async def test_the_whole_shop_has_its_promised_size(database: Database, tmp_path: Path) -> None:
    summary = await build_demo_shop(database, tmp_path, now=NOW)

    assert summary.pictures >= 600
    assert summary.rows["product"] >= 600
    assert (summary.rows["customer"], summary.rows["order"]) == (3_000, 20_000)
    products = await rows_of(database, Product)
    assert len({product.title_zh for product in products}) == len({p.title_en for p in products}) == len(products)


@pytest.mark.slow
def test_every_value_of_the_whole_shop_has_its_columns_type() -> None:
    """SQLite would take a truth value for a word; PostgreSQL refuses it."""
    wrong: set[tuple[str, str, type]] = set()
    for table, rows in tables(draw_world(seed=7, now=NOW, scale=1.0)):
        columns = SQLModel.metadata.tables[str(table.__tablename__)].columns
        kinds = {column.name: _plain_type(column) for column in columns}
        exact = {name: kind for name, kind in kinds.items() if kind in (str, int, bool)}
        assert exact
        for row in rows:
            given = ((name, type(row[name])) for name in exact if row.get(name) is not None)
            wrong |= {(str(table.__tablename__), name, kind) for name, kind in given if kind is not exact[name]}
    assert not wrong


def _plain_type(column: Column[Any]) -> type:
    """Return the Python type of a column; of one that is built on another type, the other's."""
    kind = column.type
    return (kind.impl_instance if isinstance(kind, TypeDecorator) else kind).python_type
