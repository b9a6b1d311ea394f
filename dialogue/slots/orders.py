"""Slots that hold an order."""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Sequence

from dialogue import grounding
from dialogue.slots.base import DeadEnd, Elsewhere, Filled, Filling, Question, SlotContext
from dialogue.state import Heard
from tools.customers.types import Profile
from tools.evidence import LineView, OrderSummary
from tools.orders.rules import OrderFacts, allowed_tools
from tools.orders.types import OrderList

OFFERED = 6
"""How many orders are offered as buttons."""
_ARRIVES = re.compile(
    r"\b(?:arriv\w*|get here|be here|come|comes|coming|deliver\w*|reach\w*|due|by|before|until|get it|here)\b|送到|到货|送达|能到|会到|到得了|收到|之前|前到|派送|送来|到(?=[吗不么了]|$)"
)
_ORDERED = re.compile(r"\b(?:order(?:ed)?|bought|placed|purchased?)\b|买的|下单|下的|拍的|订的")
_PAID = re.compile(
    r"\b(?:paid|bought|charged|went|put|ordered|purchased|that was|billed)\b|[付刷买]的|付过|支付的|下单|付了|刷了"
)
"""Says how an order was paid."""
_ONLY = re.compile(r"\b(?:only|just|but keep|keep the|except|without)\b|[只光]|单独|仅|留着|不动")
_PRONOUN = re.compile(
    r"\b(?:it|that one|this one|that order|this order|the order|same order|same one)\b|它|(?:这|那)(?:一)?(?:个|笔)?(?:订单|单)|^\W*(?:那|这)?(?:还)?能"
)
"""Words for the order talked about last."""


_NOT_SENT_YET = re.compile(
    r"(?:还|都)?(?:没有?|未)(?:发货|发出|寄出|出库|发走|发呢|发吧|发(?=$|[,，。!！；\s]))"
    r"|\b(?:hasn't|has not|haven't|have not|isn't|is not|wasn't|not) (?:been |even )*(?:shipped|sent|dispatched|left|gone out)\b"
    r"|\b(?:unshipped|before (?:it|they) (?:ships?|leaves?|goes? out|gets? sent|(?:is|are|get) (?:sent|shipped)))\b"
)
"""Says of an order that it is still with the shop."""
_WITH_THE_SHOP = frozenset({"pending", "processing"})


async def own_orders(context: SlotContext) -> Sequence[OrderSummary]:
    """Return the person's orders, newest first."""
    found = await context.reader.read("list_orders", {})
    return found.orders if isinstance(found, OrderList) else ()


async def order_of(context: SlotContext, slot: str | None = None) -> OrderSummary | None:
    """Return the order that the flow is about."""
    name = slot or next(
        (name for name, spec in context.flow.slots.items() if spec.type in ("order", "order_optional")), "order"
    )
    wanted = context.frame.slots.get(name)
    return next((order for order in await own_orders(context) if order.order_id == wanted), None)


async def fill_order(context: SlotContext) -> Filling:
    """Find the order meant: by number, ending, date, what was in it, or the only one that can be meant."""
    orders = await own_orders(context)
    if not orders:
        return DeadEnd("no_orders")
    orders = _in_the_state_told(context, orders)
    eligible = _without_refused(context, [order for order in orders if is_eligible(context, order, context.spec.tool)])
    if several := _more_than_one(context, orders, eligible):
        return several
    named = _named(context, orders)
    named = _listed(context, orders) if named is None else named
    named = await _by_money(context, eligible) if named is None else named
    named = _by_count(context, eligible) if named is None else named
    if named is not None:
        return _settle(context, named, eligible, orders)
    if (
        hinted := _described_elsewhere(context, orders, eligible)
        or _containing(context, eligible)
        or _containing(context, orders)
    ):
        return _settle(context, hinted, eligible, orders)
    focus = context.state.memory.focus_order
    other = context.spec.instead
    talked = next((order for order in orders if order.order_id == focus and order not in eligible), None)
    if talked is not None and other is not None and not _says_where(context) and _fits(context, other, talked):
        return Elsewhere(other, talked.order_id)
    if focus and (any(order.order_id == focus for order in eligible) or _means_the_last(context)):
        return Filled(focus)
    if talked_of := _in_focus(context, eligible):
        return Filled(talked_of)
    if not eligible:
        return DeadEnd("no_eligible_order", {"flow": context.flow.title.model_dump()})
    likely = [order for order in eligible if order.status in context.spec.likely] if not _says_which(context) else []
    if len(likely) == 1 or len(eligible) == 1:
        return Filled((likely or eligible)[0].order_id)
    return _which(context, likely or eligible, "ask.order")


