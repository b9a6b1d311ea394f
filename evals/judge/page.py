"""A run as one page: figures, plots, and every conversation that failed as one would read it. Needs nothing from outside."""

from __future__ import annotations

import bisect
import dataclasses
import datetime as dt
import json
from collections.abc import Sequence
from pathlib import Path

import jinja2

from evals.judge.figures import Estimate, by_scenario, estimate, noise_floor, pass_k, quantile
from evals.judge.rows import Fault, RowFault
from evals.judge.run import Run
from evals.judge.trial import Exchange, Subject, Trial
from knowledge.types import Lang

_TEMPLATE = Path(__file__).with_name("page.html.j2")
PLOT_WIDTH, PLOT_HEIGHT = 320, 150
LANGS: tuple[Lang, ...] = ("zh", "en")
MOST_ROWS = 6
"""Rows of the table of pass^k; between the first and the last, k doubles."""
TURN_MS = (5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
"""Upper limits of the bars of the plot of milliseconds."""


@dataclasses.dataclass(frozen=True)
class Curve:
    """pass^k of one language, as points of an SVG polyline."""

    lang: Lang
    points: tuple[tuple[float, float], ...]
    shares: tuple[float, ...]


@dataclasses.dataclass(frozen=True)
class Bar:
    """How many turns took so long."""

    label: str
    turns: int
    share: float
    """Of the highest bar."""


@dataclasses.dataclass(frozen=True)
class Entry:
    """A scenario and its trials."""

    scenario: Subject
    trials: Sequence[Trial]

    @property
    def passed(self) -> int:
        """Trials that passed."""
        return sum(trial.passed for trial in self.trials)

    @property
    def failed(self) -> list[Trial]:
        """Trials that did not."""
        return [trial for trial in self.trials if not trial.passed]

    @property
    def shown(self) -> list[Trial]:
        """Every trial that failed; of a scenario that never did, the first."""
        return self.failed or list(self.trials[:1])


def page_of(run: Run, *, at: dt.datetime, command: str, note: str = "", seeded: bool = True) -> str:
    """Return the page as HTML.

    Args:
        command: the command line that held the run, to which ``--only ID --seed N`` is added for a conversation.
        note: what must be said beside the figures, in English.
        seeded: whether that command takes seeds.
    """
    environment = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.filters["share"] = lambda value: f"{value:.1%}".replace("%", "\u00a0%")
    environment.filters["amount"] = lambda value: f"{value:.0f}" if value >= 1 or not value else f"{value:.2g}"
    template = environment.from_string(_TEMPLATE.read_text(encoding="utf-8"))
    entries = [Entry(group[0].scenario, group) for group in by_scenario(run.trials).values()]
    entries.sort(key=lambda entry: entry.passed / len(entry.trials))
    tries = min(len(entry.trials) for entry in entries)
    return template.render(
        at=at,
        command=command,
        shopper=run.shopper,
        tries=tries,
        entries=entries,
        whole=sum(not entry.failed for entry in entries),
        passes=[(k, _by_lang(run.trials, k)) for k in _rows(tries)],
        idle=_idle(run),
        noise=noise_floor(run.trials),
        careless=sum(len(trial.without_consent) for trial in run.trials),
        costs=_costs(run.trials),
        tags=_tags(run.trials),
        note=note,
        seeded=seeded,
        langs=[lang for lang in LANGS if any(entry.scenario.lang == lang for entry in entries)],
        curves=_curves(run.trials, tries),
        bars=_bars(run.trials),
        width=PLOT_WIDTH,
        height=PLOT_HEIGHT,
        calls=_calls,
        understood=_understood,
        is_row=_is_row,
    )


def _rows(tries: int) -> list[int]:
    """Return the k to show: all where they are few, else 1, 2, 4, ... and the last."""
    if tries <= MOST_ROWS:
        return list(range(1, tries + 1))
    return sorted({tries, *(2**power for power in range(tries.bit_length()))})


def _by_lang(trials: Sequence[Trial], k: int) -> dict[str, Estimate | None]:
    """Return pass^k of all and of each language."""
    mine = {lang: [trial for trial in trials if trial.scenario.lang == lang] for lang in LANGS}
    return {"all": pass_k(trials, k), **{lang: pass_k(found, k) if found else None for lang, found in mine.items()}}


def _idle(run: Run) -> dict[str, Estimate | None]:
    """Return the share of scenarios that a bot which does nothing passes, of all and of each language."""
    langs = {trial.scenario.id: trial.scenario.lang for trial in run.trials}
    mine = {lang: [float(passes) for name, passes in run.idle.items() if langs[name] == lang] for lang in LANGS}
    everything = estimate([float(passes) for passes in run.idle.values()])
    return {"all": everything, **{lang: estimate(found) if found else None for lang, found in mine.items()}}


def _costs(trials: Sequence[Trial]) -> list[tuple[str, str, float, float]]:
    """Return what a conversation takes: name in English and Chinese, the median, and what 95 % stay below."""
    figures: dict[tuple[str, str], Sequence[float]] = {
        ("turns", "轮数"): [len(trial.exchanges) for trial in trials],
        ("tool calls", "工具调用"): [trial.tool_calls for trial in trials],
        ("milliseconds", "毫秒"): [trial.ms for trial in trials],
    }
    spent = [trial.spent for trial in trials if trial.spent]
    if spent:
        figures["tokens", "词元"] = [each.tokens for each in spent]
    if money := [float(each.money) for each in spent if each.money is not None]:
        figures["model cost", "模型费用"] = money
    return [(*name, quantile(values, 0.5), quantile(values, 0.95)) for name, values in figures.items()]


def _tags(trials: Sequence[Trial]) -> dict[str, dict[str, Estimate | None]]:
    """Return tag -> language -> pass^1."""
    tags = sorted({tag for trial in trials for tag in trial.scenario.tags})
    return {tag: _by_lang([trial for trial in trials if tag in trial.scenario.tags], 1) for tag in tags}


def _curves(trials: Sequence[Trial], tries: int) -> list[Curve]:
    curves = []
    for lang in LANGS:
        mine = [trial for trial in trials if trial.scenario.lang == lang]
        if mine:
            shares = tuple(pass_k(mine, k).value for k in range(1, tries + 1))
            step = PLOT_WIDTH / max(1, tries - 1)
            points = tuple(
                (round(place * step, 1), round(PLOT_HEIGHT * (1 - each), 1)) for place, each in enumerate(shares)
            )
            curves.append(Curve(lang, points, shares))
    return curves


def _bars(trials: Sequence[Trial]) -> list[Bar]:
    """Count turns by how long they took, from the quickest to the slowest that there were."""
    counts = [0] * (len(TURN_MS) + 1)
    for trial in trials:
        for exchange in trial.exchanges:
            counts[bisect.bisect_left(TURN_MS, exchange.turn.ms.total)] += 1
    labels = [*(f"≤ {limit}" for limit in TURN_MS), f"> {TURN_MS[-1]}"]
    there = [place for place, count in enumerate(counts) if count]
    return [
        Bar(labels[place], counts[place], counts[place] / max(counts))
        for place in range(min(there, default=0), max(there, default=-1) + 1)
    ]


def _is_row(fault: Fault) -> bool:
    return isinstance(fault, RowFault)


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


def _understood(exchange: Exchange) -> str:
    """Say in a line how a message was understood."""
    understood = exchange.turn.understanding
    if understood is None:
        return exchange.turn.handled_by
    commands = [
        f"{command.kind} {getattr(command, 'flow', '') or getattr(command, 'topic', '')}".strip()
        for command in understood.commands
    ]
    return f"{', '.join(commands)} · {understood.emotion.label} · {exchange.turn.ms.total:.0f} ms"
