"""The price of every product on every day of the year: list prices, yearly sales, weekly specials, clearances."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from knowledge.demo.catalogue import Catalogue, Product, Variant
from knowledge.demo.clock import DAYS, Clock, utc
from knowledge.demo.planted import PROMOTIONS, SEASONS
from knowledge.demo.words import stream

Grid = npt.NDArray[np.float64]

FALLEN_DAYS = 2
"""The products of `PriceBook.fallen` became cheaper so many days ago and still are."""
FALLEN_RATE = 0.85


@dataclasses.dataclass(frozen=True)
class PriceBook:
    """What everything costs on each day.

    `level` is the list price as a share of the first list price, `rate` the share of it that a promotion leaves;
    ``reason[p][d]`` names the promotion, ``""`` on ordinary days. Products x days.
    """

    level: Grid
    rate: Grid
    reason: list[list[str]]

    def factor(self) -> Grid:
        """Return the price as a share of the first list price, before rounding to whole yuan."""
        return self.level * self.rate

    def yuan(self, product: Product, variant: Variant, day: int) -> int:
        """Return what a variant costs on a day."""
        index = max(0, day)
        return round(self.list_yuan(product, variant, day) * float(self.rate[product.index, index]))

    def list_yuan(self, product: Product, variant: Variant, day: int) -> int:
        """Return the list price of a variant on a day."""
        level = float(self.level[product.index, max(0, day)])
        return variant.list_yuan if level == 1.0 else round(variant.list_yuan * level)


def build_prices(seed: int, clock: Clock, catalogue: Catalogue, fallen: Sequence[str]) -> PriceBook:
    """Draw the price paths.

    Weekly specials fall on random weeks, independent of demand: they identify the elasticity. Yearly sales coincide
    with more visitors and clearances with the dead season: both mislead a naive regression.

    Args:
        fallen: ids of products that are made cheaper `FALLEN_DAYS` ago (for price protection).
    """
    rng = stream(seed, "prices")
    count = len(catalogue.products)
    level, rate = np.ones((count, DAYS)), np.ones((count, DAYS))
    reason = [[""] * DAYS for _ in range(count)]
    book = PriceBook(level, rate, reason)
    for product in catalogue.products:
        if not product.staple:
            _change_list_price(rng, level[product.index])
        _clear_season(rng, book, product, clock)
        for _ in range(int(rng.integers(2, 5))):
            start = int(rng.integers(0, DAYS))
            days = int(rng.integers(4, 11))
            if product.staple and start + days > DAYS - 30:
                continue
            _mark_down(
                book, product.index, range(start, start + days), float(rng.uniform(0.72, 0.93)), "weekly_special"
            )
        _join_promotions(rng, book, product, clock)
        if product.id in fallen:
            quiet = range(DAYS - 30, DAYS - FALLEN_DAYS)
            rate[product.index, quiet.start : quiet.stop] = 1.0
            for day in quiet:
                reason[product.index][day] = ""
            _mark_down(book, product.index, range(DAYS - FALLEN_DAYS, DAYS), FALLEN_RATE, "weekly_special")
    return book


def _change_list_price(rng: np.random.Generator, level: Grid) -> None:
    for _ in range(int(rng.integers(0, 3))):
        level[int(rng.integers(20, DAYS)) :] *= float(rng.choice([0.95, 1.05, 1.08]))


def _clear_season(rng: np.random.Generator, book: PriceBook, product: Product, clock: Clock) -> None:
    curve = SEASONS[product.kind.season]
    if min(curve) >= 0.6 or product.staple or rng.random() > 0.6:
        return
    rate = float(rng.uniform(0.7, 0.88))
    dead = [day for day in range(DAYS) if curve[clock.date(day).month - 1] == min(curve)]
    _mark_down(book, product.index, dead[:30], rate, "clearance")


def _join_promotions(rng: np.random.Generator, book: PriceBook, product: Product, clock: Clock) -> None:
    dates = promotion_days(clock)
    for promotion in PROMOTIONS:
        joins, depth = rng.random() < promotion.share, float(rng.uniform(*promotion.depth))
        if joins and not (product.staple and any(day > DAYS - 30 for day in dates[promotion.name])):
            _mark_down(book, product.index, dates[promotion.name], 1 - depth, promotion.name)


def promotion_days(clock: Clock) -> dict[str, list[int]]:
    """Return the days of each yearly sale."""
    found: dict[str, list[int]] = {promotion.name: [] for promotion in PROMOTIONS}
    for day in range(DAYS):
        date = clock.date(day)
        for promotion in PROMOTIONS:
            if date.month == promotion.month and promotion.day <= date.day < promotion.day + promotion.days:
                found[promotion.name].append(day)
    return found


def _mark_down(book: PriceBook, index: int, days: Sequence[int], rate: float, reason: str) -> None:
    """Apply a promotion; a deeper one that runs already stays."""
    for day in days:
        if day < DAYS and book.rate[index, day] > rate:
            book.rate[index, day] = rate
            book.reason[index][day] = reason


def history_rows(catalogue: Catalogue, book: PriceBook, clock: Clock) -> Iterator[dict[str, object]]:
    """Yield the price records: one when a product comes, and one whenever its price changes."""
    for product in catalogue.products:
        first = max(0, clock.day_of(product.created_s))
        changes = _changes(book, product.index, first)
        for variant in product.variants:
            last = None
            for day in changes:
                price = book.yuan(product, variant, day)
                if price == last:
                    continue
                last = price
                yield {
                    "sku": variant.sku,
                    "price_minor": price * 100,
                    "currency": "CNY",
                    "valid_from": utc(product.created_s) if day == first else clock.midnight(day),
                    "reason": _reason(book, product.index, day),
                }


def _changes(book: PriceBook, index: int, first: int) -> list[int]:
    factor = book.level[index] * book.rate[index]
    return [first, *(day for day in range(first + 1, DAYS) if factor[day] != factor[day - 1])]


def _reason(book: PriceBook, index: int, day: int) -> str:
    name = book.reason[index][day]
    if name:
        return f"promotion:{name}"
    return "list" if day == 0 or book.level[index, day] == book.level[index, day - 1] else "manual"