def _without_refused(context: SlotContext, orders: Sequence[OrderSummary]) -> Sequence[OrderSummary]:
    """Return the orders without those that an answer says are not meant, where it names no others."""
    now = [one for one in context.heard if one.turn == context.state.memory.turn]
    named = grounding.products_heard(now)
    if not named or not context.frame.asked.get(context.name) or not all(map(grounding.is_negated, named)):
        return orders
    return [order for order in orders if not grounding.leaves_out(now, order)] or orders


def _in_the_state_told(context: SlotContext, orders: Sequence[OrderSummary]) -> Sequence[OrderSummary]:
    """Return the orders that can be meant by one who says that it has not left yet: 还没发呢, "it hasn't shipped"."""
    if not _NOT_SENT_YET.search(context.frame.text.lower()):
        return orders
    here = [order for order in orders if order.status in _WITH_THE_SHOP]
    elsewhere = _goods(context, orders) > _goods(context, here)
    return orders if elsewhere or not here or context.newest("order_ref") else here


def _more_than_one(
    context: SlotContext, orders: Sequence[OrderSummary], eligible: Sequence[OrderSummary]
) -> Filled | Elsewhere | None:
    """Take several orders where more than one was meant, one after the other."""
    several = _several(context, orders, eligible)
    return Filled(several[0], others=tuple(several[1:])) if several else _spread_elsewhere(context, orders)


def _says_where(context: SlotContext) -> bool:
    """Tell whether an order or goods were named: then it need not be the order talked about last."""
    return any(entry.entity.type in ("order_ref", "date") for entry in context.heard) or bool(
        grounding.products_heard(context.heard)
    )


def _says_which(context: SlotContext) -> bool:
    """Tell whether anything was said by which an order could be found."""
    pointing = any(entry.entity.type in ("order_ref", "date", "ordinal", "option") for entry in context.heard)
    return pointing or bool(grounding.products_heard(context.heard))


def _means_the_last(context: SlotContext) -> bool:
    """Tell whether "it" is the order talked about last, also where nothing can be done with it any more: why not is the answer then."""
    refused = context.frame.results.get("refused", [])
    return context.state.memory.focus_order not in refused and bool(_PRONOUN.search(context.frame.text.lower()))


def _in_focus(context: SlotContext, eligible: Sequence[OrderSummary]) -> str | None:
    """Return the one order that holds the product talked about just before: "I'll return the one I got then"."""
    products = context.state.memory.focus_products
    holding = [order for order in eligible if any(line.product_id in products for line in order.lines)]
    return holding[0].order_id if len(holding) == 1 and not grounding.products_heard(context.heard) else None


def _several(context: SlotContext, orders: Sequence[OrderSummary], eligible: Sequence[OrderSummary]) -> list[str]:
    """Return the orders when more than one was clearly meant: two numbers, "all of them", goods that lie in different orders."""
    refs = [entry for entry in context.heard if entry.entity.type == "order_ref"]
    latest = [entry.entity.value for entry in refs if entry.turn == refs[-1].turn]
    numbered = [
        order for ref in latest if "id" in ref for order in orders if grounding.same_id(order.order_id, ref["id"])
    ]
    numbered += _ending(orders, [str(ref["suffix"]) for ref in latest if "suffix" in ref])
    named = list(dict.fromkeys(order.order_id for order in numbered))
    if len(named) > 1:
        return named
    everything = any(ref.get("all") for ref in latest) or (latest and not named and grounding.wants_all(context.heard))
    if everything and not grounding.products_heard(context.heard) and len(eligible) > 1:
        return [order.order_id for order in eligible[:OFFERED]]
    return [] if named else _quantified(context, eligible) or _spread(context, eligible)


def _ending(orders: Sequence[OrderSummary], endings: Sequence[str]) -> list[OrderSummary]:
    """Return the orders that each of several endings picks out."""
    found = [[order for order in orders if order.order_id.endswith(ending)] for ending in endings]
    return [order for one in found if len(one) == 1 for order in one] if len(endings) > 1 else []


