"""What of the catalogue a message mentions: products, kinds, brands, option values, SKUs; by longest match over folded words.

    lexicon = await build_lexicon(database)
    lexicon.find("exchange the t shirt for a red one")   # -> [Mention(kind="product", ...), Mention(kind="option", ...)]

English is matched by words without regard to case, plural, hyphen or space ("tshirt", "T-Shirts"), with one wrong letter
forgiven in words of five or more; Chinese by characters. A message costs 0.1-0.5 ms with hundreds of products.
It says what the words can mean; which of a shopper's things is meant is decided by whoever knows the shopper.
"""

from __future__ import annotations

import dataclasses
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Literal

from sqlmodel import select

from knowledge.db import Database
from knowledge.schema.catalog import Category, Product, Variant
from knowledge.vocabulary import Vocabulary, fold, fold_token, singular, vocabulary

MentionKind = Literal["product", "option", "category", "brand", "sku"]

MAX_PRODUCTS = 20
_MAX_WORDS = 6
_MAX_HAN = 12
_TOKEN = re.compile(r"\d+(?:\.\d+)?|[a-z]+(?:'s\b)?|[%\"]")
_RUN = re.compile(r"[0-9a-z\u3400-\u9fff]+")
_HAN = re.compile(r"[\u3400-\u9fff]")
_BARE_NUMBER = re.compile(r"\d+(?:\.\d+)?")

