"""Holds the tasks, several times each, and judges the shop's records against the gold end state."""

from __future__ import annotations

import asyncio
import dataclasses
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from dialogue.build import Progress
from evals.judge.run import Held, Run
from evals.judge.shopper import Shopper
from evals.judge.trial import BrokenOffError, Trial, consented_tools, shopper_identity, talk
from evals.judge.world import World, world
from evals.tau_retail.brief import brief_of, texts_of
from evals.tau_retail.forbidden import forbidden
from evals.tau_retail.shopper import BriefShopper
from evals.tau_retail.tasks import Json, Records, differences, lay_shop, load_tasks, records
from knowledge.types import JsonObject, Lang

MAX_TURNS = 40
NOT_COMPARABLE = "The shopper is a script made from each task's texts. The public board lets an LLM play the shopper: its figures are not comparable."


@dataclasses.dataclass(frozen=True)
class Benchmark:
    """A version of the benchmark, with its frozen protocol."""

    name: str
    folder: str
    """Below ``--data``, and the same below ``--test``."""
    policy: str
    """The policy of the shop: the older tools let goods be swapped for what they are already."""


BENCHMARKS = {
    benchmark.name: benchmark
    for benchmark in (
        Benchmark("tau2-retail", "tau2_retail", "tau_retail"),
        Benchmark("tau1-retail", "tau1_retail", "tau_retail_v1"),
    )
}
TRAIN, TEST = "tasks_train.jsonl", "tasks_test.jsonl"


class TasksError(Exception):
    """The benchmark's files are not there or cannot be read."""


@dataclasses.dataclass(frozen=True)
class Task:
    """A task as a subject of conversations."""

    record: Json

    lang: Lang = "en"
    tags: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The benchmark's id."""
        return str(self.record["id"])

    @property
    def goal(self) -> str:
        """What the shopper was told."""
        return " ".join(text for text in texts_of(self.record) if text)


@dataclasses.dataclass(frozen=True)
class TaskSet:
    """Tasks, and the shop that they are held in."""

    benchmark: Benchmark
    data: Path
    """The folder that holds the benchmark's."""
    file: str
    """The file that the tasks came from."""
    tasks: tuple[Task, ...]

    @property
    def name(self) -> str:
        """How a report calls it."""
        return f"{self.benchmark.folder}/{self.file}"


@dataclasses.dataclass(frozen=True)
class TasksRun:
    """What a run of tasks has shown."""

    tasks: TaskSet
    run: Run
    forbidden: tuple[str, ...]
    """Writes against the policy, each with its task."""

    def figures(self) -> JsonObject:
        """Return the figures, and each task's trials."""
        return {
            "set": self.tasks.name,
            **self.run.figures(),
            "forbidden_writes": len(self.forbidden),
            "forbidden": list(self.forbidden),
            "note": NOT_COMPARABLE,
        }


def task_set(
    benchmark: Benchmark,
    data: Path,
    *,
    test: Path | None = None,
    limit: int | None = None,
    only: Sequence[str] = (),
) -> TaskSet:
    """Read the training tasks below `data`, or the held-out ones below `test`; with `only`, those with these ids.

    Raises:
        TasksError: there is no such file, it is no JSON lines, or no task has one of the ids.
    """
    file = TRAIN if test is None else TEST
    path = (test or data) / benchmark.folder / file
    try:
        found = load_tasks(path)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise TasksError(f"{path} cannot be read ({reason}); name the folder that holds {benchmark.folder}") from error
    except ValueError as error:
        raise TasksError(f"{path} is no JSON lines: {error}") from error
    tasks = [Task(record) for record in found]
    if unknown := set(only) - {task.id for task in tasks}:
        raise TasksError(f"no task of {path} has the id {', '.join(sorted(unknown))}")
    chosen = [task for task in tasks if not only or task.id in only]
    return TaskSet(benchmark, data, file, tuple(chosen[:limit]))


async def run_tasks(
    tasks: TaskSet, *, seeds: Sequence[int] = (0,), progress: Progress | None = None, held: Held | None = None
) -> TasksRun:
    """Hold every task once with each seed, each time on a fresh copy of the shop."""
    done: list[Trial] = []
    found: list[str] = []
    with tempfile.TemporaryDirectory(prefix="xiaoer-tau-") as name:
        shop = Path(name) / "shop"
        await asyncio.to_thread(shop.mkdir)
        before = await lay_shop(tasks.data / tasks.benchmark.folder, shop / "shop.db", policy=tasks.benchmark.policy)
        idle = {task.id: not _faults(task, before, before) for task in tasks.tasks}
        async with world(Path(name) / "run", shop=shop, progress=progress) as opened:
            for task in tasks.tasks:
                for seed in seeds:
                    trial, against = await hold(opened, task, seed, before)
                    done.append(trial)
                    found += [f"task {task.id}, seed {seed}: {write}" for write in against]
                    if held is not None:
                        held(trial)
    return TasksRun(tasks, Run(tuple(done), idle), tuple(found))


async def hold(
    opened: World, task: Task, seed: int, before: Records, shopper: Shopper | None = None
) -> tuple[Trial, list[str]]:
    """Hold a conversation on a fresh copy of the shop; return what came of it and the writes that the policy forbids."""
    started = time.perf_counter()
    async with opened.copy(opened.bare) as (platform, _):
        shopper = shopper or BriefShopper(brief_of(task.record))
        broken: list[str] = []
        try:
            exchanges = await talk(platform, shopper_identity(None), task.lang, shopper, MAX_TURNS)
        except BrokenOffError as error:
            exchanges, broken = error.exchanges, [str(error)]
        after = await records(platform.database)
        consented = consented_tools(platform)
    faults = broken + _faults(task, before, after)
    trial = Trial(task, seed, tuple(exchanges), tuple(faults), time.perf_counter() - started, consented)
    return trial, forbidden(before, after)


def _faults(task: Task, before: Records, after: Records) -> list[str]:
    return [entry for entries in differences([task.record], before, after).values() for entry in entries]
