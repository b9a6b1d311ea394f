"""Whether a flow fits the tools, the policy and the other flows: what its file alone cannot tell."""

from __future__ import annotations

import difflib
import functools
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, get_args

import jinja2

from dialogue.flows.model import CallStep, Flow, Step, spoken_texts, walk
from dialogue.replies.templates import Templates
from dialogue.understanding import data
from knowledge.types import Lang
from tools.base import Tool
from tools.policy import Policy

NAMES = frozenset({"slots", "results", "result", "preview", "policy", "name", "lang"})
"""What templates and conditions may name."""
VALUES = frozenset({"text", "lang"})
"""What ``$`` may name besides slots and results."""


def fault_of(flow: Flow, flows: Mapping[str, Flow], tools: Mapping[str, Tool], *, shipped: bool) -> str | None:
    """Return the first thing that is wrong with a flow, as a sentence that says what to do; None when it is sound."""
    return next(_faults(flow, flows, tools, shipped=shipped), None)


def _faults(flow: Flow, flows: Mapping[str, Flow], tools: Mapping[str, Tool], *, shipped: bool) -> Iterator[str]:
    if flow.id in data.TALK:
        yield f"id: {flow.id!r} is the name of something that people say; give the flow another id"
    for place, other in _followers(flow):
        if other not in flows:
            yield f"{place}: goes on as the unknown flow {other!r}; {_meant(other, flows)}"
    for step in walk(flow.steps):
        if (call := step.confirm or step.call) is not None:
            yield from _call_faults(flow, step, call, tools)
    yield from _slot_faults(flow, tools)
    yield from _template_faults(flow)
    yield from _utterance_faults(flow)
    if not shipped and not _can_start(flow, flows):
        yield (
            "examples: nobody can start this flow; add what people say when they want it, a few sentences a language: "
            "examples: {zh: [...], en: [...]}"
        )


def _followers(flow: Flow) -> Iterator[tuple[str, str]]:
    for step in walk(flow.steps):
        if step.start is not None:
            yield "start", step.start
    for name, slot in flow.slots.items():
        if slot.instead is not None:
            yield f"slots.{name}.instead", slot.instead


def _call_faults(flow: Flow, step: Step, call: CallStep, tools: Mapping[str, Tool]) -> Iterator[str]:
    tool = tools.get(call.tool)
    if tool is None:
        yield f"{step.kind}: calls the unknown tool {call.tool!r}; {_meant(call.tool, tools)}"
        return
    consent = tool.effect == "write" and tool.confirm
    if step.kind == "confirm" and not consent:
        yield f"confirm: {call.tool} needs no consent; use `call:`"
    if step.kind == "call" and consent:
        yield f"call: {call.tool} needs the person's consent; use `confirm:` with `ask:`"
    yield from _argument_faults(flow, call, tool)


def _argument_faults(flow: Flow, call: CallStep, tool: Tool) -> Iterator[str]:
    if isinstance(call.arguments, dict):
        for name in call.arguments:
            if name not in tool.arguments.model_fields:
                yield f"{call.tool}: has no argument {name!r}; it takes {_listed(tool.arguments.model_fields)}"
        for name, field in tool.arguments.model_fields.items():
            if field.is_required() and name not in call.arguments:
                yield f"{call.tool}: lacks the argument {name!r}"
    known = {*flow.slots, *_saved(flow), *VALUES}
    for value in _references(call.arguments):
        if value.split(".")[0] not in known:
            yield f"{call.tool}: ${value} is neither a slot nor a result; known: {_listed(known)}"


def _slot_faults(flow: Flow, tools: Mapping[str, Tool]) -> Iterator[str]:
    for name, slot in flow.slots.items():
        if slot.tool is not None and slot.tool not in tools:
            yield f"slots.{name}.tool: unknown tool {slot.tool!r}; {_meant(slot.tool, tools)}"
        if slot.type == "choice" and not slot.choices:
            yield f"slots.{name}.choices: a choice needs some, such as {{value: red, zh: 红色, en: Red}}"
        needed = {"value", "implied_by"} if slot.type == "yes_no" else {"value", "zh", "en"}
        for number, choice in enumerate(slot.choices):
            if missing := needed - set(choice):
                yield f"slots.{name}.choices.{number}: lacks {_listed(missing)}"
        if slot.policy is not None and not _in_policy(slot.policy):
            yield f"slots.{name}.policy: the policy has no {slot.policy!r}; such as cancel.reasons"


def _in_policy(path: str) -> bool:
    fields: Any = Policy
    for part in path.split("."):
        if part not in getattr(fields, "model_fields", {}):
            return False
        fields = fields.model_fields[part].annotation
    return True


@functools.cache
def _templates() -> Templates:
    """Return the templates that all flows are checked with: to make them reads every sentence of both languages."""
    return Templates()


@functools.cache
def _names(template: str, lang: Lang) -> set[str]:
    """Return the names that a template uses; every shop that is started has the shipped ones."""
    return _templates().names(template, lang)


def _template_faults(flow: Flow) -> Iterator[str]:
    for place, texts in spoken_texts(flow):
        for lang in get_args(Lang):
            try:
                unknown = _names(texts.get(lang), lang) - NAMES
            except jinja2.TemplateError as error:
                yield f"{place}.{lang}: not a template: {error}"
                continue
            if unknown:
                yield f"{place}.{lang}: unknown name {_listed(unknown)}; slots are `slots.NAME`, results `results.NAME`"
    for place, condition in _conditions(flow):
        try:
            unknown = _names(f"{{{{ {condition} }}}}", "en") - NAMES
        except jinja2.TemplateError as error:
            yield f"{place}: not a condition: {condition!r}: {error}"
            continue
        if unknown:
            yield f"{place}: unknown name {_listed(unknown)} in {condition!r}; slots are `slots.NAME`"


def _conditions(flow: Flow) -> Iterator[tuple[str, str]]:
    for step in walk(flow.steps):
        if step.when is not None:
            yield "when", step.when
        if step.check is not None:
            yield "check", step.check
        for case in step.branch or ():
            if case.when is not None:
                yield "branch.when", case.when


def _utterance_faults(flow: Flow) -> Iterator[str]:
    for lang in get_args(Lang):
        for number, line in enumerate(flow.examples.get(lang)):
            if fault := data.fault_of(line, lang):
                yield f"examples.{lang}.{number}: {fault}: {line!r:.80}"
        if any(not word.strip() for word in (*flow.keywords.get(lang), *flow.examples.get(lang))):
            yield f"examples.{lang}, keywords.{lang}: an empty one"


def _can_start(flow: Flow, flows: Mapping[str, Flow]) -> bool:
    taught = flow.examples.zh or flow.examples.en or flow.id in data.intents()
    return bool(taught) or any(other == flow.id for entry in flows.values() for _, other in _followers(entry))


def _saved(flow: Flow) -> set[str]:
    calls = [step.confirm or step.call for step in walk(flow.steps)]
    return {call.save for call in calls if call is not None}


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, str) and value.startswith("$"):
        yield value[1:]
    for below in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _references(below)


def _meant(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f"do you mean {close[0]!r}?" if close else f"known: {_listed(known)}"


def _listed(names: Any) -> str:
    return ", ".join(sorted(map(str, names)))