# Words of a title that say too little to name the thing when they stand alone and are not its last word.
_WEAK = frozenset(
    [
        "smart",
        "digital",
        "electric",
        "electrical",
        "portable",
        "indoor",
        "outdoor",
        "action",
        "water",
        "office",
        "garden",
        "security",
        "mechanical",
        "gaming",
        "running",
        "hiking",
        "cycling",
        "coffee",
        "tea",
        "air",
        "pet",
        "wall",
        "desk",
        "led",
        "light",
        "bluetooth",
        "wireless",
        "wired",
        "patio",
        "set",
        "kit",
        "maker",
        "machine",
        "classic",
        "new",
        "pro",
        "max",
        "mini",
        "plus",
        "ultra",
        "lite",
        "men",
        "women",
        "mens",
        "womens",
        "kids",
        "man",
        "woman",
        "unisex",
        "soft",
        "warm",
        "cool",
        "fresh",
        "daily",
        "basic",
        "premium",
        "essential",
        "original",
        "natural",
        "pure",
        "organic",
        "slim",
        "fit",
        "long",
        "short",
        "high",
        "low",
        "and",
        "with",
        "for",
        "the",
        "of",
        "in",
        "a",
        "an",
        "home",
        "travel",
        "sport",
        "sports",
        "summer",
        "winter",
        "spring",
        "autumn",
        "one",
        "two",
        "pack",
        "piece",
        "size",
        "fast",
        "super",
        "hot",
        "cold",
        "cotton",
        "linen",
        "wool",
        "silk",
        "leather",
        "steel",
        "stainless",
        "wooden",
        "wood",
        "glass",
        "metal",
        "cup",
        "mountain",
        "road",
        "change",
        "order",
        "return",
        "exchange",
        "card",
        "gift",
        "time",
        "day",
        "night",
        "free",
        "line",
        "color",
        "colour",
        "color",
        "style",
        "box",
        "case",
        "game",
        "face",
        "hand",
        "hair",
        "body",
        "eye",
        "skin",
        "foot",
        "head",
        "back",
        "front",
        "full",
        "half",
        "double",
        "single",
        "screen",
        "power",
        "bottle",
        "care",
        "deep",
        "clear",
        "hard",
        "smooth",
        "everyday",
        "modern",
        "vintage",
        "heavy",
        "large",
        "small",
        "big",
    ]
)
# Real words one letter away from words that shops use.
_REAL_WORDS = frozenset(
    [
        "there",
        "these",
        "those",
        "where",
        "which",
        "while",
        "white",
        "right",
        "night",
        "sight",
        "might",
        "light",
        "short",
        "sport",
        "store",
        "stove",
        "start",
        "smart",
        "small",
        "still",
        "skill",
        "shirt",
        "skirt",
        "match",
        "catch",
        "watch",
        "patch",
        "batch",
        "boots",
        "books",
        "looks",
        "books",
        "cooks",
        "house",
        "mouse",
        "horse",
        "moose",
        "table",
        "cable",
        "maple",
        "apple",
        "ample",
        "large",
        "charge",
        "change",
        "chance",
        "phone",
        "phones",
        "money",
        "honey",
        "monday",
        "price",
        "prize",
        "brown",
        "crown",
        "grown",
        "drown",
        "green",
        "greed",
        "great",
        "treat",
        "bread",
        "black",
        "block",
        "clock",
        "blank",
        "plane",
        "plain",
        "plant",
        "planet",
        "pants",
        "paint",
        "print",
        "point",
        "sheet",
        "shoes",
        "shows",
        "shops",
        "order",
        "older",
        "elder",
        "under",
        "never",
        "fever",
        "river",
        "water",
        "later",
        "wider",
        "wafer",
        "paper",
        "taper",
        "thing",
        "think",
        "thank",
        "thick",
        "track",
        "trick",
        "truck",
        "crack",
        "stack",
        "stock",
        "stick",
        "sticks",
        "three",
        "threw",
        "tried",
        "trial",
        "trail",
        "train",
        "brain",
        "drain",
        "grain",
        "glass",
        "class",
        "grass",
        "press",
        "dress",
        "cross",
        "brand",
        "grand",
        "stand",
        "steel",
        "steal",
        "speak",
        "break",
        "cream",
        "dream",
        "steam",
        "scarf",
        "scare",
        "share",
        "shape",
        "shade",
        "shake",
        "shame",
        "refund",
        "return",
        "really",
        "reply",
        "ready",
        "lately",
        "latest",
        "latter",
        "letter",
        "better",
        "butter",
        "batter",
        "battery",
        "pattern",
        "mirror",
        "minor",
        "please",
        "placed",
        "place",
        "plate",
        "plates",
        "state",
        "stale",
        "stall",
        "shall",
        "shell",
        "smell",
        "spell",
        "swell",
        "well",
        "metal",
        "medal",
        "mental",
        "rental",
        "pedal",
        "speed",
        "spend",
        "sound",
        "round",
        "pound",
        "found",
        "bound",
        "hound",
        "would",
        "could",
        "should",
        "shipped",
        "skipped",
        "slipped",
        "slippers",
        "shipping",
        "sweater",
        "sweeter",
        "heather",
        "weather",
        "leather",
        "feather",
        "payment",
        "parcel",
        "partial",
        "cancel",
        "canal",
        "camel",
        "panel",
        "travel",
        "model",
        "modal",
        "total",
        "towel",
        "tower",
        "power",
        "lower",
        "flower",
        "slower",
        "shower",
        "blower",
        "bowed",
        "wrong",
        "strong",
        "string",
        "spring",
        "strong",
        "strange",
        "orange",
        "arrange",
        "blouse",
        "blender",
        "tender",
        "sender",
        "gender",
        "render",
        "fender",
        "lender",
        "charger",
        "changer",
        "color",
        "colors",
        "cooler",
        "collar",
        "dollar",
        "dollars",
        "cellar",
        "seller",
        "smaller",
        "taller",
        "called",
        "calls",
        "balls",
        "halls",
        "walls",
        "tells",
        "bells",
        "sells",
        "cells",
        "receive",
        "received",
        "deceive",
        "colder",
        "holder",
        "folder",
        "older",
        "bolder",
        "border",
        "boarder",
        "broader",
        "reader",
        "leader",
        "header",
        "heater",
        "tablet",
        "tables",
        "cables",
        "labels",
        "levels",
        "lenses",
        "senses",
        "scent",
        "spent",
        "sent",
        "event",
        "cover",
        "lover",
        "over",
        "mover",
        "hover",
        "never",
        "clever",
        "lever",
        "fault",
        "vault",
        "adult",
        "built",
        "guilt",
        "quilt",
        "quiet",
        "quite",
        "suite",
        "suits",
        "fruits",
        "units",
        "lights",
        "nights",
        "rights",
        "tights",
        "tight",
        "eight",
        "weight",
        "height",
        "pillow",
        "willow",
        "yellow",
        "fellow",
        "below",
        "allow",
        "arrow",
        "narrow",
        "mattress",
        "address",
        "dresses",
        "presses",
    ]
)


