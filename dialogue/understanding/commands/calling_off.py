"""Wishes that are called off: all of them, one that is named, one of several, a part of one, or what runs as it is.

A message calls something off where a clause of it has words that refuse or keep ("no", "leave", 不用, 留着) beside what they are said of:
everything that was asked for, a procedure, goods, or "it"; and no other clause asks for something else.
"""

from __future__ import annotations

import dataclasses
import itertools
import re
from collections.abc import Iterable

from dialogue.commands import Cancel, Command, Entity
from dialogue.understanding import phrases, polarity, segments
from dialogue.understanding.commands.reading import Reading
from dialogue.understanding.entities.base import entity

_LONGEST = 160
_GENERIC = 0.3
"""Score of a word for anything at all: "item", 东西."""
_TAKES_PARTS = frozenset({"return_items", "exchange_items", "change_items"})
_FREE_WORDS = frozenset({"reason", "text", "invoice_title"})
"""Slots whose answer may well be a refusal: 不想要了, asked for the reason."""
_CLAUSE = re.compile(
    r"[,，。.;；!！?？\n]+\s*|\s+(?:but|so|because|cause|since|though)\s+|(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])"
)

_DOING = r"(?:return|send|exchang|swap|chang|switch|cancel|claim|issue|refund|do|doing|bother|process|proceed|go ahead|go on|continue|touch)"
_DECLINES = re.compile(
    rf"(?:\b(?:do not|dont|wont|not|no longer|rather not)|n't)\b[^,.;]{{0,14}}\b(?:want|need|wish|require|{_DOING}\w*)\b|\bno (?:need|more|return|exchange|swap|invoice|receipt|refund|cancellation|change)\b"
    r"|\b(?:nvm|scratch|skip|drop|scrap|forget|ignore|disregard|never ?mind|stop|cancel(?= (?:the|that|this|my) (?:return|exchange|swap|change|request|invoice|claim|refund))|call off|hold off|withdraw|leave|abandon|bin|remove|take(?= .{2,30}\b(?:off|out)\b)|don't worry|neither|nothing)\b"
    r"|\b(?:unnecessary|can wait|(?:not|n't) (?:needed|necessary|required))\b"
    r"|(?:不|别|莫|甭|勿|无需|唔使|唔好)(?:用|要|想|必|再|给我|帮我|先|去|管)*(?:退|换|改|取消|开|弄|搞|动|办|领|申请|处理|寄回|折腾|算|操作)|算了|免了|放一放|放放|撤(?:销|掉|回|了)|(?<=[货票请保])取消|当我没|(?:票|券|货|保)(?:就|也|都|先)*(?:不要|不用|不需要|不必)|(?:不用|不必|莫|别)管|去掉|剔除"
)
"""Words that do not want something done."""
_NOT_THESE = re.compile(
    r"(?:\b(?:not|minus|without|except(?: for)?|apart from|other than|but not|leave out|skip|drop|remove|not touching)|除了|除开|不含|不包括|(?:不|别)(?:用|要|想)?(?:退|换|改|动)?)(?: (?:the|my|those|these|that|this))*\W*(?:那|这)?[个件条双副]?$"
)
"""Said right before goods that are taken out."""
_KEEPS = re.compile(
    r"\b(?:keep|keeping|kept|hang(?:ing)? on to|hold(?:ing)? on to|stick(?:ing)? (?:with|to)|live with|stays?|stay(?:ing)? put|still (?:want|need)|as (?:it|they) (?:is|are|was|were)|the way (?:it|they) (?:is|was|are|were)|how it (?:is|was))\b"
    r"|留(?:着|下|给)|凑合|照旧|照原来|维持原样|原样|还是(?:我)?要的|(?:我)?(?:还)?要的|别动|不动|不变"
)
"""Words by which things stay as they are."""
_FINE = re.compile(
    r"\b(?:is|are|'s|'re|was) (?:fine|ok|okay|good|great|alright|all right|enough)\b|\b(?:it|they|these|this|those) (?:do |does |now |actually )?fits?\b|就这样|就行|就好|刚好|挺好|正好|(?:能|可以)穿|合适"
)
"""The same beside a refusal; alone they may well answer a question: 原路就行."""
_NO = re.compile(r"\b(?:no|not|dont|never ?mind|nvm)\b|n't\b|不|别|莫|算了")
_ALL = re.compile(
    r"\b(?:both|either|neither|everything|anything|nothing|all(?: of)?(?: (?:it|that|them|this|those))?|the whole lot|any of (?:it|that|them|this|those))\b"
    r"|[两二三]个?(?:个|件|样|项|单)?(?:事儿?)?都|都(?=[^，。]{0,3}(?:不|别|先|甭|莫|算|取消))|全(?:部)?都?|统统|通通|一律|一个都|所有"
)
_WORDS: tuple[tuple[tuple[str, ...], re.Pattern[str]], ...] = tuple(
    (flows, re.compile(rf"\b(?:{english})\b|{chinese}"))
    for flows, english, chinese in (
        (("cancel_order",), r"cancel(?:ling|ing|lation)?", r"取消"),
        (
            ("return_items",),
            r"return(?:ing)?|send(?:ing)? (?:it|them|that|those|these) back|refund(?:ing)?",
            r"退货?|寄回",
        ),
        (
            ("exchange_items", "change_items"),
            r"swap(?:ping)?|exchang(?:e|ing)|chang(?:e|ing)|switch(?:ing)?",
            r"换货?|改",
        ),
        (("change_order_address", "change_default_address"), r"chang(?:e|ing)", r"改|换"),
        (("change_payment",), r"payment thing|chang(?:e|ing)", r"改|换"),
        (("request_invoice",), r"invoice|receipt", r"发?票|开票|发飘"),
        (
            ("price_protection",),
            r"price (?:protection|match|adjustment)|price thing|difference|claim(?:ing)?",
            r"价保|保价|差价|申请",
        ),
        (("claim_coupon", "list_coupons"), r"coupon|voucher|claim(?:ing)?", r"券|领"),
    )
)
"""Procedures, and the words for what they do."""
_FAMILY: dict[str, str] = {
    "cancel_order": "cancel", "return_items": "return", "exchange_items": "exchange", "change_items": "change",
    "change_order_address": "address", "change_default_address": "address", "change_payment": "pay",
    "request_invoice": "invoice", "price_protection": "price", "claim_coupon": "coupon",
}  # fmt: skip
_ANY_DOING = re.compile(
    r"\b(?:it|this|that|those|them|bother|process|proceed|continue)\b|(?:不|别|甭|莫)(?:用|要|想|再|给我|帮我)*(?:弄|搞|动|办|折腾|处理|管|操作)|算了|当我没"
)
_REST = re.compile(r"\b(?:rest|others?|everything else|remaining)\b|其[他它余]|别的|剩下")
_VALUES = frozenset({"option", "address", "email", "payment_method", "quantity", "order_ref", "ordinal"})
_IDLE = frozenset({None, "know", "look", "make", "find"})
"""Families of verbs that stand in many a sentence that asks for nothing."""
_OTHER_ONE = re.compile(r"\bother one\b|\bthe other\b|另(?:外)?一?个")
_ONLY = re.compile(
    r"\b(?:only|just|rest|others?|everything else|remaining)\b|[只光单就仅](?!价|号)|其[他它余]|别的|剩下|照[退换]|还是[退换]"
)


