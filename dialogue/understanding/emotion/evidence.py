"""What stands in a message for a mood, seen without a model: words with negation, irony beside trouble, emoji, signs of force."""

from __future__ import annotations

import dataclasses
import functools
import re
from typing import get_args

import numpy as np

from dialogue.commands import EmotionLabel
from dialogue.understanding.data import read_yaml
from dialogue.understanding.text import HAN, Text
from knowledge.embedding import FloatArray

MOODS: tuple[EmotionLabel, ...] = tuple(label for label in get_args(EmotionLabel) if label != "unknown")
"""The labels that a message with words may get, `calm` first."""

_ENOUGH = 2.0
"""More words of one mood than this say no more."""
_LONGEST = 300
_NEGATED_EN = re.compile(
    r"(?:\bnot|n't|\bno|\bnever|\bwithout|\bisn't|\baren't|\bhardly)(?: (?:so|very|at all|really|that|too|been|be|a|the|in))*\s+$"
)
_NEGATED_ZH = re.compile(r"(?:不|没有?|别|并不|不是|不用|不要|不太|不怎么|毫不)(?:太|很|是|那么|感到|觉得)?$")
_STRONG = re.compile(
    r"\b(?:so|very|really|extremely|super|absolutely|completely|totally|too|fucking|damn)\b|太|真|非常|特别|超级|极了|死了|透了|十分|很|好(?=难|烦|气)"
)
EMOJI = {
    "angry": "😡😠🤬💢👿",
    "sad": "😢😭💔😞😔🥺☹🙁",
    "satisfied": "😊😀😄😁🙂😍🥰👍❤🎉😘💕🌹",
    "annoyed": "🙄😒😤🤦💩",
    "anxious": "😰😨😥😟🆘",
    "confused": "😕🤔❓😵🤨",
}


@dataclasses.dataclass(frozen=True)
class Evidence:
    """What was seen in one message."""

    weights: dict[str, float]
    """Summed weight of the words and emoji of each mood, and of ``irony`` and ``trouble``; ``calm`` is always 0."""
    denied: float
    """Summed weight of words of praise that are negated: "not happy"."""
    eased: float
    """Summed weight of words of any other mood that are negated: "not angry", 不着急."""
    force: float
    """Exclamation marks, capitals, letters and marks repeated, in [0, 1]."""
    strong: bool
    """Whether a word such as "very" stands there."""
    asks: bool
    chinese: bool
    length: float
    """Characters, on a scale of logarithms, in [0, 1]."""

    def features(self) -> FloatArray:
        """Return them as a row of numbers in [0, 2], for a model."""
        seen = {name: min(_ENOUGH, weight) for name, weight in self.weights.items() if name != "calm"}
        trouble = min(1.0, seen["trouble"])
        return np.array(
            [
                *seen.values(), trouble * min(1.0, seen["irony"]), trouble * min(1.0, seen["satisfied"]),
                min(_ENOUGH, self.denied), min(_ENOUGH, self.eased), self.force, self.strong, self.asks, self.chinese, self.length,
            ],
            dtype=np.float32,
        )  # fmt: skip


def evidence(text: Text) -> Evidence:
    """Look for it."""
    low = text.low
    weights = dict.fromkeys((*MOODS, "irony", "trouble"), 0.0)
    denied = eased = 0.0
    for label, weight, pattern in _words():
        for match in pattern.finditer(low):
            if not _negates(low, match.start()):
                weights[label] += weight
            elif label == "satisfied":
                denied += weight
            else:
                eased += weight
    for label, signs in EMOJI.items():
        weights[label] += 0.9 * sum(low.count(sign) for sign in signs)
    return Evidence(
        weights=weights,
        denied=denied,
        eased=eased,
        force=_force(text),
        strong=_STRONG.search(low) is not None,
        asks="?" in text.plain,
        chinese=HAN.search(low) is not None,
        length=float(np.log1p(min(len(low), _LONGEST)) / np.log1p(_LONGEST)),
    )


@functools.cache
def _words() -> tuple[tuple[str, float, re.Pattern[str]], ...]:
    rows = []
    for lang, labels in read_yaml("moods.yaml").items():
        for label, weights in labels.items():
            for weight, words in weights.items():
                joined = "|".join(map(str, words))
                pattern = rf"(?<![\w])(?:{joined})(?![\w])" if lang == "en" else joined
                rows.append((label, float(weight), re.compile(pattern)))
    return tuple(rows)


def _negates(low: str, start: int) -> bool:
    before = low[max(0, start - 20) : start]
    return bool(_NEGATED_EN.search(before) or _NEGATED_ZH.search(before))


def _force(text: Text) -> float:
    letters = [c for c in text.plain if c.isascii() and c.isalpha()]
    shouted = sum(len(w) for w in re.findall(r"\b[A-Z]{3,}\b", text.plain)) / max(12, len(letters))
    marks = min(3, text.plain.count("!")) * 0.15 + (0.25 if re.search(r"[!?]{2,}", text.plain) else 0.0)
    repeated = 0.15 if re.search(r"([a-z\u4e00-\u9fff])\1{3,}|(急{2,}|啊{2,})", text.low) else 0.0
    return min(1.0, marks + min(0.6, 1.2 * shouted) + repeated)
