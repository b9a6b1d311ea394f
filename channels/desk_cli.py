"""The commands of ``xiaoer desk``; the work is imported when one runs."""

# ruff: noqa: PLC0415, FBT002, PLR0913, PLR0917  (imported when a command runs; options are flags, one argument each)
from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import typer

from channels.cli_options import Data, Json, Language

desk_app = typer.Typer(help="The agents' desk.", no_args_is_help=True)


@desk_app.callback()
def desk() -> None:
    """Keep `statistics` a command of its own while it is the only one."""


@desk_app.command("statistics")
def desk_statistics(
    first: Annotated[
        datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"], help="First day, in the shop's time zone; with --to."),
    ] = None,
    last: Annotated[
        datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day; without both the last 30 days.")
    ] = None,
    queue: Annotated[str | None, typer.Option("--queue", help="Only of this queue.")] = None,
    spoken: Annotated[Language | None, typer.Option("--spoken", help="Only in this language.")] = None,
    agent: Annotated[str | None, typer.Option("--agent", help="Only what this agent served.")] = None,
    by: Annotated[
        Literal["hour", "weekday", "day", "week", "month"], typer.Option("--by", help="The volume's step of time.")
    ] = "day",
    lang: Annotated[Language, typer.Option("--lang", help="The language of names and definitions.")] = "en",
    as_json: Json = False,
    data: Data = None,
) -> None:
    """Print how shoppers were served: volume, endings, waiting, moods, satisfaction, each agent."""
    from channels.desk_commands import print_statistics

    given = {"queue": queue, "lang": spoken, "agent": agent, "by": by}
    days = (first.date() if first else None, last.date() if last else None)
    print_statistics(data, given, days, lang=lang, as_json=as_json)
