"""Speech is told from other sounds; fast, loud, high speech without pauses is impatient."""

from __future__ import annotations

import numpy as np
import pytest

from dialogue.understanding.voice.delivery import delivery_of, impatience, is_speech
from dialogue.understanding.voice.features import available, hear
from dialogue.understanding.voice.frames import RATE_HZ
from dialogue.understanding.voice.recording import FloatArray
from dialogue.understanding.voice.types import Delivery
from tests.dialogue.understanding.voice.sounds import NO_SPEECH, played
from tests.dialogue.understanding.voice.voices import said

pytestmark = pytest.mark.skipif(not available(), reason="the extra speech is not installed")


def delivered(samples: FloatArray) -> Delivery:
    return delivery_of(hear(samples))


def spoken(*, syllables: float = 4.0, hertz: float = 150.0, level: float = 0.3, pauses: float = 0.0) -> FloatArray:
    """Three seconds of a vowel in syllables, its pitch gliding; the last share of each second is silent."""
    time = np.arange(3 * RATE_HZ) / RATE_HZ
    phase = 2 * np.pi * hertz * (time + 0.02 * np.sin(2 * np.pi * 1.5 * time))
    voice = sum(np.sin(k * phase) / k for k in range(1, 6)) / 2.3
    beat = 0.1 + 0.9 * np.maximum(np.sin(np.pi * syllables * time) ** 2, 0)
    voice = voice * beat * (np.mod(time, 1.0) < 1 - pauses)
    noise = 1e-4 * np.random.default_rng(4).standard_normal(len(time))
    return np.asarray(level * voice + noise, dtype=np.float32)


@pytest.mark.parametrize("name", NO_SPEECH)
@pytest.mark.parametrize("peak", [0.9, 0.05])
def test_noise_music_clicks_and_silence_are_no_speech(name: str, peak: float) -> None:
    assert not is_speech(delivered(played(name, peak)))


def test_a_voice_is_speech_and_a_crumb_of_it_is_not() -> None:
    assert is_speech(delivered(spoken()))
    assert is_speech(delivered(said("angry", 1, 0, 2.0)))
    assert not is_speech(delivered(spoken()[: RATE_HZ // 4]))


@pytest.mark.parametrize("syllables", [3.0, 4.0, 6.0])
def test_syllables_are_counted(syllables: float) -> None:
    assert delivered(spoken(syllables=syllables)).syllables_per_s == pytest.approx(syllables, abs=0.4)


def test_pauses_pitch_and_level_are_measured() -> None:
    paused = delivered(spoken(pauses=0.4))
    assert paused.pauses == pytest.approx(0.3, abs=0.12)
    assert delivered(spoken()).pauses == 0
    assert paused.pitch == pytest.approx(12 * np.log2(150 / 50), abs=0.5)
    assert delivered(spoken(level=0.6)).level_db - delivered(spoken(level=0.3)).level_db == pytest.approx(6, abs=0.2)


@pytest.mark.parametrize(
    "changed",
    [{"syllables": 6.0}, {"level": 0.9}, {"hertz": 230.0}, {"syllables": 6.0, "level": 0.9, "hertz": 230.0}],
)
def test_faster_louder_and_higher_than_before_is_more_impatient(changed: dict[str, float]) -> None:
    before = [delivered(spoken(pauses=0.2)) for _ in range(4)]
    assert impatience(delivered(spoken(pauses=0.2, **changed)), before) > impatience(before[0], before) + 0.04


def test_fewer_pauses_than_before_are_more_impatient() -> None:
    before = [delivered(spoken(pauses=0.4)) for _ in range(4)]
    assert impatience(delivered(spoken()), before) > impatience(before[0], before) + 0.04


def test_the_level_of_a_stranger_says_nothing_of_the_person() -> None:
    near, far = (delivered(spoken(level=level)) for level in (0.8, 0.02))
    assert impatience(near) == pytest.approx(impatience(far), abs=0.03)


def test_impatience_is_a_share() -> None:
    found = [impatience(delivered(said(mood, 1, 0, 2.0))) for mood in ("sad", "neutral", "angry")]
    assert all(0 <= each <= 1 for each in found)
    assert found[0] < found[1] < found[2]
