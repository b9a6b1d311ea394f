"""How a message sounds: words of mood with negation, capitals, punctuation and repetition.

Data: word lists written for this project (``data/moods.yaml``). Method: summed weights, amplified by signs of force; the
chance of a label was set by eye on some hundred messages of our own, so it is rough. Politeness ("thanks") does not hide
anger in the same message. Limits: no irony beyond a few fixed phrases, no memory of earlier messages.
"""

from __future__ import annotations

import functools
import re
from typing import get_args

from dialogue.commands import Emotion, EmotionLabel
from dialogue.understanding.data import read_yaml
from dialogue.understanding.text import Text

_LABELS: tuple[str, ...] = get_args(EmotionLabel)
_NEGATED_EN = re.compile(
    r"(?:\bnot|n't|\bno|\bnever|\bwithout|\bisn't|\baren't|\bhardly)(?: (?:so|very|at all|really|that|too|been|be|a|the|in))*\s+$"
)
_NEGATED_ZH = re.compile(r"(?:不|没有?|别|并不|不是|不用|不要|不太|不怎么|毫不)(?:太|很|是|那么|感到|觉得)?$")
_STRONG = re.compile(
    r"\b(?:so|very|really|extremely|super|absolutely|completely|totally|too|fucking|damn)\b|太|真|非常|特别|超级|极了|死了|透了|十分|很|好(?=难|烦|气)"
)
_CALM_WORDS = frozenset({"good", "ok", "okay"})
_EMOJI = {
    "angry": "😡😠🤬💢👿",
    "sad": "😢😭💔😞😔🥺☹🙁",
    "satisfied": "😊😀😄😁🙂😍🥰👍❤🎉😘💕🌹",
    "annoyed": "🙄😒😤🤦💩",
    "anxious": "😰😨😥😟🆘",
    "confused": "😕🤔❓😵🤨",
}


@functools.cache
def _words() -> dict[str, tuple[tuple[str, float, re.Pattern[str]], ...]]:
    raw = read_yaml("moods.yaml")
    found: dict[str, tuple[tuple[str, float, re.Pattern[str]], ...]] = {}
    for lang, labels in raw.items():
        rows = []
        for label, weights in labels.items():
            for weight, words in weights.items():
                joined = "|".join(map(str, words))
                pattern = rf"(?<![\w])(?:{joined})(?![\w])" if lang == "en" else joined
                rows.append((label, float(weight), re.compile(pattern)))
        found[lang] = tuple(rows)
    return found


def feel(text: Text) -> Emotion:
    """Return the mood of a message; ``calm`` when nothing speaks against it, ``unknown`` when there are no words."""
    low = text.low
    if not re.search(r"[a-z\u3400-\u9fff]", low):
        return _from_signs(text)
    weights = dict.fromkeys(_LABELS, 0.0)
    for rows in _words().values():
        for label, weight, pattern in rows:
            for match in pattern.finditer(low):
                if _negates(low, match.start()):
                    if label == "satisfied":
                        weights["annoyed"] += 0.5 * weight
                    continue
                weights[label] += weight
    for label, signs in _EMOJI.items():
        weights[label] += 0.9 * sum(low.count(sign) for sign in signs)
    force = _force(text)
    return _chosen(weights, force, _STRONG.search(low) is not None)


def _negates(low: str, start: int) -> bool:
    before = low[max(0, start - 20) : start]
    return bool(_NEGATED_EN.search(before) or _NEGATED_ZH.search(before))


def _force(text: Text) -> float:
    """Signs of force in [0, 1]: exclamation marks, capitals, letters and marks repeated."""
    letters = [c for c in text.plain if c.isascii() and c.isalpha()]
    shouted = sum(len(w) for w in re.findall(r"\b[A-Z]{3,}\b", text.plain)) / max(12, len(letters))
    marks = min(3, text.plain.count("!")) * 0.15 + (0.25 if re.search(r"[!?]{2,}", text.plain) else 0.0)
    repeated = 0.15 if re.search(r"([a-z\u4e00-\u9fff])\1{3,}|(急{2,}|啊{2,})", text.low) else 0.0
    return min(1.0, marks + min(0.6, 1.2 * shouted) + repeated)


def _chosen(weights: dict[str, float], force: float, strong: bool) -> Emotion:  # noqa: FBT001 (private)
    bad = max(weights[label] for label in ("angry", "annoyed", "anxious", "sad"))
    if bad > 0:
        weights["satisfied"] *= 0.35
    if force >= 0.45 and weights["annoyed"] >= weights["angry"] and weights["annoyed"] > 0:
        weights["angry"] += 0.6 * weights["annoyed"] + 0.4
    if not any(weights.values()):
        if force >= 0.6:
            return Emotion(label="annoyed", score=0.45, intensity=round(0.4 * force, 2))
        return Emotion(label="calm", score=0.8 - 0.3 * force, intensity=0.0)
    best = max(_LABELS, key=lambda label: weights[label])
    total = sum(weights.values())
    share = weights[best] / total
    score = min(0.95, 0.45 + 0.35 * share * min(1.0, weights[best]) + 0.08 * max(0.0, weights[best] - 1.0))
    intensity = min(1.0, 0.35 * weights[best] + 0.5 * force + (0.15 if strong else 0.0))
    return Emotion(label=best, score=round(score, 2), intensity=round(intensity, 2))


def _from_signs(text: Text) -> Emotion:
    for label, signs in _EMOJI.items():
        if any(sign in text.low for sign in signs):
            return Emotion(label=label, score=0.6, intensity=0.5)
    if re.search(r"[!?]{3,}", text.plain):
        return Emotion(label="annoyed", score=0.4, intensity=0.4)
    return Emotion(label="unknown", score=0.0, intensity=0.0)
