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

_REFUSES = re.compile(
    r"\b(?:no|not|never|dont|wont|doesnt|isnt|arent|cant|without|nvm|neither|nothing|scratch|skip|drop|scrap|forget|ignore|disregard|never ?mind|stop|cancel(?= (?:the|that|this|my) (?:return|exchange|swap|change|request|invoice|claim|refund))|call off|hold off|withdraw|leave|abandon|bin)\b|n't\b"
    r"|\b(?:unnecessary|no longer|not needed|can wait|is enough|are enough)\b"
    r"|(?:不(?!锈|错|同|过|好意思|知道|对|是|客气|一样|清楚|懂|明白|到|仅|管|然|行)|别(?!墅|的|人|家)|莫(?=[退换改取搞弄办开要])|甭|勿|无需|唔使|唔好|没必要)|算了|免了|放一放|放放|撤(?:销|掉|回|了)|(?<=[货票请保])取消|当我没"
)
_KEEPS = re.compile(
    r"\b(?:keep|keeping|kept|hang(?:ing)? on to|hold(?:ing)? on to|stick(?:ing)? (?:with|to)|live with|(?:it|they|these|this|those) (?:do |does |now |actually )?fits?|stays?|stay(?:ing)? put|still (?:want|need)|(?:is|are|'s|'re|was) (?:fine|ok|okay|good|great|alright|all right|enough)|as (?:it|they) (?:is|are|was|were)|the way (?:it|they) (?:is|was|are|were)|how it (?:is|was))\b"
    r"|留(?:着|下|给)|凑合|照旧|照原来|维持原样|原样|还是(?:我)?要的|(?:我)?(?:还)?要的|就这样|就行|就好|别动|不动|不变|刚好|挺好|正好"
)
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
        (("change_order_address", "change_default_address"), r"address|chang(?:e|ing)", r"地址|改"),
        (("change_payment",), r"payment|pay(?:ing)?|card|chang(?:e|ing)", r"付款|支付|卡|改"),
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
_STOPS_DOING = re.compile(
    r"(?:n't|\bnot|\bno need to|\bstop)\b[^,.;]{0,16}\b(?:do|doing|bother|process|proceed|go (?:on|ahead)|continue)\b|(?:不|别|甭|莫)(?:用|要|想|再|给我|帮我)*(?:弄|搞|动|办|折腾|麻烦|处理|管|操作)"
)
_REST = re.compile(r"\b(?:rest|others?|everything else|remaining)\b|其[他它余]|别的|剩下")
_VALUES = frozenset({"option", "address", "email", "payment_method", "quantity", "order_ref"})
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
    agrees = polarity.read(low).sense == "yes" and not _REFUSES.search(low)
    if agrees or phrases.cannot_say(low) or _asks_for_more(clauses, reading):
        return None
    if (chosen := _one_of_several(reading, clauses)) is not None:
        return [chosen]
    if not any(clause.off for clause in clauses):
        return None
    if view.waiting and any(clause.off and _ALL.search(clause.low) for clause in clauses):
        return [_cancel(reading, scope="all")]
    if (found := _waiting(reading, clauses) or _goods(reading, clauses)) is not None:
        return [found]
    if _names_others(reading, clauses):
        return None
    if view.active_flow is not None and any(_of_the_running(clause, reading) for clause in clauses):
        return [_cancel(reading, flow=view.active_flow)]
    return None


def _clauses(low: str) -> list[_Clause]:
    cuts = [0, *(match.end() for match in _CLAUSE.finditer(low)), len(low)]
    pieces = [(start, end) for start, end in itertools.pairwise(cuts) if low[start:end].strip()]
    return [
        _Clause(start, end, low[start:end], bool(_REFUSES.search(low[start:end]) or _KEEPS.search(low[start:end])))
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
    return bool(_KEEPS.search(clause.low) or _STOPS_DOING.search(clause.low) or _named(clause, [flow]))


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
    """Whether goods stand in a clause that refuses or keeps, nearer to that than to an "only"."""
    clause = next((one for one in clauses if one.start <= item.start < one.end), None)
    if clause is None or not clause.off:
        return False
    before = clause.low[: item.start - clause.start]
    return not re.search(r"(?:\b(?:only|just)|[只光仅])[^,，]{0,12}$", before) or bool(
        _REFUSES.search(clause.low[item.end - clause.start :])
    )
