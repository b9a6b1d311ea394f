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
        self.words = frozenset(
            token for by_lang in terms.values() for lang in by_lang for term in by_lang[lang] for token in tokens(term)
        )
        """Every word that a term is made of, as word search sees it."""
        self._longest_en = max(map(len, self._english), default=0)
        self._longest_zh = max(map(len, self._chinese), default=0)

    def of(self, text: str) -> list[str]:
        """Return the concepts of a text, one for each time that it is named."""
        plain = normalise(text)
        return [*self._in_english(_stems(plain)), *self._in_chinese(plain)]

    def _in_english(self, words: tuple[str, ...]) -> Iterator[str]:
        for start in range(len(words)):
            for size in range(1, min(self._longest_en, len(words) - start) + 1):
                yield from self._english.get(words[start : start + size], ())

    def _in_chinese(self, text: str) -> Iterator[str]:
        start = 0
        while start < len(text):
            for size in range(min(self._longest_zh, len(text) - start), 0, -1):
                if names := self._chinese.get(text[start : start + size]):
                    yield from names
                    start += size - 1
                    break
            start += 1


@functools.cache
def concepts() -> Concepts:
    """Return the shipped list, read once."""
    return Concepts(read_yaml(_FILE))


def _stems(text: str) -> tuple[str, ...]:
    return tuple(stem(word) for word in _LATIN.findall(text))
