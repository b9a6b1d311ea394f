"""What is said of a voice, as events keep it."""

from __future__ import annotations

import pydantic

from dialogue.commands import EmotionLabel


class _Value(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)


class Delivery(_Value):
    """How somebody speaks in one recording, whatever they say and whoever they are; `delivery.delivery_of` measures it."""

    seconds: float
    """From the first sound to the last."""
    voiced_s: float
    """Of these, with a pitch."""
    clearness_db: float
    """The power of the periodic part over the rest, in voice, median."""
    glide: float
    """By how many semitones the pitch moves in 10 ms, median: 0 for a tone that is held."""
    syllables_per_s: float
    level_db: float
    """Of the frames with sound; it depends on the microphone, too."""
    effort_db: float
    """The power of 1 to 5 kHz over that below: a raised voice is brighter, through any microphone."""
    pitch: float
    """In semitones over 50 Hz, median."""
    pitch_range: float
    """In semitones, from the tenth percentile to the ninetieth."""
    pauses: float
    """Share of `seconds` in silences of at least 150 ms."""


class VoiceMood(_Value):
    """How a voice sounds."""

    label: EmotionLabel = "unknown"
    """``unknown`` where there is no speech, or where the chance of no label is high enough to be relied on."""
    chances: dict[EmotionLabel, float] = {}
    """Calibrated on speakers never heard before; empty where there is no speech."""
    own_measure: bool = False
    """Measured against the speaker's own earlier messages, not against strangers."""

    @property
    def chance(self) -> float:
        """The chance of the label; 0 for ``unknown``."""
        return self.chances.get(self.label, 0.0)


class Transcript(_Value):
    """What was said in a recording."""

    text: str
    """Empty where no words were made out."""
    lang: str = ""
    """Of the speech, as the recogniser heard it (``zh``, ``en``); empty where it does not say."""
    recogniser: str
    ms: float = 0.0


class HeardVoice(_Value):
    """How a recording sounds."""

    seconds: float
    """Of the whole recording, as far as it was read."""
    mood: VoiceMood
    impatience: float | None = None
    """In [0, 1]; None where there is no speech."""
    delivery: Delivery
    model: str
    features: str = ""
    """What the speaker's later messages are measured against (`moods.VoiceMoods.packed`); empty where there is no speech."""
    ms: float = 0.0


class Hearing(_Value):
    """What was heard in an attachment; None: it could not be."""

    attachment_id: str
    transcript: Transcript | None = None
    voice: HeardVoice | None = None
