"""For tests: an understander that plays a script, and entities in one line each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dialogue.commands import CannotHandle, Command, Emotion, Entity, EntityType, Understanding, View
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
