"""Words of the catalogue as an input method writes them when the wrong characters of the same sound are picked: 健盘, 版鞋, 酒洪."""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Iterable

_LONGEST = 4
_RUN = re.compile(r"[\u4e00-\u9fff]{2,}")


class SameSound:
    """Finds words of two to four characters that sound like one of the catalogue's, without tones, and share a character with it.

    What is a word of its own is left alone: 杯子 is not 被子, and nothing is changed that people say in the training utterances.

    Args:
        names: the words that may have been meant.
        known: other words of the catalogue.
        said: text of ordinary words.
    """

    def __init__(self, names: Iterable[str], known: Iterable[str], said: str) -> None:
        meant, words = ({run for term in terms for run in _RUN.findall(term)} for terms in (names, known))
        self._said = said
        self._words = meant | words
        self._by_sound: dict[tuple[str, ...], list[str]] = {}
        for word in sorted(one for one in meant if len(one) <= _LONGEST):
            self._by_sound.setdefault(_sound(word), []).append(word)

    def slips(self, text: str) -> dict[tuple[int, int], str]:
        """Return where a text has such words, from and to, and what was meant; the longest, none across another."""
        found: dict[tuple[int, int], str] = {}
        for run in _RUN.finditer(text):
            place = run.start()
            while place < run.end() - 1:
                size, meant = self._at(text[place : min(place + _LONGEST, run.end())])
                if meant:
                    found[place, place + size] = meant
                place += size
        return found

    def _at(self, words: str) -> tuple[int, str]:
        """Return how many characters are dealt with at the head of some words, and what they were meant to be: "" for themselves."""
        for size in range(len(words), 1, -1):
            word = words[:size]
            if word in self._words:
                return size, ""
            meant = [one for one in self._by_sound.get(_sound(word), ()) if set(one) & set(word)]
            if len(meant) == 1 and word not in self._said:
                return size, meant[0]
        return 1, ""


def _sound(word: str) -> tuple[str, ...]:
    return tuple(map(syllable, word))


@functools.lru_cache(maxsize=8192)
def syllable(character: str) -> str:
    """Return how a Chinese character is read, without its tone; another character is itself."""
    # Single characters need no phrases, whose table takes a second and 50 MB to load.
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
    from pypinyin import lazy_pinyin  # noqa: PLC0415

    return str(lazy_pinyin(character)[0])
