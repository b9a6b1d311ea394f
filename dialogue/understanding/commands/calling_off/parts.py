"""Goods, or some of several requests of one procedure, that are taken out of what runs."""

from __future__ import annotations

import re

from dialogue.commands import Cancel, Correct, Entity
from dialogue.understanding.commands.calling_off.taken import (
    BEYOND_DOUBT,
    BY_NAME,
    DENIED,
    ONLY,
    SAID,
    SURE,
    TAKES_PARTS,
    TakenStances,
    Thing,
    cancel,
    is_new,
    with_kinds,
)
from dialogue.understanding.commands.corrections import same
from dialogue.understanding.commands.of_goods import GUESSED

_BUT_THOSE = re.compile(
    r"\b(?:apart from|except(?:ing)?(?: for)?|but(?: not)?|bar|other than|save|without|minus) (?:those|them|that(?: one)?|these|it|this(?: one)?)\b(?! \w+ed\b)"
    r"|除(?:了|去|开)?(?:它们?|[这那][个件些条双]?)(?!么|样|里|边)|(?:它们?|[这那][个件些条双])(?:除外|不算|不在内)"
)
"""An exception that points to what was named before."""


def some(stances: TakenStances) -> Cancel | Correct | None:
    """Goods that are taken out of what runs, or some of several requests of one procedure."""
    view, off, on = stances.reading.view, stances.off, stances.on
    flow = view.active_flow
    if flow is None or not stances.things:
        return None
    stays = on or tuple(thing for thing in stances.things if not thing.rest and thing not in off)
    if any(thing.rest for thing in off) and stays:
        return Correct(
            entities=with_kinds(stances, stays), text=stances.reading.words(), score=0.85, source="classifier"
        )
    dropped = tuple(thing.entity for thing in off if not thing.rest and _is_spoken_of(stances, thing))
    if flow in TAKES_PARTS:
        dropped = dropped or _spoken_of_before(stances)
        parts = bool(dropped) and not _names_another(stances)
        by_name = stances.refuses_what_runs and not on and not _versions(stances)
        score = BY_NAME if by_name else SAID
        return cancel(stances, scope="part", entities=dropped, score=score) if parts else None
    if flow in view.waiting and (dropped or on):
        kept = tuple(thing.entity for thing in on if not thing.rest)
        return cancel(stances, scope="part", entities=dropped, only=kept)
    if dropped and _names_another(stances):
        return Correct(entities=with_kinds(stances, on), text=stances.reading.words(), score=0.85, source="classifier")
    return None


def _spoken_of_before(stances: TakenStances) -> tuple[Entity, ...]:
    """Return the goods of the clause right before a refusal that names none, where the rest goes on: 黑T恤当睡衣也行，就不退了，其余照退."""
    goes_on = any(thing.rest and thing.taken.off < SURE for thing in stances.things)
    refused = [one.subject.clause for one in stances.refused if one.subject.thing is None]
    if not goes_on or not refused:
        return ()
    before = [
        thing for thing in stances.things if not thing.rest and thing.taken.subject.clause.end == refused[0].start
    ]
    return tuple(thing.entity for thing in before)


def all_but_those(stances: TakenStances) -> Cancel | None:
    """What runs without the goods that were named last: "that has the mugs in it, I use them. Everything but those then"."""
    exception = _BUT_THOSE.search(stances.reading.text.low)
    if exception is None or stances.reading.view.active_flow not in TAKES_PARTS:
        return None
    before = [thing for thing in stances.things if not thing.rest and thing.entity.end <= exception.start()]
    last = [thing.entity for thing in before if thing.taken.subject.clause == before[-1].taken.subject.clause]
    return cancel(stances, scope="part", entities=tuple(last), score=BY_NAME) if last else None


def _versions(stances: TakenStances) -> bool:
    return any(item.type == "option" and is_new(stances, item) for item in stances.reading.told())


def _is_spoken_of(stances: TakenStances, thing: Thing) -> bool:
    """Whether a thing may be part of what runs: goods that nobody named before are none where others were, as in 穿厚袜子刚好."""
    before = [item for item in stances.reading.view.said if item.type == "product" and item.score > GUESSED]
    return thing.entity.type != "product" or not before or any(same(thing.entity, one) for one in before)


def only_some(stances: TakenStances) -> Cancel | None:
    """What alone is left of several requests of one procedure: "no, only the second"."""
    view = stances.reading.view
    several = view.active_flow in view.waiting and view.active_flow not in TAKES_PARTS
    kept = tuple(thing.entity for thing in stances.on if not thing.rest)
    only = several and kept and ONLY.search(stances.reading.text.low)
    return cancel(stances, scope="part", only=kept) if only else None


def _names_another(stances: TakenStances) -> bool:
    """Whether goods are wanted in the place of those that were named before: 不是T恤，是毛巾 corrects."""
    before = [item for item in stances.reading.view.said if item.type in {"product", "sku"} and item.score > GUESSED]
    low = stances.reading.text.low
    denied = any(DENIED.search(low[: thing.entity.start]) for thing in stances.off)
    meant = [thing for thing in stances.things if thing.taken.off < BEYOND_DOUBT] if denied else stances.on
    runs = stances.situation.kinds[0]
    meant = [*meant, *(one for one in stances.things if one.taken.off < SURE and runs in one.taken.subject.kinds)]
    new = [thing.entity for thing in meant if not thing.rest]
    return bool(before) and any(not any(same(item, one) for one in before) for item in new)


def other_goods(stances: TakenStances) -> tuple[Entity, ...]:
    """Return goods of another order that are named with nothing said against them, where an order was found by its goods."""
    view = stances.reading.view
    before = [item for item in view.said if item.type == "product" and item.score > GUESSED]
    if not before or view.active_flow in TAKES_PARTS or "order" not in view.flow_slots.values() or view.waiting:
        return ()
    new = [
        thing
        for thing in stances.things
        if thing.entity.type == "product"
        and thing.taken.off < BEYOND_DOUBT
        and not any(same(thing.entity, item) for item in before)
    ]
    return with_kinds(stances, new)