@dataclasses.dataclass(frozen=True)
class Mention:
    """Words of a message that mean something of the catalogue."""

    kind: MentionKind
    start: int
    end: int
    text: str
    terms: str
    """The catalogue's words for it, in English where there are some."""
    product_ids: tuple[str, ...] = ()
    generic: bool = False
    """Only a kind of thing, or anything at all, was named."""
    options: tuple[tuple[str, str], ...] = ()
    """For ``option``: the keys and values it can be, the likeliest first."""
    id: str = ""
    """Of a category, or the SKU."""
    score: float = 1.0


@dataclasses.dataclass(frozen=True)
class Kind:
    """A category as the lexicon needs it."""

    id: str
    names: tuple[str, ...]
    product_ids: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Item:
    """A product as the lexicon needs it."""

    id: str
    titles: tuple[str, ...]
    brand: str = ""
    category_id: str | None = None
    variants: tuple[tuple[str, dict[str, str]], ...] = ()
    """(SKU, options)."""
    tags: tuple[str, ...] = ()


@dataclasses.dataclass
class _Entry:
    terms: str
    ids: dict[str, float] = dataclasses.field(default_factory=dict)
    """Product id -> how much of its title the words are."""
    generic: bool = True
    category: str = ""
    brand: str = ""
    weak: bool = False


