"""Options that several commands of ``xiaoer`` take alike."""

# ruff: noqa: PLC0415  (imported when a command runs)
from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

Speaker = Literal["shopper", "merchant"]
TokenRole = Literal["shopper", "merchant", "agent"]
Language = Literal["zh", "en"]


def identifier(given: str | list[str] | None) -> str | list[str] | None:
    """Refuse what can be nobody's id: nothing at all, control characters, bytes that are no UTF-8."""
    for value in given if isinstance(given, list) else [given]:
        if value is not None and not (value.strip() and value.isprintable()):
            raise typer.BadParameter("expected an id of printable characters in UTF-8")
    return given


def destination(given: Path | None) -> Path | None:
    """Refuse a file that cannot be written, before minutes of work are done for it."""
    if given is not None:
        from channels.console import check_writable

        check_writable(given)
    return given


Data = Annotated[
    Path | None, typer.Option("--data", help="Folder of all state. [XIAOER_DATA, ./xiaoer-data]", show_default=False)
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout and nothing else.")]
As = Annotated[
    str | None,
    typer.Option(
        "--as", metavar="CUSTOMER_ID", callback=identifier, help="The signed-in customer; a visitor without it."
    ),
]
Role = Annotated[Speaker, typer.Option("--role", help="Who talks.")]
