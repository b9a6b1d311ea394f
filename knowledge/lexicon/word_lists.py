"""Lists of words that the lexicon treats with care; one word may stand anywhere in its file."""

from __future__ import annotations

import functools
import re
from pathlib import Path

_FOLDER = Path(__file__).parent


@functools.cache
def weak_words() -> frozenset[str]:
    """Return words of titles that say too little to name a thing when they stand alone: "smart", "set", "summer"."""
    return _words("weak_words.txt")


@functools.cache
def real_words() -> frozenset[str]:
    """Return words one letter away from words that shops use ("tables", "cables"): never taken for misspelt ones."""
    return _words("real_words.txt")


def compound_spans(low: str) -> list[tuple[int, int]]:
    """Return where words stand that merely contain one for goods: the 包 of 包邮 is no bag, no phone is in "phone number"."""
    return [match.span() for match in _compounds().finditer(low)]


_GUARANTEED = "包[退换](?![掉了货成个一款])"
"""包退包换 promises a return; 包退掉 sends a bag back."""


@functools.cache
def _compounds() -> re.Pattern[str]:
    lines = (_FOLDER / "compounds.txt").read_text(encoding="utf-8").splitlines()
    plain = map(re.escape, sorted(filter(None, lines), key=len, reverse=True))
    return re.compile("|".join([_GUARANTEED, *plain]))


def _words(name: str) -> frozenset[str]:
    return frozenset((_FOLDER / name).read_text(encoding="utf-8").split())
