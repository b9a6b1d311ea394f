"""What the names of labels say: "alarm/cancel_alarm" is a text of that label, and akin to "alarm/show_alarms".

With a few rows a label that is worth more than any setting of the machine (15 intents of 16 rows each: 91 -> 95 % in the language
of the names).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from knowledge.embedding import FloatArray

_CASES = re.compile(r"(?<=[a-z])(?=[A-Z])")
_GAPS = re.compile(r"[\W_]+")
_LETTERS = re.compile(r"[^\W\d_]{3}|[\u3400-\u9fff]")


def spoken(label: str) -> str:
    """Return a label as words, "cancelAlarm" as "cancel alarm"; empty where it has none, like "17"."""
    words = _GAPS.sub(" ", _CASES.sub(" ", label)).strip().lower()
    return words if _LETTERS.search(words) else ""


def kinship(labels: Sequence[str]) -> FloatArray:
    """Return how much of their words labels share, cosines in [0, 1], ``[labels, labels]``; 1 for a label with itself."""
    words = [{word.rstrip("s") for word in spoken(label).split()} for label in labels]
    found = np.eye(len(labels), dtype=np.float32)
    for row, some in enumerate(words):
        for column, others in enumerate(words):
            if row != column and some and others:
                found[row, column] = len(some & others) / np.sqrt(len(some) * len(others))
    return found