@dataclasses.dataclass(frozen=True)
class _Token:
    key: str
    start: int
    end: int
    word: str


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
        self._words = words or vocabulary()
        self._entries: dict[str, _Entry] = {}
        self._options: dict[str, dict[tuple[str, str], set[str]]] = defaultdict(lambda: defaultdict(set))
        self._keys: dict[str, list[str]] = defaultdict(list)
        self._skus: dict[str, tuple[str, str]] = {}
        self.titles: dict[str, str] = {}
        self.option_keys: dict[str, set[str]] = defaultdict(set)
        """Product id -> its option keys."""
        items = list(items)
        for item in items:
            self._add_item(item)
        self._add_categories(items, list(kinds))
        self._add_vocabulary(items)
        self._known = _REAL_WORDS | {singular(word) for word in known_words} | set(known_words)
        self._spelling = self._deletions()

    def find(self, text: str, *, start: int = 0) -> list[Mention]:
        """Return what `text` mentions, in its order, without overlaps; `start` is added to every position."""
        low = text.lower()
        if len(low) != len(text):
            low = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
        found = [*self._sku_mentions(text), *self._latin(text, low), *self._chinese(text, low)]
        chosen = _longest(found)
        resolved = self._resolve(text, low, chosen)
        return (
            [dataclasses.replace(m, start=m.start + start, end=m.end + start) for m in resolved] if start else resolved
        )

    def is_sku(self, text: str) -> bool:
        """Return whether `text` is the SKU of a variant."""
        return text.upper() in self._skus

    def has_value(self, key: str, value: str) -> bool:
        """Return whether something in the catalogue has `value` for the option `key`."""
        return bool(self._options.get(fold(value), {}).get((key, value)))

    def product_of(self, sku: str) -> str | None:
        """Return the product that a SKU belongs to."""
        entry = self._skus.get(sku.upper())
        return entry[1] if entry else None

    # Building

    def _add_item(self, item: Item) -> None:
        self.titles[item.id] = next((title for title in reversed(item.titles) if title), item.id)
        for title in filter(None, item.titles):
            if _HAN.search(title):
                self._add_chinese_title(item, title)
            else:
                self._add_english_title(item, title)
        if item.brand:
            entry = self._entries.setdefault(fold(item.brand), _Entry(item.brand))
            entry.brand = item.brand
            entry.ids.setdefault(item.id, 0.1)
        for sku, options in item.variants:
            self._skus[sku.upper()] = (sku, item.id)
            for key, value in options.items():
                self._add_option(key, value, item.id)

    def _add_option(self, key: str, value: str, product_id: str) -> None:
        self.option_keys[product_id].add(key)
        if key not in self._keys[fold(key)]:
            self._keys[fold(key)].append(key)
        self._options[fold(value)][key, value].add(product_id)

    def _add_english_title(self, item: Item, title: str) -> None:
        words = list(re.findall(r"[a-z0-9.]+(?:[-'][a-z0-9]+)*", title.lower()))
        brand = set(item.brand.lower().split())
        while words and words[0] in brand:
            words.pop(0)
        if not words:
            return
        size = len(words)
        for i in range(size):
            for j in range(i + 1, min(size, i + _MAX_WORDS) + 1):
                self._add_part(item, words[i:j], share=(j - i) / size, last=j == size)

    def _add_part(self, item: Item, part: list[str], *, share: float, last: bool) -> None:
        if len(part) == 1:
            word = part[0]
            if _BARE_NUMBER.fullmatch(word) or len(word) < 3 or (word in _WEAK and not (last and share == 1.0)):
                return
            if not last and (len(word) < 5 or self._words.canonical_value(word)):
                return
        elif part[-1] in {"and", "with", "for", "the", "of", "in"} or part[0] in {
            "and",
            "with",
            "for",
            "the",
            "of",
            "in",
        }:
            return
        entry = self._entries.setdefault(fold(" ".join(part)), _Entry(" ".join(part)))
        entry.ids[item.id] = max(entry.ids.get(item.id, 0.0), share if last else share * 0.9)
        entry.generic = entry.generic and share < 1.0

    def _add_chinese_title(self, item: Item, title: str) -> None:
        low = title.lower().replace(item.brand.lower(), " ") if item.brand else title.lower()
        runs = _RUN.findall(low)
        whole = "".join(runs)
        for run in {*runs, whole}:
            if not _HAN.search(run):
                continue
            for size in range(2, min(len(run), _MAX_HAN) + 1):
                part = run[-size:]
                if _HAN.search(part[0]) or part[0].isalpha():
                    self._add_word(part, item.id, len(part) / max(1, len(whole)), title)

    def _add_word(self, word: str, product_id: str, share: float, title: str = "") -> None:
        entry = self._entries.setdefault(fold(word), _Entry(word))
        entry.ids[product_id] = max(entry.ids.get(product_id, 0.0), share)
        entry.generic = entry.generic and share < 1.0

    def _add_categories(self, items: Sequence[Item], kinds: Sequence[Kind]) -> None:
        by_category: dict[str, list[str]] = defaultdict(list)
        for item in items:
            if item.category_id:
                by_category[item.category_id].append(item.id)
        for kind in kinds:
            ids = kind.product_ids or tuple(by_category.get(kind.id, ()))
            for name in filter(None, kind.names):
                for part in {name, *re.split(r"\s*[&/、·]\s*|\s+and\s+|和|与", name)}:
                    if len(fold(part)) < 2:
                        continue
                    entry = self._entries.setdefault(fold(part), _Entry(part))
                    entry.category = entry.category or kind.id
                    for product_id in ids:
                        entry.ids.setdefault(product_id, 0.3)

    def _add_vocabulary(self, items: Sequence[Item]) -> None:  # noqa: C901
        titles = {item.id: [_padded(title) for title in item.titles if title] for item in items}
        for kind, others in self._words.kinds.items():
            words = (kind, *others)
            ids = self._kind_products(words, titles)
            for word in words:
                entry = self._entries.setdefault(fold(word), _Entry(kind))
                if not entry.ids or _HAN.search(entry.terms):
                    entry.terms = kind
                for product_id, share in ids.items():
                    entry.ids.setdefault(product_id, share)
        for word in self._words.generic:
            self._entries.setdefault(fold(word), _Entry(word, weak=True))
        for key, values in self._words.values.items():
            for value, others in values.items():
                for word in (value, *others):
                    self._link_value(key, value, word)
        for key, others in self._words.keys.items():
            for word in (key, *others):
                if key not in self._keys[fold(word)]:
                    self._keys[fold(word)].append(key)

    def _kind_products(self, words: Sequence[str], titles: dict[str, list[str]]) -> dict[str, float]:
        """Products whose title names the kind; a title of which a word is the head before one that merely has it."""
        found: dict[str, float] = {}
        for word in words:
            han = bool(_HAN.search(word))
            if len(word) < 2 or (han and len(word) == 1):
                continue
            needle = word.lower() if han else f" {' '.join(map(fold_token, re.findall(r'[a-z0-9]+', word.lower())))} "
            for product_id, names in titles.items():
                for name in names:
                    if needle in name:
                        head = name.rstrip().endswith(needle.rstrip())
                        found[product_id] = max(found.get(product_id, 0.0), 0.5 if head else 0.2)
        return found

    def _link_value(self, key: str, value: str, word: str) -> None:
        """Let another word for a value mean the catalogue's own spelling of it, under every key that has it."""
        targets: dict[tuple[str, str], set[str]] = {}
        for other in (value, *self._words.values[key][value]):
            for (own_key, own_value), ids in self._options.get(fold(other), {}).items():
                if key in ("yes_no", own_key) or _kin(own_key, key) or fold(own_value) == fold(value):
                    targets[own_key, own_value] = ids  # noqa: PERF403
        if key == "yes_no":
            return
        slot = self._options[fold(word)]
        for pair, ids in targets.items():
            slot[pair] |= ids
        if not targets:
            slot.setdefault((key, value), set())

    def _deletions(self) -> dict[str, str]:
        """Every word of the index of five or more letters, and that word less one letter -> the word."""
        words = {w for entry in self._entries.values() for w in re.findall(r"[a-z]{5,}", entry.terms.lower())}
        words |= {
            w for pairs in self._options.values() for _, value in pairs for w in re.findall(r"[a-z]{5,}", value.lower())
        }
        words |= {
            w
            for kind, others in self._words.kinds.items()
            for name in (kind, *others)
            for w in re.findall(r"[a-z]{5,}", name.lower())
        }
        index: dict[str, str] = {}
        for word in sorted(words):
            for form in (word, *(word[:i] + word[i + 1 :] for i in range(1, len(word)))):
                index.setdefault(form, word)
        self._vocabulary_words = words
        return index

    # Finding

    def _sku_mentions(self, text: str) -> Iterator[Mention]:
        for match in re.finditer(r"(?<![A-Za-z0-9#])[A-Za-z0-9][A-Za-z0-9._/-]{3,}[A-Za-z0-9](?![A-Za-z0-9])", text):
            entry = self._skus.get(match[0].upper())
            if entry:
                yield Mention("sku", match.start(), match.end(), match[0], entry[0], (entry[1],), id=entry[0])
            elif match[0] in self.titles and len(match[0]) >= 4:
                yield Mention("product", match.start(), match.end(), match[0], self.titles[match[0]], (match[0],))

    def _tokens(self, low: str) -> list[_Token]:
        tokens = []
        for match in _TOKEN.finditer(low):
            word = match[0].removesuffix("'s")
            tokens.append(_Token(fold_token(self._spelled(word)), match.start(), match.start() + len(word), word))
        return tokens

    def _spelled(self, word: str) -> str:
        if (
            len(word) < 5
            or not word.isalpha()
            or word in self._vocabulary_words
            or word in self._known
            or singular(word) in self._known
        ):
            return word
        if fold_token(word) in self._entries or singular(word) in self._vocabulary_words:
            return word
        for form in (word, *(word[:i] + word[i + 1 :] for i in range(1, len(word)))):
            target = self._spelling.get(form)
            if target is not None and _one_edit(word, target):
                return target
        return word

    def _latin(self, text: str, low: str) -> Iterator[Mention]:
        tokens = self._tokens(low)
        for i in range(len(tokens)):
            key = ""
            for j in range(i, min(len(tokens), i + _MAX_WORDS)):
                if j > i and not _joined(low, tokens[j - 1].end, tokens[j].start):
                    break
                key += tokens[j].key
                yield from self._at(text, tokens[i].start, tokens[j].end, key)

    def _chinese(self, text: str, low: str) -> Iterator[Mention]:
        for i, char in enumerate(low):
            if not (char >= "\u3400" or char.isalnum()) or (
                i and low[i - 1].isascii() and low[i - 1].isalnum() and char.isascii()
            ):
                continue
            for j in range(i + 1, min(len(low), i + _MAX_HAN) + 1):
                part = low[i:j]
                if part[-1].isspace() or (part[-1] in ",.，。！？、;；" and not _decimal(low, j - 1)):
                    break
                if _HAN.search(part):
                    yield from self._at(text, i, j, fold(part))

    def _at(self, text: str, start: int, end: int, key: str) -> Iterator[Mention]:
        entry = self._entries.get(key)
        if entry is not None:
            yield _mention(entry, text, start, end)
        pairs = self._options.get(key)
        if pairs and self._acceptable(text, start, end, key):
            yield Mention("option", start, end, text[start:end], next(iter(pairs))[1], options=tuple(pairs))

    def _acceptable(self, text: str, start: int, end: int, key: str) -> bool:
        """A bare number or a single letter is a value only beside the name of its key; a lone letter also as a capital."""
        word = text[start:end]
        if _BARE_NUMBER.fullmatch(key):
            return True
        if len(word) == 1 and word.isascii():
            before, after = text[start - 1 : start], text[end : end + 1]
            return (
                word.isupper()
                and before not in {"'", "-", "#"}
                and after not in {"'", "-", "."}
                and word not in {"I", "A"}
            )
        if len(word) == 1:
            after = text[end : end + 1]
            return after in {"色", "的", "款", ""} or not _HAN.match(after)
        return True

    # Which key a value belongs to

    def _resolve(self, text: str, low: str, mentions: list[Mention]) -> list[Mention]:
        things = [m for m in mentions if m.kind in {"product", "sku"} and not (m.generic and not m.product_ids)]
        resolved = []
        for mention in mentions:
            if mention.kind != "option":
                resolved.append(mention)
                continue
            options = self._likely(low, mention, _owner(low, mention, things))
            if options:
                resolved.append(dataclasses.replace(mention, options=options, terms=options[0][1]))
        return resolved

    def _likely(self, low: str, mention: Mention, owner: Mention | None) -> tuple[tuple[str, str], ...]:
        pairs = self._options[_key_of(self, mention)]
        named = self._named_keys(low, mention)
        number = _BARE_NUMBER.fullmatch(_key_of(self, mention))
        beside = [pair for pair in pairs if pair[0] in named]
        if number and not beside:
            return ()
        candidates = beside or list(pairs)
        if owner is not None:
            own = [pair for pair in candidates if pairs[pair] & set(owner.product_ids)]
            if not own:
                wanted = {key for product_id in owner.product_ids for key in self.option_keys.get(product_id, ())}
                own = [pair for pair in candidates if pair[0] in wanted]
            candidates = own or candidates
        return tuple(sorted(candidates, key=lambda pair: (-len(pairs[pair]), pair)))

    def _named_keys(self, low: str, mention: Mention) -> set[str]:
        """Keys whose name stands right beside the value."""
        before = re.findall(
            r"[a-z]+|[\u3400-\u9fff]+",
            re.split(r"[,.;!?，。；！？]", low[max(0, mention.start - 24) : mention.start])[-1],
        )[-3:]
        after = re.findall(
            r"[a-z]+|[\u3400-\u9fff]+", re.split(r"[,.;!?，。；！？]", low[mention.end : mention.end + 24])[0]
        )[:2]
        names: set[str] = set()
        for words in (before, after):
            for i in range(len(words)):
                for j in range(i + 1, len(words) + 1):
                    names.update(self._keys.get("".join(map(fold_token, words[i:j])), ()))
        for size in (1, 2, 3, 4):
            tail = "".join(before[-1:])[-size:] if before else ""
            head = "".join(after[:1])[:size] if after else ""
            for word in (tail, head):
                if word and _HAN.search(word):
                    names.update(self._keys.get(word, ()))
        related = {own for name in names for own in self._all_keys() if _kin(own, name)}
        return names | related

    def _all_keys(self) -> set[str]:
        return {key for keys in self._keys.values() for key in keys}


