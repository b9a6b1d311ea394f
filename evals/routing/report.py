"""The figures of simulated days as text and as a page with drawings, in both languages on the page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import jinja2
import markupsafe

from dialogue.replies.drawing import Row, bars, line
from evals.routing.run import ALL, BASELINE, NAME, UNDECIDED
from knowledge.types import JsonObject, Lang

_TEMPLATE = Path(__file__).with_name("page.html.j2")
WAY_NAMES: dict[str, dict[Lang, str]] = {
    "routing": {"en": "our routing", "zh": "本系统"},
    "first_come": {"en": "first come, first served", "zh": "先到先服务"},
    "first_come_by_queue": {"en": "first come, by queue", "zh": "按队列先到先服务"},
}
FIGURE_NAMES: dict[str, dict[Lang, str]] = {
    "wait_median_min": {"en": "median wait, min", "zh": "等待中位数（分钟）"},
    "wait_p90_min": {"en": "p90 wait, min", "zh": "等待 P90（分钟）"},
    "wait_mean_min": {"en": "mean wait, min", "zh": "平均等待（分钟）"},
    "wait_longest_min": {"en": "longest wait, min", "zh": "最长等待（分钟）"},
    "first_response_kept": {"en": "first response kept", "zh": "首次响应达标"},
}
GROUP_NAMES: dict[str, dict[Lang, str]] = {
    "urgent": {"en": "urgent", "zh": "紧急"},
    "high": {"en": "high", "zh": "高"},
    "normal": {"en": "normal", "zh": "普通"},
    "low": {"en": "low", "zh": "低"},
    ALL: {"en": "all", "zh": "全部"},
}


def text_of(figures: JsonObject) -> str:
    """Return the report."""
    return "\n".join(_lines(figures))


def _lines(figures: JsonObject) -> Iterator[str]:
    yield f"{figures['set']}; 95 % intervals over days, differences on the same days"
    for way, found in figures["ways"].items():
        yield ""
        yield f"{WAY_NAMES[way]['en']}: {written('', found['utilisation'], share=True)} of the room filled"
        for group in _groups(found):
            cells = (f"{FIGURE_NAMES[name]['en']} {written(name, value)}" for name, value in found[group].items())
            yield f"  {group:<7} " + "; ".join(cells)
    yield ""
    yield f"{NAME} - {BASELINE}, day by day; * where the interval holds no zero:"
    found = figures["differences"][f"{NAME} - {BASELINE}"]
    for group in _groups(found):
        cells = (
            f"{FIGURE_NAMES[name]['en']} {written(name, value, signed=True)}{'' if value['verdict'] == UNDECIDED else '*'}"
            for name, value in found[group].items()
        )
        yield f"  {group:<7} " + "; ".join(cells)
    yield ""
    yield from (f"first come, first served is better: {sentence}" for sentence in losses(figures))
    told = figures["expected_wait"]
    yield (
        f"expected wait: not known {told['unknown_share']:.1%}; of {told['waited']} who had to wait, off by "
        f"{told['median_error_min']} min in the middle, {told['p90_error_min']} at p90, too short {told['too_short_share']:.0%}"
    ).replace("%", " %")


def losses(figures: JsonObject) -> list[str]:
    """Return in which figures plain first come, first served is shown to be better."""
    found = figures["differences"][f"{NAME} - {BASELINE}"]
    return [
        f"{GROUP_NAMES[group]['en']}, {FIGURE_NAMES[name]['en']}: {written(name, value, signed=True)}"
        for group in _groups(found)
        for name, value in found[group].items()
        if value["verdict"] == "worse"
    ] or ["in nothing that could be shown"]


def _groups(found: JsonObject) -> list[str]:
    return [group for group in GROUP_NAMES if group in found]


def written(name: str, figure: JsonObject, *, share: bool = False, signed: bool = False) -> str:
    """Write a figure with its interval; shares in percent, and what is a difference with its sign."""
    low, high = figure["interval"]
    if not signed and (share or name == "first_response_kept"):
        low, high = max(low, 0.0), min(high, 1.0)
    plus = "+" if signed else ""
    if share or name == "first_response_kept":
        return f"{figure['value'] * 100:{plus}.1f} % ({low * 100:{plus}.1f} to {high * 100:{plus}.1f})"
    return f"{figure['value']:{plus}.1f} ({low:{plus}.1f} to {high:{plus}.1f})"


def page_of(figures: JsonObject, command: str) -> str:
    """Return the page as HTML; it needs nothing from outside."""
    environment = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.globals.update(written=written, ways=WAY_NAMES, names=FIGURE_NAMES, group_names=GROUP_NAMES)
    return environment.from_string(_TEMPLATE.read_text(encoding="utf-8")).render(
        found=figures,
        command=command,
        groups=_groups(figures["ways"][NAME]),
        drawings={lang: list(_drawings(figures, lang)) for lang in ("en", "zh")},
        losses=losses(figures),
        baseline=f"{NAME} - {BASELINE}",
    )


def _drawings(figures: JsonObject, lang: Lang) -> Iterator[markupsafe.Markup]:
    ours, theirs = figures["ways"][NAME], figures["ways"][BASELINE]
    minutes = {"en": "min", "zh": "分钟"}[lang]
    for name in ("wait_p90_min", "first_response_kept"):
        rows = [
            Row(
                GROUP_NAMES[group][lang],
                ours[group][name]["value"],
                f"{_short(name, ours[group][name])} / {_short(name, theirs[group][name])}",
                theirs[group][name]["value"],
            )
            for group in _groups(ours)
        ]
        versus = {"en": "ours / first come, first served (thin)", "zh": "本系统／先到先服务（细条）"}[lang]
        title = f"{FIGURE_NAMES[name][lang]}: {versus}"
        yield markupsafe.Markup(bars(rows, title, title, lang))  # noqa: S704  (drawn by us, with everything escaped)
    hours = figures["by_hour"]
    rows = [
        Row(f"{int(hour):02}", value, f"{value:.0f} {minutes}", hours[BASELINE].get(hour, 0.0))
        for hour, value in hours[NAME].items()
    ]
    title = {
        "en": "p90 wait, urgent and high, by hour; dashed: first come, first served",
        "zh": "按到达时刻：紧急与高优先级的等待 P90；虚线为先到先服务",
    }[lang]
    yield markupsafe.Markup(line(rows, title, title, lang))  # noqa: S704


def _short(name: str, figure: JsonObject) -> str:
    return f"{figure['value']:.0%}" if name == "first_response_kept" else f"{figure['value']:.1f}"
