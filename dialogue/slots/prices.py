"""Slots about prices: an amount, several, a picture of a page."""

from __future__ import annotations

from decimal import Decimal

from dialogue.slots.base import Filled, Filling, Question, SlotContext
from dialogue.state import Heard
from dialogue.step_values import value_at
from knowledge.money import Money
from tools.catalog.types import ProductDetails

MOST = 25
"""Prices that are tried at once; `tools.pricing.types.PriceCurveOf.prices`."""


async def fill_amount(context: SlotContext) -> Filling:
    """Take the amount that was said last, in major units; else the result that `default` names, else ask."""
    said = await _said(context)
    if said and Decimal(said[-1]) < 0:
        return Question(_why(context, "ask.negative"))
    if said:
        return Filled(said[-1])
    default = value_at(context.spec.default, context.frame) if context.spec.default is not None else None
    return Filled(default) if default is not None else Question(context.question("ask.text"))


async def fill_amounts(context: SlotContext) -> Filling:
    """Take every amount of the last message that said one; none is a value too."""
    return Filled((await _said(context))[-MOST:])


async def fill_count(context: SlotContext) -> Filling:
    """Take the number that was said last, of pieces or alone."""
    said = context.newest("quantity", "amount")
    if said is None:
        return Question(context.question("ask.text"))
    if said.entity.type == "quantity":
        return Filled(int(said.entity.value["n"]))
    product = await context.reader.read("get_product", {"product_id": context.frame.slots.get("product")})
    currency = product.price_from.currency if isinstance(product, ProductDetails) else "CNY"
    number = Money(int(said.entity.value["minor"]), currency).major
    if number < 0 or number != int(number):
        return Question(_why(context, "ask.negative" if number < 0 else "ask.whole"))
    return Filled(int(number))


async def fill_picture(context: SlotContext) -> Filling:
    """Take the picture of a page that came last; without one ask for it."""
    picture = context.state.memory.page
    return Filled(picture) if picture else Question(context.question("ask.picture"))


def _why(context: SlotContext, reason: str) -> str:
    """Return the question with why the answer will not do before it."""
    return f"{context.templates.say(reason, context.lang)} {context.question('ask.text')}"


async def _said(context: SlotContext) -> list[str]:
    """Return the amounts of the last message that said one, in major units of the product's currency."""
    heard = [entry for entry in context.heard if entry.entity.type == "amount"]
    product = await context.reader.read("get_product", {"product_id": context.frame.slots.get("product")})
    if not heard or not isinstance(product, ProductDetails):
        return []
    currency = product.price_from.currency
    return [_major(entry, currency) for entry in heard if entry.turn == heard[-1].turn]


def _major(entry: Heard, currency: str) -> str:
    return str(Money(int(entry.entity.value["minor"]), currency).major)
