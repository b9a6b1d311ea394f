"""What is said of a list of products just shown, and wishes for goods that name none."""

from __future__ import annotations

from collections.abc import Sequence

from dialogue import browsing
from dialogue.commands import Command, Entity, StartFlow
from dialogue.understanding import phrases
from dialogue.understanding.commands.reading import Reading
from dialogue.understanding.entities.base import entity


def of_the_list(reading: Reading) -> list[Command] | None:
    """Read a message as one that goes on with the list just shown; None when it is about something else."""
    words, question = reading.words(), reading.view.pending
    if question is not None:
        which_two = question.slot_type == "products" and not _names_goods(reading)
        return [_search(reading)] if which_two and browsing.narrows(words, reading.entities) else None
    if browsing.asks_what_goes_with(words) and _has_partner(reading):
        return [_search(reading)]
    to_compare = browsing.asks_which(words) or phrases.asks_the_difference(reading.text.low)
    if reading.view.shown > 1 and to_compare and not _names_goods(reading):
        return [
            StartFlow(
                flow="compare_products", entities=tuple(reading.entities), text=words, score=0.9, source="pattern"
            )
        ]
    if (reading.view.shown or reading.view.focused) and browsing.only_wants_the_cheapest(words):
        return [_search(reading)]
    if not reading.view.listed:
        return None
    others = [item for item in reading.entities if not item.value.get("relation")]
    if others and browsing.picks_one(words) and phrases.is_question(words.lower().strip()):
        return [
            StartFlow(flow="product_details", entities=tuple(reading.entities), text=words, score=0.8, source="pattern")
        ]
    if (
        browsing.asks_for_more(words)
        or browsing.wants_another_style(words)
        or browsing.narrows(words, reading.entities)
        or (browsing.refuses_shown(words) and not reading.view.active_flow)
    ):
        return [_search(reading)]
    stated = _stated(reading)
    return [_search(reading, stated)] if stated and browsing.narrows(words, [*reading.entities, *stated]) else None


def _stated(reading: Reading) -> list[Entity]:
    """Return what is said of the goods that only their pages have, no option: 曲面, "a foldable one"."""
    taken = [(item.start, item.end) for item in reading.entities if item.type in ("option", "amount")]
    return [
        entity(reading.text, "option", {"key": one.key, "value": one.value}, (one.start, one.end), score=0.6)
        for one in reading.lexicon.stated(reading.text.low)
        if all(one.end <= start or end <= one.start for start, end in taken)
    ]


def _names_goods(reading: Reading) -> bool:
    return any(item.type in ("product", "brand", "order_ref") and item.score > 0.5 for item in reading.entities)


def _has_partner(reading: Reading) -> bool:
    """Whether it is known what goods are to go with: named, or talked about."""
    named = any(item.type in ("product", "ordinal") for item in reading.entities)
    return named or reading.view.focused or reading.view.shown > 0


def vague_wish(reading: Reading, found: list[Command]) -> list[Command]:
    """Return a search where nothing else was understood and the message says what goods are wanted for."""
    view = reading.view
    kinds = {"cannot_handle", "chit_chat", *(() if view.active_flow else ("provide",))}
    unread = all(command.kind in kinds for command in found)
    free = view.pending is None or view.pending.kind == "offer"
    if unread and free and browsing.wishes_vaguely(reading.words(), reading.entities):
        return [_search(reading)]
    return found


def _search(reading: Reading, stated: Sequence[Entity] = ()) -> StartFlow:
    entities = (*(item for item in reading.entities if not (stated and item.type == "product")), *stated)
    return StartFlow(flow="find_products", entities=entities, text=reading.words(), score=0.9, source="pattern")
