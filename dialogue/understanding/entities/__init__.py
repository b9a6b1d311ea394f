"""What a message mentions, normalised: `extract` gives every entity of a message without overlaps."""

from __future__ import annotations

from dialogue.understanding.entities.extract import Clock, Extractor

__all__ = ["Clock", "Extractor"]
