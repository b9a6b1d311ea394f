"""``python -m evals.bench.everything``: whatever the project can measure of itself, one after the other; ``make bench`` does this.

Turns and understanding by stage, load over HTTP and WebSocket with a thousand idle sockets, scenarios, repairs, intents, help, product search, listening to voices; with
``--data DIR`` (the folder of the public data sets) the gold conversations and every benchmark of ``xiaoer eval list`` too.
Each is a command of its own, whose JSON object is kept as ``NAME.json`` in the folder ``--out``, with a page; one summary is
printed. What fails is told and the rest goes on. Figures of time are of this machine at this moment: read its load beside them.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import jinja2
import typer

from evals.bench import stages, voices
from evals.bench.machine import machine
from evals.benchmarks.registry import LISTED
from evals.tau_retail.run import BENCHMARKS as TAU
from knowledge.types import JsonObject

_TEMPLATE = Path(__file__).with_name("everything.html.j2")
SCENARIOS = Path(__file__).parents[1] / "scenarios"
IDLE_SOCKETS = 1000
TRIALS = 4
Status = Literal["measured", "failed", "no data"]


@dataclasses.dataclass(frozen=True)
class Measurement:
    """A command that prints one JSON object, and what of it stands in the summary."""

    name: str
    command: tuple[str, ...]
    """After ``python -m``."""
    shown: Callable[[JsonObject], Iterable[str]]
    needs: Path | None = None
    """The folder without which it is left out."""


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What came of a measurement. ``failed``: it ended with another status than 0, with or without figures."""

    name: str
    status: Status
    seconds: float
    figures: JsonObject | None = None
    shown: tuple[str, ...] = ()


def measurements(out: Path, data: Path | None) -> list[Measurement]:
    """Return all that can be measured, with the pages that go into `out`."""
    load = ("--sockets", str(IDLE_SOCKETS), "--json", "--html", str(out / "load.html"))
    scenarios = (str(SCENARIOS), "--trials", str(TRIALS), "--json", "--html", str(out / "scenarios.html"))
    own = [
        Measurement("turns", ("evals.bench.turns", "--json"), turn_lines),
        Measurement("stages", ("evals.bench.stages", "--json"), lambda figures: [stages.text_of(figures)]),
        Measurement("load", ("channels", "eval", "load", *load), load_lines),
        Measurement("scenarios", ("channels", "eval", "scenarios", *scenarios), rate_lines),
        Measurement("repairs", ("channels", "eval", "repairs", "--json"), rate_lines),
        *(Measurement(name, (f"evals.{name}", "--json"), rate_lines) for name in ("intents", "help", "product_search")),
        Measurement("voices", ("evals.bench.voices", "--json"), voices.lines),
        Measurement("pictures", ("evals.bench.pictures", "--json"), rate_lines),
    ]
    return own + (_on_public_data(data) if data is not None else [])


def _on_public_data(data: Path) -> list[Measurement]:
    gold = ("evals.gold_conversations", "--data", str(data), "--json")
    found = [Measurement("gold_conversations", gold, gold_lines, needs=data / "tau2_retail")]
    for listed in (each for each in LISTED if each.needs):
        trials = ("--trials", str(TRIALS)) if listed.name in TAU else ()
        command = ("channels", "eval", listed.name, "--data", str(data), *trials, "--json")
        found.append(Measurement(listed.name, command, rate_lines, needs=data / listed.needs))
    return found


def measure(wanted: Sequence[Measurement], out: Path, tell: Callable[[str], None]) -> list[Outcome]:
    """Run the commands one after the other, keep what each prints below `out`, and return what came of them."""
    out.mkdir(parents=True, exist_ok=True)
    outcomes = []
    for number, each in enumerate(wanted, 1):
        tell(f"[{number}/{len(wanted)}] {each.name}")
        outcomes.append(_measure(each, out))
    return outcomes


def _measure(wanted: Measurement, out: Path) -> Outcome:
    if wanted.needs is not None and not wanted.needs.is_dir():
        return Outcome(wanted.name, "no data", 0.0, shown=(f"there is no {wanted.needs}",))
    started = time.monotonic()
    done = subprocess.run([sys.executable, "-m", *wanted.command], stdout=subprocess.PIPE, text=True, check=False)  # noqa: S603 (our own programs)
    seconds = round(time.monotonic() - started, 1)
    try:
        figures: JsonObject = json.loads(done.stdout)
    except ValueError:
        return Outcome(
            wanted.name, "failed", seconds, shown=(f"it ended with status {done.returncode} and no figures",)
        )
    (out / f"{wanted.name}.json").write_text(json.dumps(figures, ensure_ascii=False), encoding="utf-8")
    status: Status = "failed" if done.returncode else "measured"
    return Outcome(wanted.name, status, seconds, figures, tuple(wanted.shown(figures)))


