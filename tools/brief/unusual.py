"""How unusual a day's figure is: against the middle and the spread of the same weekday before it, by median and MAD.

The spread is the largest of three: that of the same weekdays; that of all days around the middle of their own weekdays, since a
dozen days know little of their spread; and a `floor` that the caller gives, for what chance alone does to a count. A figure is far
out when it lies more than `FAR` spreads from the middle (Iglewicz and Hoaglin 1993) and beyond every one of those weekdays: then even
a wide spread of few days does not make news of what was there before. Of days that are drawn alike fewer than 1 in 100 is called
far out, of very skewed figures (log-normal, sigma 0.5) fewer than 1 in 40: both are measured in the tests. Season, holidays and growth within the window are not taken into account; the spread grows with them.
"""

from __future__ import annotations

import dataclasses
import statistics
from collections.abc import Sequence
from typing import Literal

FAR = 3.5
LEAST = 6
"""Same weekdays with a figure that a judgement needs."""
_NORMAL = 1.4826
"""The standard deviation of a normal distribution over its median absolute deviation."""
_NORMAL_MEAN = 1.2533
"""The same over its mean absolute deviation, for where more than half of the days are equal."""

Verdict = Literal["far", "usual", "too_little", "nothing"]
"""``nothing``: the day has no such figure."""


@dataclasses.dataclass(frozen=True)
class Judgement:
    """What a figure is among those before it.

    `low` and `high` are the ends of the usual range: `FAR` spreads around the middle, and wide enough for every day of the history.
    `away`: how many spreads from the middle, with its sign. None where too little is known.
    """

    verdict: Verdict
    days: int
    middle: float | None = None
    low: float | None = None
    high: float | None = None
    away: float | None = None


def judge(
    value: float | None,
    same: Sequence[float | None],
    deviations: Sequence[float] = (),
    *,
    floor: float,
    widen: float = 1.0,
) -> Judgement:
    """Judge a figure.

    Args:
        value: of the day; None: there is none, such as a rate of nothing.
        same: of the same weekdays before it; None where there was none.
        deviations: of all days before it from the middle of their own weekdays.
        floor: the least spread, above 0 and in the unit of the figure.
        widen: a factor for the spread, 1 or more, for a day that has less behind its figure than usual.

    Raises:
        ValueError: `floor` or `widen` is too small.
    """
    if floor <= 0 or widen < 1:
        raise ValueError(f"expected a floor above 0 and a factor of at least 1, got {floor!r} and {widen!r}")
    known = [each for each in same if each is not None]
    if len(known) < LEAST:
        return Judgement("too_little", len(known))
    middle = statistics.median(known)
    spread = widen * max(spread_of([each - middle for each in known]), spread_of(deviations), floor)
    low, high = min(middle - FAR * spread, *known), max(middle + FAR * spread, *known)
    if value is None:
        return Judgement("nothing", len(known), middle, low, high)
    far = not low <= value <= high
    return Judgement("far" if far else "usual", len(known), middle, low, high, (value - middle) / spread)


def spread_of(deviations: Sequence[float]) -> float:
    """Return the robust standard deviation of what lies around 0; 0 for nothing."""
    if not deviations:
        return 0.0
    sizes = [abs(each) for each in deviations]
    return _NORMAL * statistics.median(sizes) or _NORMAL_MEAN * statistics.fmean(sizes)
