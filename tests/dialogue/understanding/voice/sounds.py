"""Sounds that are no speech, three seconds each."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.signal import lfilter

from dialogue.understanding.voice.frames import RATE_HZ, Track
from dialogue.understanding.voice.recording import FloatArray
from tests.dialogue.understanding.voice.voices import said

COUNT = 3 * RATE_HZ
TIME = np.arange(COUNT) / RATE_HZ


def white() -> Track:
    return np.random.default_rng(0).standard_normal(COUNT)


def pink() -> Track:
    """Kellet's filter."""
    numerator, denominator = [0.0499, -0.0960, 0.0506, -0.0044], [1, -2.4950, 2.0173, -0.5222]
    return np.asarray(lfilter(numerator, denominator, white()))


def brown() -> Track:
    return np.asarray(lfilter([1], [1, -0.99], white()))


def hum() -> Track:
    return np.asarray(sum(np.sin(2 * np.pi * 50 * k * TIME) / k for k in range(1, 8)) + 0.01 * white())


def notes(*intervals: float) -> Track:
    """Six plucked notes or chords, one after the other."""
    found = np.zeros(COUNT)
    for place, root in enumerate((220, 277, 330, 247, 294, 440)):
        part = slice(place * COUNT // 6, (place + 1) * COUNT // 6)
        time = TIME[part] - TIME[part][0]
        found[part] = sum(
            np.exp(-2 * time) * np.sin(2 * np.pi * root * interval * k * time) / k
            for interval in intervals
            for k in range(1, 6)
        )
    return found


def clicks() -> Track:
    found = 1e-4 * white()
    found[np.random.default_rng(1).integers(0, COUNT, 12)] = 1
    return found


def babble() -> Track:
    """Sixteen people at once."""
    rng = np.random.default_rng(2)
    voices = [
        said(mood, speaker, take, 3.0) for mood in ("neutral", "angry") for speaker in range(4) for take in (0, 1)
    ]
    return np.asarray(sum(np.roll(voice, rng.integers(COUNT)) for voice in voices), dtype=np.float64)


def siren() -> Track:
    return np.asarray(np.sin(2 * np.pi * (600 * TIME + 80 * np.sin(2 * np.pi * TIME))))


def beeps() -> Track:
    return np.asarray(np.sin(2 * np.pi * 440 * TIME) * (np.sin(4 * np.pi * TIME) > 0))


NO_SPEECH: dict[str, Callable[[], Track]] = {
    "white noise": white, "pink noise": pink, "brown noise": brown, "hum": hum, "melody": lambda: notes(1.0),
    "chords": lambda: notes(1.0, 1.26, 1.5), "clicks": clicks, "babble": babble, "siren": siren, "beeps": beeps,
    "silence": lambda: np.zeros(COUNT),
}  # fmt: skip


def played(name: str, peak: float) -> FloatArray:
    """Return a sound as loud as that."""
    sound = NO_SPEECH[name]()
    return np.asarray(peak * sound / max(float(np.abs(sound).max()), 1e-9), dtype=np.float32)
