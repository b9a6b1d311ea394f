"""Whole procedures that are called off: all of them, one that waits, or the one that runs."""

from __future__ import annotations

import re

from dialogue.commands import Cancel, Correct
from dialogue.understanding import phrases, segments
from dialogue.understanding.commands.calling_off.parts import other_goods
from dialogue.understanding.commands.calling_off.taken import (
    AS_IT_IS,
    BEYOND_DOUBT,
    BY_NAME,
    ONLY,
    SAID,
    SURE,
    TakenStances,
    cancel,
    is_new,
)
from dialogue.understanding.commands.corrections import same
from dialogue.understanding.commands.of_goods import GUESSED
from dialogue.understanding.commands.reading import Reading
from dialogue.understanding.stances import Situation, Span, Taken


def everything(stances: TakenStances) -> Cancel | None:
    """All that runs and waits: 都别弄了, or one clause for each."""
    view = stances.reading.view
    if not view.waiting:
        return None
    runs, waits = stances.situation.kinds
    off = stances.refused
    if any(one.on >= SURE and one.subject.kinds for one in stances.taken) or stances.on:
        return None
    of_all = any(phrases.means_all(stances.words(one)) for one in off)
    kinds = {kind for one in off for kind in one.subject.kinds}
    of_each = bool(waits and {runs, *waits} <= kinds) or _keeps_goods_of_each(stances)
    return cancel(stances, scope="all") if of_all or of_each else None


def _keeps_goods_of_each(stances: TakenStances) -> bool:
    """Whether goods of what runs and others, which then belong to what waits, are named and stay: 键盘也要双肩包也要."""
    before = [item for item in stances.reading.view.said if item.type == "product" and item.score > GUESSED]
    of_the_running = [any(same(thing.entity, item) for item in before) for thing in stances.off]
    return any(of_the_running) and not all(of_the_running)


def waiting(stances: TakenStances) -> Cancel | None:
    """The procedure that waits for its turn and is named."""
    runs, waits = stances.situation.kinds
    for one in stances.refused:
        if set(one.subject.kinds) & set(waits) and runs not in one.subject.kinds:
            flow = next(flow for flow in stances.reading.view.waiting if Situation(flow).kinds[0] in one.subject.kinds)
            return cancel(stances, flow=flow)
    runs_on = any(one.on >= SURE and runs in one.subject.kinds for one in stances.taken)
    if len(waits) == 1 and waits[0] != runs and runs_on and ONLY.search(stances.reading.text.low):
        return cancel(stances, flow=stances.reading.view.waiting[0])  # "no bill needed, only cancel the keyboard"
    return None


def only_what_runs(stances: TakenStances) -> Cancel | None:
    """The one procedure that waits, where only what runs is to be done: 只要把键盘取消就好了."""
    runs, waits = stances.situation.kinds
    if (
        len(waits) != 1
        or waits[0] == runs
        or any(one.on >= SURE and waits[0] in one.subject.kinds for one in stances.taken)
    ):
        return None
    only = [one for one in stances.taken if runs in one.subject.kinds and waits[0] not in one.subject.kinds]
    said = any(_NOTHING_MORE.search(stances.words(one)) and one.off < SURE for one in only)
    return cancel(stances, flow=stances.reading.view.waiting[0]) if said else None


_NOTHING_MORE = re.compile(r"\bonly\b|\bjust\b[^,.;]*\b(?:nothing|that's it|that is all)\b|[只光单仅](?!价|号)")


def running(stances: TakenStances) -> Cancel | Correct | None:
    """What runs as it is, unless something else is wanted, or was meant: other goods then."""
    reading = stances.reading
    flow, revoked = reading.view.active_flow, stances.revoked
    if flow is None or (stances.on and not revoked):
        return None
    if others := other_goods(stances):
        return Correct(entities=others, text=reading.words(), score=0.85, source="classifier")
    first = stances.refused[0].subject.clause
    wanted = [one for one in stances.taken if one.on >= SURE and not _is_idle_talk(stances, one)]
    if any(one.subject.kinds or (one.subject.clause.start > first.start and not revoked) for one in wanted):
        return None
    asked = any(
        one.off < SURE and one.subject.clause.start > first.start and segments.cue(stances.words(one)) is not None
        for one in stances.taken
    )
    named = stances.refuses_what_runs
    reason = not named and all(_gives_a_reason(reading, one.subject.clause) for one in stances.refused)
    wished = any(
        item.type in {"payment_method", "address", "email"} or (item.type == "option" and not is_new(stances, item))
        for item in reading.told()
    )
    sure = named or revoked or (not wished and any(map(AS_IT_IS.search, map(stances.words, stances.taken))))
    return None if asked or reason else cancel(stances, flow=flow, score=BY_NAME if sure else SAID)


_HARDLY = 0.6
"""Chance to which words that name nothing want nothing either, behind a refusal beyond doubt."""


def _is_idle_talk(stances: TakenStances, one: Taken) -> bool:
    """Whether a clause names nothing and asks for nothing, where what runs was called off beyond doubt: 先不换了，周末再试试."""
    clause, runs = one.subject.clause, stances.situation.kinds[0]
    plain = any(refused.off >= BEYOND_DOUBT and runs in refused.subject.kinds for refused in stances.refused)
    idle = not one.subject.kinds and segments.cue(stances.words(one)) is None and one.on < _HARDLY
    return plain and idle and not stances.reading.within(clause.start, clause.end)


def _gives_a_reason(reading: Reading, clause: Span) -> bool:
    """Whether a refusal is why what runs is wanted: 不想要了, said of goods to be sent back before that is asked."""
    view = reading.view
    if "reason" not in view.flow_slots.values() or view.pending is None or view.pending.kind in {"confirm", "offer"}:
        return False
    return any(item.type == "reason" for item in reading.within(clause.start, clause.end))
