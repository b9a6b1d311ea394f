from __future__ import annotations

import pytest

from knowledge.lexicon import Lexicon


@pytest.mark.parametrize("typo", ["keybord", "keyboaard", "keyborad", "keybpard", "Keybord"])
def test_one_wrong_letter_is_forgiven(lexicon: Lexicon, typo: str) -> None:
    [product] = lexicon.find(f"the {typo} is broken")
    assert (product.text, product.product_ids) == (typo, ("keyboard",))


def test_a_wrong_letter_within_a_longer_name_is_forgiven(lexicon: Lexicon) -> None:
    [product] = lexicon.find("the wirelss mouse")
    assert (product.text, product.product_ids) == ("wirelss mouse", ("mouse",))


@pytest.mark.parametrize(
    "word",
    [
        "eyboard",  # another first letter
        "keybrd",  # two letters lost
        "kittle",  # a known word
    ],
)
def test_what_may_be_another_word_is_left_alone(lexicon: Lexicon, word: str) -> None:
    assert lexicon.find(f"the {word} is there") == []


@pytest.mark.parametrize("word", ["house", "horse"])
def test_a_real_word_beside_a_product_is_not_the_product(lexicon: Lexicon, word: str) -> None:
    assert lexicon.find(f"my {word}") == []


def test_short_words_are_not_corrected(lexicon: Lexicon) -> None:
    assert lexicon.find("a rad one") == []
