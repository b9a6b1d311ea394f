"""The shipped model answers when it can be relied on, and is careful with strangers."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import numpy as np
import pytest

from dialogue.understanding.mood_rows import LABELS, NAMES
from dialogue.understanding.voice.delivery import delivery_of, impatience, is_speech
from dialogue.understanding.voice.emotion import ENOUGH, VoiceModelError
from dialogue.understanding.voice.features import available, described, hear, measure
from dialogue.understanding.voice.microphones import through_another
from dialogue.understanding.voice.moods import SHIPPED, VoiceMoods
from dialogue.understanding.voice.recording import FloatArray, read
from dialogue.understanding.voice.training import train
from evals.benchmarks.figures import auroc
from tests.dialogue.understanding.voice.sounds import NO_SPEECH, played
from tests.dialogue.understanding.voice.voices import EMOTIONS, said

pytestmark = pytest.mark.skipif(not available(), reason="the extra speech is not installed")
RAVDESS = Path(os.environ.get("XIAOER_TEST_DATA", Path(__file__).parents[4] / "shared" / "data")) / "voice_ravdess"
PRODUCT = {"angry": "angry", "sad": "sad", "neutral": "calm"}


@pytest.fixture(scope="module")
def moods() -> VoiceMoods:
    return VoiceMoods.load()


def test_the_shipped_model_is_small_and_speaks_the_products_labels(moods: VoiceMoods) -> None:
    assert SHIPPED.stat().st_size < 2 * 2**20
    assert set(moods.stranger.labels) == set(moods.known.labels) <= set(LABELS)


@pytest.mark.parametrize("name", NO_SPEECH)
def test_what_is_no_speech_is_never_called_angry(moods: VoiceMoods, name: str) -> None:
    heard = hear(played(name, 0.5))
    mood = moods.read(described(heard)) if is_speech(delivery_of(heard)) else None
    assert mood is None or mood.label == "unknown"


def test_a_stranger_is_measured_against_all_and_a_known_speaker_against_their_own(moods: VoiceMoods) -> None:
    features = [measure(said("neutral", 1, take, 2.0)) for take in range(ENOUGH + 1)]
    alone, known = moods.read(features[-1]), moods.read(features[-1], features[:-1])
    assert (alone.own_measure, known.own_measure) == (False, True)
    assert moods.read(features[-1], features[1:-1]) == alone
    for mood in (alone, known):
        assert sum(mood.chances.values()) == pytest.approx(1.0, abs=0.01)
        assert mood.label == "unknown" or mood.chance >= moods.sure[mood.own_measure] - 0.001


def test_kept_features_are_read_back_nearly_as_they_were(moods: VoiceMoods) -> None:
    features = measure(said("angry", 2, 0, 2.0))
    away = np.abs(moods.unpacked(moods.packed(features)) - features) / moods.stranger.scale
    assert np.median(away) <= 1 / 16 + 1e-3


def recordings(speakers: int) -> tuple[list[FloatArray], list[str], list[str]]:
    """Six recordings of each speaker, in three moods."""
    every = [(mood, speaker, take) for speaker in range(speakers) for mood in EMOTIONS for take in range(2)]
    return (
        [said(*each) for each in every],
        [PRODUCT[mood] for mood, *_ in every],
        [f"s{speaker}" for _, speaker, _ in every],
    )


@pytest.mark.slow
def test_a_model_of_ones_own_recordings_learns_saves_and_loads(tmp_path: Path) -> None:
    trained = train(*recordings(3))
    assert trained.stranger.judged.all()
    assert trained.known.judged.all()
    path = tmp_path / "voices.npz"
    trained.moods.save(path)
    loaded = VoiceMoods.load(path)
    features = measure(said("angry", 7, 0))
    assert loaded.name == trained.moods.name
    assert loaded.read(features) == trained.moods.read(features)
    assert max(loaded.chances(features)) == loaded.chances(features)[loaded.stranger.labels.index("angry")]


def test_one_speaker_is_too_few_to_judge_by() -> None:
    with pytest.raises(VoiceModelError, match="at least two speakers, got 1"):
        train(*recordings(1))


def test_a_file_that_is_no_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.npz").write_bytes(b"no model")
    with pytest.raises(VoiceModelError, match=r"a\.npz holds no model of voices"):
        VoiceMoods.load(tmp_path / "a.npz")


def test_another_microphone_changes_the_sound_and_not_the_pitch() -> None:
    voice = said("neutral", 1, 0, 2.0)
    other = through_another(voice, np.random.default_rng(3))
    assert delivery_of(hear(other)).pitch == pytest.approx(delivery_of(hear(voice)).pitch, abs=0.3)
    assert not np.allclose(measure(other), measure(voice), atol=0.5)
    assert np.array_equal(other, through_another(voice, np.random.default_rng(3)))


@pytest.mark.slow
@pytest.mark.skipif(not RAVDESS.is_dir(), reason="RAVDESS is not here")
def test_calm_strangers_in_another_language_are_not_called_angry(moods: VoiceMoods) -> None:
    with (RAVDESS / "manifest.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["emotion"] in ("angry", "calm", "neutral")][::2]
    said_of: dict[str, list[str]] = {"angry": [], "calm": []}
    impatient: dict[str, list[float]] = {"angry": [], "calm": []}
    for row in rows:
        heard = hear(read(RAVDESS / row["file"]))
        assert is_speech(delivery_of(heard))
        emotion = NAMES.get(row["emotion"], row["emotion"])
        said_of[emotion].append(moods.read(described(heard)).label)
        impatient[emotion].append(impatience(delivery_of(heard)))
    assert said_of["calm"].count("angry") <= 0.02 * len(said_of["calm"])
    assert said_of["angry"].count("angry") >= 0.3 * len(said_of["angry"])
    assert auroc(impatient["calm"], impatient["angry"]) > 0.75
