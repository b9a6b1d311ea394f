"""From words to records: which of the person's own orders, lines and variants a mention means. Pure functions."""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from dialogue.commands import Entity, places_of
from dialogue.state import Heard
from tools.evidence import LineView, MethodView, Money, OrderSummary

_EXCEPT = re.compile(
    r"(?:\b(?:except|apart from|other than|but not|(?:everything|all|anything)[^,.;]{0,30} but(?: the)?|besides|without|leave(?: out)?|keep(?:ing)?|skip|forget(?: about)?)"
    r"|(?:\b(?:not|dont)|n't)(?: (?:return|exchange|change|cancel|touch|swap|send back))?|除了|除去|不包括|不是|不要|(?<!要)不(?:退|换|改|取消)|留着|别退?换?改?)"
    r"\W*(?:(?:for|the|my|this|that)\W*)*$",
    re.I,
)
_ENDED = re.compile(r"[,，。.;；!！]\s*$")
_NOT_KEPT = re.compile(r"(?:\b(?:not|never|no longer|dont|wont|cannot)|n't)\W+(?:\w+\W+){0,3}keep(?:ing)?\W", re.I)
"""Who does not keep something gives it back."""
_STAYS = re.compile(
    r"^\W*(?:(?:就|先|我|还是|那个|可以|这个)*(?:不(?:退|换|改|取消|动)了?(?!吗|行)|别(?:退|换|改|取消|动)|留着|保留)|(?:can |should |may )?stays?\b|can be kept\b|is fine as it is)"
)
_LIKED = re.compile(
    r"^s?\W*(?:themsel\w+ |itself )?(?:(?:is|are|was|were)(?: (?:really|just|still|all|absolutely|quite|very|so))? (?:lovely|fine|great|good|perfect|ok|okay|nice|beautiful|brilliant|wonderful|all right|alright)|fits? (?:fine|well|perfectly|great)|i(?:'m| am)?(?: really| just| do)? (?:love|like|enjoy|use|wear(?:ing)?|using|happy with|fine with|pleased with))(?: (?:it|them))?(?: (?:though|so|already|please|pls|thanks|thx))*(?=\W*$|\W*[.;!,，])"
    r"|^\W*(?:我|倒|就|都|还|很|挺|已经|一直|自己|蛮|是)*(?:穿着|用着|喜欢|满意|好看|合适|合身|不错|没问题|没毛病|挺好|好的|可以|好用)(?:呢|的|啊|呀|了|得很)*(?=\W*$|\W*[,，。；！])",
    re.I,
)
"""What is said after goods that somebody is content with."""
_CONTENT_WITH = re.compile(
    r"(?:\b(?:love|like|adore|enjoy|(?:happy|pleased|content|satisfied|fine) with)|喜欢|满意)\W*(?:(?:the|my|this|these|those|这|那|件|个|条|双)\W*)*$",
    re.I,
)
"""What is said before them."""
_DISLIKES = re.compile(
    r"(?:\bnot|n't|\bnever|\bwould|\bi'd|不|没)\W*(?:\w+\W+){0,2}(?:love|like|happy|pleased|satisfied|喜欢|满意)",
    re.I,
)
"""What makes of it the contrary, or a wish."""
_COMPANION = re.compile(
    r"(?:\b(?<!order )(?<!orders )(?<!one )(?<!ones )(?<!parcel )(?<!package )(?<!purchase )(?<!up )(?<!wrong )(?<!happening )(?<!happened )(?<!'d )(?<!would )(?:with|into|inside|all over|onto|than|like|suits?|match(?:es|ing)?)(?: (?:my|our|his|her|their|other|another|any|all))+ )$",
    re.I,
)
_COMPANION_ZH = (
    re.compile(r"(?:跟|和|配|搭|与|比)(?:我|家里?)?(?:的|那|自己的)?$"),
    re.compile(r"^[^，。,]{0,3}(?:不搭|不配|冲突|撞色|搭不|配不)"),
)
_PLACE = re.compile(r"^(?:里面?|里头|上面?|中间|底下|下面)(?:全|都|到处|也|被|湿|是水|有水|有油)")
"""What is told of goods that are only the place of what happened, or do not go with those in question."""
_STOPS = re.compile(r"\s*[!?.;！？。；，、]")
"""What parts a value from goods named behind it: 换藏青！灰色卫衣那单."""
_QUANTIFIED = re.compile(
    r"(?i)\b(?:both|all)\b[^,.;!?]*$|(?:[两二三四]|所有|全部)[件个双条台副]?的?[^，。；！？]*$|\b(?:two|three|four) $"
)
_EVERYTHING = re.compile(r"(?i)everything|whole|entire|整单|items|things|商品|东西|所有")
_BECOMES = re.compile(
    r"(?i)(?:\b(?:to|for|into|as|want|like|get|prefer|it)(?: (?:be|have))?(?: (?:a|an|the|one|some|my))*|[成为要])[一这那]?[个件双条台副款]?\s*$"
)
_SHALL_BE = re.compile(rf"{_BECOMES.pattern}|换(?:个|件|条)?\s*$")
GENERIC = 0.3
"""Score of a word for anything at all: "item", 东西."""
FIGURES_OF_AN_ID = 6
"""Fewer figures are an ending, not an id without its letter."""


