"""How well moods are recognised: of words and of voices, on people's own labelled files.

Voices are heard in the order of the file, as the product hears them: a speaker's earlier recordings give the measure of the later ones.
"""

from __future__ import annotations

import collections
import dataclasses
from collections.abc import Callable, Sequence

import numpy as np

from dialogue.understanding.emotion import Feelings
from dialogue.understanding.mood_rows import LABELS, MoodRow
from dialogue.understanding.text import read as read_text
from dialogue.understanding.voice.delivery import delivery_of, is_speech
from dialogue.understanding.voice.features import described, hear
from dialogue.understanding.voice.moods import VoiceMoods
from dialogue.understanding.voice.recording import FloatArray, read
from dialogue.understanding.voice.types import VoiceMood
from evals.benchmarks.figures import IntArray, bootstrapped, macro_f1, share
from knowledge.embedding import default_embedder
from knowledge.types import JsonObject

UNKNOWN = "unknown"


@dataclasses.dataclass(frozen=True)
class Judged:
    """What was said of one row."""

    emotion: str
    said: str
    likeliest: str
    """The same, also where the answer was ``unknown``; that where nothing could be judged at all."""
    unit: str
    """Whom the row depends on: its speaker, or nobody else's."""


def judge(
    rows: Sequence[MoodRow], moods: VoiceMoods | None, name: str, progress: Callable[[float], None]
) -> JsonObject:
    """Return the figures of all rows, of the set `name`; `moods`: only needed for rows with recordings.

    Raises:
        DialogueError: a recording that cannot be read.
    """
    judged: list[Judged] = []
    feelings = Feelings(default_embedder())
    earlier: dict[str, list[FloatArray]] = collections.defaultdict(list)
    for number, row in enumerate(rows):
        progress(number / len(rows))
        if row.audio is None or moods is None:
            found = feelings.feel(read_text(row.text))
            likeliest = max(found.chances, key=lambda label: found.chances[label], default=found.label)
            judged.append(Judged(row.emotion, found.label, likeliest, f"row {number}"))
        else:
            mood = _of_voice(read(row.audio), moods, earlier[row.speaker])
            heard = max(mood.chances, key=lambda label: mood.chances[label], default=UNKNOWN)
            judged.append(Judged(row.emotion, mood.label, heard, row.speaker))
    return figures(judged, name, unit="speaker" if any(row.audio for row in rows) else "message")


def _of_voice(samples: FloatArray, moods: VoiceMoods, earlier: list[FloatArray]) -> VoiceMood:
    heard = hear(samples)
    if not is_speech(delivery_of(heard)):
        return VoiceMood()
    features = described(heard)
    mood = moods.read(features, earlier)
    earlier.append(features)
    return mood


def figures(judged: Sequence[Judged], name: str, *, unit: str) -> JsonObject:
    """Return accuracy and macro F1 of the likeliest label, what was answered and how well, and the confusion of what was said."""
    truth, likeliest = (
        np.array([_number(getattr(each, side)) for each in judged]) for side in ("emotion", "likeliest")
    )
    units = [each.unit for each in judged]
    answered = [each for each in judged if each.said != UNKNOWN]
    confusion: dict[str, dict[str, int]] = {}
    for each in judged:
        row = confusion.setdefault(each.emotion, {})
        row[each.said] = row.get(each.said, 0) + 1

    def accuracy(rows: IntArray) -> float:
        return float((truth[rows] == likeliest[rows]).mean())

    def f1(rows: IntArray) -> float:
        return macro_f1(truth[rows], likeliest[rows], sorted(set(truth.tolist())))

    return {
        "set": name,
        "n": len(judged),
        "accuracy": bootstrapped(units, accuracy, name, unit=unit),
        "macro_f1": bootstrapped(units, f1, name, unit=unit),
        "abstained": share([each.said == UNKNOWN for each in judged], name),
        "accuracy_answered": share([each.said == each.emotion for each in answered], f"{name}, answered"),
        "confusion": {label: confusion[label] for label in LABELS if label in confusion},
    }


def _number(label: str) -> int:
    return LABELS.index(label) if label in LABELS else -1
