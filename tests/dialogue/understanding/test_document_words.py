"""A merchant's wish about a help document apart from the text that it is to have."""

from __future__ import annotations

import pytest

from dialogue.understanding.document_words import DocumentWords, document_words, gives_a_text


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("把退货那篇文档改成：30 天内可以退货。\n运费由小店承担：全部。", DocumentWords("把退货那篇文档改成", "", "30 天内可以退货。\n运费由小店承担：全部。")),
        ("change the returns article to: Within 30 days. Note: unused.", DocumentWords("change the returns article to", "", "Within 30 days. Note: unused.")),
        ("the returns page should say goods come back free", DocumentWords("the returns page ", "", "goods come back free")),
        ("新建一篇文档《以旧换新》：旧机抵扣货款", DocumentWords("新建一篇文档《以旧换新》", "以旧换新", "旧机抵扣货款")),
        ('new help article "Trade-in": Old phones count.', DocumentWords('new help article "Trade-in"', "Trade-in", "Old phones count.")),
        ("把退货文档改成“30 天”", DocumentWords("把退货文档", "", "30 天")),
        ("改一下退货文档", DocumentWords("改一下退货文档", "", "")),
    ],
)  # fmt: skip
def test_wish_title_and_text_are_parted(said: str, words: DocumentWords) -> None:
    assert document_words(said) == words


@pytest.mark.parametrize(
    ("said", "gives"),
    [("把退货那篇文档改成：30 天", True), ("edit the returns article: 30 days", True), ("改一下退货文档", False), ("price: 30", False)],
)  # fmt: skip
def test_a_text_is_given_only_to_a_document(said: str, gives: bool) -> None:
    assert gives_a_text(said) == gives
