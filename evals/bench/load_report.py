"""A load as text, made from its JSON object."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from evals.bench.figures import STAGES

_PERCENTILES = ("p50", "p95", "p99", "max")


def text_of(figures: Mapping[str, Any]) -> str:
    """Return what `evals.bench.load.Load.figures` says, to read."""
    steps = figures["steps"]
    lines = [*_head(figures), "", *_table("wait of the shopper, ms", _PERCENTILES, [(s, s["wait_ms"]) for s in steps])]
    lines += ["", *_throughput(steps), "", *_stages(steps), *_errors(steps), *_remarks(figures)]
    return "\n".join(lines).strip()


def step_name(step: Mapping[str, Any]) -> str:
    """Return what a step is called: its door and rate."""
    return f"{step['over']} {step['rate_per_s']:g}/s"


def _head(figures: Mapping[str, Any]) -> Iterator[str]:
    machine, after = figures["machine"]["before"], figures["machine"]["after"]
    load = f"load {machine['load'][0]} before, {after['load'][0]} after" if after else f"load {machine['load'][0]}"
    yield f"{figures['url']}, {figures['database']}; {machine['cores']} cores for server and client, {load}; Python {machine['python']}"
    plan = figures["plan"]
    arrivals = {"poisson": "at random (Poisson)", "constant": "evenly"}[plan["arrivals"]]
    yield f"conversations of {figures['set']}, messages due {arrivals}, {plan['seconds']:g} s a step; waits count from when a message was due"
    if sockets := figures["sockets"]:
        each = sockets.get("memory_kb_each")
        kept = [
            f"idle sockets: {sockets['held']} of {sockets['wanted']} held to the end",
            f"{sockets['opened']} opened in {sockets['opening_s']:.1f} s",
            *([f"{each:g} KiB of the server's memory each"] if each is not None else []),
        ]
        yield "; ".join(kept)
        yield from (f"  {count} not opened: {kind}" for kind, count in sockets["not_opened"].items())
        yield from (f"  {count} dropped: {kind}" for kind, count in sockets["dropped"].items())
        if sockets["silent"]:
            yield f"  {sockets['silent']} open, but without an answer to a last ping"


def _table(
    title: str, columns: tuple[str, ...], rows: list[tuple[Mapping[str, Any], Mapping[str, Any]]]
) -> Iterator[str]:
    yield f"{title:<26}{'n':>7}" + "".join(f"{column:>10}" for column in columns)
    for step, values in rows:
        cells = (f"{values[column]:.1f}" if column in values else "-" for column in columns)
        yield f"{step_name(step):<26}{step['answered']:>7}" + "".join(f"{cell:>10}" for cell in cells)


def _throughput(steps: list[dict[str, Any]]) -> Iterator[str]:
    columns = ("due", "due/s", "done/s", "failed", "lag p99", "cpu ms", "MiB start", "peak", "end")
    yield f"{'throughput, server':<26}" + "".join(f"{column:>10}" for column in columns)
    for step in steps:
        memory = step.get("memory_mb", {})
        cells = [
            f"{step['sent']}",
            f"{step['due_per_s']:.1f}",
            f"{step['answered_per_s']:.1f}",
            f"{sum(step['errors'].values())}",
            f"{step['lag_ms'].get('p99', 0):.1f}",
            f"{step['processor_ms_per_turn']:.1f}" if "processor_ms_per_turn" in step else "-",
            *(f"{memory[moment]:.0f}" if memory else "-" for moment in ("start", "peak", "end")),
        ]
        yield f"{step_name(step):<26}" + "".join(f"{cell:>10}" for cell in cells)


def _stages(steps: list[dict[str, Any]]) -> Iterator[str]:
    shown = any("p50" in values for step in steps for values in step["stages_ms"].values())
    title = "server's own, p50 / p99 ms" if shown else "server's own, mean ms"
    yield f"{title:<26}" + "".join(f"{stage:>20}" for stage in STAGES)
    for step in steps:
        cells = (_stage(step["stages_ms"].get(stage)) for stage in STAGES)
        yield f"{step_name(step):<26}" + "".join(f"{cell:>20}" for cell in cells)
    if not shown:
        yield "  (percentiles need the turns' own timings: start the server with XIAOER_DEBUG=1)"


def _stage(values: Mapping[str, float] | None) -> str:
    if not values:
        return "-"
    return f"{values['p50']:.1f} / {values['p99']:.1f}" if "p50" in values else f"{values['mean']:.1f}"


def _errors(steps: list[dict[str, Any]]) -> Iterator[str]:
    for step in steps:
        for kind, count in step["errors"].items():
            yield f"{step_name(step)}: {count} failed: {kind}"


def _remarks(figures: Mapping[str, Any]) -> Iterator[str]:
    for step in figures["steps"]:
        if step["client_behind"]:
            yield (
                f"{step_name(step)}: the client fell behind its own schedule (p99 {step['lag_ms']['p99']:.0f} ms late): "
                "these waits are too long by about that; give it a processor of its own or a lower rate"
            )
        if step["unfinished"]:
            yield f"{step_name(step)}: {step['unfinished']} messages were under way when it was stopped"
    if any("429 too_many_requests" in step["errors"] for step in figures["steps"]):
        yield "refused as too many: one token may send XIAOER_RATE_PER_S messages a second; a server under load wants more"
    if figures["interrupted"]:
        yield "stopped: these figures are of what was measured so far"
