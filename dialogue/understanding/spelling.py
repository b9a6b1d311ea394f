"""Slips in words that say what is wanted: "retrun", "exhange", "cancle", 取销, 退获."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable

from dialogue.understanding import data
from dialogue.understanding.homophones import Homophones
from dialogue.understanding.text import Text
from knowledge.lexicon.sounds import SameSound
from knowledge.lexicon.spelling import Spelling

_WORD = re.compile(r"[a-z]{5,}")
_DE = re.compile(
    r"(?<=[\u4e00-\u9fff])(?<![水眼雨一几两滴点])滴(?![滴管眼水露灌定液答])|(?<=\d{3})滴(?=[\u4e00-\u9fff])(?![眼精油水血管])"
)
"""的 as it is written in fun: 买过滴人."""


_SIZE_MARK = re.compile(r"(?<=[\d一二三四五六七八九十])[吗妈马玛](?=的)")
"""码 in a wrong character of the same sound, where a question has no place: 41吗的."""
_TO = re.compile(r"(?<=[a-z:] )2(?= \d{1,5}[a-z]? [a-z]{3,})")
"""2 for "to" before the number of a house: "send it 2 8 Birch Street"."""
_SHORT = {
    "2": "to",
    "4": "for",
    "u": "you",
    "ur": "your",
    "r": "are",
    "pls": "please",
    "plz": "please",
    "thx": "thanks",
    "diff": "different",
    "asap": "",
}
_SHORT_FORM = re.compile(
    r"(?<![\w#.,-])(?:ur?|r|pl[sz]|thx|diff|asap|[24](?= (?:the|my|an?|your|it|this|that|me|one|sale|[a-z]{4,})\b))(?![\w'.,-]*\w)"
)
"""Short forms, for the classifier."""


class Respelling:
    """Mends a word to one that the classifier was taught where a letter was lost, doubled, added or swapped with its neighbour.

    A letter in another's place is left alone: "stack" is not "stock".

    Args:
        taught: the words of the training utterances.
        sounds: finds the catalogue's Chinese words in wrong characters of the same sound; None: it knows no such words.
        homophones: finds wrong characters of the same sound by what people say; None: it knows nothing of that.
        name_of: gives the word of the shop's catalogue that a word was meant to be; itself where it is one, None where none is near.
    """

    def __init__(
        self,
        taught: Collection[str],
        name_of: Callable[[str], str | None],
        sounds: SameSound | None = None,
        homophones: Homophones | None = None,
    ) -> None:
        self._taught = frozenset(taught)
        self._spelling = Spelling(taught, known=(), names=())
        self._name_of = name_of
        self._sounds = sounds
        self._homophones = homophones
        self._meant = {slip: word for word, slips in data.read_yaml("slips.yaml").items() for slip in slips}
        self._slips = re.compile("|".join(sorted(self._meant, key=len, reverse=True)))

    def mend(self, words: str) -> str:
        """Return the words with their slips mended; only for what needs no places in the message."""
        spelt = _SHORT_FORM.sub(lambda match: _SHORT[match[0]], words)
        return _WORD.sub(lambda match: self._mended(match[0]), spelt)

    def mend_in_place(
        self,
        text: Text,
        spared: Iterable[tuple[int, int]] = (),
        understood: Iterable[tuple[int, int]] = (),
        *,
        kept_as_written: bool = False,
    ) -> Text:
        """Return a message of the same length without swapped neighbours and wrong characters of the same sound.

        Args:
            spared: places from and to of what stays as it is: names, addresses, codes.
            understood: those of what means something as it is written: what lies within is no slip of sound.
            kept_as_written: it may answer what is kept letter by letter, such as the name on an invoice.
        """
        sounds = self._sounds.slips(text.low) if self._sounds is not None else {}
        if self._homophones is not None and not kept_as_written:
            sounds = {**self._homophones.slips(text.low), **sounds}
        for start, end in understood:
            sounds = {place: to for place, to in sounds.items() if not start <= place[0] < place[1] <= end}
        changed = {**self._swapped(text.low), **sounds, **self._same_sound(text.low)}
        for start, end in spared:
            changed = {place: to for place, to in changed.items() if place[1] <= start or place[0] >= end}
        changed |= {match.span(): " " for match in _TO.finditer(text.low)}
        if not changed:
            return text
        raw, plain, low = list(text.raw), list(text.plain), list(text.low)
        for (start, end), to in changed.items():
            for kept in (raw, plain, low):
                kept[start:end] = to
        return Text("".join(raw), "".join(plain), "".join(low))

    def _swapped(self, low: str) -> dict[tuple[int, int], str]:
        """Return where two letters stand in each other's place, and how they should. The first of a word never does."""
        found: dict[tuple[int, int], str] = {}
        for match in _WORD.finditer(low):
            word, target = match[0], self._mended(match[0])
            if len(word) == len(target) and word != target:
                at = next(i for i, letter in enumerate(word) if letter != target[i])
                found[match.start() + at, match.start() + at + 2] = target[at : at + 2]
        return found

    def _same_sound(self, low: str) -> dict[tuple[int, int], str]:
        slips = {match.span(): self._meant[match[0]].ljust(len(match[0])) for match in self._slips.finditer(low)}
        slips |= {match.span(): "码" for match in _SIZE_MARK.finditer(low)}
        return slips | {match.span(): "的" for match in _DE.finditer(low)}

    def _mended(self, word: str) -> str:
        if word in self._taught or (name := self._name_of(word)) == word:
            return word
        target = self._spelling.corrected(word)
        target = name or word if target == word else target
        slipped = len(target) != len(word) or sorted(target) == sorted(word)
        return target if slipped else word
