"""The commands of ``xiaoer webhooks``; the work is imported when one runs."""

# ruff: noqa: PLC0415, FBT002  (imported when a command runs; options are flags)
from __future__ import annotations

from typing import Annotated

import typer

from channels.cli_options import Data, Json

webhooks_app = typer.Typer(help="Other systems that are told what happens here.", no_args_is_help=True)


@webhooks_app.command("list")
def webhooks_list(as_json: Json = False, data: Data = None) -> None:
    """List the declared webhooks, and how much waits, arrived and was given up."""
    from channels.outward.commands import list_webhooks

    list_webhooks(data, as_json=as_json)


@webhooks_app.command("test")
def webhooks_test(
    name: Annotated[str, typer.Argument(metavar="NAME", help="As webhooks.yaml calls it.")],
    as_json: Json = False,
    data: Data = None,
) -> None:
    """Send a signed message of the kind webhook.test, once, now."""
    from channels.outward.commands import test_webhook

    test_webhook(data, name, as_json=as_json)


@webhooks_app.command("dead")
def webhooks_dead(as_json: Json = False, data: Data = None) -> None:
    """List what was given up after all tries, and why."""
    from channels.outward.commands import list_dead

    list_dead(data, as_json=as_json)


@webhooks_app.command("retry")
def webhooks_retry(
    message: Annotated[
        str | None, typer.Argument(metavar="[MESSAGE]", help="As `dead` lists it.", show_default=False)
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Everything that was given up.")] = False,
    as_json: Json = False,
    data: Data = None,
) -> None:
    """Send again what was given up."""
    from channels.outward.commands import retry_dead

    retry_dead(data, message, every=every, as_json=as_json)
