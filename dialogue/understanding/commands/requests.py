"""New requests: every segment of a message is classified and becomes a flow, a question or small talk."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable

from dialogue import browsing
from dialogue.commands import (
    AskHuman,
    AskKnowledge,
    Cancel,
    CannotHandle,
    ChitChat,
    Command,
    Entity,
    Provide,
    Repeat,
    StartFlow,
    View,
)
from dialogue.understanding import conditions, persons, phrases, segments
from dialogue.understanding.commands.again import asks_the_same
from dialogue.understanding.commands.alterations import ADDRESS_FLOWS, SWAPPING, is_of_a_kind, redirected, swapped
from dialogue.understanding.commands.choices import by_preference, without_conditions
from dialogue.understanding.commands.clauses import of_a_list
from dialogue.understanding.commands.holding import FLOW as HOLDING
from dialogue.understanding.commands.holding import holds_back, without_holding
from dialogue.understanding.commands.of_goods import (
    CLEAR,
    EFFECTS,
    GUESSED,
    HEARD,
    SURE,
    complains_of_own,
    of_goods,
    of_the_procedure,
    wants_money_back,
)
from dialogue.understanding.commands.of_parcels import of_parcels
from dialogue.understanding.commands.otherwise import put_in_order, shared
from dialogue.understanding.commands.own_data import wishes_about_own_data
from dialogue.understanding.commands.ranking import HINT, weighed
from dialogue.understanding.commands.reading import Reading
from dialogue.understanding.commands.refused import without_refused
from dialogue.understanding.commands.rules import (
    WHOLE,
    is_one_question,
    of_the_rules,
    to_documents,
)
from dialogue.understanding.commands.several import grouped
from dialogue.understanding.commands.stories import (
    at_length,
    is_afterthought,
    of_the_wish,
    without_background,
    without_complaints,
)

ONE_ORDER_FLOWS = frozenset({"cancel_order", "order_status", "track_order", "request_invoice"})
CUED = 0.3
_SURELY = 0.9
"""Chance from which "show me your lamps for my office" looks for goods to buy, not at one's own."""
_UNDER_WAY = frozenset({"return_items", "exchange_items", "cancel_order", "change_items"})
_BEGUN = frozenset({"return", "exchange", "cancel"})
"""Procedures, and the families of their verbs, of which it may be asked how far one is that was begun before."""
_NOUN = re.compile(r"^\W*(?:(?:what|how) about |about )?(?:my|the)\b[\w\s-]*\b(?:exchange|return|cancellation)\W*$")
"""Something under way that is named before it is asked about: "my sneakers exchange, where does it stand?"."""
_OF_MONEY = frozenset({"refund_status", "track_order"})
_PERSON_FROM = 0.9
"""Chance of its intent from which a person is wanted in a part of a message."""
_PERHAPS_A_PERSON = 0.5
"""Chance by the words alone below which that intent was mistaken."""
ASKED = 4
"""Characters from which a question that no procedure answers is put to the documents."""
_WANTS = re.compile(
    r"\b(?:grab|get|have|take|use|add|want|need|try|apply|activate|enter|mine|still)\b|[领要用拿取兑]|来一?张|给我"
)
"""Said of a coupon's code, this is a wish for the coupon."""
_SAID_OF_ANY_WISH = frozenset({"payment_method", "email", "reason"})
_OF_VERSIONS = frozenset({"check_stock", "size_advice", "find_products"})
"""What is heard where a version of goods is named, though it may be the one that they shall become."""
OWN_DATA = "personal_data"
_TALK = frozenset({"inform", "affirm", "deny", "repeat", "cancel_flow", "ask_human"})


