"""Cutting a recording into frames: what all measures of a voice share."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Track = npt.NDArray[np.float64]
"""Values over time; the last axis, or the first where said so, is the frame."""
Mask = npt.NDArray[np.bool_]
RATE_HZ = 16_000
HOP = 160
FRAMES_A_SECOND = RATE_HZ / HOP
PITCH_FRAME = 1024
"""64 ms: four periods of the lowest voice."""
SPECTRUM_FRAME = 400
"""25 ms."""


def framed(samples: Track, length: int, hop: int = HOP) -> Track:
    """Return frames around every `hop` samples, ``[frames, length]``; a view, not to be written to."""
    padded = np.pad(samples, length // 2)
    return np.lib.stride_tricks.sliding_window_view(padded, length)[::hop]


def runs(mask: Mask, shortest: int = 1) -> list[tuple[int, int]]:
    """Return where a mask holds for at least `shortest` frames: the first frame of each run and the one after its last."""
    edges = np.diff(np.concatenate([[0], mask.astype(np.int8), [0]]))
    pairs = zip(np.flatnonzero(edges == 1), np.flatnonzero(edges == -1), strict=True)
    return [(int(start), int(end)) for start, end in pairs if end - start >= shortest]
