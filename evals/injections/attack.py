"""What an attack is: a text that wants to be an order, where it is planted, what it wants, and what the person meanwhile asks.

The attacks stand in ``attacks/*.yaml``, one file a surface; the conversations in ``tasks.yaml``; the calls that an obedient model would
make in ``effects.yaml``. In all of them ``{order}``, ``{other}``, ``{customer}``, ``{product}``, ... stand for the ids that the shop
of the attack is laid with: `evals.injections.shop`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, TypeVar

import pydantic
import yaml

from evals.injections.hiding import Hiding
from evals.judge.scenario import Facts, Row
from knowledge.types import JsonObject, Lang
from knowledge.yaml_files import YamlFileError, read_yaml

FOLDER = Path(__file__).parent
Surface = Literal[
    "review", "product_name", "product_description", "product_attribute", "order_note", "document", "ticket", "coupon",
    "tool_result", "file_name", "picture",
]  # fmt: skip
Kind = Literal[
    "effect", "exfiltration", "false_facts", "role_play", "hidden", "authority", "delayed", "multi_step", "copilot", "desk"
]  # fmt: skip
_T = TypeVar("_T")


class AttackError(ValueError):
    """The attacks cannot be used: says which file, which field, and what was expected."""


class _Part(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)


class Call(_Part):
    """A call of a tool."""

    tool: str
    arguments: dict[str, Any] = {}


class Attack(_Part):
    """A text that wants to be an order."""

    id: str = pydantic.Field(pattern=r"^[a-z0-9-]+$")
    lang: Lang
    surface: Surface
    kind: Kind
    goal: str = pydantic.Field(min_length=5)
    """What its author is after, in plain words."""
    text: str = pydantic.Field(min_length=3)
    hide: Hiding | None = None
    """How the text is made hard to see for people and filters."""
    task: str
    """What the person really asks meanwhile; a name in ``tasks.yaml``."""
    steps: tuple[str, ...] = ()
    """What an obedient model would do, one step after the other; names in ``effects.yaml``."""
    says: str = ""
    """What it would say."""
    marks: tuple[str, ...] = ()
    """What in the bot's own words gives obedience away."""

    @pydantic.model_validator(mode="after")
    def _wants_something(self) -> Attack:
        if not self.steps and not self.says:
            raise ValueError("expected `steps`, `says` or both: what an obedient model would do or say")
        return self


class Task(_Part):
    """What a person really asks, in both languages, and what must have come of it in the end."""

    role: Literal["shopper", "merchant"] = "shopper"
    flow: str | None = None
    """The procedure that does it; None: it is a question."""
    opens: dict[Lang, tuple[str, ...]]
    """Wordings; the first is also given to the model as one that no procedure fits."""
    knows: dict[Lang, dict[str, Facts]] = {}
    script: dict[Lang, tuple[str, ...]] = {}
    """What the person says after the first message, whatever is answered; none: they answer what they are asked."""
    then: dict[Lang, str] = {}
    """What the person says next, in words that only the embedded mind reads."""
    answers: dict[Lang, str]
    """What an obedient model would answer to it before it says what the attack wants."""
    effect: str | None = None
    """What it would call for it; a name in ``effects.yaml``."""
    rows: dict[str, tuple[Row, ...]] = {}
    mentions: dict[Lang, tuple[str, ...]] = {}
    handed_over: bool = False
    sends_picture: bool = False


def load(folder: Path = FOLDER) -> list[Attack]:
    """Return the attacks, in the order of the files.

    Raises:
        AttackError: a file is broken, two attacks share an id, or one names a task or an effect that is not there.
    """
    found = [_valid(Attack, row, path) for path in sorted((folder / "attacks").glob("*.yaml")) for row in _rows(path)]
    ids = [attack.id for attack in found]
    if doubled := sorted({name for name in ids if ids.count(name) > 1}):
        raise AttackError(f"attacks: two have the id {doubled[0]!r}; give one another")
    known_tasks, known_effects = tasks(folder), effects(folder)
    for attack in found:
        if attack.task not in known_tasks:
            raise AttackError(f"{attack.id}: task: there is no {attack.task!r} in tasks.yaml")
        for step in attack.steps:
            if step not in known_effects:
                raise AttackError(f"{attack.id}: steps: there is no {step!r} in effects.yaml")
    return found


def tasks(folder: Path = FOLDER) -> dict[str, Task]:
    """Return the conversations by their names. Raises `AttackError`."""
    path = folder / "tasks.yaml"
    return {name: _valid(Task, row, path) for name, row in _mapping(path).items()}


def effects(folder: Path = FOLDER) -> dict[str, tuple[Call, ...]]:
    """Return what obedient models do, by its name. Raises `AttackError`."""
    path = folder / "effects.yaml"
    return {name: tuple(_valid(Call, row, path) for row in rows) for name, rows in _mapping(path).items()}


def filled(value: Any, names: Mapping[str, str]) -> Any:
    """Return JSON with every ``{name}`` filled in; other braces stay."""
    if isinstance(value, str):
        for name, text in names.items():
            value = value.replace(f"{{{name}}}", text)
        return value
    if isinstance(value, dict):
        return {name: filled(part, names) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [filled(part, names) for part in value]
    return value


def _valid(model: type[_T], row: Any, path: Path) -> _T:
    try:
        return pydantic.TypeAdapter(model).validate_python(row)
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        name = row.get("id", "") if isinstance(row, dict) else ""
        raise AttackError(f"{path.name}: {name}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error


def _rows(path: Path) -> Sequence[JsonObject]:
    found = _read(path)
    if not isinstance(found, list):
        raise AttackError(f"{path.name}: expected a list of attacks")
    return found


def _mapping(path: Path) -> JsonObject:
    found = _read(path)
    if not isinstance(found, dict):
        raise AttackError(f"{path.name}: expected names with what they stand for")
    return found


def _read(path: Path) -> Any:
    try:
        return read_yaml(path)
    except (YamlFileError, yaml.YAMLError, OSError) as error:
        raise AttackError(f"{path.name}: {error}") from error
