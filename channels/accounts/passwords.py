"""Passwords: argon2id hashes, what is asked of a new one, and one-time passwords to begin with.

A hash takes 64 MiB and about a tenth of a second (RFC 9106, second recommended option), so hashing runs in threads and
only a few at once: a storm of sign-ins waits instead of filling the memory.
"""

from __future__ import annotations

import asyncio
import secrets
import unicodedata

import argon2
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST, LONGEST = 10, 256
"""Characters. What makes a password strong is its length; no kinds of characters are asked for (NIST SP 800-63B)."""
AT_ONCE = 2
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
_COMMON = (
    "password", "passw0rd", "qwertyuiop", "1q2w3e4r5t", "1qaz2wsx3edc", "iloveyou", "letmein", "welcome", "administrator",
    "xiaoer", "woaini", "5201314", "changeme", "secret", "0123456789", "1234567890", "9876543210", "abcdefghij",
)  # fmt: skip


def normal(password: str) -> str:
    """Return a password as it is hashed: the same letters typed on another keyboard are the same password."""
    return unicodedata.normalize("NFKC", password)


def complaint(password: str, name: str) -> str:
    """Return what is wrong with a new password, as a code of the problems, or ``""``."""
    password = normal(password)
    if len(password) < SHORTEST:
        return "password_short"
    if len(password) > LONGEST:
        return "password_long"
    bare = password.casefold()
    for word in (*_COMMON, name.casefold()):
        bare = bare.replace(word, "")
    # What remains beside common words and the own name must be something.
    return "password_common" if len(set(bare)) < 4 else ""


def one_time_password() -> str:
    """Return a password to hand over: 16 characters that are read aloud without mistakes, about 79 bits."""
    letters = "".join(secrets.choice(_ALPHABET) for _ in range(16))
    return "-".join(letters[at : at + 4] for at in range(0, 16, 4))


class Passwords:
    """Hashes passwords and compares them."""

    def __init__(self, hasher: argon2.PasswordHasher | None = None) -> None:
        self._hasher = hasher or argon2.PasswordHasher.from_parameters(argon2.profiles.RFC_9106_LOW_MEMORY)
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._nobody: str | None = None

    async def hash(self, password: str) -> str:
        """Return a salted hash."""
        async with self._turns:
            return await asyncio.to_thread(self._hasher.hash, normal(password))

    async def fits(self, password: str, hashed: str | None) -> bool:
        """Tell whether the password is the one that was hashed; for nobody (None) it takes as long and is False."""
        async with self._turns:
            return await asyncio.to_thread(self._fits, normal(password[:LONGEST]), hashed)

    def _fits(self, password: str, hashed: str | None) -> bool:
        if self._nobody is None:
            self._nobody = self._hasher.hash(secrets.token_hex(16))
        try:
            return self._hasher.verify(hashed or self._nobody, password) and hashed is not None
        except (VerificationError, InvalidHashError):
            return False

    def is_outdated(self, hashed: str) -> bool:
        """Tell whether a hash was made with other costs than today's."""
        return self._hasher.check_needs_rehash(hashed)
