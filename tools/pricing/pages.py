"""Other shops' pages as pictures: what is read on them, and keeping it as competitors' prices.

A merchant's picture becomes prices that suggestions count with. A shopper's becomes a claim: it is shown in the competitor report
and counts in nothing, since the picture may be of any page, or of none.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import col, select

from knowledge.money import Money
from knowledge.schema import CompetitorPrice, Product, Variant
from tools.base import Tool, ToolContext, tool
from tools.errors import RefusedError
from tools.evidence import LocalText
from tools.executor import Services
from tools.pricing.reading.ocr import OcrMissingError
from tools.pricing.reading.reader import ReadPrice
from tools.pricing.types import (
    CLAIMED,
    PagePrice,
    PageRead,
    PageToRead,
    RecordCompetitorPrices,
    RecordedPrice,
    RecordedPrices,
)

SURE = 0.5
"""Confidence from which a price is kept."""
LEAST_SIDE = 1_000
KEPT_AS = {"current": "list", "promotional": "promotion"}
"""Kind of a price on a page -> kind of a competitor's price; what is paid last is kept last."""


@tool(
    "read",
    roles=("shopper", "merchant", "agent"),
    needs_customer=False,
    timeout_s=60.0,
    en=(
        "Read the prices on a picture of another shop's page: amount, currency, kind (current, struck, promotional, unit), which of our "
        "products, and how surely. Use it for a screenshot of a competitor's page. Keeps nothing: record_competitor_prices does. "
        "picture: id of a picture that the person sent."
    ),
    zh=(
        "识别别家商品页截图上的价格：金额、币种、类型（现价、划线价、促销价、单位价）、对应本店哪个商品以及把握程度。收到竞品页面截图时使用；不会保存，保存用 record_competitor_prices。"
        "picture：对方发来的图片编号。"
    ),
)
async def read_competitor_page(context: ToolContext, arguments: PageToRead) -> PageRead:
    """Return the prices on a picture.

    Raises:
        ArgumentError: ``picture_unknown``.
        RefusedError: ``reading_unavailable``: no OCR is installed; or the picture cannot be opened.
    """
    return await _read(context, arguments.picture)


async def _read(context: ToolContext, picture: str) -> PageRead:
    services = context.services
    if not isinstance(services, Services) or (gallery := services.gallery) is None:
        raise RefusedError("reading_unavailable", "this shop keeps no pictures")
    await gallery.check(context, picture)
    active = (await context.session.exec(select(Product).where(Product.status == "active"))).all()
    titles = {f"{lang}:{row.id}": title for row in active for lang, title in _titles(row)}
    try:
        found = await services.pages.read(
            picture, lambda: gallery.picture(context, picture, least_side=LEAST_SIDE), titles
        )
    except OcrMissingError as error:
        raise RefusedError("reading_unavailable", str(error)) from None
    products, ours = (
        {row.id: row for row in active},
        await _cheapest(context, {_product(price) or "" for price in found}),
    )
    prices = tuple(_page_price(price, products, ours) for price in found)
    named = tuple(dict.fromkeys(price.product_id for price in prices if price.counts and price.product_id))
    return PageRead(prices=prices, products=named)


def _titles(product: Product) -> list[tuple[str, str]]:
    return [(lang, title) for lang, title in (("zh", product.title_zh), ("en", product.title_en)) if title]


def _product(price: ReadPrice) -> str | None:
    return price.product_id.partition(":")[2] if price.product_id else None


async def _cheapest(context: ToolContext, product_ids: set[str]) -> dict[str, Money]:
    """Return what products cost in their cheapest variant."""
    statement = (
        select(Variant)
        .where(col(Variant.product_id).in_(product_ids))
        .order_by(col(Variant.price_minor).desc(), Variant.sku)
    )
    rows = (await context.session.exec(statement)).all()
    return {row.product_id: Money(row.price_minor, row.currency) for row in rows}


def _page_price(price: ReadPrice, products: dict[str, Product], ours: dict[str, Money]) -> PagePrice:
    product_id = _product(price)
    product, own = products.get(product_id or ""), ours.get(product_id or "")
    sure = price.confidence >= SURE and price.kind in KEPT_AS
    return PagePrice(
        price=Money.of(price.amount, price.currency),
        kind=price.kind,
        product_id=product_id,
        title=LocalText(zh=product.title_zh, en=product.title_en) if product is not None else LocalText(),
        confidence=price.confidence,
        ours=own,
        counts=sure and own is not None and own.currency == price.currency,
    )


async def preview_record(context: ToolContext, arguments: RecordCompetitorPrices) -> RecordedPrices:
    """Work out what would be kept.

    Raises:
        ArgumentError, RefusedError: as `read_competitor_page`; ``no_price_read``: nothing on it is surely a product of ours.
    """
    page = await _read(context, arguments.picture)
    kept = _kept(page.prices, claimed=context.identity.role == "shopper")
    if not kept:
        raise RefusedError(
            "no_price_read", "expected a price of a product of this shop on the picture, in its currency"
        )
    return RecordedPrices(competitor=" ".join(arguments.competitor.split()), prices=kept)


def _kept(prices: Sequence[PagePrice], *, claimed: bool) -> tuple[RecordedPrice, ...]:
    """Return one price of a kind and product, the surest; promotions last."""
    best: dict[tuple[str, str], PagePrice] = {}
    for price in sorted(prices, key=lambda price: price.confidence):
        if price.counts and price.product_id is not None:
            best[KEPT_AS[price.kind], price.product_id] = price
    return tuple(
        RecordedPrice(
            product_id=product_id,
            title=price.title,
            price=price.price,
            kind=CLAIMED if claimed else kind,
            confidence=price.confidence,
            ours=price.ours,
        )
        for (kind, product_id), price in sorted(best.items())
    )


@tool(
    "write",
    roles=("shopper", "merchant"),
    needs_customer=False,
    timeout_s=60.0,
    preview=preview_record,
    en=(
        "Keep the prices on a picture of a competitor's page for the competitor report. Of a merchant they count in price suggestions; of a "
        "shopper (who asks for a price match) they are kept as claims that a person checks. picture: id of the picture; competitor: the "
        "name of the other shop."
    ),
    zh=(
        "把竞品页面截图上的价格记入竞品报告。商家发的会用于定价建议；顾客发的（要求比价）只作为待核实的线索，由人工核对。picture：图片编号；competitor：对方店铺名称。"
    ),
)
async def record_competitor_prices(context: ToolContext, arguments: RecordCompetitorPrices) -> RecordedPrices:
    """Write the prices down."""
    kept = await preview_record(context, arguments)
    for price in kept.prices:
        context.session.add(
            CompetitorPrice(
                product_id=price.product_id,
                competitor=kept.competitor,
                price_minor=price.price.minor,
                currency=price.price.currency,
                kind=price.kind,
                observed_at=context.now,
            )
        )
    return kept


TOOLS: tuple[Tool, ...] = (read_competitor_page, record_competitor_prices)