def _quantified(context: SlotContext, eligible: Sequence[OrderSummary]) -> list[str]:
    """Return the orders that hold one each of the goods that were asked for as a plural: "both of my pending tees"."""
    within = _named(context, eligible) or eligible
    for entry in grounding.products_heard(context.heard):
        if not grounding.quantified(entry):
            continue
        lines = {
            order.order_id: [line for line in order.lines if grounding.mentions_line(entry.entity, line)]
            for order in within
            if order in eligible
        }
        told = _describing_all(context)
        best = max((_agreeing(line, told) for held in lines.values() for line in held), default=0)
        held = {order_id: sum(_agreeing(line, told) == best for line in found) for order_id, found in lines.items()}
        homes = [order_id for order_id, count in held.items() if count]
        if len(homes) > 1 and max(held.values()) == 1:
            return homes[:OFFERED]
    return []


def _spread(context: SlotContext, eligible: Sequence[OrderSummary]) -> list[str]:
    """Return the orders that goods lie in when no order holds them all and each lies in just one."""
    homes: list[str] = []
    for entry in grounding.products_heard(context.heard):
        holding = [
            order.order_id
            for order in eligible
            if any(grounding.mentions_line(entry.entity, line) for line in order.lines)
        ]
        if grounding.is_negated(entry) or len(holding) > 1:
            return []
        homes += holding
    unique = list(dict.fromkeys(homes))
    return unique if len(unique) > 1 else []


def _spread_elsewhere(context: SlotContext, orders: Sequence[OrderSummary]) -> Elsewhere | None:
    """Go on as another flow for each of several orders that only that one takes: two that have not left yet are cancelled."""
    other = context.spec.instead
    if other is None or any(entry.entity.type == "order_ref" for entry in context.heard):
        return None
    spread = _spread(context, [order for order in orders if _fits(context, other, order)])
    return Elsewhere(other, spread[0], others=tuple(spread[1:])) if spread else None


async def fill_order_optional(context: SlotContext) -> Filling:
    """Take the order when one is named; None means: all of them."""
    orders = await own_orders(context)
    named = _named(context, orders)
    if named is not None and orders and len(named) < len(orders):
        return _settle(context, named, named, orders)
    hinted = _containing(context, orders)
    if len(hinted) > 1:
        # Who asks after goods that they have bought more than once asks about those that are still to come.
        hinted = [order for order in hinted if order.status in context.spec.likely]
    return Filled(hinted[0].order_id if len(hinted) == 1 else None)


def _named(context: SlotContext, orders: Sequence[OrderSummary]) -> list[OrderSummary] | None:
    """Return what the newest order reference can mean; None when none was made."""
    zone = zoneinfo.ZoneInfo(context.timezone)
    found: list[OrderSummary] | None = None
    for entry in reversed(context.heard):
        if entry.entity.type == "order_ref":
            ref = entry.entity.value
            if ref.get("relative") in ("last", "previous"):
                # "The shoes I bought last" are shoes: goods that no order holds make no other order the one that was meant.
                named = grounding.named_goods(context.heard)
                return grounding.resolve_order_ref(ref, _containing(context, orders) if named else orders, zone)
            meant = grounding.resolve_order_ref(ref, orders, zone)
            placed = "date" in ref or "from" in ref
            return None if placed and _lie_elsewhere(context, meant, orders) else meant
        if entry.entity.type == "date" and found is None and not _of_arrival(context, entry):
            found = grounding.resolve_order_ref(entry.entity.value, orders, zone) or None
    return None if found and _lie_elsewhere(context, found, orders) else found


async def _by_money(context: SlotContext, orders: Sequence[OrderSummary]) -> list[OrderSummary] | None:
    """Return the orders that cost what was just said, or were paid as was just said, or cost most: 339块那个, 最贵那单, "the one I paid with PayPal"."""
    for entry in reversed([one for one in context.heard if one.turn == context.state.memory.turn]):
        value = entry.entity.value
        if entry.entity.type == "ordinal" and "extreme" in value and not grounding.is_negated(entry):
            return grounding.dearest(orders, value["extreme"]) or None
        if entry.entity.type == "amount" and value.get("relation") in {"exact", "about"}:
            return [order for order in orders if order.total.minor == value["minor"]] or None
        if entry.entity.type == "payment_method" and _says_how_it_was_paid(context, entry):
            profile = await context.reader.read("get_profile", {})
            methods = profile.payment_methods if isinstance(profile, Profile) else ()
            ids = {method.id for method in grounding.methods_meant(value, methods, None)}
            return [order for order in orders if order.paid_with in ids] or None
    return None


