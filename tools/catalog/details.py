"""One product, its stock, its size, and several products side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from knowledge.options import differing, meets, same_value
from knowledge.types import Lang
from knowledge.vocabulary import label
from tools.base import ToolContext
from tools.catalog import sizes
from tools.catalog.ranking import ranking
from tools.catalog.records import ProductRecord, find_product, options_of
from tools.catalog.types import (
    AdviseSize,
    CheckStock,
    CompareProducts,
    Comparison,
    ComparisonRow,
    OneProduct,
    ProductDetails,
    SizeAdvice,
    StockReport,
    VariantView,
)
from tools.errors import ArgumentError, RefusedError
from tools.evidence import LocalText

_ALTERNATIVES = 4
_LETTERS = ("XXS", "XS", "S", "M", "L", "XL", "XXL", "XXXL", "4XL")


async def get_product(context: ToolContext, arguments: OneProduct) -> ProductDetails:
    """Return everything about a product, with live prices and stock."""
    record = await find_product(context.session, arguments.product_id)
    product = record.product
    return ProductDetails(
        **dict(record.card()),
        description=LocalText(zh=product.description_zh, en=product.description_en),
        attributes={str(key): str(value) for key, value in product.attributes.items()},
        variants=record.variants,
    )


async def check_stock(context: ToolContext, arguments: CheckStock) -> StockReport:
    """Return the variants asked for; where one of them cannot be bought, also the nearest that can."""
    record = await find_product(context.session, arguments.product_id)
    wanted = arguments.options
    asked = tuple(variant for variant in record.variants if meets(variant.options, wanted))
    named = tuple(variant for variant in asked if variant.sku == arguments.product_id)
    asked = named or asked
    enough = bool(asked) and all(variant.available for variant in asked)
    others = [] if enough else [v for v in record.variants if v.available and v not in asked]
    target = wanted or (asked[0].options if asked else {})
    others.sort(key=lambda variant: _distance(variant.options, target))
    return StockReport(
        product_id=record.product.id, title=record.title, asked=asked, alternatives=tuple(others[:_ALTERNATIVES])
    )


def _distance(options: Mapping[str, str], wanted: Mapping[str, str]) -> tuple[int, int]:
    """How many wanted options differ, then how many steps the size is away."""
    off = differing(dict(options), wanted)
    steps = [abs(_size_place(wanted[key]) - _size_place(options.get(key, ""))) for key in off if "size" in key.lower()]
    return len(off), sum(steps)


def _size_place(size: str) -> int:
    text = size.strip().upper()
    if text in _LETTERS:
        return _LETTERS.index(text)
    return int(float(text)) if text.replace(".", "", 1).isdigit() else 0


async def advise_size(context: ToolContext, arguments: AdviseSize) -> SizeAdvice:
    """Return the size that fits best, with reasons, or what has to be asked.

    Raises:
        RefusedError: ``size_not_applicable``: the product is not worn, or comes in no sizes.
    """
    record = await find_product(context.session, arguments.product_id)
    product = record.product
    category = record.category
    words = [product.title_en, product.title_zh, *product.tags]
    words += [category.name_en, category.name_zh] if category is not None else []
    kind = next((found for text in words if (found := sizes.kind_of(text)) is not None), None)
    if kind is None or not record.sizes:
        raise RefusedError(
            "size_not_applicable",
            "the product is not worn or comes in no sizes",
            product_id=product.id,
            title=record.title.model_dump(),
        )
    goods = sizes.Goods(kind, record.sizes, _gender(record), str(product.attributes.get("fit", "")))
    person = sizes.Person(
        arguments.height_cm, arguments.weight_kg, arguments.usual_size or None, arguments.foot_length_mm
    )
    advice = sizes.advise(goods, person)
    return SizeAdvice(
        product_id=product.id,
        title=record.title,
        size=advice.size,
        alternatives=advice.alternatives,
        reasons=advice.reasons,
        missing=advice.missing,
        available=advice.size is not None and _can_be_bought(record.variants, advice.size),
    )


def _gender(record: ProductRecord) -> sizes.Gender:
    said = str(record.product.attributes.get("gender", "")).lower()
    text = f" {said or record.product.title_en} {record.product.title_zh} ".lower()
    if "unisex" in text:
        return "unisex"
    if "women" in text or "女" in text or "ladies" in text:
        return "women"
    return "men" if " men" in text or "男" in text else "unisex"


def _can_be_bought(variants: Sequence[VariantView], size: str) -> bool:
    return any(
        v.available and v.options.get(key) == size for v in variants for key in v.options if key.lower() == "size"
    )


async def compare_products(context: ToolContext, arguments: CompareProducts) -> Comparison:
    """Return products side by side: price, rating, stock, brand, options, attributes.

    Raises:
        ArgumentError: ``compare_needs_two``: the ids name one product only.
    """
    found = [await find_product(context.session, product_id) for product_id in arguments.product_ids]
    records = list({record.product.id: record for record in found}.values())
    if len(records) < 2:
        raise ArgumentError("compare_needs_two", "expected two different products", title=records[0].title.model_dump())
    rows = [_row(name, [_built_in(record)[name] for record in records]) for name in _BUILT_IN]
    options = [options_of(record.variants) for record in records]
    attributes = [{str(key): str(value) for key, value in record.product.attributes.items()} for record in records]
    rows += [_row(key, [" / ".join(found.get(key, ())) for found in options]) for key in _keys(options)]
    others = [key for key in _keys(attributes) if key not in _keys(options)]
    rows += [_row(key, [found.get(key, "") for found in attributes]) for key in others]
    order = ranking(records, arguments.question) if arguments.question else None
    return Comparison(products=tuple(record.card() for record in records), rows=tuple(rows), ranking=order)


_BUILT_IN = {"price": "价格", "rating": "评分", "stock": "库存", "brand": "品牌"}


def _built_in(record: ProductRecord) -> dict[str, str]:
    card = record.card()
    prices = dict.fromkeys(price.format("zh") for price in (card.price_from, card.price_to))
    return {
        "price": " - ".join(prices),
        "rating": f"{card.rating:.1f} ({card.reviews})" if card.rating is not None else "",
        "stock": "✓" if card.in_stock else "–",
        "brand": card.brand,
    }


def _row(attribute: str, values: Sequence[str]) -> ComparisonRow:
    name = LocalText(zh=_BUILT_IN.get(attribute) or _name(attribute, "zh"), en=_name(attribute, "en"))
    return ComparisonRow(attribute=attribute, label=name, values=tuple(values), differs=_differ(values))


def _name(attribute: str, lang: Lang) -> str:
    return label(attribute.replace("_", " "), lang)


def _differ(values: Sequence[str]) -> bool:
    return not all(same_value(values[0], value) for value in values) or len({*map(bool, values)}) > 1


def _keys(found: Sequence[Mapping[str, object]]) -> list[str]:
    return list(dict.fromkeys(key for one in found for key in one))
