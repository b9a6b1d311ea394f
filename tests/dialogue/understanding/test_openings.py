"""What stands before a message and says nothing is taken out; what is said stays where it was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue.understanding.openings import without_opening
from dialogue.understanding.text import read


@pytest.mark.parametrize(
    ("message", "heard"),
    [
        ("老板，白T恤要改一件", "白T恤要改一件"),
        ("那什么 你家面霜害我过敏了", "你家面霜害我过敏了"),
        ("嗯……亲，帮我查下快递", "帮我查下快递"),
        ("ok的, do you stock mountain bikes?", "do you stock mountain bikes?"),
        ("那个 say the keyboard dies, am I covered?", "say the keyboard dies, am I covered?"),
        ("Um, boss, where is my parcel?", "where is my parcel?"),
        ("好的，我要退货", "我要退货"),
        ("hey, on second thoughts a refund", "on second thoughts a refund"),
        ("那个 Daniel Reed, 98052", "Daniel Reed, 98052"),
        ("你好", "你好"),
        ("那个多少钱", "那个多少钱"),
        ("boss perfume, is it in stock?", "boss perfume, is it in stock?"),
        ("老板，在吗", "老板，在吗"),
        ("well done", "well done"),
        ("right size is 42", "right size is 42"),
    ],
)
def test_the_opening_goes_where_enough_is_said_after_it(message: str, heard: str) -> None:
    assert without_opening(read(message), asked=False).raw.strip() == heard


@pytest.mark.parametrize("message", ["好的，就退这一件", "ok, send it back", "行，原路退吧"])
def test_a_nod_stays_where_something_was_asked(message: str) -> None:
    assert without_opening(read(message), asked=True).raw == message


@given(st.text(max_size=60), st.booleans())
def test_every_place_stays_where_it_was(message: str, asked: bool) -> None:
    text = read(message)
    heard = without_opening(text, asked=asked)
    assert len(heard.raw) == len(heard.plain) == len(heard.low) == len(text.raw)
    assert text.raw.endswith(heard.raw.lstrip())
