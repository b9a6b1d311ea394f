from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.words import WordIndex, normalise, simplified, stem, tokens


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("???", []),
        ("How do I return it?", ["return"]),
        ("请问怎么退货呀", ["退货"]),
        ("I'm a size M, don't have L", ["size", "m", "l"]),
        ("ＡＢＣ１２３", ["abc123"]),
        ("SKU TS-RED-M", ["sku", "ts-red-m", "ts", "red", "m"]),
        ("wi-fi 2.4 GHz", ["wi", "fi", "2.4", "2", "4", "ghz"]),
        ("优惠券", ["优惠", "惠券"]),
        ("买iPhone壳", ["买", "iphon", "壳"]),
    ],
)
def test_tokens(text: str, expected: list[str]) -> None:
    assert tokens(text) == [stem(token) if token == "size" else token for token in expected]


@pytest.mark.parametrize(
    ("one", "other"),
    [("refunds", "refunding"), ("shipped", "shipping"), ("dresses", "dress"), ("batteries", "battery"), ("shoes", "shoe"),
     ("charged", "charges"), ("exchange", "exchanging"), ("sizes", "size")],
)  # fmt: skip
def test_forms_of_a_word_meet(one: str, other: str) -> None:
    assert stem(one) == stem(other)


@given(st.text())
def test_any_text_has_tokens_without_spaces(text: str) -> None:
    assert all(token and not token.isspace() for token in tokens(text))


def test_rare_words_weigh_more() -> None:
    index = WordIndex([tokens(text) for text in ("red shoes", "red scarf", "red dress", "blue shoes")])
    scores = index.scores(tokens("red blue"))
    assert scores.argmax() == 3
    assert (scores >= 0).all()
    assert (scores <= 1).all()


@pytest.mark.parametrize("texts", [[], [[]], [["a"], []]])
def test_nothing_known_scores_zero(texts: list[list[str]]) -> None:
    index = WordIndex(texts)
    assert index.scores(["zzz"]).tolist() == [0.0] * len(texts)
    assert index.scores([]).tolist() == [0.0] * len(texts)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("鍵盤還沒出貨", "键盘还没出货"),
        ("键盘", "键盘"),
        ("keyboard", "keyboard"),
        ("乾脆退貨", "干脆退货"),
        ("İ鍵", "İ键"),
    ],
)
def test_traditional_characters_become_simplified_ones(text: str, expected: str) -> None:
    assert simplified(text) == expected
    assert normalise(text) == normalise(expected)


@given(st.text(max_size=100))
def test_simplified_text_is_of_the_same_length(text: str) -> None:
    assert len(simplified(text)) == len(text)
