"""Doubts whether a message calls off at all: it may answer, ask, or wish for something else."""

from __future__ import annotations

import re

from dialogue.commands import PendingQuestion, View
from dialogue.understanding import pending, phrases, polarity, segments
from dialogue.understanding.commands.calling_off.taken import (
    AS_IT_IS,
    BEYOND_DOUBT,
    DENIED,
    FAMILY,
    IDLE,
    SURE,
    TAKES_PARTS,
    VALUES,
    TakenStances,
    is_new,
)
from dialogue.understanding.commands.corrections import same
from dialogue.understanding.commands.of_goods import GUESSED
from dialogue.understanding.commands.reading import Reading
from dialogue.understanding.stances import Span, Taken

_ANOTHER_WISH = 0.8
"""Chance of another intent that casts doubt on it."""
OTHER_ONE = re.compile(
    r"是别的|是另[外一]|\b(?:it's|its|i mean(?:t)?) (?:the|an)other\b|(?:^|[,.;!?]\s*|\bso )(?:the )?other one(?: please| then)?\W*$"
)
"""Said of what is meant, not of whether it is wanted."""
FOR_THE_COURIER = re.compile(
    r"\b(?:leave|put|drop) (?:it|them|the (?:parcel|package|box)) (?:with|at|by|behind|in|on|near) (?:a |the |my )?(?:neighbou?r|(?:front |back )?door|porch|concierge|reception|bins?|locker|gate|shed|garage|safe|mailbox|desk)"
    r"|放(?:在|到)?(?:门口|驿站|前台|快递柜|物业|保安|门卫)"
)
"""What is to be done with the parcel: "leave it with the neighbour" leaves nothing be."""
_NOD = re.compile(r"^\W*(?:好的?|行|嗯+|ok(?:ay)?|yes|sure|alright|fine)\W*")
"""A yes that may only be polite."""
_OF_AN_ORDER = re.compile(r"\b(?:orders?|purchase)\b|订单|单子|[那这]单|下单|整单")
NONE = re.compile(r"\W*(?:neither|none)(?: of (?:them|these|those|the two))?\W*|\W*(?:一个)?都不(?:是|要|对|行)\W*")
"""Said to choices that were offered, it says that none is meant."""
_CANNOT = re.compile(
    r"\b(?:(?:ca|could|may|wo|do|does)n't|(?:can|could|may|will|do|does) ?not|cant)\b|不能|没法|不可以|不让|不给"
)
"""Said with what is no wish: "we can't claim trousers"."""
_HENCE = re.compile(r"\b(?:so|hence|therefore)\b(?! (?:that|far|much|many|long)\b)|所以|因此|那就")
"""Before what all that was weighed comes to."""
_LOOKS_FOR_GOODS = frozenset({"find_products", "product_details", "check_stock"})
_UNDOES = frozenset({"cancel", "return"})
"""Families of verbs that are one where orders are to be cancelled."""
_REST = re.compile(r"\b(?:others?|rest|remaining)\b|其[他它余]|别的|剩|另一|另外那")
"""What is left over, however many that is."""
_DREADS = re.compile(r"懒得|嫌|怕|省得|免得|\b(?:hassle|faff|bother(?:ed)?|fuss)\b")
"""Said of what is too much trouble, which nobody asks for."""
_PAUSES = re.compile(
    r"\W*(?:(?:ok|oh|hm+|well|wait|hold on|hang on|one sec\w*|(?:just )?a (?:sec\w*|minute|moment))\W+)+|\W*[嗯哦诶哎]*(?:等等|等一?下|慢着|稍等)\W*"
)


def only_asks_first(low: str) -> bool:
    """Whether a pause is asked for only to ask something: "hang on, my speaker, is that on its way"."""
    pause = _PAUSES.match(low)
    asked = low[pause.end() :].strip() if pause is not None else ""
    return phrases.is_question(asked) and not phrases.asks_for_it(asked) and segments.cue(asked) in IDLE


def only_stops(stances: TakenStances) -> bool:
    """Whether a message begins with set words that stop, and all behind them stays too: "nvm, keeping the jeans as is"."""
    return phrases.stops(stances.reading.text.low) is not None and all(one.off >= SURE for one in stances.taken)


