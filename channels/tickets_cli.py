"""The commands of ``xiaoer tickets``; the work is imported when one runs."""

# ruff: noqa: PLC0415, FBT002  (imported when a command runs; options are flags, one argument each)
from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from channels.cli_options import Data, Json, destination

tickets_app = typer.Typer(help="The cases that people worked on.", no_args_is_help=True)


@tickets_app.callback()
def tickets() -> None:
    """Keep `export` a command of its own while it is the only one."""


@tickets_app.command("export")
def tickets_export(
    path: Annotated[Path, typer.Argument(metavar="FILE", callback=destination, help="A .csv or .json file to write.")],
    since: Annotated[
        datetime | None,
        typer.Option("--since", formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"], help="Opened from then on (UTC)."),
    ] = None,
    status: Annotated[
        Literal["open", "claimed", "resolved"] | None, typer.Option("--status", help="Only of this status.")
    ] = None,
    personal: Annotated[
        bool, typer.Option("--personal", help="With who the customer is, the subject and the closing note.")
    ] = False,
    as_json: Json = False,
    data: Data = None,
) -> None:
    """Write the tickets into a file."""
    from channels.ticket_export_commands import export_to

    export_to(data, path, since=since, status=status, personal=personal, as_json=as_json)