def requested(reading: Reading) -> list[Command]:
    """Read every segment of the message as a request of its own."""
    found: list[Command] = []
    reading = without_conditions(by_preference(without_refused(reading)))
    hear = functools.partial(_segment_commands, reading)
    parts = grouped(reading, segments.split(reading.text), hear)
    for part, commands in put_in_order(reading, [(part, _of(reading, part, hear)) for part in parts], hear):
        wishes = commands
        if any(isinstance(one, StartFlow) for one in found) and is_afterthought(reading, part, commands):
            beside = tuple(item for item in reading.within(part.start, part.end) if item.type in _SAID_OF_ANY_WISH)
            wishes = [Provide(entities=beside, score=GUESSED, source="pattern")] if beside else []
        found += [_with_goods_before(command, found) for command in wishes]
    if len(parts) > 1 and parts[-1].question and is_one_question(reading, found):
        return [to_documents(reading, 0, len(reading.text.raw), WHOLE)]
    told = any(part.flow is not None for part in parts)
    found = without_complaints(without_holding(found))
    return shared(reading, _joined(found if told else without_background(reading, found))) or [
        CannotHandle(text=reading.words(), score=0.5, source="classifier")
    ]


def _of(reading: Reading, part: segments.Segment, hear: Callable[[segments.Segment], list[Command]]) -> list[Command]:
    """Return what a part asks for: the procedure that its clauses told, else what is heard in it."""
    if part.flow is None:
        return hear(part)
    if not part.flow:
        return [one for one in hear(part) if isinstance(one, StartFlow | AskKnowledge) and one.score >= CLEAR]
    low = reading.text.low
    entities = tuple(item for item in reading.within(part.start, part.end) if not of_a_list(low, item))
    words = reading.words(part.start, part.end)
    return [
        one for flow in _meant(part.flow, low[part.start : part.end]) for one in _start(flow, entities, words, CLEAR)
    ]


_THAT_ONE = re.compile(r"^(?: ?ones?\b|的(?!时候|话)|那[件个双条款])")


def _with_goods_before(command: Command, before: list[Command]) -> Command:
    """Let "the grey one" be one of the goods that the request before it named: "return the black hoodie, exchange the grey one"."""
    if not isinstance(command, StartFlow) or any(
        item.type == "product" and item.score > 0.5 for item in command.entities
    ):
        return command
    named = [one for one in before if isinstance(one, StartFlow) and _goods_of(one)]
    goods = [item for one in named for item in _goods_of(one)]
    described = [item for item in command.entities if item.type == "option" and item.value.get("value")]
    for option in described:
        words, place = command.text.lower(), command.text.lower().find(option.text.lower())
        after = command.text[place + len(option.text) :]
        if goods and (option.text.endswith("的") or _THAT_ONE.match(after)):
            if command.flow in SWAPPING.values() and _BECOMES.search(words[:place]):
                return command.model_copy(update={"entities": (*_as_described(named[-1]), *command.entities)})
            meant = goods[-1].model_copy(update={"start": option.end, "end": option.end})
            return command.model_copy(update={"entities": (*command.entities, meant)})
    return command


_BECOMES = re.compile(r"[换改要来拿](?:成|个|件|一[个件条双])?$|\b(?:for|to|into|want|get) (?:an?|the) $")
"""Before a version that goods named before shall become: 想换个酒红的."""


def _goods_of(command: StartFlow) -> list[Entity]:
    return [item for item in command.entities if item.type == "product" and item.score > GUESSED]


def _as_described(command: StartFlow) -> list[Entity]:
    """Return the goods that a request names last, with the versions right before them that say which they are."""
    last, found = _goods_of(command)[-1], []
    place = last.start
    for item in sorted(command.entities, key=lambda item: -item.start):
        if item.type == "option" and item.value.get("value") and 0 <= place - item.end <= 1:
            found.append(item)
            place = item.start
    return [*reversed(found), last]