def turn_lines(figures: JsonObject) -> Iterator[str]:
    """Say how long a turn takes and how many are answered a second."""
    one, many = figures["alone"], figures["together"]
    for name, spread in one["ms"].items():
        yield f"{name} p50 {spread['p50']:.1f} ms, p99 {spread['p99']:.1f} ms (n {one['n']})"
    yield f"{many['turns_per_s']} turns a second with {many['shoppers']} shoppers (n {many['n']})"


def load_lines(figures: JsonObject) -> Iterator[str]:
    """Say how long shoppers wait in each step, and how many sockets were held."""
    for step in figures["steps"]:
        wait, failed = step["wait_ms"], sum(step["errors"].values())
        waits = (
            f"p50 {wait['p50']:.0f}, p95 {wait['p95']:.0f}, p99 {wait['p99']:.0f} ms" if wait else "nothing answered"
        )
        done = f"{step['answered_per_s']:.1f} of {step['due_per_s']:.1f} a second, {failed} failed"
        late = ", client behind its schedule" if step["client_behind"] else ""
        yield f"{step['over']} {step['rate_per_s']:g}/s: {waits}; {done}{late}"
    if sockets := figures["sockets"]:
        yield f"{sockets['held']} of {sockets['wanted']} idle sockets held, {sockets.get('memory_kb_each', '-')} KiB each"


def gold_lines(figures: JsonObject) -> Iterator[str]:
    """Say how many gold conversations ended as they should."""
    low, high = figures["interval_95"]
    yield f"rate {figures['rate']:.4f} ({low:.4f}-{high:.4f}, n {figures['n']})"


def rate_lines(figures: JsonObject) -> Iterator[str]:
    """Say every rate with its interval and n, but for those of parts (``by_...``)."""
    for path, rate in _rates(figures):
        low, high = rate.get("interval", (None, None))
        around = f"{low:.4f}-{high:.4f}, " if low is not None else ""
        yield f"{path} {rate['value']:.4f} ({around}n {rate.get('n', '-')})"


def _rates(figures: JsonObject, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    for name, value in figures.items():
        if not isinstance(value, dict) or name.startswith("by_"):
            continue
        place = f"{path} {name}".strip()
        if isinstance(value.get("value"), (int, float)):
            yield place, value
        else:
            yield from _rates(value, place)


def text_of(outcomes: Iterable[Outcome]) -> str:
    """Return the summary."""
    lines = []
    for outcome in outcomes:
        lines.append(f"{outcome.name}: {outcome.status} ({outcome.seconds:.0f} s)")
        lines += [f"  {line}" for line in outcome.shown]
    return "\n".join(lines)


def write_summary(outcomes: Iterable[Outcome], out: Path, around: JsonObject, at: dt.datetime) -> None:
    """Write ``summary.json`` and ``index.html``, which links to the results beside it."""
    measured = [
        {
            "name": outcome.name,
            "status": outcome.status,
            "seconds": outcome.seconds,
            "shown": outcome.shown,
            "files": [path.name for path in sorted(out.glob(f"{outcome.name}.*"))] if outcome.figures else [],
        }
        for outcome in outcomes
    ]
    summary = {"at": at.isoformat(timespec="seconds"), "machine": around, "measured": measured}
    (out / "summary.json").write_text(json.dumps(summary, ensure_ascii=False, indent=1), encoding="utf-8")
    environment = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    page = environment.from_string(_TEMPLATE.read_text(encoding="utf-8")).render(summary)
    (out / "index.html").write_text(page, encoding="utf-8")


def main(
    *,
    out: Annotated[Path, typer.Option(file_okay=False, help="Folder for the results.")] = Path("bench-results"),
    data: Annotated[
        Path | None, typer.Option(exists=True, file_okay=False, help="Folder of the public data sets. [none]")
    ] = None,
    only: Annotated[list[str] | None, typer.Option(metavar="NAME", help="Only these; several. [all]")] = None,
) -> None:
    """Measure whatever can be measured, and print one summary."""
    known = measurements(out, data)
    names = [each.name for each in known]
    if unknown := [name for name in only or () if name not in names]:
        raise typer.BadParameter(f"there is no measurement {unknown[0]!r}; there are {', '.join(names)}")
    before = machine()
    wanted = [each for each in known if not only or each.name in only]
    outcomes = measure(wanted, out, lambda what: typer.echo(what, err=True))
    around = {"before": before, "after": machine()}
    write_summary(outcomes, out, around, dt.datetime.now(dt.UTC))
    loads = " before, ".join(f"load {moment['load'][0]}" for moment in around.values())
    typer.echo(f"{before['cores']} cores, {loads} after; results in {out / 'index.html'}")
    typer.echo(text_of(outcomes))
    if any(outcome.status == "failed" for outcome in outcomes):
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
