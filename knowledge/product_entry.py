"""Products as the catalogue snapshot holds them."""

from __future__ import annotations

import dataclasses
import datetime as dt

from knowledge.types import Options


@dataclasses.dataclass(frozen=True)
class VariantEntry:
    """A variant as search sees it."""

    sku: str
    options: Options
    price_minor: int
    list_price_minor: int | None
    buyable: bool
    """On sale and in stock, as of the snapshot."""


@dataclasses.dataclass(frozen=True)
class CategoryEntry:
    """A category with every id from the root down to itself."""

    id: str
    name_zh: str
    name_en: str
    path: tuple[str, ...]


NO_CATEGORY = CategoryEntry("", "", "", ())


@dataclasses.dataclass(frozen=True)
class ProductEntry:
    """An active product with its variants."""

    id: str
    title_zh: str
    title_en: str
    description_zh: str
    description_en: str
    brand: str
    category: CategoryEntry
    attributes: dict[str, str]
    tags: tuple[str, ...]
    currency: str
    created_at: dt.datetime
    image: str | None
    rating: float | None
    reviews: int
    variants: tuple[VariantEntry, ...]

    @property
    def price_from_minor(self) -> int:
        """The price of the cheapest variant that can be bought, or of the cheapest if none can."""
        return min((v.price_minor for v in self.buyable or self.variants), default=0)

    @property
    def price_to_minor(self) -> int:
        """The price of the dearest variant that can be bought, or of the dearest if none can."""
        return max((v.price_minor for v in self.buyable or self.variants), default=0)

    @property
    def list_price_minor(self) -> int | None:
        """The struck-through price of the variant that `price_from_minor` is of."""
        return (
            min(self.buyable or self.variants, key=lambda v: v.price_minor).list_price_minor if self.variants else None
        )

    @property
    def buyable(self) -> tuple[VariantEntry, ...]:
        """The variants that can be bought."""
        return tuple(variant for variant in self.variants if variant.buyable)

    @property
    def options(self) -> dict[str, tuple[str, ...]]:
        """Every value of every option, in the order of the variants."""
        values: dict[str, dict[str, None]] = {}
        for variant in self.variants:
            for key, value in variant.options.items():
                values.setdefault(key, {})[value] = None
        return {key: tuple(found) for key, found in values.items()}
