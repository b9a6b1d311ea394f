"""How well a small language model reads messages beside the embedded understanding: ``xiaoer llm evaluate``.

Two sets. ``held-out lines``: messages in their place in a conversation, made from lines of our utterances that neither learnt from
(`dialogue.understanding.llm.pairs`); the embedded classifier is fitted anew without them. ``wishes``: the half ``report`` of
`evals.intents`, colloquial first messages that nobody learnt from.

Figures, by set and language: `right`, the share of messages whose commands are those that are held, in kind, order and procedure;
`slots`, the share in which they also have exactly the things mentioned that belong to each (of held-out lines with any; a wish has none
marked); `fell_back`, the share that the model gave no usable answer for, so that the embedded reading stood. Milliseconds are those of a
whole message as it is read in a conversation; with a model they include the request over HTTP.
"""

from __future__ import annotations

import dataclasses
import random
import time
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from dialogue.commands import Choose, Command, Correct, Provide, StartFlow, Understander, View
from dialogue.understanding.llm.pairs import Entities, Pair, command_of
from evals.intents import Wish
from evals.metrics import Share
from knowledge.types import JsonObject, Lang

SETS = ("held-out lines", "wishes")
Progress = Callable[[str, float], None]


@dataclasses.dataclass(frozen=True)
class Asked:
    """A message with the commands that it holds."""

    of: str
    """Its set."""
    lang: Lang
    text: str
    view: View
    commands: tuple[Command, ...]
    marked: bool
    """Whether it is known which things mentioned belong to which command."""


@dataclasses.dataclass(frozen=True)
class Read:
    """What a reader made of a message."""

    right: bool
    slots: bool
    ms: float
    fell_back: bool


@dataclasses.dataclass(frozen=True)
class Figures:
    """The figures of one set and language; see the module."""

    right: Share
    slots: Share
    fell_back: Share
    ms: tuple[float, float]
    """50th and 95th percentile."""

    def to_json(self) -> JsonObject:
        """Return them as one JSON object."""
        shares = {name: getattr(self, name).to_json() for name in ("right", "slots", "fell_back")}
        return {**shares, "ms": {"p50": round(self.ms[0], 1), "p95": round(self.ms[1], 1)}}


def questions(
    held: Sequence[Pair], wishes: Sequence[Wish], entities: Entities, *, limit: int, seed: int = 7
) -> list[Asked]:
    """Return the messages to read, at most `limit` of each set and language, drawn at random."""
    found = [
        Asked(SETS[0], row.lang, row.text, row.view, row.commands, marked=bool(_things(row.commands)))
        for row in held
        if row.half == "held"
    ]
    for wish in wishes:
        command = command_of(wish.intent, wish.text, tuple(entities(wish.text)))
        if command is not None:
            found.append(Asked(SETS[1], wish.lang, wish.text, View(), (command,), marked=False))
    rng = random.Random(seed)  # noqa: S311 (no secret)
    rng.shuffle(found)
    groups: dict[tuple[str, Lang], list[Asked]] = {}
    for asked in found:
        groups.setdefault((asked.of, asked.lang), []).append(asked)
    return [asked for key in sorted(groups) for asked in groups[key][:limit]]


async def read_all(
    understander: Understander, asked: Sequence[Asked], *, model: str = "", progress: Progress | None = None
) -> list[Read]:
    """Read every message; a reading that is not by `model` fell back."""
    found = []
    for number, each in enumerate(asked):
        started = time.perf_counter()
        reading = await understander.understand(each.text, each.view)
        ms = 1000 * (time.perf_counter() - started)
        right = _kinds(reading.commands) == _kinds(each.commands)
        slots = right and _things(reading.commands) == _things(each.commands)
        found.append(Read(right, slots, ms, not reading.model.startswith(model)))
        if progress:
            progress(f"reading with {model or 'the embedded understanding'}", (number + 1) / len(asked))
    return found


def figures(asked: Sequence[Asked], read: Sequence[Read]) -> dict[str, dict[Lang, Figures]]:
    """Work the figures out, by set and language."""
    found: dict[str, dict[Lang, Figures]] = {}
    for of, lang in sorted({(each.of, each.lang) for each in asked}):
        rows = [(one, other) for one, other in zip(asked, read, strict=True) if (one.of, one.lang) == (of, lang)]
        middle, high = np.percentile([other.ms for _, other in rows], [50, 95])
        found.setdefault(of, {})[lang] = Figures(
            right=Share.of([other.right for _, other in rows]),
            slots=Share.of([other.slots for one, other in rows if one.marked]),
            fell_back=Share.of([other.fell_back for _, other in rows]),
            ms=(float(middle), float(high)),
        )
    return found


def text(found: Mapping[str, Mapping[str, Mapping[Lang, Figures]]]) -> str:
    """Return the figures of every reader to read; 95 % intervals."""
    lines = []
    for of in SETS:
        lines.append(of)
        for reader, sets in found.items():
            for lang, entry in sets.get(of, {}).items():
                shown = f"  {lang}  {reader}: right {entry.right}"
                shown += f"   slots {entry.slots}" if entry.slots.n else ""
                shown += f"   fell back {entry.fell_back.value:.1%}".replace("%", " %")
                lines.append(f"{shown}   ms p50 {entry.ms[0]:.1f}, p95 {entry.ms[1]:.1f}")
    return "\n".join(lines)


def _kinds(commands: Sequence[Command]) -> list[tuple[str, str]]:
    return [(command.kind, command.flow if isinstance(command, StartFlow) else "") for command in commands]


def _things(commands: Sequence[Command]) -> list[frozenset[object]]:
    """Return what belongs to each command that may have something; nothing where none has."""
    found: list[frozenset[object]] = []
    for command in commands:
        if isinstance(command, StartFlow | Provide | Correct):
            found.append(frozenset((each.type, each.start, each.end) for each in command.entities))
        elif isinstance(command, Choose):
            found.append(frozenset(command.indexes))
    return found if any(found) else []
