"""An order as it is planned, before it becomes rows: who buys what, when, and what came of it."""

from __future__ import annotations

import dataclasses

from knowledge.demo.catalogue import Product, Variant
from knowledge.demo.people import Method, Person

FREE_SHIPPING_YUAN = 99
SHIPPING_YUAN = 8
ABROAD_FREE_SHIPPING_YUAN = 800
ABROAD_SHIPPING_YUAN = 60
WAREHOUSE = ("嘉兴仓", "Jiaxing warehouse")


@dataclasses.dataclass(slots=True)
class LinePlan:
    """A line: what, how many, at which price in yuan."""

    product: Product
    variant: Variant
    quantity: int
    yuan: int

    @property
    def minor(self) -> int:
        """What the whole line cost."""
        return self.yuan * 100 * self.quantity


@dataclasses.dataclass(slots=True)
class OrderPlan:
    """An order and its fate. Times are seconds since 1970; None has not happened by the time of the build."""

    id: str
    person: Person
    placed_s: int
    lines: list[LinePlan]
    method: Method
    status: str = ""
    coupon: str | None = None
    discount_minor: int = 0
    shipped_s: int | None = None
    delivered_s: int | None = None
    cancelled_s: int | None = None
    exception: bool = False
    planned: dict[str, object] | None = None
    """What the account file fixes; None for an order that was drawn."""

    @property
    def goods_minor(self) -> int:
        """The lines together."""
        return sum(line.minor for line in self.lines)

    @property
    def shipping_minor(self) -> int:
        """Shipping by the shop's tariff, on the value of the goods."""
        if self.person.abroad:
            return 0 if self.goods_minor >= ABROAD_FREE_SHIPPING_YUAN * 100 else ABROAD_SHIPPING_YUAN * 100
        return 0 if self.goods_minor >= FREE_SHIPPING_YUAN * 100 else SHIPPING_YUAN * 100

    @property
    def total_minor(self) -> int:
        """What was paid."""
        return self.goods_minor - self.discount_minor + self.shipping_minor

    def line_id(self, position: int) -> str:
        """Return the id of a line."""
        return f"{self.id}-{position + 1}"

    def paid_for(self, line: LinePlan) -> int:
        """Return what was paid for a line: its share of the discount taken off."""
        return line.minor - self.discount_minor * line.minor // self.goods_minor
