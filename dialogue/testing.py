"""For tests: an understander and ears that play a script; entities and voice messages in one line each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dialogue.commands import CannotHandle, Command, Emotion, EmotionLabel, Entity, EntityType, Understanding, View
from dialogue.events import AttachmentRef
from dialogue.understanding.voice.types import Delivery, HeardVoice, Hearing, Transcript, VoiceMood
from knowledge.types import Lang


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
