"""What words name: products, kinds of goods, brands, categories, anything at all. Keyed by folded words."""

from __future__ import annotations

import dataclasses
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence

from knowledge.lexicon.catalogue import Item, Kind
from knowledge.lexicon.mentions import MAX_PRODUCTS, Mention
from knowledge.lexicon.titles import HAN, padded, parts, spaced
from knowledge.product_words import goods_kinds
from knowledge.vocabulary import Vocabulary, fold

_BRAND_SHARE = 0.1
_CATEGORY_SHARE = 0.3
_HEAD_SHARE, _BESIDE_SHARE = 0.5, 0.2
"""A title of which the kind's word is the head ("phone case" for a case), and one that merely has it (for a phone)."""
_MODEL_SHARE = 0.6
_WEAK_SCORE = 0.3
_MODEL = re.compile(r"(?=.*[a-z])(?=.*\d)[a-z0-9][a-z0-9 .+-]*", re.IGNORECASE)
_CODE = re.compile(r"(?<![A-Za-z0-9-])[A-Za-z][A-Za-z-]*\d[A-Za-z0-9-]*(?![A-Za-z0-9-])")


@dataclasses.dataclass
class Entry:
    """What some words can mean."""

    terms: str
    ids: dict[str, float] = dataclasses.field(default_factory=dict)
    """Product id -> how much of its title the words are."""
    generic: bool = True
    category: str = ""
    brand: str = ""
    weak: bool = False
    kinds: tuple[str, ...] = ()
    """Folded kinds of goods that the words stand for."""

    def mention(self, text: str, start: int, end: int) -> Mention:
        """Return the mention of it by ``text[start:end]``, the likeliest products first."""
        ids = tuple(sorted(self.ids, key=lambda product_id: (-self.ids[product_id], product_id))[:MAX_PRODUCTS])
        shown = text[start:end]
        if self.brand and self.terms == self.brand:
            return Mention("brand", start, end, shown, self.brand, ids, generic=True, id=self.brand)
        if self.category and self.generic:
            return Mention(
                "category", start, end, shown, self.terms, ids, generic=True, kinds=self.kinds, id=self.category
            )
        score = _WEAK_SCORE if self.weak else 1.0
        generic = self.generic and len(ids) != 1
        kinds = self.kinds if self.generic else ()
        return Mention("product", start, end, shown, self.terms, ids, generic=generic, kinds=kinds, score=score)


