"""Slots about what the shop sells: a product, several, a search, option wishes."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from dialogue import browsing, grounding
from dialogue.commands import Entity
from dialogue.slots.base import Elsewhere, Filled, Filling, Question, SlotContext
from dialogue.slots.orders import own_orders
from dialogue.state import Heard
from dialogue.understanding.phrases import elliptical
from knowledge.questions import content
from tools.catalog.types import Comparison, ProductDetails, ProductResults, SearchProducts
from tools.recommendation.types import Recommendations

_COMES_WITH = re.compile(
    r"(?:\bcome with|\bcomes with|\binclude[sd]?)(?: (?:a|an|the|any))?\s*$|(?:附带|带|附|包含|配)(?:了|有|不带)?$"
)
_THOSE = re.compile(
    r"\b(?:those|that|this|these|my|the)\b|\bi (?:bought|ordered|got|have)\b|那[一]?[个件双条台款顶只支瓶]|这[一]?[个件双条台款顶只支瓶]?(?=[\u3400-\u9fff])|我的|我买|买的"
)
"""Words by which goods are known ones and not any of a kind."""
OFFERED = 5
_OF_ANYTHING = frozenset({"color", "size"})
"""Options that goods of every kind have; they do not say what is looked for."""
_FOR_IT = re.compile(
    r"\b(?:(?<!look )(?<!looking )(?<!search )(?<!searching )(?<!shopping )(?<!asking )(?<!after )for|fits?|holds?|holding|fitting|with|to go with|match(?:es|ing)?)(?: (?:a|an|the|my|our|his|her|your|\d+[\w-]*))*(?: \w+)?\s*$"
)
_FOR_IT_ZH = re.compile(r"(?:装|放|配|搭|给|适合|用于|带|连着?)[\u3400-\u9fff]{0,4}$")
SAID = 500
"""Characters of a wish in which attributes of goods are looked for."""
REFUSED = 200
"""Products that a search leaves out at most; `tools.recommendation.types.RecommendProducts.exclude_products`."""
FEW = 3
"""Fewer proposals than this are hardly a choice."""
PAGE = 6
"""How many products a search shows; `tools.catalog.types.SearchProducts.limit`."""


async def fill_product(context: SlotContext) -> Filling:
    """Find the one product meant: by name, by its place in the list just shown, or the one talked about."""
    focus = context.state.memory.focus_products
    if focus and any(_is_part(entry) for entry in context.heard):
        return Filled(focus[0])
    found = await _extreme(context) or _placed(context)[:1] or await _described(context, await _products_said(context))
    if len(found) == 1:
        return Filled(found[0])
    if not found and _not_in_the_shop(context):
        return Elsewhere("find_products", None)
    if own := await _own(context, found):
        return Filled(own)
    if found and context.spec.instead is not None and _only_a_kind(context):
        return Elsewhere(context.spec.instead, None)
    if found:
        return await _which(context, found)
    if context.state.memory.focus_products:
        return Filled(context.state.memory.focus_products[0])
    if shown := context.state.memory.shown_products:
        return await _which(context, shown)
    if context.spec.instead is not None and _says_more_than_stock(context.frame.text):
        return Elsewhere(context.spec.instead, None)
    return Question(context.question("ask.product"))


_OF_STOCK = frozenset({"stock", "available", "现货", "有货", "库存", "没货", "在售"})


def _says_more_than_stock(words: str) -> bool:
    """Tell whether goods may be named in words that the shop does not know: a search is surer of it than a question back."""
    return bool(content(words) - _OF_STOCK)


def _not_in_the_shop(context: SlotContext) -> bool:
    """Tell whether goods were named of a kind that the shop does not have: a search says so, and offers what there is."""
    mentions = [entry.entity for entry in context.heard if entry.entity.type == "product" and entry.entity.score > 0.5]
    unknown = [one for one in mentions if one.value.get("kinds") and not one.value.get("product_ids")]
    about_it = context.state.memory.focus_products and not browsing.asks_for_goods(context.frame.text)
    return bool(mentions) and len(unknown) == len(mentions) and not about_it


async def _described(context: SlotContext, products: list[str]) -> list[str]:
    """Return those of several products that have the brand and the options that were said: "the Manbu canvas sneakers"."""
    if not 1 < len(products) <= OFFERED:
        return products
    brands = {str(entry.entity.value["id"]) for entry in context.heard if entry.entity.type == "brand"}
    wanted = [
        str(entry.entity.value["value"])
        for entry in grounding.options_heard(context.heard)
        if entry.entity.value.get("value") and not entry.entity.value.get("negated")
    ]
    tests = [_of_brand(brands)] if brands else []
    tests += [_has(value) for value in wanted]
    left = [found for one in products if (found := await _details(context, one)) is not None] if tests else []
    for fits in tests:
        left = [one for one in left if fits(one)] or left
    return [one.product_id for one in left] or products


async def _details(context: SlotContext, product_id: str) -> ProductDetails | None:
    found = await context.reader.read("get_product", {"product_id": product_id})
    return found if isinstance(found, ProductDetails) else None


def _of_brand(brands: set[str]) -> Callable[[ProductDetails], bool]:
    """Return whether a product is of one of the brands."""

    def of_brand(product: ProductDetails) -> bool:
        return product.brand in brands

    return of_brand


def _has(value: str) -> Callable[[ProductDetails], bool]:
    """Return whether a product has a value as an attribute or as an option."""

    def has(product: ProductDetails) -> bool:
        own = [*product.attributes.values(), *(one for values in product.options.values() for one in values)]
        return any(grounding.same_value(value, one) for one in own)

    return has


async def _extreme(context: SlotContext) -> list[str]:
    """Return the one of the list just shown that is said to be the most of something: "the cheapest one", 最轻的那个."""
    shown = context.state.memory.shown_products[:PAGE]
    if len(shown) < 2 or not browsing.picks_one(context.frame.text):
        return []
    found = await context.reader.read("compare_products", {"product_ids": shown, "question": context.frame.text})
    ranking = found.ranking if isinstance(found, Comparison) else None
    return list(ranking.best[:1]) if ranking is not None else []


async def _own(context: SlotContext, found: Sequence[str]) -> str | None:
    """Return which of the goods that words can mean the person has bought: "what did those shoes cost", 我那件卫衣能机洗吗.

    Goods just listed come first, and whoever asks for "hoodies" asks what the shop has.
    """
    memory = context.state.memory
    if memory.shown_products or not _THOSE.search(context.frame.text.lower()) or context.state.customer_id is None:
        return None
    mentions = [entry.entity for entry in grounding.products_heard(context.heard)]
    orders = await own_orders(context)
    if memory.focus_order is not None:
        orders = sorted(orders, key=lambda order: order.order_id != memory.focus_order)
    lines = (line for order in orders for line in order.lines)
    return next(
        (line.product_id for line in lines if any(grounding.mentions_line(one, line) for one in mentions)), None
    )


def _only_a_kind(context: SlotContext) -> bool:
    """Tell whether only a kind of goods was named, none of the list just shown: a search finds those that are meant."""
    mentions = [entry.entity for entry in context.heard if entry.entity.type == "product"]
    shown = set(context.state.memory.shown_products)
    return all(one.value.get("generic") and not shown & set(one.value.get("product_ids", ())) for one in mentions)


def _placed(context: SlotContext) -> list[str]:
    """Return the products of the list just shown that are named by their places, in the order they were named."""
    shown = context.state.memory.shown_products
    ordinals = [entry for entry in context.heard if entry.entity.type == "ordinal"]
    return [shown[place] for place in reversed(grounding.by_ordinal(len(shown), ordinals))]


def _is_part(entry: Heard) -> bool:
    """Tell whether a thing is named as what comes with another: "does it come with a charger", 带充电器吗."""
    return entry.entity.type == "product" and bool(_COMES_WITH.search(entry.context.lower()))


async def fill_products(context: SlotContext) -> Filling:
    """Find two to four products: those named, else those just shown."""
    found = await _of_brands(context) or _each(context) or await _products_said(context)
    shown = context.state.memory.shown_products[:PAGE]
    focus = context.state.memory.focus_products
    if len(found) == 1 and focus and focus[0] not in found:
        return Filled([focus[0], *found])
    if len(found) < 2:
        found = [*found, *(product for product in shown if product not in found)]
    if len(found) < 2:
        return Question(context.question("ask.products"))
    if browsing.asks_which(context.frame.text):
        return Filled(found[:PAGE])
    return Filled(found[: (3 if found == shown else 4)])


async def _of_brands(context: SlotContext) -> list[str]:
    """Return the best product of each of several brands: "compare the Lumio and the Soundisle headphones"."""
    brands = list(
        dict.fromkeys(str(entry.entity.value["id"]) for entry in context.heard if entry.entity.type == "brand")
    )
    mentions = [entry.entity.text for entry in context.heard if entry.entity.type == "product"]
    if len(brands) < 2 or not mentions:
        return []
    found: list[str] = []
    for brand in brands:
        asked = {"query": " ".join(mentions), "brand": brand, "limit": 1}
        results = await context.reader.read("search_products", asked)
        if isinstance(results, ProductResults) and "brand" not in results.relaxed:
            found += [product.product_id for product in results.products]
    return found if len(found) > 1 else []


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
    few = browsing.few_of(context.frame.text, shown)
    if len(few) > 1:
        return few
    places = _placed(context)
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
    # Where one of a list is picked out by its place, the goods named are what is asked: "is the second one a gaming mouse?"
    placed = any(entry.entity.type == "ordinal" for entry in context.heard) or browsing.picks_one(words)
    names = ("ordinal",) if placed else ("product", "ordinal", "brand")
    named = [entry.entity.text for entry in context.heard if entry.entity.type in names and not _is_part(entry)]
    for name in sorted(named, key=len, reverse=True):
        words = words.replace(name, " ")
    return Filled(re.sub(r"\s+", " ", words).strip()[:2000])


async def fill_options(context: SlotContext) -> Filling:
    """Collect the option values that were said, without what goes for every variant: of a woollen sweater "wool" says no variant. Never asks."""
    value: dict[str, str] = {}
    for entry in grounding.options_heard(context.heard):
        said = entry.entity.value
        if said.get("key") and said.get("value") and not said.get("negated"):
            value[str(said["key"])] = str(said["value"])
    product = context.frame.slots.get("product")
    details = await _details(context, product) if value and isinstance(product, str) else None
    if details is not None:
        value = {key: one for key, one in value.items() if key in details.options or not _is_attribute(one, details)}
    return Filled(value)


def _is_attribute(value: str, product: ProductDetails) -> bool:
    return any(grounding.same_value(value, one) for one in product.attributes.values())


async def fill_search(context: SlotContext) -> Filling:
    """Turn what was said into a product search; a follow-up ("cheaper", 红色的呢) narrows the search before it."""
    served = _served(context)
    heard = [entry.entity for entry in context.heard if entry.entity.text not in served]
    mentions = [entity for entity in heard if entity.type in ("product", "category", "brand")]
    before = context.state.memory.last_search
    words = context.frame.text
    if not mentions and not before and not words.strip():
        return Question(context.question("ask.search"))
    if partner := _partner(context):
        return Filled({"query": "", "goes_with": partner, "interested": []})
    if kind := await _kind_talked_about(context):
        return Filled({"query": kind, "sort": "price_up"})
    refused = _refused(context)
    another = bool(before) and browsing.wants_another_style(words)
    more = another or (bool(before) and browsing.asks_for_more(words))
    pictured = _picture(context, before, words)
    goes_on = bool(before) and not mentions and (more or bool(refused) or _goes_on(context) or pictured is not None)
    search: dict[str, Any] = dict(before) if goes_on else {"query": _query(context), "said": words[:SAID] or None}
    if not {*search.get("cheaper_than", ())}.isdisjoint(_shown(context)):
        del search["cheaper_than"]  # nothing was cheaper, so what was too dear came again
    search["picture"] = pictured or (search.get("picture") if goes_on else None)
    if not search["picture"] and (browsing.asks_for_advice(words) or "interested" in search):
        search["interested"] = list(context.state.memory.focus_products)
    if refused:
        search |= {"interested": [], "picture": None}
    # What is picked anew for somebody has no pages: what was shown is left out instead.
    passed = refused or (_shown(context) if more and (another or "interested" in search) else [])
    paged = more and (bool(search["picture"]) or not passed)
    search["offset"] = int(before.get("offset", 0)) + PAGE if paged else None
    if passed and not paged:
        search["interested"] = search.get("interested", [])
        search["exclude_products"] = [*search.get("exclude_products", ()), *passed][-REFUSED:]
    _take_options(context, search)
    for entity in heard:
        search |= _filter(entity)
    # "Something for dry skin" says what is looked for; "anything in black" does not.
    says_what = any(key not in _OF_ANYTHING for key in search["options"])
    if says_what and not goes_on and not mentions and _goes_on(context):
        search["query"] = ""
    advice = "interested" in search
    nameless = not mentions and not before and not says_what and not advice and _goes_on(context)
    nameless = nameless and not search["picture"]
    search = {key: value for key, value in search.items() if value not in ({}, None)}
    search |= await _in_price(context, search, goes_on=goes_on)
    return await _found_or_asked(context, search, nameless=nameless)


def _partner(context: SlotContext) -> str | None:
    """Return what goods are wanted to go with: named in this message, or the one talked about."""
    if not browsing.asks_what_goes_with(context.frame.text):
        return None
    memory = context.state.memory
    named = [one.entity for one in context.heard if one.entity.type == "product"]
    ids = [str(found) for entity in named for found in entity.value.get("product_ids", ())]
    found = _placed(context)[:1] or ids[:1] or memory.focus_products[:1] or memory.shown_products[:1]
    return found[0] if found else None


async def _kind_talked_about(context: SlotContext) -> str:
    """Return the kind of the one product talked about, where the cheapest is wanted and no list was shown that it is of: 要最便宜的; else ""."""
    memory = context.state.memory
    focus = memory.focus_products
    elsewhere = len(focus) == 1 and focus[0] not in memory.shown_products
    if not elsewhere or not browsing.only_wants_the_cheapest(context.frame.text):
        return ""
    product = await _details(context, focus[0])
    return product.category.get(context.lang) if product is not None else ""


def _refused(context: SlotContext) -> list[str]:
    """Return what of the list just shown is refused: the one pointed at or talked about, the first one, or all of it."""
    if not browsing.refuses_shown(context.frame.text):
        return []
    memory = context.state.memory
    shown = memory.shown_products
    return (
        _placed(context) or memory.focus_products or (shown if browsing.refuses_all(context.frame.text) else shown[:1])
    )


def _shown(context: SlotContext) -> list[str]:
    return context.state.memory.shown_products[:PAGE]


async def _in_price(context: SlotContext, search: dict[str, Any], *, goes_on: bool) -> dict[str, Any]:
    """Return what a wish for lower prices adds to a search: less than what was shown, or the lowest price first."""
    words = context.frame.text
    said = {entry.entity.value.get("relation") for entry in grounding.options_heard(context.heard)}
    lower = "cheaper" in said or (goes_on and browsing.wants_cheaper(words))
    if lower and goes_on and not browsing.wants_the_cheapest(words):
        return await _below_shown(context, search)
    return {"sort": "price_up"} if lower or "cheapest" in said else {}


async def _below_shown(context: SlotContext, search: dict[str, Any]) -> dict[str, Any]:
    """Ask for less than the cheapest of what was shown; where hardly anything is left of a proposal, for less than its dearer half."""
    shown = context.state.memory.focus_products or _shown(context)
    below = {"cheaper_than": shown}
    if "interested" not in search or len(shown) < 2 or await _count(context, search | below) >= FEW:
        return below
    priced = [found for one in shown if (found := await _details(context, one)) is not None]
    priced.sort(key=lambda product: product.price_from.minor)
    dearer = [product.product_id for product in priced[(len(priced) + 1) // 2 :]]
    others = {
        "cheaper_than": dearer,
        "exclude_products": [*search.get("exclude_products", ()), *shown][-REFUSED:],
    }
    return others if await _count(context, search | others) else below


async def _count(context: SlotContext, search: dict[str, Any]) -> int:
    """Return how many proposals meet every wish."""
    found = await context.reader.read("recommend_products", search | {"limit": 1})
    return found.total if isinstance(found, Recommendations) and not found.relaxed else 0


def _take_options(context: SlotContext, search: dict[str, Any]) -> None:
    """Add the option values that are wished for, and those that are not, to a search."""
    options, excluded = dict(search.get("options", {})), dict(search.get("exclude_options", {}))
    for entry in grounding.options_heard(context.heard):
        said = entry.entity.value
        if said.get("key") and said.get("value"):
            (excluded if said.get("negated") else options)[str(said["key"])] = str(said["value"])
    search |= {"options": options, "exclude_options": excluded}


def _filter(entity: Entity) -> dict[str, Any]:
    """Return the filter that a mention stands for, besides options."""
    match entity.type:
        case "amount":
            return dict(_price(entity.value))
        case "category" if entity.value.get("id"):
            return {"category": str(entity.value["id"])}
        case "brand":
            return {"brand": str(entity.value["id"])}
        case _:
            return {}


def _picture(context: SlotContext, before: dict[str, Any], words: str) -> str | None:
    """Return the picture that the goods shall look like: it came with these words, or they point at it."""
    memory = context.state.memory
    if memory.picture is None:
        return None
    came_now = before == {"picture": memory.picture}
    return memory.picture if came_now or browsing.points_at_picture(words) else None


async def _found_or_asked(context: SlotContext, search: dict[str, Any], *, nameless: bool) -> Filling:
    """Take a search that finds something; else ask with the shop's categories as choices: also for a budget alone."""
    asked = {key: value for key, value in search.items() if key in SearchProducts.model_fields}
    found = await context.reader.read("search_products", asked | ({"query": ""} if nameless else {}))
    if "interested" in search and isinstance(found, ProductResults) and not _goods_named(context):
        # Who wants advice and says nothing of the goods gets it from all there is.
        return Filled(search if found.products else {**search, "query": "", "said": None})
    if not isinstance(found, ProductResults) or not found.categories or search.get("offset"):
        return Filled(search)
    if found.products and not nameless:
        return Filled(search)
    kept = {key: value for key, value in search.items() if key in ("price_min_minor", "price_max_minor", "sort")}
    choices = tuple((one.name.get(context.lang), {**kept, "query": "", "category": one.id}) for one in found.categories)
    sentence = "ask.search_where" if nameless else "ask.search_none"
    return Question(context.templates.say(sentence, context.lang), choices)


def _goods_named(context: SlotContext) -> bool:
    return any(entry.entity.type in ("product", "category", "brand") for entry in context.heard)


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


def _served(context: SlotContext) -> set[str]:
    """Return the things that what is looked for only serves: the laptop of "a backpack for my laptop", 装电脑的书包."""
    mentions = [entry for entry in context.heard if entry.entity.type == "product"]
    served = {
        entry.entity.text
        for entry in mentions
        if _FOR_IT.search(entry.context.lower()) or (_FOR_IT_ZH.search(entry.context) and entry.after.startswith("的"))
    }
    return served if len({entry.entity.text for entry in mentions}) > len(served) else set()


def _query(context: SlotContext) -> str:
    """Return the words to search by: the goods named, else the whole wish."""
    served = _served(context)
    named = [entry.entity.text for entry in context.heard if entry.entity.type in ("product", "brand")]
    named = [name for name in named if name not in served] or named
    words = " ".join(dict.fromkeys(named)) or context.frame.text
    return re.sub(r"\s+", " ", words).strip()[:200]
