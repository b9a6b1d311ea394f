"""Listening to voice messages: what is said, and how it sounds. The heavy work is done in a thread, one recording at a time."""

from __future__ import annotations

import asyncio
import collections
import dataclasses
import functools
import logging
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from dialogue.events import AttachmentRef
from dialogue.understanding.voice.delivery import delivery_of, impatience, is_speech
from dialogue.understanding.voice.emotion import VoiceModelError
from dialogue.understanding.voice.features import available, described, hear
from dialogue.understanding.voice.frames import RATE_HZ
from dialogue.understanding.voice.moods import SHIPPED, VoiceMoods
from dialogue.understanding.voice.recognition import LONGEST_S, Recogniser, Recording
from dialogue.understanding.voice.recording import LONGEST_S as MEASURED_S
from dialogue.understanding.voice.recording import FloatArray, RecordingError, read, readable
from dialogue.understanding.voice.types import Delivery, HeardVoice, Hearing, Transcript, VoiceMood
from knowledge.db import Database
from knowledge.schema import Attachment

OWN_MODEL = Path("models") / "voice-emotion.npz"
"""Below the data folder: what ``xiaoer emotion train`` made of a shop's own recordings."""
_KEPT = 64
"""A turn that a newer message overtakes is begun again: its recordings are not heard twice."""
_log = logging.getLogger(__name__)


class Ears(Protocol):
    """Hears voice messages."""

    async def listen(self, ref: AttachmentRef, earlier: Sequence[HeardVoice]) -> Hearing:
        """Return what is heard, given the same person's earlier messages, oldest first. Never raises for any recording."""
        ...


@dataclasses.dataclass(frozen=True)
class _Sound:
    """What of a recording depends on nothing else; no features: no speech."""

    seconds: float
    delivery: Delivery
    features: FloatArray | None
    ms: float


class RecordingEars:
    """Hears the recordings that are kept below a data folder.

    Args:
        database: with the rows of the attachments.
        folder: the data folder.
        recogniser: turns speech into text.
    """

    def __init__(self, database: Database, folder: Path, recogniser: Recogniser) -> None:
        self._database = database
        self._folder = folder
        self._recogniser = recogniser
        self._one_at_a_time = asyncio.Semaphore(1)
        self._heard: collections.OrderedDict[str, tuple[_Sound | None, Transcript | None]] = collections.OrderedDict()

    async def listen(self, ref: AttachmentRef, earlier: Sequence[HeardVoice]) -> Hearing:
        """Hear a recording once; measure it against the earlier ones each time."""
        if ref.id not in self._heard:
            self._heard[ref.id] = await self._listen(ref)
            while len(self._heard) > _KEPT:
                self._heard.popitem(last=False)
        sound, transcript = self._heard[ref.id]
        voice = await asyncio.to_thread(self._voice, sound, earlier) if sound is not None else None
        return Hearing(attachment_id=ref.id, transcript=transcript, voice=voice)

    async def _listen(self, ref: AttachmentRef) -> tuple[_Sound | None, Transcript | None]:
        async with self._database.read() as session:
            row = await session.get(Attachment, ref.id)
        path = self._folder / row.path if row is not None else None
        if path is None or not path.is_file():
            return None, None
        try:
            async with self._one_at_a_time:
                samples = await asyncio.to_thread(read, path, longest_s=LONGEST_S) if readable() else None
                sound = await asyncio.to_thread(_measured, samples) if samples is not None and available() else None
        except RecordingError as error:
            _log.info("a voice message was not read: %s", error)
            return None, None
        return sound, await self._recogniser.transcribe(Recording(path, ref.media_type, samples))

    def _voice(self, sound: _Sound, earlier: Sequence[HeardVoice]) -> HeardVoice:
        started = time.perf_counter()
        moods = self._moods
        if sound.features is None:
            return HeardVoice(
                seconds=sound.seconds, mood=VoiceMood(), delivery=sound.delivery, model=moods.name, ms=sound.ms
            )
        known = [voice for voice in earlier if voice.model == moods.name and voice.features]
        mood = moods.read(sound.features, [moods.unpacked(voice.features) for voice in known])
        return HeardVoice(
            seconds=sound.seconds,
            mood=mood,
            impatience=impatience(sound.delivery, [voice.delivery for voice in known]),
            delivery=sound.delivery,
            model=moods.name,
            features=moods.packed(sound.features),
            ms=round(sound.ms + (time.perf_counter() - started) * 1000, 1),
        )

    @functools.cached_property
    def _moods(self) -> VoiceMoods:
        own = self._folder / OWN_MODEL
        try:
            return VoiceMoods.load(own if own.is_file() else SHIPPED)
        except VoiceModelError as error:
            _log.warning("%s; the shipped model is used", error)
            return VoiceMoods.load(SHIPPED)


def _measured(samples: FloatArray) -> _Sound:
    started = time.perf_counter()
    heard = hear(samples[: int(MEASURED_S * RATE_HZ)])
    delivery = delivery_of(heard)
    features = described(heard) if is_speech(delivery) else None
    ms = round((time.perf_counter() - started) * 1000, 1)
    return _Sound(round(len(samples) / RATE_HZ, 2), delivery, features, ms)
