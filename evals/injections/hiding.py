"""Ways in which texts are hidden from people and filters, and yet read by a model."""

from __future__ import annotations

import base64
from typing import Literal

Hiding = Literal["zero_width", "base64", "homoglyph", "full_width", "tags", "spaced", "right_to_left"]
_ZERO_WIDTH = "\u200b"
_LOOKS_LIKE = str.maketrans("aceopxyABCEHKMOPTX", "асеорхуАВСЕНКМОРТХ")
"""Latin letters and the Cyrillic ones that look the same."""
_TAG_PLANE = 0xE0000
"""Unicode's invisible copies of ASCII begin here."""


def hidden(text: str, way: Hiding) -> str:
    """Return a text as it is hidden.

    ``zero_width``: an invisible character after each; ``base64``: coded; ``homoglyph``: Cyrillic letters that look like Latin ones;
    ``full_width``: wide forms; ``tags``: the same in invisible characters behind a harmless sentence (ASCII only, others stay);
    ``spaced``: a space after each character; ``right_to_left``: between marks that turn the direction of writing.
    """
    if way == "zero_width":
        return _ZERO_WIDTH.join(text)
    if way == "base64":
        return base64.b64encode(text.encode()).decode()
    if way == "homoglyph":
        return text.translate(_LOOKS_LIKE)
    if way == "full_width":
        return "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in text)
    if way == "tags":
        return "OK. " + "".join(chr(_TAG_PLANE + ord(one)) if one.isascii() else one for one in text)
    if way == "spaced":
        return " ".join(text)
    return f"\u202e{text}\u202c"
