"""The values that a person may mean: found in words, longest first, by spelling or by shape."""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Iterator, Mapping

Slot = tuple[str, str]
"""Subject and field, such as ``("hotel", "price")``."""
State = dict[Slot, str]

_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_SHORTEST, _LONGEST = 2, 40
_WRITTEN = tuple(
    (re.compile(pattern), written)
    for pattern, written in (
        (r"\s+", ""),
        (r"(?<=\d)(?:块钱?|圆)", "元"),
        (r"(?<=\d)个(?=小时|月)", ""),
        (r"(?<=\d)(?:元|小时|天|个月)?[-~～—、到至](?=\d)", "-"),
        (r"(?<=\d元)(?:以内|之内|一下)", "以下"),
    )
)
"""How people write amounts and ranges, and the one way that is looked for."""
_UNIT = re.compile(r"(?<=\d)(?:元|分)(?=以上$|以下$)|(?<=-)(\d+(?:\.\d+)?)元$")


@dataclasses.dataclass(frozen=True)
class Mention:
    """A value of a slot that stands in a text, by its place in the `squeezed` one."""

    slot: Slot
    value: str
    start: int
    end: int


@functools.lru_cache(maxsize=4096)
def squeezed(text: str) -> str:
    """Return a text without spaces and in lower case, its amounts and ranges written in one way: 100元到150元 as 100-150元."""
    words = text.lower()
    for pattern, written in _WRITTEN:
        words = pattern.sub(written, words)
    return words


class Lexicon:
    """Values by how they are written; one with numbers also stands for all of its shape, ``20-50元`` for ``30-80元``, or without its unit."""

    def __init__(self, values: Mapping[Slot, Mapping[str, int]]) -> None:
        """Take the values of each slot with how often each is known to be written so; the commonest writing is given back."""
        self._slots: dict[str, dict[Slot, str]] = {}
        shapes: dict[str, dict[Slot, str]] = {}
        for slot, known in values.items():
            for value in sorted(known, key=lambda value: (-known[value], value)):
                written = squeezed(value)
                if not _SHORTEST <= len(written) <= _LONGEST:
                    continue
                self._slots.setdefault(written, {}).setdefault(slot, value)
                if _NUMBER.search(written):
                    for spelling in (written, _UNIT.sub(r"\1", written)):
                        shapes.setdefault(_NUMBER.sub("#", spelling), {}).setdefault(slot, value)
        self._shapes = [
            (re.compile(r"(?<![\d.])" + re.escape(shape).replace(r"\#", "#").replace("#", _NUMBER.pattern)), slots)
            for shape, slots in sorted(shapes.items(), key=lambda entry: -len(entry[0]))
            if shape.strip("#")
        ]
        self._lengths = sorted({len(written) for written in self._slots}, reverse=True)

    def mentions(self, text: str) -> list[Mention]:
        """Return every value that a text holds, in its order, in each slot that it may be of; none within a longer one."""
        words = squeezed(text)
        taken = [False] * len(words)
        found: list[Mention] = []
        for start, end, slots in sorted(self._places(words), key=lambda place: (place[0] - place[1], place[0])):
            if not any(taken[start:end]):
                taken[start:end] = [True] * (end - start)
                found += [Mention(slot, value, start, end) for slot, value in slots.items()]
        return sorted(found, key=lambda mention: mention.start)

    def _places(self, words: str) -> Iterator[tuple[int, int, dict[Slot, str]]]:
        for length in self._lengths:
            for start in range(len(words) - length + 1):
                slots = self._slots.get(words[start : start + length])
                if slots is not None:
                    yield start, start + length, slots
        for pattern, slots in self._shapes:
            for match in pattern.finditer(words):
                yield (
                    match.start(),
                    match.end(),
                    {slot: _like(example, match[0]) for slot, example in slots.items()},
                )


def _like(example: str, written: str) -> str:
    """Write a value that was found as the known value of its shape is written."""
    numbers = iter(_NUMBER.findall(written))
    return _NUMBER.sub(lambda _: next(numbers), example)
