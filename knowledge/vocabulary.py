"""Words for what things are: option keys and values, kinds of goods; canonical lower-case English, labels in both languages."""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from knowledge.types import Lang
from knowledge.words import simplified
from knowledge.yaml_files import read_yaml

_FILE = Path(__file__).with_name("vocabulary.yaml")
_LABELS = Path(__file__).with_name("labels.yaml")
_HAN = re.compile(r"[\u3400-\u9fff]")
_MEASURE = re.compile(r"([\d.,]+)[ -]?(h|hours?|days?|inch(?:es)?|years?|months?)")
_MEASURES = {"h": "小时", "hour": "小时", "day": "天", "inch": "英寸", "inche": "英寸", "year": "年", "month": "个月"}


@dataclasses.dataclass(frozen=True)
class Group:
    """Words that stand for several kinds of goods, the likeliest first; a kind may be a family."""

    words: tuple[str, ...]
    kinds: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Vocabulary:
    """Canonical words and the other words for them; look up with `fold`-ed words."""

    keys: Mapping[str, tuple[str, ...]]
    """Option key -> other words."""
    values: Mapping[str, Mapping[str, tuple[str, ...]]]
    """Option key -> value -> other words."""
    kinds: Mapping[str, tuple[str, ...]]
    """Kind of goods -> other words."""
    generic: tuple[str, ...]
    """Words for anything at all: "item", 东西."""
    zh: Mapping[str, str]
    """Folded canonical word -> Chinese label."""
    families: Mapping[str, Group] = dataclasses.field(default_factory=dict)
    """Wider kind -> the kinds that belong to it: shoes are sneakers, boots, ..."""
    purposes: Mapping[str, Group] = dataclasses.field(default_factory=dict)
    """What things are wanted for -> the kinds that serve it."""

    value_labels: Mapping[tuple[str, str], str] = dataclasses.field(default_factory=dict)
    """Key and folded value -> Chinese label of the value under that key."""

    def label(self, word: str, lang: Lang, *, key: str | None = None) -> str:
        """Return how a shopper reads an option key or value; a word without an entry stays as it is.

        A value reads by its key: "light" of a perfume is 微香, of a jacket 轻薄.
        """
        if lang == "en":
            return word
        if key is not None and (own := self.value_labels.get((key, fold(word)))):
            return own
        if measure := _MEASURE.fullmatch(word):
            return f"{measure[1]} {_MEASURES[measure[2].removesuffix('s')]}"
        return self.zh.get(fold(word), word)

    def canonical_value(self, word: str, key: str | None = None) -> str | None:
        """Return the canonical value that `word` means, of option `key` when given; None when it is unknown."""
        hits = self._by_word.get(fold(word), ())
        return next((value for hit_key, value in hits if key is None or hit_key == key), None)

    def canonical_key(self, word: str) -> str | None:
        """Return the canonical option key that `word` means; None when it is unknown."""
        return self._by_key.get(fold(word))

    def wider(self, kind: str) -> tuple[str, ...]:
        """Return the families, folded, that a folded kind belongs to, near and far, without itself."""
        found: dict[str, None] = {}
        waiting = [kind]
        while waiting:
            new = [family for family in self._families_of.get(waiting.pop(), ()) if family not in found]
            found |= dict.fromkeys(new)
            waiting += new
        return tuple(family for family in found if family != kind)

    @functools.cached_property
    def _families_of(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for family, group in self.families.items():
            for kind in group.kinds:
                found.setdefault(fold(kind), []).append(fold(family))
        return found

    @functools.cached_property
    def _by_key(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for key, words in self.keys.items():
            for word in (key, *words):
                found.setdefault(fold(word), key)
        return found

    @functools.cached_property
    def _by_word(self) -> dict[str, tuple[tuple[str, str], ...]]:
        found: dict[str, tuple[tuple[str, str], ...]] = {}
        for key, values in self.values.items():
            for value, words in values.items():
                for word in (value, *words):
                    found[fold(word)] = (*found.get(fold(word), ()), (key, value))
        return found


@functools.cache
def vocabulary() -> Vocabulary:
    """Return the shipped vocabulary, read once."""
    raw = read_yaml(_FILE)
    values = {key: _words(entries) for key, entries in raw["values"].items()}
    keys, kinds = _words(raw["keys"]), _words(raw["kinds"])
    labels: dict[str, str] = {}
    for entries in (kinds, *values.values(), keys):
        for word, others in entries.items():
            if chinese := first_chinese(others):
                labels.setdefault(fold(word), chinese)
    for word, chinese in raw["shown"].items():
        labels.setdefault(fold(str(word)), str(chinese))
    families, purposes = _groups(raw["families"]), _groups(raw["purposes"])
    own = _value_labels(values)
    return Vocabulary(keys, values, kinds, tuple(raw["generic"]), labels, families, purposes, own)


def _value_labels(values: Mapping[str, Mapping[str, tuple[str, ...]]]) -> dict[tuple[str, str], str]:
    """Return what a value reads under its key, of words that are understood and of those that are only shown."""
    found: dict[tuple[str, str], str] = {}
    for key, entries in values.items():
        for value, others in entries.items():
            if chinese := first_chinese(others):
                found.setdefault((key, fold(value)), chinese)
    for key, shown in read_yaml(_LABELS).items():
        for value, chinese in shown.items():
            found.setdefault((str(key), fold(str(value))), str(chinese))
    return found


def label(word: str, lang: Lang, *, key: str | None = None) -> str:
    """Return how a shopper reads a canonical option key or value: ``label("red", "zh")`` is 红色."""
    return vocabulary().label(word, lang, key=key)


def _words(entries: Mapping[str, Iterable[object]]) -> dict[str, tuple[str, ...]]:
    return {str(word): tuple(map(str, others)) for word, others in entries.items()}


def _groups(entries: Mapping[str, Mapping[str, Iterable[object]]]) -> dict[str, Group]:
    return {
        str(name): Group(tuple(map(str, group["words"])), tuple(map(str, group["kinds"])))
        for name, group in entries.items()
    }


def first_chinese(words: Iterable[str]) -> str | None:
    """Return the first word that has Chinese characters."""
    return next((word for word in words if _HAN.search(word)), None)


_UNITS = {
    "inches": "inch", "liter": "l", "liters": "l", "litre": "l", "litres": "l", "gig": "gb", "gigs": "gb", "hrs": "hour", "hr": "hour",
    "hours": "hour", "feet": "ft", "foot": "ft", "pounds": "lb", "lbs": "lb", "pound": "lb", "milliliter": "ml", "milliliters": "ml",
    "bars": "bar", "watt": "w", "watts": "w", "megapixel": "mp", "megapixels": "mp", "degree": "degree", "毫升": "ml", "升": "l", "英寸": "inch",
    "寸": "inch", "小时": "hour", "毫安": "mah", "millimeter": "mm", "millimeters": "mm", "terabyte": "tb", "gigabytes": "gb", "gigabyte": "gb",
    '"': "inch",
}  # fmt: skip
_NUMBERS = {
    w: str(n) for n, w in enumerate(["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"], 1)
}
_TOKEN = re.compile(r"\d+(?:\.\d+)?|[a-z]+|[\u3400-\u9fff]+|[%\"]")


@functools.lru_cache(maxsize=50_000)
def fold(word: str) -> str:
    """Return the form by which words are compared: no case, space, hyphen or plural; units and small numbers as one.

    ``fold("T-Shirts") == fold("t shirt") == "tshirt"``, ``fold("15 inches") == fold("15-inch")``, ``fold("1 liter") == fold("1L")``.
    """
    return "".join(map(fold_token, _TOKEN.findall(simplified(word).lower())))


def fold_token(token: str) -> str:
    """Fold one lower-case word."""
    if token in _UNITS:
        return _UNITS[token]
    if token in _NUMBERS:
        return _NUMBERS[token]
    return singular(token)


def singular(word: str) -> str:
    """Return an English word without its plural ending, roughly; equal words stay equal, which is all that is needed."""
    if len(word) <= 3 or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes", "zzes", "lves")):
        return word[:-3] + "f" if word.endswith("lves") else word[:-2]
    return word[:-1]
