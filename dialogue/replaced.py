"""Which of the values that a correction names give way: those that are settled now, where others are named for the same thing.

"The bedding set rather than the sweater", 别写不喜欢，写质量不好, "Alipay, PayPal was named in error": the words around the values vary
endlessly, but the one that the records say is settled is the one that is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any

from dialogue.commands import Entity
from dialogue.grounding import GENERIC, fits_options, mentions_line, methods_meant, same_id
from dialogue.state import Frame
from dialogue.work import Work
from tools.catalog.types import ProductDetails
from tools.customers.types import Profile
from tools.evidence import OrderSummary
from tools.orders.types import OrderList

Settled = Callable[[Entity], bool]
"""Whether a mention says what is settled."""
_SLOTS: Mapping[str, tuple[str, ...]] = {
    "product": ("order_lines", "order", "order_optional", "product"),
    "order_ref": ("order", "order_optional"),
    "option": ("swaps",),
    "payment_method": ("payment_method",),
    "reason": ("reason",),
    "email": ("email",),
    "tax_id": ("tax_id",),
    "address": ("address",),
    "quantity": ("order_lines",),
}
"""What is told -> the types of the slots that hold it, the most exact first."""
_TOGETHER = re.compile(r"^\W*(?:and|or|&|\+|和|跟|与|或|以及|、)\W*(?:the|my|a|an)?\W*$")
_PIECES = {"b": 2, "两": 2, "二": 2, "三": 3, "四": 4, "2": 2, "3": 3, "4": 4}
"""How "both", 两件都 and 三件都 begin, and how many that is."""
_REFUSED = re.compile(r"(?:\bnot|n't|不是|并非|非)\W*(?:the |my |that )?$", re.IGNORECASE)
_WRITTEN = re.compile(
    r"(?:写|填|改成|换成|原因是|理由是|属于|算是?|\breason (?:is|should be|to)|\bput(?: down)?|\bsay)\W*$",
    re.IGNORECASE,
)
"""Before a reason that is to be written down."""


async def without_replaced(work: Work, frame: Frame, entities: tuple[Entity, ...]) -> tuple[Entity, ...]:
    """Return the mentions without those that give way to others of their type."""
    entities = await _counted(work, frame, entities)
    gone: list[Entity] = []
    for kind in dict.fromkeys(item.type for item in entities):
        named = [item for item in entities if item.type == kind and item.score > GENERIC]
        settled = await _settled(work, frame, kind) if len(named) > 1 else None
        if settled is None:
            continue
        if kind == "reason":
            gone += [item for item in named if item is not _said(work, named)] if not any(map(settled, named)) else []
        held = [item for item in named if settled(item)]
        new = [item for item in named if item not in held and not item.value.get("negated")]
        if new and held and not _all_together(work, held, new):
            gone += held
            gone += [item for item in new if item is not _said(work, new)] if kind == "reason" else []
    left = tuple(item for item in entities if item not in gone)
    # "I don't buy things these days, refund it to my card": words for anything at all name nothing beside what is named.
    return tuple(item for item in left if item.type != "product" or item.score > GENERIC) or left


async def _counted(work: Work, frame: Frame, entities: tuple[Entity, ...]) -> tuple[Entity, ...]:
    """Let 两件都 and "both" be all pieces of the one line that is settled, where it has as many."""
    names = [name for name, spec in work.flows[frame.flow].slots.items() if spec.type == "order_lines"]
    lines = next((value for name in names if isinstance(value := frame.slots.get(name), list)), [])
    order = await _order(work, frame) if len(lines) == 1 else None
    line = next((one for one in order.lines if one.line_id == lines[0]["line_id"]), None) if order is not None else None
    if line is None:
        return entities
    return tuple(
        item.model_copy(update={"type": "quantity", "value": {"n": line.quantity}})
        if item.type == "ordinal" and item.value.get("all") and _PIECES.get(item.text[:1].lower()) == line.quantity
        else item
        for item in entities
    )


_ONLY_BEFORE = re.compile(
    r"(?:\b(?:only|just)(?: (?:want|wanted|to|return|returning|send|sending|back|refund|exchange|the|my|for|be|do|take|keep to|need))*"
    r"|[只光单仅就](?!不)(?:是|要|想|需要?|把|将|退|换|给我|帮我|掉|那|这|[件个条样])*)\W*(?:the |my )?$",
    re.IGNORECASE,
)
_ONLY_AFTER = re.compile(
    r"^[^,.;，。；]{0,10}(?:就|便)(?:行|好|可以|够|成|得)|^(?: (?:ones?|order|please))*,? (?:only|alone|and (?:that's|thats) (?:it|all))\b"
)
_POINTS = frozenset({"product", "ordinal", "option"})


def only_those(words: str, entities: Sequence[Entity]) -> tuple[Entity, ...] | None:
    """Return what is said where what is named is all that is wanted of what was; None where that is not said.

    "Only the cream one and the beige one", 就退卫衣跟杯子; goods that are spoken of before are none of those.
    """
    words = words.lower()
    goods = [item for item in entities if item.type in _POINTS and item.score > GENERIC and not item.value.get("all")]
    starts = [item.start for item in goods if _ONLY_BEFORE.search(words[: item.start])]
    if not starts and not any(_ONLY_AFTER.match(words[item.end :]) for item in goods):
        return None
    return tuple(item for item in entities if item not in goods or not starts or item.start >= starts[0] - _NEXT_TO)


_NEXT_TO = 6


async def only_refuses(work: Work, frame: Frame, entities: tuple[Entity, ...]) -> bool:
    """Whether nothing is named but the goods that are settled, and not wanted: "not the hoodie"."""
    words = work.read_as or work.text
    goods = [item for item in entities if item.type in {"product", "order_ref"} and item.score > GENERIC]
    if not goods or not all(_REFUSED.search(words[: item.start]) for item in goods):
        return False
    settled = [await _settled(work, frame, item.type) for item in goods]
    return all(test is not None and test(item) for test, item in zip(settled, goods, strict=True))


def _all_together(work: Work, held: Iterable[Entity], new: Iterable[Entity]) -> bool:
    """Whether the values are named as ones that are wanted together: "the sweater and the bedding set"."""
    words = (work.read_as or work.text).lower()
    pairs = [sorted((one, other), key=lambda item: item.start) for one in held for other in new]
    return all(_TOGETHER.match(words[first.end : second.start]) for first, second in pairs)


def _said(work: Work, reasons: Sequence[Entity]) -> Entity:
    """Return the reason that is to be written down, else the first: what comes behind it explains it."""
    words = work.read_as or work.text
    return next((one for one in reasons if _WRITTEN.search(words[: one.start])), reasons[0])


async def _settled(work: Work, frame: Frame, kind: str) -> Settled | None:
    """Return what tells a mention of what is settled from others; None where nothing of its type is."""
    slots = work.flows[frame.flow].slots
    for slot_type in _SLOTS.get(kind, ()):
        value = next(
            (frame.slots[name] for name, spec in slots.items() if spec.type == slot_type and frame.slots.get(name)),
            None,
        )
        if value is not None:
            return await _TESTS[kind](work, frame, value)
    return None


async def _goods(work: Work, frame: Frame, value: Any) -> Settled | None:
    lines = value if isinstance(value, list) else []
    wanted = {str(line["line_id"]) for line in lines}
    order = await _order(work, frame)
    if order is None:
        return None
    chosen = [line for line in order.lines if not wanted or line.line_id in wanted]
    return lambda item: any(mentions_line(item, line) for line in chosen)


async def all_of_the_order(work: Work, frame: Frame, lines: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the order that a request is about has no other goods than these lines."""
    order = await _order(work, frame)
    return order is not None and {line.line_id for line in order.lines} == {str(line["line_id"]) for line in lines}


