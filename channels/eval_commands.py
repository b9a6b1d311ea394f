"""``xiaoer eval``: the judge on the command line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import typer

from channels.console import FAILED, CommandError, print_json, progress_bar, run, settings_for
from evals.judge.files import ScenarioError, load_scenarios
from evals.judge.given import GivenError
from evals.judge.report import text_of, transcript
from evals.judge.run import Run
from evals.judge.run import run as hold_all
from evals.judge.scenario import Scenario
from evals.judge.trial import Trial


def scenarios(
    paths: Sequence[Path], *, trials: int, only: Sequence[str], data: Path | None, show: bool, as_json: bool
) -> None:
    """Hold scenarios and print what came of them; exit code 1 when one failed."""
    try:
        chosen = [each for each in load_scenarios(paths) if not only or each.id in only]
    except ScenarioError as error:
        raise typer.BadParameter(str(error)) from error
    if not chosen:
        raise typer.BadParameter(f"no scenario has the id {', '.join(only)}")
    found = run(_hold(chosen, trials=trials, data=data, show=show))
    if as_json:
        print_json(found.figures())
    else:
        typer.echo(text_of(found))
    if not found.passed:
        raise typer.Exit(FAILED)


async def _hold(chosen: Sequence[Scenario], *, trials: int, data: Path | None, show: bool) -> Run:
    shop = settings_for(data).data if data is not None else None
    done = 0

    with progress_bar("holding conversations") as progress:

        def held(trial: Trial) -> None:
            nonlocal done
            done += 1
            progress(f"{trial.scenario.id} {trial.seed}"[:34], done / (len(chosen) * trials))
            if show:
                typer.echo(transcript(trial), err=True)

        try:
            return await hold_all(chosen, trials=trials, shop=shop, progress=progress, held=held)
        except GivenError as error:
            raise CommandError(str(error)) from error
