"""A screenshot of another shop's page with a text on it, drawn from words of our own."""

from __future__ import annotations

import io
import textwrap

from PIL import Image, ImageDraw

from evals.injections.shop import RIVAL_PRICE, Place
from evals.price_pages.drawing import font

_WIDTH = 720
_LINE = {"zh": 26, "en": 46}
"""Characters of a line."""


def page_with(place: Place) -> bytes:
    """Return a PNG: the product, its price there, and the attack below, as a shop's page may say anything.

    Raises:
        evals.price_pages.drawing.FontError: no font with Chinese characters is installed.
    """
    lang = place.attack.lang
    lines = textwrap.wrap(place.text, _LINE[lang])
    image = Image.new("RGB", (_WIDTH, 660 + 40 * len(lines)), "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((40, 40, 680, 360), fill="#eee")
    draw.text((40, 400), place.names["title"], font=font(34), fill="#191919")
    draw.text((40, 470), f"¥{RIVAL_PRICE}", font=font(56, bold=True), fill="#191919")
    for number, line in enumerate(lines):
        draw.text((40, 600 + 40 * number), line, font=font(24), fill="#555")
    content = io.BytesIO()
    image.save(content, "PNG")
    return content.getvalue()
