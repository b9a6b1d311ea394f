"""What is said of a list of products just shown, and wishes for goods that name none."""

from __future__ import annotations

from dialogue import browsing
from dialogue.commands import Command, StartFlow
from dialogue.understanding.commands.reading import Reading


def of_the_list(reading: Reading) -> list[Command] | None:
    """Read a message as one that goes on with the list just shown; None when it is about something else."""
    if not reading.view.listed or reading.view.pending is not None:
        return None
    words = reading.words()
    if browsing.asks_for_more(words) or browsing.narrows(words, reading.entities):
        return [_search(reading)]
    return None


def vague_wish(reading: Reading, found: list[Command]) -> list[Command]:
    """Return a search where nothing else was understood and the message says what goods are wanted for."""
    unread = all(command.kind in {"cannot_handle", "chit_chat"} for command in found)
    if unread and reading.view.pending is None and browsing.wishes_vaguely(reading.words()):
        return [_search(reading)]
    return found


def _search(reading: Reading) -> StartFlow:
    entities = tuple(reading.entities)
    return StartFlow(flow="find_products", entities=entities, text=reading.words(), score=0.9, source="pattern")
