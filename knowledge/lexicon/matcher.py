"""Every run of words of a message that the lexicon may know, with the key to look it up by.

English runs are whole words, Chinese ones any characters; `fold` gives the keys.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator

from knowledge.lexicon.spelling import Spelling
from knowledge.lexicon.titles import HAN, MAX_HAN, MAX_WORDS
from knowledge.vocabulary import fold, fold_token

_TOKEN = re.compile(r"\d+(?:\.\d+)?|[a-z]+(?:'s\b)?|[%\"]")
_JOINTS = frozenset({"", " ", "-", "/", "'", "  ", " -", "- "})
_BREAKS = frozenset(",.，。！？、;；")
_NUMBERS_A_LIST = frozenset("①②③④⑤⑥⑦⑧⑨⑩")
"""Signs that Python takes for letters or figures of a word: ①双肩包."""


@dataclasses.dataclass(frozen=True)
class Run:
    """Some words in a row of a message."""

    key: str
    """The words folded and, in English, spelled right."""
    start: int
    end: int


def runs(low: str, spelling: Spelling) -> Iterator[Run]:
    """Yield every run of a lower-case text that something could be named by."""
    yield from _english(low, spelling)
    yield from _chinese(low)


def _english(low: str, spelling: Spelling) -> Iterator[Run]:
    tokens = list(_tokens(low, spelling))
    for i, first in enumerate(tokens):
        key, end = first.key, first.end
        yield first
        for token in tokens[i + 1 : i + MAX_WORDS]:
            if low[end : token.start] not in _JOINTS:
                break
            key, end = key + token.key, token.end
            yield Run(key, first.start, end)


def _tokens(low: str, spelling: Spelling) -> Iterator[Run]:
    for match in _TOKEN.finditer(low):
        word = match[0].removesuffix("'s")
        yield Run(fold_token(spelling.corrected(word)), match.start(), match.start() + len(word))


def _chinese(low: str) -> Iterator[Run]:
    for i, char in enumerate(low):
        if not (char >= "\u3400" or char.isalnum()) or char in _NUMBERS_A_LIST or _inside_word(low, i):
            continue
        for j in range(i + 1, min(len(low), i + MAX_HAN) + 1):
            last = low[j - 1]
            if last.isspace() or (last in _BREAKS and not _is_decimal_point(low, j - 1)):
                break
            part = low[i:j]
            if not last.isalnum() and last not in '%"':
                continue
            if HAN.search(part):
                yield Run(fold(part), i, j)


def _is_decimal_point(low: str, at: int) -> bool:
    return low[at] == "." and low[at - 1 : at].isdigit() and low[at + 1 : at + 2].isdigit()


def _inside_word(low: str, i: int) -> bool:
    return i > 0 and low[i].isascii() and low[i - 1].isascii() and low[i - 1].isalnum()
