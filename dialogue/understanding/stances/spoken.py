"""What a stance is taken on: the clauses of a message, the things mentioned in them, and how both are put to the model.

The thing in question is marked, other things that are mentioned stand for one another: so "not the mugs, the towels" teaches how
anything is left out.
"""

from __future__ import annotations

import dataclasses
import itertools
import re
from collections.abc import Iterator, Sequence

from dialogue.understanding.text import HAN

_MARKS = {False: ("xthis", "xother", "xdo", "xnext"), True: ("甲", "乙", "丙", "丁")}
"""Marks of the thing in question, of others, of what runs and of what waits: in English, and between Chinese characters."""
_CUT = re.compile(
    r"[\U0001f300-\U0001faff\u2600-\u27bf]+\s*|[,，、。.;；!！?？~～…\n]+\s*|\s+(?=and (?:please |also |then )?(?:don'?t|do not|never|leave|keep)\s)|\s+(?=(?:but|so|because|cause|cos|since|though)\s+)|\s+(?=just (?:cancel|return|refund|swap|exchange|change|send|do|get|keep|leave)\s)|(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])"
)
_TOPIC = re.compile(
    r"(?:\b(?:oh|ah|wait|and|but|so|ok|okay|also|well|as for|about|regarding|hm+|u[hm]+|right|now|then|the|my|our|those|these|that|this|orders?|ones?)\b"
    r"|[那这][个件双条单张]?|至于|关于|对了|的话|我的?|[个件双单笔张嘛呢啊呀哦噢的就]|[^\w]|_)*"
)
"""All that stands around what only says what is spoken of: "oh wait, the mugs, ...", 发票嘛，...."""
_ARTICLE = re.compile(r"(?:\b(?:the|my|our|those|these|that|this|of the|of those)\s+)+$|[那这][个件条双副单些]?$")
_DOES = {
    "return": r"return(?:ed|ing|s)?(?![a-z])|refund(?:ed|ing)?(?![a-z])|(?:send|giv|hand|ship|post)(?:e|ing)?(?![a-z])(?=[^,.]{0,24} back)|退货|退款|退掉|退|寄回",
    "exchange": r"exchang(?:e|ed|ing)(?![a-z])|swap(?:ped|ping)?(?![a-z])|switch(?:ed|ing)?(?![a-z])|chang(?:e|ing)(?![a-z])(?! (?:my|of) mind)|replac(?:e|ement|ing)(?![a-z])|换货|调换|换掉|换|(?<!修)改(?!主意|天)",
    "cancel": r"cancel(?:led|ed|ling|ing|lation)?(?![a-z])|取消|撤单",
    "address": r"chang(?:e|ed|ing)(?![a-z])(?! (?:my|of) mind)|updat(?:e|ing)(?![a-z])|更改|修改|换|改(?!主意|天)",
    "payment": r"chang(?:e|ed|ing)(?![a-z])(?! (?:my|of) mind)|switch(?:ing)?(?![a-z])|更换|换|改(?!主意|天)",
    "invoice": r"invoices?(?![a-z])|receipts?(?![a-z])|开发票|开票|发票|发飘|(?<=[张个的])票|票(?=[不别就先免])|开(?=[了吧张])",
    "price": r"price (?:protection|match|adjustment|claim)(?![a-z])|claim(?:ing)?(?![a-z])|difference(?![a-z])|价保|保价|差价|申请",
    "coupon": r"coupons?(?![a-z])|vouchers?(?![a-z])|claim(?:ing)?(?![a-z])|优惠券|券|领取|领",
}
"""The words for what each procedure does, in both languages; an English one may stand between Chinese."""
_KIND = {
    "return_items": "return", "exchange_items": "exchange", "change_items": "exchange", "cancel_order": "cancel",
    "change_order_address": "address", "change_default_address": "address", "change_payment": "payment",
    "request_invoice": "invoice", "price_protection": "price", "claim_coupon": "coupon",
}  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Situation:
    """What runs while something is said."""

    running: str | None
    waiting: tuple[str, ...] = ()

    @property
    def kinds(self) -> tuple[str, tuple[str, ...]]:
        """What runs, and what else waits."""
        runs = _KIND.get(self.running or "", "")
        return runs, tuple(sorted({_KIND[flow] for flow in self.waiting if flow in _KIND} - {runs}))

    @property
    def words(self) -> str:
        """The situation as words that stand beside those of a clause."""
        runs, waits = self.kinds
        twice = ["twice"] if self.running in self.waiting else []
        return " ".join([f"runs{runs}", *(f"waits{kind}" for kind in waits), *twice])


@dataclasses.dataclass(frozen=True)
class Span:
    """A stretch of a message, in characters."""

    start: int
    end: int


