"""How a message sounds."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue.commands import Emotion
from dialogue.understanding.emotion import Feelings
from dialogue.understanding.text import read
from knowledge.embedding import HashingEmbedder, default_embedder

BY_WORDS = Feelings(HashingEmbedder())
FEELINGS = Feelings(default_embedder())
encoder = pytest.mark.skipif(default_embedder().name == HashingEmbedder.name, reason="no sentence encoder is installed")
readers = pytest.mark.parametrize("feelings", [pytest.param(FEELINGS, id="model"), pytest.param(BY_WORDS, id="words")])


@readers
@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("where is my order", "calm"), ("查一下我的订单", "calm"), ("this is ridiculous, I want my money back", "angry"), ("你们这是骗人", "angry"),
        ("他妈的什么东西", "angry"), ("how many times do I have to say it", "annoyed"), ("怎么还没到啊", "annoyed"), ("I need it by tomorrow, please hurry", "anxious"),
        ("来不及了怎么办", "anxious"), ("thanks, that was fast", "satisfied"), ("太好了谢谢", "satisfied"), ("I don't understand", "confused"), ("没看懂", "confused"),
        ("!!!", "annoyed"), ("123", "unknown"), ("😡", "angry"), ("THIS IS TAKING FOREVER!!!", "angry"),
    ],
)  # fmt: skip
def test_a_mood(feelings: Feelings, text: str, wanted: str) -> None:
    assert feelings.feel(read(text)).label == wanted


@readers
@pytest.mark.parametrize(
    "text",
    ["想买个保温杯,送我妈的", "怎么操作退货", "我妈的生日快到了", "有滚筒洗衣机能洗的吗", "买双拖鞋", "我怕热,有凉快的吗", "垃圾桶有吗", "棒球帽有货吗", "傻瓜相机"],
)  # fmt: skip
def test_words_of_mood_inside_others_are_none(feelings: Feelings, text: str) -> None:
    assert feelings.feel(read(text)).label == "calm"


@readers
def test_a_negated_word_of_mood_counts_against_it(feelings: Feelings) -> None:
    assert feelings.feel(read("I am not happy with this")).label == "annoyed"
    assert feelings.feel(read("我没生气")).label == "calm"


@readers
def test_force_raises_the_intensity(feelings: Feelings) -> None:
    softly, loudly = read("this is ridiculous"), read("THIS IS RIDICULOUS!!!")
    assert feelings.feel(softly).intensity < feelings.feel(loudly).intensity
