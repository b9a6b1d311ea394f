"""``xiaoer eval NAME`` and ``xiaoer eval list``: the public benchmarks on the command line."""

from __future__ import annotations

import dataclasses
import datetime as dt
import shlex
from collections.abc import Sequence
from pathlib import Path

import typer

from channels.console import CommandError, holding, print_json, progress_bar, run, settings_for, told
from channels.repair_commands import kept_repairs
from evals.bench import stages
from evals.benchmarks import table
from evals.benchmarks.base import BenchmarkError, Job, Listed
from evals.benchmarks.kept import keep, last
from evals.benchmarks.registry import BENCHMARKS as BY_NAME
from evals.benchmarks.registry import LISTED, OF_MODELS, OF_UNDERSTANDING
from evals.judge.junit import junit_of
from evals.judge.page import page_of
from evals.judge.report import transcript
from evals.repairs import run as repairs
from evals.tau_retail.report import note_of, text_of
from evals.tau_retail.run import BENCHMARKS, TasksError, TasksRun, run_tasks, task_set
from knowledge.types import JsonObject


@dataclasses.dataclass(frozen=True, kw_only=True)
class Wanted:
    """What of a benchmark's tasks is wanted."""

    data: Path
    test: Path | None = None
    trials: int = 1
    seed: int | None = None
    """Only the trial with this seed."""
    only: tuple[str, ...] = ()
    """Ids of tasks; none: all."""
    limit: int | None = None
    html: Path | None = None
    junit: Path | None = None
    show: bool = False
    as_json: bool = False

    @property
    def seeds(self) -> Sequence[int]:
        """The seeds of the trials."""
        return range(self.trials) if self.seed is None else (self.seed,)


def tau_retail(name: str, wanted: Wanted) -> None:
    """Hold the tasks of a version of the benchmark, print what came of them, and keep the figures."""
    found = run(_kept_tau_retail(name, wanted))
    if wanted.as_json:
        print_json(found.figures())
    else:
        typer.echo(text_of(found))
    with told():
        _write(name, found, wanted)


def _write(name: str, found: TasksRun, wanted: Wanted) -> None:
    if wanted.html is not None:
        test = ["--test", str(wanted.test)] if wanted.test is not None else []
        command = shlex.join(["xiaoer", "eval", name, "--data", str(wanted.data), *test])
        page = page_of(found.run, at=dt.datetime.now(dt.UTC), command=command, note=note_of(found))
        wanted.html.write_text(page, encoding="utf-8")
    if wanted.junit is not None:
        wanted.junit.write_text(junit_of(found.run), encoding="utf-8")


async def _kept_tau_retail(name: str, wanted: Wanted) -> TasksRun:
    found = await _tau_retail(name, wanted)
    if not wanted.only and wanted.seed is None:
        keep(name, found.figures(), settings_for(None).data, at=dt.datetime.now(dt.UTC))
    return found


async def _tau_retail(name: str, wanted: Wanted) -> TasksRun:
    try:
        tasks = task_set(BENCHMARKS[name], wanted.data, test=wanted.test, limit=wanted.limit, only=wanted.only)
    except TasksError as error:
        raise CommandError(str(error)) from error
    words = transcript if wanted.show else None
    number = len(tasks.tasks) * len(wanted.seeds)
    with holding(number, lambda trial: f"task {trial.scenario.id}", words) as (progress, held):
        return await run_tasks(tasks, seeds=wanted.seeds, progress=progress, held=held)


def benchmark(name: str, *, data: Path, test: Path | None, limit: int | None, as_json: bool) -> None:
    """Run a benchmark by its protocol, print its figures, and keep them as the last result."""
    found = run(_kept_benchmark(name, data, test, limit))
    if as_json:
        print_json(found)
    else:
        typer.echo(_readable(found))


async def _kept_benchmark(name: str, data: Path, test: Path | None, limit: int | None) -> JsonObject:
    found = {"benchmark": name, **await _benchmark(name, data, test, limit)}
    keep(name, found, settings_for(None).data, at=dt.datetime.now(dt.UTC))
    return found


async def _benchmark(name: str, data: Path, test: Path | None, limit: int | None) -> JsonObject:
    with progress_bar(f"running {name}") as progress:
        try:
            return await BY_NAME[name].run(Job(data, test, limit, progress))
        except BenchmarkError as error:
            raise CommandError(str(error)) from error