@dataclasses.dataclass(frozen=True)
class _Clause:
    start: int
    end: int
    low: str
    off: bool
    """It refuses or keeps something."""


def called_off(reading: Reading) -> list[Command] | None:
    """Read what is called off; None when nothing is."""
    low, view = reading.text.low, reading.view
    if view.active_flow is None and not view.waiting:
        return None
    asks = phrases.is_question(low.strip()) or low.rstrip().endswith(("?", "？", "吗"))
    if asks or len(low.strip()) > _LONGEST or (view.pending and view.pending.slot_type in _FREE_WORDS):
        return None
    clauses = _clauses(low)
    agrees = polarity.read(low).sense == "yes" and not _DECLINES.search(low)
    if agrees or phrases.cannot_say(low) or _asks_for_more(clauses, reading):
        return None
    if view.waiting and any(clause.off and _ALL.search(clause.low) for clause in clauses):
        return [_cancel(reading, scope="all")]
    found = _one_of_several(reading, clauses) or _waiting(reading, clauses) or _goods(reading, clauses)
    if found is None and view.active_flow is not None and _ends_what_runs(reading, clauses):
        found = _cancel(reading, flow=view.active_flow)
    return [found] if found is not None else None


def _ends_what_runs(reading: Reading, clauses: list[_Clause]) -> bool:
    if _names_others(reading, clauses) or _goes_on(reading, clauses):
        return False
    if any(_of_the_running(clause, reading) for clause in clauses):
        return True
    values = any(item.type in _VALUES for item in reading.entities)
    return (
        not values and _FINE.search(reading.text.low) is not None and any(_NO.search(clause.low) for clause in clauses)
    )


def _clauses(low: str) -> list[_Clause]:
    cuts = [0, *(match.end() for match in _CLAUSE.finditer(low)), len(low)]
    pieces = [(start, end) for start, end in itertools.pairwise(cuts) if low[start:end].strip()]
    return [
        _Clause(start, end, low[start:end], bool(_DECLINES.search(low[start:end]) or _KEEPS.search(low[start:end])))
        for start, end in pieces
    ]


def _asks_for_more(clauses: Iterable[_Clause], reading: Reading) -> bool:
    """Whether a clause that refuses nothing asks for something that neither runs nor waits, or gives another value."""
    mine = {_FAMILY.get(flow) for flow in (*reading.view.waiting, reading.view.active_flow or "")}
    for clause in clauses:
        if clause.off:
            continue
        values = [item for item in reading.within(clause.start, clause.end) if item.type in _VALUES]
        if segments.cue(clause.low) not in _IDLE | mine or (values and not _ONLY.search(clause.low)):
            return True
    return False