async def describes_others(work: Work, frame: Frame, entities: Iterable[Entity]) -> bool:
    """Whether a colour or size is that of other goods in the order than those that are settled: "I meant the beige set"."""
    options = [item for item in entities if item.type == "option" and not item.value.get("negated")]
    names = [name for name, spec in work.flows[frame.flow].slots.items() if spec.type == "order_lines"]
    chosen = {line["line_id"] for name in names for line in frame.slots.get(name) or []}
    order = await _order(work, frame) if options and chosen else None
    if order is None:
        return False
    goods = [item for item in entities if item.type == "product" and item.score > GENERIC]
    settled = [line for line in order.lines if line.line_id in chosen]
    if any(not any(mentions_line(item, line) for line in settled) for item in goods):
        return False
    described = {line.line_id for line in order.lines if all(fits_options(item, line.options) for item in options)}
    return bool(described) and not described & chosen


async def _order_id(work: Work, frame: Frame, value: Any) -> Settled | None:
    return lambda item: (
        same_id(str(item.value["id"]), str(value))
        if "id" in item.value
        else str(value).lower().endswith(str(item.value.get("suffix", "\0")).lower())
    )


async def _order(work: Work, frame: Frame) -> OrderSummary | None:
    slots = work.flows[frame.flow].slots.items()
    order_id = next(
        (
            frame.slots[name]
            for name, spec in slots
            if spec.type.startswith("order") and isinstance(frame.slots.get(name), str)
        ),
        None,
    )
    found = await work.read("list_orders", {}) if order_id else None
    orders = found.orders if isinstance(found, OrderList) else ()
    return next((order for order in orders if same_id(order.order_id, str(order_id))), None)


