"""When messages are due, whatever the server does."""

from __future__ import annotations

import random
from typing import Literal

Arrivals = Literal["poisson", "constant"]


def due_times(arrivals: Arrivals, rate: float, seconds: float, *, seed: int = 1) -> list[float]:
    """Return when each message is due, in seconds after the start, in order: `rate` times `seconds` of them, at least one.

    ``constant`` spaces them evenly. ``poisson`` lays them at random (seeded): the arrivals of a Poisson process, given how many
    there are, are uniform and independent. So runs of one plan send the same number.
    """
    count = max(1, round(rate * seconds))
    if arrivals == "constant":
        return [place * seconds / count for place in range(count)]
    rng = random.Random(seed)  # noqa: S311 (no secret)
    return sorted(rng.uniform(0, seconds) for _ in range(count))
