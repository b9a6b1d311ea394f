"""What a file of the repair suite says: a talk that is under way, the turn that it takes in many wordings, and where it must end."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal, Self, get_args

import pydantic

from knowledge.types import JsonObject, Lang
from knowledge.yaml_files import YamlFileError, read_models

SCENES = Path(__file__).with_name("scenes")
Kind = Literal["correct", "cancel", "digress", "clarify", "several", "conditional", "change_of_mind"]
Part = Literal["dev", "frozen"]
"""Mended by the one half, only counted on the other."""
KINDS: tuple[Kind, ...] = get_args(Kind)
PARTS: tuple[Part, ...] = get_args(Part)
Wording = str | tuple[str, ...]
"""One message, or several that are answered one after the other."""


class RepairsError(ValueError):
    """A file of the suite cannot be used; the message names file, line and field."""


class _Part(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)


class Call(pydantic.BaseModel):
    """A tool with those of its arguments that matter: ``{tool: cancel_order, order_id: D1001000003}``."""

    model_config = pydantic.ConfigDict(extra="allow", frozen=True)

    tool: str | tuple[str, ...]
    """Several: one of them."""

    @property
    def tools(self) -> tuple[str, ...]:
        """The tools, any of which is right."""
        return (self.tool,) if isinstance(self.tool, str) else self.tool

    @property
    def arguments(self) -> JsonObject:
        """What it must be called with; others may stand beside them."""
        return self.model_extra or {}

    def __str__(self) -> str:
        return " or ".join(self.tools) + "".join(f", {name} {value}" for name, value in self.arguments.items())


class Ends(_Part):
    """Where a talk stands after its last message. What is not named may be anything, but for `done` and `handed_over`."""

    consent: Call | None = None
    """The effect that waits for a yes, as it would be executed."""
    asks: str | None = None
    """The slot that is asked for."""
    offers: tuple[str, ...] = ()
    """What is to be chosen from: a part of each button's label, and no button more."""
    flow: str | None = None
    """The request that runs."""
    slots: dict[str, Any] = {}
    """What it knows."""
    waits: tuple[str, ...] = ()
    """Requests that come afterwards."""
    gone: tuple[str, ...] = ()
    """Requests that neither run nor wait."""
    idle: bool = False
    """Nothing runs, waits, or is asked."""
    calls: tuple[Call, ...] = ()
    """What was looked up since the turn was taken."""
    cites: tuple[str, ...] = ()
    """Documents, one of which answered since then."""
    done: tuple[Call, ...] = ()
    """The only effects in the whole talk, in any order."""
    handed_over: bool = False

    @pydantic.model_validator(mode="after")
    def _says_something(self) -> Self:
        if self == Ends.model_construct():
            raise ValueError("say what must be true in the end: nearly every talk would end so")
        return self


class Scene(_Part):
    """One situation, and what people write in it. Signed in is `customer`, in the judge's demo shop at its fixed moment."""

    id: str = pydantic.Field(pattern=r"^[a-z0-9-]+$")
    kind: Kind
    lang: Lang
    customer: str
    before: tuple[str, ...] = ()
    """The talk so far, in plain words that leave no doubt."""
    dev: tuple[Wording, ...] = pydantic.Field(min_length=1)
    frozen: tuple[Wording, ...] = pydantic.Field(min_length=1)
    agrees: int = pydantic.Field(default=0, ge=0)
    """How often a yes is given afterwards, where one is asked for; without it, whatever is `done` was agreed to in the wording."""
    directly: tuple[Wording, ...] = ()
    """The same goal said at once, from the beginning: with what a change of mind is compared."""
    ends: Ends | None = None
    any_of: tuple[Ends, ...] = ()
    """Where several ends are right."""

    @property
    def wanted(self) -> tuple[Ends, ...]:
        """The ends, any of which is right."""
        return self.any_of if self.ends is None else (self.ends,)

    @pydantic.model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.ends is None) == (not self.any_of):
            raise ValueError("give either `ends`, or several of them under `any_of`")
        if (self.kind == "change_of_mind") != bool(self.directly):
            raise ValueError("a change of mind, and nothing else, needs `directly`: its goal said at once")
        said = [_messages(wording) for wording in (*self.dev, *self.frozen)]
        if twice := [messages for messages, times in Counter(said).items() if times > 1]:
            raise ValueError(f"the wording {twice[0]!r} stands here more than once")
        return self


@dataclasses.dataclass(frozen=True)
class Case:
    """A scene in one wording."""

    scene: Scene
    part: Part
    number: int
    said: tuple[str, ...]

    @property
    def id(self) -> str:
        """The scene's id, the part and the number in it: ``keyboard-not-hoodie-zh.dev.2``."""
        return f"{self.scene.id}.{self.part}.{self.number}"

    @property
    def lang(self) -> Lang:
        """The language of the talk."""
        return self.scene.lang

    @property
    def tags(self) -> tuple[str, ...]:
        """What it is counted under."""
        return (self.scene.kind, self.part)

    @property
    def goal(self) -> str:
        """Where it must end, for whoever reads a report."""
        return " or ".join(str(ends.model_dump(exclude_defaults=True)) for ends in self.scene.wanted)

    @property
    def direct(self) -> tuple[str, ...]:
        """The messages that say the goal at once; the wordings of a scene take turns. None where it has none."""
        ways = self.scene.directly
        return _messages(ways[self.number % len(ways)]) if ways else ()


def cases_of(scenes: Sequence[Scene]) -> list[Case]:
    """Return every wording of every scene."""
    return [case for scene in scenes for case in _cases(scene)]


def _cases(scene: Scene) -> Iterator[Case]:
    for part in PARTS:
        for number, wording in enumerate(scene.dev if part == "dev" else scene.frozen, 1):
            yield Case(scene, part, number, _messages(wording))


def _messages(wording: Wording) -> tuple[str, ...]:
    return (wording,) if isinstance(wording, str) else wording


def load_scenes(folder: Path = SCENES) -> list[Scene]:
    """Read the scenes of all ``*.yaml`` below a folder; a file may hold several, separated by ``---``.

    Raises:
        RepairsError: nothing is there, a file is wrong, or an id comes twice.
    """
    files = sorted(folder.rglob("*.yaml"))
    try:
        found = [(scene, file) for file in files for scene in read_models(file, Scene)]
    except YamlFileError as error:
        raise RepairsError(str(error)) from error
    if not found:
        raise RepairsError(f"there is no scene in {folder}")
    for name, times in Counter(scene.id for scene, _ in found).items():
        if times > 1:
            where = ", ".join(str(file) for scene, file in found if scene.id == name)
            raise RepairsError(f"the id {name!r} comes {times} times: {where}")
    return [scene for scene, _ in found]
