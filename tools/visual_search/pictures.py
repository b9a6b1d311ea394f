"""Opening pictures that people send, and cutting the views that an encoder looks at."""

from __future__ import annotations

import io
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_PIXELS = 40_000_000
"""A 40-megapixel photo; more is refused before it is unpacked."""
MOST_BYTES = 20 * 1024 * 1024
LEAST_SIDE = 16
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
MIDDLES = (1.0, 0.7)
"""Sides of the squares cut from the middle, as shares of the shorter side: the nearer, the less background."""
_HEIC = {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis"}


class PictureError(ValueError):
    """A picture that cannot be searched by.

    Args:
        code: ``picture_empty``, ``picture_heic``, ``picture_broken``, ``picture_too_big`` or ``picture_too_small``.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def opened(source: Path | bytes, *, least_side: int = 768) -> Image:
    """Return a picture upright, in RGB on white, small enough to work with; of an animation the first frame.

    A larger JPEG may be unpacked at a half, a quarter or an eighth of its size, as far as both sides keep `least_side` pixels.

    Raises:
        PictureError.
    """
    from PIL import Image, ImageOps  # noqa: PLC0415  (heavy)

    content = _content(source)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
                _check_size(*picture.size)
                picture.draft("RGB", (least_side, least_side))
                picture.seek(0)
                return _on_white(ImageOps.exif_transpose(picture))
    except PictureError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise PictureError("picture_too_big", f"expected at most {MOST_PIXELS} pixels") from None
    except Exception as error:  # a decoder over hostile bytes raises whatever it likes
        raise PictureError(
            "picture_broken", f"expected a whole JPEG, PNG, WebP or GIF, got {type(error).__name__}"
        ) from None


def _content(source: Path | bytes) -> bytes:
    try:
        content = source if isinstance(source, bytes) else _read(source)
    except OSError as error:
        raise PictureError("picture_broken", f"expected a readable file: {error.strerror}") from None
    if not content:
        raise PictureError("picture_empty", "expected a picture, got no bytes")
    if content[4:8] == b"ftyp" and content[8:12] in _HEIC:
        raise PictureError("picture_heic", "expected JPEG, PNG, WebP or GIF, got HEIC or AVIF")
    return content


def _read(path: Path) -> bytes:
    if path.stat().st_size > MOST_BYTES:
        raise PictureError("picture_too_big", f"expected at most {MOST_BYTES} bytes")
    return path.read_bytes()


def _check_size(width: int, height: int) -> None:
    if width * height > MOST_PIXELS:
        raise PictureError("picture_too_big", f"expected at most {MOST_PIXELS} pixels, got {width * height}")
    if min(width, height) < LEAST_SIDE:
        raise PictureError("picture_too_small", f"expected {LEAST_SIDE} pixels or more a side, got {width} x {height}")


def _on_white(picture: Image) -> Image:
    from PIL import Image  # noqa: PLC0415

    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        clear = picture.convert("RGBA")
        ground = Image.new("RGBA", clear.size, (255, 255, 255, 255))
        return Image.alpha_composite(ground, clear).convert("RGB")
    return picture.convert("RGB")


def views(picture: Image, side: int) -> list[Image]:
    """Return what an encoder looks at: the whole picture pressed into a square, and squares from its middle."""
    from PIL import Image  # noqa: PLC0415

    width, height = picture.size
    boxes = [(0.0, 0.0, float(width), float(height))]
    for share in MIDDLES:
        half = min(width, height) * share / 2
        boxes.append((width / 2 - half, height / 2 - half, width / 2 + half, height / 2 + half))
    return [picture.resize((side, side), Image.Resampling.BICUBIC, box=box, reducing_gap=2.0) for box in boxes]
