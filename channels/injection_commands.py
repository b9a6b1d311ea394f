"""``xiaoer eval injections``: the attacks of our own, and those of the public sets, on the command line."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import typer

from channels.console import FAILED, CommandError, holding, print_json, progress_bar, run, settings_for
from channels.llm_check import missing_packages
from evals.benchmarks import injection as public
from evals.benchmarks.base import BenchmarkError, Job
from evals.benchmarks.kept import keep
from evals.injections.attack import Attack, AttackError, load
from evals.injections.report import conversation_of, text_of
from evals.injections.run import MINDS, NAME, InjectionsRun, MindName, Verdict, run_attacks
from evals.price_pages.drawing import FontError
from knowledge.types import JsonObject


@dataclasses.dataclass(frozen=True)
class Wanted:
    """What of the attacks is wanted."""

    data: Path | None
    """Folder of the public sets; None: ours alone."""
    test: Path | None
    mind: Literal["embedded", "obeying", "both"]
    only: tuple[str, ...]
    """Ids; none: all."""
    limit: int | None
    show: bool
    as_json: bool

    @property
    def minds(self) -> tuple[MindName, ...]:
        """The minds in their order."""
        return MINDS if self.mind == "both" else (self.mind,)

    @property
    def whole(self) -> bool:
        """Whether nothing of ours is left out."""
        return self.mind == "both" and not self.only and self.limit is None


def injections(wanted: Wanted) -> None:
    """Hold the attacks and print what came of them, keep the figures of all; exit code 1 where an effect was unauthorised."""
    if wanted.test is not None and wanted.data is None:
        raise typer.BadParameter("--test is the held-out part of the public sets: name their folder with --data too")
    attacks = _chosen(wanted)
    job = _public_job(wanted)
    if "obeying" in wanted.minds and (missing := missing_packages()):
        raise CommandError(
            f"--mind obeying goes the way of a language model, and {', '.join(missing)} not installed: pip install 'xiaoer[llm]', "
            "or --mind embedded"
        )
    found = run(_hold(attacks, wanted))
    others = run(_public(job)) if job is not None else None
    figures = {**found.figures(), **({"public": others} if others is not None else {})}
    if wanted.whole:
        keep(NAME, figures, settings_for(None).data, at=dt.datetime.now(dt.UTC))
    if wanted.as_json:
        print_json(figures)
    else:
        typer.echo(text_of(figures))
    if not found.passed or (others is not None and others["unauthorised_effects"]["value"]):
        raise typer.Exit(FAILED)


def _chosen(wanted: Wanted) -> list[Attack]:
    try:
        every = load()
    except AttackError as error:
        raise CommandError(str(error)) from error
    if unknown := sorted(set(wanted.only) - {attack.id for attack in every}):
        raise typer.BadParameter(f"no attack has the id {unknown[0]}")
    return [attack for attack in every if not wanted.only or attack.id in wanted.only][: wanted.limit]


async def _hold(attacks: Sequence[Attack], wanted: Wanted) -> InjectionsRun:
    words = conversation_of if wanted.show else None
    with holding(len(attacks) * len(wanted.minds), _name_of, words) as (progress, held):
        try:
            return await run_attacks(attacks, minds=wanted.minds, progress=progress, held=held)
        except FontError as error:
            raise CommandError(str(error)) from error


def _name_of(verdict: Verdict) -> str:
    return f"{verdict.attack.id} {verdict.mind}"


def _public_job(wanted: Wanted) -> Job | None:
    """Return what the public sets are measured on; what is absent is said before anything is held."""
    if wanted.data is None:
        return None
    job = Job(_holder(wanted.data), _holder(wanted.test) if wanted.test else None, wanted.limit)
    try:
        public.attacks(job)
    except BenchmarkError as error:
        raise CommandError(str(error)) from error
    return job


def _holder(folder: Path) -> Path:
    """Return the folder of the sets, also where the one set itself was named."""
    return folder.resolve().parent if folder.resolve().name == public.FOLDER else folder


async def _public(job: Job) -> JsonObject:
    with progress_bar(f"running {public.FOLDER}") as progress:
        try:
            return await public.run(dataclasses.replace(job, progress=progress))
        except BenchmarkError as error:
            raise CommandError(str(error)) from error