def same_id(one: str, other: str) -> bool:
    """Tell whether two order ids are the same but for case and a leading ``#``."""
    return one.lstrip("#").lower() == other.lstrip("#").lower()


def resolve_order_ref(
    ref: dict[str, Any], orders: Sequence[OrderSummary], zone: zoneinfo.ZoneInfo
) -> list[OrderSummary]:
    """Return the own orders (newest first) that a reference can mean."""
    if "id" in ref:
        exact = [order for order in orders if same_id(order.order_id, str(ref["id"]))]
        return exact or _without_letters(str(ref["id"]), orders)
    if "suffix" in ref:
        ending = [order for order in orders if order.order_id.lower().endswith(str(ref["suffix"]).lower())]
        return ending or of_total(Decimal(ref["suffix"]), orders) if str(ref["suffix"]).isdigit() else ending
    if "status" in ref:
        return [order for order in orders if order.status == ref["status"]]
    if "date" in ref:
        day = dt.date.fromisoformat(str(ref["date"]))
        return [order for order in orders if order.placed_at.astimezone(zone).date() == day]
    if "from" in ref and "to" in ref:
        first, last = dt.date.fromisoformat(str(ref["from"])), dt.date.fromisoformat(str(ref["to"]))
        return [order for order in orders if first <= order.placed_at.astimezone(zone).date() <= last]
    if ref.get("relative") == "last":
        return list(orders[:1])
    if ref.get("relative") == "previous":
        return list(orders[1:2])
    return list(orders)


def of_total(total: Decimal, orders: Iterable[OrderSummary]) -> list[OrderSummary]:
    """Return the orders that cost so much, in major units: "the 339 one"."""
    return [order for order in orders if order.total.minor == Money.of(total, order.total.currency).minor]


def costs(entity: Entity, order: OrderSummary) -> bool:
    """Tell whether a mention by figures is of what an order cost altogether, or how its number ends: "the 339 one"."""
    if "price" not in entity.value:
        return False
    price = Decimal(entity.value["price"])
    return bool(of_total(price, [order])) or (price == int(price) and order.order_id.endswith(str(int(price))))


def leaves_out(heard: Iterable[Heard], order: OrderSummary) -> bool:
    """Tell whether an order is one of those that are said not to be meant: "not the 249 one and not the 339 one"."""
    return any(
        is_negated(entry)
        and (costs(entry.entity, order) or any(mentions_line(entry.entity, line) for line in order.lines))
        for entry in products_heard(heard)
    )


def dearest(orders: Sequence[OrderSummary], extreme: object) -> list[OrderSummary]:
    """Return the orders that cost most, or least: 最贵那单, "the cheapest one"."""
    totals = [order.total.minor for order in orders]
    wanted = (max if extreme == "most" else min)(totals, default=None)
    return [order for order in orders if order.total.minor == wanted]


