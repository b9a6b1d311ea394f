"""The spectrum of a voice over time: mel bands, cepstra, loudness, shape, and how its harmonics fall.

Most are descriptors of Eyben et al. 2016, "The Geneva minimalistic acoustic parameter set (GeMAPS)": alpha ratio, Hammarberg
index, slopes, differences of harmonics and formants. The prominence of the cepstral peak is that of Hillenbrand et al. 1994.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from dialogue.understanding.voice.formants import COUNT, formants
from dialogue.understanding.voice.frames import PITCH_FRAME, RATE_HZ, SPECTRUM_FRAME, Track, framed
from dialogue.understanding.voice.pitch import HIGHEST_HZ, LOWEST_HZ, Pitch

_BINS = 512
_TINY = 1e-9
_SLOPES_HZ = ((0, 500), (500, 1500), (1500, 5000))
_ROLLOFFS = (0.25, 0.5, 0.75, 0.9)
ALPHA, CENTROID, SLOPE_MIDDLE, SLOPE_HIGH = 0, 5, 3, 4
"""Rows of `Spectrum.shape`."""


@dataclasses.dataclass(frozen=True)
class Spectrum:
    """What is known of every frame; ``[..., frames]``."""

    level_db: Track
    loudness: Track
    """The sum over 26 mel bands of their power to the third: about what an ear makes of it."""
    mel_db: Track
    """40 bands from 50 to 7900 Hz."""
    cepstra: Track
    """25 of them, of `mel_db`."""
    shape: Track
    """15 rows: alpha ratio, Hammarberg index and three slopes (dB), centroid, width and four roll-offs (Hz), entropy, flatness
    (dB), flux, crossings of zero."""
    falls_db: Track
    """6 rows: harmonic 1 over 2, over 3, 2 over 4, and the harmonic at each of three formants over the first."""
    formants: Track
    """6 rows: three frequencies, three bandwidths, in Hz."""
    prominence_db: Track
    """Of the cepstral peak: how much clearer a voice is than breath."""


def spectrum_of(librosa: Any, samples: Track, pitch: Pitch) -> Spectrum:
    """Measure samples at `RATE_HZ` whose pitch is known."""
    frames = framed(samples, SPECTRUM_FRAME)[: len(pitch.hertz)]
    power = np.abs(np.fft.rfft(frames * np.hamming(SPECTRUM_FRAME), _BINS)) ** 2
    bands = {"sr": RATE_HZ, "n_fft": _BINS, "dtype": np.float64}
    mel = _db(librosa.filters.mel(**bands, n_mels=40, fmin=50, fmax=7900) @ power.T, 1e-7)
    ears = librosa.filters.mel(**bands, n_mels=26, fmin=20, fmax=8000, norm=None) @ power.T
    resonances, widths = formants(samples, len(frames))
    return Spectrum(
        level_db=_db(power.mean(axis=1)),
        loudness=(ears**0.33).sum(axis=0),
        mel_db=mel,
        cepstra=librosa.feature.mfcc(S=mel, n_mfcc=25),
        shape=_shape(frames, power),
        falls_db=_falls(pitch, resonances),
        formants=np.vstack([resonances, widths]),
        prominence_db=_prominence(pitch.power),
    )


def _shape(frames: Track, power: Track) -> Track:
    hertz = np.asarray(np.fft.rfftfreq(_BINS, 1 / RATE_HZ), dtype=np.float64)
    share = power / np.maximum(power.sum(axis=1, keepdims=True), 1e-12)
    centroid = share @ hertz
    width = np.sqrt(np.maximum(share @ hertz**2 - centroid**2, 0))
    so_far = np.cumsum(share, axis=1)
    amplitude = np.sqrt(power)
    amplitude /= np.maximum(np.linalg.norm(amplitude, axis=1, keepdims=True), _TINY)
    return np.vstack([
        *_balance(power, hertz), centroid, width,
        *(hertz[np.minimum((so_far < share_of).sum(axis=1), _BINS // 2)] for share_of in _ROLLOFFS),
        -(share * np.log(share + 1e-12)).sum(axis=1),
        10 * np.log10(np.exp(np.log(power + _TINY).mean(axis=1)) + _TINY) - _db(power.mean(axis=1)),
        np.append(0.0, np.linalg.norm(np.diff(amplitude, axis=0), axis=1)),
        (np.diff(np.signbit(frames), axis=1)).mean(axis=1),
    ])  # fmt: skip


def _balance(power: Track, hertz: Track) -> list[Track]:
    """Return alpha ratio, Hammarberg index and the slopes in dB a kHz."""

    def between(low: float, high: float) -> Track:
        return power[:, (hertz >= low) & (hertz < high)]

    alpha = _db(between(1000, 5000).sum(axis=1)) - _db(between(50, 1000).sum(axis=1))
    hammarberg = _db(between(0, 2000).max(axis=1)) - _db(between(2000, 5000).max(axis=1))
    slopes = []
    for low, high in _SLOPES_HZ:
        inside = (hertz >= low) & (hertz <= high)
        away = (hertz[inside] - hertz[inside].mean()) / 1000
        slopes.append(_db(power[:, inside]) @ away / (away @ away))
    return [alpha, hammarberg, *slopes]


def _falls(pitch: Pitch, resonances: Track) -> Track:
    hertz = np.maximum(pitch.hertz, LOWEST_HZ)
    one, two, three, four = (_loudest(pitch.power, hertz * k, hertz * 0.3) for k in (1, 2, 3, 4))
    peaks = [_loudest(pitch.power, resonances[k], hertz * 0.5) - one for k in range(COUNT)]
    return np.vstack([one - two, one - three, two - four, *peaks])


def _loudest(power: Track, hertz: Track, within: Track) -> Track:
    """Return in dB the strongest bin within so many Hz around a frequency, ``[frames]``."""
    bin_hz = RATE_HZ / (2 * PITCH_FRAME)
    low = np.clip((hertz - within) // bin_hz, 0, PITCH_FRAME - 1).astype(np.int64)
    high = np.clip((hertz + within) // bin_hz + 1, 1, PITCH_FRAME).astype(np.int64)
    bins = np.minimum(low[:, None] + np.arange(int((high - low).max()) + 1), high[:, None])
    return _db(np.take_along_axis(power, bins, axis=1).max(axis=1))


def _prominence(power: Track) -> Track:
    """Return by how much the highest point of the cepstrum stands over the line through it."""
    cepstrum = np.fft.irfft(10 * np.log10(power[:, ::2] + 1e-12))
    seconds = np.arange(cepstrum.shape[1]) / RATE_HZ
    inside = (seconds > 1 / HIGHEST_HZ) & (seconds < 1 / LOWEST_HZ)
    curve, time = cepstrum[:, inside], seconds[inside] - seconds[inside].mean()
    slope = curve @ time / (time @ time)
    return np.asarray((curve - slope[:, None] * time).max(axis=1) - curve.mean(axis=1))


def _db(power: Track, floor: float = _TINY) -> Track:
    return np.asarray(10 * np.log10(power + floor))
