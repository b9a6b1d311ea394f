from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.lexicon import Lexicon


def _found(lexicon: Lexicon, text: str) -> list[tuple[str, str]]:
    return [(mention.kind, mention.text) for mention in lexicon.find(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a gaming mouse pro", [("product", "gaming mouse pro")]),
        ("电竞鼠标", [("product", "电竞鼠标")]),
        ("鼠标和键盘", [("product", "鼠标"), ("product", "键盘")]),
        ("mouse and keyboard", [("product", "mouse"), ("product", "keyboard")]),
        ("换一件红色T恤", [("option", "红色"), ("product", "T恤")]),
        ("a full size mechanical keyboard", [("option", "full size"), ("product", "mechanical keyboard")]),
    ],
)
def test_the_longest_words_win_and_nothing_overlaps(lexicon: Lexicon, text: str, found: list[tuple[str, str]]) -> None:
    assert _found(lexicon, text) == found


@pytest.mark.parametrize("text", ["t-shirt", "T-Shirts", "tshirt", "t shirt", "T SHIRT"])
def test_english_does_not_mind_case_plural_hyphen_or_space(lexicon: Lexicon, text: str) -> None:
    [product] = lexicon.find(f"the {text} arrived")
    assert (product.text, product.product_ids) == (text, ("tee",))


@pytest.mark.parametrize("text", ["the keyboard's key is loose", "the keyboard, the one", "keyboard."])
def test_a_word_ends_at_its_possessive_and_at_punctuation(lexicon: Lexicon, text: str) -> None:
    assert ("product", "keyboard") in _found(lexicon, text)


@pytest.mark.parametrize("text", ["hiking. boots", "hiking, boots", "full... size"])
def test_words_of_two_clauses_are_not_one_name(lexicon: Lexicon, text: str) -> None:
    assert text not in [words for _, words in _found(lexicon, text)]


@pytest.mark.parametrize("text", ["小鼠，标签", "机械。键盘"])
def test_chinese_words_do_not_reach_over_punctuation(lexicon: Lexicon, text: str) -> None:
    assert not any("，" in words or "。" in words for _, words in _found(lexicon, text))


def test_positions_are_moved_by_start(lexicon: Lexicon) -> None:
    [plain], [moved] = lexicon.find("a keyboard"), lexicon.find("a keyboard", start=100)
    assert (moved.start - plain.start, moved.end - plain.end, moved.text) == (100, 100, plain.text)


def test_a_letter_that_lowers_to_two_keeps_every_position_right(lexicon: Lexicon) -> None:
    text = "İİİ the keyboard"
    [product] = lexicon.find(text)
    assert text[product.start : product.end] == product.text == "keyboard"


@settings(deadline=None)
@given(text=st.text(alphabet=st.characters() | st.sampled_from("鼠标键盘红色大号升LMT恤 mouse-size9.'"), max_size=60))
def test_any_text_gives_ordered_mentions_that_do_not_overlap(lexicon: Lexicon, text: str) -> None:
    end = 0
    for mention in lexicon.find(text):
        assert mention.start >= end
        assert mention.text == text[mention.start : mention.end] != ""
        end = mention.end
