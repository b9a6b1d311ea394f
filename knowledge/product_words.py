"""What word search sees of a product and of a wish for one: plain words, and concepts that both languages share.

A concept is a kind of goods or an option value of `knowledge.vocabulary`: "tee", 短袖 and "T-Shirt" are all ``kind:tshirt``.
"""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Iterable, Iterator

from knowledge.product_entry import ProductEntry
from knowledge.vocabulary import fold, vocabulary
from knowledge.words import normalise, tokens

_HAN = re.compile(r"[\u3400-\u9fff]")
_LATIN = re.compile(r"[a-z0-9]+")
_MAX_WORDS = 3
_AFTER_NOUN = re.compile(r"\b(?:for|with|that|to|which|of|in|under|below)\b")


def product_tokens(entry: ProductEntry) -> list[str]:
    """Return the tokens of title (twice), category, brand, tags, attributes, options and SKUs."""
    title = f"{entry.title_zh} / {entry.title_en}"
    category = (entry.category.name_zh, entry.category.name_en)
    kinds = [f"kind:{kind}" for kind in goods_kinds((entry.title_zh, entry.title_en), category)]
    named = list(dict.fromkeys([*tokens(title), *concepts().of_goods(title), *kinds]))
    values = [*entry.attributes.values(), *(value for found in entry.options.values() for value in found)]
    rest = " / ".join([entry.id, entry.brand, entry.category.name_zh, entry.category.name_en, *entry.tags, *values])
    around = [*tokens(rest), *concepts().of_goods(rest), *(f"value:{fold(value)}" for value in values)]
    return named + named + list(dict.fromkeys(around)) + [variant.sku.lower() for variant in entry.variants]


