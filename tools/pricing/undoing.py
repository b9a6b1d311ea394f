"""Rolls a change of prices back: each variant costs again what it did, unless its price was changed since."""

from __future__ import annotations

import functools
from collections.abc import Mapping

from sqlmodel import col, select

from knowledge.money import Money
from knowledge.schema import PriceRecord, Variant
from tools.base import ToolContext
from tools.errors import RefusedError
from tools.pricing.decision.guards import band
from tools.pricing.offers import price_rules
from tools.pricing.types import PriceChange, price_of
from tools.staging import Difference, Restoration, amount, untouched


async def undo_price(context: ToolContext, done: PriceChange) -> Restoration:
    """Work out the prices before a change.

    Raises:
        RefusedError: ``changed_since``; ``price_rule``: the old price is below what the shop's rules allow today.
    """
    skus = [each.sku for each in done.changes]
    found = (await context.session.exec(select(Variant).where(col(Variant.sku).in_(skus)))).all()
    variants = {each.sku: each for each in found}
    untouched(
        {
            each.sku: (price_of(done.title, each.sku), amount(each.after), _now(variants, each.sku))
            for each in done.changes
        }
    )
    rules = (await price_rules(context)).model_copy(update={"maximum_step": 1.0, "other_channels": {}, "unit_minor": 1})
    for each in done.changes:
        least = band(rules, done.product_id, price_minor=each.before.minor, cost_minor=variants[each.sku].cost_minor)
        if each.before.minor < least.low:
            raise RefusedError(
                "price_rule",
                "the old price is below what the shop's rules allow",
                rule=least.low_rule,
                least=Money(least.low, each.before.currency).format(context.lang),
                product_id=done.product_id,
            )
    differences = tuple(
        Difference(what=price_of(done.title, each.sku), before=amount(each.after), after=amount(each.before))
        for each in done.changes
    )
    return Restoration(differences, functools.partial(_put_back, context, done, variants))


def _now(variants: Mapping[str, Variant], sku: str) -> str | None:
    variant = variants.get(sku)
    return None if variant is None else amount(Money(variant.price_minor, variant.currency))


def _put_back(context: ToolContext, done: PriceChange, variants: Mapping[str, Variant]) -> None:
    for each in done.changes:
        variant = variants[each.sku]
        variant.price_minor = each.before.minor
        context.session.add(variant)
        context.session.add(
            PriceRecord(
                sku=each.sku,
                price_minor=each.before.minor,
                currency=each.before.currency,
                valid_from=context.now,
                reason="roll_back",
            )
        )
