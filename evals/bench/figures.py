"""Percentiles of what was measured, and the table that shows them."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Sequence
from typing import Any

STAGES = ("understand", "decide", "act", "reply", "total", "http")
"""A turn's own stages, its total, and the round trip as the shopper waits for it, storing included."""


@dataclasses.dataclass(frozen=True)
class Measured:
    """One turn: milliseconds by stage, and what became of it."""

    ms: dict[str, float]
    script: str
    failed: bool = False
    """The server gave no turn."""
    lost: bool = False
    """The turn answered that it had not understood."""
    effects: int = 0
    """Receipts: what was changed in the shop."""


def quantile(values: Sequence[float], share: float) -> float:
    """Return the nearest-rank quantile: the smallest value that at least `share` of all values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def summary(turns: Iterable[Measured]) -> dict[str, Any]:
    """Return n, failures and, for each stage, p50, p99 and mean in milliseconds."""
    turns = list(turns)
    answered = [turn for turn in turns if not turn.failed]
    stages = {stage: _spread([turn.ms[stage] for turn in answered]) for stage in STAGES} if answered else {}
    return {
        "n": len(answered),
        "failed": len(turns) - len(answered),
        "lost": sum(turn.lost for turn in answered),
        "effects": sum(turn.effects for turn in answered),
        "ms": stages,
    }


def _spread(values: Sequence[float]) -> dict[str, float]:
    figures = {"p50": quantile(values, 0.5), "p99": quantile(values, 0.99), "mean": sum(values) / len(values)}
    return {name: round(value, 2) for name, value in figures.items()}


def table(rows: Iterable[tuple[str, dict[str, Any]]]) -> str:
    """Return summaries as lines of text: one row for each load, p50/p99 for each stage."""
    lines = [f"{'milliseconds, p50 / p99':<34}{'n':>7}" + "".join(f"{stage:>17}" for stage in STAGES)]
    for name, figures in rows:
        cells = (figures["ms"].get(stage) for stage in STAGES)
        shown = (f"{cell['p50']:.1f} / {cell['p99']:.1f}" if cell else "-" for cell in cells)
        lines.append(f"{name:<34}{figures['n']:>7}" + "".join(f"{text:>17}" for text in shown))
    return "\n".join(lines)
