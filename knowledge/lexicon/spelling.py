"""One wrong letter in an English word of the catalogue is forgiven."""

from __future__ import annotations

import re
from collections.abc import Collection, Container, Iterable, Iterator

from knowledge.vocabulary import fold_token, singular

_MIN_LETTERS = 5


class Spelling:
    """Corrects a word to the catalogue's when exactly one letter was added, lost, changed or swapped with its neighbour.

    Never corrects a word of the catalogue, a word of `known`, or one whose first letter differs. Looks up every word that is
    one deletion away (symmetric delete), so the cost does not depend on the size of the catalogue.
    """

    def __init__(self, texts: Iterable[str], *, known: Collection[str], names: Container[str]) -> None:
        """Take the catalogue's words from `texts`; `names` holds folded words that mean something as they are."""
        self._words = {word for text in texts for word in re.findall(rf"[a-z]{{{_MIN_LETTERS},}}", text.lower())}
        self._known = {*known, *map(singular, known)}
        self._names = names
        self._near: dict[str, str] = {}
        for word in sorted(self._words):
            for form in _forms(word):
                self._near.setdefault(form, word)

    def corrected(self, word: str) -> str:
        """Return the word that a lower-case word was meant to be, itself where nothing is surely better."""
        if len(word) < _MIN_LETTERS or not word.isalpha() or self._is_right(word):
            return word
        one = word.removesuffix("s")
        return self._nearest(word) or (f"{near}s" if one != word and (near := self._nearest(one)) else word)

    def _nearest(self, word: str) -> str | None:
        targets = (self._near.get(form) for form in _forms(word))
        return next((target for target in targets if target is not None and _one_edit(word, target)), None)

    def unswapped(self, word: str) -> str:
        """Return a lower-case word with two neighbours put right, "handilng"; itself where another slip would be mended."""
        target = self.corrected(word)
        return target if sorted(target) == sorted(word) else word

    def _is_right(self, word: str) -> bool:
        one = singular(word)
        if word in self._words or one in self._words or word in self._known or one in self._known:
            return True
        return fold_token(word) in self._names


def _forms(word: str) -> Iterator[str]:
    """Yield a word, and it without each letter but the first."""
    yield word
    for i in range(1, len(word)):
        yield word[:i] + word[i + 1 :]


def _one_edit(a: str, b: str) -> bool:
    """Whether two words differ by one letter added, lost or changed, or two neighbours swapped; the first letter agrees."""
    if a == b or abs(len(a) - len(b)) > 1 or a[0] != b[0]:
        return False
    if len(a) == len(b):
        wrong = [i for i in range(len(a)) if a[i] != b[i]]
        return len(wrong) == 1 or (
            len(wrong) == 2 and wrong[1] == wrong[0] + 1 and a[wrong[0]] == b[wrong[1]] and a[wrong[1]] == b[wrong[0]]
        )
    short, long = sorted((a, b), key=len)
    return any(long[:i] + long[i + 1 :] == short for i in range(len(long)))
