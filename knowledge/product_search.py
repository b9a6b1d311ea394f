"""Ranking and filtering of the catalogue snapshot: words and vectors rank, filters are exact."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from knowledge.embedding import FloatArray
from knowledge.index import IntArray, VectorIndex
from knowledge.options import same_key, same_value
from knowledge.product_entry import CategoryEntry, ProductEntry
from knowledge.product_words import Wish, concepts, goods_kinds, product_tokens, read_wish, wished_kinds
from knowledge.stated import StatedAttributes
from knowledge.words import WordIndex, normalise, tokens

BoolArray = npt.NDArray[np.bool_]
Sort = Literal["relevance", "price_up", "price_down", "newest", "rating"]

WORD_WEIGHT = 0.6
"""What a product with all the query's words in title, category, brand, tags or options gains, in units of the cosine."""
DESCRIPTION_WEIGHT = 0.2
KIND_WEIGHT = 0.3
"""What a product of the very kind gains."""
_SHOP_TALK = re.compile(
    "求推荐|推荐|想买|买|来个|来一|找找|找一|看看|看下|搜一下|搜|有货|有卖|卖不卖|便宜|实惠|划算|性价比高|性价比|好看|好用|不错|质量好|款|产品|商品|东西"
    r"|\b(?:show|find|looking|search|buy|recommend|suggest|sell|stock|cheap|cheaper|cheapest|affordable|nice|good|best|great"
    r"|something|anything|product|products|item|items|gift|kind)\b"
)


@dataclasses.dataclass(frozen=True)
class ProductQuery:
    """What is looked for; see `tools.catalog.types.SearchProducts`."""

    text: str = ""
    said: str = ""
    """The whole sentence, where the text only names the goods."""
    category: str | None = None
    brand: str | None = None
    price_min_minor: int | None = None
    price_max_minor: int | None = None
    options: Mapping[str, str] = dataclasses.field(default_factory=dict)
    exclude_options: Mapping[str, str] = dataclasses.field(default_factory=dict)
    in_stock: bool = True
    sort: Sort = "relevance"
    limit: int = 6
    offset: int = 0
    """How many of the best are left out, for "show me more"."""
    near: tuple[str, ...] = ()
    """Ids of the products that look like a picture, best first: they alone are meant, in this order."""
    hidden: frozenset[str] = frozenset()
    """Ids of products that are not meant: filters are dropped as if the shop did not have them."""


@dataclasses.dataclass(frozen=True)
class Finding:
    """A product with the SKUs that meet the filters."""

    product: ProductEntry
    score: float
    """Cosine plus word weights: orders the products of one query, not calibrated."""
    skus: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Findings:
    """Best first. `relaxed` names the filters that nothing met together: ``options.color``, ``price``, ``in_stock``, ``category``."""

    found: tuple[Finding, ...]
    total: int
    relaxed: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Relevance:
    """From which score on a product is what was asked for."""

    floor: float
    """Below it the shop does not have such a thing."""
    gap: float
    """How far behind the best one may be."""


RELEVANCE = {"use-multilingual-v3": Relevance(0.42, 0.25), "char-ngram-hash": Relevance(0.30, 0.30)}
_NEAREST = 5
"""So many of the products that look most like a picture tell of which category its subject is."""


def wish_text(text: str) -> str:
    """Return a wish without the words that say nothing of the goods: 有没有好看的, "I'm looking for a nice"."""
    return " ".join(_SHOP_TALK.sub(" ", normalise(text)).split())


def vector_texts(entries: Sequence[ProductEntry]) -> tuple[IntArray, list[str]]:
    """Return the texts to embed, one a product and language, and which product each belongs to."""
    owners, texts = [], []
    for row, entry in enumerate(entries):
        for title, category in (
            (entry.title_zh, entry.category.name_zh),
            (entry.title_en, entry.category.name_en),
        ):
            if title:
                owners.append(row)
                texts.append(f"{title} {category}".strip())
    return np.array(owners, dtype=np.int64), texts


