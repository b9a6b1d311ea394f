"""The command group ``xiaoer customers``: names and options; the work is imported when a command runs."""

# ruff: noqa: PLC0415, FBT002  (imported when a command runs; options are flags)
from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from channels.cli_options import Data, Json, identifier

people_app = typer.Typer(help="What the shop holds about a person: give it out, or erase it.", no_args_is_help=True)
Customer = Annotated[str, typer.Argument(metavar="ID", callback=identifier, help="The customer's id.")]


@people_app.command("export")
def export(
    customer_id: Customer,
    file: Annotated[Path, typer.Argument(metavar="FILE", dir_okay=False, help="The .zip file to write.")],
    as_json: Json = False,
    data: Data = None,
) -> None:
    """Write everything about a customer into a zip file: data.json, and the pictures and recordings they sent."""
    from channels.people_commands import export as run

    run(data, customer_id, file, as_json=as_json)


@people_app.command("erase")
def erase(
    customer_id: Customer,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: Json = False,
    data: Data = None,
) -> None:
    """Erase a customer everywhere, for good; orders keep their amounts under a pseudonym. Prints a receipt."""
    from channels.people_commands import erase as run

    run(data, customer_id, yes=yes, as_json=as_json)
