"""Outcomes of calls that did not succeed: what the caller is told, and what only the log is told."""

from __future__ import annotations

import logging
import traceback

import pydantic

from knowledge.errors import DatabaseBusyError, DatabaseUnavailableError, StorageFullError
from tools.base import Outcome, Tool, ToolCall
from tools.errors import ArgumentError, ToolError

logger = logging.getLogger(__name__)

_KNOWN: tuple[tuple[type[Exception], str], ...] = (
    (DatabaseBusyError, "busy"),
    (StorageFullError, "disk_full"),
    (DatabaseUnavailableError, "unavailable"),
    (TimeoutError, "timeout"),
    (ConnectionError, "unavailable"),
)


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


def bad_arguments(tool: Tool, error: pydantic.ValidationError) -> ArgumentError:
    """Name the fields and what is wrong with each, never the values."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    fields = {".".join(str(part) for part in each["loc"])[:64] or "arguments": each["type"] for each in found[:10]}
    return ArgumentError(
        "bad_arguments", f"{tool.name}: " + ", ".join(f"{name}: {what}" for name, what in fields.items()), fields=fields
    )


def _known_code(error: Exception) -> str | None:
    return next((code for kind, code in _KNOWN if isinstance(error, kind)), None)