def _segment_commands(reading: Reading, part: segments.Segment) -> list[Command]:  # noqa: C901, PLR0912  (one table of cases)
    words = reading.words(part.start, part.end)
    begin, end = part.body or (part.start, part.end)
    low = reading.text.low[begin:end]
    part, ranked = at_length(reading, part, reading.classify(reading.masked(begin, end)))
    entities = of_the_wish(reading, part)
    ranked = weighed(reading, part, entities, ranked)
    best, chance = ranked[0]
    if parcel := of_parcels(reading, part, entities, best, chance):
        return [StartFlow(flow=parcel, entities=entities, text=words, score=0.8, source="pattern")]
    if OWN_DATA in reading.flows and wishes_about_own_data(low):
        return [StartFlow(flow=OWN_DATA, entities=entities, text=words, score=0.8, source="pattern")]
    if holds_back(reading, low):
        return [StartFlow(flow=HOLDING, entities=entities, text=words, score=0.8, source="pattern")]
    if leave := _leaves(reading, part, low, entities):
        return [leave]
    if sent := redirected(part, low, entities, best):
        return [StartFlow(flow=sent, entities=entities, text=words, score=0.8, source="pattern")]
    if (chance < CLEAR or best != "ask_knowledge") and of_the_rules(reading, entities, low):
        return [to_documents(reading, part.start, part.end, 0.8, "pattern")]
    vague = (chance < CLEAR or best not in reading.flows) and not phrases.supposes(low)
    if vague and reading.view.active_flow is None and complains_of_own(low, entities):
        return [
            StartFlow(flow=_meant("report_problem", low)[0], entities=entities, text=words, score=0.8, source="pattern")
        ]
    if chance < CLEAR and _WANTS.search(low) and _names_only_a_coupon(part, entities):
        return [StartFlow(flow="claim_coupon", entities=entities, text=words, score=0.7, source="pattern")]
    bought = best not in reading.flows and browsing.speaks_of_own(low)
    begun = (best in _UNDER_WAY or part.cue in _BEGUN) and best not in _OF_MONEY
    asked_of = reading.text.low[part.start :] if _NOUN.match(low) else low
    if (begun or bought) and phrases.asks_progress(asked_of):
        return [StartFlow(flow="order_status", entities=entities, text=words, score=0.8, source="pattern")]
    unsure = best not in reading.flows or chance < (SURE if best in SWAPPING.values() else CLEAR)
    unsure = unsure or (_of_a_version(best, chance) and is_of_a_kind(low, begin, entities))
    if unsure and (swapping := swapped(part, low, entities)):
        return [StartFlow(flow=swapping, entities=entities, text=words, score=0.8, source="pattern")]
    of_the_running = part.question and best == reading.view.active_flow and not entities
    costs = phrases.asks_what_it_costs(low)
    only_asks = of_the_running or (not entities and best in EFFECTS and (chance < CLEAR or costs))
    about_it = all(item.value.get("relation") for item in entities) and of_the_procedure(reading.view, best)
    if part.question and ((only_asks and (costs or phrases.asks_how(low))) or about_it or _supposes(low, entities)):
        return [to_documents(reading, part.start, part.end, chance, "pattern")]
    if of_the_running:
        # Nobody asks anew for what is going on: the question is about it.
        best, chance = next((one for one in ranked[1:3] if one[0] == "ask_knowledge" and one[1] >= 0.1), ranked[0])
        chance = max(chance, 0.3)
    if chance < CLEAR and phrases.asks_whether_paid_back(low):
        return [StartFlow(flow="refund_status", entities=entities, text=words, score=0.8, source="pattern")]
    if chance < CLEAR and phrases.asks_extreme_price(low) and any(item.value.get("product_ids") for item in entities):
        return [StartFlow(flow="price_history", entities=entities, text=words, score=0.8, source="pattern")]
    if part.question and (asked := of_goods(reading.view, low, entities, best, chance)):
        return [StartFlow(flow=asked, entities=entities, text=words, score=0.8, source="pattern")]
    if (
        best in {"inform", "affirm", "deny", "ask_human", "repeat", "cancel_flow"}
        and part.cue
        and len(ranked) > 1
        and ranked[1][0] in reading.flows
        and ranked[1][1] >= 0.25
    ):
        best, chance = ranked[1]
    told = tuple(item for item in entities if item.type != "category")
    if told and _asks_nothing(reading, part, entities, best, chance):
        return [Provide(entities=told, text=words, score=0.7, source="pattern")]
    if best in reading.flows and chance >= _bar(best, part, low, entities):
        meant = _of_the_shop(reading.view, best, low, entities)
        looks = part.cue == "look" and chance < _SURELY and reading.view.known
        if meant == "find_products" and looks and _looks_at_own(low, entities):
            meant = "order_status"
        return [one for flow in _meant(meant, low) for one in _start(flow, entities, words, chance)]
    if best == "ask_knowledge" and chance >= 0.3:
        return [to_documents(reading, part.start, part.end, chance)]
    if best == "ask_human" and persons.asks_who_answers(low):
        return [ChitChat(topic="bot_identity", text=words, score=0.8, source="pattern")]
    if best == "ask_human" and chance >= _PERSON_FROM and persons.asks_human(low, asks_from=_PERHAPS_A_PERSON):
        return [AskHuman(text=words, score=chance, source="classifier")]
    if best.startswith("chit_chat.") and (chance >= 0.8 or (chance >= 0.35 and not told)):
        return [ChitChat(topic=best.removeprefix("chit_chat."), text=words, score=chance, source="classifier")]
    if best == "out_of_scope" and chance >= 0.5 and not any(item.type in {"order_ref", "product"} for item in told):
        return [CannotHandle(text=words, score=chance, out_of_scope=True, source="classifier")]
    if told and (best == "inform" or not part.question):
        return [Provide(entities=told, text=words, score=max(chance, 0.5), source="classifier")]
    if part.question and (best in reading.flows or (best not in _TALK and len(low.strip()) >= ASKED)):
        return [to_documents(reading, part.start, part.end, GUESSED)]
    return _unsure(reading.flows, ranked, words, best, chance)


