"""Figures of several benchmarks in one table, each beside what it must reach."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator

from evals.benchmarks.base import Bar, Listed
from knowledge.types import JsonObject


@dataclasses.dataclass(frozen=True)
class Line:
    """One figure of a benchmark beside its bar."""

    benchmark: str
    bar: Bar
    value: float | None
    """None: it was not measured."""
    interval: tuple[float, float] | None
    of: str
    """The set that it was measured on; where it was not, why."""

    @property
    def met(self) -> bool:
        """Whether it was measured and reaches its bar."""
        return self.value is not None and self.bar.met(self.value)

    def to_json(self) -> JsonObject:
        """Return it as one JSON object."""
        return {
            "benchmark": self.benchmark,
            "figure": self.bar.figure,
            "value": self.value,
            "interval": self.interval,
            "floor": self.bar.floor,
            "gate": self.bar.gate,
            "goal": self.bar.goal,
            "met": self.met,
            "of": self.of,
        }


def lines(listed: Listed, result: JsonObject | None, *, why: str = "not measured yet") -> Iterator[Line]:
    """Yield a line for each bar of a benchmark; `why` says what is wrong where there is no result."""
    for bar in listed.bars:
        found = (result or {}).get(bar.figure)
        of = why if result is None else str(result.get("set", ""))
        if isinstance(found, dict):
            low, high = found["interval"]
            yield Line(listed.name, bar, found["value"], (low, high), of)
        else:
            yield Line(listed.name, bar, found, None, of)


def text(found: Iterable[Line]) -> str:
    """Return the table to read; with a column for the floors where one is known."""
    found = list(found)
    floors = any(line.bar.floor is not None for line in found)
    rows = [("benchmark", "figure", "measured", "interval", *(["floor"] if floors else []), "gate", "goal", "")]
    for line in found:
        bound = "<= " if line.bar.at_most else ""
        rows.append((
            line.benchmark,
            line.bar.figure,
            "-" if line.value is None else f"{line.value:.3f}",
            "-" if line.interval is None else f"{line.interval[0]:.3f}-{line.interval[1]:.3f}",
            *([_floor(line.bar)] if floors else []),
            f"{bound}{line.bar.gate:.3f}",
            f"{bound}{line.bar.goal:.3f}",
            ("met" if line.met else "below") if line.value is not None else line.of,
        ))  # fmt: skip
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def _floor(bar: Bar) -> str:
    return "-" if bar.floor is None else f"{bar.floor:.3f}"
