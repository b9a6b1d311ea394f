"""``xiaoer eval``: the judge on the command line."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import typer

from channels.console import FAILED, CommandError, print_json, progress_bar, run, settings_for, told
from evals.judge.files import ScenarioError, load_scenarios
from evals.judge.given import GivenError
from evals.judge.junit import junit_of
from evals.judge.page import page_of
from evals.judge.report import text_of, transcript
from evals.judge.run import Run
from evals.judge.run import run as hold_all
from evals.judge.scenario import Scenario
from evals.judge.trial import Trial


@dataclasses.dataclass(frozen=True)
class Wanted:
    """What of a run is wanted."""

    trials: int
    only: tuple[str, ...]
    """Ids of scenarios; none: all."""
    data: Path | None
    """The data folder whose shop is copied; None: a demo shop."""
    html: Path | None
    junit: Path | None
    show: bool = dataclasses.field(kw_only=True)
    as_json: bool = dataclasses.field(kw_only=True)


def scenarios(paths: Sequence[Path], wanted: Wanted) -> None:
    """Hold scenarios and print what came of them; exit code 1 when one failed."""
    try:
        chosen = [each for each in load_scenarios(paths) if not wanted.only or each.id in wanted.only]
    except ScenarioError as error:
        raise typer.BadParameter(str(error)) from error
    if not chosen:
        raise typer.BadParameter(f"no scenario has the id {', '.join(wanted.only)}")
    found = run(_hold(chosen, wanted))
    with told():
        if wanted.html is not None:
            wanted.html.write_text(page_of(found, at=dt.datetime.now(dt.UTC)), encoding="utf-8")
        if wanted.junit is not None:
            wanted.junit.write_text(junit_of(found), encoding="utf-8")
    if wanted.as_json:
        print_json(found.figures())
    else:
        typer.echo(text_of(found))
    if not found.passed:
        raise typer.Exit(FAILED)


async def _hold(chosen: Sequence[Scenario], wanted: Wanted) -> Run:
    shop = settings_for(wanted.data).data if wanted.data is not None else None
    done = 0

    with progress_bar("holding conversations") as progress:

        def held(trial: Trial) -> None:
            nonlocal done
            done += 1
            progress(f"{trial.scenario.id} {trial.seed}"[:34], done / (len(chosen) * wanted.trials))
            if wanted.show:
                typer.echo(transcript(trial), err=True)

        try:
            return await hold_all(chosen, trials=wanted.trials, shop=shop, progress=progress, held=held)
        except GivenError as error:
            raise CommandError(str(error)) from error
