"""Labelled moods as people keep them: JSON lines of ``text``, ``emotion``, or of ``audio`` (a file), ``emotion``, ``speaker``."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import get_args

from dialogue.commands import EmotionLabel
from dialogue.understanding.classifier.rows import RowsError, json_lines

LABELS: tuple[EmotionLabel, ...] = tuple(label for label in get_args(EmotionLabel) if label != "unknown")
NAMES: dict[str, EmotionLabel] = {
    "anger": "angry", "annoyance": "annoyed", "anxiety": "anxious", "boredom": "calm", "bored": "calm", "confusion": "confused",
    "disgust": "annoyed", "disgusted": "annoyed", "fear": "anxious", "fearful": "anxious", "frustrated": "annoyed",
    "frustration": "annoyed", "happiness": "satisfied", "happy": "satisfied", "joy": "satisfied", "neutral": "calm",
    "sadness": "sad", "satisfaction": "satisfied",
}  # fmt: skip
"""What other collections call the product's labels. Boredom sounds calm: the second guess is neutral in 21 of EmoDB's 22."""


@dataclasses.dataclass(frozen=True)
class MoodRow:
    """A message with its mood: words, or a recording and who speaks in it."""

    emotion: EmotionLabel
    text: str = ""
    audio: Path | None = None
    speaker: str = ""


def read_mood_rows(path: Path) -> list[MoodRow]:
    """Read a file; recordings are looked for from its folder.

    Raises:
        RowsError: absent, not UTF-8, a line that is no such object, a recording that is not there, or no row at all.
    """
    rows = [_row(path, number, fields) for number, fields in json_lines(path)]
    if not rows:
        raise RowsError(f'{path} is empty: expected lines like {{"text": "...", "emotion": "angry"}}')
    return rows


def _row(path: Path, number: int, fields: dict[str, object]) -> MoodRow:
    where = f"{path}, line {number}"
    emotion = _emotion(where, fields.get("emotion"))
    text, audio, speaker = (fields.get(name) for name in ("text", "audio", "speaker"))
    if audio is None:
        if not isinstance(text, str) or not text.strip():
            raise RowsError(f'{where}: expected a "text" with words in it or an "audio" file, got {text!r}')
        return MoodRow(emotion, text=text)
    if not isinstance(audio, str) or not audio:
        raise RowsError(f'{where}: expected the name of a file as "audio", got {audio!r}')
    if not isinstance(speaker, str | int) or not str(speaker):
        raise RowsError(f'{where}: expected a "speaker" for the recording, got {speaker!r}')
    file = path.parent / audio
    if not file.is_file():
        raise RowsError(f"{where}: there is no file {file}")
    return MoodRow(emotion, audio=file, speaker=str(speaker))


def _emotion(where: str, given: object) -> EmotionLabel:
    name = given.strip().lower() if isinstance(given, str) else ""
    if name in NAMES:
        return NAMES[name]
    if name not in LABELS:
        raise RowsError(f'{where}: expected an "emotion" of {", ".join(LABELS)}, got {given!r}')
    return name
