"""What scenarios passed before, kept in a file, and where a run falls below it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path

import pydantic

from evals.judge.figures import by_scenario
from evals.judge.run import Run
from evals.judge.scenario import Scenario
from knowledge.types import JsonObject, Lang


class BaselineError(ValueError):
    """A baseline cannot be used; the message says what was expected."""


class Baseline(pydantic.BaseModel):
    """What each scenario passed."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)

    trials: int = pydantic.Field(ge=1)
    """With the seeds 0, 1, ... of so many trials."""
    passed: Mapping[str, int]
    """Scenario id -> trials passed."""

    @classmethod
    def of(cls, run: Run) -> Baseline:
        """Return what a run has shown, as a baseline for later ones."""
        groups = by_scenario(run.trials)
        passed = {name: sum(trial.passed for trial in groups[name]) for name in sorted(groups)}
        return cls(trials=max(map(len, groups.values())), passed=passed)

    def updated(self, newer: Baseline) -> Baseline:
        """Return this one with the scenarios of a newer one in place of its own."""
        return newer.model_copy(update={"passed": dict(sorted({**self.passed, **newer.passed}.items()))})


@dataclasses.dataclass(frozen=True)
class Drift:
    """Where a run differs from a baseline; each with the trials passed before and now."""

    trials: int
    fell: Mapping[str, tuple[int, int]]
    rose: Mapping[str, tuple[int, int]]
    new: tuple[str, ...]
    """Scenarios that the baseline does not have."""

    def to_json(self) -> JsonObject:
        """Return the ids."""
        return {"fell": list(self.fell), "rose": list(self.rose), "new": list(self.new)}

    def __str__(self) -> str:
        lines = [
            f"{word}: {name} passed {before} of {self.trials} before and {now} now"
            for word, found in (("fell", self.fell), ("rose", self.rose))
            for name, (before, now) in found.items()
        ]
        lines += [f"new: {name}" for name in self.new]
        return "\n".join(lines) or "as in the baseline"


def read_baseline(path: Path, *, trials: int) -> Baseline:
    """Read the baseline of runs with so many trials.

    Raises:
        BaselineError: there is none, it is none, or it was made with another number of trials.
    """
    try:
        baseline = Baseline.model_validate_json(path.read_bytes())
    except OSError as error:
        raise BaselineError(
            f"{path}: there is no baseline ({error.strerror}); make one with --write-baseline"
        ) from error
    except pydantic.ValidationError as error:
        raise BaselineError(f"{path} is no baseline; make it anew with --write-baseline") from error
    if baseline.trials != trials:
        raise BaselineError(f"{path} was made with --trials {baseline.trials}, which cannot be compared with {trials}")
    return baseline


def compare(run: Run, baseline: Baseline) -> Drift:
    """Say which scenarios of the run passed less often than before, more often, or are new."""
    now = Baseline.of(run).passed
    both = {name: (baseline.passed[name], now[name]) for name in now if name in baseline.passed}
    return Drift(
        baseline.trials,
        fell={name: (before, after) for name, (before, after) in both.items() if after < before},
        rose={name: (before, after) for name, (before, after) in both.items() if after > before},
        new=tuple(name for name in now if name not in baseline.passed),
    )


def sample(scenarios: Sequence[Scenario], baseline: Baseline) -> list[Scenario]:
    """Return few scenarios that have every tag in every language, as far as any of them passes: no other can fall.

    Those that pass more often go first, and of those the ones with more tags that are still missing.
    """
    left = [scenario for scenario in scenarios if baseline.passed.get(scenario.id)]
    covered: set[tuple[str, Lang]] = set()
    chosen: list[Scenario] = []
    while left := [scenario for scenario in left if _tags(scenario) - covered]:
        chosen.append(max(left, key=lambda each: (baseline.passed[each.id], len(_tags(each) - covered))))
        covered |= _tags(chosen[-1])
    return chosen


def _tags(scenario: Scenario) -> set[tuple[str, Lang]]:
    return {(tag, scenario.lang) for tag in scenario.tags}
