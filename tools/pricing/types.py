"""Arguments and evidence of the price tools."""

from __future__ import annotations

import datetime as dt
import decimal
from typing import ClassVar

import pydantic

from tools.base import Arguments, Evidence
from tools.evidence import LocalText, Money
from tools.policy import Measure
from tools.staging import Difference, Staged, amount

CLAIMED = "claimed"
"""Kind of a competitor's price that a shopper sent a picture of."""


class PriceHistory(Arguments):
    """What a product cost over the last days; `sku` None takes its cheapest variant."""

    product_id: str
    sku: str | None = None
    days: int = pydantic.Field(default=90, ge=1, le=730)


class PricePoint(Evidence):
    """The price from this time on."""

    valid_from: dt.datetime
    price: Money
    reason: str


class PriceSeries(Evidence):
    """Oldest first; lowest and highest within the window."""

    product_id: str
    sku: str
    title: LocalText
    now: Money
    lowest: Money
    highest: Money
    points: tuple[PricePoint, ...]


class ProductToPrice(Arguments):
    """A product whose price is in question; `sku` None takes its cheapest variant."""

    product_id: str
    sku: str | None = None


class PriceCurveOf(ProductToPrice):
    """Prices to try, in major units; left out, nine from 20 % below to 20 % above today's."""

    prices: tuple[decimal.Decimal, ...] = pydantic.Field(default=(), max_length=25)


class ChangePrice(Arguments):
    """A new price in major units; with `sku` for that variant, else for the cheapest, the others moving by the same share."""

    product_id: str
    price: decimal.Decimal = pydantic.Field(gt=0, max_digits=12)
    sku: str | None = None


class Span(Evidence):
    """A figure and the middle 95 % of where it may lie."""

    value: float
    low: float
    high: float


class MoneySpan(Evidence):
    """An amount and the middle 95 % of where it may lie."""

    value: Money
    low: Money
    high: Money


class Reason(Evidence):
    """Why a price: a code and the figure that stands behind it.

    ``elasticity`` (of demand, with basis), ``cost`` (share of the price), ``rivals`` (cheapest competitor against today's price),
    ``equilibrium`` (where prices would rest), ``stock`` (weeks that it lasts; scarce, excess or enough), ``rule`` (which one changed the
    price), ``forecast`` (what moved next week's forecast most, as a factor).
    """

    code: str
    figure: float
    detail: str = ""


class PriceSuggestion(Evidence):
    """A price that is expected to earn most, what it would change in a week, and why.

    `fitted` False: nothing was learnt from this shop yet; the elasticity is a general one. `unconstrained` is the price without the
    shop's rules. `cost_known` False: the cost was guessed from today's price, so that the model sees no reason to move far.
    """

    product_id: str
    sku: str
    title: LocalText
    now: Money
    suggested: Money
    unconstrained: Money
    units_a_week: float
    units_change: Span
    profit_change: MoneySpan
    elasticity: Span
    basis: str
    cost_known: bool
    fitted: bool
    version: int | None
    reasons: tuple[Reason, ...]
    price: decimal.Decimal
    """`suggested` in major units, as `change_price` takes it."""


class CurvePoint(Evidence):
    """What a week is expected to bring at a price."""

    price: Money
    units: Span
    revenue: Money
    profit: MoneySpan
    allowed: bool
    """Whether the shop's rules let it be asked now."""


class PriceCurve(Evidence):
    """Cheapest first; `best` is the price of highest profit among the points."""

    product_id: str
    sku: str
    title: LocalText
    now: Money
    best: Money
    points: tuple[CurvePoint, ...]
    fitted: bool


class RivalPrice(Evidence):
    """The last price of a competitor; `difference` is its share above (+) or below (-) the shop's.

    `kind`: ``list``, ``promotion``, or ``claimed``: a shopper sent a picture of it, which nobody has checked.
    """

    competitor: str
    price: Money
    kind: str
    observed_at: dt.datetime
    difference: float