@functools.lru_cache(maxsize=8192)
def goods_kinds(titles: tuple[str, ...], categories: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Return the folded kinds and families of a thing: of what its titles name it, else of its category's names.

    A "laptop backpack" is a backpack and a bag; a desk lamp with wireless charging is no charger.
    """
    found = {kind for title in titles for kind in _head_kinds(title)}
    found = found or {kind for name in categories for kind in _head_kinds(name)}
    wider = vocabulary().wider
    return tuple(sorted(found.union(*map(wider, found))))


def _head_kinds(title: str) -> list[str]:
    """The thing stands last, but in English before "for", "with"."""
    plain = normalise(title)
    if not _HAN.search(plain):
        plain = _AFTER_NOUN.split(plain, maxsplit=1)[0]
    return [concept.removeprefix("kind:") for concept in concepts().of_last(plain) if concept.startswith("kind:")]


def wished_kinds(text: str) -> frozenset[str]:
    """Return the folded kinds that serve what a wish says things are for, those that serve every purpose if there are any.

    A gift for a gamer is a mouse or a keyboard, not perfume: words for gifts as such come last.
    """
    found: frozenset[str] = frozenset()
    for match in sorted(purposes().of_wish(text)[0], key=lambda names: names == ("gift",)):
        serving = frozenset(fold(kind) for name in match for kind in vocabulary().purposes[name].kinds)
        found = (found & serving) or found or serving
    return found


@dataclasses.dataclass(frozen=True)
class Wish:
    """What a shopper asks for."""

    plain: tuple[str, ...]
    """Its words as they are."""
    concepts: tuple[str | tuple[str, ...], ...]
    """Its concepts, and plain words for the rest. A tuple is what one word can stand for: 裙子 is a dress or a skirt."""
    kind: tuple[str, ...]
    """The kind of goods that it names as the thing itself: the bag of "bag for my laptop", 书包 of 装电脑的书包."""


def read_wish(text: str) -> Wish:
    """Return the tokens of a wish."""
    found, rest = concepts().of_wish(text)
    return Wish(tuple(tokens(text)), (*found, *tokens(rest)), _kind(normalise(text)))


def _kind(plain: str) -> tuple[str, ...]:
    """English names the thing before "for" or "with", Chinese after the last 的."""
    part = _AFTER_NOUN.split(plain, maxsplit=1)[0]
    head = part.rstrip("的 ").rpartition("的")[2]
    found = [concept for match in concepts().of_wish(head)[0] for concept in match]
    return tuple(dict.fromkeys(concept for concept in found if concept.startswith("kind:")))


@dataclasses.dataclass(frozen=True)
class _Match:
    start: int
    end: int
    concepts: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Concepts:
    """The vocabulary turned round: which concepts a word stands for."""

    latin: dict[str, tuple[str, ...]]
    """By folded word."""
    han: dict[str, tuple[str, ...]]
    pattern: re.Pattern[str]

    def of_wish(self, text: str) -> tuple[list[tuple[str, ...]], str]:
        """Return the concepts of the longest words and the text without those words."""
        plain = normalise(text)
        rest = list(plain)
        found: dict[tuple[str, ...], None] = {}
        for match in sorted((*self._chinese(plain), *self._english(plain)), key=lambda match: match.start):
            found[match.concepts] = None
            rest[match.start : match.end] = [" "] * (match.end - match.start)
        return list(found), "".join(rest)

    def without_kinds(self, text: str) -> str:
        """Return a normalised text without the words for kinds of goods: 4k显示器 is 4k."""
        plain = normalise(text)
        rest = list(plain)
        for match in (*self._chinese(plain), *self._english(plain)):
            if any(concept.startswith("kind:") for concept in match.concepts):
                rest[match.start : match.end] = [" "] * (match.end - match.start)
        return "".join(rest)

    def of_goods(self, text: str) -> list[str]:
        """Return the concepts of the longest words and of their heads: a 机械键盘 is a 键盘, a desk lamp is a lamp."""
        plain = normalise(text)
        found: dict[str, None] = {}
        for match in (*self._chinese(plain), *self._english(plain)):
            word = plain[match.start : match.end]
            heads = [self.han.get(word[start:], ()) for start in range(1, len(word) - 1)]
            heads += [self.latin.get(fold(word[gap.end() :]), ()) for gap in re.finditer(r"[^a-z0-9]+", word)]
            found |= dict.fromkeys([*match.concepts, *(concept for head in heads for concept in head)])
        return list(found)

    def of_last(self, plain: str) -> list[str]:
        """Return the concepts of the last kind that a normalised text names, and of that word's heads but families.

        A 电热水壶 is a kettle, a 充电器 is no 电器.
        """
        matches = [
            match
            for match in (*self._chinese(plain), *self._english(plain))
            if any(concept.startswith("kind:") for concept in match.concepts)
        ]
        last = max(matches, key=lambda match: match.end, default=None)
        if last is None:
            return []
        families = {f"kind:{fold(family)}" for family in vocabulary().families}
        heads = [concept for concept in self.of_goods(plain[last.start : last.end]) if concept not in families]
        return [*last.concepts, *heads]

    def _chinese(self, plain: str) -> Iterator[_Match]:
        """A single character stands for a thing only at the end: 包 is a bag, 包邮 is not."""
        for match in self.pattern.finditer(plain):
            if len(match[0]) > 1 or not _HAN.match(plain[match.end() : match.end() + 1]):
                yield _Match(match.start(), match.end(), self.han[match[0]])

    def _english(self, plain: str) -> Iterator[_Match]:
        words = list(_LATIN.finditer(plain))
        place = 0
        while place < len(words):
            for count in range(min(_MAX_WORDS, len(words) - place), 0, -1):
                start, end = words[place].start(), words[place + count - 1].end()
                if hit := self.latin.get(fold(plain[start:end])):
                    yield _Match(start, end, hit)
                    place += count - 1
                    break
            place += 1


@functools.cache
def concepts() -> Concepts:
    """Return the concepts of the shipped vocabulary."""
    return _turned_round(_entries())


@functools.cache
def purposes() -> Concepts:
    """Return what things are wanted for, by the vocabulary's names."""
    return _turned_round((name, (name, *group.words)) for name, group in vocabulary().purposes.items())


def _turned_round(entries: Iterable[tuple[str, tuple[str, ...]]]) -> Concepts:
    names = vocabulary()
    generic = {normalise(word) for word in names.generic} | {fold(word) for word in names.generic}
    latin: dict[str, tuple[str, ...]] = {}
    han: dict[str, tuple[str, ...]] = {}
    for concept, words in entries:
        for word in words:
            place, key = (han, normalise(word)) if _HAN.search(word) else (latin, fold(word))
            if key and key not in generic:
                place[key] = tuple(dict.fromkeys((*place.get(key, ()), concept)))
    pattern = re.compile("|".join(map(re.escape, sorted(han, key=len, reverse=True))) or r"(?!)")
    return Concepts(latin, han, pattern)


def _entries() -> Iterable[tuple[str, tuple[str, ...]]]:
    names = vocabulary()
    yield from ((f"kind:{fold(kind)}", (kind, *words)) for kind, words in names.kinds.items())
    yield from ((f"kind:{fold(name)}", (name, *group.words)) for name, group in names.families.items())
    for values in names.values.values():
        yield from ((f"value:{fold(value)}", (value, *words)) for value, words in values.items())