async def _variant(work: Work, frame: Frame, value: Any) -> Settled | None:
    """Return whether an option is one that goods shall have, and did not have before."""
    order = await _order(work, frame)
    lines = {line.line_id: line for line in order.lines} if order is not None else {}
    changes: list[dict[str, str]] = []
    for swap in value:
        line = lines.get(swap["line_id"])
        product = await work.read("get_product", {"product_id": line.product_id}) if line is not None else None
        if line is not None and isinstance(product, ProductDetails):
            new = next((one.options for one in product.variants if one.sku == swap["new_sku"]), {})
            changes.append({key: option for key, option in new.items() if line.options.get(key) != option})
    return lambda item: any(fits_options(item, options) for options in changes)


async def _method(work: Work, frame: Frame, value: Any) -> Settled | None:
    profile = await work.read("get_profile", {})
    methods = profile.payment_methods if isinstance(profile, Profile) else ()
    return lambda item: any(method.id == value for method in methods_meant(item.value, methods, None))


async def _reason(work: Work, frame: Frame, value: Any) -> Settled | None:
    return lambda item: str(item.value.get("code", "")).replace("_", " ") == str(value).replace("_", " ")


async def _text(work: Work, frame: Frame, value: Any) -> Settled | None:
    return lambda item: str(item.value.get("text", "")).lower() == str(value).lower()


async def _place(work: Work, frame: Frame, value: Any) -> Settled | None:
    return lambda item: _plain(item.value.get("line1")) == _plain(value.get("line1"))


async def _pieces(work: Work, frame: Frame, value: Any) -> Settled | None:
    order = await _order(work, frame)
    wanted = {str(line["line_id"]): line.get("quantity") for line in value}
    there = sum(wanted[line.line_id] or line.quantity for line in order.lines if line.line_id in wanted) if order else 0
    return lambda item: item.value.get("n") == there


def _plain(words: object) -> str:
    return re.sub(r"[\s,.]+", "", str(words or "")).lower()


_TESTS: Mapping[str, Callable[[Work, Frame, Any], Awaitable[Settled | None]]] = {
    "product": _goods,
    "order_ref": _order_id,
    "option": _variant,
    "payment_method": _method,
    "reason": _reason,
    "email": _text,
    "tax_id": _text,
    "address": _place,
    "quantity": _pieces,
}
