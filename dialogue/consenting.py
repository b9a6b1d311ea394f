"""How a person is asked about a stored call that came from a model and not from a procedure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from dialogue.flows.model import Flow, walk
from dialogue.replies.templates import Templates
from knowledge.types import JsonObject, Lang
from tools.base import ToolCall


def consent_question(
    call: ToolCall, preview: JsonObject, lang: Lang, flows: Mapping[str, Flow], templates: Templates
) -> str:
    """Return the question about a call that waits: in the words of the procedure that does the same, else by what it is and holds."""
    asked = _own_question(call.tool, preview, lang, flows, templates)
    if asked:
        return asked
    lines = [f"{name}: {_shown(value)}" for name, value in call.arguments.items() if value not in (None, "")]
    return templates.say("assistant.shall_i", lang, tool=_title(call.tool, lang, flows), lines=lines)


def writes_of(flow: Flow) -> Iterator[str]:
    """Yield the tools that a procedure asks consent for."""
    for step in walk(flow.steps):
        if step.confirm is not None:
            yield step.confirm.tool


def _own_question(tool: str, preview: JsonObject, lang: Lang, flows: Mapping[str, Flow], templates: Templates) -> str:
    """Return the question of the procedure for this tool, where the preview alone answers all that it says."""
    for flow in flows.values():
        for step in walk(flow.steps):
            if step.confirm is not None and step.confirm.tool == tool and step.confirm.ask is not None:
                asked = step.confirm.ask
                if templates.names(asked.get(lang), lang) <= {"preview", "results"}:
                    return templates.speak(asked, lang, {"preview": preview, "results": {}})
    return ""


def _title(tool: str, lang: Lang, flows: Mapping[str, Flow]) -> str:
    flow = next((flow for flow in flows.values() if tool in writes_of(flow)), None)
    return flow.title.get(lang) if flow is not None else tool.replace("_", " ")


def _shown(value: Any) -> str:
    return str(value) if isinstance(value, str | int | float) else json.dumps(value, ensure_ascii=False)
