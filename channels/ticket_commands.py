"""``xiaoer eval tickets``: what tickets hold, whether they say only what was so, and whether they reach the right people."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import typer

import evals
from channels.console import print_json, progress_bar, run, settings_for
from evals.benchmarks.kept import keep
from evals.judge.files import load_scenarios
from evals.tickets.run import CONVERSATIONS, NAME, TicketsRun, chosen, text_of
from evals.tickets.run import run as hold

SCENARIOS = Path(evals.__file__).parent / "scenarios"


def tickets(limit: int | None, *, as_json: bool) -> None:
    """Judge the tickets, print the figures, keep them where nothing was left out; 1 where a bar is not reached."""
    found = run(_hold(limit or CONVERSATIONS))
    if limit is None:
        keep(NAME, found.figures(), settings_for(None).data, at=dt.datetime.now(dt.UTC))
    if as_json:
        print_json({**found.figures(), "reached": found.reached})
    else:
        typer.echo(text_of(found))
    if not found.reached:
        raise typer.Exit(1)


async def _hold(count: int) -> TicketsRun:
    with progress_bar("holding conversations to their tickets") as progress:
        return await hold(chosen(load_scenarios([SCENARIOS]), count), progress=progress)
