"""What is mentioned in a message: wishes by comparison, things without something, names, addresses on file, payment."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from dialogue.understanding.entities.extract import Extractor
from dialogue.understanding.text import read
from knowledge.lexicon import Item, Lexicon

CATALOGUE = [
    Item(
        "P-KEY",
        ("机械键盘", "Mechanical Keyboard"),
        variants=(
            ("KEY-1", {"switch type": "clicky", "backlight": "none", "size": "full size"}),
            ("KEY-2", {"switch type": "linear", "backlight": "RGB", "size": "80%"}),
        ),
    ),
    Item(
        "P-KETTLE", ("", "Electric Kettle"), variants=(("KET-1", {"capacity": "1.5L"}), ("KET-2", {"capacity": "1L"}))
    ),
    Item("P-SHORTS", ("", "Running Shorts"), variants=(("SH-1", {"size": "M"}),)),
]


@pytest.fixture(scope="module")
def extractor() -> Extractor:
    return Extractor(Lexicon(CATALOGUE), lambda: dt.datetime(2026, 3, 10, tzinfo=dt.UTC), currency="USD")


def found(extractor: Extractor, text: str, kind: str) -> list[dict[str, Any]]:
    return [entity.value for entity in extractor.extract(read(text)) if entity.type == kind]


@pytest.mark.parametrize(
    ("text", "key", "relation"),
    [
        ("can I have one size smaller?", "", "smaller"),
        ("换大一号的", "", "larger"),
        ("a less bright one please", "brightness", "smaller"),
        ("想要暗一点的", "brightness", "smaller"),
        ("the one with the most storage", "storage", "largest"),
        ("存储最大的那款", "storage", "largest"),
        ("slightly lower resolution", "resolution", "smaller"),
        ("the cheapest one you have", "price", "cheapest"),
        ("最便宜的就行", "price", "cheapest"),
        ("waterproof or not doesn't matter", "waterproof", "any"),
        ("防不防水都行", "waterproof", "any"),
        ("I don't care about the colour", "color", "any"),
        ("same material please", "material", "same"),
        ("材质不变", "material", "same"),
        ("exactly the same one", "", "same"),
    ],
)
def test_a_comparison_is_a_wish_about_a_key(extractor: Extractor, text: str, key: str, relation: str) -> None:
    assert {"key": key, "relation": relation} in found(extractor, text, "option")


@pytest.mark.parametrize("text", ["I no longer need it", "it takes longer than I thought", "没有更多了"])
def test_everyday_words_are_no_comparison(extractor: Extractor, text: str) -> None:
    assert found(extractor, text, "option") == []


@pytest.mark.parametrize(
    "text", ["full size with no backlight", "without a backlight, full size", "全尺寸没有背光的", "全尺寸、不带背光"]
)
def test_a_thing_without_something_has_the_value_none(extractor: Extractor, text: str) -> None:
    options = found(extractor, text, "option")

    assert {"key": "backlight", "value": "none"} in options
    assert {"key": "size", "value": "full size"} in options


def test_a_decimal_is_one_value_in_chinese(extractor: Extractor) -> None:
    assert found(extractor, "换成1.5升的", "option") == [{"key": "capacity", "value": "1.5L"}]


@pytest.mark.parametrize("text", ["can you help", "my pants are too short"])
def test_everyday_words_are_no_goods(extractor: Extractor, text: str) -> None:
    assert not any(value["product_ids"] for value in found(extractor, text, "product"))


@pytest.mark.parametrize(
    "text",
    [
        "我叫Yusuf Rossi，邮编19122",
        "我是Yusuf Rossi，邮编19122",
        "Yusuf Rossi 邮编19122",
        "cancel it please. yusuf rossi, 19122",
        "yusuf rossi 19122",
    ],
)
def test_a_latin_name_is_read_in_both_languages(extractor: Extractor, text: str) -> None:
    assert found(extractor, text, "person_name") == [{"full": "Yusuf Rossi"}]
    assert found(extractor, text, "postcode") == [{"text": "19122"}]


def test_an_order_number_ends_where_chinese_begins(extractor: Extractor) -> None:
    assert found(extractor, "订单W2702727的地址改一下", "order_ref") == [{"id": "W2702727"}]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("send #W5056519 to the same address as order #W8277957", {"of_order": "W8277957"}),
        ("W5056519的地址和W8277957的地址一样就行", {"of_order": "W8277957"}),
        ("the same address as my other order", {"of_order": "OTHER"}),
        ("change it to my default address", {"default": True}),
        ("改成默认地址", {"default": True}),
        ("please send it to my NYC address", {"town": "new york"}),
        ("to the address in Chicago please", {"town": "chicago"}),
        ("send it to my office instead", {"place": "work"}),
        ("那单改到公司", {"place": "work"}),
        ("还是寄家里吧", {"place": "home"}),
        ("别寄到家里，寄到公司", {"place": "work"}),
    ],
)
def test_an_address_on_file_can_be_named(extractor: Extractor, text: str, value: dict[str, Any]) -> None:
    assert found(extractor, text, "address") == [value]


@pytest.mark.parametrize(
    "text",
    [
        "change it to the beginner one",
        "change my default address please",
        "send it to my new home",
        "把默认地址改一下",
        "开给公司",
        "发票抬头改成公司",
        "change it to work on windows",
        "别寄到家里",
    ],
)
def test_what_is_to_be_changed_is_no_address_on_file(extractor: Extractor, text: str) -> None:
    assert found(extractor, text, "address") == []


@pytest.mark.parametrize("text", ["put it on my gift card instead of the visa", "用礼品卡，不要用visa"])
def test_the_method_that_is_not_wanted_is_marked(extractor: Extractor, text: str) -> None:
    assert found(extractor, text, "payment_method") == [
        {"kind": "gift_card"},
        {"kind": "credit_card", "brand": "visa", "negated": True},
    ]


@pytest.mark.parametrize(
    "text", ["订单W2702727的地址改成1234 Elm St, Springfield, IL 62701", "寄到1234 Elm St, Springfield, IL 62701"]
)
def test_an_american_address_may_follow_a_chinese_word(extractor: Extractor, text: str) -> None:
    wanted = {"line1": "1234 Elm St", "city": "Springfield", "state": "IL", "postcode": "62701"}
    assert found(extractor, text, "address") == [wanted]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("the tees from last week, I want to send one back", 1),
        ("can I return just two of them?", 2),
        ("退一件就行", 1),
        ("please exchange only one", 1),
    ],
)
def test_how_many_of_what_was_named_are_meant(extractor: Extractor, text: str, count: int) -> None:
    assert {"n": count} in found(extractor, text, "quantity")


@pytest.mark.parametrize("text", ["can I exchange one size up", "send one more invoice", "the shop that I return to"])
def test_one_of_another_thing_is_no_number_of_pieces(extractor: Extractor, text: str) -> None:
    assert found(extractor, text, "quantity") == []
