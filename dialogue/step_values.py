"""What a flow's step works with: its call's arguments, the facts of its sentences and conditions."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dialogue.flows.model import CallStep
from dialogue.state import Frame
from knowledge.types import JsonObject, Lang
from tools.base import Outcome
from tools.staging import Staged

if TYPE_CHECKING:
    from dialogue.work import Work


def arguments_of(call: CallStep, frame: Frame, lang: Lang) -> JsonObject:
    """Return a call's arguments with ``$slot``, ``$result.field`` and ``$lang`` put in; what has no value is left out.

    Raises:
        TypeError: the flow file gives no object.
    """
    resolved = _resolve(call.arguments, frame, lang)
    if not isinstance(resolved, dict):
        raise TypeError(f"expected an object as arguments of {call.tool!r}, got {resolved!r}")
    return {key: value for key, value in resolved.items() if value is not None}


def value_at(path: str, frame: Frame) -> Any:
    """Return the value at a dotted path of the frame's slots and results, None where there is none; ``text`` is what was said."""
    if path == "text":
        return frame.text
    head, *rest = path.split(".")
    value: Any = frame.slots[head] if head in frame.slots else frame.results.get(head)
    for part in rest:
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def told(outcome: Outcome) -> JsonObject:
    """Return an outcome's evidence as JSON; a staged change also tells its differences, its effect and the approvals it needs."""
    evidence = outcome.evidence
    plain = evidence.model_dump(mode="json") if evidence is not None else {}
    if isinstance(evidence, Staged):
        effect = evidence.expected()
        plain["differences"] = [each.model_dump(mode="json") for each in evidence.differences()]
        plain["effect"] = effect.model_dump(mode="json") if effect is not None else None
        plain["approvals"] = outcome.facts
    return plain


def facts_of(work: Work, frame: Frame) -> dict[str, Any]:
    """Return the names that the sentences and conditions of a flow file may use."""
    return {
        "slots": frame.slots,
        "results": frame.results,
        "result": frame.results.get("result", {}),
        "policy": work.policy,
        "name": work.state.customer_name,
        "lang": work.lang,
    }


def fingerprint_of(tool: str, arguments: JsonObject) -> str:
    """Return what tells one call from another."""
    packed = json.dumps([tool, arguments], sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(packed.encode()).hexdigest()[:16]


def _resolve(value: Any, frame: Frame, lang: Lang) -> Any:
    if isinstance(value, str) and value.startswith("$"):
        return lang if value == "$lang" else value_at(value[1:], frame)
    if isinstance(value, dict):
        return {key: _resolve(entry, frame, lang) for key, entry in value.items()}
    if isinstance(value, list):
        return [_resolve(entry, frame, lang) for entry in value]
    return value
