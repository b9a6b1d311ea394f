from __future__ import annotations

import pytest

from dialogue.understanding.slots import Slot
from dialogue.understanding.slots.marks import SlotsError, marked

TEXT = "from York to New York on May 1"


@pytest.mark.parametrize(
    ("slots", "found"),
    [
        ({"day": "May 1"}, [("May 1", "day")]),
        ({"city": "New York"}, [("New York", "city")]),
        ({"from": "York", "to": "New York"}, [("York", "from"), ("New York", "to")]),
        ({"city": ["New York", "York"]}, [("York", "city"), ("New York", "city")]),
        ({"day": " may 1 "}, [("May 1", "day")]),
        ([{"start": 5, "end": 9, "label": "city"}, {"start": 0, "end": 4, "label": "way"}], [("from", "way"), ("York", "city")]),
        ({}, []),
        ([], []),
    ],
)  # fmt: skip
def test_values_and_spans_are_read_alike(slots: object, found: list[tuple[str, str]]) -> None:
    got = marked(TEXT, slots)
    assert got is not None
    assert [(TEXT[slot.start : slot.end], slot.label) for slot in got] == found


def test_a_value_is_sought_as_a_whole_word_first_and_in_chinese_too() -> None:
    assert marked("carpet for the car", {"thing": "car"}) == (Slot(15, 18, "thing"),)
    assert marked("明天去北京", {"city": "北京", "day": "明天"}) == (Slot(0, 2, "day"), Slot(3, 5, "city"))


def test_no_marks_are_not_the_same_as_no_slots() -> None:
    assert marked(TEXT, None) is None
    assert marked(TEXT, {}) == ()


@pytest.mark.parametrize(
    ("slots", "said"),
    [
        ({"city": "Rome"}, "the text lacks 'Rome', the value of 'city'"),
        ({"from": "New York", "to": "New York"}, "another slot holds it"),
        ({"city": ""}, "expected a slot 'city' to have words"),
        ({"city": 7}, "expected a slot 'city' to have words"),
        ("city", "a list of spans, got 'city'"),
        (["city"], "expected a span like"),
        ([{"start": 0, "end": 4}], 'expected a "label"'),
        ([{"start": 0, "end": "4", "label": "way"}], 'whole numbers as "start" and "end"'),
        ([{"start": True, "end": 4, "label": "way"}], 'whole numbers as "start" and "end"'),
        ([{"start": 20, "end": 99, "label": "way"}], "inside the text of 30 characters, got 20 to 99"),
        ([{"start": -1, "end": 4, "label": "way"}], "inside the text"),
        ([{"start": 4, "end": 4, "label": "way"}], "inside the text"),
        ([{"start": 4, "end": 5, "label": "way"}], "expected a word in 'way'"),
        ([{"start": 0, "end": 6, "label": "a"}, {"start": 5, "end": 9, "label": "b"}], "got 'a' over 'b'"),
    ],
)
def test_marks_that_do_not_fit_are_refused(slots: object, said: str) -> None:
    with pytest.raises(SlotsError, match=said):
        marked(TEXT, slots)
