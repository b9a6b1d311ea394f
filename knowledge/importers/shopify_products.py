"""Shopify's products export: a product is several rows with one Handle, its own columns on the first one only."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from typing import Final

from knowledge.importers.base import BadValueError, Row, Unit, Values
from knowledge.importers.files import Record
from knowledge.importers.shopify_cells import Shop, cell, faulty, groups, nameless
from knowledge.importers.values import amount, flag, has_chinese, whole
from knowledge.schema import Category, Product, ProductImage, Stock, Variant
from knowledge.types import Options

REQUIRED: Final = ("Handle", "Title", "Variant Price")
_STATUSES = {"active": "active", "draft": "draft", "archived": "archived", "unlisted": "active"}
_VARIANT = {
    "sku": "Variant SKU",
    "price_minor": "Variant Price",
    "list_price_minor": "Variant Compare At Price",
    "cost_minor": "Cost per item",
    "on_hand": "Variant Inventory Qty",
}


def products(records: Iterator[Record], shop: Shop) -> Iterator[Unit]:
    """Yield categories, products, variants with stock, and pictures; each variant stands for itself."""
    for handle, group in groups(records, "Handle"):
        if not handle:
            yield from (nameless(record, "product", "Handle") for record in group)
            continue
        head = group[0]
        if head.fault:
            yield faulty(head, "product", "", head.fault, key=handle)
            continue
        yield from _categories(head, shop)
        try:
            yield Unit((_product(handle, head, shop),))
        except BadValueError as error:
            yield faulty(head, "product", error.column, error.reason, key=handle)
        option_names = [cell(head, f"Option{n} Name").lower() for n in (1, 2, 3)]
        for number, record in enumerate(group):
            yield from _variant_unit(handle, number, record, option_names, shop, title=head.text("Title"))
        for number, record in enumerate(record for record in group if cell(record, "Image Src")):
            yield Unit((_image(handle, number, record),))


def _product(handle: str, record: Record, shop: Shop) -> Row:
    title = record.required("Title")
    body = plain_text(record.text("Body (HTML)"))
    lang = "zh" if has_chinese(title) else "en"
    said = cell(record, "Status").lower()
    status = _STATUSES.get(said, "active" if not said else "draft")
    if status == "active" and record.text("Published") and not flag(record.text("Published"), "Published"):
        status = "draft"
    values: Values = {
        "id": handle,
        "category_id": next(reversed(_category_ids(record)), None),
        f"title_{lang}": title,
        f"description_{lang}": body,
        "brand": cell(record, "Vendor"),
        "tags": [tag.strip() for tag in record.text("Tags").split(",") if tag.strip()],
        "status": status,
    }
    return Row(Product, values, record.file, record.row, once={"created_at": shop.now})


def plain_text(body: str) -> str:
    """Return the text of an HTML description, a line a paragraph."""
    body = re.sub(r"(?is)<(script|style).*?</\1>", "", body)
    body = re.sub(r"(?i)<(br|/p|/li|/div|/h\d|/tr)[^>]*>", "\n", body)
    text = html.unescape(re.sub(r"<[^>]+>", "", body)).replace("\xa0", " ")
    return "\n".join(line for line in (re.sub(r"[ \t]+", " ", line).strip() for line in text.splitlines()) if line)


def _path(record: Record) -> list[str]:
    said = cell(record, "Product Category") or cell(record, "Type")
    return [part.strip() for part in said.split(">") if part.strip()]


def _category_ids(record: Record) -> list[str]:
    slugs = [re.sub(r"[^\w]+", "-", part.lower()).strip("-") for part in _path(record)]
    return ["/".join(slugs[: depth + 1])[:200] for depth in range(len(slugs))]


def _categories(record: Record, shop: Shop) -> Iterator[Unit]:
    parent: str | None = None
    for category_id, name in zip(_category_ids(record), _path(record), strict=True):
        if category_id not in shop.categories:
            shop.categories.add(category_id)
            key = "name_zh" if has_chinese(name) else "name_en"
            values: Values = {"id": category_id, "parent_id": parent, key: name}
            yield Unit((Row(Category, values, record.file, record.row),))
        parent = category_id


def _variant_unit(
    handle: str, number: int, record: Record, names: list[str], shop: Shop, *, title: str
) -> Iterator[Unit]:
    if record.fault and number:
        yield faulty(record, "variant", "", record.fault)
    elif cell(record, "Variant Price") or cell(record, "Variant SKU") or cell(record, "Option1 Value"):
        options = _options(record, names)
        sku = cell(record, "Variant SKU") or "/".join([handle, *options.values()])
        try:
            rows = _variant(handle, sku, number, options, record, shop)
        except BadValueError as error:
            yield faulty(record, "variant", error.column, error.reason, key=sku)
            return
        shop.variants[sku] = (handle, options)
        shop.skus[" - ".join(filter(None, (title, " / ".join(options.values()))))] = sku
        yield Unit(rows)


def _options(record: Record, names: list[str]) -> Options:
    found = {name: cell(record, f"Option{n} Value") for n, name in enumerate(names, start=1) if name}
    if found == {"title": "Default Title"}:
        return {}
    return {name: value for name, value in found.items() if value}


def _variant(handle: str, sku: str, number: int, options: Options, record: Record, shop: Shop) -> tuple[Row, ...]:
    values: Values = {
        "sku": sku,
        "product_id": handle,
        "options": options,
        "price_minor": amount(record.required("Variant Price"), shop.currency, "Variant Price"),
        "list_price_minor": _optional_amount(record, "Variant Compare At Price", shop),
        "cost_minor": _optional_amount(record, "Cost per item", shop),
        "currency": shop.currency,
        "position": number,
    }
    variant = Row(Variant, values, record.file, record.row, names=_VARIANT)
    quantity = cell(record, "Variant Inventory Qty")
    tracked = "Variant Inventory Tracker" not in record.cells or cell(record, "Variant Inventory Tracker")
    if not quantity or not tracked:
        return (variant,)
    on_hand = max(whole(quantity, "Variant Inventory Qty"), 0)  # below zero: sold more than there was
    return variant, Row(Stock, {"sku": sku, "on_hand": on_hand}, record.file, record.row, names=_VARIANT)


def _optional_amount(record: Record, column: str, shop: Shop) -> int | None:
    text = cell(record, column)
    return amount(text, shop.currency, column) if text else None


def _image(handle: str, number: int, record: Record) -> Row:
    alt = cell(record, "Image Alt Text")
    key: Mapping[str, object] = {"alt_zh" if has_chinese(alt) else "alt_en": alt}
    position = cell(record, "Image Position")
    values: Values = {
        "id": f"{handle}:{number + 1}",
        "product_id": handle,
        "path": cell(record, "Image Src"),
        "position": int(position) if position.isdigit() else number,
        **key,
    }
    return Row(ProductImage, values, record.file, record.row)
