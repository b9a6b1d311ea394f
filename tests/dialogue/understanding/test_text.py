"""Text made ready for patterns."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue.understanding.text import MAX_CHARS, Text, read, says_nothing


@given(st.text(max_size=200))
def test_all_three_forms_are_of_one_length(text: str) -> None:
    message = read(text)
    assert len(message.raw) == len(message.plain) == len(message.low) == len(text)


@given(st.text(max_size=200))
def test_no_control_character_but_the_line_break_is_left(text: str) -> None:
    assert not any(c < " " and c != "\n" for c in read(text).raw)


def test_full_width_signs_become_plain_ones() -> None:
    assert read("ＡＢＣ１２３，“好”！") == Text("ＡＢＣ１２３，“好”！", 'ABC123,"好"!', 'abc123,"好"!')


def test_traditional_characters_stay_as_written_and_are_read_as_simplified_ones() -> None:
    assert read("鍵盤") == Text("鍵盤", "鍵盤", "键盘")


def test_a_letter_whose_small_form_is_longer_stays() -> None:
    assert read("İX").low == "İx"


def test_a_long_message_is_cut() -> None:
    assert len(read("好" * 20_000).raw) == MAX_CHARS


@pytest.mark.parametrize("text", ["😂😂", "???", "...", "asdf zzz", "hjkl"])
def test_signs_and_keys_at_random_say_nothing(text: str) -> None:
    assert says_nothing(text)


@pytest.mark.parametrize("text", ["ok", "12", "好", "hmm", "property", "thx pls"])
def test_words_say_something(text: str) -> None:
    assert not says_nothing(text)
