"""A run as one page: figures, plots, and every conversation that failed as one would read it. Needs nothing from outside."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jinja2

from evals.judge.figures import by_scenario, estimate, noise_floor, pass_k
from evals.judge.run import Run
from evals.judge.trial import Exchange, Trial

_TEMPLATE = Path(__file__).with_name("page.html.j2")
PLOT_WIDTH, PLOT_HEIGHT = 320, 150


@dataclasses.dataclass(frozen=True)
class Curve:
    """pass^k of one language, as points of an SVG polyline."""

    lang: str
    points: str
    last: tuple[float, float]
    share: str


def page_of(run: Run, *, at: dt.datetime) -> str:
    """Return the page as HTML."""
    environment = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.filters["share"] = lambda value: f"{value:.1%}".replace("%", " %")
    template = environment.from_string(_TEMPLATE.read_text(encoding="utf-8"))
    groups = by_scenario(run.trials)
    tries = min(len(group) for group in groups.values())
    return template.render(
        at=at,
        tries=tries,
        passes=[(k, pass_k(run.trials, k)) for k in range(1, tries + 1)],
        idle=estimate([float(passes) for passes in run.idle.values()]),
        noise=noise_floor(run.trials),
        careless=sum(len(trial.without_consent) for trial in run.trials),
        cells=_cells(run.trials),
        langs=sorted({trial.scenario.lang for trial in run.trials}, reverse=True),
        curves=_curves(run.trials, tries),
        width=PLOT_WIDTH,
        height=PLOT_HEIGHT,
        scenarios=[
            {
                "scenario": group[0].scenario,
                "passed": sum(trial.passed for trial in group),
                "trials": len(group),
                "shown": next((trial for trial in group if not trial.passed), group[0]),
            }
            for group in sorted(groups.values(), key=lambda group: sum(trial.passed for trial in group) / len(group))
        ],
        calls=_calls,
        state=_state,
    )


def _cells(trials: Sequence[Trial]) -> dict[str, dict[str, Any]]:
    """Return tag -> language -> pass^1."""
    tags = sorted({tag for trial in trials for tag in trial.scenario.tags})
    return {tag: {lang: _share(trials, tag, lang) for lang in ("zh", "en")} for tag in tags}


def _share(trials: Sequence[Trial], tag: str, lang: str) -> Any:
    mine = [trial for trial in trials if tag in trial.scenario.tags and trial.scenario.lang == lang]
    return pass_k(mine, 1) if mine else None


def _curves(trials: Sequence[Trial], tries: int) -> list[Curve]:
    curves = []
    for lang in ("zh", "en"):
        mine = [trial for trial in trials if trial.scenario.lang == lang]
        if not mine:
            continue
        shares = [pass_k(mine, k).value for k in range(1, tries + 1)]
        places = [
            (PLOT_WIDTH * (place / max(1, tries - 1)), PLOT_HEIGHT * (1 - share)) for place, share in enumerate(shares)
        ]
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        curves.append(Curve(lang, points, places[-1], f"{shares[-1]:.0%}".replace("%", " %")))
    return curves


def _calls(exchange: Exchange) -> list[dict[str, str]]:
    return [
        {
            "tool": action.tool,
            "status": action.status,
            "receipt": action.receipt or "",
            "arguments": json.dumps(action.arguments, ensure_ascii=False, default=str),
        }
        for action in exchange.turn.actions
    ]


def _state(exchange: Exchange) -> str:
    """Say in a line how a message was understood."""
    understood = exchange.turn.understanding
    if understood is None:
        return exchange.turn.handled_by
    commands = [
        f"{command.kind} {getattr(command, 'flow', '') or getattr(command, 'topic', '')}".strip()
        for command in understood.commands
    ]
    return f"{', '.join(commands)} · {understood.emotion.label} · {exchange.turn.ms.total:.0f} ms"