class CompetitorReport(Evidence):
    """Cheapest first; `rank` of the shop among all, 1 being the cheapest; `equilibrium` None without competitors.

    `claims` are what shoppers sent pictures of: they are shown, and count in no suggestion.
    """

    product_id: str
    sku: str
    title: LocalText
    now: Money
    rivals: tuple[RivalPrice, ...]
    claims: tuple[RivalPrice, ...] = ()
    rank: int
    equilibrium: Money | None


class VariantChange(Evidence):
    """A variant's price before and after."""

    sku: str
    before: Money
    after: Money


class PriceChange(Staged):
    """Prices that change, what that is expected to do in a week, and the soft rules that it breaks."""

    estimates: ClassVar[frozenset[str]] = frozenset({"units_change", "profit_change"})

    product_id: str
    title: LocalText
    changes: tuple[VariantChange, ...]
    units_change: Span
    profit_change: MoneySpan
    warnings: tuple[str, ...] = ()

    def about(self) -> str:
        """See `Staged`."""
        return f"product:{self.product_id}"

    def differences(self) -> tuple[Difference, ...]:
        """Return the price of each variant."""
        return tuple(
            Difference(what=price_of(self.title, each.sku), before=amount(each.before), after=amount(each.after))
            for each in self.changes
        )

    def expected(self) -> LocalText:
        """Return what a week would bring, from the elasticity of the product's demand."""
        profit, units = self.profit_change, self.units_change
        return LocalText(
            zh=(
                f"预计每周利润变化 {profit.value.format('zh')}（95 % 区间 {profit.low.format('zh')} 至 {profit.high.format('zh')}），"
                f"销量变化 {units.value:+.1f} 件；按需求弹性估计"
            ),
            en=(
                f"In a week profit is expected to change by {profit.value.format()} (95 % interval {profit.low.format()} to "
                f"{profit.high.format()}) and sales by {units.value:+.1f} pieces; estimated from the elasticity of demand"
            ),
        )

    def measures(self) -> dict[Measure, float]:
        """Return the largest relative move of a price."""
        moves = (abs(each.after.minor - each.before.minor) / max(each.before.minor, 1) for each in self.changes)
        return {"price_change": max(moves, default=0.0)}


def price_of(title: LocalText, sku: str) -> LocalText:
    """Return what a variant's price is called in a list of changes."""
    return LocalText(zh=f"{title.get('zh')}（{sku}）售价", en=f"Price of {title.get('en')} ({sku})")


class PageToRead(Arguments):
    """A picture of another shop's page, by the id that the message with it had."""

    picture: str = pydantic.Field(max_length=64)


class PagePrice(Evidence):
    """A price that was read on a page.

    `kind`: ``current``, ``struck`` (the price before), ``promotional`` (with a coupon or for members) or ``unit`` (by weight or
    piece). `product_id` None: no title of the catalogue stands beside it. `confidence` in [0, 1], not calibrated. `ours`: what the
    product costs here, in its cheapest variant. `counts`: whether it can be kept as a competitor's price.
    """

    price: Money
    kind: str
    product_id: str | None
    title: LocalText
    confidence: float
    ours: Money | None
    counts: bool


class PageRead(Evidence):
    """What stands on a page; `products` are those of the catalogue whose price can be kept."""

    prices: tuple[PagePrice, ...]
    products: tuple[str, ...]


class RecordCompetitorPrices(PageToRead):
    """`competitor`: whose page it is, as people call the shop."""

    competitor: str = pydantic.Field(min_length=1, max_length=60)


class RecordedPrice(Evidence):
    """A competitor's price as it is kept: ``list``, ``promotion`` or, of a shopper, ``claimed``."""

    product_id: str
    title: LocalText
    price: Money
    kind: str
    confidence: float
    ours: Money | None


class RecordedPrices(Evidence):
    """Prices that are kept for the competitor report."""

    competitor: str
    prices: tuple[RecordedPrice, ...]