def _of_extreme(order: OrderSummary, heard: Heard) -> list[LineView]:
    """Return the lines of an order that cost most, or least."""
    prices = [line.unit_price.minor for line in order.lines]
    wanted = (max if heard.entity.value["extreme"] == "most" else min)(prices)
    return [line for line in order.lines if line.unit_price.minor == wanted]


def _without_letters(written: str, orders: Sequence[OrderSummary]) -> list[OrderSummary]:
    """Find an id of which only the figures were typed: 1001000002 for D1001000002."""
    figures = written.lstrip("#")
    if not figures.isdigit() or len(figures) < FIGURES_OF_AN_ID:
        return []
    return [order for order in orders if order.order_id.lstrip("#ABCDEFGHIJKLMNOPQRSTUVWXYZ") == figures]


def is_negated(heard: Heard) -> bool:
    """Tell whether the words around a mention take it out: "everything except the lamp", 除了台灯, 台灯不退了."""
    if heard.entity.value.get("meant"):
        return False
    ended = _ENDED.search(heard.context)  # T恤先不取消，卫衣取消: the no is of what goes before
    excepted = not ended and _EXCEPT.search(heard.context) and not _NOT_KEPT.search(heard.context)
    if excepted and heard.context.endswith("不要") and heard.after.startswith("了"):
        return False  # 不要板鞋了: it is given up, not spared
    return bool(excepted or _STAYS.search(heard.after.lower()))


def _is_refused(heard: Heard) -> bool:
    """Tell whether words right before a mention refuse it: 别全退; not those of a no that goes before: 不是，两件都退."""
    return is_negated(heard) and not _ENDED.search(heard.context)


def _is_liked(heard: Heard) -> bool:
    """Tell whether the shopper is content with these goods: beside others that go back, they stay."""
    before = bool(_CONTENT_WITH.search(heard.context)) and not _DISLIKES.search(heard.context)
    return before or bool(_LIKED.search(heard.after.lower()))


def mentions_line(entity: Entity, line: LineView) -> bool:
    """Tell whether a product mention can mean this line: one of a price, what costs so much."""
    if "price" in entity.value:
        price = Money.of(Decimal(entity.value["price"]), line.unit_price.currency).minor
        return price in {line.unit_price.minor, line.unit_price.minor * line.quantity}
    if line.product_id in entity.value.get("product_ids", ()) or set(entity.value.get("kinds", ())) & set(line.kinds):
        return True
    terms = _plain(str(entity.value.get("terms") or entity.text))
    return len(terms) >= 2 and any(terms in _plain(title) or _plain(title) in terms for title in _titles(line))


def _titles(line: LineView) -> list[str]:
    return [title for title in (line.title.zh, line.title.en) if title]


def _plain(text: str) -> str:
    return re.sub(r"[\s\-_]+", "", text.lower()).rstrip("s")


def products_heard(heard: Iterable[Heard]) -> list[Heard]:
    """Return the mentions of goods; words for anything at all name nothing."""
    return [
        entry
        for entry in heard
        if entry.entity.type in ("product", "category")
        and (entry.entity.score > GENERIC or entry.entity.value.get("product_ids") or entry.entity.value.get("kinds"))
        and not _is_beside(entry)
    ]


def extremes_heard(heard: Iterable[Heard]) -> list[Heard]:
    """Return the mentions of what costs most, or least."""
    return [entry for entry in heard if entry.entity.type == "ordinal" and "extreme" in entry.entity.value]


def _is_beside(heard: Heard) -> bool:
    """Tell whether goods are named only beside those in question: 颜色跟我衣服不搭, 漏得包里全是水, "odd with my other shoes"."""
    before, after = _COMPANION_ZH
    companion = _COMPANION.search(heard.context) or (before.search(heard.context) and after.search(heard.after))
    return bool(companion or _PLACE.search(heard.after))


