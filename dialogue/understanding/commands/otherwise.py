"""Requests of which one is wanted only in the place of another: which comes first, and what each takes from the other."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from dialogue.commands import Command, Entity, StartFlow
from dialogue.understanding import conditions, segments
from dialogue.understanding.commands.of_goods import EFFECTS, GUESSED, SURE
from dialogue.understanding.commands.reading import Reading

Heard = tuple[segments.Segment, list[Command]]
"""A part of a message and what it asks for."""
_VERBS = {"return": "return_items", "cancel": "cancel_order", "exchange": "exchange_items", "price": "price_protection"}
"""Family of a verb -> the procedure that it asks for where it is said what shall be done in the place of it."""
_STUDIES = frozenset({"compare_products", "price_history"})
"""What "the difference" sounds like beside a price."""
_KNOWS = re.compile(
    r"\b(?:(?:don't|dont|do not) know|not sure|unsure|wonder(?:ing)?|no idea) (?:if|whether)\b|不(?:知道?|清楚|确定)"
)
"""Before what is asked without a question: "i don't know if you'd give me the difference"."""
_SWAPS = frozenset({"exchange_items", "change_items"})
_OF_GOODS = frozenset({"product", "category", "order_ref", "sku"})


def put_in_order(
    reading: Reading, heard: Sequence[Heard], hear: Callable[[segments.Segment], list[Command]]
) -> list[Heard]:
    """Put what is wanted first before what is wanted otherwise, in whatever order they were said.

    Where only the condition names the first wish, "cancel it unless I can get price protection", it is read there.
    """
    if not any(part.fallback for part, _ in heard):
        return list(heard)
    first = [(part, _as_a_wish(reading, part, commands)) for part, commands in heard if not part.fallback]
    otherwise = [(part, _as_it_is_meant(reading, part, commands)) for part, commands in heard if part.fallback]
    if not any(_starts(one, SURE) for one in first):
        named = [(part, _of_the_condition(reading, part, commands, hear)) for part, commands in otherwise]
        if not any(map(_starts, named)):
            return list(heard) if not any(map(_starts, first)) else [*first, *_in_their_place(otherwise)]
        first = [(part, commands) for part, commands in named if commands]
    return [*first, *_in_their_place(otherwise)]


def _in_their_place(otherwise: Sequence[Heard]) -> list[Heard]:
    return [(part, [_instead(one) for one in commands if isinstance(one, StartFlow)]) for part, commands in otherwise]


def _as_a_wish(reading: Reading, part: segments.Segment, commands: list[Command]) -> list[Command]:
    """Take a question whether something may be done for the wish that it is done: "can you price protect it? If not, …"."""
    start, end = part.start, part.end
    knows = _KNOWS.search(reading.text.low, start, end)
    cue = segments.cue(reading.text.low[knows.end() : end]) if knows else part.cue
    flow = _VERBS.get(cue or "")
    asks = knows is not None or part.question or part.body is not None
    if flow is None or not asks or any(isinstance(one, StartFlow) and one.flow not in _STUDIES for one in commands):
        return commands
    entities = reading.within(start, end)
    return [StartFlow(flow=flow, entities=entities, text=reading.words(start, end), score=SURE, source="pattern")]


def _starts(one: Heard, least: float = 0.0) -> bool:
    return any(isinstance(command, StartFlow) and command.score >= least for command in one[1])


def _instead(command: StartFlow) -> StartFlow:
    return command.model_copy(update={"fallback": True})


def _as_it_is_meant(reading: Reading, part: segments.Segment, commands: list[Command]) -> list[Command]:
    """Read what is wanted otherwise by its verb: "my money back" is then a return, never a question how far it is."""
    flow = _VERBS.get(part.cue or "")
    starts = [one for one in commands if isinstance(one, StartFlow)]
    if any(one.flow == "refund_status" for one in starts):
        flow = flow or "return_items"
    if flow is None or any(one.flow in EFFECTS - {"change_payment"} for one in starts):
        return commands
    told, text = reading.within(part.start, part.end), reading.words(part.start, part.end)
    return [StartFlow(flow=flow, entities=told, text=text, score=SURE, source="pattern")]


def _of_the_condition(
    reading: Reading, part: segments.Segment, commands: list[Command], hear: Callable[[segments.Segment], list[Command]]
) -> list[Command]:
    """Return what is to be tried first, where the condition says it: "if you can't price protect it, cancel it"."""
    unit = next((one for one in conditions.guarded(reading.text.low) if one.start == part.start), None)
    if unit is None:
        return []
    flows = {one.flow for one in commands if isinstance(one, StartFlow)}
    piece = segments.piece(reading.text.low, *unit.guard)
    named = _VERBS.get(piece.cue or "")
    found = [
        one for one in hear(piece) if isinstance(one, StartFlow) and one.flow in EFFECTS - flows and one.score >= SURE
    ]
    if not found and named is not None and named not in flows:
        found = [StartFlow(flow=named, text=reading.words(*unit.guard), score=SURE, source="pattern")]
    goods = tuple(item for item in reading.within(part.start, part.end) if item.type in _OF_GOODS)
    return [one.model_copy(update={"entities": one.entities or goods}) for one in found]


def shared(reading: Reading, found: list[Command]) -> list[Command]:
    """Let a request and what is wanted in its place be about the same goods, whichever of them names these.

    The version that is to be had stands in the condition where the request names none: "if there's no 27 … please exchange them".
    """
    if not any(isinstance(one, StartFlow) and one.fallback for one in found):
        return found
    shared: list[Command] = []
    for place, one in enumerate(found):
        if not isinstance(one, StartFlow):
            shared.append(one)
            continue
        other = _other(found, place)
        added = () if other is None or _named(one) else _goods(other) or _sole(reading, found)
        if other is not None and not one.fallback and one.flow in _SWAPS and not _versions(one.entities):
            added = (*added, *map(_wanted, _versions(reading.entities)))
        entities = sorted((*added, *one.entities), key=lambda item: item.start)
        if one.fallback and one.flow not in _SWAPS:
            entities = [item for item in entities if item.type != "option"]
        shared.append(one.model_copy(update={"entities": tuple(entities)}))
    return shared


def _other(found: list[Command], place: int) -> StartFlow | None:
    """Return the request in whose place one is wanted, or the one that is wanted in its place."""
    one = found[place]
    before = [each for each in reversed(found[:place]) if isinstance(each, StartFlow)]
    after = [each for each in found[place + 1 :] if isinstance(each, StartFlow)]
    if isinstance(one, StartFlow) and one.fallback:
        return before[0] if before else None
    return after[0] if after and after[0].fallback else None


def _named(command: StartFlow) -> bool:
    return any(
        item.type in _OF_GOODS and (item.score > GUESSED or item.value.get("product_ids")) for item in command.entities
    )


def _goods(command: StartFlow) -> tuple[Entity, ...]:
    """Return the goods that a request names, with the versions that say which of them are meant."""
    goods = [item for item in command.entities if item.type in _OF_GOODS]
    starts = {item.start for item in goods}
    describing = [item for item in _versions(command.entities) if any(0 <= start - item.end <= 1 for start in starts)]
    return tuple(sorted([*goods, *describing], key=lambda item: item.start))


def _sole(reading: Reading, found: Sequence[Command]) -> tuple[Entity, ...]:
    """Return the goods named last where no request names any, since they were named before all of them: "I don't need the jeans. I'd …"."""
    named = [item for item in reading.entities if item.type in _OF_GOODS and item.score > GUESSED]
    taken = any(_named(one) for one in found if isinstance(one, StartFlow))
    return tuple(named[-1:]) if not taken else ()


def _wanted(item: Entity) -> Entity:
    """Return a version from a condition as one that is wanted: "if there's no 27" is no "not 27"."""
    kept = {key: value for key, value in item.value.items() if key != "negated"}
    return item.model_copy(update={"value": kept})


def _versions(entities: Sequence[Entity]) -> tuple[Entity, ...]:
    return tuple(item for item in entities if item.type == "option" and item.value.get("value"))