async def build_lexicon(database: Database, *, known_words: Collection[str] = ()) -> Lexicon:
    """Read the shop's catalogue and index it."""
    async with database.read() as session:
        categories = (await session.exec(select(Category))).all()
        products = (await session.exec(select(Product).where(Product.status == "active").order_by(Product.id))).all()
        variants = (
            await session.exec(select(Variant.product_id, Variant.sku, Variant.options).order_by(Variant.sku))
        ).all()
    owned: dict[str, list[tuple[str, dict[str, str]]]] = defaultdict(list)
    for product_id, sku, options in variants:
        owned[product_id].append((sku, dict(options)))
    items = [
        Item(p.id, (p.title_zh, p.title_en), p.brand, p.category_id, tuple(owned[p.id]), tuple(map(str, p.tags or ())))
        for p in products
    ]
    return Lexicon(items, [Kind(c.id, (c.name_zh, c.name_en)) for c in categories], known_words=known_words)


def _mention(entry: _Entry, text: str, start: int, end: int) -> Mention:
    ids = tuple(sorted(entry.ids, key=lambda product_id: (-entry.ids[product_id], product_id))[:MAX_PRODUCTS])
    shown = text[start:end]
    if entry.brand and entry.terms == entry.brand:
        return Mention("brand", start, end, shown, entry.brand, ids, generic=True, id=entry.brand)
    if entry.category and entry.generic:
        return Mention("category", start, end, shown, entry.terms, ids, generic=True, id=entry.category)
    return Mention(
        "product",
        start,
        end,
        shown,
        entry.terms,
        ids,
        generic=entry.generic and len(ids) != 1,
        score=0.3 if entry.weak else 1.0,
    )


