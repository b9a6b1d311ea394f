"""Comparing option values: ``Navy Blue`` is blue, ``8 GB`` is ``8gb``, 红色 is ``red``."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping

from knowledge.types import Options
from knowledge.vocabulary import fold, vocabulary

_WORDS = re.compile(r"[^\s/,()]+")


@functools.lru_cache(maxsize=20_000)
def same_value(wanted: str, value: str) -> bool:
    """Return whether a stored value is what was asked for: equal when folded, a word of it, or another word for it."""
    asked = fold(wanted) or wanted.lower()
    if asked == (fold(value) or value.lower()) or asked in {fold(word) for word in _WORDS.findall(value)}:
        return True
    canonical = vocabulary().canonical_value(wanted)
    return canonical is not None and fold(canonical) == fold(vocabulary().canonical_value(value) or value)


@functools.lru_cache(maxsize=20_000)
def same_key(wanted: str, key: str) -> bool:
    """Return whether two option keys are one: ``Color`` and ``colour``, 颜色; ``""`` stands for any key."""
    if not wanted or wanted.lower() == key.lower():
        return True
    names = vocabulary()
    return (names.canonical_key(wanted) or wanted.lower()) == (names.canonical_key(key) or key.lower())


def meets(options: Options, wanted: Mapping[str, str]) -> bool:
    """Return whether a variant's options have every wanted value."""
    return not differing(options, wanted)


def differing(options: Options, wanted: Mapping[str, str]) -> list[str]:
    """Return the wanted keys whose value the variant does not have."""
    return [key for key, value in wanted.items() if not _has(options, key, value)]


def _has(options: Options, key: str, value: str) -> bool:
    return any(same_key(key, known) and same_value(value, text) for known, text in options.items())
