"""``olist``: the public data set of the Brazilian marketplace Olist, a folder of ``olist_*_dataset.csv`` files.

Customers are the set's ``customer_unique_id`` (they have no names), each with one address a ``customer_id``. Products
have no titles: they get the English name of their category (``product_category_name_translation.csv``) or the
Portuguese one. A product has one variant, with the price of its last sale; the sales also give its price history.
Times are those of São Paulo. Sellers and geolocation are not used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from sqlmodel import SQLModel

from knowledge.importers.base import BadValueError, ImportContext, Row, Unit, Values, table_name
from knowledge.importers.files import CsvFile, Record, open_csv
from knowledge.importers.olist_data import CURRENCY, EPOCH, Sales, cents, sold_time
from knowledge.importers.olist_orders import order_units
from knowledge.importers.values import whole
from knowledge.schema import (
    Address,
    Category,
    Customer,
    PriceRecord,
    Product,
    Review,
    Shop,
    Variant,
)

_FILES: dict[str, tuple[str, tuple[str, ...]]] = {
    "orders": (
        "olist_orders_dataset.csv",
        ("order_id", "customer_id", "order_status", "order_purchase_timestamp"),
    ),
    "items": (
        "olist_order_items_dataset.csv",
        ("order_id", "order_item_id", "product_id", "price", "freight_value"),
    ),
    "customers": (
        "olist_customers_dataset.csv",
        (
            "customer_id",
            "customer_unique_id",
            "customer_zip_code_prefix",
            "customer_city",
            "customer_state",
        ),
    ),
    "products": ("olist_products_dataset.csv", ("product_id", "product_category_name")),
    "payments": (
        "olist_order_payments_dataset.csv",
        ("order_id", "payment_sequential", "payment_type", "payment_value"),
    ),
    "reviews": (
        "olist_order_reviews_dataset.csv",
        ("review_id", "order_id", "review_score", "review_creation_date"),
    ),
    "names": (
        "product_category_name_translation.csv",
        ("product_category_name", "product_category_name_english"),
    ),
}
_NEEDED = ("orders", "items", "customers", "products")


class Olist:
    """Reads the folder of the data set."""

    name = "olist"
    strict = True

    def units(self, path: Path, context: ImportContext) -> Iterator[Unit]:
        """Yield the shop, categories, products with prices, customers, orders and reviews."""
        folder = path if path.is_dir() else path.parent
        files = {key: _open(folder, key) for key in _FILES if key in _NEEDED or (folder / _FILES[key][0]).is_file()}
        data = Sales()
        _read_sales(files, data)
        yield Unit((_shop(),))
        yield from _categories(files, data)
        for record in files["products"].records(context):
            yield from _checked(record, Product, "product_id", lambda record: _product(record, data))
        yield from _customers(files["customers"].records(context), data)
        for record in files["orders"].records(context):
            yield from order_units(record, data)
        first = {order_id: items[0].text("product_id") for order_id, items in data.items.items()}
        for record in files["reviews"].records(context) if "reviews" in files else ():
            yield from _checked(record, Review, "review_id", lambda record: _review(record, first))


def _open(folder: Path, key: str) -> CsvFile:
    name, required = _FILES[key]
    file = open_csv(folder / name)
    file.require(required)
    return file


def _shop() -> Row:
    once: Values = {
        "name_zh": "Olist 商城",
        "name_en": "Olist",
        "default_lang": "en",
        "timezone": "America/Sao_Paulo",
        "policy": "default",
    }
    return Row(Shop, {"id": "olist", "currency": CURRENCY}, "olist", "shop", once=once)


def _read_sales(files: dict[str, CsvFile], data: Sales) -> None:
    """Read items and payments by their order, and what a product cost when."""
    for key, kept in (("items", data.items), ("payments", data.payments)):
        for record in files[key].records() if key in files else ():
            kept[record.text("order_id")].append(record)
    for record in files["orders"].records():
        for item in data.items.get(record.text("order_id"), ()):
            try:
                placed = sold_time(record, "order_purchase_timestamp")
                data.prices[item.text("product_id")].append((placed, cents(item, "price")))
            except BadValueError:
                continue  # the order is refused for it later
            data.first_sale = min(data.first_sale or placed, placed)


def _checked(
    record: Record, table: type[SQLModel], key: str, read: Callable[[Record], Iterator[tuple[Row, ...]]]
) -> Iterator[Unit]:
    """Yield the units that a record makes, or why it makes none."""
    name = table_name(table)
    try:
        if record.fault:
            raise BadValueError("", record.fault)
        units = [Unit(rows) for rows in read(record)]
    except BadValueError as error:
        units = [Unit(faults=(record.refusal(name, error.column, error.reason, key=record.text(key)),))]
    yield from units


def _categories(files: dict[str, CsvFile], data: Sales) -> Iterator[Unit]:
    for record in files["names"].records() if "names" in files else ():
        data.names[record.text("product_category_name")] = record.text("product_category_name_english")
    seen: set[str] = set()
    for record in files["products"].records():
        name = record.text("product_category_name")
        if name and name not in seen:
            seen.add(name)
            values: Values = {"id": name, "name_en": _title(data.names.get(name) or name)}
            yield Unit((Row(Category, values, record.file, record.row),))


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _product(record: Record, data: Sales) -> Iterator[tuple[Row, ...]]:
    product_id, category = record.required("product_id"), record.text("product_category_name")
    data.titles[product_id] = _title(data.names.get(category) or category or "product")
    sizes = {name: record.text(f"product_{name}") for name in ("weight_g", "length_cm", "height_cm", "width_cm")}
    sales = sorted(data.prices.get(product_id, []))
    values: Values = {
        "id": product_id,
        "category_id": category or None,
        "title_en": data.titles[product_id],
        "attributes": {name: size for name, size in sizes.items() if size},
        "created_at": sales[0][0] if sales else data.first_sale or EPOCH,
    }
    variant: Values = {
        "sku": product_id,
        "product_id": product_id,
        "price_minor": sales[-1][1] if sales else 0,
        "currency": CURRENCY,
        "available": bool(sales),
    }
    rows = [Row(Product, values, record.file, record.row), Row(Variant, variant, record.file, record.row)]
    last: int | None = None
    for at, price in dict(sales).items():
        if price != last:
            entry: Values = {
                "sku": product_id,
                "price_minor": price,
                "currency": CURRENCY,
                "valid_from": at,
                "reason": "list",
            }
            rows.append(Row(PriceRecord, entry, record.file, record.row))
        last = price
    yield tuple(rows)


def _customers(records: Iterator[Record], data: Sales) -> Iterator[Unit]:
    known: set[str] = set()
    for record in records:
        yield from _checked(record, Customer, "customer_unique_id", lambda record: _customer(record, data, known))


def _customer(record: Record, data: Sales, known: set[str]) -> Iterator[tuple[Row, ...]]:
    customer_id, person = record.required("customer_id"), record.required("customer_unique_id")
    address: dict[str, object] = {
        "recipient": "",
        "phone": "",
        "line1": "",
        "line2": "",
        "district": "",
        "city": record.text("customer_city"),
        "state": record.text("customer_state"),
        "postcode": record.text("customer_zip_code_prefix"),
        "country": "BR",
    }
    data.people[customer_id] = person
    data.addresses[customer_id] = address
    if person not in known:
        values: Values = {
            "id": person,
            "first_name": "",
            "last_name": "",
            "email": "",
            "lang": "en",
            "region": record.text("customer_state"),
            "created_at": data.first_sale or EPOCH,
        }
        yield (Row(Customer, values, record.file, record.row),)
    own: Values = {"id": customer_id, "customer_id": person, "is_default": person not in known}
    known.add(person)
    yield (Row(Address, {**address, **own}, record.file, record.row),)


def _review(record: Record, first_item: dict[str, str]) -> Iterator[tuple[Row, ...]]:
    order_id = record.required("order_id")
    product_id = first_item.get(order_id)
    if product_id is None:
        raise BadValueError("order_id", f"the order {order_id!r} has no items, so the review is of no product")
    texts = (record.text("review_comment_title"), record.text("review_comment_message"))
    values: Values = {
        "id": f"{record.required('review_id')}:{order_id}",  # one review may be of several orders
        "product_id": product_id,
        "sku": product_id,
        "order_id": order_id,
        "rating": whole(record.required("review_score"), "review_score"),
        "lang": "pt",
        "text": "\n".join(filter(None, texts)),
        "created_at": sold_time(record, "review_creation_date"),
    }
    yield (Row(Review, values, record.file, record.row),)
