"""Voices are measured against their speaker, and emotions are told apart by how they sound."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dialogue.understanding.voice.emotion import VoiceEmotion, VoiceModelError, fit
from dialogue.understanding.voice.features import (
    available,
    features_of,
    group_sizes,
    measure,
)
from dialogue.understanding.voice.frames import RATE_HZ
from dialogue.understanding.voice.recording import FloatArray, RecordingError
from tests.dialogue.understanding.voice.voices import EMOTIONS, said, write

pytestmark = pytest.mark.skipif(not available(), reason="librosa is not installed")
NOISE = np.random.default_rng(5).uniform(-1, 1, RATE_HZ // 2)
LABELS = [emotion for emotion in EMOTIONS for _ in range(3)]


def takes(speaker: int, speed: float = 1.0) -> FloatArray:
    return np.stack([measure(said(emotion, speaker, take), speed) for emotion in EMOTIONS for take in range(3)])


@pytest.fixture(scope="module")
def model() -> VoiceEmotion:
    features, faster = (np.vstack([takes(speaker, speed) for speaker in range(3)]) for speed in (1.0, 1.1))
    speakers = [f"s{speaker}" for speaker in range(3) for _ in LABELS]
    return fit(features, LABELS * 3, speakers, groups=group_sizes(), copies=[faster])


def test_emotions_of_a_speaker_never_heard_are_told_apart(model: VoiceEmotion) -> None:
    chances = model.chances(takes(7), ["new"] * len(LABELS))
    found = [model.labels[row] for row in chances.argmax(axis=1)]
    assert sum(a == b for a, b in zip(found, LABELS, strict=True)) >= 8
    assert np.allclose(chances.sum(axis=1), 1.0, atol=1e-5)


def test_a_louder_and_a_higher_voice_measure_differently(model: VoiceEmotion) -> None:
    quiet = said("neutral", 1, 0)
    assert not np.allclose(measure(quiet), measure(quiet * 2), atol=0.1)


def test_a_saved_model_answers_as_before(model: VoiceEmotion, tmp_path: Path) -> None:
    model.save(tmp_path / "voice.npz")
    loaded = VoiceEmotion.load(tmp_path / "voice.npz")
    features = takes(5)
    assert np.array_equal(loaded.chances(features, ["a"] * 9), model.chances(features, ["a"] * 9))
    (tmp_path / "voice.npz").write_bytes(b"no model")
    with pytest.raises(VoiceModelError, match="holds no model"):
        VoiceEmotion.load(tmp_path / "voice.npz")


@pytest.mark.parametrize(
    "samples", [np.zeros(0), np.zeros(RATE_HZ), np.ones(10), np.full(RATE_HZ, 1e-9), NOISE, np.sign(NOISE), NOISE[:900]]
)
@pytest.mark.parametrize("speed", [1.0, 0.9])
def test_silence_noise_and_crumbs_of_sound_give_finite_figures(samples: FloatArray, speed: float) -> None:
    found = measure(samples, speed)
    assert found.shape == (sum(group_sizes()),)
    assert np.isfinite(found).all()


def test_a_recording_played_faster_is_higher() -> None:
    voice = said("neutral", 1, 0)
    assert measure(voice, 1.1)[0] - measure(voice)[0] == pytest.approx(12 * np.log2(1.1), abs=0.2)


def test_one_message_alone_gets_chances_too(model: VoiceEmotion) -> None:
    [chances] = model.chances(takes(4)[:1], ["stranger"])
    assert chances.sum() == pytest.approx(1.0, abs=1e-5)


def test_a_file_is_read_and_what_is_no_recording_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "a.wav", said("sad", 1, 1))
    assert features_of(tmp_path / "a.wav").shape == measure(said("sad", 1, 1)).shape
    (tmp_path / "b.wav").write_bytes(b"RIFF no sound")
    with pytest.raises(RecordingError, match=r"b\.wav cannot be read as a recording"):
        features_of(tmp_path / "b.wav")


def test_fitting_again_gives_the_same_model(model: VoiceEmotion) -> None:
    features, speakers = np.vstack([takes(1), takes(2)]), ["a"] * 9 + ["b"] * 9
    first, second = (fit(features, LABELS * 2, speakers, groups=group_sizes()) for _ in range(2))
    heard = takes(6)
    assert np.array_equal(first.chances(heard, ["c"] * 9), second.chances(heard, ["c"] * 9))


def test_one_speaker_alone_is_enough_to_learn_from() -> None:
    model = fit(takes(1), LABELS, ["only"] * 9)
    assert np.isfinite(model.chances(takes(2), ["new"] * 9)).all()


def test_groups_that_leave_features_out_are_refused() -> None:
    with pytest.raises(VoiceModelError, match="groups of 4 features in all, got 3"):
        fit(np.zeros((4, 4), dtype=np.float32), ["calm", "sad"] * 2, ["a"] * 4, groups=[1, 2])


def test_one_emotion_is_nothing_to_choose_from() -> None:
    with pytest.raises(VoiceModelError, match="at least two emotions"):
        fit(np.zeros((3, 4), dtype=np.float32), ["calm"] * 3, ["a"] * 3)