@dataclasses.dataclass(frozen=True)
class Subject:
    """What a stance is asked of: a thing in a clause, or the clause itself where nothing is told apart in it."""

    clause: Span
    thing: Span | None
    kinds: tuple[str, ...] = ()
    """The procedures, of those that run and wait, whose words it is about: `Situation.kinds`."""


def clauses(low: str) -> list[Span]:
    """Cut a lower-case message into clauses."""
    cuts = [0, *(match.end() for match in _CUT.finditer(low)), len(low)]
    return [Span(start, end) for start, end in itertools.pairwise(cuts) if re.search(r"\w", low[start:end])]


def subjects(low: str, things: Sequence[Span], situation: Situation) -> Iterator[Subject]:
    """Return what stances can be asked of, in order: each thing, else each of several procedures, else the clause.

    Args:
        low: the message in lower case.
        things: where goods, orders or places in a list ("the second") are mentioned.
        situation: what runs.
    """
    for clause in _with_topics(low, things, situation):
        inside = [thing for thing in things if clause.start <= thing.start < clause.end]
        named = procedures(low, clause, situation)
        if inside:
            yield from (Subject(clause, thing, tuple(named)) for thing in inside)
        elif len(named) > 1:
            yield from (Subject(clause, span, (kind,)) for kind, span in named.items())
        else:
            yield Subject(clause, None, tuple(named))


def _with_topics(low: str, things: Sequence[Span], situation: Situation) -> list[Span]:
    """Return the clauses, those that only say what is spoken of joined to what is said of it: "the mugs, those I want to keep"."""
    joined: list[Span] = []
    topic: int | None = None
    found = clauses(low)
    for clause, after in itertools.zip_longest(found, found[1:]):
        named = _names(low, clause, things, situation)
        alone = bool(named) and _TOPIC.fullmatch(_without(low, clause, named)) is not None
        if topic is None and alone and after is not None and not _names(low, after, things, situation):
            topic = clause.start
            continue
        joined.append(clause if topic is None else Span(topic, clause.end))
        topic = None
    return joined


def _names(low: str, clause: Span, things: Sequence[Span], situation: Situation) -> list[Span]:
    inside = [thing for thing in things if clause.start <= thing.start < clause.end]
    return [*inside, *procedures(low, clause, situation).values()]


def _without(low: str, clause: Span, spans: Sequence[Span]) -> str:
    for span in spans:
        low = low[: span.start] + "_" * (span.end - span.start) + low[span.end :]
    return low[clause.start : clause.end]


def procedures(low: str, clause: Span, situation: Situation) -> dict[str, Span]:
    """Return the procedures that run or wait and are named in a clause, and where."""
    runs, waits = situation.kinds
    found: dict[str, Span] = {}
    for kind in (runs, *waits):
        match = re.compile(_DOES.get(kind, r"(?!)")).search(low, clause.start, clause.end)
        if match and not any(match.start() < span.end and span.start < match.end() for span in found.values()):
            found[kind] = Span(*match.span())
    return found


def marked(low: str, part: Span, subject: Subject, things: Sequence[Span], situation: Situation) -> str:
    """Return a part of a message with its things and procedures marked, as they are to the subject."""
    chinese = HAN.search(low) is not None
    this, other, does, follows = _MARKS[chinese]
    marks = {(one.start, one.end): other for one in things}
    if subject.thing is not None:
        marks[subject.thing.start, subject.thing.end] = this
    runs, waits = situation.kinds
    for kind, mark in ((runs, does), *((kind, follows) for kind in waits)):
        for match in re.finditer(_DOES.get(kind, r"(?!)"), low):
            if not any(start < match.end() and match.start() < end for start, end in marks):
                marks[match.span()] = mark
    pieces, place = [], part.start
    for (start, end), mark in sorted(marks.items()):
        if start < place or end > part.end:
            continue
        before = low[place:start]
        pieces += [_ARTICLE.sub("", before) if mark in (this, other) else before, mark]
        place = end
    return "".join([*pieces, low[place : part.end]]).strip()


@dataclasses.dataclass(frozen=True)
class Asked:
    """A subject as the model reads it."""

    clause: str
    """Its clause, marked."""
    message: str
    """The situation and the whole message, marked."""
    grams: str
    """The words that n-grams are taken from."""


def asked(low: str, subject: Subject, things: Sequence[Span], situation: Situation) -> Asked:
    """Put a subject to the model."""
    clause = marked(low, subject.clause, subject, things, situation)
    whole = marked(low, Span(0, len(low)), subject, things, situation)
    return Asked(clause, f"{situation.words}: {whole}", f"{clause} {situation.words}")
