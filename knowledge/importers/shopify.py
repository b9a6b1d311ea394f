"""``shopify``: the products, customers and orders exports of Shopify's admin, as they are downloaded.

The files may have any name; each is recognised by its header, and an export in several files is read as one. A product
is known by its Handle, a variant by its SKU (or the handle and its options), a customer by the customer id (or e-mail,
or phone), an order by its Name such as ``#1001``. The products export has no currency: it is the one of the orders,
unless a mapping file says ``shop: {currency: EUR}``.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

from knowledge.errors import ImportRefusedError
from knowledge.importers import shopify_customers, shopify_orders, shopify_products
from knowledge.importers.base import ImportContext, Unit
from knowledge.importers.csv_mapping import CsvMapping, read_mapping
from knowledge.importers.files import CsvFile, Record, open_csv
from knowledge.importers.shopify_cells import Shop, cell

_KINDS = {
    "orders": shopify_orders.REQUIRED,
    "products": shopify_products.REQUIRED,
    "customers": shopify_customers.REQUIRED,
}


class Shopify:
    """Reads a folder with export files, or one of them."""

    name = "shopify"
    strict = True

    def units(self, path: Path, context: ImportContext) -> Iterator[Unit]:
        """Yield the shop, categories, products, customers and orders."""
        mapping = read_mapping(context, ())
        files = _files(path, context, mapping)
        currency = mapping.shop.currency or _currency(files["orders"]) or mapping.currency(context)
        mapping = mapping.model_copy(update={"shop": mapping.shop.model_copy(update={"currency": currency})})
        existing = context.existing
        shop = Shop(currency, context.now, dict(existing.customer_by_email), dict(existing.variants))
        shop.newest = shopify_orders.newest(_records(files["orders"]))
        yield Unit((mapping.shop_row(context, file="shopify"),))
        yield from shopify_products.products(_records(files["products"], context), shop)
        yield from shopify_customers.customers(_records(files["customers"], context), shop)
        yield from shopify_orders.orders(_records(files["orders"], context), shop)


def _files(path: Path, context: ImportContext, mapping: CsvMapping) -> dict[str, list[CsvFile]]:
    found: dict[str, list[CsvFile]] = {kind: [] for kind in _KINDS}
    for file in sorted(path.glob("*.csv")) if path.is_dir() else [path]:
        opened = open_csv(file, encoding=mapping.encoding)
        kind = _kind(opened)
        if kind is None:
            wanted = "; ".join(f"{kind} has {', '.join(columns)}" for kind, columns in _KINDS.items())
            if not path.is_dir():
                raise ImportRefusedError(
                    f"{file.name} is no Shopify export: {wanted}; found {', '.join(opened.header[:20])}"
                )
            context.notes.append(f"{file.name}: not used: none of the exports ({wanted})")
        else:
            found[kind].append(opened)
    if not any(found.values()):
        raise ImportRefusedError(
            f"{path}: expected the products, customers or orders export of Shopify (CSV); found none of them. "
            "Download them in Shopify's admin: Products, Customers, Orders, each with Export, plain CSV file"
        )
    return found


def _kind(file: CsvFile) -> str | None:
    for kind, columns in _KINDS.items():
        if set(columns) <= set(file.header):
            return kind
    return None


def _records(files: list[CsvFile], context: ImportContext | None = None) -> Iterator[Record]:
    return itertools.chain.from_iterable(file.records(context) for file in files)


def _currency(files: list[CsvFile]) -> str | None:
    return next((cell(record, "Currency") for record in _records(files) if cell(record, "Currency")), None)
