"""Speech becomes text: the seam behind which every recogniser stands."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from dialogue.understanding.voice.recording import FloatArray
from dialogue.understanding.voice.types import Transcript

LONGEST_S = 60.0
"""As long as a voice message may be in the messengers that people come from."""


@dataclasses.dataclass(frozen=True)
class Recording:
    """A voice message to be recognised."""

    path: Path
    media_type: str
    samples: FloatArray | None
    """At `frames.RATE_HZ`, at most `LONGEST_S`; None where recordings cannot be read here."""


class Recogniser(Protocol):
    """Turns speech into text."""

    @property
    def name(self) -> str:
        """Shown with what it recognised."""
        ...

    async def transcribe(self, recording: Recording) -> Transcript | None:
        """Return what was said; None where it cannot tell, which it logs. Never raises for any recording."""
        ...


class FirstThatAnswers:
    """Several recognisers, asked in turn until one can tell."""

    def __init__(self, recognisers: Sequence[Recogniser]) -> None:
        self._recognisers = recognisers

    @property
    def name(self) -> str:
        """The names of all, in their order; empty where there is none."""
        return ", ".join(recogniser.name for recogniser in self._recognisers)

    async def transcribe(self, recording: Recording) -> Transcript | None:
        """Ask one after the other."""
        for recogniser in self._recognisers:
            found = await recogniser.transcribe(recording)
            if found is not None:
                return found
        return None
