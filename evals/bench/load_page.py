"""A load as one page: figures, waits by percentile and over time. Needs nothing from outside; made from its JSON object."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import jinja2

from evals.bench.load_report import step_name

_TEMPLATE = Path(__file__).with_name("load_page.html.j2")
WIDTH, HEIGHT = 420, 170
LEAST_TAIL = 0.0005
"""Where a plot of percentiles ends: p99.95, and the longest wait."""
_DECADES = (1.0, 10.0, 100.0, 1000.0, 10_000.0, 100_000.0)


@dataclasses.dataclass(frozen=True)
class Axis:
    """Milliseconds on a logarithmic scale, from the decade below the smallest to the one above the largest."""

    low: float
    high: float

    @classmethod
    def over(cls, values: Sequence[float]) -> Axis:
        """Return the axis that holds all values."""
        low = max((decade for decade in _DECADES if decade <= min(values, default=1.0)), default=_DECADES[0])
        high = min((decade for decade in _DECADES if decade >= max(values, default=10.0)), default=_DECADES[-1])
        return cls(low, max(high, low * 10))

    def y(self, ms: float) -> float:
        """Return the height of a value in the plot, from its top."""
        share = math.log(min(max(ms, self.low), self.high) / self.low) / math.log(self.high / self.low)
        return round(HEIGHT * (1 - share), 1)

    @property
    def ticks(self) -> list[tuple[float, str]]:
        """Heights and labels of the decades."""
        return [(self.y(d), f"{d:,.0f} ms") for d in _DECADES if self.low <= d <= self.high]


def page_of(figures: Mapping[str, Any]) -> str:
    """Return the page as HTML."""
    environment = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    steps = [step for step in figures["steps"] if step["wait_ms"]]
    axis = Axis.over([value for step in steps for value in step["curve"].values()])
    return environment.from_string(_TEMPLATE.read_text(encoding="utf-8")).render(
        load=figures,
        width=WIDTH,
        height=HEIGHT,
        axis=axis,
        curves=[(step_name(step), place % 6, _curve(step["curve"], axis)) for place, step in enumerate(steps)],
        marks=[(_share_x(float(percent)), f"p{percent}") for percent in ("50", "90", "99", "99.9")],
        steps=figures["steps"],
        lines=[(step_name(step), _over_time(step)) for step in steps],
        name=step_name,
    )


def _share_x(percent: float) -> float:
    """Return a percentile's place: every further nine takes the same width, as in a plot of tails."""
    tail = max(1 - percent / 100, LEAST_TAIL)
    return round(WIDTH * math.log(tail) / math.log(LEAST_TAIL), 1)


def _curve(curve: Mapping[str, float], axis: Axis) -> str:
    return " ".join(f"{_share_x(float(percent))},{axis.y(ms)}" for percent, ms in curve.items())


def _over_time(step: Mapping[str, Any]) -> dict[str, Any]:
    """Return the lines of a step's waits by second, and the seconds in which messages failed."""
    timeline = step["timeline"]
    whole: float = max(1, timeline[-1]["second"])
    answered = [entry for entry in timeline if "p50" in entry]
    axis = Axis.over([value for entry in answered for value in (entry["p50"], entry["max"])])

    def x(second: float) -> float:
        return round(WIDTH * second / whole, 1)

    return {
        "axis": axis,
        "p50": " ".join(f"{x(entry['second'])},{axis.y(entry['p50'])}" for entry in answered),
        "max": " ".join(f"{x(entry['second'])},{axis.y(entry['max'])}" for entry in answered),
        "failed": [(x(entry["second"]), entry["failed"]) for entry in timeline if entry["failed"]],
        "seconds": whole,
    }
