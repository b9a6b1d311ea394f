"""Percentiles of what was measured, and the table that shows them."""

from __future__ import annotations

import collections
import dataclasses
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from evals.metrics import Z_95

STAGES = ("understand", "decide", "act", "reply", "total")
"""A turn's own stages and its total, as the server times them."""


@dataclasses.dataclass(frozen=True)
class Measured:
    """One message: how long its shopper waited, and what became of it. Times are in milliseconds."""

    script: str
    wait_ms: float
    """Until the whole answer was there, storing included."""
    stages: Mapping[str, float] = dataclasses.field(default_factory=dict)
    """The server's own timings; empty where it does not show them."""
    at_s: float = 0.0
    """When it was due, in seconds after the load began."""
    lag_ms: float = 0.0
    """How late its sender was."""
    error: str = ""
    """Why there is no turn; "" where there is one."""
    lost: bool = False
    """The turn answered that it had not understood."""
    effects: int = 0
    """Receipts: what was changed in the shop."""


def quantile(values: Sequence[float], share: float) -> float:
    """Return the nearest-rank quantile: the smallest value that at least `share` of all values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def quantile_interval(values: Sequence[float], share: float) -> tuple[float, float]:
    """Return the 95 % interval of a quantile from order statistics (binomial, in its normal approximation).

    It takes the values for independent. Waits in one queue are not quite: where a server is near its limit, the truth is wider.
    """
    ordered = sorted(values)
    middle = share * len(ordered)
    spread = Z_95 * math.sqrt(len(ordered) * share * (1 - share))
    low, high = math.floor(middle - spread), math.ceil(middle + spread)
    return ordered[max(0, low - 1)], ordered[min(len(ordered), max(1, high)) - 1]


def spread(values: Sequence[float]) -> dict[str, float]:
    """Return p50, p95, p99, the largest and the mean of some milliseconds; nothing of nothing."""
    if not values:
        return {}
    figures = {f"p{percent}": quantile(values, percent / 100) for percent in (50, 95, 99)}
    figures |= {"max": max(values), "mean": sum(values) / len(values)}
    return {name: round(value, 2) for name, value in figures.items()}


def summary(turns: Iterable[Measured]) -> dict[str, Any]:
    """Return n, errors by kind, and the spread of each stage and of the wait (``wait``) of what was answered."""
    turns = list(turns)
    answered = [turn for turn in turns if not turn.error]
    staged = [turn for turn in answered if turn.stages]
    spreads = {stage: spread([turn.stages[stage] for turn in staged]) for stage in STAGES}
    spreads["wait"] = spread([turn.wait_ms for turn in answered])
    return {
        "n": len(answered),
        "errors": dict(collections.Counter(turn.error for turn in turns if turn.error).most_common()),
        "lost": sum(turn.lost for turn in answered),
        "effects": sum(turn.effects for turn in answered),
        "ms": {name: figures for name, figures in spreads.items() if figures},
    }


def table(rows: Iterable[tuple[str, dict[str, Any]]]) -> str:
    """Return summaries as lines of text: one row for each load, p50/p99 for each stage and the wait."""
    columns = (*STAGES, "wait")
    lines = [f"{'milliseconds, p50 / p99':<34}{'n':>7}" + "".join(f"{stage:>17}" for stage in columns)]
    for name, figures in rows:
        cells = (figures["ms"].get(stage) for stage in columns)
        shown = (f"{cell['p50']:.1f} / {cell['p99']:.1f}" if cell else "-" for cell in cells)
        lines.append(f"{name:<34}{figures['n']:>7}" + "".join(f"{text:>17}" for text in shown))
    return "\n".join(lines)