def is_something_else(reading: Reading) -> bool:
    """Whether a message reads as well as a choice that was offered, as a wish or a question of another kind, or as idle talk."""
    view, question = reading.view, reading.view.pending
    values = [item for item in reading.told() if item.type in VALUES]
    refused = bool(values) and all(DENIED.search(reading.text.low[: item.start]) for item in values)
    offered = question if question is not None and question.kind != "confirm" else None  # "The first one" is no yes.
    if offered and not refused and _answers(reading, offered):
        return True
    best, chance = reading.classify(reading.masked())[0]
    mine = {view.active_flow, *view.waiting}
    whole = view.active_flow in TAKES_PARTS and any(item.value.get("all") for item in view.said)
    of_others = _names_goods(reading) and not _names_only_known(reading) and not whole
    if view.active_flow and not _OF_AN_ORDER.search(reading.text.low) and not of_others:
        mine.add("cancel_order")  # 撤了吧 is said of whatever runs
    if _names_only_known(reading):
        mine |= _LOOKS_FOR_GOODS | ({"return_items"} if _cancels_several(view) else set())
    others = reading.flows | {"ask_knowledge", "out_of_scope"}
    return chance >= _ANOTHER_WISH and best not in mine and best in others


def _answers(reading: Reading, offered: PendingQuestion) -> bool:
    """Whether a message picks one of the choices that were offered, or rules some of them out."""
    picked = pending.choose(reading.text, reading.entities, offered, reading.lexicon)
    return bool(picked) or rules_out(reading, offered)


def rules_out(reading: Reading, question: PendingQuestion) -> bool:
    """Whether a message says which of the choices that were offered are not meant: "not the first"."""
    if question.kind in {"confirm", "offer"}:
        return False
    return pending.left(reading.text, reading.entities, question, reading.lexicon) is not None


def _names_goods(reading: Reading) -> bool:
    return any(item.type in {"product", "sku", "order_ref"} and item.score > GUESSED for item in reading.entities)


def _cancels_several(view: View) -> bool:
    """Whether several orders are to be cancelled, so that 只退掉键盘那单 says which of them is."""
    return view.active_flow == "cancel_order" and view.active_flow in view.waiting


def _names_only_known(reading: Reading) -> bool:
    """Whether all goods in a message were spoken of before: what else sounds like a search says which of them are meant."""
    goods = [item for item in reading.entities if item.type in {"product", "sku"} and item.score > GUESSED]
    return bool(goods) and all(any(same(item, one) for one in reading.view.said) for item in goods)


def only_answers(low: str) -> bool:
    """Whether a message begins with a yes and is nothing but one, or a no behind it: 好的就这样, 好的，先不要了."""
    nod = _NOD.match(low)
    if nod is None:
        return False
    rest = low[nod.end() :]
    more = polarity.read(rest)
    return not rest or (more.sense in {"yes", "no"} and not re.search(r"\w", rest[more.rest :]))


def asks_for_more(stances: TakenStances) -> bool:
    """Whether a clause that calls nothing off asks for what neither runs nor waits, or gives another value."""
    view = stances.reading.view
    mine = {FAMILY.get(flow) for flow in (*view.waiting, view.active_flow or "")}
    if _cancels_several(view) and _names_only_known(stances.reading):
        mine |= _UNDOES
    runs = stances.situation.kinds[0]
    refusals = [
        one.subject.clause.start for one in stances.taken if one.off >= BEYOND_DOUBT and runs in one.subject.kinds
    ]
    last = max((match.start() for match in _HENCE.finditer(stances.reading.text.low)), default=0)
    concluded = any(one.off >= SURE and one.subject.clause.end > last for one in stances.taken) if last else False
    clauses: dict[Span, list[Taken]] = {}
    for one in stances.taken:
        clauses.setdefault(one.subject.clause, []).append(one)
    for span, several in clauses.items():
        if any(one.off >= SURE for one in several) or (concluded and span.start < last):
            continue
        values = any(is_new(stances, item) for item in stances.reading.within(span.start, span.end))
        values = values and not any(one.subject.thing for one in several) and not stances.asks(span)
        words = stances.words(several[0])
        values = values and not _REST.search(words) and not AS_IT_IS.search(words)
        values = values and not any(span.start < place for place in refusals)  # 大点好 莫换了: it only says why
        values = values and not (stances.revoked and segments.cue(words) is None)  # "withdraw it, red is fine"
        if values or (segments.cue(words) not in IDLE | mine and not (_DREADS.search(words) or _CANNOT.search(words))):
            return True
    return False
