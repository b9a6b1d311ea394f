"""By which words of its title a product is called.

English: any run of a title's words that can name a thing ("wireless mouse" and "mouse" of "Lumo Wireless Mouse"), the brand
aside. Chinese: whatever a title ends in (无线鼠标, 鼠标), since the head of a Chinese name stands last.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator

from knowledge.lexicon.word_lists import weak_words
from knowledge.vocabulary import Vocabulary, fold_token

HAN = re.compile(r"[\u3400-\u9fff]")
BARE_NUMBER = re.compile(r"\d+(?:\.\d+)?")
MAX_WORDS = 6
MAX_HAN = 12
_RUN = re.compile(r"[0-9a-z\u3400-\u9fff]+")
_LINKS = frozenset({"and", "with", "for", "the", "of", "in"})


@dataclasses.dataclass(frozen=True)
class Part:
    """Words of a title, lower-case."""

    words: str
    share: float
    """How much of the title they are, in (0, 1]; a little less where the title's last word is missing."""


def parts(title: str, brand: str, vocabulary: Vocabulary) -> Iterator[Part]:
    """Yield what the product of a title may be called."""
    if HAN.search(title):
        return _chinese_parts(title, brand)
    return _english_parts(title, brand, vocabulary)


def _english_parts(title: str, brand: str, vocabulary: Vocabulary) -> Iterator[Part]:
    words = re.findall(r"[a-z0-9.]+(?:[-'][a-z0-9]+)*", title.lower())
    brand_words = set(brand.lower().split())
    while words and words[0] in brand_words:
        words.pop(0)
    size = len(words)
    for i in range(size):
        for j in range(i + 1, min(size, i + MAX_WORDS) + 1):
            part, last = words[i:j], j == size
            if _names_a_thing(part, vocabulary, last=last, whole=j - i == size):
                share = (j - i) / size
                yield Part(" ".join(part), share if last else share * 0.9)


def _names_a_thing(part: list[str], vocabulary: Vocabulary, *, last: bool, whole: bool) -> bool:
    if len(part) > 1:
        return part[0] not in _LINKS and part[-1] not in _LINKS
    word = part[0]
    if BARE_NUMBER.fullmatch(word) or len(word) < 3 or (word in weak_words() and not whole):
        return False
    return last or (len(word) >= 5 and not vocabulary.canonical_value(word))


def _chinese_parts(title: str, brand: str) -> Iterator[Part]:
    low = title.lower().replace(brand.lower(), " ") if brand else title.lower()
    runs = _RUN.findall(low)
    whole = "".join(runs)
    for run in dict.fromkeys((*runs, whole)):
        if not HAN.search(run):
            continue
        for size in range(2, min(len(run), MAX_HAN) + 1):
            part = run[-size:]
            if part[0].isalpha():
                yield Part(part, len(part) / len(whole))


def padded(title: str) -> str:
    """Return a title in which whole folded words are found as substrings; a Chinese one just in lower case."""
    low = title.lower()
    return low if HAN.search(low) else spaced(low)


def spaced(low: str) -> str:
    """Return lower-case English as folded words, each between two spaces."""
    return f" {' '.join(map(fold_token, re.findall(r'[a-z0-9]+', low)))} "
