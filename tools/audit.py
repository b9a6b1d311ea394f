"""The audit log: one row for every call that reached the executor, refused ones too, without personal data; rows of sign-ins and
of who looked at whose data stand beside them.

Rows of writes, proposals and confirmations are part of their transaction; rows of refused and failed calls are written
before the answer. Reads that succeeded are written together, at most `FLUSH_AFTER_S` later: a turn makes several, each row
alone would cost it a transaction (about 1 ms on SQLite), and a lost row of a read hides no effect.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import logging
import re
from typing import Any, Literal

from sqlalchemy import insert
from sqlmodel.ext.asyncio.session import AsyncSession

from knowledge.db import Database
from knowledge.errors import KnowledgeError
from knowledge.schema import AuditRow
from tools.base import Identity, Outcome, Role

FLUSH_AFTER_S = 1.0
FLUSH_AT_ROWS = 500
KEPT_ROWS = 10_000
"""Rows kept in memory while the database cannot be written; older ones go first."""

Kind = Literal["call", "sign_in", "account", "seen"]
"""What a row is about; see `knowledge.schema.AuditRow`."""

REDACTED = "[redacted]"
MAX_TEXT = 500
"""Characters kept of one text."""
_PERSONAL = frozenset(
    {
        "email", "phone", "name", "first_name", "last_name", "recipient", "line1", "line2", "district", "city", "state",
        "postcode", "country", "title", "tax_id", "note", "subject", "body", "query", "contact",
    }
)  # fmt: skip
_IDS = re.compile(r"(^|_)(id|ids|sku|skus|code|key)$")
_EMAIL = re.compile(r"[^\s@,;，；]{1,64}@[^\s@,;，；]{1,250}")
_PHONE = re.compile(r"(?<![A-Za-z\d])\+?\d[\d\s().-]{5,24}\d(?![A-Za-z\d])")

logger = logging.getLogger(__name__)


def redact(value: Any, name: str = "") -> Any:
    """Return plain JSON without names, addresses, e-mails, phone numbers and free words about a person."""
    if name in _PERSONAL:
        return REDACTED if value else value
    if isinstance(value, dict):
        return {key: redact(part, str(key)) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [redact(part, name) for part in value]
    if isinstance(value, str):
        text = value[:MAX_TEXT]
        return text if _IDS.search(name) else _PHONE.sub(REDACTED, _EMAIL.sub(REDACTED, text))[:MAX_TEXT]
    return value


def audit_values(identity: Identity, outcome: Outcome, at: dt.datetime) -> dict[str, Any]:
    """Return the columns of one audit row."""
    return {
        "at": at,
        "conversation_id": identity.conversation_id,
        "kind": "call",
        "actor": identity.actor,
        "role": identity.role,
        "tool": outcome.call.tool[:100],
        "object": "",
        "arguments": redact(outcome.call.arguments),
        "outcome": outcome.status,
        "reason": outcome.code,
        "receipt_id": outcome.receipt_id,
        "duration_ms": round(outcome.duration_ms, 2),
    }


def audit_row(  # noqa: PLR0913  (one for each column)
    kind: Kind,
    deed: str,
    *,
    at: dt.datetime,
    actor: str,
    role: Role,
    object: str = "",  # noqa: A002  (the column's name)
    conversation_id: str | None = None,
    arguments: dict[str, Any] | None = None,
    outcome: str = "ok",
    reason: str = "",
) -> AuditRow:
    """Return a row about something that is no tool call."""
    return AuditRow(
        at=at,
        conversation_id=conversation_id,
        kind=kind,
        actor=actor,
        role=role,
        tool=deed,
        object=object,
        arguments=redact(arguments or {}),
        outcome=outcome,
        reason=reason,
    )


class AuditLog:
    """Writes audit rows: with an effect, at once, or together with others soon after."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[dict[str, Any]] = []
        self._flusher: asyncio.Task[None] | None = None
        self._closing = asyncio.Event()

    async def add(self, session: AsyncSession, identity: Identity, outcome: Outcome, at: dt.datetime) -> None:
        """Write a row in the transaction of the effect itself."""
        session.add(AuditRow(**audit_values(identity, outcome, at)))

    async def write(self, identity: Identity, outcome: Outcome, at: dt.datetime) -> None:
        """Write a row before the answer; while the database cannot be written it waits for the next flush."""
        self._waiting.append(audit_values(identity, outcome, at))
        await self.flush()

    def note(self, identity: Identity, outcome: Outcome, at: dt.datetime) -> None:
        """Remember a row for the next flush."""
        self._later(audit_values(identity, outcome, at))

    def note_row(self, row: AuditRow) -> None:
        """Remember a row about something that is no tool call for the next flush."""
        self._later(row.model_dump(exclude={"id"}))

    def _later(self, values: dict[str, Any]) -> None:
        self._waiting.append(values)
        if self._flusher is None or self._flusher.done():
            self._flusher = asyncio.create_task(self._flush_later())

    async def flush(self) -> None:
        """Write every waiting row in one transaction."""
        rows, self._waiting = self._waiting, []
        if not rows:
            return
        try:
            async with self._database.write() as session:
                await session.exec(insert(AuditRow), params=rows)
        except KnowledgeError as error:
            self._waiting = (rows + self._waiting)[-KEPT_ROWS:]
            logger.warning("%d audit rows wait: %s", len(self._waiting), error)

    async def close(self) -> None:
        """Write what waits and stop. A flush under way is let finish: cut short, it would lose its rows."""
        self._closing.set()
        if self._flusher is not None:
            await self._flusher
        await self.flush()

    async def _flush_later(self) -> None:
        if len(self._waiting) < FLUSH_AT_ROWS:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._closing.wait(), FLUSH_AFTER_S)
        await self.flush()