def _by_count(context: SlotContext, orders: Sequence[OrderSummary]) -> list[OrderSummary] | None:
    """Return the one order that holds as many things as was answered, whatever they are: "the one with two things in it"."""
    now = [one for one in context.heard if one.turn == context.state.memory.turn]
    counts = [int(one.entity.value.get("n", 0)) for one in now if one.entity.type == "quantity"]
    if not counts or not context.frame.asked.get(context.name) or grounding.products_heard(now):
        return None
    found = [order for order in orders if len(order.lines) == counts[-1]]
    found = found or [order for order in orders if sum(line.quantity for line in order.lines) == counts[-1]]
    return found if len(found) == 1 else None


def _says_how_it_was_paid(context: SlotContext, way: Heard) -> bool:
    """Tell whether a way of paying says which order is meant, not how money shall go from now on."""
    takes_it = any(spec.type == "payment_method" for spec in context.flow.slots.values())
    around = f"{way.context} {way.entity.text}{way.after}".lower()
    return bool(context.frame.asked.get(context.name)) and (not takes_it or bool(_PAID.search(around)))


def _lie_elsewhere(context: SlotContext, found: Sequence[OrderSummary], orders: Sequence[OrderSummary]) -> bool:
    """Tell whether the goods named are in other orders than those of a day.

    "The tees that came last week": goods say which order more surely than a day that may be of the delivery.
    A black backpack of that week is no black tee.
    """
    return _goods(context, orders) > _goods(context, found) == 0


def _of_arrival(context: SlotContext, day: Heard) -> bool:
    """Tell whether a day is when the parcel talked about comes, and no day on which something was ordered: 今天能送到吗."""
    if context.state.memory.focus_order is None or grounding.named_goods(context.heard):
        return False
    around = f"{day.context} {day.entity.text}{day.after}".lower()
    return bool(_ARRIVES.search(around)) and not _ORDERED.search(around)


def _listed(context: SlotContext, orders: Sequence[OrderSummary]) -> list[OrderSummary] | None:
    """Return the order that a place in the list just shown means: "cancel the first one" after "you have 10 orders"."""
    shown = [reply.order["order_id"] for reply in context.state.last_replies if reply.type == "order"]
    ordinals = [
        entry for entry in context.heard if entry.entity.type == "ordinal" and entry.turn == context.state.memory.turn
    ]
    places = grounding.by_ordinal(len(shown), ordinals) if len(shown) > 1 else []
    return [order for order in orders if order.order_id == shown[places[0]]] if places else None


def _goods(context: SlotContext, orders: Sequence[OrderSummary]) -> int:
    """Count the goods mentioned that the best of the orders holds."""
    return max((_fit(context, order)[0] for order in orders), default=0)


def _settle(
    context: SlotContext,
    found: Sequence[OrderSummary],
    eligible: Sequence[OrderSummary],
    orders: Sequence[OrderSummary],
) -> Filling:
    """Take the one order that was meant, go on as the flow that fits it, or ask which of several."""
    if not found:
        return _which(context, eligible or orders, "ask.order_not_found")
    usable = [order for order in found if order in eligible] or list(found)
    hinted = _containing(context, usable) or usable
    focus = [order for order in hinted if order.order_id == context.state.memory.focus_order]
    if len(hinted) > 1 and not (focus and context.newest("order_ref") is None):
        return _which(context, hinted, "ask.order")
    hinted = focus or hinted
    order = hinted[0]
    if _asks_for_a_part(context, order):
        context.frame.results["whole_only"] = True
    other = context.spec.instead
    if other is not None and order not in eligible and _fits(context, other, order):
        return Elsewhere(other, order.order_id)
    return Filled(order.order_id)


def _asks_for_a_part(context: SlotContext, order: OrderSummary) -> bool:
    """Tell whether only some of an order's goods are meant though the flow takes orders whole: "cancel just the candle"."""
    if any(slot.type == "order_lines" for slot in context.flow.slots.values()):
        return False
    mentions = [entry for entry in grounding.products_heard(context.heard) if not grounding.is_negated(entry)]
    held = [line for line in order.lines if any(grounding.mentions_line(entry.entity, line) for entry in mentions)]
    only = _ONLY.search(context.frame.text.lower()) is not None
    return len(order.lines) > 1 and bool(held) and (only or any(map(grounding.is_negated, context.heard)))


