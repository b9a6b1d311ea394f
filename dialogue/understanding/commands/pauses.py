"""Signs that part clauses in a chat as a comma does: a picture between words, the wave behind a Chinese clause."""

from __future__ import annotations

import dataclasses
import re

from dialogue.understanding.commands.reading import Reading
from dialogue.understanding.text import Text

_PAUSE = re.compile(
    r"(?<=\w)\s?[\U0001f300-\U0001faff\u2600-\u27bf\ufe0f](?=\W*\w)|(?<=[\u3400-\u9fff]{2})[~～](?=[~～\s]*[\u3400-\u9fff]{2})"
)


def with_pauses(reading: Reading) -> Reading:
    """Return the message with such signs as commas, where words stand on both sides: 最近胖了点😂 要不直接L?, 帮我查查～再问下.

    What was written (`Text.raw`) stays.
    """
    text = reading.text
    if not _PAUSE.search(text.low):
        return reading
    plain, low = (_PAUSE.sub(lambda match: match[0][:-1] + ",", words) for words in (text.plain, text.low))
    return dataclasses.replace(reading, text=Text(text.raw, plain, low))
