from __future__ import annotations

import pytest

from agent.grounding import addresses, figures, repeats, speaks, unsupported
from agent.prompts import prompt_for
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
    assert unsupported(text, GIVEN, addresses_in=GIVEN) == ()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Order D1003 cost 159.00.", ("D1003",)),
        ("订单D1002一共149元。", ("149",)),
        ("It takes 7 days.", ("7",)),
        ("Write to me@evil.example.", ("me@evil.example",)),
        ("Call 13800138000.", ("13800138000",)),
        ("See [this](javascript:x).", ("javascript:x",)),
    ],
)
def test_what_stands_nowhere_is_found(text: str, found: tuple[str, ...]) -> None:
    assert unsupported(text, GIVEN, addresses_in=GIVEN) == found


def test_a_link_that_was_given_may_be_repeated() -> None:
    assert (
        unsupported("See https://shop.example/p/1", [], addresses_in=["at https://shop.example/p/1 you find it"]) == ()
    )
    assert unsupported("See https://evil.example/a", GIVEN, addresses_in=GIVEN) == ("https://evil.example/a",)


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


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("look: ![x](https://a.example/p.png?u=C1).", ("https://a.example/p.png?u=C1",)),
        ("请点 www.a.example/领奖，谢谢", ("www.a.example/领奖",)),
        ("[here](javascript:x) or eve@a.example", ("javascript:x", "eve@a.example")),
        ("It costs 64.00.", ()),
    ],
)
def test_addresses_are_links_their_targets_and_mail(text: str, found: tuple[str, ...]) -> None:
    assert set(addresses(text)) == set(found)


def test_an_address_in_prose_supports_nothing() -> None:
    given = ['{"quote": "pay at https://evil.example/pay"}']
    assert unsupported("Pay at https://evil.example/pay", given, addresses_in=[]) == ("https://evil.example/pay",)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_a_model_was_told_is_known_again_by_a_piece(lang: Lang) -> None:
    prompt = prompt_for("agent", lang).words
    assert repeats(f"Sure! {prompt[200:300]}", prompt, lang)
    assert repeats(prompt[100:200].upper().replace(" ", "\n"), prompt, lang)
    assert not repeats(
        "您的订单正在打包，预计明天发货。" if lang == "zh" else "Your order is being packed.", prompt, lang
    )
