"""A message that asks for several things without saying so by a verb each time: "towels + track the speaker", 鞋换41码 包退了.

Where every clause alone is clearly a request, for other goods than the one before it, it is one of its own.
"""

from __future__ import annotations

import dataclasses
import itertools
import re
from collections.abc import Callable

from dialogue.commands import Command, Entity, StartFlow
from dialogue.understanding import phrases, segments
from dialogue.understanding.commands.of_goods import CLEAR, EFFECTS, GUESSED
from dialogue.understanding.commands.reading import Reading

Hear = Callable[[segments.Segment], list[Command]]
"""Reads one segment alone."""
LONG = 240
"""Characters from which a part tells a story, whose clauses are not taken for requests."""
SHORTEST = 3
"""Letters of a clause that can be a request."""
_ALONE = frozenset({"list_coupons"})
"""Procedures that need no goods to be named."""
_DOES = {"return": {"return_items"}, "exchange": {"exchange_items"}, "cancel": {"cancel_order"}}
"""Family of a verb -> the procedure that it alone asks for, goods named or not."""
_READS = frozenset(
    {"track_order", "order_status", "request_invoice", "check_stock", "price_protection", "refund_status"}
)
_BOUNDARY = re.compile(
    r"[,，、;；:：。！!]\s*|[?？]\s*|\s+(?:\+|&|n|and|plus|also|then|but|as well as|besides)\s+|(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fffA-Za-z])"
    r"|(?<=[\u3400-\u9fff])(?=(?:然后|另外|顺便|还有|同时|并且|再(?:把|帮|给|去)|对了))"
)


@dataclasses.dataclass(frozen=True)
class _Clause:
    start: int
    end: int
    flow: str | None
    goods: frozenset[str]


def parted(reading: Reading, part: segments.Segment, hear: Hear) -> list[segments.Segment]:
    """Return a part of a message as the requests in it: as it is where no two of its clauses are requests for different things."""
    if part.body is not None or part.end - part.start > LONG:
        return [part]
    clauses = _clauses(reading, part, hear)
    groups: list[list[_Clause]] = []
    for clause in clauses:
        led = next((one for one in groups[-1] if one.flow), None) if groups else None
        if not groups or (clause.flow and led is not None and _apart(led, clause, groups[-1])):
            groups.append([clause])
        else:
            groups[-1].append(clause)
    if len(groups) < 2:
        return [part]
    return [_segment(reading, group[0].start, group[-1].end) for group in groups]


def _clauses(reading: Reading, part: segments.Segment, hear: Hear) -> list[_Clause]:
    low = reading.text.low
    spans = [(item.start, item.end) for item in reading.entities]
    cuts = {part.start, part.end}
    for match in _BOUNDARY.finditer(low, part.start, part.end):
        if not any(start < match.end() < end for start, end in spans):
            cuts.add(match.end())
    places = [(start, end) for start, end in itertools.pairwise(sorted(cuts)) if low[start:end].strip()]
    found = [_clause(reading, hear, start, end) for start, end in places] if len(places) > 1 else []
    return [_named_after(clause, found[place + 1 :]) for place, clause in enumerate(found)]


def _named_after(clause: _Clause, rest: list[_Clause]) -> _Clause:
    """Let a request whose goods are only named in the clauses behind it have them: 退了吧，那个包."""
    if clause.flow is None or clause.goods or clause.flow in _ALONE:
        return clause
    told = itertools.takewhile(lambda one: one.flow is None, rest)
    goods = next((one.goods for one in told if one.goods), frozenset[str]())
    return dataclasses.replace(clause, goods=goods, flow=clause.flow if goods else None)


def _clause(reading: Reading, hear: Hear, start: int, end: int) -> _Clause:
    goods = frozenset(_names(reading.within(start, end)))
    piece = _segment(reading, start, end)
    low = reading.text.low[start:end]
    nothing = _Clause(start, end, None, goods)
    if (
        (not piece.core and not goods)
        or (not goods and piece.cue not in _DOES and not _maybe_alone(low))
        or sum(map(str.isalnum, low)) < SHORTEST
    ):
        return nothing
    heard = hear(piece)
    wish = heard[0] if len(heard) == 1 else None
    if not isinstance(wish, StartFlow) or (not goods and wish.score < CLEAR):
        return nothing
    known = wish.flow in _ALONE or wish.flow in (EFFECTS | _READS if goods else _DOES.get(piece.cue or "", ()))
    clear = wish.score >= (GUESSED if piece.cue is not None or piece.question else CLEAR)
    return _Clause(start, end, wish.flow, goods) if known and clear else nothing


def _maybe_alone(low: str) -> bool:
    return bool(re.search(r"\b(?:coupons?|vouchers?|discount codes?)\b|券", low))


def _names(entities: tuple[Entity, ...]) -> list[str]:
    named: list[str] = []
    for item in entities:
        if item.type == "product" and (item.score > GUESSED or item.value.get("product_ids")):
            named += [str(one) for one in item.value.get("product_ids") or ()] or [item.text.lower()]
        elif item.type == "order_ref":
            named.append(str(item.value.get("id") or item.value.get("suffix") or item.text))
    return named


def _apart(led: _Clause, clause: _Clause, group: list[_Clause]) -> bool:
    """Whether a clause is another request than the one before: another procedure, for nothing that was named there."""
    if clause.flow == led.flow:
        return False
    before = frozenset[str]().union(*(one.goods for one in group))
    if clause.flow in _ALONE or led.flow in _ALONE:
        return True
    return bool(before) and not before & clause.goods


def _segment(reading: Reading, start: int, end: int) -> segments.Segment:
    low = reading.text.low[start:end]
    found = segments.piece(reading.text.low, start, end)
    return found if found.core else dataclasses.replace(found, question=phrases.is_question(low.strip()))
