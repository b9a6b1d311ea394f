"""Holds scenarios, several times each, and reports as it goes."""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from agent.llm.config import LlmConfig
from dialogue.build import Progress
from evals.judge.figures import summary
from evals.judge.minds import usage
from evals.judge.scenario import Scenario
from evals.judge.shopper import Shopper, shopper_of
from evals.judge.trial import Trial, hold, judge
from evals.judge.world import World, world
from knowledge.types import JsonObject

Held = Callable[[Trial], None]
"""Called after each trial."""
Shoppers = Callable[[Scenario, int], Shopper]
"""Gives who talks, for a scenario and a seed."""


@dataclasses.dataclass(frozen=True)
class Run:
    """What a run of scenarios has shown."""

    trials: tuple[Trial, ...]
    idle: dict[str, bool]
    """Scenario id -> whether a bot that does nothing would pass."""
    shopper: str = "agenda"
    """Who talked: ``agenda``, or the name of a model."""
    llm: LlmConfig | None = None
    """The language models that the shop worked with; None: the embedded mind alone."""

    @property
    def passed(self) -> bool:
        """Whether every trial passed."""
        return all(trial.passed for trial in self.trials)

    def figures(self) -> JsonObject:
        """Return the figures, and each scenario's trials."""
        return {
            "shopper": self.shopper,
            "agent": "embedded" if self.llm is None else "llm",
            **({} if self.llm is None else {"models": usage([trial.models for trial in self.trials], self.llm)}),
            **summary(self.trials, self.idle),
            "conversations": [_record(trial) for trial in self.trials],
        }


async def run(  # noqa: PLR0913 (what is held, how often, where, by whom, and who is told)
    scenarios: Sequence[Scenario],
    *,
    seeds: Sequence[int] = (0,),
    shop: Path | None = None,
    llm: LlmConfig | None = None,
    make: Shoppers = shopper_of,
    progress: Progress | None = None,
    held: Held | None = None,
) -> Run:
    """Hold every scenario once with each seed.

    Args:
        make: gives who talks, for a scenario and a seed.
        shop: a data folder whose shop is copied; None: a demo shop.
        llm: language models that the shop works with; None: the embedded mind alone.

    Raises:
        evals.judge.given.GivenError, dialogue.build.NoShopError.
    """
    with tempfile.TemporaryDirectory(prefix="xiaoer-judge-") as folder:
        async with world(Path(folder), shop=shop, llm=llm, progress=progress) as opened:
            found = await hold_all(opened, scenarios, seeds=seeds, make=make, held=held)
    return dataclasses.replace(found, llm=llm)


async def hold_all(
    opened: World,
    scenarios: Sequence[Scenario],
    *,
    seeds: Sequence[int] = (0,),
    make: Shoppers = shopper_of,
    held: Held | None = None,
) -> Run:
    """Hold every scenario in a world that is open; see `run`."""
    done: list[Trial] = []
    idle: dict[str, bool] = {}
    for scenario in scenarios:
        laid = await opened.lay(scenario)
        idle[scenario.id] = not judge(scenario.expect, laid.database, laid.database, [])
        for seed in seeds:
            done.append(await hold(opened, laid, scenario, seed, make(scenario, seed)))
            if held is not None:
                held(done[-1])
        await opened.discard(laid)
    return Run(tuple(done), idle)


def _record(trial: Trial) -> JsonObject:
    return {
        "scenario": trial.scenario.id,
        "lang": trial.scenario.lang,
        "seed": trial.seed,
        "passed": trial.passed,
        "faults": list(map(str, trial.faults)),
        "turns": len(trial.exchanges),
        "tool_calls": trial.tool_calls,
        "ms": round(trial.ms, 1),
        "seconds": round(trial.seconds, 3),
    }
