"""A page under construction: texts with fonts and colours, struck-through ones, pictures' places."""

from __future__ import annotations

import dataclasses
import functools
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

Colour = tuple[int, int, int]
GREY, RED, BLACK, WHITE = (140, 140, 140), (225, 37, 27), (25, 25, 25), (255, 255, 255)
_FONTS = {
    False: (
        "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
        "/System/Library/Fonts/PingFang.ttc", "C:/Windows/Fonts/msyh.ttc",
    ),
    True: (
        "/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc", "/usr/share/fonts/noto-cjk/NotoSansCJK-Bold.ttc",
        "/System/Library/Fonts/PingFang.ttc", "C:/Windows/Fonts/msyhbd.ttc",
    ),
}  # fmt: skip


class FontError(RuntimeError):
    """No font with Chinese characters is installed."""


@functools.lru_cache(maxsize=256)
def font(size: int, *, bold: bool = False) -> ImageFont.FreeTypeFont:
    """Return a font with Latin and Chinese characters.

    Raises:
        FontError.
    """
    for path in _FONTS[bold]:
        if Path(path).is_file():
            return ImageFont.truetype(path, size, index=2 if "CJK" in path else 0)
    raise FontError("expected the Noto Sans CJK fonts (Debian: fonts-noto-cjk) to draw pages with")


@dataclasses.dataclass
class Page:
    """A canvas; every method returns where the text ends on the right."""

    image: Image.Image
    rng: np.random.Generator

    @classmethod
    def of(cls, width: int, height: int, rng: np.random.Generator, ground: Colour = WHITE) -> Page:
        """Return an empty page."""
        return cls(Image.new("RGB", (width, height), ground), rng)

    def text(  # noqa: PLR0913
        self, x: int, y: int, text: str, size: int, colour: Colour = BLACK, *, bold: bool = False, struck: bool = False
    ) -> int:
        """Write a line with its upper left corner at x, y."""
        draw = ImageDraw.Draw(self.image)
        face = font(size, bold=bold)
        draw.text((x, y), text, font=face, fill=colour)
        left, top, right, bottom = (int(edge) for edge in draw.textbbox((x, y), text, font=face))
        if struck:
            middle = (top + bottom) // 2 + int(self.rng.integers(-1, 2))
            draw.line((left - 1, middle, right + 1, middle), fill=colour, width=max(1, size // 14))
        return right

    def width(self, text: str, size: int, *, bold: bool = False) -> int:
        """Return how wide a line would be."""
        return int(font(size, bold=bold).getlength(text))

    def split_price(self, x: int, y: int, text: str, size: int, colour: Colour) -> int:
        """Write a price as many apps do: sign and decimals small, the whole number large."""
        sign, rest = text[0], text[1:]
        whole, dot, decimals = rest.partition(".")
        small = int(size * 0.62)
        lower = y + int((size - small) * 1.05)
        x = self.text(x, lower, sign, small, colour, bold=True) + 2
        x = self.text(x, y, whole, size, colour, bold=True)
        return self.text(x + 1, lower, dot + decimals, small, colour, bold=True) if dot else x

    def picture(self, x: int, y: int, width: int, height: int) -> None:
        """Draw a place that looks like a photograph: soft shapes of some colour."""
        draw = ImageDraw.Draw(self.image)
        base = tuple(int(value) for value in self.rng.integers(150, 235, 3))
        draw.rectangle((x, y, x + width, y + height), fill=base)
        for _ in range(4):
            cx, cy = x + int(self.rng.integers(width)), y + int(self.rng.integers(height))
            r = int(self.rng.integers(10, max(12, min(width, height) // 3)))
            colour = tuple(int(value) for value in self.rng.integers(90, 245, 3))
            box = (max(cx - r, x), max(cy - r, y), min(cx + r, x + width), min(cy + r, y + height))
            draw.ellipse(box, fill=colour)

    def badge(self, x: int, y: int, text: str, size: int, ground: Colour = RED, colour: Colour = WHITE) -> int:
        """Write a text on a coloured ground."""
        draw = ImageDraw.Draw(self.image)
        box = draw.textbbox((x, y), text, font=font(size))
        pad = size // 3
        draw.rounded_rectangle((box[0] - pad, box[1] - pad, box[2] + pad, box[3] + pad), radius=pad, fill=ground)
        draw.text((x, y), text, font=font(size), fill=colour)
        return int(box[2]) + pad
