"""What is said of a track as a whole, whatever its length: statistics, relations between tracks, slow modulation."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from dialogue.understanding.voice.frames import FRAMES_A_SECOND, Track

QUINTILES = (20.0, 50.0, 80.0)
_WINDOW, _STEP = 256, 64
_EDGES_HZ = (0.5, 1.5, 3, 4.5, 6, 8, 11, 15, 20, 30, 50)
_LAGS = (3, 6, 10, 15, 25)
_FEWEST = 9


def course(tracks: Track, percentiles: Sequence[float] = (5, 25, 50, 75, 95), *, slope: bool = True) -> Track:
    """Return mean, deviation, percentiles and slope from start to end of every row of ``[tracks, frames]``, flat."""
    rows = np.atleast_2d(tracks)
    rows = rows if rows.shape[1] else np.zeros((len(rows), 1))
    parts = [rows.mean(axis=1), rows.std(axis=1), *np.percentile(rows, percentiles, axis=1)]
    if slope:
        time = np.linspace(-1, 1, rows.shape[1])
        parts.append(rows @ time / (time @ time))
    return np.concatenate(parts)


def rises(track: Track) -> Track:
    """Return mean and deviation of the steps up, and of the steps down, ``[4]``."""
    steps = np.diff(track)
    return np.concatenate([_both(steps[steps > 0]), _both(steps[steps < 0])])


def log_covariance(tracks: Track, floor: float = 1.0) -> Track:
    """Return the logarithm of the covariance of ``[tracks, frames]``, its upper half, flat.

    Distances between logarithms are distances between covariances (Arsigny et al. 2006, "Log-Euclidean metrics"), so how
    measures move together can be compared by the same kernel as everything else.

    Args:
        tracks: at least one frame.
        floor: what is added to every variance.
    """
    away = tracks - tracks.mean(axis=1, keepdims=True)
    covariance = away @ away.T / max(away.shape[1] - 1, 1)
    values, vectors = np.linalg.eigh(covariance + floor * np.eye(len(covariance)))
    logarithm = (vectors * np.log(np.maximum(values, 1e-3))) @ vectors.T
    rows, columns = np.triu_indices(len(covariance))
    return np.asarray(logarithm[rows, columns] * np.where(rows == columns, 1.0, np.sqrt(2)))


def correlations(tracks: Track) -> Track:
    """Return the correlation of every two of the rows; 0 for a constant one or for a handful of frames."""
    pairs = np.triu_indices(len(tracks), 1)
    if tracks.shape[1] < _FEWEST:
        return np.zeros(len(pairs[0]))
    away = tracks - tracks.mean(axis=1, keepdims=True)
    lengths = np.linalg.norm(away, axis=1, keepdims=True)
    away = np.divide(away, lengths, out=np.zeros_like(away), where=lengths > 1e-6)
    return np.asarray((away @ away.T)[pairs])


def persistence(tracks: Track) -> Track:
    """Return the autocorrelation of every row of ``[tracks, frames]`` after 30, 60, 100, 150 and 250 ms, flat."""
    away = tracks - tracks.mean(axis=1, keepdims=True)
    power = (away**2).mean(axis=1) + 1e-6
    return np.concatenate([(away[:, lag:] * away[:, :-lag]).mean(axis=1) / power for lag in _LAGS])


def modulation(tracks: Track) -> Track:
    """Return how strongly every row of ``[tracks, frames]`` swings in ten bands of 0.5 to 50 Hz, as logarithms, flat."""
    short = max(0, _WINDOW - tracks.shape[1])
    padded = np.pad(tracks, ((0, 0), (0, short)), mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW, axis=1)[:, ::_STEP]
    windows = (windows - windows.mean(axis=2, keepdims=True)) * np.hanning(_WINDOW)
    power = (np.abs(np.fft.rfft(windows)) ** 2).mean(axis=1)
    hertz = np.fft.rfftfreq(_WINDOW, 1 / FRAMES_A_SECOND)
    bands = [power[:, (hertz >= low) & (hertz < high)].sum(axis=1) for low, high in itertools.pairwise(_EDGES_HZ)]
    return np.log(np.concatenate(bands) + 1e-3)


def _both(values: Track) -> Track:
    return np.array([values.mean(), values.std()]) if len(values) else np.zeros(2)
