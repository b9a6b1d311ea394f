"""Lines of text on a picture, by RapidOCR (PP-OCR models inside the wheel, Chinese and English; the extra ``ocr``)."""

from __future__ import annotations

import dataclasses
import functools
from typing import Any, Protocol

import numpy as np
from PIL import Image


class OcrMissingError(RuntimeError):
    """The extra ``ocr`` is not installed."""


@dataclasses.dataclass(frozen=True)
class Line:
    """A line as it was read; `corners` are those of its box in pixels: upper left, upper right, lower right, lower left."""

    text: str
    score: float
    """In [0, 1], of the recogniser; not calibrated."""
    corners: tuple[tuple[float, float], ...]

    @property
    def left(self) -> float:
        """Its left edge."""
        return min(x for x, _ in self.corners)

    @property
    def right(self) -> float:
        """Its right edge."""
        return max(x for x, _ in self.corners)

    @property
    def top(self) -> float:
        """Its upper edge."""
        return min(y for _, y in self.corners)

    @property
    def middle(self) -> float:
        """The height of its middle."""
        return sum(y for _, y in self.corners) / 4

    @property
    def height(self) -> float:
        """How tall it is, measured across the line."""
        (x1, y1), (x4, y4) = self.corners[0], self.corners[3]
        return float(np.hypot(x4 - x1, y4 - y1))


class Ocr(Protocol):
    """What reads a picture."""

    def lines(self, image: Image.Image) -> list[Line]:
        """Return the lines on an RGB picture, in no order."""
        ...

    def word(self, image: Image.Image) -> tuple[str, float]:
        """Return what a picture of one line says, and the score of it."""
        ...


class RapidOcr:
    """RapidOCR on one thread; about 0.6 s a page and 250 MB.

    Raises:
        OcrMissingError: when made without the extra.
    """

    def __init__(self) -> None:
        try:
            from rapidocr import RapidOCR  # noqa: PLC0415
        except ImportError as error:
            raise OcrMissingError("reading prices from pictures needs the extra: pip install 'xiaoer[ocr]'") from error
        threads = {"intra_op_num_threads": 1, "inter_op_num_threads": 1}
        settings = {f"EngineConfig.onnxruntime.{name}": value for name, value in threads.items()}
        self._engine: Any = RapidOCR(params={**settings, "Global.log_level": "error"})

    def lines(self, image: Image.Image) -> list[Line]:
        """Return the lines on an RGB picture, in no order."""
        found = self._engine(np.asarray(image.convert("RGB"))[:, :, ::-1], use_det=True, use_cls=False, use_rec=True)
        if found.boxes is None:
            return []
        return [
            Line(str(text), float(score), tuple((float(x), float(y)) for x, y in box))
            for box, text, score in zip(found.boxes, found.txts, found.scores, strict=True)
        ]

    def word(self, image: Image.Image) -> tuple[str, float]:
        """Return what a picture of one line says, and the score of it."""
        found = self._engine(np.asarray(image.convert("RGB"))[:, :, ::-1], use_det=False, use_cls=False, use_rec=True)
        if not found.txts:
            return "", 0.0
        return str(found.txts[0]), float(found.scores[0])


@functools.lru_cache(maxsize=1)
def default_ocr() -> Ocr:
    """Return the one reader of this process, made when it is first asked for.

    Raises:
        OcrMissingError.
    """
    return RapidOcr()
