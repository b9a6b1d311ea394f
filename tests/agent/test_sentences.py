"""Where sentences end, in both languages, also while the text is still being written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import agent.sentences
from agent.sentences import Cut, whole_sentences

_PARTS = [
    "The lamp costs 159.00", "It is No", " 5", "e.g", "a.m", "Dr", "您的订单", "共3.5公斤", "https://shop.example/a?b=1", "[our page", "](https://",
    ")", "W1001", ".", "!", "?", "。", "！", "？", "……", "...", " ", "  ", "\n", "\n\n", "1", "-", "”", '"', "**", "，", ",", "and",
]  # fmt: skip
TEXTS = st.one_of(st.text(max_size=80), st.lists(st.sampled_from(_PARTS), max_size=25).map("".join))


def sentences(text: str) -> list[str]:
    """All sentences of a finished text; put together they are the text."""
    found = whole_sentences(text)
    rest = text[len("".join(found)) :]
    return [*found, rest] if rest else found


@pytest.mark.parametrize(
    "cut",
    [
        ["Your parcel left. ", "It arrives on Monday! ", "Anything else?"],
        ["The lamp costs 159.00. ", "It weighs 1.5 kg."],
        ["See https://shop.example/a.b?c=1. ", "It says more."],
        ["Mr. Smith has it, e.g. in No. 5 at 3 p.m. on Friday. ", "Good."],
        ["Read [what we do. And why? Here](https://shop.example/a) first. ", "Then write."],
        ["Open it?! ", "Yes... ", "“It is done.” ", "Fine."],
        ["Two lamps:\n", "1. The white one. ", "It is small.\n", "2. The black one.\n\n", "Both are here."],
        ["您好！", "您的包裹3.5公斤，明天到。", "还有问题吗？"],
        ["他说：“好。”", "然后走了……", "真的吗?", "是的。"],
        ["请看[退货。说明](https://shop.example/。)。", "谢谢！！", "再见"],
        ["没有句号的一句"],
        [""],
    ],
)
def test_a_text_is_cut_where_its_sentences_end(cut: list[str]) -> None:
    assert sentences("".join(cut)) == [each for each in cut if each]


@given(TEXTS)
def test_the_sentences_together_are_the_text(text: str) -> None:
    assert "".join(sentences(text)) == text


@given(TEXTS, TEXTS)
def test_what_is_written_later_changes_no_sentence_before(text: str, later: str) -> None:
    whole = whole_sentences(text)
    assert whole_sentences(text + later)[: len(whole)] == whole


@given(TEXTS, st.integers(1, 7))
def test_a_text_that_comes_in_pieces_has_the_sentences_of_the_whole(text: str, size: int) -> None:
    cut = Cut()
    found = [each for end in range(size, len(text), size) for each in cut.more(text[:end])]
    assert [*found, *cut.more(text)] == whole_sentences(text)


def test_however_small_the_pieces_no_end_is_judged_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    judged: list[str] = []

    def ends(before: str, *_: str) -> bool:
        judged.append(before)
        return False

    monkeypatch.setattr(agent.sentences, "_ends", ends)
    cut, text = Cut(), "1.5 or [.[.[. and so on "
    for end in range(len(text)):
        cut.more(text[:end])
    assert judged == ["1", "1.5 or [", "1.5 or [.[", "1.5 or [.[.["]


def test_an_end_that_is_not_certain_is_waited_for() -> None:
    assert whole_sentences("The lamp costs 159.") == []
    assert whole_sentences("The lamp costs 159. ") == []
    assert whole_sentences("The lamp costs 159. I") == ["The lamp costs 159. "]
    assert whole_sentences("好。") == []
    assert whole_sentences("好。我") == ["好。"]
