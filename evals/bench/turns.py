"""``python -m evals.bench.turns``: a turn by stage with one shopper at a time, turns a second with many (closed loops).

The server runs on a folder of its own, which keeps the demo shop between runs; the first run builds it. The load is held by
this process, so both share the machine's cores. Figures are of this machine at this moment: read its load beside them. How long
shoppers wait who do not wait for each other is what ``xiaoer eval load`` measures.
"""

from __future__ import annotations

import asyncio
import dataclasses
import json
import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer

from evals.bench.closed_loop import alone, together
from evals.bench.doors import HttpDoor, client_of
from evals.bench.errors import BenchError
from evals.bench.figures import summary, table
from evals.bench.guests import find_guests
from evals.bench.machine import machine
from evals.bench.scripts import load_scripts
from evals.bench.server import Server, served
from evals.bench.visits import visits
from evals.bench.vitals import Vitals, look
from knowledge.db import sqlite_url

AIMS = {"p50_ms": 25.0, "p99_ms": 120.0, "turns_per_s": 100.0}
TIMEOUT_S = 60.0


@dataclasses.dataclass(frozen=True)
class Plan:
    """How much is measured."""

    turns: int = 400
    """With one shopper at a time, after a tenth of them as warm-up."""
    shoppers: int = 50
    seconds: float = 20.0
    """Of the load with many shoppers."""


def main(
    *,
    data: Annotated[
        Path | None, typer.Option(help="Folder of the shop that is used. [a folder for temporary files]")
    ] = None,
    database_url: Annotated[str | None, typer.Option(help="Another database than SQLite.")] = None,
    turns: Annotated[int, typer.Option(min=1, help="Turns with one shopper at a time.")] = Plan.turns,
    shoppers: Annotated[int, typer.Option(min=1, help="Shoppers at once.")] = Plan.shoppers,
    seconds: Annotated[float, typer.Option(help="Length of the load with many.")] = Plan.seconds,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Measure a turn by stage, and turns a second."""
    plan = Plan(turns, shoppers, seconds)
    try:
        report = measure(data or Path(tempfile.gettempdir()) / "xiaoer-bench", plan, database_url=database_url)
    except BenchError as error:
        typer.echo(f"evals.bench.turns: {error}", err=True)
        raise typer.Exit(1) from None
    typer.echo(json.dumps(report, ensure_ascii=False) if as_json else text_of(report))


def measure(data: Path, plan: Plan, *, database_url: str | None = None) -> dict[str, Any]:
    """Run the whole plan against a server on `data` and return its figures.

    Raises:
        BenchError: the server does not start, or its shop has nobody to speak for.
    """
    report: dict[str, Any] = {
        "aims": AIMS,
        "machine": machine(),
        "database": "postgresql" if database_url else "sqlite",
    }
    if database_url or not (data / "shop.db").exists():
        with served(data, database_url=database_url) as server:
            report["first_start"] = _start(server)
    with served(data, database_url=database_url) as server:
        report["start"] = _start(server)
        report |= asyncio.run(_loads(server, database_url or sqlite_url(data / "shop.db"), plan))
    return report


async def _loads(server: Server, url: str, plan: Plan) -> dict[str, Any]:
    async with client_of(server.url, TIMEOUT_S) as client:
        queue = visits(
            HttpDoor(server.url, TIMEOUT_S), await find_guests(server.data, url, 4 * plan.shoppers), load_scripts()
        )
        await alone(queue, plan.turns // 10 + 1)
        before = await look(client)
        one = await alone(queue, plan.turns)
        between = await look(client)
        many, took = await together(queue, plan.shoppers, plan.seconds)
        after = await look(client)
    speed = {"shoppers": plan.shoppers, "turns_per_s": round(len(many) / took, 1)}
    return {
        "alone": {**summary(one), "cpu_ms_per_turn": _per_turn(before, between)},
        "together": {**speed, **summary(many), "cpu_ms_per_turn": _per_turn(between, after)},
        "memory_mb_end": after.memory_mb if after else None,
    }


def _per_turn(before: Vitals | None, after: Vitals | None) -> float | None:
    """Return the server's processor time a turn in milliseconds, where it is known."""
    if before is None or after is None or before.cpu_s is None or after.cpu_s is None:
        return None
    return round((after.cpu_s - before.cpu_s) * 1000 / max(1, after.turns - before.turns), 2)


def _start(server: Server) -> dict[str, float | None]:
    vitals = server.at_start
    return {"ready_s": round(server.ready_s, 2), "cpu_s": vitals.cpu_s, "memory_mb": vitals.memory_mb}


def text_of(report: dict[str, Any]) -> str:
    """Return a report as a table with its circumstances."""
    one, many, around = report["alone"], report["together"], report["machine"]
    rows = [("one shopper at a time", one), (f"{many['shoppers']} shoppers without a pause", many)]
    failed = {kind: count for _, figures in rows for kind, count in figures["errors"].items()}
    lines = [
        f"{around['cores']} cores, load {around['load'][0]}, Python {around['python']}, {report['database']}",
        *(
            f"{name}: ready after {start['ready_s']:.1f} s ({_known(start['cpu_s'])} s of processor), {_known(start['memory_mb'])} MiB"
            for name, start in (("first start", report.get("first_start")), ("later start", report["start"]))
            if start
        ),
        "",
        table(rows),
        "",
        f"{many['turns_per_s']} turns a second with {many['shoppers']} shoppers (n={many['n']}); processor time a turn "
        f"{_known(one['cpu_ms_per_turn'])} ms alone, {_known(many['cpu_ms_per_turn'])} ms together; "
        f"{_known(report['memory_mb_end'])} MiB in the end",
        f"of {one['n']} turns alone {one['lost']} were not understood, {one['effects']} changed the shop",
        *(f"{count} turns failed: {kind}" for kind, count in failed.items()),
        "aims: p50 25 ms, p99 120 ms, 100 turns a second",
    ]
    return "\n".join(lines)


def _known(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"


if __name__ == "__main__":
    typer.run(main)
