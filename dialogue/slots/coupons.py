"""Slots of a merchant's coupons: which one is meant, and the terms that the sentence asks for."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from dialogue.slots.base import DeadEnd, Filled, Filling, Question, SlotContext
from dialogue.understanding.coupon_terms import Terms, named_before, read_change, read_terms
from dialogue.understanding.text import read
from knowledge.money import Money
from knowledge.words import tokens
from tools.marketing.terms import ShopCoupon, ShopCoupons


async def fill_shop_coupon(context: SlotContext) -> Filling:
    """Take the coupon that the sentence names by its code, by the terms that it has, or by its title; else ask which."""
    found = await context.reader.read("shop_coupons", {})
    coupons = found.coupons if isinstance(found, ShopCoupons) else ()
    running = [each for each in coupons if each.running] or list(coupons)
    if not running:
        return DeadEnd("no_coupons")
    low = read(context.frame.text).low
    coded = [each for each in coupons if each.code.lower() in low]
    if coded:
        return Filled(max(coded, key=lambda each: len(each.code)).code)
    terms = read_terms(named_before(low), _today(context))
    meant = [each for each in running if _has(each, terms)] if terms.value or terms.minimum_spend else []
    if not meant:
        said = set(tokens(named_before(low)))
        shared = {each.code: len(said & set(tokens(f"{each.title.zh} {each.title.en}"))) for each in running}
        most = max(shared.values())
        meant = [each for each in running if shared[each.code] == most > 0]
    if len(meant) == 1:
        return Filled(meant[0].code)
    choices = tuple((f"{each.title.get(context.lang)} ({each.code})", each.code) for each in meant or running)
    return Question(context.question("ask.coupon"), choices)


async def fill_coupon_terms(context: SlotContext) -> Filling:
    """Take the terms that the sentence states; ``{}`` where it states none."""
    low = read(context.frame.text).low
    terms = read_change(low, _today(context)) if "coupon" in context.flow.slots else read_terms(low, _today(context))
    return Filled(terms.arguments())


def _today(context: SlotContext) -> dt.date:
    return context.now.astimezone(ZoneInfo(context.timezone)).date()


def _has(coupon: ShopCoupon, terms: Terms) -> bool:
    has = coupon.terms
    value = has.value if has.kind == "percent" else Money(has.value, has.minimum_spend.currency).major
    return (terms.value is None or (terms.kind == has.kind and terms.value == value)) and (
        terms.minimum_spend is None or terms.minimum_spend == has.minimum_spend.major
    )
