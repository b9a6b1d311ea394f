"""Accounts: made, listed, changed, disabled. Who may do that is the doors' business; each change is audited with who did it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import Any, Literal, cast

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from channels.accounts.passwords import LONGEST, SHORTEST, Passwords, complaint, one_time_password
from channels.accounts.sessions import end_all
from channels.problems import ProblemError
from knowledge.db import Database
from knowledge.schema import Account
from knowledge.types import utc_now
from tools.audit import audit_row
from tools.base import Role

AccountRole = Literal["agent", "supervisor", "merchant"]
ACCOUNT_ROLES: tuple[AccountRole, ...] = ("agent", "supervisor", "merchant")
ONE_TIME_DAYS = 7
_NAME = re.compile(r"^[\w][\w.@+-]{0,62}[\w]$|^[\w]$")


@dataclasses.dataclass(frozen=True)
class By:
    """Who changes an account."""

    role: Role
    actor: str


SYSTEM = By("system", "xiaoer accounts")
"""Whoever may run commands on the shop's machine."""


@dataclasses.dataclass(frozen=True)
class Profile:
    """What a supervisor says of a person beside the password. None leaves what was there."""

    role: AccountRole | None = None
    display_name: str | None = None
    languages: tuple[str, ...] | None = None
    skills: tuple[str, ...] | None = None

    def said(self) -> dict[str, Any]:
        """Return what was said."""
        given = {name: value for name, value in dataclasses.asdict(self).items() if value is not None}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in given.items()}


