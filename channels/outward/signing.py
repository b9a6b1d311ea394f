"""Signatures as the Standard Webhooks convention has them (https://www.standardwebhooks.com): three headers, HMAC-SHA256."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from pathlib import Path

from channels.outward.errors import OutwardError
from dialogue.outward.declared import Secret

PREFIX = "whsec_"
SHORTEST_BYTES, LONGEST_BYTES = 24, 64
TOLERANCE = dt.timedelta(minutes=5)
"""How old, or how far ahead, a message may be that is taken."""


def secret_of(secret: Secret, environment: Mapping[str, str], data: Path) -> str:
    """Return a declared secret's text.

    Raises:
        OutwardError: the variable or file is not there, is empty, or others can read the file.
    """
    if secret.env is not None:
        found = environment.get(secret.env, "").strip()
        if not found:
            raise OutwardError(f"the variable {secret.env} is not set; it is to hold the secret")
        return found
    path = data / str(secret.file)
    try:
        if path.stat().st_mode & 0o077:
            raise OutwardError(f"{path}: others can read it, and it holds a secret; first `chmod 600 {path}`")
        found = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise OutwardError(f"{path} cannot be read, and it is to hold the secret ({error})") from error
    if not found:
        raise OutwardError(f"{path} is empty; it is to hold the secret")
    return found


def key_of(secret: str) -> bytes:
    """Return the signing key of a secret such as ``whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw``.

    Raises:
        OutwardError: it is none.
    """
    how = "make one with: python -c \"import secrets,base64;print('whsec_'+base64.b64encode(secrets.token_bytes(32)).decode())\""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise OutwardError(f"a signing secret is whsec_ and base64; {how}") from None
    if not SHORTEST_BYTES <= len(key) <= LONGEST_BYTES:
        raise OutwardError(
            f"a signing secret has {SHORTEST_BYTES} to {LONGEST_BYTES} bytes, this has {len(key)}; {how}"
        )
    return key


def headers_of(message_id: str, at: dt.datetime, body: bytes, keys: Sequence[bytes]) -> dict[str, str]:
    """Return the headers of a message, signed with every key."""
    stamp = str(int(at.timestamp()))
    signed = " ".join(f"v1,{_signature(key, message_id, stamp, body)}" for key in keys)
    return {"webhook-id": message_id, "webhook-timestamp": stamp, "webhook-signature": signed}


def is_signed(headers: Mapping[str, str], body: bytes, keys: Sequence[bytes], now: dt.datetime) -> bool:
    """Tell whether a message is of somebody who has one of the keys, and not an old one sent again."""
    message_id, stamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not (message_id and is_fresh(stamp, now)):
        return False
    given = [part.partition(",")[2] for part in headers.get("webhook-signature", "").split() if part.startswith("v1,")]
    return any(
        hmac.compare_digest(_signature(key, message_id, stamp, body).encode(), each.encode())
        for key in keys
        for each in given
    )


def is_fresh(stamp: str, now: dt.datetime) -> bool:
    """Tell whether a time in whole seconds since 1970 is within the tolerance."""
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) < 13):
        return False
    return abs(now.timestamp() - int(stamp)) <= TOLERANCE.total_seconds()


def _signature(key: bytes, message_id: str, stamp: str, body: bytes) -> str:
    signed = hmac.new(key, f"{message_id}.{stamp}.".encode() + body, hashlib.sha256)
    return base64.b64encode(signed.digest()).decode()
