"""Outcomes of calls that did not succeed: what the caller is told, and what only the log is told."""

from __future__ import annotations

import logging
import traceback

import sqlalchemy.exc

from knowledge.errors import DatabaseBusyError, DatabaseUnavailableError, StorageFullError
from tools.base import Outcome, ToolCall
from tools.errors import ArgumentError, ToolError

logger = logging.getLogger(__name__)

_KNOWN: tuple[tuple[type[Exception], str], ...] = (
    (DatabaseBusyError, "busy"),
    (StorageFullError, "disk_full"),
    (DatabaseUnavailableError, "unavailable"),
    (sqlalchemy.exc.TimeoutError, "busy"),
    (TimeoutError, "timeout"),
    (ConnectionError, "unavailable"),
)
_SQLSTATES = {"40P01": "busy", "40001": "busy", "55P03": "busy", "53300": "busy", "53100": "disk_full"}
"""PostgreSQL: deadlock, serialization, lock not available, too many connections, disk full."""


def refusal(call: ToolCall, error: ToolError) -> Outcome:
    """Return the outcome of a call that a tool or a check refused."""
    return Outcome(call, "refused", code=error.code, facts=error.facts, mendable=isinstance(error, ArgumentError))


def failure(call: ToolCall, error: Exception, *, conversation_id: str | None) -> Outcome:
    """Return the outcome of a call that broke; nothing was written. A bug is logged with its place."""
    code = _known_code(error)
    if code is not None:
        logger.warning("conversation %s: %s failed: %s", conversation_id, call.tool, code)
        return Outcome(call, "failed", code=code)
    # The message of a database or validation error repeats the values, which may be personal: frames only.
    frames = "".join(traceback.format_tb(error.__traceback__))
    logger.error("conversation %s: %s failed: %s\n%s", conversation_id, call.tool, type(error).__name__, frames)
    return Outcome(call, "failed", code="internal")


def _known_code(error: Exception) -> str | None:
    if isinstance(error, sqlalchemy.exc.DBAPIError):
        return _SQLSTATES.get(str(getattr(error.orig, "sqlstate", "")))
    return next((code for kind, code in _KNOWN if isinstance(error, kind)), None)
