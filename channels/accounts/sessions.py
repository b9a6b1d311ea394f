"""Signed-in browsers: a random secret in an HttpOnly cookie, its hash in a row that can be deleted.

A session ends when it is signed out, when nobody used it for `idle`, at `expires_at` whatever happens, and when its account
is disabled or gets another password.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import secrets
from collections.abc import Sequence

from sqlalchemy import or_
from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from channels.problems import ProblemError
from knowledge.db import Database
from knowledge.schema import Account, AccountSession
from knowledge.types import new_id

SEEN_EVERY = dt.timedelta(minutes=5)
"""How exactly it is known when a session was last used: each use alone would cost a write."""
KEPT_OF_ACCOUNT = 20
"""Sessions of one account; the one idle longest goes first."""
_BROWSER_CHARS = 200


@dataclasses.dataclass(frozen=True)
class Life:
    """How long sessions live."""

    longest: dt.timedelta
    idle: dt.timedelta

    def is_over(self, row: AccountSession, now: dt.datetime) -> bool:
        """Tell whether a session has ended by itself."""
        return now >= row.expires_at or now - row.seen_at >= self.idle


@dataclasses.dataclass(frozen=True)
class SignedIn:
    """A session that lives, and whose it is."""

    session: AccountSession
    account: Account


class Sessions:
    """The sessions of a shop's people."""

    def __init__(self, database: Database, life: Life) -> None:
        self._database = database
        self.life = life

    async def begin(
        self, account: Account, now: dt.datetime, *, browser: str, address: str, instead_of: str | None = None
    ) -> str:
        """Return the secret of a new session; the one that the browser had before (`instead_of`, its secret) ends.

        Raises:
            ProblemError: ``wrong_sign_in``: the account was disabled or got another password since it was read.
        """
        secret = secrets.token_urlsafe(32)
        row = AccountSession(
            id=new_id("ses"),
            secret_hash=hash_of(secret),
            account=account.name,
            browser=browser[:_BROWSER_CHARS],
            address=address,
            created_at=now,
            seen_at=now,
            expires_at=now + self.life.longest,
        )
        async with self._database.write() as session:
            known = await session.get(Account, account.name)
            if known is None or not known.active or known.password_at != account.password_at:
                raise ProblemError("wrong_sign_in")
            before = hash_of(instead_of) if instead_of is not None else ""
            over = or_(col(AccountSession.secret_hash) == before, col(AccountSession.expires_at) <= now)
            await session.exec(delete(AccountSession).where(over))
            others = await _of(session, account.name)
            for old in others[KEPT_OF_ACCOUNT - 1 :]:
                await session.delete(old)
            session.add(row)
        return secret

    async def find(self, secret: str, now: dt.datetime) -> SignedIn | None:
        """Return the session with this secret and its account; None where it has ended."""
        async with self._database.read() as session:
            query = (
                select(AccountSession, Account)
                .join(Account, col(Account.name) == col(AccountSession.account))
                .where(AccountSession.secret_hash == hash_of(secret))
            )
            found = (await session.exec(query)).first()
        if found is None or not found[1].active or self.life.is_over(found[0], now):
            return None
        if now - found[0].seen_at >= SEEN_EVERY:
            await self._touch(found[0].id, now)
        return SignedIn(found[0], found[1])

    async def of(self, account: str, now: dt.datetime) -> Sequence[AccountSession]:
        """Return the sessions of an account that live, the last used first."""
        async with self._database.read() as session:
            rows = await _of(session, account)
        return [row for row in rows if not self.life.is_over(row, now)]

    async def end(self, account: str, session_id: str) -> bool:
        """Sign a browser out; False where the account has no such session."""
        async with self._database.write() as session:
            row = await session.get(AccountSession, session_id)
            if row is None or row.account != account:
                return False
            await session.delete(row)
            return True

    async def end_all(self, account: str, *, but: str | None = None) -> None:
        """Sign every browser of an account out, except the session `but`."""
        async with self._database.write() as session:
            await end_all(session, account, but=but)

    async def _touch(self, session_id: str, now: dt.datetime) -> None:
        async with self._database.write() as session:
            row = await session.get(AccountSession, session_id)
            if row is not None and row.seen_at < now:
                row.seen_at = now
                session.add(row)


async def end_all(session: AsyncSession, account: str, *, but: str | None = None) -> None:
    """Sign an account out everywhere, in the transaction of what is the reason for it."""
    statement = delete(AccountSession).where(col(AccountSession.account) == account)
    await session.exec(statement.where(col(AccountSession.id) != but) if but is not None else statement)


def hash_of(secret: str) -> str:
    """Return what is stored of a secret. It is random and long, so a plain hash will do."""
    return hashlib.sha256(secret.encode()).hexdigest()


async def _of(session: AsyncSession, account: str) -> list[AccountSession]:
    query = (
        select(AccountSession)
        .where(AccountSession.account == account)
        .order_by(col(AccountSession.seen_at).desc(), col(AccountSession.id))
    )
    return list((await session.exec(query)).all())
