"""The form of a language model's reading, made of the command types themselves, and the way back from it to commands.

A model names entities by their number in the list that it was given: it cannot bring in an id, an amount or an address of its
own. It cannot name a procedure that the person may not start, nor a choice that was not offered.
"""

from __future__ import annotations

import functools
import types
import typing
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, Union, cast

import pydantic

from dialogue import commands as known
from dialogue.commands import CannotHandle, Choose, Command, Entity, StartFlow

MOST_COMMANDS = 6
_OURS = frozenset({"score", "source", "generic", "fallback", "back"})
"""Fields that are worked out here and not read from a message."""
_FLOW_FIELDS = frozenset({"flow", "candidates"})
_BRIEF: Mapping[str, frozenset[str]] = types.MappingProxyType(
    {
        "start_flow": frozenset({"flow", "entities"}),
        "provide": frozenset({"entities"}),
        "correct": frozenset({"entities"}),
        "choose": frozenset({"indexes"}),
        "chit_chat": frozenset({"topic"}),
        "switch_language": frozenset({"lang"}),
        "cannot_handle": frozenset({"out_of_scope"}),
    }
)
"""The fields that a command has in a brief reading, beside its kind; every other has its default."""
SCORE = 0.9
"""Confidence of a model's command: it is not calibrated, and counts for less than a pattern that fits."""


def kinds_of(*, asked: bool, choices: int, flows: Sequence[str], running: bool) -> tuple[str, ...]:
    """Return the kinds of commands that make sense now, in the order of `dialogue.commands.Command`."""
    absent = set() if asked else {"affirm", "deny"}
    absent |= set() if choices else {"choose"}
    absent |= set() if flows else {"start_flow"}
    absent |= set() if running or asked else {"provide", "correct", "cancel"}
    return tuple(kind for kind in _TYPES if kind not in absent)


@functools.lru_cache(maxsize=256)
def reading_type(
    kinds: tuple[str, ...], flows: tuple[str, ...], *, entities: int, choices: int, brief: bool = False
) -> type[pydantic.BaseModel]:
    """Return the type of a reading: ``{"commands": [...]}``.

    Args:
        kinds: the commands that may come.
        flows: the procedures that the person may start.
        entities: how many entities the message has.
        choices: how many choices were offered.
        brief: commands have no fields but those that only the model can tell, for models that are slow to write.
    """
    parts = []
    for kind in kinds:
        asked = _BRIEF.get(kind, frozenset()) if brief else frozenset(_TYPES[kind].model_fields)
        parts.append(_part(_TYPES[kind], asked | {"kind"}, flows, entities, choices))
    union: Any = Annotated[Union[tuple(parts)], pydantic.Field(discriminator="kind")]  # noqa: UP007 (made at run time)
    listed: Any = Annotated[list[union], pydantic.Field(min_length=1, max_length=MOST_COMMANDS)]
    return pydantic.create_model("Reading", __config__=pydantic.ConfigDict(extra="forbid"), commands=(listed, ...))


def json_schema(reading: type[pydantic.BaseModel]) -> dict[str, Any]:
    """Return the schema of a reading as servers take it: every field required, nothing else allowed, no defaults."""
    return cast("dict[str, Any]", _strict(reading.model_json_schema()))


def commands_of(reading: pydantic.BaseModel, entities: Sequence[Entity], message: str) -> tuple[Command, ...]:
    """Return the commands of a reading, with the entities themselves in the place of their numbers."""
    said: list[dict[str, Any]] = reading.model_dump()["commands"]
    return tuple(_command(part, entities, message) for part in said)


def _command(part: Mapping[str, Any], entities: Sequence[Entity], message: str) -> Command:
    made = _TYPES[part["kind"]]
    fields: dict[str, Any] = {}
    for name, value in part.items():
        if _of_entities(made.model_fields[name].annotation):
            fields[name] = tuple(entities[number] for number in dict.fromkeys(value))
        else:
            fields[name] = tuple(value) if isinstance(value, list) else value
    words = str(fields.get("text") or "")
    fields["text"] = words if words and words in message else message
    if "query" in made.model_fields and not str(fields.get("query", "")).strip():
        fields["query"] = message
    return cast("Command", made(**fields, score=SCORE, source="llm"))


def _command_types() -> dict[str, type[pydantic.BaseModel]]:
    union = typing.get_args(known.Command)[0]
    return {typing.get_args(each.model_fields["kind"].annotation)[0]: each for each in typing.get_args(union)}


_TYPES = _command_types()
"""Every command type by its kind."""


def _part(
    command: type[pydantic.BaseModel], asked: frozenset[str], flows: tuple[str, ...], entities: int, choices: int
) -> type[pydantic.BaseModel]:
    """Return a command's type as a model fills it in: its fields among those that are `asked` of it."""
    fields: dict[str, Any] = {}
    for name, field in command.model_fields.items():
        if name in _OURS or name not in asked:
            continue
        annotation, default = field.annotation, field.default if not field.is_required() else ...
        if _of_entities(annotation):
            annotation, default = _numbers(entities), []
        elif name == "indexes" and command is Choose:
            annotation, default = _numbers(choices, at_least=1), ...
        elif name in _FLOW_FIELDS:
            annotation, default = _of_flows(annotation, flows), default if command is not StartFlow else ...
            default = [] if command is CannotHandle else default
        fields[name] = (annotation, default)
    made = pydantic.create_model(command.__name__, __config__=pydantic.ConfigDict(extra="forbid"), **fields)
    return cast("type[pydantic.BaseModel]", made)


def _of_entities(annotation: Any) -> bool:
    return typing.get_origin(annotation) is tuple and typing.get_args(annotation)[0] is Entity


def _numbers(count: int, *, at_least: int = 0) -> Any:
    """Return the type of a list of places in a list of `count`."""
    if count == 0:
        return Annotated[list[int], pydantic.Field(max_length=0)]
    place = Annotated[int, pydantic.Field(ge=0, le=count - 1)]
    return Annotated[list[place], pydantic.Field(min_length=at_least, max_length=count)]


def _of_flows(annotation: Any, flows: tuple[str, ...]) -> Any:
    """Return the type of a field that names procedures: one, perhaps none, or up to three."""
    if not flows:
        return None if _may_be_none(annotation) else Annotated[list[str], pydantic.Field(max_length=0)]
    named = Literal[flows]  # type: ignore[valid-type]
    if typing.get_origin(annotation) is tuple:
        return Annotated[list[named], pydantic.Field(max_length=3)]
    return named | None if _may_be_none(annotation) else named


def _may_be_none(annotation: Any) -> bool:
    return typing.get_origin(annotation) in (Union, types.UnionType) and type(None) in typing.get_args(annotation)


def _strict(node: Any) -> Any:
    """Return a schema in the narrower language that servers compile into grammars."""
    if isinstance(node, list):
        return [_strict(part) for part in node]
    if not isinstance(node, dict):
        return node
    kept = {name: _strict(part) for name, part in node.items() if name not in ("default", "title", "discriminator")}
    if "oneOf" in kept:
        kept["anyOf"] = kept.pop("oneOf")
    if "properties" in kept:
        # "default" and "title" may be names of fields; of ours none is.
        kept["required"] = list(kept["properties"])
        kept["additionalProperties"] = False
    return kept
