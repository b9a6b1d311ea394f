"""Reads scenario files, and publishes their schema."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import yaml

from evals.judge.rows import TABLES
from evals.judge.scenario import Scenario
from knowledge.types import JsonObject
from knowledge.yaml_files import YamlFileError, read_models

SCHEMA = Path(__file__).with_name("scenario.schema.json")


class ScenarioError(ValueError):
    """A scenario file cannot be used; the message names file, line and field."""


def load_scenarios(paths: Iterable[Path]) -> list[Scenario]:
    """Read scenarios from files and from all ``*.yaml`` below folders; a file may hold several, separated by ``---``.

    Raises:
        ScenarioError: nothing is there, a file is wrong, or an id comes twice.
    """
    files = [file for path in paths for file in _files(path)]
    try:
        scenarios = [(scenario, file) for file in files for scenario in read_models(file, Scenario)]
    except YamlFileError as error:
        raise ScenarioError(str(error)) from error
    if not scenarios:
        raise ScenarioError("there is no scenario in " + ", ".join(map(str, paths)))
    for scenario, file in scenarios:
        if unknown := sorted(set(scenario.expect.rows) - set(TABLES)):
            known = ", ".join(TABLES)
            raise ScenarioError(f"{file}: {scenario.id}: expect.rows: no table {unknown[0]!r}; there are {known}")
    for name, times in Counter(scenario.id for scenario, _ in scenarios).items():
        if times > 1:
            where = ", ".join(str(file) for scenario, file in scenarios if scenario.id == name)
            raise ScenarioError(f"the id {name!r} comes {times} times: {where}")
    return [scenario for scenario, _ in scenarios]


def _files(path: Path) -> Sequence[Path]:
    if path.is_dir():
        return sorted((*path.rglob("*.yaml"), *path.rglob("*.yml")))
    if not path.exists():
        raise ScenarioError(f"{path}: there is no such file or folder")
    return [path]


def yaml_of(scenario: Scenario) -> str:
    """Return the text of a scenario's file; what it gives, which may be long, stands last."""
    fields = scenario.model_dump(mode="json", exclude_defaults=True)
    if "given" in fields:
        fields["given"] = fields.pop("given")
    return yaml.safe_dump(fields, allow_unicode=True, sort_keys=False, width=120, default_flow_style=None)


def schema() -> JsonObject:
    """Return the JSON schema of a scenario; `SCHEMA` is this, published."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **Scenario.model_json_schema()}
