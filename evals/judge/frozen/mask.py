"""Puts made-up people in the place of real ones, the same one everywhere, in the shape that the original had.

Names, e-mails, phone numbers, postcodes, streets and house numbers, card endings, invoice titles and tax ids, ids of customers
and orders. Town, district, state and country stay: they tell nobody apart, and delivery depends on them.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterator, Mapping
from typing import Any

_HAN = re.compile(r"[\u4e00-\u9fff]")
_TOKEN = re.compile(r"[A-Za-z]+|\d+|[^\W\d_]")
_DIGITS_BEGIN = r"(?:(?<![A-Za-z\d])|(?<=86)|(?<=\+1)|(?<=(?<!\d)0))"
"""A number begins where no letter or figure is before it, a country code or the 0 before a town's."""
LEAST_TAIL = 4
"""So many last figures of an order's number tell which one is meant."""
NOTHING = r"(?!)"
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_PHONE = re.compile(r"(?<![A-Za-z\d])\+?\d[\d ().-]{6,20}\d(?![A-Za-z\d])")
_STREET_NAME = re.compile(
    r"[\u4e00-\u9fff]{1,4}?(?=大道|大街|路|街|巷|弄|胡同|村|小区|花园|大厦|苑|里|公寓|广场|城|园)"
)
_STREET_WORDS = frozenset(
    {
        "street", "st", "road", "rd", "avenue", "ave", "lane", "ln", "drive", "dr", "boulevard", "blvd", "court", "ct", "place", "pl",
        "square", "sq", "way", "close", "crescent", "terrace", "parkway", "apt", "apartment", "suite", "unit", "floor", "flat", "room",
        "building", "block", "no", "north", "south", "east", "west", "po", "box", "the", "of",
    }
)  # fmt: skip
_COMPANY = re.compile(r"(?:有限责任公司|股份有限公司|有限公司|公司|集团|工作室|商行|中心|厂|店)$")

ZH_PEOPLE = ("周明远", "林晓月", "陈志远", "吴静怡", "郑凯文", "孙悦然", "何嘉宁", "许清扬")
EN_PEOPLE = (
    "Robin Reed",
    "Casey Hale",
    "Jordan Blake",
    "Morgan Vance",
    "Taylor Quinn",
    "Avery Stone",
    "Riley Hart",
    "Jamie Frost",
)
ZH_TITLES = ("先生", "女士", "小姐")
ZH_STREETS = ("和平", "解放", "文化", "青年", "建设", "光明", "东风", "新华")
EN_STREETS = ("Maple", "Cedar", "Willow", "Birch", "Linden", "Aspen", "Rowan", "Hazel")
ZH_FIRMS = ("启明贸易", "远山商贸", "清河文化", "东林科技")
EN_FIRMS = ("Northwind", "Bluefield", "Stonebridge", "Fairview")