def plain_name(name: str) -> str:
    """Return a name as accounts are found by: one letter however it is typed, in lower case."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


class Accounts:
    """The accounts of a shop."""

    def __init__(self, database: Database, passwords: Passwords, *, clock: Callable[[], dt.datetime] = utc_now) -> None:
        self._database = database
        self._passwords = passwords
        self._clock = clock

    async def add(self, name: str, role: AccountRole, by: By, *, password: str | None, profile: Profile) -> str | None:
        """Make an account. Without a password it gets a one-time one, which is returned and stands nowhere else.

        Raises:
            ProblemError: ``account_name``, ``account_exists``, or a password that will not do.
        """
        name = plain_name(name)
        if not _NAME.match(name):
            raise ProblemError("account_name")
        given = password if password is not None else one_time_password()
        if password is not None:
            check_password(password, name)
        now = self._clock()
        row = Account(
            name=name,
            role=role,
            display_name=profile.display_name or "",
            languages=list(profile.languages or ()),
            skills=list(profile.skills or ()),
            password_hash=await self._passwords.hash(given),
            one_time=password is None,
            one_time_until=_one_time_until(now) if password is None else None,
            created_at=now,
            password_at=now,
        )
        try:
            async with self._database.write() as session:
                if await session.get(Account, name) is not None:
                    raise ProblemError("account_exists", {"name": name})
                session.add(row)
                session.add(self._note("add_account", by, name, {"role": role, **profile.said()}))
        except IntegrityError:
            raise ProblemError("account_exists", {"name": name}) from None
        return None if password is not None else given

    async def all(self) -> Sequence[Account]:
        """Return every account, by name."""
        async with self._database.read() as session:
            return (await session.exec(select(Account).order_by(col(Account.name)))).all()

    async def find(self, name: str) -> Account | None:
        """Return an account by its name, however that is typed."""
        async with self._database.read() as session:
            return await session.get(Account, plain_name(name))

    async def change(self, name: str, profile: Profile, by: By) -> Account:
        """Change what is known of a person. Another role signs them out everywhere.

        Raises:
            ProblemError: ``unknown_account``; ``last_supervisor``.
        """
        values = profile.said()
        return await self._change(
            name, "change_account", by, values, arguments=values, ends="role" in values, may_strand="role" in values
        )

    async def disable(self, name: str, by: By) -> Account:
        """Lock an account for good and sign it out everywhere. Its history stays.

        Raises:
            ProblemError: ``unknown_account``; ``last_supervisor``: nobody could manage accounts any more.
        """
        return await self._change(name, "disable_account", by, {"active": False}, ends=True, may_strand=True)

    async def enable(self, name: str, by: By) -> Account:
        """Open a disabled account again.

        Raises:
            ProblemError: ``unknown_account``.
        """
        return await self._change(name, "enable_account", by, {"active": True})

    async def give_password(self, name: str, by: By, password: str | None = None) -> str | None:
        """Set a password, or a one-time one that is returned; signs the account out everywhere.

        Raises:
            ProblemError: ``unknown_account``, or a password that will not do.
        """
        given = password if password is not None else one_time_password()
        if password is not None:
            check_password(password, plain_name(name))
        values = await self._password_values(given, one_time=password is None)
        said = {"one_time": password is None}
        await self._change(name, "set_password", by, values, arguments=said, ends=True)
        return None if password is not None else given

    async def choose_password(self, account: Account, password: str, *, keep_session: str | None = None) -> Account:
        """Let a person change their own password, which was checked before; signs out every other browser.

        Raises:
            ProblemError: a password that will not do, or the one before; ``conflict``: it was changed meanwhile, so that a
                one-time password serves once.
        """
        check_password(password, account.name)
        if await self._passwords.fits(password, account.password_hash):
            raise ProblemError("password_same")
        values = await self._password_values(password, one_time=False)
        by = By("merchant" if account.role == "merchant" else "agent", account.name)
        return await self._change(
            account.name,
            "choose_password",
            by,
            values,
            ends=True,
            but=keep_session,
            unless_changed=account.password_hash,
        )

    async def note(self, deed: str, by: By, name: str) -> None:
        """Write down something that was done for an account."""
        async with self._database.write() as session:
            session.add(self._note(deed, by, name, {}))

    async def _password_values(self, password: str, *, one_time: bool) -> dict[str, Any]:
        now = self._clock()
        return {
            "password_hash": await self._passwords.hash(password),
            "password_at": now,
            "one_time": one_time,
            "one_time_until": _one_time_until(now) if one_time else None,
        }

    async def _change(  # noqa: PLR0913  (what is changed, and what follows from it)
        self,
        name: str,
        deed: str,
        by: By,
        values: dict[str, Any],
        *,
        arguments: dict[str, Any] | None = None,
        ends: bool = False,
        but: str | None = None,
        may_strand: bool = False,
        unless_changed: str | None = None,
    ) -> Account:
        name = plain_name(name)
        async with self._database.write() as session:
            row = await session.get(Account, name)
            if row is None:
                raise ProblemError("unknown_account", {"name": name})
            if unless_changed is not None and row.password_hash != unless_changed:
                raise ProblemError("conflict")
            was_supervisor = row.active and row.role == "supervisor"
            row.sqlmodel_update(values)
            session.add(row)
            await session.flush()
            is_supervisor = row.active and row.role == "supervisor"
            if may_strand and was_supervisor and not is_supervisor and by.role != "system":
                left = select(Account).where(Account.role == "supervisor", col(Account.active).is_(True))
                if (await session.exec(left)).first() is None:
                    raise ProblemError("last_supervisor")
            if ends:
                await end_all(session, name, but=but)
            session.add(self._note(deed, by, name, arguments or {}))
        return row

    def _note(self, deed: str, by: By, name: str, arguments: dict[str, Any]) -> Any:
        return audit_row(
            "account",
            deed,
            at=self._clock(),
            actor=by.actor,
            role=by.role,
            object=f"account:{name}",
            arguments=arguments,
        )


def check_password(password: str, name: str) -> None:
    """Refuse a new password that will not do.

    Raises:
        ProblemError: ``password_short``, ``password_long`` or ``password_common``.
    """
    if code := complaint(password, name):
        raise ProblemError(code, {"shortest": SHORTEST, "longest": LONGEST})


def role_of(account: Account) -> AccountRole:
    """Return the role of an account."""
    return cast(AccountRole, account.role)


def _one_time_until(now: dt.datetime) -> dt.datetime:
    return now + dt.timedelta(days=ONE_TIME_DAYS)
