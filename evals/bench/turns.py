"""``python -m evals.bench.turns``: a turn by stage with one shopper at a time, turns a second and waiting with many.

The server runs on a folder of its own, which keeps the demo shop between runs; the first run builds it. The load is held by
this process, so both share the machine's cores. Figures are of this machine at this moment: read its load beside them.
"""

from __future__ import annotations

import asyncio
import dataclasses
import json
import os
import platform
import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer

from evals.bench.figures import Measured, summary, table
from evals.bench.load import Guest, alone, arriving, door, together, visits
from evals.bench.scripts import load_scripts
from evals.bench.server import Server, served
from evals.bench.shoppers import find_shoppers
from knowledge.db import sqlite_url

AIMS = {"p50_ms": 25.0, "p99_ms": 120.0, "turns_per_s": 100.0}


@dataclasses.dataclass(frozen=True)
class Plan:
    """How much is measured."""

    turns: int = 400
    """With one shopper at a time, after a tenth of them as warm-up."""
    shoppers: int = 50
    seconds: float = 20.0
    """Of each load with many shoppers."""
    rates: tuple[float, ...] = (20.0, 50.0)
    """Messages a second of the open loops."""


def main(  # noqa: PLR0913 (options of a command)
    *,
    data: Annotated[
        Path | None, typer.Option(help="Folder of the shop that is used. [a folder for temporary files]")
    ] = None,
    database_url: Annotated[str | None, typer.Option(help="Another database than SQLite.")] = None,
    turns: Annotated[int, typer.Option(min=1, help="Turns with one shopper at a time.")] = Plan.turns,
    shoppers: Annotated[int, typer.Option(min=1, help="Shoppers at once.")] = Plan.shoppers,
    seconds: Annotated[float, typer.Option(help="Length of each load with many.")] = Plan.seconds,
    rate: Annotated[
        list[float] | None, typer.Option(help="Messages a second of an open loop; may be repeated.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Measure a turn by stage, and turns a second."""
    plan = Plan(turns, shoppers, seconds, tuple(rate) if rate else Plan.rates)
    report = measure(data or Path(tempfile.gettempdir()) / "xiaoer-bench", plan, database_url=database_url)
    typer.echo(json.dumps(report, ensure_ascii=False) if as_json else text_of(report))


def measure(data: Path, plan: Plan, *, database_url: str | None = None) -> dict[str, Any]:
    """Run the whole plan against a server on `data` and return its figures."""
    report: dict[str, Any] = {
        "aims": AIMS,
        "machine": _machine(),
        "database": "postgresql" if database_url else "sqlite",
    }
    if database_url or not (data / "shop.db").exists():
        with served(data, database_url=database_url) as server:
            report["first_start"] = _start(server)
    with served(data, database_url=database_url) as server:
        report["start"] = _start(server)
        report |= asyncio.run(_loads(server, database_url or sqlite_url(data / "shop.db"), plan))
        report["memory_mb_end"] = round(server.memory_mb(), 1)
    return report


async def _loads(server: Server, url: str, plan: Plan) -> dict[str, Any]:
    shoppers = await find_shoppers(url, limit=4 * plan.shoppers)
    guests = [Guest(*pair) for pair in zip(shoppers, server.tokens([s.customer_id for s in shoppers]), strict=True)]
    async with door(server.url, connections=4 * plan.shoppers) as client:
        queue = visits(client, guests, load_scripts())
        await alone(queue, plan.turns // 10 + 1)
        cpu = server.cpu_s()
        one = await alone(queue, plan.turns)
        found: dict[str, Any] = {"alone": {**summary(one), "cpu_ms_per_turn": _per_turn(server, cpu, one)}}
        cpu = server.cpu_s()
        many, took = await together(queue, plan.shoppers, plan.seconds)
        speed = {"shoppers": plan.shoppers, "turns_per_s": round(len(many) / took, 1)}
        found["together"] = {**speed, **summary(many), "cpu_ms_per_turn": _per_turn(server, cpu, many)}
        found["arriving"] = [
            {"rate_per_s": rate, **summary(await arriving(queue, rate, plan.seconds))} for rate in plan.rates
        ]
    return found


def _per_turn(server: Server, cpu_before: float, turns: list[Measured]) -> float:
    return round((server.cpu_s() - cpu_before) * 1000 / max(1, len(turns)), 2)


def _start(server: Server) -> dict[str, float]:
    figures = {"ready_s": server.ready_s, "cpu_s": server.start_cpu_s, "memory_mb": server.memory_mb()}
    return {name: round(value, 2) for name, value in figures.items()}


def _machine() -> dict[str, Any]:
    return {
        "cores": os.cpu_count(),
        "load": [round(load, 2) for load in os.getloadavg()],
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
    }


def text_of(report: dict[str, Any]) -> str:
    """Return a report as a table with its circumstances."""
    together = report["together"]
    rows = [
        ("one shopper at a time", report["alone"]),
        (f"{together['shoppers']} shoppers without a pause", together),
        *((f"{open_['rate_per_s']:g} messages a second arriving", open_) for open_ in report["arriving"]),
    ]
    machine = report["machine"]
    failed = sum(figures["failed"] for _, figures in rows)
    lines = [
        f"{machine['cores']} cores, load {machine['load'][0]}, Python {machine['python']}, {report['database']}",
        *(
            f"{name}: ready after {start['ready_s']:.1f} s ({start['cpu_s']:.1f} s of processor), {start['memory_mb']:.0f} MiB"
            for name, start in (("first start", report.get("first_start")), ("later start", report["start"]))
            if start
        ),
        "",
        table(rows),
        "",
        f"{together['turns_per_s']} turns a second with {together['shoppers']} shoppers (n={together['n']}); processor time a "
        f"turn {report['alone']['cpu_ms_per_turn']} ms alone, {together['cpu_ms_per_turn']} ms together; "
        f"{report['memory_mb_end']:.0f} MiB in the end",
        f"of {report['alone']['n']} turns alone {report['alone']['lost']} were not understood, {report['alone']['effects']} changed the shop",
        *([f"{failed} turns failed: see bench-server.log in the folder"] if failed else []),
        "aims: p50 25 ms, p99 120 ms, 100 turns a second",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    typer.run(main)
