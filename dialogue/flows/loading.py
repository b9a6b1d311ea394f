"""Reads flow files: first each by itself, then what they say of each other, of the tools and of the policy.

Everything that can be wrong is found here, before the shop opens: a `FlowError` names file, line, field, what was expected
and what came.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import get_args

from dialogue.flows.checks import fault_of
from dialogue.flows.model import Flow, FlowError
from dialogue.understanding.teaching import Lesson, Procedures
from knowledge.types import Lang
from knowledge.yaml_files import YamlFileError, read_model
from tools.base import Tool

SHIPPED = Path(__file__).parent


def load_flows(folder: Path | None = None, *, tools: Mapping[str, Tool]) -> dict[str, Flow]:
    """Read the shipped flows and those in `folder`, which win by id.

    Raises:
        FlowError: a file is not a flow, or names a tool, flow, slot or argument that does not exist.
    """
    places: dict[str, Path] = {}
    flows: dict[str, Flow] = {}
    for flow, path in _shipped():
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


@functools.cache
def _shipped() -> tuple[tuple[Flow, Path], ...]:
    return tuple((read_flow(path), path) for path in _files(SHIPPED))


def read_flow(path: Path) -> Flow:
    """Read one flow file by itself.

    Raises:
        FlowError: not YAML, or not a flow.
    """
    try:
        return read_model(path, Flow)
    except YamlFileError as error:
        raise FlowError(str(error)) from error


def _files(folder: Path) -> Iterator[Path]:
    yield from sorted((*folder.glob("*.yaml"), *folder.glob("*.yml")))


def procedures(flows: Mapping[str, Flow]) -> Procedures:
    """Return what the understander has to know of the flows: their ids, and what their own utterances and keywords teach."""
    everybody = {name: flow for name, flow in flows.items() if flow.role is None}
    personal = frozenset(name for name, flow in everybody.items() if flow.personal)
    merchants = tuple(filter(None, (_lesson(flow) for flow in flows.values() if flow.role == "merchant")))
    return Procedures(
        frozenset(everybody), personal, tuple(filter(None, map(_lesson, everybody.values()))), merchants=merchants
    )


def _lesson(flow: Flow) -> Lesson | None:
    said, words = (
        {lang: texts.get(lang) for lang in get_args(Lang) if texts.get(lang)}
        for texts in (flow.examples, flow.keywords)
    )
    return Lesson(flow.id, said, words) if said or words else None
