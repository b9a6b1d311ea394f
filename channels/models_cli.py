"""``xiaoer models``: names and options of the commands for fitted models; the work is imported when one runs."""

# ruff: noqa: PLC0415, FBT002  (imported when a command runs; options are flags, one argument each)
from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from channels.cli_options import Json, Language

models_app = typer.Typer(
    no_args_is_help=True, help="The models behind the tools: fit them, measure them, see and change what is in service."
)

Name = Annotated[str, typer.Argument(metavar="NAME", help="The capability; `xiaoer models list` has them.")]
Held = Annotated[
    Path | None, typer.Option("--test", exists=True, help="Measure on this; without it on the later part of --data.")
]
Shop = Annotated[
    Path | None,
    typer.Option(
        "--shop", file_okay=False, help="Folder of all state. [XIAOER_DATA, ./xiaoer-data]", show_default=False
    ),
]


@models_app.command("fit")
def models_fit(
    name: Name,
    data: Annotated[
        Path | None, typer.Option("--data", exists=True, help="CSV or folder to learn from. [the shop's own data]")
    ] = None,
    test: Held = None,
    force: Annotated[bool, typer.Option("--force", help="Put it in service even where it is worse.")] = False,
    as_json: Json = False,
    shop: Shop = None,
) -> None:
    """Fit a model, compare it with the one in service and a plain baseline, and use it where it is better."""
    from channels.models_commands import fit

    fit(name, data, test, shop, force=force, as_json=as_json)


@models_app.command("evaluate")
def models_evaluate(
    name: Name,
    data: Annotated[
        Path | None, typer.Option("--data", exists=True, help="CSV or folder to learn from. [the shop's own data]")
    ] = None,
    test: Held = None,
    as_json: Json = False,
    shop: Shop = None,
) -> None:
    """Fit on the earlier part and measure on the later one, beside a plain baseline; nothing is kept."""
    from channels.models_commands import evaluate

    evaluate(name, data, test, shop, as_json=as_json)


@models_app.command("list")
def models_list(as_json: Json = False, shop: Shop = None) -> None:
    """List the models: what each learns from, its versions, and which one is in service."""
    from channels.models_commands import list_models

    list_models(shop, as_json=as_json)


@models_app.command("rollback")
def models_rollback(name: Name, as_json: Json = False, shop: Shop = None) -> None:
    """Go back to the version that the one in service took the place of."""
    from channels.models_commands import roll_back

    roll_back(name, shop, as_json=as_json)


@models_app.command("rings")
def models_rings(
    data: Annotated[
        Path | None, typer.Option("--data", exists=True, dir_okay=False, help="CSV of events. [the shop's own orders]")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", file_okay=False, help="Folder to write a picture (SVG) of each into.")
    ] = None,
    lang: Annotated[Language, typer.Option("--lang", help="Language of the texts.")] = "en",
    as_json: Json = False,
    shop: Shop = None,
) -> None:
    """Find rings: accounts of one hand that share cards, devices, addresses and networks."""
    from channels.models_commands import rings

    rings(data, shop, out, lang=lang, as_json=as_json)
