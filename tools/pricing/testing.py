"""For tests: an OCR that reads the same lines on every picture."""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image

from tools.pricing.reading.ocr import Line


class ScriptedOcr:
    """Reads `texts`, one below the other, as large letters."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = tuple(texts)
        self.pages = 0
        """How many were read."""

    def lines(self, image: Image.Image) -> list[Line]:
        """Return the lines, 50 pixels apart."""
        del image
        self.pages += 1
        return [
            Line(text, 1.0, ((20, y), (20 + 25 * len(text), y), (20 + 25 * len(text), y + 40), (20, y + 40)))
            for text, y in zip(self.texts, range(100, 100 + 50 * len(self.texts), 50), strict=True)
        ]

    def word(self, image: Image.Image) -> tuple[str, float]:
        """Return nothing: no line is read a second time."""
        del image
        return "", 0.0
