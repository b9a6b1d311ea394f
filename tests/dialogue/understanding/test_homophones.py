"""Wrong characters of the same sound, as an input method picks them."""

from __future__ import annotations

import functools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue.understanding import training
from dialogue.understanding.homophones import Homophones
from knowledge.lexicon.sounds import syllable


@functools.cache
def homophones() -> Homophones:
    return Homophones(training.sentences_in_chinese())


def mended(typed: str) -> str:
    letters = list(typed)
    for (start, end), meant in homophones().slips(typed).items():
        letters[start:end] = meant
    return "".join(letters)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("这条裙子给我腿掉", "这条裙子给我退掉"),
        ("帮我曲消订单", "帮我取消订单"),
        ("退到信用咔", "退到信用卡"),
        ("尺码唤成大一号的", "尺码换成大一号的"),
        ("那我什么时候能手到货", "那我什么时候能收到货"),
    ],
)
def test_a_character_that_makes_no_sense_gives_way_to_one_of_its_sound(typed: str, meant: str) -> None:
    assert mended(typed) == meant


@pytest.mark.parametrize(
    "typed", ["这条裤子裤腿太长了", "我腿粗穿多大的", "取消订单", "退到支付宝", "cancel it", "", "腿"]
)
def test_what_makes_sense_stays(typed: str) -> None:
    assert mended(typed) == typed


@given(st.text(alphabet="退腿换唤还取曲消订定单的了我要a1 ，", max_size=20))
def test_a_place_gets_one_character_that_sounds_the_same(typed: str) -> None:
    for (start, end), meant in homophones().slips(typed).items():
        assert end == start + 1
        assert len(meant) == 1
        assert meant != typed[start]
        assert syllable(meant) == syllable(typed[start])
