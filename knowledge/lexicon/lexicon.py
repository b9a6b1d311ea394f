"""The lexicon itself: an index of the catalogue's words, and the search in one message."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Collection, Iterable

from knowledge.db import Database
from knowledge.lexicon.attribution import Value, attributed
from knowledge.lexicon.catalogue import Item, Kind, read_catalogue
from knowledge.lexicon.codes import Codes
from knowledge.lexicon.entries import Entries
from knowledge.lexicon.matcher import runs
from knowledge.lexicon.mentions import Mention, longest
from knowledge.lexicon.options import Options
from knowledge.lexicon.spelling import Spelling
from knowledge.lexicon.titles import BARE_NUMBER, HAN
from knowledge.lexicon.word_lists import compound_spans, real_words
from knowledge.stated import StatedAttribute, StatedAttributes
from knowledge.vocabulary import Vocabulary, fold, vocabulary
from knowledge.words import simplified

_SIZE_BEFORE = re.compile(r"\b(?:size|an?|the|in|into|for|to|is|become|instead of|rather than)\s+$")
"""Words after which a small letter is a size: "swap it for an l"."""
_SIZE_APART = re.compile(r"[,:]\s*$"), re.compile(r"\s*(?:$|[,.?!]|(?:please|pls|plz|thanks|thx|instead|rather)\b)")
"""A small letter set apart between these is a size: "in burgundy, l please"."""
_LACKING = ("none", "no")
"""How catalogues write that a thing does not have something."""


class Lexicon:
    """An index of the catalogue's words. Immutable; build a new one when the catalogue has changed."""

    def __init__(
        self,
        items: Iterable[Item],
        kinds: Iterable[Kind] = (),
        *,
        known_words: Collection[str] = (),
        words: Vocabulary | None = None,
    ) -> None:
        """Index `items` and `kinds`; `known_words` are never taken for misspelt catalogue words."""
        items, kinds, words = list(items), list(kinds), words or vocabulary()
        self.titles = {item.id: next(filter(None, reversed(item.titles)), item.id) for item in items}
        self._codes = Codes(items, self.titles)
        self._entries = Entries(items, kinds, words)
        self._options = Options(items, words)
        keys = {key for own in self.option_keys.values() for key in own} - {"features"}
        self.lacking_values = {key: word for key in sorted(keys) for word in _LACKING if self.has_value(key, word)}
        """Option key -> the value that says that a thing has none of it, for the keys that know one."""
        self._attributes = StatedAttributes(item.attributes for item in items)
        self._sizes = self._options.kin("size")
        kinds_of_goods, colours = (
            [name for word, others in group.items() for name in (word, *others)]
            for group in (words.kinds, words.values.get("color", {}))
        )
        self.names = (*kinds_of_goods, *colours, *(name for kind in kinds for name in kind.names))
        """What kinds of goods and colours are called; words of titles and values of other options are everyday words (有线, 长)."""
        self.terms = (*self._entries.terms(), *self._options.values(), *kinds_of_goods)
        """Every word that it knows."""
        self._spelling = Spelling(self.terms, known={*real_words(), *known_words}, names=self._entries)

    @property
    def option_keys(self) -> dict[str, set[str]]:
        """Product id -> its option keys."""
        return self._options.keys_of

    def is_sku(self, text: str) -> bool:
        """Return whether `text` is the SKU of a variant."""
        return self._codes.is_sku(text)

    def has_value(self, key: str, value: str) -> bool:
        """Return whether something in the catalogue has `value` for the option `key`."""
        return bool(self._options.pairs(fold(value)).get((key, value)))

    def size_keys(self, value: str) -> set[str]:
        """Return the option keys for a size that something in the catalogue has `value` of."""
        return {key for (key, _), ids in self._options.pairs(fold(value)).items() if ids and key in self._sizes}

    def comes_in(self, value: str, product_ids: Collection[str]) -> bool:
        """Whether some of these products have `value` for a size."""
        wanted = set(product_ids)
        return any(
            key in self._sizes and wanted & set(ids) for (key, _), ids in self._options.pairs(fold(value)).items()
        )

    def corrected(self, word: str) -> str:
        """Return the word of the catalogue that a lower-case English word was meant to be, itself where none is surely better."""
        return self._spelling.corrected(word)

    def stated(self, text: str) -> list[StatedAttribute]:
        """Return the attributes of goods that lower-case words state: 曲面, "noise cancelling"."""
        return self._attributes.found(text)

    def product_of(self, sku: str) -> str | None:
        """Return the product that a SKU belongs to."""
        return self._codes.product_of(sku)

    def find(self, text: str, *, start: int = 0) -> list[Mention]:
        """Return what `text` mentions, in its order, without overlaps; `start` is added to every position."""
        low = _lower(text)
        found = list(self._codes.find(text))
        value_keys: dict[tuple[int, int], str] = {}
        compounds = compound_spans(low)
        spans = list(runs(low, self._spelling))
        goods = {run.start for run in spans if run.end - run.start > 1 and run.key in self._entries}
        for run in spans:
            if any(start <= run.start and run.end <= end for start, end in compounds):
                continue
            entry = self._entries.get(run.key)
            if entry is not None:
                found.append(entry.mention(text, run.start, run.end))
            described = run.end in goods and HAN.match(text[run.start]) is not None
            if self._options.pairs(run.key) and (described or _can_be_value(text, run.start, run.end, run.key)):
                found.append(Mention("option", run.start, run.end, text[run.start : run.end], ""))
                value_keys[run.start, run.end] = run.key
        mentions = self._with_options(low, longest(found), value_keys)
        return (
            [dataclasses.replace(m, start=m.start + start, end=m.end + start) for m in mentions] if start else mentions
        )

    def _with_options(self, low: str, mentions: list[Mention], value_keys: dict[tuple[int, int], str]) -> list[Mention]:
        things = [m for m in mentions if m.kind in {"product", "sku"} and not (m.generic and not m.product_ids)]
        goods = [m for m in mentions if m.product_ids]
        decided: list[Mention | None] = []
        for mention in mentions:
            if mention.kind == "option":
                value = Value(mention, value_keys[mention.start, mention.end])
                owners = goods if BARE_NUMBER.fullmatch(value.key) else things
                decided.append(attributed(low, value, owners, self._options))
            else:
                decided.append(mention)
        return [mention for mention in decided if mention is not None]


