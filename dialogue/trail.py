"""The trail of an episode: turn by turn what was said, what it was taken for and how it sounded, and where each fact came up.

A turn is named by the sequence number of the last message that it answered, which is what a ticket's statements point to.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol

import pydantic

from dialogue.commands import Choose, Emotion, Entity, PendingQuestion, Provide, StartFlow, Understanding
from dialogue.understanding.voice.types import HeardVoice
from knowledge.types import Lang

TURNS_KEPT = 40
LONGEST = 300
"""Characters that are kept of what was said in a turn."""


class Mention(pydantic.BaseModel):
    """Something that was mentioned or chosen in a turn."""

    model_config = pydantic.ConfigDict(frozen=True)

    name: str
    """The type of an entity, or the slot that was asked for."""
    value: str
    words: str
    asked: int | None = None
    """The turn in which the choice was offered that this is one of."""


@dataclasses.dataclass(frozen=True)
class Received:
    """What a turn answers: its last message's sequence number, all that was said, ids of what came with it."""

    seq: int
    text: str
    attachments: tuple[str, ...] = ()


class TurnTrace(pydantic.BaseModel):
    """One turn of the person."""

    model_config = pydantic.ConfigDict(frozen=True)

    seq: int
    text: str = ""
    lang: Lang = "zh"
    intent: str = ""
    """The procedure that it asked for; else the kind of its first command."""
    emotion: Emotion = Emotion()
    voice: HeardVoice | None = None
    lost: bool = False
    attachments: tuple[str, ...] = ()
    """Ids of what came with it."""
    told: tuple[Mention, ...] = ()


class Trail(pydantic.BaseModel):
    """What a ticket is traced by; a fold over the events of the episode."""

    model_config = pydantic.ConfigDict(frozen=True)

    turns: tuple[TurnTrace, ...] = ()
    began: dict[int, int] = {}
    """`Frame.id` -> the turn in which it began."""
    settled: dict[str, int] = {}
    """``FRAME.SLOT`` -> the turn in which the slot got its value."""
    numbered: dict[int, int] = {}
    """`Memory.turn` -> the turn."""
    attempted: dict[int, int] = {}
    """Sequence number of a tool's return -> the turn."""
    proven: int | None = None
    """The turn in which the person proved who they are."""
    asked: int | None = None
    """The turn in which the open question was put."""
    voices: tuple[HeardVoice, ...] = ()
    """Of the turn that is going on."""

    @property
    def now(self) -> int | None:
        """The turn that is going on, or the last one."""
        return self.turns[-1].seq if self.turns else None


class FrameLike(Protocol):
    """As much of `dialogue.state.Frame` as is traced."""

    @property
    def id(self) -> int: ...  # noqa: D102
    @property
    def slots(self) -> dict[str, Any]: ...  # noqa: D102


def understood(
    trail: Trail, turn: Received, understanding: Understanding, question: PendingQuestion | None, *, lost: bool
) -> Trail:
    """Return the trail with a turn that was just understood; `question` is the one that was open."""
    trace = TurnTrace(
        seq=turn.seq,
        text=turn.text[:LONGEST],
        lang=understanding.lang,
        intent=intent_of(understanding),
        emotion=understanding.emotion,
        voice=trail.voices[-1] if trail.voices else None,
        lost=lost,
        attachments=turn.attachments,
        told=tuple(_told(turn.text, understanding, question, trail.asked)),
    )
    return trail.model_copy(update={"turns": (*trail.turns, trace)[-TURNS_KEPT:], "voices": ()})


def _told(
    text: str, understanding: Understanding, question: PendingQuestion | None, asked: int | None
) -> Iterator[Mention]:
    for command in understanding.commands:
        if isinstance(command, Choose) and question is not None:
            labels = [question.choices[at] for at in command.indexes if 0 <= at < len(question.choices)]
            name = question.slot or question.kind
            yield Mention(name=name, value=" + ".join(labels), words=text[:LONGEST], asked=asked)
        elif isinstance(command, Provide) and question is not None and not command.entities and text.strip():
            yield Mention(name=question.slot or question.kind, value=text.strip()[:LONGEST], words=text[:LONGEST])
    commanded = (entity for command in understanding.commands for entity in getattr(command, "entities", ()))
    yield from dict.fromkeys(_mentioned(entity) for entity in (*understanding.entities, *commanded))


def _mentioned(entity: Entity) -> Mention:
    return Mention(name=entity.type, value=short(entity), words=entity.text[:LONGEST])


def short(entity: Entity) -> str:
    """Return the value of an entity in few words: an id, a name, a number; its own words where it has no such thing."""
    value = entity.value
    if entity.type == "address" and entity.text:
        return " ".join(entity.text.split())[:LONGEST]
    if entity.type == "amount" and isinstance(value.get("minor"), int):
        return entity.text or str(value["minor"])
    for name in ("id", "suffix", "terms", "value", "text", "full", "name", "last_four", "kind", "n", "date", "code"):
        if value.get(name) not in (None, "", []):
            return str(value[name])[:LONGEST]
    return entity.text[:LONGEST]


def intent_of(understanding: Understanding) -> str:
    """Return what a message was taken for."""
    started = next((command.flow for command in understanding.commands if isinstance(command, StartFlow)), "")
    return started or next((command.kind for command in understanding.commands), "")


def traced(
    trail: Trail, before: Iterable[FrameLike], after: Iterable[FrameLike], seq: int, turn: int | None = None
) -> Trail:
    """Return the trail after the frames have changed in the turn `seq`.

    Args:
        turn: `Memory.turn` of it, where it is known.
    """
    values = {frame.id: frame.slots for frame in before}
    began, settled = dict(trail.began), dict(trail.settled)
    for frame in after:
        began.setdefault(frame.id, seq)
        old: Mapping[str, Any] = values.get(frame.id, {})
        settled |= {f"{frame.id}.{name}": seq for name, value in frame.slots.items() if old.get(name) != value}
    numbered = trail.numbered if turn is None else {**trail.numbered, turn: seq}
    return trail.model_copy(update={"began": began, "settled": settled, "numbered": numbered})
