"""Bodies of tickets that were written before they had a schema, in the form of the present one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from knowledge.types import JsonObject

_PROOFS = {"token": "signed_in", "email": "email", "name_postcode": "name_postcode", "order_phone": "order_phone"}


def upgraded(given: JsonObject, known: frozenset[str]) -> JsonObject:
    """Return a body in the present form; what has no place in it is kept under ``notes``.

    Args:
        known: the fields of the present form.
    """
    if given.get("version") is not None:
        return _with_notes(given, known)
    body: JsonObject = {}
    notes: JsonObject = {}
    for name, value in given.items():
        reader = _READERS.get(name)
        read = reader(value) if reader is not None else None
        if read is not None:
            body |= read
        elif value not in (None, "", [], {}, 0):
            notes[name] = value
    return {**body, "notes": notes} if notes else body


def _with_notes(given: JsonObject, known: frozenset[str]) -> JsonObject:
    strange = {name: value for name, value in given.items() if name not in known}
    if not strange:
        return given
    kept = {name: value for name, value in given.items() if name in known}
    return {**kept, "notes": {**kept.get("notes", {}), **strange}}


def _customer(value: Any) -> JsonObject | None:
    if not isinstance(value, dict):
        return None
    verified = value.get("verified") or _PROOFS.get(str(value.get("verified_by")), "anonymous")
    return {"customer": {"id": value.get("id"), "name": value.get("name") or "", "verified": verified}}


def _wants(value: Any) -> JsonObject | None:
    if not _rows(value, "flow"):
        return None
    return {"wants": [{**row, "title": row.get("title") or {}} for row in value]}


def _tried(value: Any) -> JsonObject | None:
    if not _rows(value, "tool"):
        return None
    return {"tried": [{**row, "status": row.get("status") or "", "code": row.get("code") or ""} for row in value]}


def _emotion(value: Any) -> JsonObject | None:
    if not isinstance(value, dict):
        return None
    if "points" in value:
        return {"emotion": value}
    now = value.get("now") or {}
    labels = value.get("over_time") or ([now["label"]] if now.get("label") else [])
    points: list[JsonObject] = [{"label": label} for label in labels]
    if points and now.get("label") == points[-1]["label"]:
        points[-1] |= {"score": now.get("score", 0.0), "intensity": now.get("intensity", 0.0)}
    satisfaction = value.get("satisfaction") or {}
    trend = {"trend": value["trend"]} if value.get("trend") else {}
    because = {name: satisfaction[name] for name in ("dissatisfied", "because") if name in satisfaction}
    return {"emotion": {"points": points, **trend, **because}}


def _rows(value: Any, name: str) -> bool:
    return isinstance(value, list) and all(isinstance(row, dict) and row.get(name) for row in value)


_READERS: dict[str, Callable[[Any], JsonObject | None]] = {
    "customer": _customer,
    "wants": _wants,
    "tried": _tried,
    "attempts": _tried,
    "emotion": _emotion,
    "attachments": lambda value: {"attachments": value} if isinstance(value, list) else None,
    "ending": lambda value: {"ending": value} if isinstance(value, dict) else None,
}
