"""For tests: an understander and ears that play a script; replicas in one process; entities and voice messages in one line each."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from dialogue.commands import CannotHandle, Command, Emotion, EmotionLabel, Entity, EntityType, Understanding, View
from dialogue.events import AttachmentRef
from dialogue.relay import Listener
from dialogue.understanding.voice.types import Delivery, HeardVoice, Hearing, Transcript, VoiceMood
from knowledge.types import JsonObject, Lang


class ScriptedUnderstander:
    """Understands exactly the messages of its script; any other is `CannotHandle`.

    Args:
        script: message -> its commands.
        lang: the language of every message.
    """

    def __init__(self, script: Mapping[str, tuple[Command, ...]], lang: Lang = "en") -> None:
        self.script = dict(script)
        self.lang = lang
        self.emotions: dict[str, Emotion] = {}
        self.views: list[View] = []

    async def understand(self, text: str, view: View) -> Understanding:
        """Look the message up."""
        self.views.append(view)
        commands = self.script.get(text, (CannotHandle(),))
        emotion = self.emotions.get(text, Emotion())
        return Understanding(lang=self.lang, commands=commands, emotion=emotion, model="scripted")


class LinkedRelay:
    """A relay to others of this process, which are given to `link`; what is told arrives when the loop turns."""

    def __init__(self) -> None:
        self._others: list[LinkedRelay] = []
        self._listeners: list[Listener] = []
        self._told: set[asyncio.Task[None]] = set()

    def link(self, other: LinkedRelay) -> None:
        """Tell each the news of the other from now on."""
        self._others.append(other)
        other._others.append(self)

    def tell(self, news: JsonObject) -> None:
        """Tell the others."""
        for other in self._others:
            task = asyncio.ensure_future(other._hear(news))
            self._told.add(task)
            task.add_done_callback(self._told.discard)

    def listen(self, listener: Listener) -> None:
        """Call `listener` with what the others tell."""
        self._listeners.append(listener)

    async def _hear(self, news: JsonObject) -> None:
        for listener in self._listeners:
            await listener(news)


def entity(kind: EntityType, said: str = "", start: int = 0, /, **value: Any) -> Entity:
    """Return an entity; its span starts at `start`."""
    return Entity(type=kind, value=value, text=said, start=start, end=start + len(said))


class ScriptedEars:
    """Hears in each attachment of its script what it says; any other is not heard."""

    def __init__(self, script: Mapping[str, Hearing] | None = None) -> None:
        self.script = dict(script or {})
        self.earlier: list[int] = []
        """How many earlier voices it was given, each time."""

    async def listen(self, ref: AttachmentRef, earlier: Sequence[HeardVoice]) -> Hearing:
        """Look the attachment up."""
        self.earlier.append(len(earlier))
        return self.script.get(ref.id, Hearing(attachment_id=ref.id))


def hearing(
    attachment_id: str,
    text: str | None = None,
    mood: EmotionLabel = "unknown",
    *,
    chance: float = 0.95,
    known: bool = False,
) -> Hearing:
    """Return that an attachment says `text` (None: nobody could tell) in a mood; ``unknown``: there is no speech."""
    transcript = Transcript(text=text, lang="en", recogniser="scripted") if text is not None else None
    labels: tuple[EmotionLabel, ...] = ("angry", "annoyed", "anxious", "calm", "sad", "satisfied")
    chances = {label: chance if label == mood else (1 - chance) / 5 for label in labels} if mood != "unknown" else {}
    delivery = Delivery(
        seconds=2, voiced_s=1, clearness_db=8, glide=0.2, syllables_per_s=4, level_db=-20, effort_db=-14, pitch=22,
        pitch_range=9, pauses=0.1,
    )  # fmt: skip
    voice = HeardVoice(
        seconds=2.0,
        mood=VoiceMood(label=mood, chances=chances, own_measure=known),
        impatience=0.8 if chances else None,
        delivery=delivery,
        model="scripted",
        features="kept" if chances else "",
    )
    return Hearing(attachment_id=attachment_id, transcript=transcript, voice=voice)
