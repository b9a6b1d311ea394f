"""What a run has shown, as text: the figures, then every trial that failed, with what differs."""

from __future__ import annotations

from collections.abc import Iterator

from evals.judge.figures import Estimate, by_scenario, estimate, noise_floor, pass_k
from evals.judge.minds import told as models_told
from evals.judge.run import Run
from evals.judge.trial import Trial

MOST_FAULTS = 3
_COSTS = {
    "turns": "turns",
    "tool_calls": "tool calls",
    "ms": "ms",
    "llm_tokens": "tokens of the shopper's model",
    "llm_money": "in money for them",
}


def text_of(run: Run) -> str:
    """Return the report."""
    return "\n".join([*_failures(run), "", *_figures(run)]).strip()


def transcript(trial: Trial) -> str:
    """Return a conversation as it was written, with what was done and what differs."""
    lines = [f"-- {trial.scenario.id}, seed {trial.seed}: {'passed' if trial.passed else 'failed'}"]
    for exchange in trial.exchanges:
        lines.append(f"> {exchange.said}")
        lines += [
            f"    {action.tool}: {action.status} {action.receipt or ''}".rstrip() for action in exchange.turn.actions
        ]
        for reply in exchange.turn.replies:
            labels = [choice.label for choice in reply.choices] if reply.type == "choices" else []
            lines += [f"  {reply.text}", *(f"  [{label}]" for label in labels)]
    return "\n".join([*lines, *(f"!! {fault}" for fault in trial.faults)])


def _failures(run: Run) -> Iterator[str]:
    for name, trials in by_scenario(run.trials).items():
        failed = [trial for trial in trials if not trial.passed]
        if failed:
            seeds = ", ".join(str(trial.seed) for trial in failed)
            yield f"{name}: {len(failed)} of {len(trials)} failed (seed {seeds})"
            faults = dict.fromkeys(str(fault) for trial in failed for fault in trial.faults)
            yield from (f"    {fault}" for fault in list(faults)[:MOST_FAULTS])


def _figures(run: Run) -> Iterator[str]:
    tries = min(len(group) for group in by_scenario(run.trials).values())
    yield f"{len(run.idle)} scenarios, {tries} trials each, shopper: {run.shopper}; 95 % intervals by bootstrap over scenarios"
    for k in range(1, tries + 1):
        yield f"  pass^{k}  {pass_k(run.trials, k)}"
    yield f"  a bot that does nothing  {_idle(run)}"
    yield f"  scenarios that pass in some trials only  {noise_floor(run.trials):.1%}".replace("%", " %")
    for lang in ("zh", "en"):
        if mine := [trial for trial in run.trials if trial.scenario.lang == lang]:
            yield f"  pass^1 {lang}  {pass_k(mine, 1)}"
    careless = sum(len(trial.without_consent) for trial in run.trials)
    yield f"  effects without a yes before them  {careless}"
    figures = run.figures()
    talk = figures["conversation"]
    yield "  a conversation  " + ", ".join(
        f"{talk[name]} {words}" for name, words in _COSTS.items() if talk.get(name) is not None
    )
    yield from models_told(figures["models"]) if run.llm is not None else ()


def _idle(run: Run) -> Estimate:
    return estimate([float(passes) for passes in run.idle.values()])
