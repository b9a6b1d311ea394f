"""``xiaoer customers``: a person's data, given out or erased."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import typer

from channels.console import check_writable, existing_database, print_json, run, settings_for
from channels.people import Shop, erased, exported
from channels.settings import Settings
from knowledge.person import belongings
from knowledge.schema import Customer
from knowledge.types import JsonObject
from knowledge.whole_files import write_whole
from tools.base import Identity
from tools.executor import Executor
from tools.policy import load_policy
from tools.toolset import all_tools

BY = Identity("merchant", "xiaoer customers")
"""Whoever may run commands on the shop's machine decides for the shop."""


def export(data: Path | None, customer_id: str, file: Path, *, as_json: bool) -> None:
    """Write everything about a person into a zip file."""
    check_writable(file)
    content = run(_export(settings_for(data), customer_id))
    write_whole(file, content)
    said = {"customer": customer_id, "file": str(file), "bytes": len(content)}
    print_json(said) if as_json else typer.echo(f"{file}: everything about {customer_id}, {len(content):,} bytes")


def erase(data: Path | None, customer_id: str, *, yes: bool, as_json: bool) -> None:
    """Erase a person, after showing how much there is and asking."""
    settings = settings_for(data)
    if not yes:
        _ask(customer_id, run(_counted(settings, customer_id)))
    done = run(_erase(settings, customer_id))
    if as_json:
        print_json(done)
        return
    when = "was erased already" if done["before"] else "is erased"
    typer.echo(f"{customer_id} {when}: receipt {done['receipt']}, orders and figures go on as {done['pseudonym']}")
    for table, count in sorted(done["counts"].items()):
        typer.echo(f"  {table:<20} {count:>8,}")


def _ask(customer_id: str, counts: dict[str, int]) -> None:
    for table, count in counts.items():
        typer.echo(f"  {table:<20} {count:>8,}", err=True)
    if not sys.stdin.isatty():
        raise typer.BadParameter("erasing cannot be undone: say --yes where nobody can be asked")
    given = typer.prompt(f"Erasing cannot be undone. To go on, type {customer_id}", err=True)
    if given != customer_id:
        raise typer.Abort


async def _counted(settings: Settings, customer_id: str) -> dict[str, int]:
    async with _shop(settings) as shop, shop.database.read() as session:
        if await session.get(Customer, customer_id) is None:
            return {}
        found = [(each.name, await each.count(session)) for each in belongings(customer_id)]
    return {name: count for name, count in found if count}


async def _export(settings: Settings, customer_id: str) -> bytes:
    async with _shop(settings) as shop:
        return await exported(shop, customer_id, BY)


async def _erase(settings: Settings, customer_id: str) -> JsonObject:
    async with _shop(settings) as shop:
        return await erased(shop, customer_id, BY)


@contextlib.asynccontextmanager
async def _shop(settings: Settings) -> AsyncIterator[Shop]:
    """Open what these need: no mind is loaded to erase somebody."""
    async with existing_database(settings) as database:
        executor = Executor(database, all_tools(), load_policy("default"))
        try:
            yield Shop(database, executor, settings.data)
        finally:
            await executor.close()
