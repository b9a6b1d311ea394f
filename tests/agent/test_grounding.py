from __future__ import annotations

import pytest

from agent.grounding import figures, speaks, unsupported
from knowledge.types import Lang

GIVEN = ['{"order_id": "D1002", "total": {"minor": 15900, "currency": "CNY"}, "placed_at": "2026-03-09T12:00:00Z"}']


@pytest.mark.parametrize(
    "text",
    [
        "Order D1002 cost 159.00 yuan.",
        "订单D1002一共159元。",
        "It was placed on 2026-03-09.",
        "You have 3 orders.",
        "I do not know.",
    ],
)
def test_what_stands_in_the_results_may_be_said(text: str) -> None:
    assert unsupported(text, GIVEN) == ()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Order D1003 cost 159.00.", ("D1003",)),
        ("订单D1002一共149元。", ("149",)),
        ("It takes 7 days.", ("7",)),
        ("Write to me@evil.example.", ("me@evil.example",)),
        ("Call 13800138000.", ("13800138000",)),
        ("See [this](javascript:x).", ("](javascript:x)",)),
    ],
)
def test_what_stands_nowhere_is_found(text: str, found: tuple[str, ...]) -> None:
    assert unsupported(text, GIVEN) == found


def test_a_link_that_was_given_may_be_repeated() -> None:
    assert unsupported("See https://shop.example/p/1", ["at https://shop.example/p/1 you find it"]) == ()
    assert unsupported("See https://evil.example/a", GIVEN) == ("https://evil.example/a",)


def test_figures_are_all_that_holds_a_digit() -> None:
    assert figures("D1002: ¥1,159.00 for 2 pieces") == {"D1002", "1159.00", "2"}


@pytest.mark.parametrize(
    ("text", "lang", "right"),
    [
        ("您的台灯已发货", "zh", True),
        ("您的 Desk Lamp 已经发货了", "zh", True),
        ("Your 台灯 has been shipped", "en", True),
        ("您的台灯已发货", "en", False),
        ("Your lamp is on its way", "zh", False),
        ("¥159.00", "en", True),
    ],
)
def test_the_language_of_words(text: str, lang: Lang, right: bool) -> None:
    assert speaks(text, lang) is right
