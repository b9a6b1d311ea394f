"""Cuts a text that is still being written into its whole sentences, Chinese and English."""

from __future__ import annotations

import re

_CLOSING = "\"'”’」』）】》)*_`]"
_STOP = re.compile(rf"[。！？｡!?….]+[{re.escape(_CLOSING)}]*|\n")
_FULL = frozenset("。！？｡")
_SPACES = re.compile(r"\s*")
_WORD = re.compile(r"\w")
_HAN = re.compile(r"[\u3400-\u9fff]")
_LAST_WORD = re.compile(r"[^\s(（\"“'‘\[]+$")
_WORD_LENGTH = 20
"""Characters that are looked at for the last word; what is longer is no abbreviation."""
_NUMBERED = re.compile(r"\s*\d{1,3}")
"""The number of a list's entry."""
_LETTERS = re.compile(r"(?:[A-Za-z]\.)*[A-Za-z]")
"""Initials and what is written like them: e.g., i.e., a.m., U.S."""
_SHORT = re.compile(
    r"mr|mrs|ms|dr|prof|st|jr|sr|vs|etc|approx|ca|dept|est|inc|ltd|co|corp|ave|min|max|qty|tel|ext|incl|excl|cf|al"
)
_SHORT_BEFORE_A_NUMBER = re.compile(r"no|nos|nr|p|pp|vol|fig|art|sec|ch|item")


class Cut:
    """Cuts a text into its sentences while it grows, and looks at no place twice: a model writes thousands of pieces.

    What comes after a text changes none of the sentences that are whole in it. A line's end ends a sentence too. What looks like an
    end within numbers, abbreviations, links and addresses is none; where it cannot be told, two sentences stay together.
    """

    def __init__(self) -> None:
        self._begin = 0
        self._seen = 0
        """No sentence ends before it but those that were found."""

    def more(self, text: str) -> list[str]:
        """Return the sentences whose end is certain by now and was not before, each with the spaces after it.

        Args:
            text: all of it so far.
        """
        found: list[str] = []
        while (end := self._end(text)) is not None:
            found.append(text[self._begin : end])
            self._begin = self._seen = end
        return found

    def _end(self, text: str) -> int | None:
        """Return where the sentence ends, behind its spaces; None: that is not certain yet."""
        for stop in _STOP.finditer(text, self._seen):
            spaces = _SPACES.match(text, stop.end())
            end = spaces.end() if spaces is not None else stop.end()
            if end == len(text):
                self._seen = stop.start()
                return None
            if _ends(text[self._begin : stop.start()], stop[0], text[stop.end() : end], text[end]):
                return end
            self._seen = stop.end()
        self._seen = len(text)
        return None


def whole_sentences(text: str) -> list[str]:
    """Return the sentences of a text's beginning whose end is certain: see `Cut`."""
    return Cut().more(text)


def _ends(before: str, stop: str, spaces: str, following: str) -> bool:
    """Tell whether a sentence ends between `before` and what follows."""
    if not _WORD.search(before) or _in_link(before):
        return False
    if stop == "\n" or "\n" in spaces or _FULL.intersection(stop):
        return True
    if not spaces:
        return stop[0] != "." and bool(_HAN.match(before[-1]) and _HAN.match(following))
    return not following.islower() and not (stop[0] == "." and _is_short(before, following))


def _in_link(before: str) -> bool:
    """Tell whether a text ends within the words or the target of a Markdown link."""
    line = before.rpartition("\n")[2]
    return line.rfind("[") > line.rfind("]") or line.rfind("](") > line.rfind(")")


def _is_short(before: str, following: str) -> bool:
    """Tell whether a point belongs to what stands before it: an abbreviation, or an entry's number."""
    word = _LAST_WORD.search(before[-_WORD_LENGTH:])
    said = word[0].casefold() if word is not None else ""
    return (
        bool(_SHORT.fullmatch(said))
        or bool(_LETTERS.fullmatch(said))
        or (bool(_SHORT_BEFORE_A_NUMBER.fullmatch(said)) and following.isdigit())
        or bool(_NUMBERED.fullmatch(before.rpartition("\n")[2]))
    )
