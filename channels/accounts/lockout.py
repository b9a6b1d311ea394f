"""Lock-out: after some failed sign-ins each further one has to wait, twice as long each time.

Failures are counted for the name that was typed, whether there is such an account or not, and for the network address. An
attempt is counted as failed *before* the password is looked at and taken back if it was right, so that attempts sent all
at once are counted one by one. The counts stand in the database: every replica sees the same ones.

Who knows a name can make its owner wait, at most `LONGEST`; a supervisor or `xiaoer accounts unlock` ends that.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import hmac
from collections.abc import Sequence

from sqlmodel import col, delete

from knowledge.db import Database
from knowledge.schema import SignInFailures

FREE_OF_ACCOUNT, FREE_OF_ADDRESS = 5, 20
"""Failures in a row that cost nothing. A whole office may come from one address."""
FIRST = dt.timedelta(seconds=30)
LONGEST = dt.timedelta(hours=1)
FORGOTTEN_AFTER = dt.timedelta(hours=24)
"""Without a further failure everything is forgiven."""


@dataclasses.dataclass(frozen=True)
class Failures:
    """How often signing in failed in a row."""

    count: int = 0
    last_at: dt.datetime | None = None
    until: dt.datetime | None = None

    def wait(self, now: dt.datetime) -> dt.timedelta:
        """Return how long nothing is tried any more; zero: go on."""
        return max(self.until - now, dt.timedelta(0)) if self.until is not None else dt.timedelta(0)

    def and_one(self, now: dt.datetime, free: int) -> Failures:
        """Return what it is after one more failure, of which `free` cost nothing."""
        known = self if self.last_at is not None and now - self.last_at < FORGOTTEN_AFTER else Failures()
        count = known.count + 1
        return Failures(count, now, now + _pause(count - free) if count >= free else None)


def _pause(beyond: int) -> dt.timedelta:
    doublings: int = 2 ** min(beyond, 20)
    return min(LONGEST, FIRST * doublings)


@dataclasses.dataclass(frozen=True)
class Counted:
    """Something that failures are counted for."""

    key: str
    free: int


class Lockout:
    """The failures of a shop, in its database."""

    def __init__(self, database: Database, secret: str) -> None:
        self._database = database
        self._key = hashlib.sha256(b"xiaoer-lockout\0" + secret.encode()).digest()

    def of_account(self, name: str) -> Counted:
        """Return what counts for an account, or for a name that nobody has."""
        return Counted(self._hashed("account", name), FREE_OF_ACCOUNT)

    def of_address(self, address: str) -> Counted:
        """Return what counts for a network address."""
        return Counted(self._hashed("address", address), FREE_OF_ADDRESS)

    async def begin(self, counted: Sequence[Counted], now: dt.datetime) -> dt.timedelta:
        """Count an attempt as failed beforehand; returns how long to wait instead, and counts nothing, where it must wait."""
        async with self._database.write() as session:
            rows = [await session.get(SignInFailures, each.key) for each in counted]
            wait = max((_failures(row).wait(now) for row in rows), default=dt.timedelta(0))
            if wait > dt.timedelta(0):
                return wait
            for each, row in zip(counted, rows, strict=True):
                after = _failures(row).and_one(now, each.free)
                known = row or SignInFailures(key=each.key, last_at=now)
                known.sqlmodel_update({"count": after.count, "last_at": now, "until": after.until})
                session.add(known)
            old = delete(SignInFailures).where(col(SignInFailures.last_at) < now - FORGOTTEN_AFTER)
            await session.exec(old)
        return dt.timedelta(0)

    async def succeed(self, account: Counted, address: Counted) -> None:
        """Forget the account's failures, and take this attempt back from the address: it keeps those for other names."""
        async with self._database.write() as session:
            if (row := await session.get(SignInFailures, account.key)) is not None:
                await session.delete(row)
            if (row := await session.get(SignInFailures, address.key)) is not None:
                row.count = max(0, row.count - 1)
                row.until = None if row.count < address.free else row.until
                session.add(row)

    async def forget(self, counted: Counted) -> bool:
        """Unlock an account or an address; False where nothing was counted for it."""
        async with self._database.write() as session:
            row = await session.get(SignInFailures, counted.key)
            if row is not None:
                await session.delete(row)
            return row is not None

    async def waits(self, names: Sequence[str], now: dt.datetime) -> dict[str, dt.datetime]:
        """Return until when each locked account of `names` is locked."""
        found = {}
        async with self._database.read() as session:
            for name in names:
                row = await session.get(SignInFailures, self.of_account(name).key)
                if row is not None and row.until is not None and row.until > now:
                    found[name] = row.until
        return found

    def _hashed(self, kind: str, value: str) -> str:
        return hmac.new(self._key, f"{kind}\0{value}".encode(), hashlib.sha256).hexdigest()


def _failures(row: SignInFailures | None) -> Failures:
    return Failures(row.count, row.last_at, row.until) if row is not None else Failures()