class Entries:
    """Every name of the catalogue and of the vocabulary's kinds."""

    def __init__(self, items: Sequence[Item], kinds: Iterable[Kind], words: Vocabulary) -> None:
        self._entries: dict[str, Entry] = {}
        for item in items:
            self._add_item(item, words)
        self._add_brands(items)
        self._add_categories(items, kinds, words)
        self._add_kinds_of_goods(items, words)
        for word in words.generic:
            self._entries.setdefault(fold(word), Entry(word, weak=True))

    def get(self, key: str) -> Entry | None:
        """Return what a folded word means."""
        return self._entries.get(key)

    def __contains__(self, key: object) -> bool:
        return key in self._entries

    def terms(self) -> Iterator[str]:
        """Yield the words of every entry as the catalogue has them."""
        return (entry.terms for entry in self._entries.values())

    def _entry(self, words: str, terms: str = "") -> Entry:
        return self._entries.setdefault(fold(words), Entry(terms or words))

    def _add_item(self, item: Item, words: Vocabulary) -> None:
        for title in filter(None, item.titles):
            for part in parts(title, item.brand, words):
                entry = self._entry(part.words)
                entry.ids[item.id] = max(entry.ids.get(item.id, 0.0), part.share)
                entry.generic = entry.generic and part.share < 1.0
        for model in _models(item):
            entry = self._entry(model)
            entry.ids[item.id] = max(entry.ids.get(item.id, 0.0), _MODEL_SHARE)
        if item.brand:
            entry = self._entry(item.brand)
            entry.brand = item.brand
            entry.ids.setdefault(item.id, _BRAND_SHARE)

    def _add_brands(self, items: Sequence[Item]) -> None:
        """Let the name that all Chinese titles of a brand begin with stand for it: 声屿 for Soundisle."""
        leads: dict[str, set[str]] = defaultdict(set)
        brands: dict[str, set[str]] = defaultdict(set)
        for item in items:
            chinese = next((title for title in item.titles if title and HAN.search(title)), "")
            lead, _, rest = chinese.partition(" ")
            if item.brand and chinese:
                leads[item.brand].add(lead if rest else "")
                brands[lead].add(item.brand)
        for brand, found in leads.items():
            (lead, *others) = found
            if lead and not others and len(brands[lead]) == 1 and HAN.search(lead):
                entry = self._entry(lead, brand)
                entry.terms, entry.brand, entry.generic = brand, brand, True

    def _add_categories(self, items: Iterable[Item], kinds: Iterable[Kind], words: Vocabulary) -> None:
        named = {fold(word) for kind, others in words.kinds.items() for word in (kind, *others)}
        by_category: dict[str, list[str]] = defaultdict(list)
        for item in items:
            if item.category_id:
                by_category[item.category_id].append(item.id)
        for kind in kinds:
            ids = kind.product_ids or by_category.get(kind.id, ())
            for name in _category_names(kind, named):
                entry = self._entry(name)
                entry.category = entry.category or kind.id
                for product_id in ids:
                    entry.ids.setdefault(product_id, _CATEGORY_SHARE)

    def _add_kinds_of_goods(self, items: Iterable[Item], words: Vocabulary) -> None:
        titles = [(item.id, padded(title)) for item in items for title in item.titles if title]
        for kind, others in words.kinds.items():
            names = (kind, *others)
            ids = _products_of_kind(names, titles)
            for name in names:
                entry = self._entry(name, kind)
                if not entry.ids or HAN.search(entry.terms):
                    entry.terms = kind
                self._of_kind(entry, fold(kind), ids)
        self._add_families(items, words)

    def _add_families(self, items: Iterable[Item], words: Vocabulary) -> None:
        members: dict[str, dict[str, float]] = defaultdict(dict)
        for item in items:
            for kind in goods_kinds(tuple(item.titles)):
                members[kind][item.id] = _HEAD_SHARE
        for family, group in words.families.items():
            kind = fold(family)
            if kind not in members:
                # A shop without any of them does not know the word: it is as good as "item".
                for word in group.words:
                    self._entries.setdefault(fold(word), Entry(word, weak=True))
                continue
            for name in (family, *group.words, *words.kinds.get(family, ())):
                self._of_kind(self._entry(name, family), kind, members[kind])

    def _of_kind(self, entry: Entry, kind: str, ids: dict[str, float]) -> None:
        entry.kinds = tuple(dict.fromkeys((*entry.kinds, kind)))
        for product_id, share in ids.items():
            entry.ids.setdefault(product_id, share)


def _models(item: Item) -> set[str]:
    """Return what the makers call it, in letters and figures: "Buds 2" as its attribute says, H1 and WH-1000XM5 in a title."""
    stated = item.attributes.get("model", "").strip()
    codes = {code for title in item.titles if title for code in _CODE.findall(title)}
    return codes | ({stated} if _MODEL.fullmatch(stated) else set())


def _category_names(kind: Kind, kinds: Collection[str]) -> Iterator[str]:
    """Yield a category's names, and of "Toys & Games" both halves; a half that names a kind of goods means that kind."""
    for name in filter(None, kind.names):
        halves = re.split(r"\s*[&/、·]\s*|\s+and\s+|和|与", name)
        own = (part for part in dict.fromkeys(halves) if fold(part) not in kinds)
        yield from (part for part in dict.fromkeys((name, *own)) if len(fold(part)) >= 2)


def _products_of_kind(names: Iterable[str], titles: Iterable[tuple[str, str]]) -> dict[str, float]:
    """Return the products whose title has a name of the kind, and how surely they are of it."""
    found: dict[str, float] = {}
    for name in names:
        if len(name) < 2:
            continue
        needle = name.lower() if HAN.search(name) else spaced(name.lower())
        for product_id, title in titles:
            if needle in title:
                head = title.rstrip().endswith(needle.rstrip())
                found[product_id] = max(found.get(product_id, 0.0), _HEAD_SHARE if head else _BESIDE_SHARE)
    return found
