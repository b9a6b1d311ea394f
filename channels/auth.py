"""Who is calling: signed tokens and what each role may do. Whoever signed in by password comes by `channels.accounts`.

A token (JWT, HS256) carries a role, a subject and an expiry. A shopper's subject is the customer id; an anonymous
shopper gets an opaque visitor id instead, so that only the holder of that very token sees the conversation.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import hashlib
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, cast

import jwt

from channels.problems import ProblemError
from channels.settings import Settings
from knowledge.types import new_id, utc_now
from tools.base import Identity

TokenRole = Literal["shopper", "merchant", "agent"]
ROLES: tuple[TokenRole, ...] = ("shopper", "merchant", "agent")
ISSUER = "xiaoer"
MAX_TOKEN = 4096


@dataclasses.dataclass(frozen=True)
class Caller:
    """The verified holder of a token."""

    role: TokenRole
    subject: str
    visitor: bool = False
    """True for an anonymous shopper: `subject` is a visitor id and no customer."""
    supervisor: bool = False
    """True for an agent who also manages accounts, reads the audit log and decides about people's data."""
    session_id: str | None = None
    """Of whoever signed in by password: the session of this browser; a token has none."""

    def identity(self, conversation_id: str | None = None) -> Identity:
        """Return the identity that the executor and the conversations act for."""
        customer_id = self.subject if self.role == "shopper" and not self.visitor else None
        return Identity(self.role, self.subject, customer_id, conversation_id, supervisor=self.supervisor)

    def must_be(self, *roles: TokenRole) -> None:
        """Refuse every other role.

        Raises:
            ProblemError: ``forbidden``.
        """
        if self.role not in roles:
            raise ProblemError("forbidden")

    def must_supervise(self) -> None:
        """Refuse everybody but supervisors.

        Raises:
            ProblemError: ``forbidden``.
        """
        if not (self.role == "agent" and self.supervisor):
            raise ProblemError("forbidden")


def visitor() -> Caller:
    """Return a new anonymous shopper."""
    return Caller("shopper", new_id("vis") + secrets.token_hex(6), visitor=True)


def caller_for(role: TokenRole, subject: str | None, *, supervisor: bool = False) -> Caller:
    """Return who a command line names: without a subject a shopper is an anonymous visitor."""
    if subject is None and role == "shopper":
        return visitor()
    return Caller(role, subject or role, supervisor=supervisor and role == "agent")


class Tokens:
    """Issues and verifies tokens with one key."""

    def __init__(self, secret: str, *, days: int = 30, clock: Callable[[], dt.datetime] = utc_now) -> None:
        # A development secret may be short; the key is always 256 bits.
        self._key = hashlib.sha256(b"xiaoer-token-key\0" + secret.encode()).digest()
        self._days = days
        self._clock = clock

    def issue(self, caller: Caller) -> str:
        """Return a signed token for the caller."""
        now = self._clock()
        claims: dict[str, Any] = {
            "iss": ISSUER,
            "sub": caller.subject,
            "role": caller.role,
            "iat": now,
            "exp": now + dt.timedelta(days=self._days),
        }
        if caller.visitor:
            claims["visitor"] = True
        if caller.supervisor:
            claims["supervisor"] = True
        return jwt.encode(claims, self._key, algorithm="HS256")

    def verify(self, token: str) -> Caller:
        """Return the token's holder.

        Raises:
            ProblemError: ``unauthenticated``, for whatever is wrong with it.
        """
        if len(token) > MAX_TOKEN:
            raise ProblemError("unauthenticated")
        try:
            claims = jwt.decode(
                token,
                self._key,
                algorithms=["HS256"],
                issuer=ISSUER,
                options={"require": ["sub", "exp", "role"], "verify_exp": False, "verify_iat": False},
            )
            fresh = float(claims["exp"]) > self._clock().timestamp()
        except (jwt.InvalidTokenError, TypeError, ValueError):
            raise ProblemError("unauthenticated") from None
        role, subject = claims["role"], claims["sub"]
        if not fresh or role not in ROLES or not isinstance(subject, str) or not subject:
            raise ProblemError("unauthenticated")
        supervises = role == "agent" and claims.get("supervisor") is True
        return Caller(cast(TokenRole, role), subject, visitor=claims.get("visitor") is True, supervisor=supervises)

    def from_header(self, header: str | None) -> Caller:
        """Return the holder of an ``Authorization: Bearer`` header's token.

        Raises:
            ProblemError: ``unauthenticated``.
        """
        return self.verify(bearer_of(header))


def bearer_of(header: str | None) -> str:
    """Return what an ``Authorization: Bearer`` header bears.

    Raises:
        ProblemError: ``unauthenticated``: it is none.
    """
    scheme, _, token = (header or "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise ProblemError("unauthenticated")
    return token.strip()


def tokens(settings: Settings) -> Tokens:
    """Return the tokens of this installation."""
    return Tokens(secret_of(settings), days=settings.token_days)


def secret_of(settings: Settings) -> str:
    """Return this installation's secret, or the data folder's own."""
    return settings.secret.get_secret_value() if settings.secret else stored_secret(settings.data)


def stored_secret(data: Path) -> str:
    """Return the development secret below `data`; the first call makes one that only its owner can read."""
    path = data / "secret"
    data.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".secret-{secrets.token_hex(4)}")
    if not path.exists():
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with open(descriptor, "w", encoding="ascii") as file:
                file.write(secrets.token_hex(32))
            with contextlib.suppress(FileExistsError):  # another process was first: its secret counts
                os.link(draft, path)
        finally:
            draft.unlink()
    return path.read_text(encoding="ascii").strip()
