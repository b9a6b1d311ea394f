"""``xiaoer eval``: the judge on the command line."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import typer

from agent.llm.config import LlmConfig
from channels.console import FAILED, CommandError, check_writable, holding, print_json, run, settings_for, told
from channels.llm_check import missing_packages
from channels.llm_settings import llm_config
from evals.judge.baseline import Baseline, BaselineError, compare, read_baseline
from evals.judge.files import ScenarioError, load_scenarios
from evals.judge.given import GivenError
from evals.judge.junit import junit_of
from evals.judge.llm_shopper import LlmServer, llm_shoppers
from evals.judge.page import page_of
from evals.judge.report import text_of, transcript
from evals.judge.run import Run
from evals.judge.run import run as hold_all
from evals.judge.scenario import Scenario
from evals.judge.shopper import ShopperError, shopper_of
from evals.judge.trial import Trial


@dataclasses.dataclass(frozen=True, kw_only=True)
class Wanted:
    """What of a run is wanted."""

    trials: int
    shopper: Literal["agenda", "llm"]
    agent: Literal["embedded", "llm"]
    seed: int | None
    """Only the trial with this seed."""
    only: tuple[str, ...]
    """Ids of scenarios; none: all."""
    data: Path | None
    """The data folder whose shop is copied; None: a demo shop."""
    html: Path | None
    junit: Path | None
    baseline: Path | None
    write_baseline: bool
    show: bool
    as_json: bool

    @property
    def seeds(self) -> Sequence[int]:
        """The seeds of the trials."""
        return range(self.trials) if self.seed is None else (self.seed,)


def scenarios(paths: Sequence[Path], wanted: Wanted) -> None:
    """Hold scenarios and print what came of them; exit code 1 when one failed or, with a baseline, fell below it."""
    chosen, before, llm, models = _chosen(paths, wanted), _baseline(wanted), _llm(wanted), _models(wanted)
    found = run(_hold(chosen, wanted, llm, models))
    drift = compare(found, before) if before is not None else None
    if wanted.as_json:
        of = {"set": ", ".join(map(str, paths))}
        print_json({**of, **found.figures(), **({"baseline": drift.to_json()} if drift else {})})
    else:
        typer.echo(text_of(found) + (f"\n{drift}" if drift else ""))
    with told():
        _write(found, before, paths, wanted)
    if wanted.write_baseline:
        return
    if drift.fell if drift else not found.passed:
        raise typer.Exit(FAILED)


def _chosen(paths: Sequence[Path], wanted: Wanted) -> list[Scenario]:
    try:
        found = load_scenarios(paths)
    except ScenarioError as error:
        raise typer.BadParameter(str(error)) from error
    if unknown := set(wanted.only) - {scenario.id for scenario in found}:
        raise typer.BadParameter(f"no scenario has the id {', '.join(sorted(unknown))}")
    return [scenario for scenario in found if not wanted.only or scenario.id in wanted.only]


def _baseline(wanted: Wanted) -> Baseline | None:
    """Return what to compare with; None where there is none yet and one shall be written."""
    if wanted.baseline is None:
        if wanted.write_baseline:
            raise typer.BadParameter("--write-baseline: name the file with --baseline")
        return None
    if wanted.seed is not None:
        raise typer.BadParameter(
            "--seed holds one trial, and a baseline is about all of them: leave one of the two out"
        )
    if wanted.write_baseline:
        check_writable(wanted.baseline)
    try:
        return read_baseline(wanted.baseline, trials=wanted.trials)
    except BaselineError as error:
        if wanted.write_baseline and not (wanted.only and wanted.baseline.exists()):
            return None
        raise typer.BadParameter(str(error)) from error


def _write(found: Run, before: Baseline | None, paths: Sequence[Path], wanted: Wanted) -> None:
    if wanted.html is not None:
        data = ["--data", str(wanted.data)] if wanted.data is not None else []
        command = shlex.join(["xiaoer", "eval", "scenarios", *map(str, paths), *data])
        wanted.html.write_text(page_of(found, at=dt.datetime.now(dt.UTC), command=command), encoding="utf-8")
    if wanted.junit is not None:
        wanted.junit.write_text(junit_of(found), encoding="utf-8")
    if wanted.baseline is not None and wanted.write_baseline:
        now = Baseline.of(found)
        now = before.updated(now) if before is not None and wanted.only else now
        wanted.baseline.write_text(now.model_dump_json(indent=2) + "\n", encoding="utf-8")


def _llm(wanted: Wanted) -> LlmServer | None:
    """Return the LLM that plays the shopper, if one shall."""
    if wanted.shopper == "agenda":
        return None
    settings = settings_for(wanted.data)
    if settings.shopper_llm_url is None or settings.shopper_llm_model is None:
        raise typer.BadParameter(
            "--shopper llm: set XIAOER_SHOPPER_LLM_URL, such as http://127.0.0.1:8000/v1, and XIAOER_SHOPPER_LLM_MODEL"
        )
    key = settings.shopper_llm_key
    return LlmServer(
        url=settings.shopper_llm_url,
        model=settings.shopper_llm_model,
        key=key.get_secret_value() if key else "none",
        timeout_s=settings.shopper_llm_timeout_s,
        input_price=settings.shopper_llm_input_price,
        output_price=settings.shopper_llm_output_price,
    )


def _models(wanted: Wanted) -> LlmConfig | None:
    """Return the language models that the shop shall answer with, if it shall."""
    if wanted.agent == "embedded":
        return None
    models = llm_config(settings_for(wanted.data))
    if models is None:
        raise typer.BadParameter(
            "--agent llm: no model is configured; set XIAOER_LLM_URL, such as http://127.0.0.1:8001/v1, and at least one of "
            "XIAOER_LLM_UNDERSTAND_MODEL, XIAOER_LLM_AGENT_MODEL and XIAOER_LLM_WRITE_MODEL"
        )
    if missing := missing_packages():
        raise CommandError(f"--agent llm: {', '.join(missing)} not installed: pip install 'xiaoer[llm]'")
    return models


def _name_of(trial: Trial) -> str:
    return f"{trial.scenario.id} {trial.seed}"


async def _hold(chosen: Sequence[Scenario], wanted: Wanted, llm: LlmServer | None, models: LlmConfig | None) -> Run:
    shop = settings_for(wanted.data).data if wanted.data is not None else None
    words = transcript if wanted.show else None
    with holding(len(chosen) * len(wanted.seeds), _name_of, words) as (progress, held):
        try:
            async with llm_shoppers(llm) if llm else contextlib.nullcontext(shopper_of) as make:
                found = await hold_all(
                    chosen, seeds=wanted.seeds, shop=shop, llm=models, make=make, progress=progress, held=held
                )
        except (GivenError, ShopperError) as error:
            raise CommandError(str(error)) from error
    return dataclasses.replace(found, shopper=llm.model) if llm else found