def _key_of(lexicon: Lexicon, mention: Mention) -> str:
    text = mention.text.lower()
    if _HAN.search(text):
        return fold(text)
    return "".join(token.key for token in lexicon._tokens(text))


def _longest(found: list[Mention]) -> list[Mention]:
    """Keep the longest mentions that do not overlap; of equal spans a product goes before an option."""
    rank = {"sku": 0, "product": 1, "category": 2, "brand": 3, "option": 4}
    kept: list[Mention] = []
    taken: set[int] = set()
    for mention in sorted(found, key=lambda m: (m.start - m.end, rank[m.kind], m.start)):
        span = range(mention.start, mention.end)
        if not taken.intersection(span):
            taken.update(span)
            kept.append(mention)
    return sorted(kept, key=lambda m: m.start)


def _owner(low: str, option: Mention, things: Sequence[Mention]) -> Mention | None:
    """The thing an option is said of: the one right after it ("red T-shirt"), else the nearest before, else the next."""
    following = next((t for t in things if t.start >= option.end), None)
    if following is not None and not re.search(
        r"[,.;!?，。；！？]|\b(?:the|my|and|for|to)\b|换|和", low[option.end : following.start]
    ):
        return following
    previous = [t for t in things if t.end <= option.start]
    return previous[-1] if previous else following


