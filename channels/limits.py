"""How much one token may ask for: token buckets, in process."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable

from channels.problems import ProblemError

KEPT = 50_000
"""Buckets kept at most; the one idle longest goes first. It is full again by then unless the door is being stormed."""


class Rates:
    """A token bucket for each key: `burst` at once, `per_s` on average."""

    def __init__(self, per_s: float, burst: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_s = per_s
        self._burst = burst
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def spend(self, key: str) -> None:
        """Take one from the key's bucket.

        Raises:
            ProblemError: ``too_many_requests`` with ``Retry-After``.
        """
        now = self._clock()
        level, at = self._buckets.pop(key, (float(self._burst), now))
        level = min(self._burst, level + (now - at) * self._per_s)
        enough = level >= 1
        self._buckets[key] = (level - 1 if enough else level, now)
        if len(self._buckets) > KEPT:
            self._buckets.popitem(last=False)
        if not enough:
            seconds = max(1, math.ceil((1 - level) / self._per_s))
            raise ProblemError("too_many_requests", {"seconds": seconds}, {"Retry-After": str(seconds)})