def _of_a_version(flow: str, chance: float) -> bool:
    """Whether what was heard speaks of versions of goods, and may be mistaken in what shall be done."""
    return flow in _OF_VERSIONS or (flow in SWAPPING.values() and chance < CLEAR)


def _asks_nothing(
    reading: Reading, part: segments.Segment, entities: tuple[Entity, ...], best: str, chance: float
) -> bool:
    """Whether goods or values are only named, or it is only said what is wrong with goods: 黑色那件卫衣有点大 asks for no other size by itself."""
    told_why = any(item.type == "reason" for item in entities)
    if told_why and best in _OF_VERSIONS and not part.question and part.cue is None:
        return True
    low = reading.text.low[slice(*(part.body or (part.start, part.end)))]
    names_only = phrases.elliptical(low) or _only_names_goods(reading, part, entities, best)
    return (names_only and (best not in reading.flows or chance < CLEAR)) or asks_the_same(reading, low, entities)


def _only_names_goods(reading: Reading, part: segments.Segment, entities: tuple[Entity, ...], best: str) -> bool:
    """Whether a message is the name of goods and nothing else, 包: what its letters sound like says nothing."""
    left, goods = reading.text.low, [item for item in entities if item.type == "product"]
    for item in goods:
        left = left[: item.start] + " " * (item.end - item.start) + left[item.end :]
    idle = reading.view.active_flow is None and part.start == 0 and best != "find_products"
    return bool(goods) and idle and not re.search(r"\w", left)


def _leaves(reading: Reading, part: segments.Segment, low: str, entities: tuple[Entity, ...]) -> ChitChat | None:
    """Return the goodbye of one who asks for nothing any more."""
    asked = reading.view.pending
    if asked is not None and asked.kind != "offer" and asked.slot not in {"@flow", "@knowledge"}:
        return None
    told = any(item.type not in {"category", "ordinal"} and item.score > GUESSED for item in entities)
    if told or part.cue is not None or part.question or not phrases.takes_leave(low):
        return None
    return ChitChat(topic="goodbye", text=reading.words(part.start, part.end), score=0.8, source="pattern")


def _bar(flow: str, part: segments.Segment, low: str, entities: tuple[Entity, ...]) -> float:
    """Return the chance from which a procedure is started: a lower one where the words ask for something, say what is wrong, or speak of one's own."""
    faulty = flow == "report_problem" and any(item.type == "reason" for item in entities)
    own = flow in {"order_status", "track_order"} and browsing.speaks_of_own(low)
    return HEARD if faulty or own else CUED if part.cue is not None else SURE


def _looks_at_own(low: str, entities: tuple[Entity, ...]) -> bool:
    """Whether goods are to be looked up that somebody has bought: 查查我的耳机, "check my lamp"."""
    return browsing.speaks_of_own(low) and any(item.type == "product" and item.score > GUESSED for item in entities)