def _cancel(reading: Reading, **how: object) -> Cancel:
    return Cancel.model_validate({"text": reading.words(), "score": 0.9, "source": "pattern", **how})


def _named(clause: _Clause, flows: Iterable[str]) -> str | None:
    """Return the procedure of these that a clause names."""
    words = {flow: pattern for several, pattern in _WORDS for flow in several}
    return next((flow for flow in flows if flow in words and words[flow].search(clause.low)), None)


def _waiting(reading: Reading, clauses: list[_Clause]) -> Cancel | None:
    """The procedure that waits for its turn, named beside the refusal, or before an "it" that is refused."""
    view = reading.view
    others = [flow for flow in view.waiting if flow != view.active_flow]
    for place, clause in enumerate(clauses):
        if not clause.off:
            continue
        named = _named(clause, others)
        before = next((flow for one in clauses[:place] if (flow := _named(one, others))), None)
        points = before is not None and re.search(r"\b(?:it|that|this)\b|不用|算了", clause.low) is not None
        if flow := named or (before if points else None):
            return _cancel(reading, flow=flow)
    return None


def _goes_on(reading: Reading, clauses: list[_Clause]) -> bool:
    """Whether a clause that refuses nothing asks for what runs: 不换颜色，只换尺码."""
    flow = reading.view.active_flow or ""
    return any(_named(clause, [flow]) for clause in clauses if not clause.off)


def _names_others(reading: Reading, clauses: list[_Clause]) -> bool:
    """Whether goods are named where nothing is refused: "not the hoodie, I meant the keyboard" corrects."""
    spans = [(clause.start, clause.end) for clause in clauses if not clause.off]
    things = [item for item in reading.entities if item.type in {"product", "sku"} and item.score > _GENERIC]
    return any(start <= item.start < end for start, end in spans for item in things) and not _ONLY.search(
        reading.text.low
    )


def _of_the_running(clause: _Clause, reading: Reading) -> bool:
    """Whether a clause refuses what runs, or keeps what it would change; goods and values in it are for others to read."""
    flow = reading.view.active_flow or ""
    if not clause.off or _REST.search(clause.low):
        return False
    inside = reading.within(clause.start, clause.end)
    goods = any(item.type in {"product", "sku"} and item.score > _GENERIC for item in inside)
    if any(item.type in _VALUES for item in inside) or (goods and flow in _TAKES_PARTS):
        return False
    # "It's the towels that I don't want" is why they are to be cancelled.
    points = not goods and _ANY_DOING.search(clause.low) is not None
    return bool(points or _KEEPS.search(clause.low) or _named(clause, [flow]))


def _one_of_several(reading: Reading, clauses: list[_Clause]) -> Cancel | None:
    """ "No, only the second", 第一个不要取消: of several requests of the same procedure some are dropped."""
    view, low = reading.view, reading.text.low
    if view.active_flow is None or view.active_flow not in view.waiting or view.active_flow in _TAKES_PARTS:
        return None
    things = [
        item
        for item in reading.entities
        if item.type in {"product", "ordinal", "order_ref", "sku"} and item.score > _GENERIC
    ]
    if not things and not _OTHER_ONE.search(low):
        return None
    if not things:
        things = [entity(reading.text, "ordinal", {"n": 2}, (0, len(low)))]
    dropped = tuple(item for item in things if _is_refused(item, clauses))
    if not dropped and not _ONLY.search(low) and not any(clause.off for clause in clauses):
        return None
    # What is not to be done may be named by nothing but its colour: 灰的不取消了，键盘照取消.
    kept = tuple(item for item in things if item not in dropped)
    return _cancel(
        reading, scope="part", entities=dropped, only=kept if kept and (not dropped or _ONLY.search(low)) else ()
    )


def _goods(reading: Reading, clauses: list[_Clause]) -> Cancel | None:
    """ "Not the mugs though", T恤还是不退了吧: goods that are taken out of what runs, whose rest stays as it was."""
    if reading.view.active_flow not in _TAKES_PARTS or reading.view.pending is None:
        return None
    things = [item for item in reading.entities if item.type in {"product", "sku"} and item.score > _GENERIC]
    stay = tuple(item for item in things if _is_refused(item, clauses))
    if not stay or (len(stay) < len(things) and not _ONLY.search(reading.text.low)):
        return None
    return _cancel(reading, scope="part", entities=stay)


def _is_refused(item: Entity, clauses: list[_Clause]) -> bool:
    """Whether goods are what a clause declines or keeps: not those of "just the mug", nor of why they go back ("the mug is not nice")."""
    clause = next((one for one in clauses if one.start <= item.start < one.end), None)
    if clause is None:
        return False
    before, after = clause.low[: item.start - clause.start], clause.low[item.end - clause.start :]
    if _NOT_THESE.search(before):
        return True
    if not clause.off:
        return False
    return not re.search(r"(?:\b(?:only|just)|[只光仅])[^,，]{0,12}$", before) or bool(
        _DECLINES.search(after) or _KEEPS.search(after)
    )