def understanding(data: Path | None, test: Path | None, limit: int | None, *, as_json: bool) -> None:
    """Run every benchmark of the understanding and time its stages, or show what they gave last; 1 where a bar is not met."""
    found, taken = run(_together(OF_UNDERSTANDING, data, test, limit)), run(_stages(fresh=data is not None))
    if as_json:
        print_json({"figures": [line.to_json() for line in found], stages.NAME: taken})
    else:
        typer.echo(table.text(found))
        typer.echo(stages.text_of(taken) if taken else "understanding, ms a message: not measured yet")
    if not all(line.met for line in found):
        raise typer.Exit(1)


def models(data: Path | None, test: Path | None, limit: int | None, *, as_json: bool) -> None:
    """Run every benchmark of the models behind the tools, or show what they gave last, as one table; 1 where a bar is not met."""
    found = run(_together(OF_MODELS, data, test, limit))
    if as_json:
        print_json({"figures": [line.to_json() for line in found]})
    else:
        typer.echo(table.text(found))
    if not all(line.met for line in found):
        raise typer.Exit(1)


async def _together(names: Sequence[str], data: Path | None, test: Path | None, limit: int | None) -> list[table.Line]:
    listed = {each.name: each for each in LISTED}
    found: list[table.Line] = []
    for name in names:
        result, why = last(name, settings_for(None).data), "not measured yet"
        if data is not None:
            typer.echo(f"{name} ...", err=True)
            try:
                if name == repairs.NAME:
                    result = await kept_repairs(limit)
                elif name in BENCHMARKS:
                    held = await _kept_tau_retail(name, Wanted(data=data, test=test, limit=limit))
                    result = held.figures()
                else:
                    result = await _kept_benchmark(name, data, test, limit)
            except CommandError as error:
                result, why = None, str(error)
        found += table.lines(listed[name], result, why=why)
    return found


async def _stages(*, fresh: bool) -> JsonObject | None:
    """Measure what a message takes by stage and keep it, or return what it took last."""
    folder = settings_for(None).data
    if fresh:
        keep(stages.NAME, await stages.measure(folder / "models"), folder, at=dt.datetime.now(dt.UTC))
    return last(stages.NAME, folder)


def _readable(found: JsonObject) -> str:
    lines = [f"{found['benchmark']}, measured on {found['set']}; 95 % intervals by unit"]
    for name, value in found.items():
        if _is_figure(value):
            low, high = value["interval"]
            shown = "-" if value["value"] is None else f"{value['value']:.4f}"
            lines.append(f"  {name:<28} {shown}  ({low:.4f}-{high:.4f}, n {value['n']}, {value['unit']})")
        elif name not in {"benchmark", "set"} and isinstance(value, (str, int, float)):
            lines.append(f"  {name:<28} {value}")
    return "\n".join(lines)


def benchmarks(*, as_json: bool) -> None:
    """Print the benchmarks, what each needs and measures, and its last result."""
    folder = settings_for(None).data
    results = [(listed, last(listed.name, folder)) for listed in LISTED]
    if as_json:
        print_json({"benchmarks": [{**_plain(listed), "last": result} for listed, result in results]})
        return
    for listed, result in results:
        needs = f"--data with {listed.needs}" if listed.needs else "no data"
        typer.echo(f"{listed.name}: needs {needs} ({listed.licence}; {listed.source})")
        typer.echo(f"  {listed.metric}\n  floor {listed.floor}\n  {'; '.join(map(str, listed.bars))}")
        typer.echo(f"  last: {_short(result)}")


def _plain(listed: Listed) -> JsonObject:
    plain = {field.name: getattr(listed, field.name) for field in dataclasses.fields(Listed)}
    return {**plain, "bars": [dataclasses.asdict(bar) for bar in listed.bars]}


def _short(result: JsonObject | None) -> str:
    if result is None:
        return "none yet"
    rates = [f"{name} {value['value']}" for name, value in result.items() if _is_figure(value)]
    return f"{result['at']}, {result.get('set')}: {', '.join(rates)}"


def _is_figure(value: object) -> bool:
    return isinstance(value, dict) and "value" in value
