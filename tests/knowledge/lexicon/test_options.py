from __future__ import annotations

import pytest

from knowledge.lexicon import Item, Lexicon


def _options(lexicon: Lexicon, text: str) -> dict[str, tuple[tuple[str, str], ...]]:
    return {mention.text: mention.options for mention in lexicon.find(text) if mention.kind == "option"}


@pytest.mark.parametrize(
    ("text", "word", "options"),
    [
        ("in blue please", "blue", (("color", "blue"),)),
        ("换成蓝色", "蓝色", (("color", "blue"),)),
        ("with clicky switches", "clicky", (("switch type", "clicky"),)),
        ("a 1L one", "1L", (("capacity", "1 liter"),)),
        ("1升的", "1升", (("capacity", "1 liter"),)),
        ("要0.5升的", "0.5升", (("capacity", "0.5 liter"),)),
        ("one litre", "one litre", (("capacity", "1 liter"),)),
        ("我要大号", "大号", (("size", "L"),)),
        ("in L please", "L", (("size", "L"),)),
        ("could i swap it for an l?", "l", (("size", "L"),)),
    ],
)
def test_a_value_is_found_in_the_catalogues_spelling(
    lexicon: Lexicon, text: str, word: str, options: tuple[tuple[str, str], ...]
) -> None:
    assert _options(lexicon, text) == {word: options}


def test_a_value_of_two_keys_gives_both_that_of_more_products_first(lexicon: Lexicon) -> None:
    assert _options(lexicon, "red")["red"][:2] == (("color", "red"), ("switch type", "red"))


@pytest.mark.parametrize(
    ("text", "option"),
    [
        ("a red t-shirt", ("color", "red")),
        ("the t-shirt in red", ("color", "red")),
        ("a red keyboard", ("switch type", "red")),
        ("键盘要红色的", ("switch type", "red")),
        ("T恤要红色的", ("color", "red")),
    ],
)
def test_a_value_is_of_the_key_that_the_thing_spoken_of_has(
    lexicon: Lexicon, text: str, option: tuple[str, str]
) -> None:
    [options] = _options(lexicon, text).values()
    assert options == (option,)


@pytest.mark.parametrize("text", ["red switch", "the color, but with the switch red", "轴红色"])
def test_a_key_named_beside_the_value_decides(lexicon: Lexicon, text: str) -> None:
    assert ("switch type", "red") in next(iter(_options(lexicon, text).values()))[:1]


@pytest.mark.parametrize("text", ["size 9", "9码", "尺码9"])
def test_a_number_is_a_value_beside_the_name_of_its_key(lexicon: Lexicon, text: str) -> None:
    assert (("size", "9"),) in _options(lexicon, text).values()


@pytest.mark.parametrize("text", ["9 of them", "order 9", "要9个"])
def test_a_number_alone_is_no_value(lexicon: Lexicon, text: str) -> None:
    assert _options(lexicon, text) == {}


@pytest.mark.parametrize("text", ["I'm fine", "it's m", "a-l", "#L", "升级一下", "还能上升", "涨了一寸"])
def test_a_letter_or_a_unit_alone_is_no_size(lexicon: Lexicon, text: str) -> None:
    assert _options(lexicon, text) == {}


def test_a_value_that_something_has_is_known(lexicon: Lexicon) -> None:
    assert lexicon.has_value("color", "red")
    assert not lexicon.has_value("color", "clicky")
    assert not lexicon.has_value("color", "purple")


def test_option_keys_of_a_product_are_known(lexicon: Lexicon) -> None:
    assert lexicon.option_keys["keyboard"] == {"switch type", "size"}


@pytest.mark.parametrize("text", ["the red one", "红的"])
def test_a_shop_with_chinese_options_is_asked_in_either_language(text: str) -> None:
    lexicon = Lexicon([Item("a", ("陶瓷杯", ""), "", None, (("A-1", {"颜色": "红色"}), ("A-2", {"颜色": "蓝色"})))])
    [options] = _options(lexicon, text).values()
    assert options[0] == ("颜色", "红色")


def test_a_key_of_a_sort_counts_as_the_key() -> None:
    lexicon = Lexicon(
        [Item("a", ("", "Sunglasses"), "", None, (("A-1", {"frame color": "brown", "lens color": "black"}),))]
    )
    assert _options(lexicon, "棕色") == {"棕色": (("frame color", "brown"),)}
