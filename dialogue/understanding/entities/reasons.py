"""Why: the reasons of `data/reasons.yaml`."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from dialogue.commands import Entity
from dialogue.understanding.data import read_yaml
from dialogue.understanding.entities.base import entity
from dialogue.understanding.text import Text


@functools.cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    raw = read_yaml("reasons.yaml")
    compiled = []
    for code, by_lang in raw.items():
        english = "|".join(rf"(?:{pattern})" for pattern in by_lang["en"])
        chinese = "|".join(rf"(?:{pattern})" for pattern in by_lang["zh"])
        compiled.append((code, re.compile(rf"\b(?:{english})(?!\w)|{chinese}")))
    return tuple(compiled)


def codes() -> tuple[str, ...]:
    """Return every reason code."""
    return tuple(code for code, _ in _patterns())


_NOT_WHY = re.compile(
    r"(?:不是(?:因为)?(?:我)?|并不是|(?:我|并|可|也)没有?|\bnot because(?: it's| it is| i)?|\bit's not that(?: i)?) ?$"
)
"""What stands before a reason that is none: 不是我不喜欢."""


def reasons(text: Text) -> Iterator[Entity]:
    """Yield the reasons that the words name, the most specific code first."""
    for code, pattern in _patterns():
        for match in pattern.finditer(text.low):
            if _NOT_WHY.search(text.low[: match.start()]):
                continue
            yield entity(text, "reason", {"code": code, "text": match[0].strip()}, match.span(), score=0.9)
