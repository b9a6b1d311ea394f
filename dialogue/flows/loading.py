"""Reads flow files: first each by itself, then what they say of each other, of the tools and of the policy.

Everything that can be wrong is found here, before the shop opens: a `FlowError` names file, line, field, what was expected
and what came.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

import pydantic
import yaml

from dialogue.flows.checks import fault_of
from dialogue.flows.model import Flow, FlowError
from dialogue.understanding.teaching import Lesson, Procedures
from knowledge.types import Lang
from knowledge.yaml_files import parse_yaml
from tools.base import Tool

SHIPPED = Path(__file__).parent


def load_flows(folder: Path | None = None, *, tools: Mapping[str, Tool]) -> dict[str, Flow]:
    """Read the shipped flows and those in `folder`, which win by id.

    Raises:
        FlowError: a file is not a flow, or names a tool, flow, slot or argument that does not exist.
    """
    places: dict[str, Path] = {}
    flows: dict[str, Flow] = {}
    for path in _files(SHIPPED):
        flow = read_flow(path)
        flows[flow.id], places[flow.id] = flow, path
    for path in _files(folder) if folder is not None else ():
        flow = read_flow(path)
        if (other := places.get(flow.id)) is not None and other.parent == path.parent:
            raise FlowError(f"{path}: the id {flow.id!r} is already that of {other.name}; give this flow another one")
        flows[flow.id], places[flow.id] = flow, path
    for name, path in places.items():
        if fault := fault_of(flows[name], flows, tools, shipped=path.parent == SHIPPED):
            raise FlowError(f"{path}: {fault}")
    return flows


def read_flow(path: Path) -> Flow:
    """Read one flow file by itself.

    Raises:
        FlowError: not YAML, or not a flow.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        fields = parse_yaml(text)
    except UnicodeDecodeError as error:
        raise FlowError(f"{path}: expected a text file in UTF-8; save it as UTF-8 ({error})") from error
    except (yaml.YAMLError, ValueError) as error:
        raise FlowError(f"{path}: {_broken(error)}") from error
    if not isinstance(fields, dict):
        raise FlowError(f"{path}: expected fields such as `id: my_flow`, got {type(fields).__name__}")
    try:
        return Flow.model_validate(fields)
    except pydantic.ValidationError as error:
        tree = yaml.compose(text, yaml.SafeLoader)
        raise FlowError("\n".join(f"{path}{_line(tree, e['loc'])}: {_complaint(e)}" for e in error.errors())) from error


def _files(folder: Path) -> Iterator[Path]:
    yield from sorted((*folder.glob("*.yaml"), *folder.glob("*.yml")))


def _broken(error: Exception) -> str:
    """Say where the YAML breaks off, on one line."""
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        return f"not YAML: {error}"
    context = getattr(error, "problem", None) or "cannot be read"
    return f"line {mark.line + 1}, column {mark.column + 1}: not YAML: {context}; a text with `: `, `?`, `#` or a comma in it wants quotes"


def _line(tree: yaml.Node | None, place: tuple[int | str, ...]) -> str:
    """Return the line of the deepest node on the way to a field."""
    node = tree
    for part in place:
        below = _child(node, part)
        if below is None:
            break
        node = below
    return f", line {node.start_mark.line + 1}" if node is not None else ""


def _child(node: yaml.Node | None, part: int | str) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == str(part)), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        found: yaml.Node = node.value[part]
        return found
    return None


def _complaint(detail: Any) -> str:
    """One field's fault: ``slots.order.type: Input should be 'order' or ..., got 'ordre'``."""
    place = ".".join(str(part) for part in detail["loc"]) or "flow"
    if detail["type"] == "extra_forbidden":
        return f"{place}: there is no such field here; take it out, or mend its spelling"
    if detail["type"] == "missing":
        return f"{place}: is missing"
    message = str(detail["msg"]).removeprefix("Value error, ")
    came = detail["input"]
    return f"{place}: {message}" + (f", got {came!r:.80}" if isinstance(came, str | int | float | bool) else "")


def procedures(flows: Mapping[str, Flow]) -> Procedures:
    """Return what the understander has to know of the flows: their ids, and what their own utterances and keywords teach."""
    return Procedures(frozenset(flows), tuple(filter(None, map(_lesson, flows.values()))))


def _lesson(flow: Flow) -> Lesson | None:
    said, words = (
        {lang: texts.get(lang) for lang in get_args(Lang) if texts.get(lang)}
        for texts in (flow.examples, flow.keywords)
    )
    return Lesson(flow.id, said, words) if said or words else None
