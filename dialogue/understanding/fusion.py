"""What a message says of somebody's mood by its words, and by how it sounds, brought together late.

The chances of the words are taken as what is known before, those of the voice as what is heard on top (Bayes' rule; the
voice's machines weigh every emotion the same, so their chances are in proportion to likelihoods)::

    chance(label) ~ words(label) * (voice(label) / (1 / labels)) ** reliance

`reliance` lies within what was measured: how much of the way from chance level to perfection (unweighted accuracy) a voice
goes that was never heard before. For speakers left out of EmoDB that is 0.66 as a stranger's and 0.70 against their own
messages; in another language and through other microphones (RAVDESS) 0.20 and 0.24. A stranger is taken near the lower end;
of somebody known, who keeps language and microphone from message to message, nearer the upper. A voice that sounds calm or
pleased counts like a stranger's: acted recordings know no annoyance that is held back, so it does not take a complaint back.
A label that the machines do not know (confused) stays as it was.

Words without a mood are weak evidence of calm, in speech above all, where there are no capitals and exclamation marks:
whatever they say, their calm counts as `CALM_WITHOUT_WORDS`, so that a clearly angry voice of somebody known outweighs it,
and a stranger's does not.
"""

from __future__ import annotations

from dialogue.commands import Emotion
from dialogue.understanding.mood_rows import LABELS
from dialogue.understanding.voice.types import VoiceMood

STRANGER, KNOWN = 0.25, 0.6
"""The reliance."""
CALM_WITHOUT_WORDS = 0.6
_DISPLEASED = ("angry", "annoyed", "anxious", "sad")
_TINY = 1e-4


def fused(words: Emotion, voice: VoiceMood) -> Emotion:
    """Return the emotion of a message that was heard; of the one side where the other says nothing.

    A voice alone has an intensity of at most its reliance: it never hands over at once, but may when it lasts.
    """
    if voice.label == "unknown":
        return words
    reliance = KNOWN if voice.own_measure and voice.label in _DISPLEASED else STRANGER
    heard = 0.0 if voice.label == "calm" else round(reliance * voice.chance, 2)
    if words.label == "unknown" and not words.chances:
        alone = {"label": voice.label, "score": round(voice.chance, 2), "intensity": heard, "chances": voice.chances}
        return words.model_copy(update=alone)
    before = _chances(words)
    weighed = {label: before[label] * _likelihood(voice, label) ** reliance for label in LABELS}
    total = sum(weighed.values())
    best = max(LABELS, key=lambda label: weighed[label])
    said = words.intensity if best == words.label else 0.0
    felt = heard if best == voice.label else 0.0
    return words.model_copy(
        update={
            "label": best,
            "score": round(weighed[best] / total, 2),
            "intensity": round(1 - (1 - said) * (1 - felt), 2),
            "chances": {label: round(chance / total, 3) for label, chance in weighed.items()},
        }
    )


def _chances(words: Emotion) -> dict[str, float]:
    """Return the chances by the words, calm at most `CALM_WITHOUT_WORDS`; even ones where only the label is known."""
    rest = (1 - words.score) / (len(LABELS) - 1)
    found = {label: words.chances.get(label, words.score if label == words.label else rest) for label in LABELS}
    calm = min(found["calm"], CALM_WITHOUT_WORDS)
    left = (1 - calm) / max(1 - found["calm"], _TINY)
    return {label: max(calm if label == "calm" else chance * left, _TINY) for label, chance in found.items()}


def _likelihood(voice: VoiceMood, label: str) -> float:
    """Return how much likelier the voice is with this label than with any."""
    known = {str(name): chance for name, chance in voice.chances.items()}
    return max(known[label] * len(known), _TINY) if label in known else 1.0
