"""The conversations that the bench holds, and what a shopper says next in one."""

from __future__ import annotations

import dataclasses
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from knowledge.types import Lang
from knowledge.yaml_files import read_yaml

MIX = Path(__file__).with_name("mix.yaml")


@dataclasses.dataclass(frozen=True)
class Script:
    """One conversation, with places for the shopper's own order and item."""

    id: str
    lang: Lang
    says: tuple[str, ...]
    interrupts: tuple[str, ...] = ()


def load_scripts(path: Path = MIX) -> list[Script]:
    """Read the scripts of a file."""
    raw = read_yaml(path)
    return [
        Script(entry["id"], entry["lang"], tuple(map(str, entry["says"])), tuple(map(str, entry.get("interrupts", ()))))
        for entry in raw
    ]


class Agenda:
    """What a shopper says in one conversation: the script, interrupts where a choice is offered, then takes the first one."""

    MAX_CHOICES = 6
    """A shopper who is asked more often than this goes on with the script."""

    def __init__(self, script: Script, facts: Mapping[str, str]) -> None:
        self._says = deque(line.format_map(facts) for line in script.says)
        self._interrupts = deque(line.format_map(facts) for line in script.interrupts)
        self._taken = 0

    def next(self, replies: Sequence[Mapping[str, Any]]) -> str | None:
        """Return the next message after these replies; None when the shopper has nothing left to say."""
        choices = replies[-1].get("choices") if replies else None
        if choices and self._interrupts:
            return self._interrupts.popleft()
        if choices and self._taken < self.MAX_CHOICES:
            self._taken += 1
            return str(choices[0]["value"])
        return self._says.popleft() if self._says else None
