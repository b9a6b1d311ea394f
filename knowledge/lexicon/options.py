"""Option keys and values: the catalogue's own, and the vocabulary's other words for them. Keyed by folded words."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Set

from knowledge.lexicon.catalogue import Item
from knowledge.vocabulary import Vocabulary, fold

Pair = tuple[str, str]
"""An option's key and value, in the catalogue's spelling."""

_BYTES = re.compile(r"\d+ ?[GT]B")
_MEASURE = re.compile(r"(\d+(?:\.\d+)?)(?:ml|l|g|kg|cm|mm|m|w|mah)", re.IGNORECASE)
_ANSWERS = "yes_no"
"""The vocabulary's words for yes and no: values only of a key that is named, never by themselves."""


class Options:
    """What a word can be a value of, which products have it, and which words name a key."""

    def __init__(self, items: Iterable[Item], words: Vocabulary) -> None:
        self.keys_of: dict[str, set[str]] = defaultdict(set)
        """Product id -> its option keys."""
        self._pairs: dict[str, dict[Pair, set[str]]] = defaultdict(lambda: defaultdict(set))
        self._keys: dict[str, set[str]] = defaultdict(set)
        self._words = words
        for item in items:
            for _, options in item.variants:
                for key, value in options.items():
                    self._add(key, value, item.id)
        for key, values in words.values.items():
            if key != _ANSWERS:
                for value, others in values.items():
                    self._link(key, value, others)
        for key, others in words.keys.items():
            for word in (key, *others):
                self._keys[fold(word)].add(key)
        every = sorted(set().union(*self._keys.values()))
        self._kin = {key: frozenset(own for own in every if self._is_kin(own, key)) for key in every}

    def pairs(self, word: str) -> Mapping[Pair, Set[str]]:
        """Return what a folded word can be a value of, with the products that have it."""
        return self._pairs.get(word, {})

    def values(self) -> Iterator[str]:
        """Yield every value as the catalogue or the vocabulary has it."""
        return (value for pairs in self._pairs.values() for _, value in pairs)

    def keys_named(self, word: str) -> Set[str]:
        """Return the keys that a folded word names."""
        return self._keys.get(word, frozenset())

    def kin(self, key: str) -> Set[str]:
        """Return the keys that are a sort of `key`, itself among them: "frame color" of "color"."""
        return self._kin.get(key, frozenset())

    def _add(self, key: str, value: str, product_id: str) -> None:
        self.keys_of[product_id].add(key)
        self._keys[fold(key)].add(key)
        self._pairs[fold(value)][key, value].add(product_id)
        if _BYTES.fullmatch(value):
            # "32G", "1T": nobody says the byte.
            self._pairs[fold(value[:-1])][key, value].add(product_id)
        if measure := _MEASURE.fullmatch(value):
            # 750的保温杯: the unit goes without saying where the number stands before the goods.
            self._pairs[measure[1]][key, value].add(product_id)

    def _link(self, key: str, value: str, others: Iterable[str]) -> None:
        """Let every word for a value mean the catalogue's own spellings of it, under every key that has one."""
        words = list(map(fold, (value, *others)))
        for word in words:
            targets = {
                pair: ids for pair, ids in self._owned(words) if self._is_kin(pair[0], key) or fold(pair[1]) == words[0]
            }
            slot = self._pairs[word]
            for pair, ids in targets.items():
                slot[pair] |= ids
            if not targets:
                slot.setdefault((key, value), set())

    def _owned(self, words: Iterable[str]) -> Iterator[tuple[Pair, set[str]]]:
        return (item for word in words for item in self._pairs.get(word, {}).items())

    def _is_kin(self, own_key: str, key: str) -> bool:
        """Whether a catalogue's key is a sort of `key`: "frame color" of "color", 颜色 of "color"."""
        canonical = self._words.canonical_key(own_key)
        return key in (own_key, canonical) or fold(own_key).endswith(fold(key)) or (key == "battery" and key in own_key)
