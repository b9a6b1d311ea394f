"""More rows from few: a text with values that other texts have in the same slots, so that a slot is known by what stands around it."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from dialogue.understanding.slots.spans import Slot

_SHARE = 0.7
"""Of the slots, so many get another value."""
_HAN = re.compile(r"[\u3400-\u9fff]")


@dataclasses.dataclass(frozen=True)
class Values:
    """What texts have in their slots, by label, those of Chinese texts apart."""

    known: Mapping[tuple[str, bool], Sequence[str]]

    @classmethod
    def of(cls, marked: Iterable[tuple[str, Sequence[Slot]]]) -> Values:
        """Collect the values of texts with their slots, each as often as it stands there."""
        known: dict[tuple[str, bool], list[str]] = {}
        for text, slots in marked:
            for slot in slots:
                known.setdefault((slot.label, _is_chinese(text)), []).append(text[slot.start : slot.end])
        return cls(known)

    def swapped(self, text: str, slots: Sequence[Slot], rng: np.random.Generator) -> tuple[str, tuple[Slot, ...]]:
        """Return a text with other values in most of its slots (by their place), where there are others, and its slots."""
        written, end, found = "", 0, []
        for slot in slots:
            value = text[slot.start : slot.end]
            if rng.random() < _SHARE:
                others = self.known[slot.label, _is_chinese(text)]
                value = others[int(rng.integers(len(others)))]
            written += text[end : slot.start]
            found.append(Slot(len(written), len(written) + len(value), slot.label))
            written, end = written + value, slot.end
        return written + text[end:], tuple(found)


def _is_chinese(text: str) -> bool:
    return _HAN.search(text) is not None
