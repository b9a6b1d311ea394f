from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.ticketing.mentions import mentioned
from tools.ticketing.note_types import DeskPerson

PEOPLE = [
    DeskPerson(agent="Ann", name="Ann"),
    DeskPerson(agent="Anna", name="Anna"),
    DeskPerson(agent="小李", name="小李"),
    DeskPerson(agent="小李子", name="小李子"),
    DeskPerson(agent="lin@shop", name="Lin Wei"),
]


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("@Anna please look", ("Anna",)),
        ("@anna, and @ANN!", ("Anna", "Ann")),
        ("请@小李看一下", ("小李",)),
        ("＠小李子 麻烦了", ("小李子",)),
        ("@Lin Wei has seen it", ("lin@shop",)),
        ("@lin@shop has seen it", ("lin@shop",)),
        ("@小李@小李 twice", ("小李",)),
        ("write to me@Anna.example", ()),
        ("@Annabel is nobody", ()),
        ("@ Anna", ()),
        ("no one", ()),
    ],
)
def test_a_name_after_the_sign_is_meant_and_nothing_else(text: str, who: tuple[str, ...]) -> None:
    assert mentioned(text, PEOPLE) == who


@given(st.text(max_size=60))
def test_only_people_of_the_desk_are_ever_meant_each_once(text: str) -> None:
    found = mentioned(text, PEOPLE)
    assert set(found) <= {person.agent for person in PEOPLE}
    assert len(found) == len(set(found))
