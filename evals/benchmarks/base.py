"""What every benchmark has in common: what it says of itself, what it is given, and what it gives back."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Coroutine
from pathlib import Path

from dialogue.build import Progress
from knowledge.types import JsonObject


class BenchmarkError(Exception):
    """The data of a benchmark is absent or cannot be read: says the file, the line, and what was expected."""


@dataclasses.dataclass(frozen=True)
class Job:
    """What a benchmark is run on."""

    data: Path
    """The folder that holds the benchmark's folder: for training and choosing."""
    test: Path | None = None
    """The folder that holds the same-named folder with the held-out part; None: `data` is split."""
    limit: int | None = None
    """Measure on the first so many only."""
    progress: Progress = lambda _what, _share: None

    @property
    def measured(self) -> Path:
        """The folder that the held-out part is read from."""
        return self.test if self.test is not None else self.data


@dataclasses.dataclass(frozen=True)
class Bar:
    """What a figure of a benchmark must reach, and where it is going."""

    figure: str
    """Its name in the result."""
    gate: float
    """The least that is accepted on the held-out part."""
    goal: float
    at_most: bool = False
    """Whether it is the most instead."""
    floor: float | None = None
    """What a simple baseline reaches; None: it was not measured."""

    def __str__(self) -> str:
        """Say it in a line."""
        if self.at_most:
            return f"{self.figure} at most {self.gate:g}"
        return f"{self.figure} gate {self.gate:.1%}, goal {self.goal:.1%}".replace("%", " %")

    def met(self, value: float) -> bool:
        """Whether a value is accepted."""
        return value <= self.gate if self.at_most else value >= self.gate


@dataclasses.dataclass(frozen=True, kw_only=True)
class Listed:
    """What one should know before running a benchmark."""

    name: str
    needs: str
    """The folder below ``--data`` that it reads; "" where it brings what it needs."""
    metric: str
    floor: str
    """What a simple baseline reaches."""
    bars: tuple[Bar, ...]
    licence: str
    source: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Benchmark(Listed):
    """A benchmark with its frozen protocol; the protocol itself is the docstring of the module that runs it."""

    run: Callable[[Job], Coroutine[None, None, JsonObject]]
    """Returns the figures.

    Raises:
        BenchmarkError.
    """