@dataclasses.dataclass(frozen=True)
class _Texts:
    """The word indexes of a snapshot; the next snapshot shares them while only prices and stock change."""

    of: tuple[tuple[object, ...], ...]
    words: WordIndex
    descriptions: WordIndex
    attributes: StatedAttributes

    @classmethod
    def made(cls, entries: Sequence[ProductEntry], old: _Texts | None) -> _Texts:
        texts = tuple(
            (e.id, e.title_zh, e.title_en, e.description_zh, e.description_en, e.brand, e.category, e.attributes, e.tags, e.options)
            for e in entries
        )  # fmt: skip
        if old is not None and old.of == texts:
            return old
        words = WordIndex([product_tokens(entry) for entry in entries], k1=0.3)
        descriptions = WordIndex([tokens(f"{e.description_zh} {e.description_en}") for e in entries])
        return cls(texts, words, descriptions, StatedAttributes(e.attributes for e in entries))


class Searcher:
    """The arrays behind one snapshot.

    `owners` says which entry each vector is of, in the order of the entries.
    """

    def __init__(
        self,
        entries: Sequence[ProductEntry],
        categories: Mapping[str, CategoryEntry],
        vectors: VectorIndex,
        owners: IntArray,
        previous: Searcher | None = None,
    ) -> None:
        self._entries = entries
        self._categories = categories
        self._vectors = vectors
        self._titled, self._first = np.unique(owners, return_index=True)
        self._relevance = RELEVANCE.get(vectors.stamp.embedder, RELEVANCE["use-multilingual-v3"])
        self._texts: _Texts = _Texts.made(entries, previous._texts if previous is not None else None)
        self._words, self._descriptions = self._texts.words, self._texts.descriptions
        self._variants = _Variants(entries)
        self._attributes = self._texts.attributes
        self._popularity = np.array([_popularity(entry) for entry in entries], dtype=np.float32)
        self._kinds = [
            frozenset(goods_kinds((e.title_zh, e.title_en), (e.category.name_zh, e.category.name_en))) for e in entries
        ]
        self._price = np.array([entry.price_from_minor for entry in entries], dtype=np.int64)
        self._age = -np.array([entry.created_at.timestamp() for entry in entries], dtype=np.float64)

    def search(self, query: ProductQuery, vector: FloatArray | None) -> Findings:
        """Rank by the text, keep what is meant by it, apply the filters, drop as few as needed if nothing meets all.

        Where all that is meant costs too much, the cheapest comes first.
        """
        scores, meant = self._meant(query.text, vector)
        if query.near:
            scores, meant = self._pictured(query.near, meant)
        filters = {**self._stated(query, meant), **self._filters(query)}
        for dropped in _ways_to_relax(list(filters)):
            variants = np.ones(self._variants.size, dtype=bool)
            for name, mask in filters.items():
                if name not in dropped:
                    variants &= mask
            products = self._products_of(variants, without=dropped == () and not filters) & self._open_to(query)
            chosen = products & meant
            if not chosen.any() and "category" in filters and "category" not in dropped:
                chosen = products
            if chosen.any():
                too_dear = "price" in dropped and query.price_max_minor is not None and query.sort == "relevance"
                shown = dataclasses.replace(query, sort="price_up") if too_dear else query
                return self._findings(shown, scores, np.flatnonzero(chosen), variants, dropped)
        return Findings((), 0, ())

    def _meant(self, text: str, vector: FloatArray | None) -> tuple[FloatArray, BoolArray]:
        """Return each product's score and whether it is what the text asks for.

        The text may name a kind of goods, say what they are for, or both; where the shop has such a kind, nothing else is
        meant. Of kinds that only serve a purpose each is shown in turn, the most liked first.
        """
        asked = wish_text(text)
        wish = read_wish(asked)
        serving = wished_kinds(text)
        kinds = frozenset(concept.removeprefix("kind:") for concept in wish.kind)
        of_kind, of_purpose = self._of_kinds(kinds), self._of_kinds(serving)
        if of_kind.any():
            both = of_kind & of_purpose
            scores = self._scores(wish, vector) if vector is not None else self._popularity
            return scores, both if both.any() else of_kind
        if of_purpose.any() and not kinds:
            return self._in_turn(of_purpose), of_purpose
        if vector is None or (not wish.plain and not asked):
            return self._popularity, np.ones(len(self._entries), dtype=bool)
        scores = self._scores(wish, vector)
        best = float(scores.max(initial=0.0))
        return scores, scores >= max(self._relevance.floor, best - self._relevance.gap)

    def _pictured(self, near: Sequence[str], said: BoolArray) -> tuple[FloatArray, BoolArray]:
        """Return scores by likeness, and which products are meant: those that the words mean too, where there are any.

        Where the words name no goods, those of the category that most of the nearest are of: "like this, but blue" asks for no
        blue headphones beside a brown backpack.
        """
        places = {product: len(near) - place for place, product in enumerate(near)}
        scores = np.array([places.get(entry.id, 0) for entry in self._entries], dtype=np.float32)
        if said.all() and (category := self._shown(near[:_NEAREST])):
            return scores, np.array([entry.category.id == category for entry in self._entries], dtype=bool)
        both = (scores > 0) & said
        return scores, both if both.any() else scores > 0

    def _shown(self, nearest: Sequence[str]) -> str | None:
        """Return the category that more than half of some products are of."""
        found = Counter(entry.category.id for entry in self._entries if entry.id in nearest)
        category, count = max(found.items(), key=lambda one: one[1], default=("", 0))
        return category if count > len(nearest) / 2 else None

    def _of_kinds(self, kinds: frozenset[str]) -> BoolArray:
        return np.array([not kinds.isdisjoint(own) for own in self._kinds], dtype=bool)

    def _in_turn(self, chosen: BoolArray) -> FloatArray:
        """Return scores by which the best liked product of every category comes first, then the second of each."""
        scores = np.zeros(len(self._entries), dtype=np.float32)
        placed: dict[str, int] = {}
        for row in sorted(np.flatnonzero(chosen).tolist(), key=lambda row: -self._popularity[row]):
            category = self._entries[row].category.id
            placed[category] = placed.get(category, 0) + 1
            scores[row] = self._popularity[row] - placed[category]
        return scores

    def _scores(self, wish: Wish, vector: FloatArray) -> FloatArray:
        alike = np.zeros(len(self._entries), dtype=np.float32)
        if len(self._vectors):
            alike[self._titled] = np.maximum.reduceat(self._vectors.likeness(vector), self._first)
        words = np.maximum(self._words.scores(wish.plain), self._words.scores(wish.concepts))
        scores = alike + WORD_WEIGHT * words + DESCRIPTION_WEIGHT * self._descriptions.scores(wish.plain)
        for kind in wish.kind:
            scores[self._words.having(kind)] += KIND_WEIGHT / len(wish.kind) ** 0.5
        return scores

    def _filters(self, query: ProductQuery) -> dict[str, BoolArray]:
        """Return a mask over the variants for each filter, least important first."""
        variants = self._variants
        sized = {key: value for key, value in query.options.items() if "size" in key.lower()}
        other = {key: value for key, value in query.options.items() if key not in sized}
        masks = {f"options.{key}": variants.having(key, value) for key, value in other.items()}
        if query.price_min_minor is not None or query.price_max_minor is not None:
            masks["price"] = variants.priced(query.price_min_minor, query.price_max_minor)
        masks |= {f"options.{key}": variants.having(key, value) for key, value in sized.items()}
        if query.in_stock:
            masks["in_stock"] = variants.buyable
        for key, value in query.exclude_options.items():
            masks[f"exclude_options.{key}"] = ~variants.having(key, value)
        if query.brand:
            masks["brand"] = self._of_brand(query.brand)[variants.product]
        if query.category:
            masks["category"] = self._in_category(query.category)[variants.product]
        return masks

    def _stated(self, query: ProductQuery, meant: BoolArray) -> dict[str, BoolArray]:
        """Return a mask for each attribute that the words state of the goods meant: the resolution of "4K monitor", 电竞鼠标.

        Only what tells those goods apart is stated: of running shoes all are for running.
        """
        rest = concepts().without_kinds(wish_text(f"{query.text} {query.said}"))
        said: dict[str, set[str]] = {}
        for one in self._attributes.found(rest):
            said.setdefault(one.key, set()).add(one.value)
        masks: dict[str, BoolArray] = {}
        for key, values in said.items():
            having = np.logical_or.reduce([self._variants.having(key, value) for value in values])
            known = meant[self._variants.product]
            if key not in query.options and self._variants.with_key(key)[known].any() and not having[known].all():
                masks[f"options.{key}"] = having
        return masks

    def _in_category(self, category: str) -> BoolArray:
        wanted = _plain(category)
        ids = {
            entry.id
            for entry in self._categories.values()
            if wanted in (_plain(entry.id), _plain(entry.name_zh), _plain(entry.name_en))
        }
        return np.array([not ids.isdisjoint(entry.category.path) for entry in self._entries], dtype=bool)

    def _of_brand(self, brand: str) -> BoolArray:
        return np.array([_plain(entry.brand) == _plain(brand) for entry in self._entries], dtype=bool)

    def _open_to(self, query: ProductQuery) -> BoolArray:
        return np.array([entry.id not in query.hidden for entry in self._entries], dtype=bool)

    def _products_of(self, variants: BoolArray, *, without: bool) -> BoolArray:
        if without:
            return np.ones(len(self._entries), dtype=bool)
        products = np.zeros(len(self._entries), dtype=bool)
        products[self._variants.product[variants]] = True
        return products

    def _findings(
        self, query: ProductQuery, scores: FloatArray, rows: IntArray, variants: BoolArray, dropped: tuple[str, ...]
    ) -> Findings:
        ordered = rows[np.argsort(self._keys(query.sort, scores)[rows], kind="stable")]
        found = tuple(
            Finding(self._entries[row], float(scores[row]), self._variants.skus(row, variants))
            for row in ordered[query.offset : query.offset + query.limit]
        )
        return Findings(found, len(rows), dropped)

    def _keys(self, sort: Sort, scores: FloatArray) -> npt.NDArray[Any]:
        match sort:
            case "price_up":
                return self._price
            case "price_down":
                return -self._price
            case "newest":
                return self._age
            case "rating":
                return -self._popularity
            case "relevance":
                return -scores - 0.02 * self._popularity


