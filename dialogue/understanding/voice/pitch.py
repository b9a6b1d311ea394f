"""The pitch of a voice, how clean it is, and how its single periods differ.

`track` is the method of Boersma 1993, "Accurate short-term analysis of the fundamental frequency and the harmonics-to-noise
ratio of a sampled sound": candidates are the peaks of the autocorrelation over that of the window, and one path through
them is the cheapest in jumps and in voicings. It is ours, in numpy: pYIN in librosa takes thirty times as long.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from dialogue.understanding.voice.frames import HOP, PITCH_FRAME, RATE_HZ, Mask, Track, framed, runs

LOWEST_HZ, HIGHEST_HZ = 60.0, 650.0
_CANDIDATES = 8
_OCTAVE_COST, _JUMP_COST, _VOICING_COST = 0.02, 0.35, 0.2
_VOICED_FROM, _SILENT_FROM = 0.45, 0.03
"""Of the autocorrelation, and of the loudest sample."""
_TINY = 1e-9
_HEIGHTS = (1e-3, 0.9999)
"""Of a peak of the autocorrelation: -30 to 40 dB of harmonics."""
_SHORTEST_RUN = 4
_FEWEST_PERIODS = 4
_SPREAD = (0.8, 1.25)
"""How far a period may be from the one that the pitch tells."""
_WINDOW = np.hanning(PITCH_FRAME + 1)[:-1]


@dataclasses.dataclass(frozen=True)
class Pitch:
    """The pitch of every frame."""

    hertz: Track
    """``[frames]``; 0 where there is no voice."""
    harmonics_db: Track
    """The power of the periodic part over the rest, in dB, ``[frames]``; -30 where there is no voice."""
    power: Track
    """The power spectrum of the frames that it was found in, ``[frames, PITCH_FRAME + 1]``, 0 Hz to half the rate."""


def track(samples: Track) -> Pitch:
    """Return the pitch of samples at `RATE_HZ`, between `LOWEST_HZ` and `HIGHEST_HZ`."""
    frames = framed(samples, PITCH_FRAME)
    frames = frames - frames.mean(axis=1, keepdims=True)
    power = np.abs(np.fft.rfft(frames * _WINDOW, 2 * PITCH_FRAME)) ** 2
    lags, heights, strengths = _candidates(power)
    loudness = np.abs(frames).max(axis=1) / max(float(np.abs(samples).max()), _TINY)
    unvoiced = _VOICED_FROM + np.maximum(0.0, 2 - loudness * (1 + _VOICED_FROM) / _SILENT_FROM)
    path = _cheapest(np.column_stack([unvoiced, strengths]), np.log2(RATE_HZ / lags))
    at, chosen = np.arange(len(path)), np.maximum(path - 1, 0)
    hertz = np.where(path > 0, RATE_HZ / lags[at, chosen], 0.0)
    height = np.clip(np.where(path > 0, heights[at, chosen], 0.0), *_HEIGHTS)
    return Pitch(hertz, 10 * np.log10(height / (1 - height)), power)


def _candidates(power: Track) -> tuple[Track, Track, Track]:
    """Return lags in samples, heights of the autocorrelation and strengths of the best peaks, ``[frames, candidates]``."""
    window = np.fft.irfft(np.abs(np.fft.rfft(_WINDOW, 2 * PITCH_FRAME)) ** 2)
    curve = np.fft.irfft(power)[:, :PITCH_FRAME]
    low, high = int(RATE_HZ / HIGHEST_HZ), int(RATE_HZ / LOWEST_HZ) + 1
    span = slice(low - 1, high + 2)
    curve = curve[:, span] / np.maximum(curve[:, :1], 1e-12) / (window[span] / window[0])
    before, here, after = curve[:, :-2], curve[:, 1:-1], curve[:, 2:]
    bend = before - 2 * here + after
    shift = np.clip(
        np.divide(0.5 * (before - after), bend, out=np.zeros_like(bend), where=np.abs(bend) > 1e-12), -0.5, 0.5
    )
    height = here - 0.25 * (before - after) * shift
    lags = np.arange(low, high + 1) + shift
    peaks = (here > before) & (here >= after) & (here > 0)
    folded = np.minimum(height, 1 / np.maximum(height, _TINY))
    strength = np.where(peaks, folded - _OCTAVE_COST * np.log2(LOWEST_HZ * lags / RATE_HZ), -9.0)
    best = np.argsort(-strength, axis=1)[:, :_CANDIDATES]
    return (
        np.take_along_axis(lags, best, axis=1),
        np.take_along_axis(height, best, axis=1),
        np.take_along_axis(strength, best, axis=1),
    )


def _cheapest(strengths: Track, octaves: Track) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Return the best path: 0 for no voice, else 1 + candidate. `strengths` is ``[frames, 1 + candidates]``."""
    frames, states = strengths.shape
    voiced = np.arange(states) > 0
    cost = np.where(voiced[:, None] ^ voiced[None], _VOICING_COST, 0.0)
    best, came_from = strengths[0], np.zeros((frames, states), dtype=np.int64)
    for frame in range(1, frames):
        cost[1:, 1:] = _JUMP_COST * np.abs(octaves[frame - 1][:, None] - octaves[frame])
        total = best[:, None] - cost
        came_from[frame] = total.argmax(axis=0)
        best = total.max(axis=0) + strengths[frame]
    path = np.zeros(frames, dtype=np.int64)
    path[-1] = best.argmax()
    for frame in range(frames - 1, 0, -1):
        path[frame - 1] = came_from[frame, path[frame]]
    return path


