"""Arguments and evidence of the catalogue tools."""

from __future__ import annotations

import datetime as dt
from typing import Literal

import pydantic

from knowledge.types import Lang
from tools.base import Arguments, Evidence
from tools.evidence import LocalText, Money
from tools.products import ProductCard, ProductWish


class SearchProducts(ProductWish):
    """Products by words and filters, and by a picture."""

    picture: str | None = pydantic.Field(default=None, max_length=64)
    """Id of a picture that the person sent: goods that look like it, under every filter."""


class CategoryChoice(Evidence):
    """A part of the shop to look in."""

    id: str
    name: LocalText


class ProductResults(Evidence):
    """Best first. `relaxed` names filters that were dropped because nothing met them all."""

    query: str
    products: tuple[ProductCard, ...]
    total: int
    relaxed: tuple[str, ...] = ()
    sure: float | None = None
    """Of a picture: the chance that the nearest product of the whole shop is the one on it."""
    chances: dict[str, float] = {}
    """Of a picture: that chance for each product listed."""
    foreign: bool = False
    """Of a picture: it does not look like anything that the shop has; what is listed is the nearest."""
    categories: tuple[CategoryChoice, ...] = ()
    """Where nothing was found or no goods were named: the shop's categories, those nearest to the words first."""


class OneProduct(Arguments):
    """A product by its id."""

    product_id: str


class VariantView(Evidence):
    """A variant and whether it can be bought now."""

    sku: str
    options: dict[str, str]
    price: Money
    list_price: Money | None
    available: bool
    """On sale and in stock."""
    stock: int | None
    """Pieces left; None where the shop does not count them."""
    restock_at: dt.datetime | None = None


class ProductDetails(ProductCard):
    """A product with everything."""

    description: LocalText
    attributes: dict[str, str]
    variants: tuple[VariantView, ...]


class ProductQuestion(Arguments):
    """A question about one product, in the shopper's words."""

    product_id: str
    question: str = pydantic.Field(max_length=2000)
    lang: Lang = "zh"
    """Reviews in this language are quoted first."""
    options: dict[str, str] = {}
    """Option values of the variant asked about, where one was named."""


class Fact(Evidence):
    """Something that the product's page says: an attribute or option, its price, or a sentence of the description."""

    kind: Literal["attribute", "price", "text"]
    key: str = ""
    values: tuple[str, ...] = ()
    asked: str = ""
    """The value that was asked about."""
    holds: bool | None = None
    """Whether the product has the value that was asked about; None where that cannot be said with yes or no."""
    text: LocalText | None = None
    price_from: Money | None = None
    price_to: Money | None = None
    options: dict[str, str] = {}
    """What the price is of, where it is not that of the whole product."""


class Quote(Evidence):
    """A piece of a review."""

    rating: int
    text: str


class ReviewSummary(Evidence):
    """What buyers say: `good` gave four stars or more, `poor` two or less."""

    count: int
    rating: float | None
    good: int
    poor: int
    quotes: tuple[Quote, ...]


class ProductFacts(Evidence):
    """What answers a question about a product. Without facts, summary and mentions the page does not say."""

    product_id: str
    title: LocalText
    specific: bool
    """Whether something particular was asked; else the whole page is wanted."""
    facts: tuple[Fact, ...]
    reviews: ReviewSummary | None
    mentions: int
    """How many reviews speak of it, where the page does not."""
    of_reviews: int
    quotes: tuple[Quote, ...]


class CheckStock(Arguments):
    """Whether a product, or its variants with these options, can be bought now."""

    product_id: str
    options: dict[str, str] = {}


class StockReport(Evidence):
    """The asked variants first; `alternatives` are available ones of the same product that differ least."""

    product_id: str
    title: LocalText
    asked: tuple[VariantView, ...]
    alternatives: tuple[VariantView, ...]


class AdviseSize(Arguments):
    """Size advice for a garment or shoe from what the person says of themselves."""

    product_id: str
    height_cm: float | None = pydantic.Field(default=None, ge=50, le=250)
    weight_kg: float | None = pydantic.Field(default=None, ge=10, le=300)
    usual_size: str | None = None
    foot_length_mm: float | None = pydantic.Field(default=None, ge=100, le=400)


class SizeAdvice(Evidence):
    """The advised size and why; None with `missing` when more has to be asked."""

    product_id: str
    title: LocalText
    size: str | None
    alternatives: tuple[str, ...] = ()
    reasons: tuple[LocalText, ...] = ()
    missing: tuple[str, ...] = ()
    """Names of the arguments that would settle it."""
    available: bool = False


class CompareProducts(Arguments):
    """Two to six products side by side."""

    product_ids: tuple[str, ...] = pydantic.Field(min_length=2, max_length=6)
    question: str = pydantic.Field(default="", max_length=2000)
    """What is to be found out, in the shopper's words: "which is lighter"; ``""`` for everything."""


class ComparisonRow(Evidence):
    """One attribute; `values` in the order of the products, ``""`` where unknown."""

    attribute: str
    label: LocalText
    values: tuple[str, ...]
    differs: bool


class Ranked(Evidence):
    """One of several products and what it is put in order by: its price, the values of an attribute, or what its page says."""

    product_id: str
    title: LocalText
    key: str = ""
    values: tuple[str, ...] = ()
    count: int = 0
    """How many reviews a rating is of."""
    price: Money | None = None
    text: LocalText | None = None


class Ranking(Evidence):
    """Products in the order that was asked for. `best` are the first, several where they are equal, none where words cannot tell."""

    order: tuple[str, ...]
    best: tuple[str, ...]
    said: LocalText
    """What the best one is called: "the lightest"."""
    entries: tuple[Ranked, ...]


class Comparison(Evidence):
    """Products side by side."""

    products: tuple[ProductCard, ...]
    rows: tuple[ComparisonRow, ...]
    ranking: Ranking | None = None
    """Their order, where one was asked for."""
