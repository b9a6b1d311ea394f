"""What an opening message names only to rule it out: "not returning the jeans, only swapping them", T恤那单别动，取消键盘.

A refused procedure is no request. The goods beside it serve the next wish if that names none itself; where it names others they
are the ones that stay as they are.
"""

from __future__ import annotations

import dataclasses
import itertools
import re
from collections.abc import Sequence

from dialogue.understanding import conditions, phrases, segments
from dialogue.understanding.commands.of_goods import GUESSED
from dialogue.understanding.commands.reading import Reading

_ENDS = re.compile(
    r"[,，。;；:：!！?？\n]\s*|\.(?!\d)\s*|\s+[-–—]+\s+|\s+(?=but\b)|(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])"
)
_DOES_EN = r"(?:cancel(?:l?ing|lations?)?|return(?:ing|s)?|refund(?:ing|s)?|exchang(?:e|es|ing)|swap(?:s|ping)?|replac(?:e|ing|ement)|send(?:ing)?(?= (?:\w+ ){0,3}back\b)|invoices?)"
_REFUSED_EN = re.compile(
    r"(?:\b(?:it's|i'm|i am|we're|this is|that's|please|pls|i|we|just|so) )*(?:(?<!why )\b(?:don'?t|do not|won'?t|will not|(?:is|are)n'?t|no need|no longer|rather than|instead of|never)|(?<!can )(?<!could )(?<!did )(?<!does )(?<!has )(?<!have )(?<!if )(?<!or )(?<!why )(?<!whether )\bnot|\bno)"
    rf"(?: (?:want|need|wish|like|going|looking|asking|trying|planning|intend|here|be|to|for|about|a|an|any|you|me|after)){{0,6}} {_DOES_EN}\b(?:,? (?:straight away|right away|at once|yet|though|please))?"
)
_BACK = re.compile(r"\bback\b")
"""It goes with "send", behind the goods."""
_REFUSED_ZH = re.compile(
    r"(?<![要退换能可是会好行对消改再还直迟老都总给])(?:先|暂时?|并|我|就)*(?:不是?(?:说|非要|非得|一定[要得]?)+|不是(?:要|想|来)*|[不别甭莫](?:用|要(?!了)|必|需要|想|打算|准备|是)?(?:给我|帮我|再)?|[无毋]需)"
    r"(?:退货|退款|退掉?|换货|换掉?|取消|撤[销单掉回]?|开(?:电子)?发?票|发票)(?!差价|就|的话|[不没得])[了啦吧哈]*"
)
"""A procedure with what refuses it, right at its verb; "why don't you refund it", 再不退款 and 不退就投诉 refuse nothing."""
_ASKS_WHY = re.compile(
    r"\b(?:why|how come|if|unless|or|whether)\b|怎么|为什么|为啥|凭|干嘛|你们|商家|卖家|客服|的话|如果|要是"
)
_STAYS = re.compile(
    r"^\W*(?:but |and |so )?not (?:the|my|those|that|this)\b|\b(?:leave|keep)\b[^,.;]*\b(?:alone|be|as (?:it|they|is)|where|untouched|going)\b|\b(?:don'?t|do not) touch\b|\bstays?\b(?! in stock)"
    r"|(?:别|不要|不用|不必|先?不)(?:去)?动|留着|保留|(?:照常|照旧|正常)发"
)
"""By which goods stay as they are, without a procedure: "not the towels", T恤那单别动."""
_FINE = re.compile(
    r"\W*(?:those|they|these|that|it|that one|this one)(?:'s|'re| is| are)? (?:fine|ok|okay|good|alright|all right|perfect|great|stays?)\W*|\W*(?:[这那]个?|它们?)(?:还|挺|很|都)?(?:好|行|没问题|可以)的?\W*"
)
"""Why they do: "not the towels, those are fine"."""
_BOUGHT = re.compile(r"换了(?:[个台部副双件条款]|一[个台部副双件条款])?新")
"""What somebody has got elsewhere: 最近换了个新包 asks for no exchange."""
_WONDERS = re.compile(r"\b(?:wondering|curious|wonder)\b|(?:想|要)(?:知道|看)")
_THINGS = frozenset({"product", "sku", "order_ref"})

_Span = tuple[int, int]


def without_refused(reading: Reading) -> Reading:
    """Return an opening message without what it rules out, if it asks for something else."""
    if reading.view.active_flow is not None:
        return reading
    low = reading.text.low
    clauses = _clauses(low)
    gone = [match.span() for match in _BOUGHT.finditer(low)]
    for place, one in enumerate(clauses):
        refused = _refused(low, one)
        if refused is None and not _STAYS.search(low[slice(*one)]):
            continue
        others = clauses[place + 1 :]
        wish = _wish(low, one[1] if refused is None else refused[1], one[1], others)
        if wish is None and any(_asks(low, before) for before in clauses[:place]):
            wish = clauses[0][0], one[0]
        if wish is None:
            continue
        beside = (max(wish[0], one[1]), wish[1]) if wish[0] >= one[0] else wish
        if _names(reading, beside) and _names(reading, one):
            gone += [one, *(why for why in others[:1] if _FINE.fullmatch(low, *why))]
        elif refused is not None:
            gone += [refused, *(match.span() for match in _BACK.finditer(low, *one))]
            reading = _still_meant(reading, one)
    return reading.without(gone) if gone else reading


def _still_meant(reading: Reading, clause: _Span) -> Reading:
    """Let goods of which one thing is refused be those of the wish beside it."""
    inside = reading.within(*clause)
    marked = [
        item.model_copy(update={"value": {**item.value, "meant": True}})
        if item in inside and item.type in _THINGS
        else item
        for item in reading.entities
    ]
    return dataclasses.replace(reading, entities=marked)


def _clauses(low: str) -> list[_Span]:
    cuts = sorted({0, len(low), *(match.end() for match in _ENDS.finditer(low))})
    return [(start, end) for start, end in itertools.pairwise(cuts) if re.search(r"\w", low[start:end])]


def _refused(low: str, clause: _Span) -> _Span | None:
    """Return where a clause refuses a procedure; what a condition says is no refusal."""
    start, end = clause
    words = low[start:end]
    match = _REFUSED_EN.search(words) or _REFUSED_ZH.search(words)
    if (
        match is None
        or _ASKS_WHY.search(words)
        or "就" in words[match.end() :]
        or words.rstrip().endswith(("?", "？", "吗"))
    ):
        return None
    if any(unit.start < end and start < unit.end for unit in conditions.guarded(low)):
        return None
    return start + match.start(), start + match.end()


def _wish(low: str, begins: int, ends: int, clauses: Sequence[_Span]) -> _Span | None:
    """Return the words from what is refused to the end of the first wish behind it, which may stand in the same clause."""
    for clause in [(begins, ends), *clauses]:
        if _asks(low, clause):
            return begins, clause[1]
    return None


def _asks(low: str, clause: _Span) -> bool:
    words = low[slice(*clause)].strip()
    return (
        bool(segments.cue(words) or phrases.is_question(words) or _WONDERS.search(words))
        and _refused(low, clause) is None
    )


def _names(reading: Reading, words: _Span) -> bool:
    return any(item.type in _THINGS and item.score > GUESSED for item in reading.within(*words))
