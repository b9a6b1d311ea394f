"""Lists of words that the lexicon treats with care; one word may stand anywhere in its file."""

from __future__ import annotations

import functools
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


def in_a_compound(text: str, start: int, end: int) -> bool:
    """Tell whether a single character is a part of another word there: the 包 of 包邮 is no bag."""
    return end - start == 1 and any(
        text.startswith(word, start - word.index(text[start])) for word in _compounds().get(text[start], ())
    )


@functools.cache
def _compounds() -> dict[str, tuple[str, ...]]:
    words = sorted(_words("compounds.txt"))
    return {char: tuple(word for word in words if char in word) for char in set("".join(words))}


def _words(name: str) -> frozenset[str]:
    return frozenset((_FOLDER / name).read_text(encoding="utf-8").split())
