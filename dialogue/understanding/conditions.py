"""What is wanted only if: "exchange it, or if there is none return it", 有41就换，没有就退. Pure functions over lower-case words.

A guard is the words that say when something is wanted: "if it has shipped", "in stock?", 没有的话. It is no request, though it
speaks of stock or of what may be done. It stands before the words that it guards or behind them, and they are wanted where the
first wish can be had (`Guarded.holds`) or in the place of it. What a condition says is read by `predicates`.
"""

from __future__ import annotations

import dataclasses
import itertools
import re
from collections.abc import Sequence

from dialogue.understanding import predicates
from dialogue.understanding.guards import Guard, asks, guard_of, only_leads

_STOPS = re.compile(r"[,;!?()\n，。；！？、…~～:：]|\.(?!\d)")
_ELSEWHERE = r"(?<!anything )(?<!something )(?<!someone )(?<!what )(?<!nothing )(?<!who )(?<!everything )(?<!anywhere )(?<!no one )"
_CUT = re.compile(
    rf"(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])|(?<=[a-z\d])\s+(?=(?:没|前提是|除非|要[是不么]|如|若|否|不行|不然|有的?话|那)[\u3400-\u9fff])|\s+(?=(?:and|but|or|so)\b,? (?:should|if|in case|unless|provided|failing)\b)|(?<!everything)(?<!anything)(?<!nothing)(?<!all)\s+(?=but\b (?!for\b|not\b|the\b))|(?<!see)(?<!check)(?<!but)(?<!and)(?<!or)\s+(?=if (?:no|not|so|yes)\b)|\s+(?=or else\b)|(?<=\w){_ELSEWHERE}(?<! or)\s+(?=(?:else|otherwise|failing that)\b\W*\w)"
)
"""Where another clause begins without a sign: at a space between Chinese, and before what says otherwise."""
_HESITATES = re.compile(
    r"(?:\W*(?:well|hm+|um+|erm*|uh+|oh|ok(?:ay)?|ah|ugh|argh|meh|eh|sigh|i (?:guess|suppose|think)|[嗯呃额哎唉哦噢啊]+|好吧|算了|那个?)\b)+\W*"
)
"""Sounds between two clauses, which part no condition from its wish: "if not, well, return them", 没有的话…嗯，退了吧."""


_OR = " or "


@dataclasses.dataclass(frozen=True)
class Guarded:
    """Words that are wanted only if."""

    start: int
    end: int
    body: tuple[int, int]
    """Where it is said what is wanted."""
    guard: tuple[int, int]
    """Where it is said when."""
    holds: bool
    """Whether it is wanted where the first wish can be had; False: in the place of it."""


@dataclasses.dataclass(frozen=True)
class _Clause:
    start: int
    end: int
    asks: bool
    """A question mark stands behind it."""
    guard: Guard | None = None


def guarded(low: str) -> list[Guarded]:
    """Return what is wanted only if, from left to right; each lies apart from the others."""
    clauses = _clauses(low)
    found: list[Guarded] = []
    about: tuple[predicates.Said, int | None] | None = None
    """What was said last of whether something can be had, and where, if it was asked."""
    asked_till = 0
    """Where what was asked ends: right behind it "then" is "if so"."""
    for place, clause in enumerate(clauses):
        if clause.start < asked_till:
            continue
        guard = clause.guard
        if guard is not None and guard.then and not (place and clauses[place - 1].end == asked_till):
            continue
        if guard is None:
            end = _question_end(clauses, place, low)
            if (end or _ASKS_ZH.search(low[: clause.end])) and (
                asked := asks(low, clause.start, end or clause.end)
            ) is not None:
                about, asked_till = (asked, clause.start), end or clause.end
            continue
        out = _out(guard, about)
        unit = _unit(low, clauses, place, holds=not out)
        if about is not None and about[1] is not None and not out and unit is not None:
            start = min(about[1], unit.start)  # what was asked is what it depends on
            unit = dataclasses.replace(unit, start=start, guard=(start, unit.guard[1]))
        if guard.said.form == "full" and not guard.instead:
            about = dataclasses.replace(guard.said, out=out), None
        if unit is not None and all(one.end <= unit.start or one.start >= unit.end for one in found):
            found.append(unit)
    return found


def _question_end(clauses: Sequence[_Clause], place: int, low: str) -> int | None:
    """Return where the question that a clause is, or begins, ends with its mark: "is it there in black, size M?"."""
    for clause in clauses[place:]:
        if clause.guard is not None:
            return None
        if clause is not clauses[place] and not _adds(low[clause.start : clause.end]):
            return None
        if clause.asks:
            return clause.end
        if low[clause.end : clause.end + 1] not in {",", "，", "、"}:
            return None
    return None


