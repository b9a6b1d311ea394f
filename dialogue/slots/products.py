"""Slots about what the shop sells: a product, several, a search, option wishes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from dialogue import browsing, grounding
from dialogue.commands import Entity
from dialogue.slots.base import Filled, Filling, Question, SlotContext
from dialogue.state import Heard
from dialogue.understanding.phrases import elliptical
from tools.catalog.types import ProductDetails, ProductResults

_COMES_WITH = re.compile(
    r"(?:\bcome with|\bcomes with|\binclude[sd]?)(?: (?:a|an|the|any))?\s*$|(?:附带|带|附|包含|配)(?:了|有|不带)?$"
)
OFFERED = 5
PAGE = 6
"""How many products a search shows; `tools.catalog.types.SearchProducts.limit`."""


async def fill_product(context: SlotContext) -> Filling:
    """Find the one product meant: by name, by its place in the list just shown, or the one talked about."""
    focus = context.state.memory.focus_products
    if focus and any(_is_part(entry) for entry in context.heard):
        return Filled(focus[0])
    found = await _products_said(context)
    if len(found) == 1:
        return Filled(found[0])
    if found:
        return await _which(context, found)
    if context.state.memory.focus_products:
        return Filled(context.state.memory.focus_products[0])
    return Question(context.question("ask.product"))


def _is_part(entry: Heard) -> bool:
    """Tell whether a thing is named as what comes with another: "does it come with a charger", 带充电器吗."""
    return entry.entity.type == "product" and bool(_COMES_WITH.search(entry.context.lower()))


async def fill_products(context: SlotContext) -> Filling:
    """Find two to four products: those named, else those just shown."""
    found = _each(context) or await _products_said(context)
    shown = context.state.memory.shown_products
    if len(found) < 2:
        found = [*found, *(product for product in shown if product not in found)]
    if len(found) < 2:
        return Question(context.question("ask.products"))
    return Filled(found[: (3 if found == shown else 4)])


def _shared(mentions: Sequence[Entity]) -> list[str]:
    """Return the products that every mention can mean: "the Lumio one, the earbuds" is one thing said twice."""
    each = [[str(found) for found in entity.value.get("product_ids", ())] for entity in mentions]
    each = [ids for ids in each if ids]
    return [found for found in each[0] if all(found in ids for ids in each)] if len(each) > 1 else []


def _each(context: SlotContext) -> list[str]:
    """Give every mention a product of its own: "headphones" beside "earbuds" are the pair that is over the ears."""
    mentions = [entry.entity for entry in context.heard if entry.entity.type == "product"]
    shares = [[str(found) for found in entity.value.get("product_ids", ())] for entity in mentions]
    shares = [ids for ids in shares if ids]
    if len(shares) < 2:
        return []
    chosen: list[str] = []
    for number, ids in sorted(enumerate(shares), key=lambda share: len(share[1])):
        free = [found for found in ids if found not in chosen]
        shares[number] = free[:1]
        chosen += free[:1]
    return [found for ids in shares for found in ids]


async def _products_said(context: SlotContext) -> list[str]:
    """Return product ids in the order they were named; a name that fits several gives them all only when it stands alone."""
    shown = context.state.memory.shown_products
    ordinals = [entry for entry in context.heard if entry.entity.type == "ordinal"]
    few = browsing.few_of(context.frame.text, shown)
    if len(few) > 1:
        return few
    places = [shown[place] for place in reversed(grounding.by_ordinal(len(shown), ordinals))]
    mentions = [entry.entity for entry in context.heard if entry.entity.type == "product"]
    shared = _shared(mentions)
    named: list[str] = []
    for entity in mentions:
        ids = shared or [str(found) for found in entity.value.get("product_ids", ())]
        of_shown = [found for found in ids if found in shown]
        if len(ids) == 1 or len(of_shown) == 1:
            named.append((of_shown or ids)[0])
        elif len(mentions) == 1 and not places:
            named += ids[:OFFERED] if not entity.value.get("generic") or not shown else of_shown or ids[:OFFERED]
        elif ids:
            named.append(ids[0])
    unique = dict.fromkeys([*places, *named])
    return list(unique)


async def _which(context: SlotContext, products: list[str]) -> Filling:
    choices = []
    for product_id in products[:OFFERED]:
        found = await context.reader.read("get_product", {"product_id": product_id})
        if isinstance(found, ProductDetails):
            choices.append((found.title.get(context.lang), product_id))
    if len(choices) == 1:
        return Filled(choices[0][1])
    return Question(context.question("ask.product_which"), tuple(choices))


async def fill_question(context: SlotContext) -> Filling:
    """Take what was asked of the product: the words without its name. 那第二个呢 asks the question before it once more."""
    words = context.frame.text
    if elliptical(words.lower()) and context.state.memory.product_question:
        return Filled(context.state.memory.product_question)
    named = [
        entry.entity.text
        for entry in context.heard
        if entry.entity.type in ("product", "ordinal", "brand") and not _is_part(entry)
    ]
    for name in sorted(named, key=len, reverse=True):
        words = words.replace(name, " ")
    return Filled(re.sub(r"\s+", " ", words).strip()[:2000])


async def fill_options(context: SlotContext) -> Filling:
    """Collect the option values that were said. Never asks."""
    value: dict[str, str] = {}
    for entry in grounding.options_heard(context.heard):
        said = entry.entity.value
        if said.get("key") and said.get("value") and not said.get("negated"):
            value[str(said["key"])] = str(said["value"])
    return Filled(value)


async def fill_search(context: SlotContext) -> Filling:
    """Turn what was said into a product search; a follow-up ("cheaper", 红色的呢) narrows the search before it."""
    mentions = [entry.entity for entry in context.heard if entry.entity.type in ("product", "category", "brand")]
    before = context.state.memory.last_search
    if not mentions and not before and not context.frame.text.strip():
        return Question(context.question("ask.search"))
    words = context.frame.text
    more = bool(before) and browsing.asks_for_more(words)
    goes_on = bool(before) and not mentions and (more or _goes_on(context))
    search: dict[str, Any] = dict(before) if goes_on else {"query": _query(context)}
    search["offset"] = int(before.get("offset", 0)) + PAGE if more else None
    if goes_on and browsing.wants_cheaper(words):
        search["sort"] = "price_up"
    options, excluded = dict(search.get("options", {})), dict(search.get("exclude_options", {}))
    for entry in grounding.options_heard(context.heard):
        said = entry.entity.value
        if said.get("relation") in ("cheaper", "cheapest"):
            search["sort"] = "price_up"
        elif said.get("key") and said.get("value"):
            (excluded if said.get("negated") else options)[str(said["key"])] = str(said["value"])
    for entry in context.heard:
        if entry.entity.type == "amount":
            search |= _price(entry.entity.value)
        elif entry.entity.type == "category" and entry.entity.value.get("id"):
            search["category"] = str(entry.entity.value["id"])
    search |= {"options": options, "exclude_options": excluded}
    search = {key: value for key, value in search.items() if value not in ({}, None)}
    return await _found_or_asked(context, search, nameless=not mentions and not before and _goes_on(context))


async def _found_or_asked(context: SlotContext, search: dict[str, Any], *, nameless: bool) -> Filling:
    """Take a search that finds something; else ask with the shop's categories as choices: also for a budget alone."""
    asked = {**search, "query": ""} if nameless else search
    found = await context.reader.read("search_products", asked)
    if not isinstance(found, ProductResults) or not found.categories or search.get("offset"):
        return Filled(search)
    if found.products and not nameless:
        return Filled(search)
    kept = {key: value for key, value in search.items() if key in ("price_min_minor", "price_max_minor", "sort")}
    choices = tuple((one.name.get(context.lang), {**kept, "query": "", "category": one.id}) for one in found.categories)
    sentence = "ask.search_where" if nameless else "ask.search_none"
    return Question(context.templates.say(sentence, context.lang), choices)


def _goes_on(context: SlotContext) -> bool:
    """Tell whether the words only narrow the search before, or add to the answers of this one."""
    words = context.frame.text
    return not words.strip() or browsing.narrows(words, (entry.entity for entry in context.heard))


def _price(value: dict[str, Any]) -> dict[str, int]:
    minor = int(value["minor"])
    match value.get("relation", "max"):
        case "min":
            return {"price_min_minor": minor}
        case "about":
            return {"price_min_minor": minor * 7 // 10, "price_max_minor": minor * 13 // 10}
        case _:
            return {"price_max_minor": minor}


def _query(context: SlotContext) -> str:
    """Return the words to search by: the goods named, else the whole wish."""
    named = [entry.entity.text for entry in context.heard if entry.entity.type in ("product", "brand")]
    words = " ".join(dict.fromkeys(named)) or context.frame.text
    return re.sub(r"\s+", " ", words).strip()[:200]