def _fits(context: SlotContext, flow: str, order: OrderSummary) -> bool:
    """Tell whether the other flow may take this order: one that takes orders whole, only where all of it is meant."""
    slots = context.flows[flow].slots
    tool = next((slot.tool for slot in slots.values() if slot.type == "order"), None)
    takes_parts = any(slot.type == "order_lines" for slot in slots.values())
    return (takes_parts or _means_all_of(context, order)) and is_eligible(context, order, tool)


def _means_all_of(context: SlotContext, order: OrderSummary) -> bool:
    """Tell whether everything in an order is meant: each of its goods is named, or it is all the same."""
    if len(order.lines) == 1:
        return True
    named = [entry for entry in grounding.products_heard(context.heard) if not grounding.is_negated(entry)]
    return all(any(grounding.mentions_line(entry.entity, line) for entry in named) for line in order.lines)


def _containing(context: SlotContext, orders: Sequence[OrderSummary]) -> list[OrderSummary]:
    """Return the orders that hold the most of the goods mentioned, and as they were described; none when nothing fits."""
    fits = {order.order_id: _fit(context, order) for order in orders}
    best = max(fits.values(), default=(0, 0))
    return [order for order in orders if best > (0, 0) and fits[order.order_id] == best]


def _described_elsewhere(
    context: SlotContext, orders: Sequence[OrderSummary], eligible: Sequence[OrderSummary]
) -> list[OrderSummary]:
    """Return orders that the goods are in just as they were described ("the grey hoodie"), when the eligible ones hold others."""
    everywhere, here = _containing(context, orders), _containing(context, eligible)
    if context.spec.instead is None or not everywhere or not here:
        return []
    return everywhere if _fit(context, everywhere[0]) > _fit(context, here[0]) else []


def _fit(context: SlotContext, order: OrderSummary) -> tuple[int, int]:
    """Count the goods mentioned that the order holds, and the words about them that are true of what it holds."""
    options = grounding.options_heard(context.heard)
    goods = described = 0
    for mention in grounding.products_heard(context.heard):
        if grounding.is_negated(mention):
            continue
        lines = [line for line in order.lines if grounding.mentions_line(mention.entity, line)]
        goods += bool(lines) or grounding.costs(mention.entity, order)
        described += max(
            (
                _agreeing(line, told) if (told := grounding.describing(mention, options)) else _apart(context, line)
                for line in lines
            ),
            default=0,
        )
    told = _describing_all(context)
    described += max((_agreeing(line, told) for line in order.lines), default=0)
    return goods, described


def _apart(context: SlotContext, line: LineView) -> int:
    """Count the values that tell what a line is from what it shall become."""
    if not any(spec.type == "swaps" for spec in context.flow.slots.values()):
        return 0
    now = [one for one in grounding.options_heard(context.heard) if one.turn == context.state.memory.turn]
    return grounding.apart_by(line, now)


def _describing_all(context: SlotContext) -> list[Heard]:
    """Return the options that say which thing is meant and nothing else.

    All do where nothing is to become anything else, and those that answer which order it is: "the one with the blue shirt".
    """
    options = grounding.options_heard(context.heard)
    if not any(spec.type == "swaps" for spec in context.flow.slots.values()):
        return options
    return (
        [entry for entry in options if entry.turn == context.state.memory.turn]
        if context.frame.asked.get(context.name)
        else []
    )


def _agreeing(line: LineView, options: Sequence[Heard]) -> int:
    return sum(grounding.fits_options(entry.entity, line.options) for entry in options)


def is_eligible(context: SlotContext, order: OrderSummary, tool: str | None) -> bool:
    """Tell whether the policy would let `tool` run on the order now."""
    return tool is None or tool in allowed_tools(OrderFacts.of(order), context.policy, context.now)


def _which(context: SlotContext, orders: Sequence[OrderSummary], sentence: str) -> Question:
    choices = tuple((order_label(context, order), order.order_id) for order in orders[:OFFERED])
    ref = context.newest("order_ref")
    return Question(context.question(sentence, said=ref.entity.text if ref else ""), choices)


def order_label(context: SlotContext, order: OrderSummary) -> str:
    """Return the words of an order's button: number, day, goods."""
    day = context.templates.date(order.placed_at, context.lang)
    goods = [line.title.get(context.lang) for line in order.lines]
    more = f" +{len(goods) - 2}" if len(goods) > 2 else ""
    separator = "、" if context.lang == "zh" else ", "
    return f"{order.order_id} · {day} · {separator.join(goods[:2])}{more}"