def _adds(words: str) -> bool:
    """Whether words behind a comma only say more of what is asked, and are no question beside it."""
    return len(words) <= _ADDED and not re.match(r"\W*(?:or\b(?! not\b)|and\b|还是)", words)


_ADDED = 24
"""Characters of what may be added to a question behind a comma."""


def _unit(low: str, clauses: Sequence[_Clause], place: int, *, holds: bool) -> Guarded | None:
    """Return a guard with the words that it guards: those behind it, else those before."""
    clause = clauses[place]
    guard = clause.guard
    if guard is None:
        return None
    if guard.body is not None:
        unit = Guarded(guard.unit, clause.end, (guard.body, clause.end), (guard.start, guard.body), holds)
        return _with_its_act(low, clauses, place + 1, unit)
    after = clauses[place + 1] if place + 1 < len(clauses) and not guard.behind else None
    if after is not None and after.guard is None and _THEN_ZH.match(low, after.start, after.end):
        return Guarded(guard.unit, after.end, (after.start, after.end), (guard.start, after.start), holds)
    if not only_leads(low[clause.start : guard.start]):
        last = low.rfind(_OR, clause.start, guard.start)
        begin = clause.start if holds or last < 0 else last + len(_OR)
        return Guarded(begin, clause.end, (begin, guard.start), (guard.start, clause.end), holds)
    will_do = after is not None and after.guard is not None and after.guard.instead and after.guard.start > after.start
    if after is not None and (after.guard is None or after.guard.then or will_do) and not _polite(low, after):
        begin = after.guard.body if after.guard is not None and after.guard.body is not None else after.start
        return _with_its_act(
            low, clauses, place + 2, Guarded(guard.unit, after.end, (begin, after.end), (guard.start, begin), holds)
        )
    if place and clauses[place - 1].guard is None and not guard.instead and not guard.bare:
        before = clauses[place - 1]
        return Guarded(before.start, clause.end, (before.start, before.end), (guard.start, clause.end), holds)
    return None


def _with_its_act(low: str, clauses: Sequence[_Clause], place: int, unit: Guarded) -> Guarded:
    """Let what is wanted otherwise reach to where it is said what shall be done: 不给退的话包我也不要了，退货."""
    behind = clauses[place] if place < len(clauses) else None
    if unit.holds or behind is None or behind.guard is not None or _ACTS.search(low, *unit.body):
        return unit
    if not _UNWANTED.search(low, *unit.body) or not _ACTS.search(low, behind.start, behind.end):
        return unit
    return dataclasses.replace(unit, end=behind.end, body=(unit.body[0], behind.end))


_ACTS = re.compile(r"\b(?:cancel|return|refund|exchange|swap|take|send|money back)\b|退|换|取消")
_UNWANTED = re.compile(r"\b(?:don'?t|do not|no longer) (?:want|need)\b|不(?:想?要|留|需要)")


def _out(guard: Guard, about: tuple[predicates.Said, int | None] | None) -> bool:
    """Whether a condition rules the first wish out: "if it has" takes up what was asked or said before, "otherwise" denies it."""
    out = guard.said.out
    if guard.then and about is not None:
        out = about[0].out
    elif guard.instead:
        out = about is None or about[1] is not None or not about[0].out
    elif about is not None and guard.said.form == "echo":
        out = out != about[0].stem
    elif about is not None and guard.said.form == "bare":
        out = out != (about[0].stem if about[1] is not None else about[0].out)
    return out != guard.unless


_ASKS_ZH = re.compile(r"(?:[有能行可]以?[不没伐]|[吗伐]|(?P<verb>[有能发走行])[没不](?P=verb)[\u3400-\u9fff]{0,3})\W*$")
"""The end of a question without its sign: 藏青色还有伐."""
_THEN_ZH = re.compile(r"\W*(?:那么?)?[我咱]?(?:就|则|便|只[能好])")
_POLITE = re.compile(
    r"\W*(?:please|pls|thanks?(?: you)?|thx|cheers|ok(?:ay)?|谢谢[您你]?|麻烦了?|辛苦了?|哈|亲|好吗|可以吗)\W*"
)


def _polite(low: str, clause: _Clause) -> bool:
    return bool(_POLITE.fullmatch(low[clause.start : clause.end]))


def _clauses(low: str) -> list[_Clause]:
    stops = [(match.start(), match.end()) for match in _STOPS.finditer(low)]
    edges = sorted({0, len(low), *itertools.chain(*stops), *(match.end() for match in _CUT.finditer(low))})
    signs = dict(stops)
    found: list[_Clause] = []
    for start, end in itertools.pairwise(edges):
        if start in signs or not low[start:end].strip(" \t'\"-") or (found and _HESITATES.fullmatch(low, start, end)):
            continue
        asked = low[end : end + 1] in {"?", "？"}
        guard = guard_of(low, start, end, first=not found, asked=asked)
        found.append(_Clause(start, end, asked, guard))
    return found
