"""pass^k and what lies around it: intervals by bootstrap over scenarios, the floor of doing nothing, costs of a conversation."""

from __future__ import annotations

import dataclasses
import math
import random
import statistics
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from evals.judge.trial import Trial
from knowledge.types import JsonObject

RESAMPLES = 2000


def pass_hat(passed: int, trials: int, k: int) -> float:
    """Return the unbiased estimate that all of k trials pass, of `passed` in `trials`.

    ``C(passed, k) / C(trials, k)``: Yao et al., "tau-bench" (2024), section 3.
    """
    return math.comb(passed, k) / math.comb(trials, k)


@dataclasses.dataclass(frozen=True)
class Estimate:
    """A mean over scenarios with its 95 % bootstrap interval."""

    value: float
    low: float
    high: float
    n: int

    def to_json(self) -> JsonObject:
        """Return value, interval and the number of scenarios."""
        return {"value": round(self.value, 4), "interval": [round(self.low, 4), round(self.high, 4)], "n": self.n}

    def __str__(self) -> str:
        return f"{self.value:.1%} ({self.low:.1%} to {self.high:.1%})".replace("%", " %")


def estimate(values: Sequence[float], *, seed: int = 0) -> Estimate:
    """Return the mean and the 2.5 % and 97.5 % quantiles of the means of resampled scenarios (Efron 1979)."""
    rng = random.Random(seed)  # noqa: S311 (no secret)
    means = sorted(statistics.fmean(rng.choices(values, k=len(values))) for _ in range(RESAMPLES))
    low, high = means[int(0.025 * RESAMPLES)], means[math.ceil(0.975 * RESAMPLES) - 1]
    return Estimate(statistics.fmean(values), low, high, len(values))


def quantile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that at least `share` of the values do not pass."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def by_scenario(trials: Iterable[Trial]) -> dict[str, list[Trial]]:
    """Return the trials of each scenario by its id."""
    found: dict[str, list[Trial]] = defaultdict(list)
    for trial in trials:
        found[trial.scenario.id].append(trial)
    return dict(found)


def pass_k(trials: Iterable[Trial], k: int) -> Estimate:
    """Return the share of scenarios that pass in all of k trials."""
    groups = by_scenario(trials).values()
    return estimate([pass_hat(sum(trial.passed for trial in group), len(group), k) for group in groups])


def noise_floor(trials: Iterable[Trial]) -> float:
    """Return the share of scenarios that pass in some trials and not in others: below it, a difference says nothing."""
    groups = by_scenario(trials).values()
    return statistics.fmean(len({trial.passed for trial in group}) > 1 for group in groups)


def summary(trials: Sequence[Trial], idle: Mapping[str, bool]) -> JsonObject:
    """Return every figure of a run.

    Args:
        trials: equally many of each scenario.
        idle: scenario id -> whether a bot that does and says nothing would pass.
    """
    tries = min(len(group) for group in by_scenario(trials).values())
    turns = [exchange.turn for trial in trials for exchange in trial.exchanges]
    return {
        "scenarios": len(idle),
        "trials": tries,
        **{f"pass_{k}": pass_k(trials, k).to_json() for k in range(1, tries + 1)},
        "do_nothing": estimate([float(passes) for passes in idle.values()]).to_json(),
        "noise_floor": round(noise_floor(trials), 4),
        "without_consent": sum(len(trial.without_consent) for trial in trials),
        "by_lang": _groups(trials, lambda trial: (trial.scenario.lang,)),
        "by_tag": _groups(trials, lambda trial: trial.scenario.tags),
        "conversation": {
            "turns": round(statistics.fmean(len(trial.exchanges) for trial in trials), 2),
            "tool_calls": round(statistics.fmean(trial.tool_calls for trial in trials), 2),
            "ms": round(statistics.fmean(trial.ms for trial in trials), 2),
            "ms_a_turn": round(statistics.fmean(turn.ms.total for turn in turns), 2) if turns else None,
            **_spent(trials),
        },
    }


def _spent(trials: Sequence[Trial]) -> JsonObject:
    """Return tokens, and money where prices are known, of an LLM in a conversation."""
    tokens = [trial.spent.tokens for trial in trials if trial.spent]
    money = [float(trial.spent.money) for trial in trials if trial.spent and trial.spent.money is not None]
    return {
        **({"llm_tokens": round(statistics.fmean(tokens), 1)} if tokens else {}),
        **({"llm_money": round(statistics.fmean(money), 6)} if money else {}),
    }


def _groups(trials: Sequence[Trial], names: Callable[[Trial], Iterable[str]]) -> JsonObject:
    found: dict[str, list[Trial]] = defaultdict(list)
    for trial in trials:
        for name in names(trial):
            found[name].append(trial)
    return {name: pass_k(group, 1).to_json() for name, group in sorted(found.items())}
