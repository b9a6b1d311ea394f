"""Figures about figures: how far a measured share can be trusted."""

from __future__ import annotations

import math

Z_95 = 1.959964


def wilson(passed: int, n: int, *, z: float = Z_95) -> tuple[float, float]:
    """Return the Wilson score interval of a share, both ends in [0, 1]; (0, 1) when nothing was counted.

    Unlike the plain interval it is right for few trials and near 0 and 1. Wilson 1927, J. Am. Stat. Assoc. 22, 209-212.

    Example:
        >>> tuple(round(end, 3) for end in wilson(9, 10))
        (0.596, 0.982)
    """
    if n == 0:
        return 0.0, 1.0
    share, spread = passed / n, z * z / n
    centre = share + spread / 2
    margin = z * math.sqrt(share * (1 - share) / n + spread / (4 * n))
    return max(0.0, (centre - margin) / (1 + spread)), min(1.0, (centre + margin) / (1 + spread))
