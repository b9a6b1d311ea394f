"""Messages that change what the bot says: where the new words begin, and which messages are none."""

from __future__ import annotations

import pytest

from dialogue.understanding.text_words import gives_words, names_a_text, text_words


@pytest.mark.parametrize(
    ("said", "head", "body"),
    [
        ("把退货成功的话术改成：您的退货{退货单号}已提交", "把退货成功的话术", "您的退货{退货单号}已提交"),
        ("欢迎语改成“您好，欢迎光临：小店”", "欢迎语", "您好，欢迎光临：小店"),
        (
            "change what you say when a return is opened to Done: here it is {return_id}",
            "change what you say when a return is opened ",
            "Done: here it is {return_id}",
        ),
        ("change your welcome message to: hi there", "change your welcome message ", "hi there"),
        ("when you don't understand, you should say Pardon?", "when you don't understand, you ", "Pardon?"),
    ],
)
def test_the_new_words_are_parted_from_the_wish(said: str, head: str, body: str) -> None:
    found = text_words(said)
    assert (found.head, found.body) == (head, body)
    assert gives_words(said)


@pytest.mark.parametrize(
    "said",
    ["把台灯改成99", "change the lamp to 99", "把退货那篇文档改成：15天内可退", "change the returns article to: Goods", "把库存的提示改成20件", "set the price to: 20"],
)  # fmt: skip
def test_other_changes_are_none(said: str) -> None:
    assert not gives_words(said)


def test_a_question_names_a_text_and_gives_no_words() -> None:
    for said in ("转人工的话术是什么", "what do you say when a return is opened?"):
        assert names_a_text(said)
        assert not gives_words(said)
