"""What different words, of either language, have in common: 邮费, 运费 and "postage" are one concept of trade.

Word search sees the concepts beside the words, so a shopper's word finds the article that uses another, and a Chinese
question finds an English article. The list is ``concepts.yaml``.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from knowledge.words import normalise, stem, tokens
from knowledge.yaml_files import read_yaml

_FILE = Path(__file__).with_name("concepts.yaml")
_LATIN = re.compile(r"[a-z0-9]+(?:['’][a-z]+)?")


class Concepts:
    """Finds concepts in a text: Chinese terms as runs of characters, the longest first; English ones by stemmed words."""

    def __init__(self, terms: Mapping[str, Mapping[str, list[str]]]) -> None:
        self._english: dict[tuple[str, ...], list[str]] = {}
        self._chinese: dict[str, list[str]] = {}
        for name, by_lang in terms.items():
            for term in by_lang.get("en", []):
                self._english.setdefault(_stems(normalise(term)), []).append(name)
            for term in by_lang.get("zh", []):
                self._chinese.setdefault(normalise(term), []).append(name)
        self._of = functools.lru_cache(maxsize=20_000)(self._found)
        self._longest_en = max(map(len, self._english), default=0)
        self._longest_zh = max(map(len, self._chinese), default=0)

    def of(self, text: str) -> list[str]:
        """Return the concepts of a text, one for each time that it is named."""
        return list(self._of(text))

    def _found(self, text: str) -> list[str]:
        plain = normalise(text)
        english = [name for term in self._in_english(_stems(plain)) for name in self._english[term]]
        return [*english, *(name for term in self._in_chinese(plain) for name in self._chinese[term])]

    def words_in(self, text: str) -> frozenset[str]:
        """Return the words of a text by which concepts are named in it, as word search sees them."""
        plain = normalise(text)
        english = {word for term in self._in_english(_stems(plain)) for word in term}
        return frozenset(english | {word for term in self._in_chinese(plain) for word in tokens(term)})

    def _in_english(self, words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        """Yield the terms that stand in a text, shorter ones within longer ones too."""
        for start in range(len(words)):
            for size in range(1, min(self._longest_en, len(words) - start) + 1):
                if (term := words[start : start + size]) in self._english:
                    yield term

    def _in_chinese(self, text: str) -> Iterator[str]:
        start = 0
        while start < len(text):
            for size in range(min(self._longest_zh, len(text) - start), 0, -1):
                if (term := text[start : start + size]) in self._chinese:
                    yield term
                    start += size - 1
                    break
            start += 1


@functools.cache
def concepts() -> Concepts:
    """Return the shipped list, read once."""
    return Concepts(read_yaml(_FILE))


def _stems(text: str) -> tuple[str, ...]:
    return tuple(stem(word) for word in _LATIN.findall(text))
