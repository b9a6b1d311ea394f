from __future__ import annotations

import pytest

from dialogue import browsing
from dialogue.testing import entity


@pytest.mark.parametrize("text", ["还有别的吗", "还有吗？", "换一批", "show me more", "any others?", "anything else?"])
def test_more_of_a_list_is_asked_for(text: str) -> None:
    assert browsing.asks_for_more(text)


@pytest.mark.parametrize(
    "text", ["还有一单没到", "show me more about the second", "one more question", "I need two more mugs"]
)
def test_other_talk_does_not_ask_for_more(text: str) -> None:
    assert not browsing.asks_for_more(text)


@pytest.mark.parametrize(
    ("text", "option", "narrowing"),
    [
        ("有没有黑色的", "黑色", True),
        ("any in black?", "black", True),
        ("便宜点的", "", True),
        ("anything cheaper?", "", True),
        ("a bit cheaper please", "cheaper", True),
        ("再便宜点", "便宜点", True),
        ("黑色的那件我想退", "黑色", False),
        ("a black lawn mower", "black", False),
        ("谢谢", "", False),
        ("is it black", "black", False),
        ("这个是黑色的吗", "黑色", False),
    ],
)
def test_options_and_prices_alone_narrow_a_list(text: str, option: str, narrowing: bool) -> None:
    said = [entity("option", option, text.index(option), key="color", value="black")] if option else []
    assert browsing.narrows(text, said) is narrowing


@pytest.mark.parametrize(
    ("text", "few"),
    [
        ("compare the first two", ["a", "b"]),
        ("前三个对比一下", ["a", "b", "c"]),
        ("后两个", ["c", "d"]),
        ("the second", []),
    ],
)
def test_a_range_names_the_first_or_last_of_a_list(text: str, few: list[str]) -> None:
    assert browsing.few_of(text, ["a", "b", "c", "d"]) == few


def test_a_purpose_is_a_wish_only_where_goods_are_wanted() -> None:
    assert browsing.wishes_vaguely("something for the kitchen maybe")
    assert browsing.wishes_vaguely("冬天穿的")
    assert not browsing.wishes_vaguely("I work in an office")


@pytest.mark.parametrize(
    "text",
    ["换个风格", "有没有其他风格的", "不喜欢这种风格", "来点不一样的", "another style", "do you have something different?", "not my style"],
)  # fmt: skip
def test_another_style_is_wanted(text: str) -> None:
    assert browsing.wants_another_style(text)


@pytest.mark.parametrize(
    "text", ["这件有不同的颜色吗", "what's different?", "I want to change the style of my order", "什么风格"]
)
def test_other_talk_wants_no_other_style(text: str) -> None:
    assert not browsing.wants_another_style(text)


def test_the_cheapest_is_more_than_cheaper() -> None:
    assert browsing.wants_the_cheapest("最便宜的")
    assert not browsing.wants_the_cheapest("anything cheaper?")