_SELLS_FOR = re.compile(
    r"\b(?:what|how much)\b[^.!?]{0,12}\b(?:do|does|is|are) (?:the|those|these|that|this)\b[^.!?]{0,40}\b(?:sell(?:ing)?|retail(?:ing)?|go(?:ing)?|cost)\b(?! in\b)|(?:那|这)[款个条双件台副][^，。！？]{0,12}(?:卖|要|得)(?:多少|几)(?:钱|块)?"
)
"""What certain goods cost is asked of those."""


def _of_the_shop(view: View, flow: str, low: str, entities: tuple[Entity, ...]) -> str:
    """Return what is asked of the goods on sale: a price of today is no history, and goods that the shop does not have are searched for."""
    types = {item.type for item in entities}
    if flow == "price_history" and not phrases.asks_past_price(low):
        return "check_stock" if "option" in types else "product_details"
    if flow == "change_payment" and types >= {"product", "reason"} and segments.cue(low) == "return":
        return "return_items"  # 双肩包不想要了退支付宝
    if flow == "find_products" and _asks_for_a_version(low, entities):
        return "check_stock"
    if flow == "find_products" and _SELLS_FOR.search(low) and any(item.value.get("product_ids") for item in entities):
        return "product_details"
    if flow == "product_details" and "option" in types and browsing.asks_for_goods(low):
        return "check_stock"
    named = bool(types & {"product", "category", "sku", "option", "ordinal", "brand"}) or phrases.points(low)
    if flow == "check_stock" and not named and not view.focused and view.shown == 0:
        return "find_products"
    return flow


def _asks_for_a_version(low: str, entities: tuple[Entity, ...]) -> bool:
    """Whether it is asked if one product is there in a colour or size: 看看那款毛衣黑色M有没有."""
    ids = {str(one) for item in entities if item.type == "product" for one in item.value.get("product_ids", ())}
    version = any(item.type == "option" and item.value.get("key") in _OF_A_VERSION for item in entities)
    return len(ids) == 1 and version and browsing.asks_for_goods(low)


_OF_A_VERSION = frozenset({"color", "size"})


def _meant(flow: str, low: str) -> tuple[str, ...]:
    """Return the procedures that the words mean, where they are more exact than the classifier."""
    if flow == "refund_status" and phrases.demands_refund(low):
        return ("return_items",)
    if flow == "return_items" and phrases.asks_whether_paid_back(low):
        return ("refund_status",)
    if flow == "report_problem" and wants_money_back(low):
        return ("return_items",)
    if flow == "claim_coupon" and phrases.looks_at_coupons(low):
        return ("list_coupons",)
    if flow == "size_advice" and phrases.asks_how_it_runs(low):
        return ("product_details",)
    if flow in ADDRESS_FLOWS and phrases.makes_default(low):
        return ("change_default_address",)
    if flow in ADDRESS_FLOWS and phrases.names_both_addresses(low):
        return ADDRESS_FLOWS
    return (flow,)


def _supposes(low: str, entities: tuple[Entity, ...]) -> bool:
    """Whether a case is put that has not come about; with an order's number it is about that order."""
    if any("id" in item.value for item in entities if item.type == "order_ref"):
        return False
    for unit in conditions.guarded(low):
        if not phrases.is_question(low[slice(*unit.body)].strip()):
            low = low[: unit.start] + " " * (unit.end - unit.start) + low[unit.end :]  # "if so, do it" supposes nothing
    return phrases.supposes(low)


def _names_only_a_coupon(part: segments.Segment, entities: tuple[Entity, ...]) -> bool:
    """Whether a coupon's code is named, and nothing that could have such a code for another reason: earbuds in IPX4."""
    kinds = {item.type for item in entities}
    return "coupon_code" in kinds and part.cue in {None, "coupon"} and not kinds & {"product", "option", "order_ref"}


