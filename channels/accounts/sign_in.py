"""Signing in: by name and password, in constant work, behind the lock-out, into a session of the browser."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
from collections.abc import Callable, Mapping
from typing import Literal

from sqlmodel.ext.asyncio.session import AsyncSession

from channels.accounts.lockout import Lockout
from channels.accounts.passwords import Passwords
from channels.accounts.sessions import Life, Sessions, SignedIn
from channels.accounts.store import Accounts, By, plain_name
from channels.auth import secret_of
from channels.problems import ProblemError
from channels.settings import Settings
from knowledge.db import Database
from knowledge.schema import Account
from knowledge.types import utc_now
from tools.audit import audit_row
from tools.base import Role

Seat = Literal["agent", "merchant"]
"""Which pages a session is for: desk, or copilot. Each has a cookie of its own, so one browser may hold both."""
LONGEST_NAME = 64


def seat_of(account: Account) -> Seat:
    """Return where an account sits; a supervisor is an agent."""
    return "merchant" if account.role == "merchant" else "agent"


@dataclasses.dataclass(frozen=True)
class From:
    """Where somebody signs in from."""

    address: str
    browser: str
    secrets: Mapping[Seat, str] = dataclasses.field(default_factory=dict)
    """Of the sessions that this browser has already."""


@dataclasses.dataclass(frozen=True)
class Entered:
    """Somebody came in."""

    account: Account
    secret: str


class SignIn:
    """The door of the shop's own people."""

    def __init__(
        self,
        database: Database,
        *,
        secret: str,
        life: Life,
        passwords: Passwords | None = None,
        clock: Callable[[], dt.datetime] = utc_now,
    ) -> None:
        self.passwords = passwords or Passwords()
        self.accounts = Accounts(database, self.passwords, clock=clock)
        self.sessions = Sessions(database, life)
        self.lockout = Lockout(database, secret)
        self._database = database
        self._clock = clock

    async def enter(self, name: str, password: str, where: From, *, new_password: str | None = None) -> Entered:
        """Sign in; a one-time password needs the new one in the same call.

        Nobody learns which names exist: an unknown one takes as long, locks as soon and answers the same as a wrong password.

        Raises:
            ProblemError: ``wrong_sign_in``; ``sign_in_locked`` with ``Retry-After``; ``password_one_time``: right, but another
                must be chosen; ``password_expired``; or what is wrong with the new password.
        """
        now = self._clock()
        typed = plain_name(name)[:LONGEST_NAME]
        by_account, by_address = self.lockout.of_account(typed), self.lockout.of_address(where.address)
        account = await self.accounts.find(typed)
        wait = await self.lockout.begin((by_account, by_address), now)
        if wait > dt.timedelta(0):
            await self._note("sign_in", account, where, "refused", "sign_in_locked")
            raise _locked(wait)
        right = await self.passwords.fits(password, account.password_hash if account is not None else None)
        if not right or account is None or not account.active:
            await self._note("sign_in", account, where, "refused", "wrong_sign_in")
            raise ProblemError("wrong_sign_in")
        await self.lockout.succeed(by_account, by_address)
        account = await self._made_lasting(account, password, where, new_password)
        return Entered(account, await self._begin(account, where))

    async def leave(self, signed_in: SignedIn, *, everywhere: bool = False) -> None:
        """Sign this browser out, or every browser of the account."""
        name = signed_in.account.name
        if everywhere:
            await self.sessions.end_all(name)
        else:
            await self.sessions.end(name, signed_in.session.id)
        where = From(signed_in.session.address, signed_in.session.browser)
        await self._note("sign_out_everywhere" if everywhere else "sign_out", signed_in.account, where, "ok")

    async def change_password(self, signed_in: SignedIn, old: str, new: str) -> None:
        """Change one's own password; every other browser is signed out. Wrong old ones count like wrong sign-ins.

        Raises:
            ProblemError: ``wrong_password``, ``sign_in_locked``, or what is wrong with the new one.
        """
        now = self._clock()
        name = signed_in.account.name
        counted = self.lockout.of_account(name), self.lockout.of_address(signed_in.session.address)
        wait = await self.lockout.begin(counted, now)
        if wait > dt.timedelta(0):
            raise _locked(wait)
        if not await self.passwords.fits(old, signed_in.account.password_hash):
            where = From(signed_in.session.address, signed_in.session.browser)
            await self._note("choose_password", signed_in.account, where, "refused", "wrong_password")
            raise ProblemError("wrong_password")
        await self.lockout.succeed(*counted)
        await self.accounts.choose_password(signed_in.account, new, keep_session=signed_in.session.id)

    async def unlock(self, name: str, by: By) -> Account:
        """End the lock-out of an account.

        Raises:
            ProblemError: ``unknown_account``.
        """
        account = await self.accounts.find(name)
        if account is None:
            raise ProblemError("unknown_account", {"name": name})
        await self.lockout.forget(self.lockout.of_account(account.name))
        await self.accounts.note("unlock_account", by, account.name)
        return account

    async def who(self, secret: str) -> SignedIn | None:
        """Return whose session a cookie holds, while it lives."""
        return await self.sessions.find(secret, self._clock())

    async def _made_lasting(self, account: Account, password: str, where: From, new_password: str | None) -> Account:
        """Return the account with a password that lasts."""
        if not account.one_time:
            if self.passwords.is_outdated(account.password_hash):
                await self._hash_again(account, password)
            return account
        if account.one_time_until is not None and self._clock() >= account.one_time_until:
            await self._note("sign_in", account, where, "refused", "password_expired")
            raise ProblemError("password_expired")
        if new_password is None:
            raise ProblemError("password_one_time")
        return await self.accounts.choose_password(account, new_password)

    async def _hash_again(self, account: Account, password: str) -> None:
        hashed = await self.passwords.hash(password)
        async with self._database.write() as session:
            row = await session.get(Account, account.name)
            if row is not None and row.password_hash == account.password_hash:
                row.password_hash = hashed
                session.add(row)

    async def _begin(self, account: Account, where: From) -> str:
        now = self._clock()
        secret = await self.sessions.begin(
            account,
            now,
            browser=where.browser,
            address=where.address,
            instead_of=where.secrets.get(seat_of(account)),
        )
        async with self._database.write() as session:
            await self._signed_in(session, account, where, now)
        return secret

    async def _signed_in(self, session: AsyncSession, account: Account, where: From, now: dt.datetime) -> None:
        row = await session.get_one(Account, account.name)
        row.signed_in_at = now
        session.add(row)
        session.add(self._row("sign_in", account, where, "ok", ""))

    async def _note(self, deed: str, account: Account | None, where: From, outcome: str, reason: str = "") -> None:
        async with self._database.write() as session:
            session.add(self._row(deed, account, where, outcome, reason))

    def _row(self, deed: str, account: Account | None, where: From, outcome: str, reason: str) -> object:
        """Return the row. A name that nobody has is not written down: it may be a password in the wrong field."""
        role: Role = "agent" if account is None else seat_of(account)
        return audit_row(
            "sign_in",
            deed,
            at=self._clock(),
            actor=account.name if account is not None else "unknown",
            role=role,
            object=f"account:{account.name}" if account is not None else "",
            arguments={"address": where.address, "browser": where.browser[:200]},
            outcome=outcome,
            reason=reason,
        )


def sign_in_of(settings: Settings, database: Database, passwords: Passwords | None = None) -> SignIn:
    """Return the door as the settings want it."""
    life = Life(dt.timedelta(hours=settings.session_hours), dt.timedelta(hours=settings.session_idle_hours))
    return SignIn(database, secret=secret_of(settings), life=life, passwords=passwords)


def _locked(wait: dt.timedelta) -> ProblemError:
    seconds = math.ceil(wait.total_seconds())
    return ProblemError("sign_in_locked", {"wait": _spoken(seconds)}, {"Retry-After": str(seconds)})


def _spoken(seconds: int) -> str:
    """Return a wait as both languages write it: ``45 s``, ``12 min``."""
    return f"{seconds} s" if seconds < 90 else f"{math.ceil(seconds / 60)} min"