def named_goods(heard: Iterable[Heard]) -> bool:
    """Tell whether goods of some kind were asked for: not only "the thing" or 那件, and not those that were left out."""
    return any(
        entry.entity.type == "product" and entry.entity.value.get("product_ids") and not is_negated(entry)
        for entry in heard
    )


def options_heard(heard: Iterable[Heard]) -> list[Heard]:
    """Return the option mentions."""
    return [entry for entry in heard if entry.entity.type == "option"]


def wants_all(heard: Sequence[Heard]) -> bool:
    """Tell whether everything was asked for: "the whole order", 全部, "all of them"; "both tees" are not everything."""
    goods = products_heard(heard)
    return any(
        (
            entry.entity.type == "ordinal"
            and entry.entity.value.get("all")
            and not _counts(entry, goods)
            and not _is_refused(entry)
        )
        or (entry.entity.type == "order_ref" and entry.entity.value.get("whole"))
        for entry in heard
    )


def quantified(heard: Heard) -> bool:
    """Tell whether the mention is of all of a kind: "both of my tees", 两件T恤."""
    return _plural(heard.entity) or (bool(_QUANTIFIED.search(heard.context)) and not is_negated(heard))


def _counts(ordinal: Heard, goods: Iterable[Heard]) -> bool:
    """Tell whether "all" is said of goods that are named: "both of my tees", "the tees ... both", 台灯和T恤都退."""
    return any(
        entry.turn == ordinal.turn
        and (
            (quantified(entry) and 0 <= entry.entity.start - ordinal.entity.end <= 20)
            or (entry.entity.end <= ordinal.entity.start and not _EVERYTHING.search(ordinal.entity.text))
        )
        for entry in goods
    )


def _all_said(heard: Iterable[Heard], mention: Heard) -> bool:
    """Tell whether "both", "all of them" or 都 says how many of what was mentioned are meant."""
    return any(
        entry.entity.type == "ordinal" and entry.entity.value.get("all") and _counts(entry, [mention])
        for entry in heard
    )


def describing(product: Heard, options: Iterable[Heard]) -> list[Heard]:
    """Return the options that stand right before a mention and say which one it is: "the red tee", 蓝色的耳机.

    What stands so after "for a" or 换成 says what it shall become.
    """
    place, found = product.entity.start, []
    for entry in sorted(options, key=lambda option: -option.entity.start):
        near = entry.turn == product.turn and 0 <= place - entry.entity.end <= 2
        if near and _describes(entry.entity) and not _STOPS.match(entry.after):
            found.append(entry)
            place = entry.entity.start
    return [] if found and _BECOMES.search(found[-1].context) else found


def _describes(option: Entity) -> bool:
    """Tell whether an option can say which goods are meant: not one that they shall have."""
    return bool(option.value.get("value")) and not option.value.get("wanted") and not option.value.get("otherwise")


def apart_by(line: LineView, options: Sequence[Heard]) -> int:
    """Count the values of a line that are named beside another for the same key: 灰色不耐脏，换藏青 is said of what is grey.

    Against it counts what will do otherwise: 没有酒红就黑色 is not said of what is black.
    """
    values: dict[str, set[str]] = {}
    now: dict[str, set[str]] = {}
    for entry in options:
        if not entry.entity.value.get("value") or entry.entity.value.get("otherwise"):
            continue
        key, value = str(entry.entity.value.get("key", "")), str(entry.entity.value["value"]).lower()
        values.setdefault(key, set()).add(value)
        if not _SHALL_BE.search(entry.context):
            now.setdefault(key, set()).add(value)
    otherwise = [entry.entity for entry in options if entry.entity.value.get("otherwise")]
    return -sum(fits_options(one, line.options) for one in otherwise) + sum(
        len(values[key]) > 1 and any(same_value(line.options.get(key, ""), one) for one in named)
        for key, named in now.items()
    )


