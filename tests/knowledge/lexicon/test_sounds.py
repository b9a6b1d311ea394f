"""Slips of input methods in names of goods: mended by their sound, where no word of its own stands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.lexicon.sounds import SameSound

SOUNDS = SameSound(
    ["机械键盘", "键盘", "板鞋", "酒红色", "酒红", "被子", "耳机", "keyboard"], known=["杯子"], said="去年买的二手耳机"
)


@pytest.mark.parametrize(
    ("text", "slips"),
    [
        ("取消健盘那单", {(2, 4): "键盘"}),
        ("把版鞋换成久红色", {(1, 3): "板鞋", (5, 8): "酒红色"}),
        ("机械建盘和耳鸡", {(0, 4): "机械键盘", (5, 7): "耳机"}),
        ("杯子和被子都要", {}),
        ("取消键盘那单", {}),
        ("见盼", {}),
        ("keyboard", {}),
        ("", {}),
    ],
)
def test_words_of_the_same_sound_that_share_a_character_are_mended(
    text: str, slips: dict[tuple[int, int], str]
) -> None:
    assert SOUNDS.slips(text) == slips


def test_what_people_say_is_no_slip() -> None:
    words = ["耳机"]
    assert SameSound(words, known=(), said="").slips("二机") == {(0, 2): "耳机"}
    assert SameSound(words, known=(), said="二机是什么").slips("二机") == {}


@given(st.text(alphabet="键健盘板版鞋子杯被酒久红色a ", max_size=20))
def test_slips_keep_every_length_and_do_not_overlap(text: str) -> None:
    ends = 0
    for (start, end), word in sorted(SOUNDS.slips(text).items()):
        assert start >= ends
        assert len(word) == end - start
        ends = end
