"""What a simulated shopper sees of an answer, and how it reads it: as a person would, by words and buttons."""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

import pydantic

from dialogue.replies.types import ChoicesReply, Reply
from dialogue.turn import Turn
from knowledge.types import Lang
from knowledge.yaml_files import read_model

WORDINGS = Path(__file__).with_name("wordings")


class Words(pydantic.BaseModel):
    """A file of ``wordings/``: see the comments there."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)

    asking: tuple[str, ...]
    asks: dict[str, tuple[str, ...]]
    instead: dict[str, tuple[str, ...]]
    answers: dict[str, tuple[str, ...]]
    together: str
    unknown: tuple[str, ...]
    yes: tuple[str, ...]
    no: tuple[str, ...]
    thanks: tuple[str, ...]
    person: tuple[str, ...]
    affirming: tuple[str, ...]
    declining: tuple[str, ...]
    not_yet: tuple[str, ...]
    stopping: tuple[str, ...]
    colleague: tuple[str, ...]
    lost: tuple[str, ...]
    done: tuple[str, ...]
    shows: dict[str, tuple[str, ...]]
    moods: dict[str, tuple[str, ...]]
    fillers: tuple[str, ...]
    endings: tuple[str, ...]
    short_forms: dict[str, str | int]
    misspelt: dict[str, str]
    asides: tuple[str, ...]
    corrections: tuple[str, ...]
    mixed: tuple[str, ...]


@functools.cache
def words_of(lang: Lang) -> Words:
    """Return the wordings of a language."""
    return read_model(WORDINGS / f"{lang}.yaml", Words)


@dataclasses.dataclass(frozen=True)
class Seen:
    """What a person sees of an answer."""

    text: str
    choices: tuple[str, ...] = ()
    multiple: bool = False
    handled_by: Literal["bot", "human", "queue"] = "bot"
    lang: Lang | None = None
    """The language that it is in, as far as that is known."""

    @classmethod
    def of(cls, turn: Turn) -> Seen:
        """Look at a turn: its words and its buttons, nothing else."""
        asked = next((reply for reply in reversed(turn.replies) if isinstance(reply, ChoicesReply)), None)
        text = "\n".join(reply.text for reply in turn.replies)
        labels = tuple(choice.label for choice in asked.choices) if asked else ()
        lang = turn.replies[-1].lang if turn.replies else None
        return cls(text, labels, bool(asked and asked.multiple), turn.handled_by, lang)

    @property
    def question(self) -> str:
        """The last line that asks for something."""
        lines = [line for line in self.text.splitlines() if line.strip()]
        return lines[-1] if lines else ""


def shown(reply: Reply) -> Iterator[str]:
    """Yield every text of a reply that a person sees: what it says, its buttons, and what stands on its cards."""
    yield from _texts(reply.model_dump(mode="json", exclude={"type", "lang"}))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)


def decision(words: Words, seen: Seen) -> Literal["confirm", "offer"] | None:
    """Tell a yes-or-no question, and whether it is about a colleague."""
    affirming = [label for label in seen.choices if matches(words.affirming, label)]
    declining = [label for label in seen.choices if matches(words.declining, label)]
    if not affirming or not declining or len(seen.choices) > 3:
        return None
    return "offer" if matches(words.colleague, seen.question) else "confirm"


def says_yes(words: Words, seen: Seen, message: str) -> bool:
    """Tell whether a message agrees to what was to be confirmed: whatever does not decline."""
    declines = message in words.no or matches(words.declining, message)
    return decision(words, seen) == "confirm" and not declines


def facts_asked(words: Words, seen: Seen) -> list[str]:
    """Return the facts that the last line asks for."""
    if not matches(words.asking, seen.question):
        return []
    return [fact for fact, patterns in words.asks.items() if matches(patterns, seen.question)]


def likeness(value: str, label: str) -> float:
    """Return how much of `value` stands in `label`, in [0, 1]: by words, in Chinese by pairs of characters.

    Numbers tell apart what is otherwise alike (27 Elm Street, 450 ml): where one is missing, it is another thing. A size L is
    not in "black".
    """
    value, label = value.lower().strip(), label.lower()
    if not value or "@" in value:
        return float(bool(value) and value in label)
    words, labelled = re.findall(r"[a-z0-9]+", value), re.findall(r"[a-z0-9]+", label)
    if any((word[0].isdigit() or len(word) == 1) and word not in labelled for word in words):
        return 0.0
    if value in label:
        return 1.0
    parts = words + [value[i : i + 2] for i in range(len(value) - 1) if ord(value[i]) > 0x2E80]
    return sum(part in label for part in parts) / len(parts) if parts else 0.0


def matches(patterns: Sequence[str], text: str) -> bool:
    """Tell whether one of the patterns is found."""
    return any(re.search(pattern, text, re.IGNORECASE) for pattern in patterns)
