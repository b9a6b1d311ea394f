"""Which product of a catalogue a title means: cosine of weighted pairs and triples of characters, over words in either language."""

from __future__ import annotations

import collections
import dataclasses
import math
import re
import unicodedata
from collections.abc import Mapping

LEAST = 0.5


@dataclasses.dataclass(frozen=True)
class Match:
    """A product and how surely a title is its, in [0, 1]; not calibrated."""

    product_id: str
    score: float


class Titles:
    """The titles of a catalogue, product id -> title (several products may share words; the rarer a piece, the more it counts)."""

    def __init__(self, titles: Mapping[str, str]) -> None:
        pieces = {product_id: _pieces(title) for product_id, title in titles.items()}
        seen = collections.Counter(piece for each in pieces.values() for piece in each)
        self._weights = {piece: 1 + math.log(max(len(titles), 1) / count) for piece, count in seen.items()}
        self._unknown = 1 + math.log(max(len(titles), 1))
        self._having: dict[str, list[str]] = collections.defaultdict(list)
        self._norms: dict[str, float] = {}
        for product_id, each in pieces.items():
            self._norms[product_id] = math.sqrt(sum(self._weights[piece] ** 2 for piece in each)) or 1.0
            for piece in each:
                self._having[piece].append(product_id)

    def match(self, text: str) -> Match | None:
        """Return the product whose title is nearest, if it is near enough."""
        pieces = _pieces(text)
        scores: dict[str, float] = collections.defaultdict(float)
        for piece in pieces:
            for product_id in self._having.get(piece, ()):
                scores[product_id] += self._weights[piece] ** 2
        norm = math.sqrt(sum(self._weights.get(piece, self._unknown) ** 2 for piece in pieces)) or 1.0
        ranked = sorted(((value / (norm * self._norms[name]), name) for name, value in scores.items()), reverse=True)
        if not ranked or ranked[0][0] < LEAST:
            return None
        margin = ranked[0][0] - (ranked[1][0] if len(ranked) > 1 else 0.0)
        return Match(ranked[0][1], min(1.0, ranked[0][0] * (1.0 if margin > 0.05 else 0.6)))


def _pieces(text: str) -> set[str]:
    plain = re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).lower())
    return {plain[i : i + size] for size in (2, 3) for i in range(len(plain) - size + 1)}
