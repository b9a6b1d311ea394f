"""``xiaoer eval repairs``: the repair suite on the command line."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import typer

from channels.console import CommandError, holding, print_json, run, settings_for, told
from evals.benchmarks.kept import keep
from evals.judge.page import page_of
from evals.judge.report import transcript
from evals.judge.trial import Trial
from evals.repairs.report import text_of
from evals.repairs.run import NAME, RepairsRun, run_cases
from evals.repairs.scene import Case, Kind, Part, RepairsError, cases_of, load_scenes
from knowledge.types import JsonObject, Lang


@dataclasses.dataclass(frozen=True, kw_only=True)
class Wanted:
    """What of the suite is wanted; None: all."""

    kind: Kind | None
    lang: Lang | None
    part: Part | None
    only: tuple[str, ...]
    """Ids of cases or of scenes; none: all."""
    html: Path | None
    show: bool
    as_json: bool

    @property
    def whole(self) -> bool:
        """Whether nothing is left out."""
        return not (self.kind or self.lang or self.part or self.only)


def repairs(wanted: Wanted) -> None:
    """Hold the cases, print what came of them, and keep the figures of the whole suite."""
    found = run(_hold(_chosen(wanted), show=wanted.show))
    if wanted.whole:
        _keep(found)
    if wanted.as_json:
        print_json(found.figures())
    else:
        typer.echo(text_of(found))
    if wanted.html is not None:
        shown = dataclasses.replace(found.run, trials=found.open)
        page = page_of(shown, at=dt.datetime.now(dt.UTC), command=f"xiaoer eval {NAME}", seeded=False)
        with told():
            wanted.html.write_text(page, encoding="utf-8")


def _chosen(wanted: Wanted) -> list[Case]:
    if wanted.part == "frozen" and wanted.html is not None:
        raise typer.BadParameter("the frozen half is only counted: a page shows the other one, --part dev or all")
    try:
        cases = cases_of(load_scenes())
    except RepairsError as error:
        raise CommandError(str(error)) from error
    known = {name for case in cases for name in (case.id, case.scene.id)}
    if unknown := sorted(set(wanted.only) - known):
        raise typer.BadParameter(f"no case and no scene has the id {unknown[0]}")
    chosen = [
        case
        for case in cases
        if wanted.kind in (None, case.scene.kind)
        and wanted.lang in (None, case.lang)
        and wanted.part in (None, case.part)
        and (not wanted.only or {case.id, case.scene.id} & set(wanted.only))
    ]
    if not chosen:
        raise typer.BadParameter("no case is of that kind, language, part and id at once")
    return chosen


async def kept_repairs(limit: int | None) -> JsonObject:
    """Hold the suite, or only so many cases of it, and return the figures, which are kept."""
    found = await _hold(cases_of(load_scenes())[:limit], show=False)
    _keep(found)
    return found.figures()


def _keep(found: RepairsRun) -> None:
    keep(NAME, found.figures(), settings_for(None).data, at=dt.datetime.now(dt.UTC))


async def _hold(cases: Sequence[Case], *, show: bool) -> RepairsRun:
    with holding(len(cases), lambda trial: trial.scenario.id, _words_of if show else None) as (progress, held):
        return await run_cases(cases, progress=progress, held=held)


def _words_of(trial: Trial) -> str:
    return "" if "frozen" in trial.scenario.tags else transcript(trial)
