"""Requests that came to nothing, kept for one who turns back: their values need not be said again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dialogue.commands import Entity, StartFlow
from dialogue.grounding import GENERIC, same_id
from dialogue.slots import accepts
from dialogue.state import Frame
from dialogue.work import Work

_NAMES_GOODS = frozenset({"product", "order_ref", "sku", "date"})
_GIVEN_UP_KEPT = 4


def give_up(work: Work, frame: Frame) -> None:
    """Remember a request that comes to nothing, so that one who turns back need not say it all again."""
    named = _goods(entry.entity for entry in work.heard_for(frame))
    work.memory.given_up = [*work.memory.given_up, frame.model_copy(update={"named": named})][-_GIVEN_UP_KEPT:]


def turned_back(work: Work, frame: Frame, command: StartFlow) -> None:
    """Give a request what was settled when it was given up, where it is wanted again and says nothing of other goods."""
    before = next((one for one in reversed(work.memory.given_up) if one.flow == frame.flow), None)
    if before is None or not _of_the_same(_goods(command.entities), before.named):
        return
    work.memory.given_up.remove(before)
    types = frozenset(entity.type for entity in command.entities)
    slots = work.flows[frame.flow].slots.items()
    anew = {name for name, spec in slots if types & accepts(spec)}
    frame.slots = {**{name: value for name, value in before.slots.items() if name not in anew}, **frame.slots}
    frame.results = {**before.results, **frame.results}
    work.rename(before, frame)


def _goods(entities: Iterable[Entity]) -> list[Entity]:
    return [item for item in entities if item.type in _NAMES_GOODS and item.score > GENERIC]


def _of_the_same(named: Sequence[Entity], before: Sequence[Entity]) -> bool:
    """Whether nothing is named, or just what was named before."""
    return all(any(same_thing(one, other) for other in others) for one, others in [
        *((item, before) for item in named), *((item, named) for item in before if named),
    ])  # fmt: skip


def same_thing(one: Entity, other: Entity) -> bool:
    """Whether two words mean the same order, or goods of one kind."""
    if one.type != other.type:
        return False
    if one.type == "order_ref":
        return "id" in one.value and "id" in other.value and same_id(str(one.value["id"]), str(other.value["id"]))
    shared = set(one.value.get("kinds", ())) & set(other.value.get("kinds", ()))
    return bool(shared) or one.value.get("terms") == other.value.get("terms")