def fits_options(entry: Entity, options: dict[str, str]) -> bool:
    """Tell whether an option mention agrees with a variant's options."""
    key, value = str(entry.value.get("key", "")), str(entry.value.get("value", "")).lower()
    if not value:
        return False
    held = [options[key]] if key in options else list(options.values()) if not key else []
    return any(same_value(candidate, value) for candidate in held)


def same_value(one: str, other: str) -> bool:
    """Compare option values but for case, spaces and hyphens: "15-inch" is "15 inch"."""
    return re.sub(r"[\s\-]+", "", one.lower()) == re.sub(r"[\s\-]+", "", other.lower())


def lines_meant(order: OrderSummary, heard: Sequence[Heard]) -> tuple[list[LineView], list[list[LineView]]]:
    """Return the lines that were clearly meant, and for each mention that fits several lines those lines.

    "Everything except the lamp" is every line but the lamp's. Options tell two lines of one product apart ("the red one").
    """
    said = options_heard(heard)
    options = [entry.entity for entry in said]
    meant: list[LineView] = []
    open_groups: list[list[LineView]] = []
    left_out: list[LineView] = []
    goods = [*products_heard(heard), *extremes_heard(heard)]
    others = any(not is_negated(entry) and not _is_liked(entry) for entry in goods)
    for entry in goods:
        extreme = entry.entity.type == "ordinal"
        matching = (
            _of_extreme(order, entry) if extreme else [one for one in order.lines if mentions_line(entry.entity, one)]
        )
        described = [option.entity for option in describing(entry, said)]
        exact = [line for line in matching if all(fits_options(option, line.options) for option in described)]
        matching = exact or matching
        if is_negated(entry) or (others and _is_liked(entry)):
            left_out += matching
        elif len(matching) > 1 and not (quantified(entry) or _all_said(heard, entry)):
            narrowed = [line for line in matching if any(fits_options(option, line.options) for option in options)]
            if len(narrowed) == 1:
                meant += narrowed
            else:
                open_groups.append(narrowed or matching)
        else:
            meant += matching
    if wants_all(heard) or (left_out and not meant):
        return [line for line in order.lines if line not in left_out], []
    options = [option for option in options if not option.value.get("negated")]
    if not goods and options:
        narrowed = [line for line in order.lines if any(fits_options(option, line.options) for option in options)]
        if len(narrowed) == 1 or (len(narrowed) <= len(options) and _one_each(narrowed, options)):
            return narrowed, []
    unique = [line for index, line in enumerate(meant) if line not in meant[:index] and line not in left_out]
    return unique, [group for group in open_groups if not any(line in unique for line in group)]


def _one_each(lines: Sequence[LineView], options: Iterable[Entity]) -> bool:
    """Tell whether each of several values describes one line: "the cream one and the beige one"."""
    counts = [sum(fits_options(option, line.options) for line in lines) for option in options]
    return all(count == 1 for count in counts)


def _plural(entity: Entity) -> bool:
    """Tell whether the mention asks for all of a kind: "both tees", 两件T恤."""
    return bool(re.search(r"(?i)\b(both|all|two|three)\b|两件|所有|全部|都", entity.text))


def by_ordinal(count: int, heard: Iterable[Heard]) -> list[int]:
    """Return the 0-based places that ordinals name ("the second one", 最后一个), newest mention first."""
    places = []
    for entry in reversed(list(heard)):
        if entry.entity.type == "ordinal":
            places += places_of(entry.entity.value, count)
    return places


def methods_meant(value: dict[str, Any], methods: Sequence[MethodView], original: str | None) -> list[MethodView]:
    """Return the payment methods on file that a mention can mean."""
    if value.get("original"):
        return [method for method in methods if method.id == original]
    if value.get("id"):
        return [method for method in methods if method.id.lower() == str(value["id"]).lower()]
    kind, brand, four = value.get("kind"), value.get("brand"), value.get("last_four")
    return [
        method
        for method in methods
        if (not kind or method.kind == kind or {kind, method.kind} == {"credit_card", "bank_card"})
        and (not brand or method.brand.lower() == str(brand).lower())
        and (not four or method.last_four == str(four))
    ]
