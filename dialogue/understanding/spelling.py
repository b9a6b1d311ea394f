"""Slips of the keyboard in English words that say what is wanted: "retrun", "exhange", "cancle"."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

from knowledge.lexicon.spelling import Spelling

_WORD = re.compile(r"[a-z]{5,}")


class Respelling:
    """Mends a word to one that the classifier was taught where a letter was lost, doubled, added or swapped with its neighbour.

    A letter in another's place is left alone: "stack" is not "stock". Only for what the classifier reads: places in the
    message stay as they are.

    Args:
        taught: the words of the training utterances.
        is_name: tells a word that the shop's catalogue knows; it is never mended.
    """

    def __init__(self, taught: Collection[str], is_name: Callable[[str], bool]) -> None:
        self._spelling = Spelling(taught, known=(), names=())
        self._is_name = is_name

    def mend(self, words: str) -> str:
        """Return the words with their slips mended."""
        return _WORD.sub(lambda match: self._mended(match[0]), words)

    def _mended(self, word: str) -> str:
        target = self._spelling.corrected(word)
        slipped = len(target) != len(word) or sorted(target) == sorted(word)
        return target if target != word and slipped and not self._is_name(word) else word
