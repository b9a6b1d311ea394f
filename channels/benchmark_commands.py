"""``xiaoer eval NAME`` and ``xiaoer eval list``: the public benchmarks on the command line."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path

import typer

from channels.console import CommandError, print_json, progress_bar, run, settings_for
from evals.benchmarks import BENCHMARKS as LISTED
from evals.benchmarks import keep, last
from evals.judge.report import transcript
from evals.judge.trial import Trial
from evals.tau_retail.report import text_of
from evals.tau_retail.run import BENCHMARKS, TasksError, TasksRun, run_tasks, task_set


@dataclasses.dataclass(frozen=True)
class Wanted:
    """What of a benchmark is wanted."""

    data: Path
    test: Path | None
    trials: int
    limit: int | None
    show: bool
    as_json: bool


def tau_retail(name: str, wanted: Wanted) -> None:
    """Hold the tasks of a version of the benchmark, print what came of them, and keep the figures."""
    found = run(_tau_retail(name, wanted))
    keep(name, found.figures(), settings_for(None).data, at=dt.datetime.now(dt.UTC))
    if wanted.as_json:
        print_json(found.figures())
    else:
        typer.echo(text_of(found))


async def _tau_retail(name: str, wanted: Wanted) -> TasksRun:
    try:
        tasks = task_set(BENCHMARKS[name], wanted.data, test=wanted.test, limit=wanted.limit)
    except TasksError as error:
        raise CommandError(str(error)) from error
    done = 0
    with progress_bar("holding conversations") as progress:

        def held(trial: Trial) -> None:
            nonlocal done
            done += 1
            progress(f"task {trial.scenario.id}", done / (len(tasks.tasks) * wanted.trials))
            if wanted.show:
                typer.echo(transcript(trial), err=True)

        return await run_tasks(tasks, trials=wanted.trials, progress=progress, held=held)


def benchmarks(*, as_json: bool) -> None:
    """Print the benchmarks, what each needs and measures, and its last result."""
    folder = settings_for(None).data
    rows = [{**dataclasses.asdict(listed), "last": last(listed.name, folder)} for listed in LISTED]
    if as_json:
        print_json({"benchmarks": rows})
        return
    for row in rows:
        typer.echo(f"{row['name']}: needs --data with {row['needs']}\n  {row['metric']}; floor: {row['floor']}")
        typer.echo(f"  last: {_short(row['last'])}")


def _short(result: dict[str, object] | None) -> str:
    if result is None:
        return "none yet"
    rates = [
        f"{name} {value['value']}" for name, value in result.items() if isinstance(value, dict) and "value" in value
    ]
    return f"{result['at']}, {result.get('set')}: {', '.join(rates)}"
