"""The same voice as other microphones, rooms and lines give it: copies to learn from, and to be judged on.

Each draw is a tilt of the spectrum, a band of 60-300 to 3400-7800 Hz, a room of 50-300 ms, noise of 15 to 45 dB below the voice
in a colour of its own, and a level. No codec: Opus at what browsers send changes the features by far less.
"""

from __future__ import annotations

import numpy as np

from dialogue.understanding.voice.frames import RATE_HZ, Track
from dialogue.understanding.voice.recording import FloatArray

_TINY = 1e-9


def through_another(samples: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Return the samples as one more microphone would have given them."""
    from scipy.signal import butter, fftconvolve, lfilter, sosfilt  # noqa: PLC0415  (heavy)

    sound: Track = np.asarray(samples, dtype=np.float64)
    tilt = rng.uniform(-0.5, 0.5)
    sound = lfilter([1, tilt], [1], sound) if rng.random() < 0.5 else lfilter([1], [1, tilt], sound)
    band = [rng.uniform(60, 300), rng.uniform(3400, 7800)]
    sound = sosfilt(butter(2, band, "band", fs=RATE_HZ, output="sos"), sound)
    sound = fftconvolve(sound, _room(rng))
    noise = lfilter([1], [1, -rng.uniform(0, 0.95)], rng.standard_normal(len(sound)))
    sound += noise * (_level(sound) / _level(noise) * 10 ** (-rng.uniform(15, 45) / 20))
    return np.asarray(sound / _level(sound) * 10 ** (-rng.uniform(14, 34) / 20), dtype=np.float32)


def _room(rng: np.random.Generator) -> Track:
    length = int(RATE_HZ * rng.uniform(0.05, 0.3))
    echo = rng.standard_normal(length) * np.exp(-6.9 * np.arange(length) / length)
    echo *= rng.uniform(0, 0.5) / np.sqrt((echo**2).sum())
    echo[0] += 1
    return np.asarray(echo)


def _level(sound: Track) -> float:
    return float(np.sqrt((sound**2).mean())) + _TINY
