"""Formants: the resonances of the vocal tract, by linear prediction (e.g. Markel and Gray 1976, "Linear prediction of speech")."""

from __future__ import annotations

import numpy as np

from dialogue.understanding.voice.frames import Track, framed

_RATE_HZ = 10_000
_FRAME, _HOP, _ORDER = 256, 100, 11
_EMPHASIS = 0.97
_LOWEST_HZ, _HIGHEST_HZ, _WIDEST_HZ = 150.0, 4800.0, 700.0
COUNT = 3
_NONE = 1e9


def formants(samples: Track, frames: int) -> tuple[Track, Track]:
    """Return the first three resonances and their bandwidths in Hz, ``[3, frames]``.

    A frame without one has the median over the recording and a bandwidth of 300 Hz.
    """
    roots = np.linalg.eigvals(_companions(_slowed(samples, frames)))
    hertz = np.angle(roots) * _RATE_HZ / (2 * np.pi)
    widths = -np.log(np.maximum(np.abs(roots), 1e-6)) * _RATE_HZ / np.pi
    hertz = np.where((hertz > _LOWEST_HZ) & (hertz < _HIGHEST_HZ) & (widths < _WIDEST_HZ), hertz, _NONE)
    order = np.argsort(hertz, axis=1)[:, :COUNT]
    hertz, widths = np.take_along_axis(hertz, order, axis=1).T, np.take_along_axis(widths, order, axis=1).T
    found = hertz < _NONE
    usual = [
        np.median(row[there]) if there.any() else 1000.0 * k + 500
        for k, (row, there) in enumerate(zip(hertz, found, strict=True))
    ]
    return np.where(found, hertz, np.array(usual)[:, None]), np.where(found, widths, 300.0)


def _slowed(samples: Track, frames: int) -> Track:
    """Return frames at 10 kHz, with the treble raised, ``[frames, _FRAME]``."""
    from scipy.signal import resample_poly  # noqa: PLC0415

    slow = resample_poly(samples, 5, 8)
    slow = np.append(slow[:1], slow[1:] - _EMPHASIS * slow[:-1])
    cut = framed(slow, _FRAME, _HOP)[:frames] * np.hamming(_FRAME)
    return np.pad(cut, ((0, frames - len(cut)), (0, 0)))


def _companions(frames: Track) -> Track:
    """Return a matrix a frame whose eigenvalues are the poles of its linear predictor, ``[frames, order, order]``."""
    curve = np.fft.irfft(np.abs(np.fft.rfft(frames, 2 * _FRAME)) ** 2)[:, : _ORDER + 1]
    curve[:, 0] = curve[:, 0] * 1.0001 + 1e-9
    lags = np.arange(_ORDER)
    predictor = np.linalg.solve(curve[:, np.abs(lags[:, None] - lags)], curve[:, 1:, None])[..., 0]
    found = np.zeros((len(frames), _ORDER, _ORDER))
    found[:, 0] = predictor
    found[:, lags[1:], lags[:-1]] = 1.0
    return found
