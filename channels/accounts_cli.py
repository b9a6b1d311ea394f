"""The command group ``xiaoer accounts``: names and options; the work is imported when a command runs."""

# ruff: noqa: PLC0415, FBT002, PLR0913, PLR0917  (imported when a command runs; options are flags, one argument each)
from __future__ import annotations

from typing import Annotated, Literal

import typer

from channels.cli_options import Data, Json, identifier

accounts_app = typer.Typer(
    help="The shop's own people: who may sign in at desk, copilot and inspector.", no_args_is_help=True
)
Name = Annotated[str, typer.Argument(metavar="NAME", callback=identifier, help="What is typed to sign in.")]
OneTime = Annotated[
    bool,
    typer.Option("--one-time", help="Print a password that serves once, within 7 days; another is chosen with it."),
]


def spoken(given: list[str] | None) -> list[str] | None:
    """Refuse languages that xiaoer does not speak."""
    for each in given or ():
        if each not in ("zh", "en"):
            raise typer.BadParameter(f"expected zh or en, got {each!r}")
    return given


@accounts_app.command("add")
def add(
    name: Name,
    role: Annotated[
        Literal["agent", "supervisor", "merchant"],
        typer.Option("--role", help="A supervisor is an agent who also manages accounts and reads the audit log."),
    ],
    display_name: Annotated[str | None, typer.Option("--display-name", help="How others see them.")] = None,
    languages: Annotated[
        list[str] | None, typer.Option("--language", metavar="zh|en", callback=spoken, help="What they answer in.")
    ] = None,
    skills: Annotated[list[str] | None, typer.Option("--skill", help="What they are asked for, for routing.")] = None,
    one_time: OneTime = False,
    as_json: Json = False,
    data: Data = None,
) -> None:
    """Make an account; the password is asked for, or read from stdin."""
    from channels.accounts.commands import add as run
    from channels.accounts.store import Profile

    profile = Profile(None, display_name, tuple(languages or ()), tuple(skills or ()))
    run(data, name, role, profile, one_time=one_time, as_json=as_json)


@accounts_app.command("list")
def show(as_json: Json = False, data: Data = None) -> None:
    """List the accounts, and who is disabled or locked."""
    from channels.accounts.commands import show as run

    run(data, as_json=as_json)


@accounts_app.command("disable")
def disable(name: Name, as_json: Json = False, data: Data = None) -> None:
    """Let somebody sign in no more; they are signed out everywhere, what they did stays."""
    from channels.accounts.commands import disable as run

    run(data, name, enable=False, as_json=as_json)


@accounts_app.command("enable")
def enable(name: Name, as_json: Json = False, data: Data = None) -> None:
    """Open a disabled account again."""
    from channels.accounts.commands import disable as run

    run(data, name, enable=True, as_json=as_json)


@accounts_app.command("password")
def password(name: Name, one_time: OneTime = False, as_json: Json = False, data: Data = None) -> None:
    """Set a new password, asked for or read from stdin; the account is signed out everywhere."""
    from channels.accounts.commands import password as run

    run(data, name, one_time=one_time, as_json=as_json)


@accounts_app.command("unlock")
def unlock(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", callback=identifier, help="The account.", show_default=False)
    ] = None,
    address: Annotated[str | None, typer.Option("--address", help="A network address instead.")] = None,
    as_json: Json = False,
    data: Data = None,
) -> None:
    """End the wait after failed sign-ins."""
    from channels.accounts.commands import unlock as run

    run(data, name, address, as_json=as_json)
