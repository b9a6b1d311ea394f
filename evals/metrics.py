"""Figures with their uncertainty."""

from __future__ import annotations

import dataclasses
import math

Z_95 = 1.959964


@dataclasses.dataclass(frozen=True)
class Share:
    """A share of `n` trials with its 95 % Wilson score interval (Wilson 1927); both ends in [0, 1].

    >>> print(Share.of([True, True, True, False]))
    75.0 % (3/4, 30.1-95.4)
    """

    hits: int
    n: int

    @classmethod
    def of(cls, trials: list[bool]) -> Share:
        """Count the hits."""
        return cls(sum(trials), len(trials))

    @property
    def value(self) -> float:
        """The share; 0 of nothing is 0."""
        return self.hits / self.n if self.n else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Lowest and highest share that agree with what was seen; all of [0, 1] where nothing was."""
        if not self.n:
            return (0.0, 1.0)
        z2 = Z_95**2 / self.n
        middle = self.value + z2 / 2
        spread = Z_95 * math.sqrt(self.value * (1 - self.value) / self.n + z2 / (4 * self.n))
        return (max(0.0, (middle - spread) / (1 + z2)), min(1.0, (middle + spread) / (1 + z2)))

    def to_json(self) -> dict[str, object]:
        """Return value, n and interval."""
        return {"value": round(self.value, 4), "n": self.n, "interval": [round(end, 4) for end in self.interval]}

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.value:.1%} ({self.hits}/{self.n}, {low * 100:.1f}-{high * 100:.1f})".replace("%", " %", 1)
