"""How a message sounds."""

from __future__ import annotations

import pytest

from dialogue.understanding.emotion import feel
from dialogue.understanding.text import read


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("where is my order", "calm"), ("查一下我的订单", "calm"), ("this is ridiculous, I want my money back", "angry"), ("你们这是骗人", "angry"),
        ("他妈的什么东西", "angry"), ("how many times do I have to say it", "annoyed"), ("怎么还没到啊", "annoyed"), ("I need it by tomorrow, please hurry", "anxious"),
        ("来不及了怎么办", "anxious"), ("thanks, that was fast", "satisfied"), ("太好了谢谢", "satisfied"), ("I don't understand", "confused"), ("没看懂", "confused"),
        ("!!!", "annoyed"), ("123", "unknown"), ("😡", "angry"), ("THIS IS TAKING FOREVER!!!", "angry"),
    ],
)  # fmt: skip
def test_a_mood(text: str, wanted: str) -> None:
    assert feel(read(text)).label == wanted


@pytest.mark.parametrize(
    "text",
    ["想买个保温杯,送我妈的", "怎么操作退货", "我妈的生日快到了", "有滚筒洗衣机能洗的吗", "买双拖鞋", "我怕热,有凉快的吗", "垃圾桶有吗", "棒球帽有货吗", "傻瓜相机"],
)  # fmt: skip
def test_words_of_mood_inside_others_are_none(text: str) -> None:
    assert feel(read(text)).label == "calm"


def test_a_negated_word_of_mood_counts_against_it() -> None:
    assert feel(read("I am not happy with this")).label == "annoyed"
    assert feel(read("我没生气")).label == "calm"


def test_force_raises_the_intensity() -> None:
    assert feel(read("this is ridiculous")).intensity < feel(read("THIS IS RIDICULOUS!!!")).intensity
