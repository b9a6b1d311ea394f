"""Taking out of free text what is about one person: names, orders, addresses, ways to reach them, long numbers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Literal

import pydantic

from knowledge.types import Lang

Kind = Literal["name", "order", "address", "email", "phone", "link", "number"]
STAND_INS: dict[Kind, dict[Lang, str]] = {
    "name": {"zh": "【姓名】", "en": "[name]"},
    "order": {"zh": "【订单号】", "en": "[order number]"},
    "address": {"zh": "【地址】", "en": "[address]"},
    "email": {"zh": "【邮箱】", "en": "[e-mail]"},
    "phone": {"zh": "【电话】", "en": "[phone]"},
    "link": {"zh": "【链接】", "en": "[link]"},
    "number": {"zh": "【号码】", "en": "[number]"},
}
"""What is put in the place of each kind."""

_LINK = re.compile(r"https?://[^\s<>\"'，。；、）)]*[?#][^\s<>\"'，。；、）)]*", re.IGNORECASE)
"""An address with something behind its path: such links often open one person's page."""
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+")
_ORDER = re.compile(r"(?<![A-Za-z0-9])(?:#\s?[A-Za-z]{0,3}\d{3,}|[A-Z]{1,3}-?\d{4,9})(?![A-Za-z0-9])")
_PHONE = re.compile(
    r"(?<![A-Za-z\d.])(?:\+\d{1,3}[ -]?)?(?:\(\d{2,4}\)[ -]?)?\d{2,4}(?:[ -]\d{3,4}){1,3}(?![A-Za-z\d])|(?<![A-Za-z\d])\+?1[3-9]\d{9}(?!\d)"
)
_NUMBER = re.compile(r"(?<![A-Za-z\d.,])[A-Z]{0,4}\d{7,}(?![\d])")
_HAILED = re.compile(
    r"\A\s*(?:(?:[Hh]i|[Hh]ello|[Hh]ey|[Dd]ear|[Gg]ood (?:morning|afternoon|evening))(?: there)?(?:,? (?:(?:[Mm]r|[Mm]rs|[Mm]s|[Dd]r)\.? )?(?:[A-Z][\w'’-]*|\[name\])){0,2}\s*[,.!:]+\s*"
    r"|(?:亲爱的)?(?:[\u4e00-\u9fff]{1,3}(?:先生|女士|小姐)|【姓名】|亲)(?:您好|你好)?[，,！!：:、 ]+|(?:您好|你好)[，,！!。 ]+)"
)
"""A greeting at the beginning, with whomever it names: "Hi Tom, ", 王女士您好，."""
_SIGNED = re.compile(
    r"\s*(?:(?:[Kk]ind|[Bb]est|[Ww]arm) (?:[Rr]egards|[Ww]ishes)|[Rr]egards|[Cc]heers|[Ss]incerely|[Bb]est|此致|祝好)[,，!！]?\s*\n?[^\n.!?。！？]{0,40}\Z"
)


_CLAUSE = re.compile(r"[^,，;；?？!！。]+[,，;；?？!！。]*\s*")
_STOOD_IN = re.compile("|".join(re.escape(word) for words in STAND_INS.values() for word in words.values()))
_ENDS = ("?", "？", ".", "。", "!", "！")
SHORTEST_QUESTION = 4
"""Letters that can be a question."""


class Cleaned(pydantic.BaseModel):
    """A text without what was personal in it, and how much of each kind was taken out."""

    model_config = pydantic.ConfigDict(frozen=True)

    text: str
    removed: dict[Kind, int] = {}


class Personal:
    """What is known to be one person's, beside what its form betrays.

    It does not recognise a name that is neither known nor part of a greeting: who publishes the text must have read it.
    """

    def __init__(self, *, names: Iterable[str] = (), orders: Iterable[str] = (), addresses: Iterable[str] = ()) -> None:
        self._known: tuple[tuple[Kind, re.Pattern[str] | None], ...] = (
            ("address", _any_of(addresses, shortest=5)),
            ("order", _any_of(orders, shortest=2)),
            ("name", _any_of(names, shortest=2)),
        )

    def without(self, text: str, lang: Lang) -> Cleaned:
        """Return the text with everything personal replaced by a stand-in of its language."""
        removed: Counter[Kind] = Counter()
        before: tuple[tuple[Kind, re.Pattern[str] | None], ...] = (("link", _LINK), ("email", _EMAIL))
        after: tuple[tuple[Kind, re.Pattern[str] | None], ...] = (
            ("order", _ORDER),
            ("phone", _PHONE),
            ("number", _NUMBER),
        )
        for kind, pattern in (*before, *self._known, *after):
            if pattern is not None:
                text, times = pattern.subn(STAND_INS[kind][lang], text)
                removed[kind] += times
        return Cleaned(text=text, removed={kind: times for kind, times in removed.items() if times})


def general(text: str) -> str:
    """Return a cleaned question without the clauses that hold a stand-in: they are about one person's case.

    It stays as it is where nothing else would be left.
    """
    clauses = _CLAUSE.findall(text)
    kept = [clause for clause in clauses if not _STOOD_IN.search(clause)]
    rest = "".join(kept).strip(" ,，;；、")
    if len(kept) == len(clauses) or len(re.sub(r"\W", "", rest)) < SHORTEST_QUESTION:
        return text
    end = text.rstrip()[-1:]
    return rest + end if end in _ENDS and rest[-1:] not in _ENDS else rest


def without_courtesies(text: str) -> str:
    """Return a text without the greeting at its beginning and the signature at its end."""
    bare = _SIGNED.sub("", _HAILED.sub("", text, count=1)).strip()
    return bare[:1].upper() + bare[1:] if bare else text.strip()


def _any_of(values: Iterable[str], *, shortest: int) -> re.Pattern[str] | None:
    """Return what finds any of the values as whole words, as they are written; the longest first."""
    wanted = sorted({value.strip() for value in values if len(value.strip()) >= shortest}, key=lambda each: -len(each))
    if not wanted:
        return None
    parts = [rf"(?<![A-Za-z0-9]){re.escape(each)}(?![A-Za-z0-9])" for each in wanted]
    return re.compile("|".join(parts))
