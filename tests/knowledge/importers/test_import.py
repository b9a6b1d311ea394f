"""What every import promises, on SQLite and PostgreSQL: whole or not at all, twice is once, and every row accounted for."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import event

from knowledge.db import Database
from knowledge.errors import DatabaseBusyError, ImportRefusedError, StorageFullError
from knowledge.importers import FORMATS, ImportContext, Refusal, Row, Unit, import_shop
from knowledge.schema import BehaviourEvent, Customer, Order, OrderLine, Shop
from tests.knowledge.importers.shops import CSV, SHOPS, everything, rows, write

NOW = dt.datetime(2026, 2, 1, tzinfo=dt.UTC)
LATER = NOW + dt.timedelta(days=9)


@dataclasses.dataclass
class Given:
    """An importer of given units, which may break off."""

    given: list[Unit]
    error: Exception | None = None
    name: str = "given"
    strict: bool = True

    def units(self, path: Path, context: ImportContext) -> Iterator[Unit]:
        yield from self.given
        if self.error is not None:
            raise self.error


def shop(shop_id: str = "shop") -> Unit:
    return Unit((Row(Shop, {"id": shop_id, "name_zh": "", "name_en": "Lamps", "currency": "USD"}, "shop.csv", "2"),))


def customer(row: int, customer_id: object, **more: object) -> Unit:
    values = {"id": customer_id, "first_name": "Jo", "last_name": "Day", "email": "", "created_at": NOW, **more}
    return Unit((Row(Customer, values, "customers.csv", str(row)),))


def order(row: int, order_id: str, customer_id: str, *lines: dict[str, object]) -> Unit:
    head = {"id": order_id, "customer_id": customer_id, "status": "pending", "currency": "USD", "total_minor": 100}
    parts = [Row(Order, {**head, "placed_at": NOW}, "orders.csv", str(row))]
    for number, line in enumerate(lines):
        values = {
            "id": f"{order_id}:{number}",
            "order_id": order_id,
            "product_id": "",
            "sku": "A",
            "unit_price_minor": 100,
        }
        parts.append(Row(OrderLine, {**values, **line}, "lines.csv", f"{row}{number}"))
    return Unit(tuple(parts))


@pytest.mark.parametrize("format_name", SHOPS)
async def test_a_good_shop_is_kept_whole_and_a_second_import_changes_nothing(
    any_database: Database, tmp_path: Path, format_name: str
) -> None:
    folder = write(tmp_path / "in", SHOPS[format_name])
    first = await import_shop(any_database, format_name, folder, now=NOW)
    before = await everything(any_database)
    second = await import_shop(any_database, format_name, folder, now=LATER)

    assert (first.refused, first.total.new) == ([], first.total.read)
    assert (second.total.new, second.total.updated, second.refused) == (0, 0, [])
    assert second.total.unchanged == second.total.read == first.total.read
    assert await everything(any_database) == before


async def test_only_what_changed_is_updated(any_database: Database, tmp_path: Path) -> None:
    folder = write(tmp_path, CSV)
    await import_shop(any_database, "csv", folder)
    write(tmp_path, {"stock.csv": "sku,on_hand\nPOT-R,2\nPOT-B,0\nCUP-S,9\n"})
    report = await import_shop(any_database, "csv", folder)

    assert (report.table("stock").new, report.table("stock").updated, report.table("stock").unchanged) == (1, 1, 1)
    assert (report.total.new, report.total.updated) == (1, 1)
    assert {row["sku"]: row["on_hand"] for row in await rows(any_database, "stock")} == {
        "CUP-S": 9,
        "POT-B": 0,
        "POT-R": 2,
    }


async def test_a_row_keeps_what_its_file_does_not_say(database: Database) -> None:
    once = Unit((dataclasses.replace(customer(2, "c1").rows[0], once={"tier": "gold"}),))
    await import_shop(database, Given([shop(), once]), Path())
    again = Unit((dataclasses.replace(customer(2, "c1").rows[0], once={"tier": "new"}),))
    report = await import_shop(database, Given([shop(), again]), Path())

    assert report.total.unchanged == 2
    assert [row["tier"] for row in await rows(database, "customer")] == ["gold"]


async def test_an_order_falls_with_its_customer_and_says_so(any_database: Database) -> None:
    units = [
        shop(),
        customer(2, "c1", first_name=None),
        customer(3, "c2"),
        order(2, "o1", "c1", {}),
        order(3, "o2", "c2"),
    ]
    report = await import_shop(any_database, Given(units), Path())

    assert [str(refusal) for refusal in report.refused] == [
        "customers.csv, row 2, first_name: is required",
        "orders.csv, row 2, customer_id: customer 'c1' was refused (customers.csv, row 2)",
        "lines.csv, row 20: refused together with orders.csv, row 2: customer 'c1' was refused (customers.csv, row 2)",
    ]
    assert [row["id"] for row in await rows(any_database, "order")] == ["o2"]
    assert report.total.read == report.total.kept + report.total.refused == 6


async def test_an_order_falls_with_any_of_its_lines(any_database: Database) -> None:
    bad = order(3, "o2", "c1", {}, {"quantity": 0}, {})
    report = await import_shop(any_database, Given([shop(), customer(2, "c1"), order(2, "o1", "c1", {}), bad]), Path())

    reason = "expected at least 1, got 0"
    assert report.refused == [
        Refusal("lines.csv", "31", "quantity", reason, "orderline"),
        Refusal("orders.csv", "3", "", f"refused together with lines.csv, row 31: {reason}", "order"),
        Refusal("lines.csv", "30", "", f"refused together with lines.csv, row 31: {reason}", "orderline"),
        Refusal("lines.csv", "32", "", f"refused together with lines.csv, row 31: {reason}", "orderline"),
    ]
    assert (report.table("order").refused, report.table("orderline").refused) == (1, 3)
    assert [row["id"] for row in await rows(any_database, "orderline")] == ["o1:0"]


async def test_an_order_of_nobody_is_refused(any_database: Database) -> None:
    report = await import_shop(any_database, Given([shop(), order(2, "o1", "ghost")]), Path())

    assert [refusal.reason for refusal in report.refused] == ["there is no customer 'ghost'"]


async def test_a_parent_may_be_in_the_shop_already(any_database: Database) -> None:
    await import_shop(any_database, Given([shop(), customer(2, "c1")]), Path())
    report = await import_shop(any_database, Given([shop(), order(2, "o1", "c1", {})]), Path())

    assert (report.refused, report.total.new) == ([], 2)


async def test_the_same_id_twice_is_refused_the_second_time(any_database: Database) -> None:
    units = [shop(), customer(2, "c1"), customer(3, "c2"), customer(4, "c1", first_name="Other")]
    units.append(order(5, "o1", "c1", {"id": "x"}, {"id": "x"}))
    report = await import_shop(any_database, Given(units), Path())

    assert [(refusal.row, refusal.column, refusal.reason) for refusal in report.refused[:2]] == [
        ("4", "id", "'c1' was already read (customers.csv, row 2); it must be unique"),
        ("51", "id", "'x' was already read (lines.csv, row 50); it must be unique"),
    ]
    assert [row["first_name"] for row in await rows(any_database, "customer")] == ["Jo", "Jo"]


@pytest.mark.parametrize(
    ("values", "column", "reason"),
    [
        ({"id": ""}, "id", "is empty"),
        ({"id": 7}, "id", "expected text, got 7"),
        ({"id": "x" * 201}, "id", "expected up to 200 characters, got 201"),
        ({"first_name": "a\x00b"}, "first_name", "has characters that are no text (a damaged or wrongly decoded file)"),
        ({"first_name": "\ud83d"}, "first_name", "has characters that are no text (a damaged or wrongly decoded file)"),
        ({"created_at": NOW.replace(tzinfo=None)}, "created_at", "expected a time with a time zone"),
        ({"email": "nobody"}, "email", "expected an e-mail address (it has no @)"),
        ({"lang": "fr"}, "lang", "expected one of zh, en, got 'fr'"),
        ({"hat": "red"}, "hat", "the table 'customer' has no such column"),
    ],
)
async def test_a_bad_customer_is_refused_alone(
    any_database: Database, values: dict[str, object], column: str, reason: str
) -> None:
    bad = customer(2, "c0", **{name: value for name, value in values.items() if name != "id"})
    if "id" in values:
        bad = customer(2, values["id"])
    report = await import_shop(any_database, Given([shop(), bad, customer(3, "c1")]), Path())

    assert [(refusal.row, refusal.column) for refusal in report.refused] == [("2", column)]
    assert report.refused[0].reason.startswith(reason)
    assert [row["id"] for row in await rows(any_database, "customer")] == ["c1"]


@pytest.mark.parametrize("amount", [-1, 2**31, 1.5, "12", True, None])
async def test_an_amount_that_the_column_cannot_hold_is_refused(any_database: Database, amount: object) -> None:
    units = [shop(), customer(2, "c1"), order(2, "o1", "c1", {"unit_price_minor": amount})]
    report = await import_shop(any_database, Given(units), Path())

    assert (report.refused[0].table, report.refused[0].column) == ("orderline", "unit_price_minor")
    assert await rows(any_database, "order") == []


async def test_another_shop_is_refused_unless_it_is_to_be_replaced(any_database: Database) -> None:
    await import_shop(any_database, Given([shop("demo"), customer(2, "c1"), order(2, "o1", "c1", {})]), Path())
    mine = Given([shop("mine"), customer(2, "c2")])
    with pytest.raises(ImportRefusedError, match="holds another shop, 'Lamps'"):
        await import_shop(any_database, mine, Path())
    report = await import_shop(any_database, mine, Path(), replace=True)

    assert report.total.new == 2
    assert [row["id"] for row in await rows(any_database, "shop")] == ["mine"]
    assert [row["id"] for row in await rows(any_database, "customer")] == ["c2"]
    assert await rows(any_database, "order") == []


async def test_an_import_that_breaks_off_leaves_nothing(any_database: Database) -> None:
    units = [shop(), *(customer(row, f"c{row}") for row in range(2, 1500))]
    for error in (RuntimeError("power cut"), ImportRefusedError("half a file")):
        with pytest.raises(type(error)):
            await import_shop(any_database, Given(units, error), Path(), replace=True)

    assert await everything(any_database) == {}


async def test_a_refused_replacement_keeps_the_shop_that_was_there(any_database: Database) -> None:
    await import_shop(any_database, Given([shop("demo"), customer(2, "c1")]), Path())
    before = await everything(any_database)
    with pytest.raises(ImportRefusedError):
        await import_shop(any_database, Given([shop("mine")], ImportRefusedError("bad")), Path(), replace=True)

    assert await everything(any_database) == before


async def test_a_full_disk_leaves_nothing(database: Database) -> None:
    await database.engine.dispose()

    @event.listens_for(database.engine.sync_engine, "connect")
    def _small(connection: object, _record: object) -> None:
        cursor = connection.cursor()  # type: ignore[attr-defined]
        cursor.execute("PRAGMA page_count")
        cursor.execute(f"PRAGMA max_page_count={cursor.fetchone()[0] + 20}")
        cursor.close()

    units = [shop(), *(customer(row, f"c{row}", region="x" * 500) for row in range(2, 3000))]
    with pytest.raises(StorageFullError):
        await import_shop(database, Given(units), Path())

    assert await everything(database) == {}


async def test_a_database_that_somebody_else_writes_is_busy(any_database: Database) -> None:
    other = Database(any_database.url, busy_timeout_s=0.1)
    async with any_database.write() as session:
        session.add(Shop(id="s", name_zh="", name_en="", currency="USD"))
        await session.flush()
        with pytest.raises(DatabaseBusyError):
            await import_shop(other, Given([shop()]), Path())
    await other.close()


async def test_rows_without_ids_are_told_apart_by_what_they_say(any_database: Database) -> None:
    def view(at: dt.datetime, **more: object) -> Unit:
        values = {"session_id": "s1", "kind": "view", "at": at, "product_id": "p", **more}
        return Unit((Row(BehaviourEvent, values, "behaviour.csv", str(at)),))

    await import_shop(any_database, Given([shop(), view(NOW), view(LATER)]), Path())
    report = await import_shop(any_database, Given([shop(), view(NOW, query="tea"), view(LATER)]), Path())

    assert (report.total.new, report.total.updated, report.total.unchanged) == (0, 1, 2)
    assert [row["query"] for row in await rows(any_database, "behaviourevent")] == ["tea", ""]


async def test_the_database_numbers_on_after_ids_that_came_along(any_database: Database) -> None:
    values = {"id": 41, "session_id": "s", "kind": "view", "at": NOW, "product_id": None}
    await import_shop(any_database, Given([shop(), Unit((Row(BehaviourEvent, values, "f", "1"),))]), Path())
    async with any_database.write() as session:
        session.add(BehaviourEvent(session_id="t", kind="view", at=LATER))

    assert [row["id"] for row in await rows(any_database, "behaviourevent")] == [41, 42]


async def test_progress_is_told_to_the_end(database: Database, tmp_path: Path) -> None:
    told: list[tuple[str, float]] = []
    folder = write(tmp_path, SHOPS["tau-retail"])
    await import_shop(database, "tau-retail", folder, progress=lambda what, share: told.append((what, share)))

    assert told[-1] == ("db.json", 1.0)


async def test_the_report_reads_well_and_as_json(database: Database) -> None:
    units = [shop(), *(customer(row, "c1") for row in range(2, 32))]
    report = await import_shop(database, Given(units), Path())
    text, data = report.text(), json.loads(json.dumps(report.to_json()))

    assert "29 rows were refused" in text
    assert "... and 9 more; --json lists all" in text
    assert {name: data[name] for name in ("format", "path", "read", "new", "kept", "refused")} == {
        "format": "given",
        "path": ".",
        "read": 31,
        "new": 2,
        "kept": 2,
        "refused": 29,
    }
    assert data["tables"]["customer"] == {"read": 30, "new": 1, "updated": 0, "unchanged": 0, "refused": 29, "kept": 1}
    assert data["refusals"][0] == {
        "file": "customers.csv",
        "row": "3",
        "column": "id",
        "reason": "'c1' was already read (customers.csv, row 2); it must be unique",
        "table": "customer",
        "key": "",
    }


async def test_an_unknown_format_names_those_there_are(database: Database) -> None:
    with pytest.raises(ImportRefusedError, match="'magento': expected one of shopify, olist, tau-retail, csv"):
        await import_shop(database, "magento", Path())


@pytest.mark.parametrize("format_name", FORMATS)
async def test_a_path_that_is_not_there_is_refused(database: Database, tmp_path: Path, format_name: str) -> None:
    with pytest.raises(ImportRefusedError, match="no such file or folder"):
        await import_shop(database, format_name, tmp_path / "nowhere")


@pytest.mark.parametrize("format_name", FORMATS)
async def test_an_empty_folder_is_refused(database: Database, tmp_path: Path, format_name: str) -> None:
    with pytest.raises(ImportRefusedError):
        await import_shop(database, format_name, tmp_path)

    assert await everything(database) == {}
