"""A message that asks for several things: its clauses are grouped into requests, each with one procedure, its goods and its values.

Verbs and signs tell badly where one request ends: "towels + track the speaker", 换鞋！板鞋41！退包！双肩包不想要了. So a message is
cut wherever another wish may begin, every clause is read alone, and of all ways of grouping neighbours the best is taken: one in
which every clear wish leads a group, and what asks for nothing by itself (goods, reasons, sizes, ways of payment) stands in the
group that takes such a thing and is about the same goods. By dynamic programming over the clauses; fewer groups are better.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Sequence

from dialogue.commands import AskKnowledge, Command, StartFlow
from dialogue.understanding import phrases, segments
from dialogue.understanding.commands.alterations import by_version
from dialogue.understanding.commands.clauses import (
    ALONE,
    QUESTION,
    UNDOES,
    Clause,
    Hear,
    clauses_of,
    do_not_fit,
    unwanted,
)
from dialogue.understanding.commands.of_goods import CLEAR, EFFECTS
from dialogue.understanding.commands.reading import Reading
from dialogue.understanding.text import HAN

UNHEARD = ""
"""What stands for the procedure of a clause that says something of goods of its own, nobody knows what."""
LONG = 240
LONG_ZH = 90
"""Characters from which a message tells a story, whose clauses are not taken for requests."""
ONE_WISH = 0.985
"""Chance from which a whole message is one wish, unless its pieces have verbs of their own: 黑色那件卫衣有点大 想退了."""
_TRAILING = " ,.;:!，。；：！"
MOST = 14
"""Clauses that are grouped."""
_A_GROUP = 0.5
"""What a group must be worth to stand by itself."""
_NO_GOODS = 0.55
_OTHER_GOODS = 0.1
_OTHER_WISH = 0.6
_NOT_ALL = 1.0
_A_LIST = 0.4
_UNHEARD = 0.3
_SAME_GOODS = 0.15
_FITS = 0.05
_MISFITS = 0.1
_LEADS_IN = 0.03
"""What goods, values and their absence add to a group or take from it."""
_GOES_WITH: dict[str, frozenset[str]] = {
    "return_items": frozenset({"report_problem", "refund_status", "change_payment", "product_details"}),
    "exchange_items": frozenset({"report_problem", "check_stock", "size_advice", "change_items", "product_details", "find_products"}),
    "change_items": frozenset({"report_problem", "check_stock", "size_advice", "exchange_items", "product_details", "find_products"}),
    "track_order": frozenset({"order_status", "report_problem", "find_products"}),
    "order_status": frozenset({"track_order", "report_problem", "find_products"}),
    "price_protection": frozenset({"price_history", "product_details", "refund_status", "change_payment", "claim_coupon"}),
    "check_stock": frozenset({"find_products", "product_details", "size_advice"}),
    "find_products": frozenset({"check_stock", "product_details"}),
    "list_coupons": frozenset({"claim_coupon"}),
    "claim_coupon": frozenset({"list_coupons"}),
}  # fmt: skip
"""Procedure -> what a clause beside it may sound like that only says more of it: "they're too small, do you have a 41?"."""
_TAKES: dict[str, frozenset[str]] = {
    "return_items": frozenset({"reason", "payment_method", "quantity"}),
    "exchange_items": frozenset({"reason", "option", "payment_method"}),
    "change_items": frozenset({"option", "payment_method"}),
    "cancel_order": frozenset({"reason"}),
    "change_payment": frozenset({"payment_method"}),
    "check_stock": frozenset({"option"}),
    "find_products": frozenset({"option", "amount", "brand"}),
    "request_invoice": frozenset({"tax_id", "email", "company"}),
}
"""Procedure -> the values that serve it."""
_RIVALS = frozenset({"return_items", "exchange_items", "cancel_order"})
_POINTING = frozenset({"option", "ordinal", "product", "sku", "order_ref"})
"""Kinds of what tells one thing from another."""
_EXCLUDING = frozenset({"return", "exchange", "cancel"})
"""Families of verbs that are never one request: "return the red one and exchange the blue one for L"."""


@dataclasses.dataclass(frozen=True)
class _Group:
    clauses: tuple[Clause, ...]
    flow: str
    value: float

    @property
    def goods(self) -> frozenset[str]:
        return frozenset[str]().union(*(one.goods for one in self.clauses))

    @property
    def clear(self) -> bool:
        """Whether a clause of it asks for its procedure clearly."""
        leaders = [one.weight for one in self.clauses if one.flow == self.flow]
        return self.flow != UNHEARD and max(leaders, default=CLEAR) >= CLEAR

    @property
    def alone(self) -> bool:
        """Whether its procedure needs no goods."""
        return self.flow in ALONE

    @property
    def names(self) -> bool:
        """Whether it says what it is about: goods, or which of them ("the blue one", 第二件)."""
        return bool(self.goods) or any(item.type in _POINTING for one in self.clauses for item in one.told)


def grouped(reading: Reading, parts: Sequence[segments.Segment], hear: Hear) -> list[segments.Segment]:
    """Return the parts of a message as the requests in them: as they are where they are not clearly requests for several things."""
    found: list[segments.Segment] = []
    run: list[segments.Segment] = []
    for part in [*parts, None]:
        if part is not None and not part.fallback:
            run.append(part)
            continue
        found += _run(reading, run, hear, guarded=any(one.fallback for one in parts))
        found += [part] if part is not None else []
        run = []
    return found


def _run(reading: Reading, run: list[segments.Segment], hear: Hear, *, guarded: bool) -> list[segments.Segment]:
    if not run or run[-1].end - run[0].start > _long(reading):
        return run
    clauses = [clause for part in run for clause in clauses_of(reading, part, hear)]
    if guarded:  # whether the first wish can be had is asked for the wish: 不知道给不给退差价 给退就退
        clauses = [dataclasses.replace(one, flow=None) if one.flow == QUESTION else one for one in clauses]
    if not (0 if guarded else 1) < len(clauses) <= MOST:
        return run
    groups = _without_overviews(_without_announcements(_of_the_same(best_groups(clauses))))
    if not groups:
        return run
    if not guarded and len(run) == 1 and _is_one_wish(reading, run[0], groups):
        return run
    parts = [_segment(reading, group, run) for group in groups]
    if all(part.flow for part in parts) and (guarded or _joins_parts(reading, clauses, run, groups)):
        return parts
    clear = [part for part in parts if part.flow or _asks_for_something(hear(part))]
    acts = any(group.flow in EFFECTS for group in groups)
    return parts if len(clear) > 1 or (acts and len(parts) > 1) else run


def _long(reading: Reading) -> int:
    return LONG_ZH if HAN.search(reading.text.plain) else LONG


def _is_one_wish(reading: Reading, whole: segments.Segment, groups: Sequence[_Group]) -> bool:
    """Whether all of it sounds like one request, and at most one piece asks for anything in so many words."""
    if any(_apart(one, other) for one, other in itertools.combinations(groups, 2)):
        return False
    chance = reading.classify(reading.masked(whole.start, whole.end))[0][1]
    pieces = (reading.text.low[group.clauses[0].start : group.clauses[-1].end] for group in groups)
    asked = sum(segments.cue(piece) is not None or phrases.is_question(piece.strip(_TRAILING)) for piece in pieces)
    return chance >= ONE_WISH and asked < 2


def _apart(one: _Group, other: _Group) -> bool:
    """Whether two clear wishes are about different things, and neither says more of the other."""
    goods = bool(one.goods and other.goods and not one.goods & other.goods)
    related = one.flow in _GOES_WITH.get(other.flow, ()) or other.flow in _GOES_WITH.get(one.flow, ())
    return one.clear and other.clear and one.flow != other.flow and not related and (goods or one.alone or other.alone)


def _joins_parts(
    reading: Reading, clauses: Sequence[Clause], run: Sequence[segments.Segment], groups: Sequence[_Group]
) -> bool:
    """Whether what verbs part is fewer requests, and no part of it asks for what nobody heard.

    Verbs that exclude one another are one request where the first is taken back: "swap them... scratch that, send them back".
    """
    inside = [[one for one in clauses if part.start <= one.start < part.end] for part in run]
    heard = all(any(one.flow for one in within) or not any(one.says for one in within) for within in inside)
    verbs = {part.cue for part in run} & _EXCLUDING
    taken_back = phrases.said_anew(reading.text.low[run[0].start : run[-1].end]) is not None
    return len(groups) < len(run) and heard and (len(verbs) < 2 or taken_back)


def _asks_for_something(commands: list[Command]) -> bool:
    return any(isinstance(one, StartFlow | AskKnowledge) and one.score >= CLEAR for one in commands)


def best_groups(clauses: Sequence[Clause]) -> list[_Group]:
    """Return the grouping of neighbouring clauses that is worth most; every group has a clause that asks for its procedure."""
    best: list[tuple[float, list[_Group]] | None] = [(0.0, [])] + [None] * len(clauses)
    for end in range(1, len(clauses) + 1):
        for start in range(end):
            before = best[start]
            group = _group(tuple(clauses[start:end]), first=start == 0)
            if before is None or group is None:
                continue
            value = before[0] + group.value - _A_GROUP - _torn(clauses, start)
            if (now := best[end]) is None or value > now[0]:
                best[end] = (value, [*before[1], group])
    last = best[-1]
    return last[1] if last else []


def _torn(clauses: Sequence[Clause], place: int) -> float:
    """Return what it costs to part goods that are only named from those that "and" joins to them."""
    before = clauses[place - 1] if place else None
    bare = before is not None and bool(before.goods) and not before.says
    return _A_LIST if bare and clauses[place].joined else 0.0


def _group(clauses: tuple[Clause, ...], *, first: bool) -> _Group | None:
    """Return neighbours as one request, by the procedure for which they are worth most."""
    flows = dict.fromkeys(clause.flow for clause in clauses if clause.flow)
    goods = any(clause.goods for clause in clauses)
    if flows.keys() <= {"report_problem"} and goods and do_not_fit(one for clause in clauses for one in clause.told):
        return _Group(clauses, "exchange_items", CLEAR)
    if not flows and goods and (become := _shall_become(clauses)):
        return _Group(clauses, become, CLEAR)
    if not flows and goods and unwanted(one for clause in clauses for one in clause.told):
        return _Group(clauses, "return_items", CLEAR)
    if not flows and any(clause.says and clause.goods for clause in clauses):
        return _Group(clauses, UNHEARD, _UNHEARD)
    groups = [_Group(clauses, flow, _value(clauses, flow, first=first)) for flow in flows]
    return max(groups, key=lambda group: group.value, default=None)


def _shall_become(clauses: tuple[Clause, ...]) -> str | None:
    """Return the procedure by which goods become what is said of them and nothing else: "dress: black pls", "the dress, D1, in black"."""
    behind = [item for clause in clauses[1:] for item in clause.told if item.type != "order_ref"]
    kinds = {item.type for item in behind}
    version = any(item.type == "option" and item.value.get("value") for item in behind)
    ordered = any(item.type == "order_ref" for clause in clauses for item in clause.told)
    if not clauses[0].goods or not (clauses[0].labels or (ordered and version)):
        return None
    if version and kinds <= {"option", "quantity"}:
        return by_version(item for clause in clauses for item in clause.told)
    return "change_payment" if kinds == {"payment_method"} else None


def _value(clauses: tuple[Clause, ...], flow: str, *, first: bool) -> float:
    leaders = [clause for clause in clauses if clause.flow == flow]
    goods = frozenset[str]().union(*(one.goods for one in leaders)) or _nearest(clauses, leaders, flow)
    value = max(leader.weight for leader in leaders) + _FITS * (len(leaders) - 1)
    if not goods and not any(leader.alone or leader.of_all for leader in leaders):
        value -= _NO_GOODS
    if not first and any(leader.of_all for leader in leaders):
        value -= _NOT_ALL
    if clauses[0].flow is None and not clauses[0].opens:
        value -= _LEADS_IN
    return value + sum(
        _beside(clause, flow, goods, alone=leaders[0].alone) for clause in clauses if clause.flow != flow
    )


def _nearest(clauses: tuple[Clause, ...], leaders: Sequence[Clause], flow: str) -> frozenset[str]:
    """Return the goods of a request that names none itself: those named nearest to it, before it rather than behind; all if it says so."""
    if any(leader.of_all or leader.alone for leader in leaders):
        return frozenset()
    place = clauses.index(leaders[0])
    near = [*reversed(clauses[:place]), *clauses[place + 1 :]]
    return next((one.goods for one in near if one.goods and _joins(one, flow)), frozenset[str]())


def _joins(clause: Clause, flow: str) -> bool:
    """Whether a clause may stand beside a request without being another one."""
    return clause.flow is None or clause.flow in _GOES_WITH.get(flow, ()) or (clause.unwanted and flow in UNDOES)


def _beside(clause: Clause, flow: str, goods: frozenset[str], *, alone: bool) -> float:
    """Return what a clause adds to a request that it does not ask for itself."""
    apart = bool(clause.goods and (goods or alone) and not clause.goods & goods)
    if clause.flow is not None:
        joins = _joins(clause, flow) and not apart
        return 0.0 if joins else -max(clause.weight, _OTHER_WISH) if apart else -clause.weight
    value = -(_OTHER_WISH if clause.says else _OTHER_GOODS) if apart else _SAME_GOODS if clause.goods & goods else 0.0
    for kind in {item.type for item in clause.told} & _VALUES:
        value += _FITS if kind in _TAKES.get(flow, ()) else -_MISFITS
    return value


_VALUES = frozenset[str]().union(*_TAKES.values())


def _of_the_same(groups: list[_Group]) -> list[_Group]:
    """Join what is said twice of the same goods, the last of what excludes one another: 键盘退掉，取消订单就行."""
    joined: list[_Group] = []
    for group in groups:
        last = joined[-1] if joined else None
        rivals = last is not None and {last.flow, group.flow} <= _RIVALS and not group.names
        if last is not None and (rivals or (last.flow == group.flow and not group.goods and group.flow != QUESTION)):
            joined[-1] = _Group((*last.clauses, *group.clauses), group.flow, last.value)
        else:
            joined.append(group)
    return joined


def _without_announcements(groups: list[_Group]) -> list[_Group]:
    """Leave out what is only announced before it is said in full: 我要换鞋也要退包，板鞋换41的，….

    Values that serve the wish (a size, a reason, a way of payment) tell that it was said in full the first time.
    """
    return [
        group
        for place, group in enumerate(groups)
        if any(one.type in _TAKES.get(group.flow, ()) for clause in group.clauses for one in clause.told)
        or not any(later.flow == group.flow and later.goods & group.goods for later in groups[place + 1 :])
    ]


def _without_overviews(groups: list[_Group]) -> list[_Group]:
    """Leave out a clause that only names the goods of several requests before or after them: 鞋和包都要处理下，板鞋换41，包退掉."""
    kept: list[_Group] = []
    for group in groups:
        others = frozenset[str]().union(*(one.goods for one in groups if one is not group))
        ends = (group.clauses[0], group.clauses[-1])
        over = [one for one in ends if one.flow is None and one.goods & others]
        rest = tuple(one for one in group.clauses if one not in over)
        mine = frozenset[str]().union(*(one.goods for one in rest))
        kept.append(dataclasses.replace(group, clauses=rest) if mine and not mine & others else group)
    return kept


def _segment(reading: Reading, group: _Group, run: Sequence[segments.Segment]) -> segments.Segment:
    start, end = group.clauses[0].start, group.clauses[-1].end
    whole = next((part for part in run if part.start == start and part.end == end), None)
    found = whole or segments.piece(reading.text.low, start, end)
    core = found.core or ((start, end),)
    return dataclasses.replace(found, core=core, flow=None if group.flow == QUESTION else group.flow)