class Mask:
    """Remembers what stands for what. First say what is personal (``person``, ``email``, ...), then mask values with `of`."""

    def __init__(self, spared: str = "") -> None:
        """Leave first and last names alone, where they stand alone, that are words of `spared`."""
        self._spared = spared.lower()
        self._stands_for: dict[str, str] = {}
        self._keys: dict[str, str] = {}
        self._streets: list[str] = []
        self._numbers = itertools.count(1)
        self._pools: dict[tuple[str, ...], Iterator[str]] = {}

    # -- what is personal

    def person(self, first: str, last: str) -> None:
        """Take a name, in the order of its language."""
        if not (first or last):
            return
        whole = f"{last}{first}" if _HAN.search(last or first) else f"{first} {last}".strip()
        if self._known(whole):
            return
        made_up = self._drawn(ZH_PEOPLE if _HAN.search(whole) else EN_PEOPLE, other_than=whole)
        self._take(whole, made_up)
        if _HAN.search(whole):
            self._take_alone(first, made_up[1:], least=2)
            for title in ZH_TITLES:
                self._take(f"{last}{title}", f"{made_up[0]}{title}")
            return
        new_first, new_last = made_up.split()
        self._take(f"{last} {first}".strip(), f"{new_last} {new_first}")
        self._take_alone(first, new_first, least=3)
        self._take_alone(last, new_last, least=3)

    def name(self, written: str) -> None:
        """Take a full name as it was written."""
        if _HAN.search(written):
            self.person(written[1:], written[:1])
        else:
            first, _, last = written.rpartition(" ")
            self.person(first or last, last if first else "")

    def email(self, address: str) -> None:
        """Take an e-mail address."""
        self._take(address, f"person{next(self._numbers)}@example.com")

    def phone(self, number: str) -> None:
        """Take a phone number: country code and network stay, the rest becomes other digits."""
        digits = re.sub(r"\D", "", number)
        if digits.startswith("86") and len(digits) == 13:
            national = digits[2:]
        else:
            national = digits[-10:] if number.startswith("+") else digits
        if len(national) >= 7 and not self._known(national):
            made_up = national[:3] + self._digits(len(national) - 3)
            self._take(national, made_up)

    def postcode(self, code: str) -> None:
        """Take a postcode: the first figure stays."""
        if any(map(str.isdigit, code)):
            self._take(code, code[:1] + self._shaped(code[1:]), least=4)

    def street(self, line: str) -> None:
        """Take street and house: kinds of streets stay, names and numbers change; a person in it is masked as anywhere."""
        if any(_letters(known) in _letters(line) for known in self._streets) or not line:
            return
        self._streets.append(line)
        named = _STREET_NAME.sub(lambda _: self._drawn(ZH_STREETS, other_than=line), self.text(line))
        words = [self._street_word(word) for word in re.split(r"([A-Za-z]+)", named)]
        self._take(line, re.sub(r"\d+", lambda digits: self._digits(len(digits[0])), "".join(words)))

    def firm(self, title: str) -> None:
        """Take the title of a company's invoice."""
        if _HAN.search(title):
            kind = _COMPANY.search(title)
            self._take(title, self._drawn(ZH_FIRMS, other_than=title) + (kind[0] if kind else ""))
        else:
            *_, kind_of = title.split() or [""]
            self._take(title, f"{self._drawn(EN_FIRMS, other_than=title)} {kind_of}")

    def number(self, written: str, *, least: int = 4) -> None:
        """Take a number that identifies: an order, a customer, a parcel, a tax id, the end of a card. Leading letters stay."""
        if self._known(written):
            return
        letters = re.match(r"[^\W\d_]{0,3}(?=\d)", written)
        kept = letters[0] if letters else ""
        made_up = kept + self._shaped(written[len(kept) :])
        self._take(written, made_up, least=least)
        digits = written[len(kept) :]
        if kept and len(digits) >= 6 and digits.isdigit():
            self._take(digits, made_up[len(kept) :])

    def order(self, written: str) -> None:
        """Take the number of an order; its last figures may be said alone."""
        self.number(written)
        made_up = self.text(written)
        for length in range(LEAST_TAIL, len(written)):
            if written[-length:].isdigit() and len(made_up) == len(written):
                self._take(written[-length:], made_up[-length:])

    def key(self, table: str, written: str, made_up: str | None = None) -> None:
        """Take the key of a row, which nobody sees: it is masked where it stands alone."""
        self._keys.setdefault(written, made_up or f"{table}-{next(self._numbers)}")

    # -- masking

    def of(self, value: Any) -> Any:
        """Return JSON with every personal value masked, also where it stands within a text."""
        if isinstance(value, dict):
            return {name: self.of(part) for name, part in value.items()}
        if isinstance(value, list | tuple):
            return [self.of(part) for part in value]
        return self.text(value) if isinstance(value, str) else value

    def text(self, text: str) -> str:
        """Return a text in which nobody is to be recognised; e-mails and long numbers that were not said to be personal go too."""
        if text in self._keys:
            return self._keys[text]
        for found in _EMAIL.findall(text):
            if not found.endswith("@example.com"):
                self.email(found)
        for found in _PHONE.findall(text):
            if len(re.sub(r"\D", "", found)) >= 8 and not self._pattern.search(found) and not self._is_made_up(found):
                self.phone(found)
        return self._pattern.sub(self._replacement, text)

    @functools.cached_property
    def _pattern(self) -> re.Pattern[str]:
        longest_first = sorted(self._stands_for, key=len, reverse=True)
        spelt = [f"(?:{_spelt(value)})" for value in longest_first] or [NOTHING]
        return re.compile("|".join(spelt), re.IGNORECASE)

    def _replacement(self, found: re.Match[str]) -> str:
        made_up = self._stands_for.get(found[0]) or self._by_letters[_letters(found[0])]
        if made_up.isdigit():  # spaces and dashes stay where they were written
            digits = iter(made_up)
            return re.sub(r"\d", lambda _: next(digits, ""), found[0])
        return made_up.lower() if found[0].islower() else made_up

    @functools.cached_property
    def _by_letters(self) -> Mapping[str, str]:
        return {_letters(value): made_up for value, made_up in self._stands_for.items()}

    # -- making up

    def _take(self, written: str, made_up: str, *, least: int = 1) -> None:
        if len(written) >= least and not self._known(written):
            self._stands_for[written] = made_up
            for cached in ("_pattern", "_by_letters"):
                self.__dict__.pop(cached, None)

    def _take_alone(self, name: str, made_up: str, *, least: int) -> None:
        if name.lower() not in self._spared:
            self._take(name, made_up, least=least)

    def _known(self, written: str) -> bool:
        return not written.strip() or written in self._stands_for or _letters(written) in self._by_letters

    def _is_made_up(self, written: str) -> bool:
        return any(_letters(written) == _letters(made_up) for made_up in self._stands_for.values())

    def _drawn(self, pool: tuple[str, ...], *, other_than: str) -> str:
        names = self._pools.setdefault(pool, itertools.cycle(pool))
        return next(name for name in names if name.lower() not in other_than.lower())

    def _digits(self, length: int) -> str:
        """Return another number of so many digits."""
        return str(next(self._numbers)).rjust(length, "9")[-length:] if length > 0 else ""

    def _shaped(self, written: str) -> str:
        """Return figures for figures and letters for letters; the rest stays."""
        digits = iter(self._digits(sum(map(str.isdigit, written))))
        return "".join(
            next(digits) if char.isdigit() else "A" if char.isupper() else "a" if char.islower() else char
            for char in written
        )

    def _street_word(self, word: str) -> str:
        plain = word.isalpha() and not _HAN.search(word) and word.lower() not in _STREET_WORDS and len(word) > 1
        return self._drawn(EN_STREETS, other_than=word) if plain else word


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).lower()


def _spelt(value: str) -> str:
    """Return a pattern of a value however it is spaced and pointed."""
    if value.isdigit():
        return _DIGITS_BEGIN + r"[ .()-]{0,2}".join(value) + r"(?!\d)"
    tokens = _TOKEN.findall(value)
    if not tokens:
        return re.escape(value)
    before = r"(?<![A-Za-z\d])" if tokens[0].isascii() else ""
    after = r"(?![A-Za-z\d])" if tokens[-1].isascii() else ""
    return before + r"[\W_]{0,3}".join(tokens) + after
