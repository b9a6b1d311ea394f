"""What a run of the repair suite has shown, as text: every case of the half that is mended by and failed, then the figures."""

from __future__ import annotations

from collections.abc import Iterator

from evals.repairs.run import RepairsRun
from knowledge.types import JsonObject


def text_of(found: RepairsRun) -> str:
    """Return the report. Of the frozen half it tells figures only, so that nobody mends by it."""
    return "\n".join([*_failures(found), "", *_figures(found.figures())]).strip()


def _failures(found: RepairsRun) -> Iterator[str]:
    cases = {case.id: case for case in found.cases}
    for trial in found.open:
        if not trial.passed:
            case = cases[trial.scenario.id]
            yield f"{case.id}: {' > '.join((*case.scene.before, *case.said))}"
            if len(trial.exchanges) >= len(case.scene.before) > 0:
                yield f"    before: {trial.exchanges[len(case.scene.before) - 1].standing}"
            yield from (f"    {fault}" for fault in trial.faults)


def _figures(figures: JsonObject) -> Iterator[str]:
    yield f"{figures['set']}; 95 % intervals over scenes"
    yield f"  passed          {_rate(figures['passed'])}"
    yield f"  turn-back drop  {_rate(figures['turn_back_drop'])}"
    for name in ("by_part", "by_lang", "by_kind"):
        yield from (f"  {group:<14}  {_rate(rate)}" for group, rate in figures[name].items())


def _rate(rate: JsonObject) -> str:
    if rate["value"] is None:
        return "-"
    low, high = rate["interval"]
    return f"{rate['value']:.1%} ({low:.1%} to {high:.1%}, n {rate['n']})".replace("%", " %")
