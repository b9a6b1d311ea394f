"""The mood of one message, with its chances and its intensity."""

from __future__ import annotations

import functools
import logging
import re
from pathlib import Path

from dialogue.commands import Emotion
from dialogue.understanding.emotion.evidence import MOODS, Evidence, evidence
from dialogue.understanding.emotion.model import WEIGHTS, MoodModel, MoodModelError
from dialogue.understanding.emotion.words import by_signs, by_words
from dialogue.understanding.intents import MAX_CHARS
from dialogue.understanding.text import Text
from knowledge.embedding import Embedder, FloatArray
from knowledge.words import simplified

SURE = 0.35
"""A mood that is less likely than this is not claimed: the label is ``unknown`` then."""

_log = logging.getLogger(__name__)
_WORD = re.compile(r"[a-z\u3400-\u9fff]")


class Feelings:
    """Says how messages feel; keeps no state of conversations.

    0.14 ms a message beside its embedding, which its intent mostly asks for anyway.
    """

    def __init__(self, embedder: Embedder, weights: Path = WEIGHTS) -> None:
        self._embedder = embedder
        self._model = _fitting(embedder, weights)

    @property
    def measured(self) -> bool:
        """Whether a model reads; False: words alone, whose scores are no chances."""
        return self._model is not None

    def feel(self, text: Text) -> Emotion:
        """Return the mood; ``unknown`` where there is no word and no sign, or where no mood is likely enough."""
        if not _WORD.search(text.low):
            return by_signs(text)
        seen = evidence(text)
        if self._model is None:
            return by_words(seen)
        vector = self._embedder.encode([simplified(text.raw[:MAX_CHARS])])
        return _emotion(self._model.chances(vector, seen.features()[None])[0], seen)


def _emotion(chances: FloatArray, seen: Evidence) -> Emotion:
    best = int(chances.argmax())
    score = float(chances[best])
    return Emotion(
        label=MOODS[best] if score >= SURE else "unknown",
        score=round(score, 3),
        intensity=_intensity(chances, seen),
        chances={mood: round(float(chance), 3) for mood, chance in zip(MOODS, chances, strict=True)},
    )


def _intensity(chances: FloatArray, seen: Evidence) -> float:
    """Return how strongly anything is felt: by how much likelier the mood is than calm, by words of it and by signs of force."""
    best = int(chances.argmax())
    if MOODS[best] == "calm":
        return 0.0
    margin = float(chances[best] - chances[0])
    words = min(1.0, seen.weights[MOODS[best]] / 2)
    return round(min(1.0, 0.7 * margin + 0.25 * words + 0.45 * seen.force + (0.1 if seen.strong else 0.0)), 2)


@functools.cache
def _shipped(weights: Path) -> MoodModel | None:
    try:
        return MoodModel.load(weights)
    except MoodModelError as error:
        _log.warning("%s; moods are read by words alone", error)
        return None


def _fitting(embedder: Embedder, weights: Path) -> MoodModel | None:
    model = _shipped(weights)
    return model if model is not None and model.reads(embedder) else None
