"""A review read: which themes it touches, and whether it praises them or complains.

A review is cut into clauses at punctuation and at "but" and 但. A clause is of the theme whose longest word of `themes.yaml` stands in
it. It praises where the review has 4 or 5 stars, complains where it has 1 or 2, unless the clause's own words say the opposite; of 3
stars its words alone decide, and without any it counts as neither. No model and nothing learnt: the words are in a file. Irony and
what no word of the file names are not heard.
"""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from knowledge.words import normalise
from knowledge.yaml_files import read_yaml
from tools.evidence import LocalText

Side = Literal["praise", "complaint"]
_CLAUSES = re.compile(
    r"[,，.。;；:：!！?？\n、~～…]+|\b(?:but|although|though|however)\b|但是?|不过|可是|只是|就是(?=[^是]{2})"
)
_ENDINGS = "(?:s|es|ed|d|ing|y)?"


@dataclasses.dataclass(frozen=True)
class Said:
    """A clause of a review that is of a theme."""

    theme: str
    side: Side
    clause: str


@dataclasses.dataclass(frozen=True)
class Words:
    """The file of themes, ready to be looked for."""

    names: Mapping[str, LocalText]
    themes: Mapping[str, re.Pattern[str]]
    sides: Mapping[Side, re.Pattern[str]]

    def theme_of(self, clause: str) -> str | None:
        """Return the theme whose longest word stands in a normalised clause."""
        found = {name: _longest(pattern, clause) for name, pattern in self.themes.items()}
        best = max(found, key=lambda name: found[name])
        return best if found[best] else None

    def side_of(self, clause: str, rating: int) -> Side | None:
        """Return whether a normalised clause of a review of so many stars praises or complains; None: neither."""
        praises, complains = (self.sides[side].search(clause) is not None for side in ("praise", "complaint"))
        if rating >= 4:
            return "complaint" if complains and not praises else "praise"
        if rating <= 2:
            return "praise" if praises and not complains else "complaint"
        return None if praises == complains else "praise" if praises else "complaint"


def _longest(pattern: re.Pattern[str], clause: str) -> int:
    return max((match.end() - match.start() for match in pattern.finditer(clause)), default=0)


@functools.cache
def known_words() -> Words:
    """Read the file, once."""
    raw = read_yaml(Path(__file__).with_name("themes.yaml"))
    themes = raw["themes"]
    return Words(
        names={name: LocalText(zh=each["zh"], en=each["en"]) for name, each in themes.items()},
        themes={name: _pattern(each["words"]) for name, each in themes.items()},
        sides={"praise": _pattern(raw["praise"]), "complaint": _pattern(raw["complaint"])},
    )


def _pattern(words: Mapping[str, Sequence[str]]) -> re.Pattern[str]:
    chinese = [re.escape(word) for word in words["zh"]]
    english = [rf"\b{re.escape(word)}{_ENDINGS}\b" for word in words["en"]]
    return re.compile("|".join(sorted([*chinese, *english], key=len, reverse=True)))


def read_review(text: str, rating: int) -> list[Said]:
    """Return what a review says by theme, each theme and side once."""
    words, found = known_words(), dict[tuple[str, Side], Said]()
    for part in _CLAUSES.split(normalise(text)):
        clause = part.strip()
        theme = words.theme_of(clause) if clause else None
        side = words.side_of(clause, rating) if theme is not None else None
        if theme is not None and side is not None:
            found.setdefault((theme, side), Said(theme, side, clause))
    return list(found.values())
