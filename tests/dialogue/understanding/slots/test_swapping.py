"""Copies of texts with the values of other texts."""

from __future__ import annotations

import numpy as np

from dialogue.understanding.slots import Slot
from dialogue.understanding.slots.swapping import Values

MARKED = [
    ("fly to Rome on Monday", (Slot(7, 11, "city"), Slot(15, 21, "day"))),
    ("Tuesday, to New York", (Slot(0, 7, "day"), Slot(12, 20, "city"))),
    ("周五去北京", (Slot(0, 2, "day"), Slot(3, 5, "city"))),
]


def test_swapped_slots_hold_values_of_the_same_label_and_language_and_nothing_else_changes() -> None:
    values, rng = Values.of(MARKED), np.random.default_rng(7)
    for _ in range(20):
        text, slots = values.swapped(*MARKED[0], rng)
        said = {slot.label: text[slot.start : slot.end] for slot in slots}
        assert text == f"fly to {said['city']} on {said['day']}"
        assert said["city"] in {"Rome", "New York"}
        assert said["day"] in {"Monday", "Tuesday"}
    assert values.swapped(*MARKED[2], rng) == MARKED[2]


def test_texts_are_swapped_somewhere() -> None:
    values, rng = Values.of(MARKED), np.random.default_rng(7)
    assert len({values.swapped(*MARKED[0], rng)[0] for _ in range(100)}) == 4
