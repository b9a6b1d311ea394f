"""``xiaoer eval escalation``: when a person is needed, measured."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path

import typer

from channels.console import FAILED, CommandError, print_json, progress_bar, run, settings_for
from evals.benchmarks.base import BenchmarkError
from evals.benchmarks.kept import keep
from evals.escalation.report import text_of
from evals.escalation.run import run as measure
from evals.judge.trial import Trial
from knowledge.types import JsonObject

NAME = "escalation"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is wanted."""

    data: Path | None
    """Folder of the public sets; None: ours alone."""
    part: str
    scenarios: bool
    as_json: bool


def escalation(wanted: Wanted) -> None:
    """Measure, print and keep the figures; exit code 1 where one is below its bar."""
    found = run(_measure(wanted))
    if wanted.part == "held_out" and wanted.scenarios:
        keep(NAME, found, settings_for(None).data, at=dt.datetime.now(dt.UTC))
    print_json(found) if wanted.as_json else typer.echo(text_of(found))
    if not found["passed"]:
        raise typer.Exit(FAILED)


async def _measure(wanted: Wanted) -> JsonObject:
    done = 0
    with progress_bar("measuring") as progress:

        def held(trial: Trial) -> None:
            nonlocal done
            done += 1
            progress(trial.scenario.id[:34], min(1.0, done / 400))

        try:
            return await measure(
                data=wanted.data, part=wanted.part, scenarios=wanted.scenarios, progress=progress, held=held
            )
        except BenchmarkError as error:
            raise CommandError(str(error)) from error
