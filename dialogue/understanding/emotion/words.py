"""The mood of a message by words alone: where no model fits the embedder, and for messages without words.

Summed weights of `moods.yaml`, amplified by signs of force; scores were set by eye and are no chances. Macro-F1 over seven moods:
see ``docs/model-cards/text-emotion.md``, which compares it with the model.
"""

from __future__ import annotations

import re

from dialogue.commands import Emotion
from dialogue.understanding.emotion.evidence import EMOJI, MOODS, Evidence
from dialogue.understanding.text import Text


def by_words(seen: Evidence) -> Emotion:
    """Return the mood that words speak for; ``calm`` when none does."""
    weights = {mood: seen.weights[mood] for mood in MOODS}
    weights["annoyed"] += 0.5 * seen.denied
    bad = max(weights[label] for label in ("angry", "annoyed", "anxious", "sad"))
    if bad > 0:
        weights["satisfied"] *= 0.35
    if seen.force >= 0.45 and weights["annoyed"] >= weights["angry"] and weights["annoyed"] > 0:
        weights["angry"] += 0.6 * weights["annoyed"] + 0.4
    if not any(weights.values()):
        if seen.force >= 0.6:
            return Emotion(label="annoyed", score=0.45, intensity=round(0.4 * seen.force, 2))
        return Emotion(label="calm", score=0.8 - 0.3 * seen.force, intensity=0.0)
    best = max(MOODS, key=lambda label: weights[label])
    share = weights[best] / sum(weights.values())
    score = min(0.95, 0.45 + 0.35 * share * min(1.0, weights[best]) + 0.08 * max(0.0, weights[best] - 1.0))
    intensity = min(1.0, 0.35 * weights[best] + 0.5 * seen.force + (0.15 if seen.strong else 0.0))
    return Emotion(label=best, score=round(score, 2), intensity=round(intensity, 2))


def by_signs(text: Text) -> Emotion:
    """Return the mood of a message without a word; ``unknown`` where no sign speaks for one."""
    for label, signs in EMOJI.items():
        if any(sign in text.low for sign in signs):
            return Emotion(label=label, score=0.6, intensity=0.5)
    if re.search(r"[!?]{3,}", text.plain):
        return Emotion(label="annoyed", score=0.4, intensity=0.4)
    return Emotion(label="unknown", score=0.0, intensity=0.0)
