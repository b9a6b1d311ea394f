"""Slips of a person who types: greetings, short forms, misspellings, dropped capitals and points, a word of the other language."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from typing import Protocol

from knowledge.types import Lang

FILLER, ENDING, SHORT, MISSPELT, MIXED, LOWER, UNPOINTED, SWAPPED = 0.35, 0.25, 0.3, 0.25, 0.08, 0.3, 0.3, 0.15
"""Chances, each for one message."""
_SPARED = re.compile(r"[#@\d]|https?:")
"""Words with figures or signs are ids, amounts and addresses: nobody wants those changed."""


_PLACES = 0xE000
"""Characters for private use hold the place of what is spared."""


class SlipWords(Protocol):
    """What slips are made of; see ``wordings/``."""

    @property
    def fillers(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def endings(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def short_forms(self) -> dict[str, str | int]: ...  # noqa: D102
    @property
    def misspelt(self) -> dict[str, str]: ...  # noqa: D102
    @property
    def mixed(self) -> tuple[str, ...]: ...  # noqa: D102


class Slips:
    """Changes how something is said, never what."""

    def __init__(self, words: SlipWords, rng: random.Random, lang: Lang, spared: Sequence[str] = ()) -> None:
        self._words = words
        self._spared = sorted(spared, key=len, reverse=True)
        self._random = rng
        self._lang = lang

    def slip(self, text: str) -> str:
        """Return the text as it might have been typed; what is spared (names, addresses, ids) stays as it is."""
        kept = [fact for fact in self._spared if any(map(str.isdigit, fact)) and fact in text]
        for place, fact in enumerate(kept):
            text = text.replace(fact, chr(_PLACES + place))
        text = self._slipped(text)
        for place, fact in enumerate(kept):
            text = text.replace(chr(_PLACES + place), fact)
        return text

    def _slipped(self, text: str) -> str:
        if self._happens(SHORT):
            text = self._replaced(text, {name: str(short) for name, short in self._words.short_forms.items()}, 2)
        if self._happens(MISSPELT):
            text = self._replaced(text, self._words.misspelt, 1)
        if self._lang == "en" and self._happens(SWAPPED):
            text = self._with_swapped_letters(text)
        if self._happens(UNPOINTED):
            text = re.sub(r"[,;。，；!！](?=\s|$|[\u4e00-\u9fff])", " ", text).rstrip(" .。")
        if self._happens(LOWER):
            text = " ".join(word if _SPARED.search(word) else word.lower() for word in text.split(" "))
        if self._happens(MIXED):
            text = self._random.choice(self._words.mixed) + text
        elif self._happens(FILLER):
            text = self._random.choice(self._words.fillers) + text
        if self._happens(ENDING):
            text += self._random.choice(self._words.endings)
        return text

    def _happens(self, chance: float) -> bool:
        return self._random.random() < chance

    def _replaced(self, text: str, forms: dict[str, str], most: int) -> str:
        """Put up to `most` other forms in place of words."""
        around = r"\b" if self._lang == "en" else ""
        found = [word for word in forms if re.search(f"{around}{re.escape(word)}{around}", text)]
        for word in self._random.sample(found, min(most, len(found))):
            text = re.sub(f"{around}{re.escape(word)}{around}", forms[word], text, count=1)
        return text

    def _with_swapped_letters(self, text: str) -> str:
        """Swap two letters in the middle of a long word that is no part of an address or a name with a number."""
        words = text.split(" ")
        names = {word.strip(",.") for fact in self._spared if any(map(str.isdigit, fact)) for word in fact.split()}
        long = [place for place, word in enumerate(words) if len(word) > 5 and word.isalpha() and word not in names]
        if long:
            place = self._random.choice(long)
            word = words[place]
            at = self._random.randrange(2, len(word) - 2)
            words[place] = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        return " ".join(words)
