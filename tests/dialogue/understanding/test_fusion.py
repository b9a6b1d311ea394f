"""Words and voice are brought together late: neither drowns the other."""

from __future__ import annotations

import pytest

from dialogue.commands import Emotion, EmotionLabel
from dialogue.escalation_policy import shipped
from dialogue.understanding.fusion import fused
from dialogue.understanding.voice.types import VoiceMood

HEARD: tuple[EmotionLabel, ...] = ("angry", "annoyed", "anxious", "calm", "sad", "satisfied")
CALM = Emotion(label="calm", score=0.8)
SURE_OF_CALM = Emotion(label="calm", score=0.97)
ANNOYED = Emotion(label="annoyed", score=0.6, intensity=0.4)
ANGRY = Emotion(label="angry", score=0.8, intensity=0.6)


def voice(label: EmotionLabel, chance: float = 0.95, *, known: bool = True) -> VoiceMood:
    chances = {each: chance if each == label else (1 - chance) / (len(HEARD) - 1) for each in HEARD}
    return VoiceMood(label=label, chances=chances, own_measure=known)


@pytest.mark.parametrize(
    ("words", "heard", "label"),
    [
        (CALM, voice("angry"), "angry"),
        (SURE_OF_CALM, voice("angry"), "angry"),
        (CALM, voice("angry", 0.7), "calm"),
        (CALM, voice("angry", 0.99, known=False), "calm"),
        (ANNOYED, voice("angry"), "angry"),
        (ANNOYED, voice("angry", known=False), "annoyed"),
        (ANNOYED, voice("calm"), "annoyed"),
        (ANGRY, voice("calm"), "angry"),
        (ANGRY, voice("satisfied"), "angry"),
        (Emotion(label="confused", score=0.7, intensity=0.3), voice("calm"), "confused"),
        (Emotion(label="unknown"), voice("sad"), "sad"),
    ],
)
def test_a_known_voice_outweighs_plain_words_and_no_voice_takes_a_complaint_back(
    words: Emotion, heard: VoiceMood, label: str
) -> None:
    assert fused(words, heard).label == label


def test_a_voice_that_says_nothing_leaves_the_words_as_they_were() -> None:
    assert fused(ANNOYED, VoiceMood()) == ANNOYED
    assert fused(Emotion(label="unknown"), VoiceMood()).label == "unknown"


def test_words_and_voice_that_agree_are_surer_and_stronger() -> None:
    both = fused(ANGRY, voice("angry"))
    assert both.score > ANGRY.score
    assert both.intensity >= shipped().anger.strong > ANGRY.intensity


def test_a_voice_alone_is_never_strong_enough_to_hand_over_at_once() -> None:
    for words in (CALM, Emotion(label="unknown")):
        found = fused(words, voice("angry", 0.999))
        assert found.label == "angry"
        assert found.intensity < shipped().anger.strong


def test_calm_has_no_intensity() -> None:
    assert fused(CALM, voice("calm")).intensity == 0.0
