"""What no price may break, whatever a model says; amounts in minor units."""

from __future__ import annotations

import dataclasses
import math
from typing import Literal

import pydantic

Rule = Literal["floor", "minimum_advertised", "margin", "step_down", "step_up", "parity", "ceiling"]
_HARD = ("floor", "minimum_advertised", "margin")


class PriceRules(pydantic.BaseModel):
    """The shop's own limits (``settings.pricing`` of the shop).

    Rates are fractions. `minimum_advertised` and `floors` are by product id, in minor units; `other_channels` is what a product
    costs in the shop's other channels.
    """

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)

    minimum_margin: float = pydantic.Field(default=0.05, ge=0, lt=1)
    """Share of the price that must be left after the cost."""
    maximum_step: float = pydantic.Field(default=0.15, gt=0, le=1)
    """The most by which one change may move a price."""
    parity: float = pydantic.Field(default=0.10, ge=0, le=1)
    """How far a price may lie from that of the shop's other channels."""
    above_list: bool = False
    """Whether a price may be above the product's list price."""
    floors: dict[str, int] = {}
    minimum_advertised: dict[str, int] = {}
    other_channels: dict[str, int] = {}
    unit_minor: int = pydantic.Field(default=100, ge=1)
    """Prices are whole multiples of this."""
    outside_share: float = pydantic.Field(default=0.5, gt=0, lt=1)
    """The share of interested shoppers who buy nowhere: an assumption of the demand among competitors."""


@dataclasses.dataclass(frozen=True)
class Band:
    """Lowest and highest price allowed, and which rule each comes from; `conflict` names the two rules that leave nothing."""

    low: int
    high: int
    low_rule: Rule
    high_rule: Rule
    conflict: tuple[Rule, Rule] | None = None


@dataclasses.dataclass(frozen=True)
class Guarded:
    """A price within the band, and the rule that changed it; None: it was allowed as it is."""

    price_minor: int
    rule: Rule | None


def band(
    rules: PriceRules,
    product_id: str,
    *,
    price_minor: int,
    cost_minor: int | None,
    list_price_minor: int | None = None,
) -> Band:
    """Return what a product may cost.

    Floor, minimum advertised price and margin are hard: where the step down or parity would keep the price below them, they win. Where
    a soft upper rule lies under a hard lower one the price is the hard one, and the conflict is told.
    """
    unit = rules.unit_minor
    lows: list[tuple[int, Rule]] = [(_up(price_minor * (1 - rules.maximum_step), unit), "step_down")]
    highs: list[tuple[int, Rule]] = [(_down(price_minor * (1 + rules.maximum_step), unit), "step_up")]
    if product_id in rules.floors:
        lows.append((rules.floors[product_id], "floor"))
    if product_id in rules.minimum_advertised:
        lows.append((rules.minimum_advertised[product_id], "minimum_advertised"))
    if cost_minor is not None:
        lows.append((math.ceil(cost_minor / (1 - rules.minimum_margin)), "margin"))
    if product_id in rules.other_channels:
        other = rules.other_channels[product_id]
        lows.append((_up(other * (1 - rules.parity), unit), "parity"))
        highs.append((_down(other * (1 + rules.parity), unit), "parity"))
    if list_price_minor is not None and not rules.above_list:
        highs.append((list_price_minor, "ceiling"))
    (low, low_rule), (high, high_rule) = max(lows), min(highs)
    if low <= high:
        return Band(low, high, low_rule, high_rule)
    hard = max((each for each in lows if each[1] in _HARD), default=None)
    if hard is not None and hard[0] > high:
        return Band(hard[0], hard[0], hard[1], hard[1], (hard[1], high_rule))
    kept = min(max(price_minor, hard[0] if hard else price_minor), high)
    return Band(kept, kept, low_rule, high_rule, (low_rule, high_rule))


def guarded(price: float, allowed: Band, rules: PriceRules) -> Guarded:
    """Return the nearest price of whole units within the band."""
    unit = rules.unit_minor
    whole = round(price / unit) * unit
    if whole < allowed.low:
        return Guarded(min(_up(allowed.low, unit), allowed.high), allowed.low_rule)
    if whole > allowed.high:
        return Guarded(max(_down(allowed.high, unit), allowed.low), allowed.high_rule)
    return Guarded(whole, None)


def _up(price: float, unit: int) -> int:
    return math.ceil(round(price / unit, 9)) * unit


def _down(price: float, unit: int) -> int:
    return math.floor(round(price / unit, 9)) * unit
