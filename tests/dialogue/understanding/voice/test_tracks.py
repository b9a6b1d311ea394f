"""Pitch, formants and periods of sounds that are known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import lfilter

from dialogue.understanding.voice.formants import formants
from dialogue.understanding.voice.frames import HOP, RATE_HZ, Track, runs
from dialogue.understanding.voice.functionals import correlations, course, log_covariance, modulation
from dialogue.understanding.voice.pitch import track, unsteadiness


def pulses(hertz: float, jitter: float = 0.0, seconds: float = 0.6) -> Track:
    """Return the pulses of a glottis, made soft, that come early and late by so much of a period."""
    rng = np.random.default_rng(3)
    found = np.zeros(int(seconds * RATE_HZ))
    at = 0.0
    while at < len(found):
        found[int(at)] = 1.0
        at += RATE_HZ / hertz * (1 + jitter * rng.standard_normal())
    return np.asarray(lfilter([1], [1, -0.95], found), dtype=np.float64)


def spoken(hertz: float, resonances: tuple[float, ...]) -> Track:
    sound = pulses(hertz)
    for centre in resonances:
        radius = np.exp(-np.pi * 80 / RATE_HZ)
        sound = lfilter([1], [1, -2 * radius * np.cos(2 * np.pi * centre / RATE_HZ), radius**2], sound)
    return np.asarray(sound / np.abs(sound).max(), dtype=np.float64)


@pytest.mark.parametrize("hertz", [80.0, 125.0, 210.0, 420.0, 500.0])
def test_low_and_high_voices_have_their_pitch(hertz: float) -> None:
    found = track(pulses(hertz))
    inside = found.hertz[5:-5]
    assert (inside > 0).mean() > 0.9
    assert np.median(inside[inside > 0]) == pytest.approx(hertz, rel=0.02)


def test_noise_has_no_pitch_and_a_voice_in_noise_is_less_clear() -> None:
    noise = np.random.default_rng(1).standard_normal(RATE_HZ // 2)
    assert (track(noise).hertz > 0).mean() < 0.2
    voice = pulses(150.0)
    breathy = voice + 0.3 * voice.std() * np.random.default_rng(2).standard_normal(len(voice))
    assert np.median(track(breathy).harmonics_db) < np.median(track(voice).harmonics_db) - 3


@pytest.mark.parametrize("resonances", [(700.0, 1200.0, 2600.0), (300.0, 2200.0, 3000.0)])
def test_the_resonances_of_a_vowel_are_its_formants(resonances: tuple[float, ...]) -> None:
    sound = spoken(120.0, resonances)
    found, widths = formants(sound, len(sound) // HOP)
    assert np.median(found, axis=1) == pytest.approx(resonances, rel=0.08)
    assert found.shape == widths.shape == (3, len(sound) // HOP)


def test_periods_that_come_early_and_late_are_heard() -> None:
    def jitter(sound: Track) -> float:
        hertz = track(sound).hertz
        return float(unsteadiness(sound, hertz, hertz > 0)[0])

    assert jitter(pulses(150.0, jitter=0.03)) > jitter(pulses(150.0)) + 0.5
    assert not unsteadiness(np.zeros(RATE_HZ), np.zeros(101), np.zeros(101, dtype=np.bool_)).any()


@pytest.mark.parametrize(
    ("mask", "shortest", "wanted"),
    [([0, 1, 1, 0, 1], 1, [(1, 3), (4, 5)]), ([0, 1, 1, 0, 1], 2, [(1, 3)]), ([1, 1], 1, [(0, 2)]), ([0], 1, [])],
)
def test_runs_are_where_a_mask_holds(mask: list[int], shortest: int, wanted: list[tuple[int, int]]) -> None:
    assert runs(np.array(mask, dtype=np.bool_), shortest) == wanted


def test_a_track_that_rises_has_a_slope_and_one_without_frames_has_nothing() -> None:
    assert course(np.linspace(-1, 1, 50), (50,)) == pytest.approx([0, 0.5889, 0, 1], abs=1e-3)
    assert not course(np.zeros((2, 0))).any()


def test_tracks_that_move_together_are_related() -> None:
    one = np.random.default_rng(0).standard_normal(200)
    assert correlations(np.vstack([one, 2 * one, np.ones(200)])) == pytest.approx([1, 0, 0])
    assert log_covariance(np.vstack([one, -one]))[1] < 0 < log_covariance(np.vstack([one, one]))[1]


def test_four_swings_a_second_are_in_their_band() -> None:
    swing = np.sin(2 * np.pi * 4 * np.arange(300) / 100)
    assert modulation(swing[None]).argmax() == 2
