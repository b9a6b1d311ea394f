"""Text made ready for patterns: same length as what the person wrote, so that every span still fits."""

from __future__ import annotations

import dataclasses
import re
import unicodedata

from knowledge.words import simplified

MAX_CHARS = 1500
"""What is analysed of a message; longer ones are pasted texts, whose request stands at the beginning."""

_SAME_LENGTH = {0x3000: " ", 0x2018: "'", 0x2019: "'", 0x201C: '"', 0x201D: '"', 0x2013: "-", 0x2014: "-", 0x2212: "-"}
_SAME_LENGTH |= {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_PAUSE = re.compile(r"(?<=\w) {2,3}(?=[A-Za-z])")
"""Spaces in the place of a comma: "it is too small  send it back"."""
HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")


@dataclasses.dataclass(frozen=True)
class Text:
    """A message as written (`raw`), with plain punctuation (`plain`), and that in lower case and simplified characters (`low`).

    All are of one length.
    """

    raw: str
    plain: str
    low: str

    def span(self, start: int, end: int) -> str:
        """Return the words between two places as the person wrote them."""
        return self.raw[start:end].strip()


def read(message: str) -> Text:
    """Cut to `MAX_CHARS`, turn control characters into spaces, full-width characters into plain ones, a wide gap into a comma."""
    raw = "".join(map(_safe, message[:MAX_CHARS]))
    plain = _PAUSE.sub(lambda match: "," + " " * (len(match[0]) - 1), raw.translate(_SAME_LENGTH))
    return Text(raw, plain, lower(simplified(plain)))


def lower(text: str) -> str:
    """Return `text` in lower case without changing its length."""
    low = text.lower()
    return low if len(low) == len(text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


_KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop", "yxcvbnm")
SHORTEST_RUN = 4
_WORDS = re.compile(r"[a-z]+")
_NO_WORD = re.compile(r"[bcdfghjklmnpqrstvwxz]{5,}|(.)\1{2,}")


def is_nonsense(word: str) -> bool:
    """Whether a lower-case word is a hand on the keyboard: a run of keys side by side, or letters that nobody could say."""
    run = len(word) >= SHORTEST_RUN and any(word in row or word[::-1] in row for row in _KEYS)
    return run or bool(_NO_WORD.fullmatch(word))


def says_nothing(low: str) -> bool:
    """Whether a message has no word in it: signs, emoji, keys pressed at random."""
    return not HAN.search(low) and not re.search(r"\d", low) and all(map(is_nonsense, _WORDS.findall(low)))


def _safe(char: str) -> str:
    if " " <= char <= "~" or "\u4e00" <= char <= "\u9fff" or char == "\n":
        return char
    return " " if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Cn"} else char