async def build_lexicon(database: Database, *, known_words: Collection[str] = ()) -> Lexicon:
    """Read the shop's catalogue and index it."""
    items, kinds = await read_catalogue(database)
    return Lexicon(items, kinds, known_words=known_words)


def _lower(text: str) -> str:
    """Return a text in lower case with every character in its place: some, such as İ, would become two."""
    text = simplified(text)
    low = text.lower()
    return low if len(low) == len(text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def _can_be_value(text: str, start: int, end: int, key: str) -> bool:
    """Whether words that are some option's value are meant as one: a single letter or character is not always.

    A unit by itself, 升, folds to its letter, and is no size L.
    """
    if end - start > 1 or BARE_NUMBER.fullmatch(key):
        return True
    word, before, after = text[start:end], text[start - 1 : start], text[end : end + 1]
    if word.isascii():
        if word in {"s", "m", "l"} and not after.isalnum():
            if _SIZE_BEFORE.search(text[:start].lower()):
                return after not in {"'", "-"}
            if HAN.match(before) and (after in {"码", "号"} or not HAN.match(after)):
                return True
            return bool(_SIZE_APART[0].search(text[:start]) and _SIZE_APART[1].match(text[end:].lower()))
        return (
            word.isupper() and before not in {"'", "-", "#"} and after not in {"'", "-", "."} and word not in {"I", "A"}
        )
    coloured = after in {"色", "的", "款", ""} or text[end:].startswith("颜色")
    return key == word and (coloured or not HAN.match(after))
