"""How a message sounds."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue.commands import Emotion
from dialogue.understanding.emotion import Feelings
from dialogue.understanding.emotion import feelings as feelings_module
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


@encoder
@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("呵呵", "annoyed"), ("谢谢您嘞", "annoyed"), ("great, just great", "annoyed"), ("thanks for wasting my time", "annoyed"),
        ("谢谢", "satisfied"), ("thank you so much", "satisfied"), ("that's great", "satisfied"),
        ("ok thanks, where is my order?", "calm"), ("麻烦帮我查一下物流,谢谢", "calm"), ("I want a refund, it arrived broken", "calm"),
    ],
)  # fmt: skip
def test_irony_and_courtesy_are_told_from_what_they_say(text: str, wanted: str) -> None:
    assert FEELINGS.feel(read(text)).label == wanted


@encoder
def test_a_mood_that_is_not_likely_enough_is_not_claimed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feelings_module, "SURE", 0.999)
    mood = FEELINGS.feel(read("well that happened to me once"))
    assert (mood.label, mood.score) == ("unknown", max(mood.chances.values()))


def test_without_the_weights_of_the_embedder_words_alone_are_read(tmp_path: Path) -> None:
    damaged = tmp_path / "moods.npz"
    damaged.write_bytes(b"no model")
    for feelings in (BY_WORDS, Feelings(default_embedder(), damaged)):
        assert not feelings.measured
        assert feelings.feel(read("this is ridiculous")).chances == {}


@encoder
@given(st.text(max_size=80))
def test_any_text_has_a_mood_within_bounds(text: str) -> None:
    mood = FEELINGS.feel(read(text))
    assert 0 <= mood.score <= 1
    assert 0 <= mood.intensity <= 1
    assert not mood.chances or sum(mood.chances.values()) == pytest.approx(1, abs=0.01)
    assert mood == Emotion.model_validate_json(mood.model_dump_json())
