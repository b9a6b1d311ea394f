"""``xiaoer accounts``: the shop's people, managed on its own machine. A password is never an argument: others would see it."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import typer

from channels.accounts.sign_in import SignIn, sign_in_of
from channels.accounts.store import SYSTEM, AccountRole, Profile, plain_name
from channels.console import WRONG_CALL, existing_database, fail, print_json, run, settings_for
from channels.settings import Settings
from knowledge.schema import Account
from knowledge.types import JsonObject, utc_now

T = TypeVar("T")


def add(data: Path | None, name: str, role: AccountRole, profile: Profile, *, one_time: bool, as_json: bool) -> None:
    """Make an account with a password that is asked for, or a one-time one that is printed."""
    password = None if one_time else _password(twice=True)

    async def work(sign_in: SignIn) -> str | None:
        return await sign_in.accounts.add(name, role, SYSTEM, password=password, profile=profile)

    given = run(_with(settings_for(data), work))
    _tell({"name": plain_name(name), "role": role, "one_time_password": given}, given, as_json=as_json)


def show(data: Path | None, *, as_json: bool) -> None:
    """Print every account."""

    async def work(sign_in: SignIn) -> list[JsonObject]:
        rows = await sign_in.accounts.all()
        locked = await sign_in.lockout.waits([row.name for row in rows], utc_now())
        until = {name: at.isoformat() for name, at in locked.items()}
        return [{**_plain(row), "locked_until": until.get(row.name)} for row in rows]

    rows = run(_with(settings_for(data), work))
    if as_json:
        print_json({"accounts": rows})
        return
    if not rows:
        typer.echo("no accounts yet; the first one: xiaoer accounts add NAME --role supervisor")
    for row in rows:
        typer.echo(f"{row['name']:<24} {row['role']:<11} {_state(row):<22} {row['display_name']}")


def disable(data: Path | None, name: str, *, enable: bool, as_json: bool) -> None:
    """Disable an account, or enable it again."""

    async def work(sign_in: SignIn) -> Account:
        return await (sign_in.accounts.enable if enable else sign_in.accounts.disable)(name, SYSTEM)

    row = _plain(run(_with(settings_for(data), work)))
    print_json(row) if as_json else typer.echo(f"{row['name']}: {_state(row)}")


def password(data: Path | None, name: str, *, one_time: bool, as_json: bool) -> None:
    """Set a password, or give a one-time one."""
    chosen = None if one_time else _password(twice=True)

    async def work(sign_in: SignIn) -> str | None:
        return await sign_in.accounts.give_password(name, SYSTEM, chosen)

    given = run(_with(settings_for(data), work))
    _tell({"name": plain_name(name), "one_time_password": given}, given, as_json=as_json)


def unlock(data: Path | None, name: str | None, address: str | None, *, as_json: bool) -> None:
    """End the lock-out of an account or of an address."""
    if (name is None) == (address is None):
        fail("expected the NAME of an account, or --address", WRONG_CALL)

    async def work(sign_in: SignIn) -> None:
        if name is not None:
            await sign_in.unlock(name, SYSTEM)
        elif address is not None:
            await sign_in.lockout.forget(sign_in.lockout.of_address(address))

    run(_with(settings_for(data), work))
    unlocked = {"unlocked": plain_name(name) if name is not None else address}
    print_json(unlocked) if as_json else typer.echo(f"{unlocked['unlocked']} may sign in again")


async def _with(settings: Settings, work: Callable[[SignIn], Awaitable[T]]) -> T:
    async with existing_database(settings) as database:
        return await work(sign_in_of(settings, database))


def _password(*, twice: bool) -> str:
    """Ask for a password where somebody types, else read one line of stdin."""
    if sys.stdin.isatty():
        given: str = typer.prompt("Password", hide_input=True, confirmation_prompt=twice, err=True)
        return given
    line = sys.stdin.readline().rstrip("\r\n")
    if not line:
        fail("expected a password on stdin, or --one-time", WRONG_CALL)
    return line


def _plain(row: Account) -> JsonObject:
    return row.model_dump(mode="json", exclude={"password_hash", "settings"})


def _state(row: JsonObject) -> str:
    if not row["active"]:
        return "disabled"
    if row.get("locked_until"):
        return f"locked until {row['locked_until'][11:16]} UTC"
    return "one-time password" if row["one_time"] else "active"


def _tell(answer: JsonObject, given: str | None, *, as_json: bool) -> None:
    if as_json:
        print_json(answer)
        return
    typer.echo(f"{answer['name']} may sign in" + (f" with the one-time password  {given}" if given else ""))
