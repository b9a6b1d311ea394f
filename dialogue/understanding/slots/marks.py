"""Slots as people mark them: values by label, or spans."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence

from dialogue.errors import DialogueError
from dialogue.understanding.slots.spans import MAX_CHARS, Slot, words


class SlotsError(DialogueError):
    """Slots that do not fit their text; says which, and what was expected."""


def marked(text: str, slots: object) -> tuple[Slot, ...] | None:
    """Return slots by their place; None where there are no marks.

    Args:
        slots: ``{label: value}``, ``{label: [value, ...]}`` or ``[{"start", "end", "label"}, ...]``.

    Raises:
        SlotsError: another form, a span outside the text or without a word, overlapping spans, a value that the text lacks.
    """
    if slots is None:
        return None
    if isinstance(slots, Mapping):
        found = _by_value(text, list(_values(slots)))
    elif isinstance(slots, Sequence) and not isinstance(slots, str):
        found = [_span(text, mark) for mark in slots]
    else:
        raise SlotsError(f'expected "slots" as {{"label": "value"}} or a list of spans, got {slots!r}')
    return _apart(text, found)


def _values(slots: Mapping[object, object]) -> Iterator[tuple[str, str]]:
    for label, values in slots.items():
        for value in values if isinstance(values, list) else [values]:
            if not isinstance(label, str) or not label or not isinstance(value, str) or not value.strip():
                raise SlotsError(f'expected a slot {label!r} to have words of the text, like "value", got {value!r}')
            yield label, value.strip()


def _by_value(text: str, values: Iterable[tuple[str, str]]) -> list[Slot]:
    """Return where values stand: the longest first, each where it stands first and free, whole words before parts of words."""
    found: list[Slot] = []
    for label, value in sorted(values, key=lambda one: -len(one[1])):
        free = [start for start in _starts(text, value) if not _taken(found, start, start + len(value))]
        if not free:
            raise SlotsError(f"the text lacks {value!r}, the value of {label!r} (or another slot holds it)")
        whole = [start for start in free if _is_whole(text, start, start + len(value))]
        start = (whole or free)[0]
        found.append(Slot(start, start + len(value), label))
    return found


def _starts(text: str, value: str) -> list[int]:
    """Return where a value stands: as it is written, otherwise in other cases of letters."""
    exact = [start for start in range(len(text)) if text.startswith(value, start)]
    return exact or [start for start in range(len(text)) if text[start : start + len(value)].lower() == value.lower()]


def _is_whole(text: str, start: int, end: int) -> bool:
    places = words(text)
    return any(place[0] == start for place in places) and any(place[1] == end for place in places)


def _taken(found: Iterable[Slot], start: int, end: int) -> bool:
    return any(start < slot.end and slot.start < end for slot in found)


def _span(text: str, mark: object) -> Slot:
    if not isinstance(mark, Mapping):
        raise SlotsError(f'expected a span like {{"start": 0, "end": 2, "label": "city"}}, got {mark!r}')
    start, end, label = mark.get("start"), mark.get("end"), mark.get("label")
    if not isinstance(label, str) or not label:
        raise SlotsError(f'expected a "label" of the span {dict(mark)!r}')
    if type(start) is not int or type(end) is not int:
        raise SlotsError(f'expected whole numbers as "start" and "end" of {label!r}, got {start!r} and {end!r}')
    if not 0 <= start < end <= len(text):
        raise SlotsError(f"expected {label!r} inside the text of {len(text)} characters, got {start} to {end}")
    return Slot(start, end, label)


def _apart(text: str, found: Iterable[Slot]) -> tuple[Slot, ...]:
    ordered = sorted(found, key=lambda slot: slot.start)
    for before, after in itertools.pairwise(ordered):
        if after.start < before.end:
            raise SlotsError(f"expected slots apart from each other, got {before.label!r} over {after.label!r}")
    for slot in ordered:
        if slot.end <= MAX_CHARS and not words(text[slot.start : slot.end]):
            raise SlotsError(f"expected a word in {slot.label!r}, got {text[slot.start : slot.end]!r}")
    return tuple(ordered)