def _joined(low: str, start: int, end: int) -> bool:
    gap = low[start:end]
    return len(gap) <= 2 and (not gap or (gap in {" ", "-", "/", "'", "  ", " -", "- ", ". "} and gap != ". "))


def _decimal(low: str, point: int) -> bool:
    """Whether the dot at a place stands between the figures of a number."""
    return low[point] == "." and low[point - 1 : point].isdigit() and low[point + 1 : point + 2].isdigit()


def _kin(own_key: str, key: str) -> bool:
    """Whether a catalogue's key is a sort of the vocabulary's: "frame color" of "color"."""
    return own_key == key or fold(own_key).endswith(fold(key)) or (key in {"battery"} and key in own_key)


def _padded(title: str) -> str:
    low = title.lower()
    return low if _HAN.search(low) else f" {' '.join(map(fold_token, re.findall(r'[a-z0-9]+', low)))} "


def _one_edit(a: str, b: str) -> bool:
    """Whether two words differ by one letter added, lost or changed, or two neighbours swapped; the first letter agrees."""
    if a == b or abs(len(a) - len(b)) > 1 or a[0] != b[0]:
        return False
    if len(a) == len(b):
        wrong = [i for i in range(len(a)) if a[i] != b[i]]
        return len(wrong) == 1 or (
            len(wrong) == 2 and wrong[1] == wrong[0] + 1 and a[wrong[0]] == b[wrong[1]] and a[wrong[1]] == b[wrong[0]]
        )
    short, long = sorted((a, b), key=len)
    return any(long[:i] + long[i + 1 :] == short for i in range(len(long)))
