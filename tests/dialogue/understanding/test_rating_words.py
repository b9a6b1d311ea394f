"""Stars in words: numbers, praise and blame in both languages; what is about something else is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue.understanding.rating_words import rating_said


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("5 stars", 5), ("five stars!", 5), ("I'd give it a 4", 4), ("4/5", 4), ("3 out of 5", 3), ("two stars", 2), ("1", 1), ("5⭐", 5),
        ("五星", 5), ("五颗星", 5), ("给你打5分", 5), ("4分吧", 4), ("三星", 3), ("两颗星", 2), ("一星", 1),
        ("very satisfied", 5), ("excellent service", 5), ("it was great, thanks", 5), ("good", 4), ("so-so", 3), ("not great", 2),
        ("not very helpful", 2), ("terrible", 1), ("very disappointed", 1),
        ("很满意", 5), ("非常满意！", 5), ("满意", 4), ("挺不错的", 4), ("一般般吧", 3), ("还行", 3), ("不太满意", 2), ("不满意", 2),
        ("非常不满意", 1), ("服务太差了", 1), ("差评", 1), ("谢谢，很满意", 5), ("thank you! 5 stars", 5),
    ],
)  # fmt: skip
def test_stars_are_read_from_words(text: str, score: int) -> None:
    said = rating_said(text)
    assert said is not None
    assert (said.score, said.rest) == (score, "")


@pytest.mark.parametrize(
    ("text", "score", "rest"),
    [
        ("4 stars, it took a while", 4, "it took a while"),
        ("不满意，等了半小时", 2, "等了半小时"),
        ("五星，小林很耐心", 5, "小林很耐心"),
        ("not great. where is my parcel?", 2, "where is my parcel?"),
    ],
)
def test_what_follows_the_stars_is_kept_apart(text: str, score: int, rest: str) -> None:
    said = rating_said(text)
    assert said is not None
    assert (said.score, said.rest) == (score, rest)


@pytest.mark.parametrize(
    "text",
    [
        "5 black socks please", "where is my order W123", "ok", "好的", "谢谢", "thanks!", "我要退货", "do you have a good lamp",
        "五件T恤", "the lamp is terrible quality and I want my money back", "有没有好看的裙子", "6", "15", "cancel it", "",
    ],
)  # fmt: skip
def test_what_is_about_something_else_is_no_rating(text: str) -> None:
    assert rating_said(text) is None


@given(st.text(max_size=80))
def test_whatever_is_said_a_rating_has_one_to_five_stars(text: str) -> None:
    said = rating_said(text)
    assert said is None or 1 <= said.score <= 5
