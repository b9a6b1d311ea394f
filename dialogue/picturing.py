"""Looking for goods by a picture: when a picture that came means "what you have of this", and what is asked for then."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dialogue.browsing import points_at_picture
from dialogue.commands import (
    AskHuman,
    AskKnowledge,
    CannotHandle,
    ChitChat,
    Command,
    Correct,
    Entity,
    Provide,
    StartFlow,
)
from dialogue.events import AttachmentRef
from dialogue.work import Work

_POLITE = frozenset({"greeting", "thanks"})
FLOW = "find_products"
_ASKS_OF_GOODS = frozenset({FLOW, "check_stock", "product_details", "price_history", "compare_products"})
"""Flows that talk of goods of the shop; with a picture and no name of a product, those on the picture."""
_POINTS = re.compile(
    r"这|那|图|照片|同款|像|类似|差不多|有没有|有吗|找|\b(?:this|that|these|it|one|like|similar|picture|photo|image|same|have|sell|find|looking)\b"
)


def by_picture(
    work: Work, commands: Sequence[Command], pictures: Sequence[AttachmentRef]
) -> tuple[Command, ...] | None:
    """Return the commands with the search for what is on the last picture; None: it is not what goods are looked for by.

    While another procedure runs or waits for an answer, a picture belongs to that: a broken cup that goes back.
    """
    busy = work.frame is not None and work.frame.flow != FLOW
    if not pictures or busy or FLOW not in work.flows or work.executor.services.gallery is None:
        return None
    wish, others = _wish(work, commands)
    if wish is None:
        return None
    work.memory.picture = pictures[-1].id
    work.memory.last_search = {"picture": pictures[-1].id}
    return (*others, wish)


def _wish(work: Work, commands: Sequence[Command]) -> tuple[StartFlow | None, tuple[Command, ...]]:
    asides = tuple(command for command in commands if isinstance(command, ChitChat) and command.topic in _POLITE)
    rest = [command for command in commands if not isinstance(command, ChitChat)]
    if not all(_may_mean_it(command, work.text) for command in rest):
        return None, ()
    points = not rest or any(isinstance(command, StartFlow) for command in rest)
    if not points and not _POINTS.search(work.text.lower()):
        return None, ()
    entities: tuple[Entity, ...] = tuple(
        entity for command in rest for entity in getattr(command, "entities", ()) if isinstance(entity, Entity)
    )
    return StartFlow(flow=FLOW, text=work.text, entities=entities), asides


def _may_mean_it(command: Command, text: str) -> bool:
    if isinstance(command, StartFlow):
        return command.flow in _ASKS_OF_GOODS and not _names_one(command.entities)
    if isinstance(command, AskHuman):  # 找同款 alone looks to a classifier like 找人工
        return command.source == "classifier" and points_at_picture(text)
    if isinstance(command, AskKnowledge):
        return not command.goods
    return isinstance(command, Provide | Correct | CannotHandle)


def _names_one(entities: Sequence[Entity]) -> bool:
    return any(
        entity.type in ("sku", "order_ref")
        or (entity.type == "product" and entity.value.get("product_ids") and not entity.value.get("generic"))
        for entity in entities
    )
