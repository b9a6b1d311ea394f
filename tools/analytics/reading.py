"""What every question needs: the shop's zone and currency, the frame of a period, names of values, and rows of a select."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func
from sqlmodel import col, select

from knowledge.read_only import read_rows
from knowledge.schema import Category, Customer, Order, Product, Shop, Variant
from tools.analytics.dimensions import DIMENSIONS, Dimension
from tools.analytics.metrics import Metric
from tools.analytics.periods import GRAINS, Period
from tools.analytics.query import Filter
from tools.analytics.sources import Frame
from tools.analytics.types import FilterView, MetricView, Number, Value
from tools.base import ToolContext
from tools.errors import ArgumentError
from tools.evidence import LocalText

TIMEOUT_S = 15.0
_LOOKED_UP = frozenset({"category", "product", "customer"})
"""Dimensions whose values stand in a table of their own."""


@dataclasses.dataclass(frozen=True)
class Desk:
    """One question at work."""

    context: ToolContext
    zone: ZoneInfo
    currency: str
    dialect: str

    @property
    def today(self) -> dt.date:
        """The day in the shop's time zone."""
        return self.context.now.astimezone(self.zone).date()

    def frame(self, period: Period) -> Frame:
        """Return what expressions over a period depend on."""
        return Frame(period, self.zone, self.context.now, self.currency, self.dialect)

    async def rows(self, statement: Any) -> Sequence[Any]:
        """Return the rows of a select, read-only and in time."""
        return await read_rows(self.context.session, statement, timeout_s=TIMEOUT_S)

    async def all_time(self) -> Period:
        """Return the days from the first order to the last, or today where there is none."""
        [(first, last)] = await self.rows(select(func.min(Order.placed_at), func.max(Order.placed_at)))
        return Period(first=self.day_of(first), last=self.day_of(last))

    def day_of(self, at: dt.datetime | str | None) -> dt.date:
        """Return the shop's day of an instant; today's of None."""
        if at is None:
            return self.today
        found = dt.datetime.fromisoformat(at) if isinstance(at, str) else at
        return (found if found.tzinfo else found.replace(tzinfo=dt.UTC)).astimezone(self.zone).date()

    def metric(self, metric: Metric) -> MetricView:
        """Return a metric as it is shown."""
        return MetricView(
            id=metric.id,
            name=metric.names.text,
            definition=metric.definition,
            unit=metric.unit,
            currency=self.currency if metric.unit == "money" else "",
            better=metric.better,
        )

    async def filters(self, filters: Iterable[Filter]) -> tuple[tuple[Filter, ...], tuple[FilterView, ...]]:
        """Return filters with the categories within a category added, and how they are called."""
        resolved, views = [], []
        for each in filters:
            dimension = DIMENSIONS[each.dimension]
            if each.dimension == "sku":
                each = each.model_copy(update={"values": await self._skus(each.values)})  # noqa: PLW2901
            names = await self.names(dimension, each.values)
            if each.dimension in _LOOKED_UP and (unknown := [key for key in each.values if key not in names]):
                raise ArgumentError(
                    "no_such_value",
                    f"no {each.dimension} of this id",
                    dimension=dimension.names.text.model_dump(),
                    value=unknown[0][:64],
                )
            values = tuple(Value(key=key, name=names.get(key) or value_name(dimension, key)) for key in each.values)
            views.append(FilterView(dimension=dimension.names.text, values=values, exclude=each.exclude))
            if each.dimension == "category":
                each = each.model_copy(update={"values": await self.with_narrower(each.values)})  # noqa: PLW2901
            resolved.append(each)
        return tuple(resolved), tuple(views)

    async def names(self, dimension: Dimension, keys: Iterable[str]) -> dict[str, LocalText]:
        """Return what values are called whose names stand in a table."""
        wanted, session = list(keys), self.context.session
        if dimension.id == "category":
            categories = await session.exec(select(Category).where(col(Category.id).in_(wanted)))
            return {each.id: LocalText(zh=each.name_zh, en=each.name_en) for each in categories}
        if dimension.id == "product":
            products = await session.exec(select(Product).where(col(Product.id).in_(wanted)))
            return {each.id: LocalText(zh=each.title_zh, en=each.title_en) for each in products}
        if dimension.id == "customer":
            people = await session.exec(select(Customer).where(col(Customer.id).in_(wanted)))
            return {each.id: LocalText(zh=_person(each), en=_person(each)) for each in people}
        return {}

    async def _skus(self, said: Iterable[str]) -> tuple[str, ...]:
        """Return SKUs as the shop writes them: as they were said where there is such a one, else in other case."""
        found: list[str] = []
        for each in said:
            same = col(Variant.sku) == each
            alike = func.upper(Variant.sku) == each.upper()
            skus = (await self.context.session.exec(select(Variant.sku).where(alike).order_by(same.desc()))).all()
            if not skus:
                raise ArgumentError(
                    "no_such_value", "no such SKU", dimension=DIMENSIONS["sku"].names.text.model_dump(), value=each[:64]
                )
            found.append(skus[0])
        return tuple(found)

    async def with_narrower(self, categories: Iterable[str]) -> tuple[str, ...]:
        """Return categories with all those within them."""
        found = list(categories)
        parents = (await self.context.session.exec(select(Category.id, Category.parent_id))).all()
        for wider in found:
            found += [key for key, parent in parents if parent == wider and key not in found]
        return tuple(found)


def _person(customer: Customer) -> str:
    name = customer.full_name()
    return f"{name} ({customer.id})" if name and name != customer.id else customer.id


async def desk_of(context: ToolContext) -> Desk:
    """Return where a question is worked on."""
    shop = (await context.session.exec(select(Shop))).first()
    dialect = context.session.get_bind().dialect.name
    if shop is None:
        return Desk(context, ZoneInfo("UTC"), "USD", dialect)
    return Desk(context, ZoneInfo(shop.timezone), shop.currency, dialect)


def value_name(dimension: Dimension, key: str) -> LocalText:
    """Return what a value is called without looking it up."""
    if key in dimension.words:
        return dimension.words[key].text
    return LocalText(zh=key, en=key)


def figure(top: Any, bottom: Any, metric: Metric) -> Number:
    """Return the metric of its two parts: whole for money and counts, else a float; None where there is nothing to divide by.

    A mean amount is rounded to the minor unit, half a unit to the even one.
    """
    if metric.is_ratio:
        if not bottom:
            return None
        exact = Decimal(str(top or 0)) / Decimal(str(bottom))
        return int(exact.quantize(Decimal(1))) if metric.unit == "money" else float(exact)
    return int(top or 0)


def relative(now: Number, then: Number) -> float | None:
    """Return the change from `then` to `now` as a share of `then`; None where that is nothing."""
    if now is None or not then:
        return None
    return float((Decimal(str(now)) - Decimal(str(then))) / abs(Decimal(str(then))))


def is_time(dimension: str) -> bool:
    """Whether a dimension is a step of time."""
    return dimension in GRAINS