class _Variants:
    """Every variant of the snapshot as arrays."""

    def __init__(self, entries: Sequence[ProductEntry]) -> None:
        flat = [(row, variant) for row, entry in enumerate(entries) for variant in entry.variants]
        self.size = len(flat)
        self.product = np.array([row for row, _ in flat], dtype=np.int64)
        self.buyable = np.array([variant.buyable for _, variant in flat], dtype=bool)
        self._price = np.array([variant.price_minor for _, variant in flat], dtype=np.int64)
        self._skus = [variant.sku for _, variant in flat]
        self._start = np.searchsorted(self.product, np.arange(len(entries) + 1))
        places: dict[tuple[str, str], list[int]] = {}
        for place, (row, variant) in enumerate(flat):
            for key, value in (*entries[row].attributes.items(), *variant.options.items()):
                places.setdefault((key, value), []).append(place)
        self._places = {pair: np.array(found) for pair, found in places.items()}

    def having(self, key: str, value: str) -> BoolArray:
        """Return which variants have the option, or whose product has the attribute; key ``""`` stands for any key."""
        mask = np.zeros(self.size, dtype=bool)
        for (known_key, known_value), places in self._places.items():
            if same_key(key, known_key) and same_value(value, known_value):
                mask[places] = True
        return mask

    def with_key(self, key: str) -> BoolArray:
        """Return which variants' products have an attribute or option of this name at all."""
        mask = np.zeros(self.size, dtype=bool)
        for (known_key, _value), places in self._places.items():
            if same_key(key, known_key):
                mask[places] = True
        return mask

    def priced(self, least: int | None, most: int | None) -> BoolArray:
        """Return which variants cost at least and at most so much."""
        mask = np.ones(self.size, dtype=bool)
        if least is not None:
            mask &= self._price >= least
        if most is not None:
            mask &= self._price <= most
        return mask

    def skus(self, row: int, mask: BoolArray) -> tuple[str, ...]:
        """Return the SKUs of a product that a mask keeps."""
        start, end = int(self._start[row]), int(self._start[row + 1])
        return tuple(self._skus[place] for place in range(start, end) if mask[place])


def _ways_to_relax(names: Sequence[str]) -> Iterable[tuple[str, ...]]:
    """Drop nothing, then one filter, then the least important two, three, ..."""
    yield ()
    yield from ((name,) for name in names)
    yield from (tuple(names[:count]) for count in range(2, len(names) + 1))


def _plain(text: str) -> str:
    return "".join(filter(str.isalnum, normalise(text)))


def _popularity(entry: ProductEntry) -> float:
    """Mean rating, pulled towards 4 while there are few reviews, scaled to [0, 1]."""
    return ((entry.rating or 4.0) * entry.reviews + 4.0 * 10) / (entry.reviews + 10) / 5.0
