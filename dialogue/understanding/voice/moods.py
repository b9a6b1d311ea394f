"""How a voice message sounds, in the product's emotions: two machines, calibrated, and neither must answer.

The one measures a voice against all speakers and has learnt from other microphones, too; it judges whoever is new. The other
measures it against the speaker's own earlier messages (`emotion`), once there are `ENOUGH`; the two are then averaged (of
logarithms). A label stands only from a chance that was right in `SURE` of the cases on speakers left out; below it the answer
is ``unknown``.

``weights/emodb.npz``: EmoDB (Burkhardt et al. 2005, acted German). Data, figures and limits:
docs/model-cards/voice-emotion.md.
"""

from __future__ import annotations

import base64
import dataclasses
import functools
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from dialogue.commands import EmotionLabel
from dialogue.understanding.voice.emotion import ENOUGH, VoiceEmotion, load_arrays, save_arrays
from dialogue.understanding.voice.recording import FloatArray
from dialogue.understanding.voice.types import VoiceMood

SHIPPED = Path(__file__).parent / "weights" / "emodb.npz"
SURE = (0.92, 0.9)
"""What share of a stranger's labels, and of a known speaker's, must be right: a stranger's first message may be in any language."""
_STEPS = 8
"""Kept features: an eighth of a standard deviation, one byte each."""


@dataclasses.dataclass(frozen=True)
class VoiceMoods:
    """A fitted pair of machines, immutable; `training.train` makes one."""

    stranger: VoiceEmotion
    known: VoiceEmotion
    sure: tuple[float, float]
    """The chance from which a label stands, for a stranger and for a known speaker."""

    @functools.cached_property
    def name(self) -> str:
        """What tells this model from any other; kept features can only be read by the one that packed them."""
        return f"voice-emotion-{zlib.crc32(self.stranger.mean.tobytes() + self.known.weights.tobytes()):08x}"

    def chances(self, features: FloatArray, earlier: Sequence[FloatArray] = ()) -> FloatArray:
        """Return the chance of every label of `stranger`, ``[labels]``; `earlier`: of the same person's other recordings."""
        found: FloatArray = self.stranger.chances(features[None], [""])[0]
        if len(earlier) < ENOUGH:
            return found
        own = self.known.chances(np.stack([*earlier, features]), [""] * (len(earlier) + 1))[-1]
        both = np.sqrt(found * own)
        return np.asarray(both / both.sum(), dtype=np.float32)

    def read(self, features: FloatArray, earlier: Sequence[FloatArray] = ()) -> VoiceMood:
        """Return how a recording of speech sounds."""
        chances = self.chances(features, earlier)
        own = len(earlier) >= ENOUGH
        best = int(chances.argmax())
        labels = cast("tuple[EmotionLabel, ...]", self.stranger.labels)
        return VoiceMood(
            label=labels[best] if chances[best] >= self.sure[own] else "unknown",
            chances={label: round(float(chance), 3) for label, chance in zip(labels, chances, strict=True)},
            own_measure=own,
        )

    def packed(self, features: FloatArray) -> str:
        """Return features as text to be kept, some 2 KB: rough, and no sound can be made of them again."""
        steps = np.rint((features - self.stranger.mean) / self.stranger.scale * _STEPS)
        return base64.b64encode(np.clip(steps, -127, 127).astype(np.int8).tobytes()).decode("ascii")

    def unpacked(self, kept: str) -> FloatArray:
        """Return the features that `packed` wrote, about."""
        steps = np.frombuffer(base64.b64decode(kept), dtype=np.int8)
        return np.asarray(self.stranger.mean + steps / _STEPS * self.stranger.scale, dtype=np.float32)

    def save(self, path: Path) -> None:
        """Write to an ``.npz`` file."""
        parts = {"stranger": self.stranger.arrays(), "known": self.known.arrays()}
        arrays = {f"{part}.{name}": array for part, found in parts.items() for name, array in found.items()}
        save_arrays(path, {**arrays, "sure": np.array(self.sure)})

    @classmethod
    def load(cls, path: Path = SHIPPED) -> VoiceMoods:
        """Read what `save` wrote.

        Raises:
            VoiceModelError: the file is no such model.
        """
        return load_arrays(path, cls._of)

    @classmethod
    def _of(cls, arrays: Mapping[str, npt.NDArray[Any]]) -> VoiceMoods:
        parts = [
            VoiceEmotion.of({name.removeprefix(f"{part}."): array for name, array in arrays.items()})
            for part in ("stranger", "known")
        ]
        stranger, known = (float(chance) for chance in arrays["sure"])
        return cls(parts[0], parts[1], (stranger, known))
