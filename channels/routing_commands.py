"""``xiaoer eval routing``: simulated days at the desk, from the command line."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import typer

from channels.console import print_json, progress_bar, settings_for, told
from evals.benchmarks.kept import keep
from evals.routing.report import page_of, text_of
from evals.routing.run import NAME, Plan, run


def routing(plan: Plan, *, html: Path | None, as_json: bool) -> None:
    """Live through the days, print the figures, and keep those of a run as it is by default."""
    with progress_bar("living through days at the desk") as progress:
        figures = run(plan, progress)
    if plan == Plan():
        keep(NAME, figures, settings_for(None).data, at=dt.datetime.now(dt.UTC))
    if html is not None:
        with told():
            html.write_text(page_of(figures, f"xiaoer eval {NAME}"), encoding="utf-8")
    print_json(figures) if as_json else typer.echo(text_of(figures))
