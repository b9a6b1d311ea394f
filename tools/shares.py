"""Shares with how far chance may have moved them."""

from __future__ import annotations

import math

from tools.base import Evidence

_Z = 1.96


class Share(Evidence):
    """A share with the 95 % interval of Wilson (1927): how far it may be off by chance."""

    count: int
    of: int
    share: float
    low: float
    high: float


def share(count: int, of: int) -> Share | None:
    """Return a share with its interval; None of nothing."""
    if of == 0:
        return None
    part, square = count / of, _Z**2 / of
    middle = (part + square / 2) / (1 + square)
    half = _Z * math.sqrt(part * (1 - part) / of + square / (4 * of)) / (1 + square)
    return Share(count=count, of=of, share=part, low=max(middle - half, 0.0), high=min(middle + half, 1.0))