def unsteadiness(samples: Track, hertz: Track, voiced: Mask) -> Track:
    """Return jitter, shimmer and how little neighbouring periods are alike, each with its deviation, ``[6]``.

    Each period is found as what correlates most with the one before it. Jitter is the mean difference of neighbouring
    periods (and of those differences) over the mean, shimmer the mean difference of their levels; both as logarithms.
    """
    jitters: list[float] = []
    shimmers: list[float] = []
    likeness: list[float] = []
    for start, end in runs(voiced, _SHORTEST_RUN):
        periods, levels, alike = _periods(samples, hertz, start * HOP, end * HOP)
        likeness += alike
        if len(periods) >= _FEWEST_PERIODS:
            jitters += [float(np.abs(np.diff(periods, times)).mean() / np.mean(periods)) for times in (1, 2)]
            shimmers.append(float(np.abs(levels).mean()))
    if not jitters:
        return np.zeros(6)
    return np.array([
        np.log(np.mean(jitters) + 1e-4), np.std(jitters), np.log(np.mean(shimmers) + 1e-3), np.std(shimmers),
        np.log(1.001 - np.mean(likeness)), np.std(likeness),
    ])  # fmt: skip


def _periods(samples: Track, hertz: Track, start: int, end: int) -> tuple[list[float], list[float], list[float]]:
    """Return the lengths of the periods between two samples, the logarithm of the growth of each, and their likeness."""
    lengths: list[float] = []
    growths: list[float] = []
    alike: list[float] = []
    while start < end and hertz[min(start // HOP, len(hertz) - 1)] > 0:
        period = int(RATE_HZ / hertz[min(start // HOP, len(hertz) - 1)])
        low, high = int(period * _SPREAD[0]), int(period * _SPREAD[1]) + 1
        if start + period + high + 2 >= len(samples):
            break
        first = samples[start : start + period]
        others = samples[start + low : start + high + period]
        sums = np.cumsum(np.append(0.0, others**2))
        energies = np.maximum(sums[period:] - sums[:-period], 0.0)
        likeness = np.correlate(others, first, "valid") / (np.sqrt(energies * (first @ first)) + _TINY)
        best = int(likeness.argmax())
        lengths.append(low + best + _peak(likeness, best))
        growths.append(float(np.log(np.sqrt(energies[best]) / (np.sqrt(first @ first) + _TINY) + 1e-6)))
        alike.append(float(likeness[best]))
        start += max(round(lengths[-1]), 8)
    return lengths, growths, alike


def _peak(curve: Track, at: int) -> float:
    """Return how far the top of the parabola through three points is from the middle one."""
    if not 0 < at < len(curve) - 1:
        return 0.0
    before, here, after = curve[at - 1 : at + 2]
    bend = before - 2 * here + after
    return float(0.5 * (before - after) / bend) if bend < 0 else 0.0
