"""How content a shopper is with the way a conversation goes: a chance of being dissatisfied, and what speaks for it.

Method: a logistic sum of signs that any conversation shows, whatever it is about: moods, the latest counting most, and where they go;
the same said again; messages that were not understood; questions left unanswered; wishes refused; one thing asked over and over.
The weights are set by hand: the only public dialogues of a shop with ratings are for research, and nothing may be learned
from them. They are measured there (``auroc_by_signs`` of `xiaoer eval jddc_uss`, where only the shopper's own words are known).

Limits: who is dissatisfied without a word of it is not noticed; of goods that disappoint nothing is known here.
"""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Iterable, Sequence

from dialogue.commands import Emotion
from dialogue.state import displeasure, trend
from dialogue.turn import Satisfaction, Sign

FADING = 0.6
"""What a mood counts, beside the one after it."""
ALIKE = 0.6
"""Share of the pairs of letters from which two messages say the same."""
_SHORTEST = 4
_USUAL = -2.2
"""Log-odds of one who shows no sign: one in ten is dissatisfied."""
_WEIGHTS: dict[Sign, float] = {
    "mood": 1.8,
    "getting_worse": 0.4,
    "said_before": 1.2,
    "not_understood": 0.9,
    "unanswered": 0.7,
    "refused": 0.5,
    "asked_again": 0.6,
}
_LEAST = 0.15
"""What adds less to the log-odds than this is not told."""
_MOST = 3.0
"""A sign that comes more often than this says no more."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Signs:
    """What a conversation shows."""

    moods: Sequence[Emotion] = ()
    """Of each message, oldest first."""
    said_before: bool = False
    not_understood: int = 0
    """Messages in a row."""
    unanswered: int = 0
    """Questions of this episode."""
    refused: int = 0
    """Wishes of this episode that the shop's rules refused."""
    asked_again: int = 0
    """How often the open question was put before."""


def satisfaction(signs: Signs) -> Satisfaction:
    """Weigh the signs."""
    parts = _parts(signs)
    because = sorted((sign for sign, part in parts.items() if part >= _LEAST), key=lambda sign: -parts[sign])
    chance = 1 / (1 + math.exp(-log_odds(signs)))
    return Satisfaction(dissatisfied=round(chance, 3), because=tuple(because))


def log_odds(signs: Signs) -> float:
    """Return the log-odds of being dissatisfied; -2.2 where nothing shows."""
    return _USUAL + sum(_parts(signs).values())


def _parts(signs: Signs) -> dict[Sign, float]:
    counts: dict[Sign, float] = {
        "mood": _faded(signs.moods),
        "getting_worse": float(trend(signs.moods) == "worse"),
        "said_before": float(signs.said_before),
        "not_understood": signs.not_understood,
        "unanswered": signs.unanswered,
        "refused": signs.refused,
        "asked_again": signs.asked_again,
    }
    return {sign: _WEIGHTS[sign] * min(count, _MOST) for sign, count in counts.items()}


def says_the_same(text: str, before: Iterable[str]) -> bool:
    """Whether a message says what one before it said, nearly word for word."""
    mine = _pairs(text)
    return len(mine) >= _SHORTEST and any(
        len(mine & theirs) >= ALIKE * len(mine | theirs) for theirs in map(_pairs, before)
    )


def _faded(moods: Sequence[Emotion]) -> float:
    return sum(displeasure(mood) * FADING**age for age, mood in enumerate(reversed(moods)))


def _pairs(text: str) -> frozenset[str]:
    letters = re.sub(r"[\W_]", "", text.lower())
    return frozenset(letters[start : start + 2] for start in range(len(letters) - 1))
