"""The figures of `evals.escalation.run` to read."""

from __future__ import annotations

from evals.escalation.run import faults
from evals.metrics import Share
from knowledge.types import JsonObject


def text_of(found: JsonObject) -> str:
    """Return the figures as lines, each with its 95 % interval, the keywords' beside."""
    lines = [
        f"when a person is needed, messages of the part {found['part']}; 95 % intervals, in brackets by keywords alone"
    ]
    for name, figures in found["messages"].items():
        lines.append(f"  {name:<14} {_shown(figures)}   [{_short(figures['keywords'])}]")
    if "scenarios" in found:
        lines.append("scenario library: handed over, against what is expected")
        for lang in ("zh", "en"):
            figures = found["scenarios"][lang]
            lines.append(f"  {lang:<14} {_shown(figures)}")
        if mistakes := found["scenarios"]["mistakes"]:
            lines.append(f"  mistakes: {', '.join(mistakes)}")
    if "jddc_uss" in found:
        rated = found["jddc_uss"]
        lines.append(f"{rated['set']}: {rated['dissatisfied']} of {rated['n']} rated turns dissatisfied")
        lines += [f"  {name:<14} {_shown(figures)}" for name, figures in rated.items() if isinstance(figures, dict)]
        lines.append(f"  area under the curve of the sum of the signs: {rated['auroc']:.3f}")
    below = faults(found)
    lines += [f"below its bar: {fault}" for fault in below] or ["all bars are met"]
    return "\n".join(lines)


def _shown(figures: JsonObject) -> str:
    names = {"recall": "recall", "precision": "precision", "false_alarms": "false alarms"}
    return "   ".join(f"{names[name]} {_share(figures[name])}" for name in names if name in figures)


def _short(figures: JsonObject) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {figures[name]['value']:.1%}" for name in figures)


def _share(figure: JsonObject) -> Share:
    return Share(round(figure["value"] * figure["n"]), figure["n"])