def _unsure(
    flows: frozenset[str], ranked: list[tuple[str, float]], words: str, best: str, chance: float
) -> list[Command]:
    candidates = tuple(name for name, score in ranked[:4] if name in flows and score >= HINT)[:3]
    if best in {"affirm", "deny"} and chance >= SURE:
        return [ChitChat(topic="ack", text=words, score=chance, source="classifier")]
    if best == "repeat" and chance >= SURE:
        return [Repeat(text=words, score=chance, source="classifier")]
    if best == "cancel_flow" and chance >= SURE:
        every = phrases.means_all(words.lower())
        return [Cancel(scope="all" if every else "flow", text=words, score=chance, source="classifier")]
    if phrases.praises(words.lower()):
        return [ChitChat(topic="compliment", text=words, score=GUESSED, source="pattern")]
    return [CannotHandle(candidates=candidates, text=words, score=1.0 - chance, source="classifier")]


def _start(flow: str, entities: tuple[Entity, ...], words: str, chance: float) -> list[Command]:
    """One flow; for flows about one order, one for each order that was named by its id, its ending or its price."""
    orders = [item for item in entities if item.type == "order_ref" and item.value.keys() & {"id", "suffix"}]
    if flow not in ONE_ORDER_FLOWS or len({item.value.get("id") or item.value["suffix"] for item in orders}) < 2:
        return [StartFlow(flow=flow, entities=entities, text=words, score=chance, source="classifier")]
    all_of_them = {"all": True}  # 两单都取消: all that are named
    others = tuple(item for item in entities if item not in orders and item.value != all_of_them)
    return [
        StartFlow(flow=flow, entities=(order, *others), text=words, score=chance, source="classifier")
        for order in orders
    ]


def _joined(found: list[Command]) -> list[Command]:
    """Join neighbours that are one request, and let what was only told go with the request beside it."""
    joined: list[Command] = []
    for command in found:
        last = joined[-1] if joined else None
        if (
            isinstance(command, StartFlow)
            and isinstance(last, StartFlow)
            and command.flow == last.flow
            and command.fallback == last.fallback
            and not _different_orders(last, command)
        ):
            joined[-1] = last.model_copy(
                update={
                    "entities": (*last.entities, *command.entities),
                    "text": f"{last.text} {command.text}",
                    "score": max(last.score, command.score),
                }
            )
        elif isinstance(command, Provide) and isinstance(last, StartFlow):
            joined[-1] = last.model_copy(
                update={"entities": (*last.entities, *command.entities), "text": f"{last.text} {command.text}"}
            )
        elif isinstance(command, StartFlow) and isinstance(last, Provide):
            joined[-1] = command.model_copy(
                update={"entities": (*last.entities, *command.entities), "text": f"{last.text} {command.text}"}
            )
        elif isinstance(command, Provide) and isinstance(last, Provide):
            joined[-1] = last.model_copy(
                update={"entities": (*last.entities, *command.entities), "text": f"{last.text} {command.text}"}
            )
        else:
            joined.append(command)
    return joined


def _different_orders(first: StartFlow, second: StartFlow) -> bool:
    ids = [
        {str(item.value.get("id") or item.value.get("suffix")) for item in command.entities if item.type == "order_ref"}
        for command in (first, second)
    ]
    if ids[0] and ids[1]:
        return ids[0] != ids[1]
    goods = [
        {str(one) for item in command.entities for one in item.value.get("product_ids", ())}
        for command in (first, second)
    ]
    return bool((ids[0] or ids[1]) and goods[0] and goods[1] and not goods[0] & goods[1])


def same_business(command: Command, view: View) -> bool:
    """Whether a request only says the running procedure again, with other values."""
    if not isinstance(command, StartFlow) or view.active_flow is None:
        return False
    related = (
        {"return_items", "refund_status", "report_problem"},
        {"exchange_items", "change_items", "check_stock", "product_details"},
    )
    takes_money = "payment_method" in view.flow_slots.values()
    if takes_money and command.entities and all(item.type == "payment_method" for item in command.entities):
        # 改一下，退到礼品卡: nothing is named but how it is paid.
        return True
    pays = command.flow == "change_payment" and takes_money
    if pays and not any(item.type == "order_ref" for item in command.entities):
        return True
    return (
        command.flow == view.active_flow
        or any({command.flow, view.active_flow} <= group for group in related)
        or command.flow in {"find_products", "check_stock"}
    )


def has_own_cue(rest: Reading) -> bool:
    """Whether a message asks for something in so many words."""
    return segments.cue(rest.text.low) is not None or phrases.is_question(rest.text.low.strip())
