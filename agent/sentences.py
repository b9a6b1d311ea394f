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
_IN_LINK = re.compile(r"\[[^\]\n]*$|\]\([^)\n]*$")
"""Within the words or the target of a Markdown link."""
_NUMBERED = re.compile(r"(?:^|\n)\s*\d{1,3}$")
"""The number of a list's entry."""
_LETTERS = re.compile(r"(?:[A-Za-z]\.)*[A-Za-z]")
"""Initials and what is written like them: e.g., i.e., a.m., U.S."""
_SHORT = re.compile(
    r"mr|mrs|ms|dr|prof|st|jr|sr|vs|etc|approx|ca|dept|est|inc|ltd|co|corp|ave|min|max|qty|tel|ext|incl|excl|cf|al"
)
_SHORT_BEFORE_A_NUMBER = re.compile(r"no|nos|nr|p|pp|vol|fig|art|sec|ch|item")


def whole_sentences(text: str) -> list[str]:
    """Return the sentences of a text's beginning whose end is certain, each with the spaces after it.

    What comes after the text changes none of them, so that a text can be cut while it grows: the whole sentences of a beginning
    are the first of those of all. A line's end ends a sentence too. What looks like an end within numbers, abbreviations, links and
    addresses is none; where it cannot be told, two sentences stay together.
    """
    found: list[str] = []
    begin = 0
    while (end := _end(text, begin)) is not None:
        found.append(text[begin:end])
        begin = end
    return found


def sentences(text: str) -> list[str]:
    """Return all sentences of a finished text; put together they are the text."""
    found = whole_sentences(text)
    rest = text[sum(map(len, found)) :]
    return [*found, rest] if rest else found


def _end(text: str, begin: int) -> int | None:
    """Return where the first sentence from `begin` on ends, behind its spaces; None: that is not certain yet."""
    for stop in _STOP.finditer(text, begin):
        spaces = _SPACES.match(text, stop.end())
        end = spaces.end() if spaces is not None else stop.end()
        if end == len(text):
            return None
        if _ends(text[begin : stop.start()], stop[0], text[stop.end() : end], text[end]):
            return end
    return None


def _ends(before: str, stop: str, spaces: str, following: str) -> bool:
    """Tell whether a sentence ends between `before` and what follows."""
    if not _WORD.search(before) or _IN_LINK.search(before):
        return False
    if stop == "\n" or "\n" in spaces or _FULL.intersection(stop):
        return True
    if not spaces:
        return stop[0] != "." and bool(_HAN.match(before[-1]) and _HAN.match(following))
    return not following.islower() and not (stop[0] == "." and _is_short(before, following))


def _is_short(before: str, following: str) -> bool:
    """Tell whether a point belongs to what stands before it: an abbreviation, or an entry's number."""
    word = _LAST_WORD.search(before)
    said = word[0].casefold() if word is not None else ""
    return (
        bool(_SHORT.fullmatch(said))
        or bool(_LETTERS.fullmatch(said))
        or (bool(_SHORT_BEFORE_A_NUMBER.fullmatch(said)) and following.isdigit())
        or bool(_NUMBERED.search(before))
    )
