"""Wrong Chinese characters of the right sound, as an input method by pronunciation picks them: 别腿了, 唤成酒红色, 信用咔.

A noisy channel (Kernighan, Church and Gale 1990, "A spelling correction program based on a noisy channel model"): people meant what
is likely in what shoppers say, and their input method now and then gave another character of the same syllable, tones apart. How
likely is told by the training utterances, as chances of a character after the two before it.
"""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable

from knowledge.lexicon.sounds import syllable

MARGIN = 8.0
"""Natural logarithm of how much likelier the message must be with the other character; a slip that rare is no more likely."""
_COMMON = 12
"""Times that a character must have been used to be meant for another."""
_SEEN = 1
"""Times up to which two neighbours count as strange to one another."""
_AT_HOME = 3
"""Times from which two neighbours are usual."""
_OF_ONE_WORD = 20
"""Times from which neighbours on one side alone speak for a character."""
_SHARES = (0.5, 0.35, 0.15)
"""Of the two characters before, the one before, and none."""
_CALLS = frozenset("欸诶哎唉嗳嗯呃哦噢喔啊呀哟嘿嗨哼嘛啦咯呗哈嘞噻咧")
"""Sounds that people make, each written in many ways."""
_FIGURE, _LETTER = re.compile(r"\d"), re.compile(r"[a-z]")
_OTHER = re.compile(r"[^\u4e00-\u9fff0a]")


class Homophones:
    """Finds characters that make no sense beside their neighbours where another one of the same sound does.

    Args:
        sentences: what people say; what stands in them is no slip.
    """

    def __init__(self, sentences: Iterable[str]) -> None:
        self._ones: Counter[str] = Counter()
        self._twos: Counter[str] = Counter()
        self._threes: Counter[str] = Counter()
        for sentence in sentences:
            line = _plain(sentence)
            self._ones.update(line)
            self._twos.update(map("".join, itertools.pairwise(line)))
            self._threes.update(map("".join, zip(line, line[1:], line[2:], strict=False)))
        self._all = self._ones.total() + len(self._ones) + 1
        self._alike: dict[str, list[str]] = defaultdict(list)
        for one, times in sorted(self._ones.items()):
            if times >= _COMMON and _is_han(one):
                self._alike[syllable(one)].append(one)

    def slips(self, text: str) -> dict[tuple[int, int], str]:
        """Return the places, from and to, of wrong characters in a lower-case text, and what was meant."""
        line, found = _plain(text), dict[tuple[int, int], str]()
        for place in range(2, len(line) - 1):
            meant = self._meant(line, place)
            if meant is not None:
                line = line[:place] + meant + line[place + 1 :]
                found[place - 2, place - 1] = meant
        return found

    def _meant(self, line: str, place: int) -> str | None:
        one = line[place]
        if not _may_be_wrong(one) or not self._is_strange(line, place):
            return None
        others = [
            other for other in self._alike.get(syllable(one), ()) if other != one and self._fits(line, place, other)
        ]
        if not others:
            return None
        now = self._chance(line, place, one)
        gain, best = max((self._chance(line, place, other) - now, other) for other in others)
        return best if gain > MARGIN else None

    def _is_strange(self, line: str, place: int) -> bool:
        before, after = self._twos[line[place - 1 : place + 1]], self._twos[line[place : place + 2]]
        return min(before, after) <= _SEEN and max(before, after) <= _AT_HOME

    def _fits(self, line: str, place: int, other: str) -> bool:
        before, after = self._twos[line[place - 1] + other], self._twos[other + line[place + 1]]
        return max(before, after) >= (_AT_HOME if min(before, after) else _OF_ONE_WORD)

    def _chance(self, line: str, place: int, one: str) -> float:
        """Return the logarithm of the chance of a character and of the two behind it."""
        around = line[place - 2 : place] + one + line[place + 1 : place + 3]
        return sum(math.log(self._next(around[at - 2], around[at - 1], around[at])) for at in range(2, len(around)))

    def _next(self, first: str, second: str, one: str) -> float:
        three = self._threes[first + second + one] / (self._twos[first + second] or 1)
        two = self._twos[second + one] / (self._ones[second] or 1)
        single = (self._ones[one] + 0.1) / self._all
        return _SHARES[0] * three + _SHARES[1] * two + _SHARES[2] * single


def _plain(text: str) -> str:
    """Return a text with one sign for all figures, one for all letters, and its ends marked by blanks; places move by two."""
    folded = _LETTER.sub("a", _FIGURE.sub("0", text.lower()))
    return f"  {_OTHER.sub(' ', folded)} "


def _may_be_wrong(one: str) -> bool:
    return _is_han(one) and one not in _CALLS


def _is_han(one: str) -> bool:
    return "\u4e00" <= one <= "\u9fff"
