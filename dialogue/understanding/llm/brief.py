"""What a small model is told of a message: the message itself, what was found in it, where the conversation stands. A line each."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pydantic

from agent.llm.chat import Said
from agent.prompts import Prompt, prompt_for
from dialogue.commands import Command, Entity, View
from dialogue.understanding.llm.schema import kinds_of, reading_type
from knowledge.types import JsonObject, Lang

LONGEST = 400
"""Characters of the message, and `_LABEL` of each choice: a small model reads some 500 tokens a second."""
_LABEL = 40
_Place = tuple[str, int, int]
"""Type, start and end of an entity."""


def brief_form(view: View, flows: Sequence[str], entities: int) -> type[pydantic.BaseModel]:
    """Return the type of a brief reading, with the commands that make sense now."""
    choices = view.pending.choices if view.pending is not None else ()
    kinds = kinds_of(
        asked=view.pending is not None, choices=len(choices), flows=flows, running=view.active_flow is not None
    )
    return reading_type(kinds, tuple(flows), entities=entities, choices=len(choices), brief=True)


def brief_question(text: str, view: View, entities: Sequence[Entity], lang: Lang) -> tuple[Prompt, list[Said]]:
    """Return the prompt, and the conversation with the model: its words and what is to be read."""
    prompt = prompt_for("understand_brief", lang)
    return prompt, [("system", prompt.words), ("user", _seen(text, view, entities))]


def brief_answer(commands: Sequence[Command], entities: Sequence[Entity], form: type[pydantic.BaseModel]) -> str:
    """Return commands as a model writes them that has learnt it: JSON without a blank.

    Raises:
        ValueError: they are none that this form knows.
    """
    numbers: dict[_Place, int] = {(each.type, each.start, each.end): number for number, each in enumerate(entities)}
    told = [_told(command, numbers) for command in commands]
    known = form.model_validate({"commands": told})
    return json.dumps(known.model_dump(mode="json"), ensure_ascii=False, separators=(",", ":"))


def _told(command: Command, numbers: dict[_Place, int]) -> JsonObject:
    told: JsonObject = {"kind": command.kind}
    for name in ("flow", "topic", "lang", "out_of_scope", "indexes"):
        value = getattr(command, name, None)
        if value is not None and command.kind != "cancel":
            told[name] = list(value) if isinstance(value, tuple) else value
    if command.kind in ("start_flow", "provide", "correct"):
        told["entities"] = sorted(numbers[each.type, each.start, each.end] for each in command.entities)
    return told


def _seen(text: str, view: View, entities: Sequence[Entity]) -> str:
    lines = [_line(text, LONGEST)]
    lines += [f"{number} {each.type} {_line(each.text, _LABEL)}" for number, each in enumerate(entities)]
    if view.pending is not None:
        labels = "; ".join(f"{place} {_line(label, _LABEL)}" for place, label in enumerate(view.pending.choices))
        lines.append(" ".join(part for part in ("asked", view.pending.kind, view.pending.slot_type, labels) if part))
    if view.active_flow is not None:
        lines.append(f"running {view.active_flow}")
    return "\n".join(lines)


def _line(text: str, longest: int) -> str:
    """Return a text on one line: what people write must not look like a line of ours."""
    return " ".join(text.split())[:longest]
