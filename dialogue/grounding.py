"""From words to records: which of the person's own orders, lines and variants a mention means. Pure functions."""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo
from collections.abc import Iterable, Sequence
from typing import Any

from dialogue.commands import Entity
from dialogue.state import Heard
from tools.catalog.types import VariantView
from tools.evidence import LineView, MethodView, OrderSummary

_EXCEPT = re.compile(
    r"(except|apart from|other than|but not|but the|besides|除了|除去|不包括|不要|别)\W*(for|the|my|this)?\W*$", re.I
)

SIZES = ("XXS", "XS", "S", "M", "L", "XL", "XXL", "XXXL", "4XL")


def same_id(one: str, other: str) -> bool:
    """Tell whether two order ids are the same but for case and a leading ``#``."""
    return one.lstrip("#").lower() == other.lstrip("#").lower()


def resolve_order_ref(
    ref: dict[str, Any], orders: Sequence[OrderSummary], zone: zoneinfo.ZoneInfo
) -> list[OrderSummary]:
    """Return the own orders (newest first) that a reference can mean."""
    if "id" in ref:
        return [order for order in orders if same_id(order.order_id, str(ref["id"]))]
    if "suffix" in ref:
        return [order for order in orders if order.order_id.lower().endswith(str(ref["suffix"]).lower())]
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


def is_negated(heard: Heard) -> bool:
    """Tell whether the words before a mention take it out: "everything except the lamp", 除了台灯."""
    return bool(_EXCEPT.search(heard.context))


def mentions_line(entity: Entity, line: LineView) -> bool:
    """Tell whether a product mention can mean this line."""
    if line.product_id in entity.value.get("product_ids", ()):
        return True
    terms = _plain(str(entity.value.get("terms") or entity.text))
    return len(terms) >= 2 and any(terms in _plain(title) or _plain(title) in terms for title in _titles(line))


def _titles(line: LineView) -> list[str]:
    return [title for title in (line.title.zh, line.title.en) if title]


def _plain(text: str) -> str:
    return re.sub(r"[\s\-_]+", "", text.lower()).rstrip("s")


def products_heard(heard: Iterable[Heard]) -> list[Heard]:
    """Return the product mentions."""
    return [entry for entry in heard if entry.entity.type in ("product", "category")]


def options_heard(heard: Iterable[Heard]) -> list[Heard]:
    """Return the option mentions."""
    return [entry for entry in heard if entry.entity.type == "option"]


def wants_all(heard: Iterable[Heard]) -> bool:
    """Tell whether everything was asked for: "the whole order", 全部, "all of them"."""
    return any(
        (entry.entity.type == "ordinal" and entry.entity.value.get("all"))
        or (entry.entity.type == "order_ref" and entry.entity.value.get("whole"))
        for entry in heard
    )  # fmt: skip


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
    options = [entry.entity for entry in options_heard(heard)]
    meant: list[LineView] = []
    open_groups: list[list[LineView]] = []
    left_out: list[LineView] = []
    for entry in products_heard(heard):
        matching = [line for line in order.lines if mentions_line(entry.entity, line)]
        if is_negated(entry):
            left_out += matching
        elif len(matching) > 1 and not _plural(entry.entity):
            narrowed = [line for line in matching if any(fits_options(option, line.options) for option in options)]
            if len(narrowed) == 1:
                meant += narrowed
            else:
                open_groups.append(narrowed or matching)
        else:
            meant += matching
    if wants_all(heard) or (left_out and not meant):
        return [line for line in order.lines if line not in left_out], []
    if not products_heard(heard) and options:
        narrowed = [line for line in order.lines if any(fits_options(option, line.options) for option in options)]
        if len(narrowed) == 1:
            return narrowed, []
    unique = [line for index, line in enumerate(meant) if line not in meant[:index] and line not in left_out]
    return unique, [group for group in open_groups if not any(line in unique for line in group)]


def _plural(entity: Entity) -> bool:
    """Tell whether the mention asks for all of a kind: "both tees", 两件T恤."""
    return bool(re.search(r"(?i)\b(both|all|two|three)\b|两件|所有|全部|都", entity.text))


def by_ordinal(count: int, heard: Iterable[Heard]) -> list[int]:
    """Return the 0-based places that ordinals name ("the second one", 最后一个), newest mention first."""
    places = []
    for entry in reversed(list(heard)):
        n = entry.entity.value.get("n") if entry.entity.type == "ordinal" else None
        if isinstance(n, int) and 1 <= abs(n) <= count:
            places.append(n - 1 if n > 0 else count + n)
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


def wanted_options(heard: Sequence[Heard], line: LineView, keys: dict[str, tuple[str, ...]]) -> dict[str, str]:
    """Return the option values that the person wants instead, by key; the newest word on a key wins.

    A value that the line already has only says which one was meant, or that it stays. ``keys`` are the product's options
    with all their values; a mention that fits none of them is about something else.
    """
    wanted: dict[str, str] = {}
    for entry in options_heard(heard):
        value = entry.entity.value
        if value.get("negated"):
            continue
        if relation := value.get("relation"):
            wanted |= _relative_option(str(relation), line, keys)
            continue
        for key, exact in _placed(value, keys):
            if not same_value(line.options.get(key, ""), exact):
                wanted[key] = exact
            elif entry.entity.value.get("key") or _says_same(entry):
                wanted.pop(key, None)
            break
    return wanted


def _says_same(entry: Heard) -> bool:
    return bool(re.search(r"(?i)same|still|keep|一样|还是|保持|不变", entry.context))


def _placed(value: dict[str, Any], keys: dict[str, tuple[str, ...]]) -> list[tuple[str, str]]:
    """Find under which of the product's keys a mentioned value stands, with its exact spelling there."""
    key, word = str(value.get("key", "")), str(value.get("value", ""))
    order = [key] if key in keys else [] if key and any(same_value(key, other) for other in keys) else list(keys)
    return [(name, exact) for name in order for exact in keys[name] if same_value(exact, word)]


def _relative_option(relation: str, line: LineView, keys: dict[str, tuple[str, ...]]) -> dict[str, str]:
    """Turn "one size larger" into a size of this product."""
    if relation not in ("larger", "smaller") or "size" not in keys or "size" not in line.options:
        return {}
    ladder = sorted(keys["size"], key=size_rank)
    now = line.options["size"]
    if now not in ladder:
        return {}
    place = ladder.index(now) + (1 if relation == "larger" else -1)
    return {"size": ladder[place]} if 0 <= place < len(ladder) else {}


def size_rank(size: str) -> float:
    """Order sizes: letters by the usual ladder, numbers by value."""
    if size.upper() in SIZES:
        return SIZES.index(size.upper())
    number = re.search(r"\d+(\.\d+)?", size)
    return 100 + float(number.group()) if number else 1000.0


def rank_variants(line: LineView, wanted: dict[str, str], variants: Sequence[VariantView]) -> list[list[VariantView]]:
    """Group the available variants that have every wanted option by how many other options would change, fewest first."""
    fitting = [
        variant
        for variant in variants
        if variant.available
        and variant.sku != line.sku
        and all(same_value(variant.options.get(key, ""), value) for key, value in wanted.items())
    ]
    changes = {variant.sku: _other_changes(line, wanted, variant) for variant in fitting}
    levels = sorted(set(changes.values()))
    return [[variant for variant in fitting if changes[variant.sku] == level] for level in levels]


def _other_changes(line: LineView, wanted: dict[str, str], variant: VariantView) -> int:
    return sum(
        not same_value(value, variant.options.get(key, "")) for key, value in line.options.items() if key not in wanted
    )
