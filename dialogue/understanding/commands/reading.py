"""A message with all that was read from it, as the modules that make commands of it see it."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from dialogue.commands import Entity, View
from dialogue.understanding.stances import Situation, Span, Taken
from dialogue.understanding.text import Text
from knowledge.lexicon import Lexicon

Classify = Callable[[str], list[tuple[str, float]]]
"""Gives the intents of a text with their chances, best first."""

Take = Callable[[str, Sequence[Span], Situation], list[Taken]]
"""Gives what a message wants of the things in it: `dialogue.understanding.stances.Stances.take`."""


def _none(_low: str, _things: Sequence[Span], _situation: Situation) -> list[Taken]:
    return []


_MASKS = {
    "email": " email ",
    "phone": " phone ",
    "person_name": " someone ",
    "postcode": " zip ",
    "address": " some address ",
    "tax_id": " tax ",
    "tracking_number": " tracking number ",
}
CODE = "SAVE20"
"""How a coupon's code stands in the training data: the letters of HOME10 say nothing of homes."""
_CODE = re.compile(r"[A-Z]{4,}\d")
_MASKS_ZH = {
    "email": "email",
    "phone": "电话",
    "person_name": "某人",
    "postcode": "邮编",
    "address": "某地址",
    "tax_id": "税号",
    "tracking_number": "运单号",
}


@dataclasses.dataclass(frozen=True)
class Reading:
    """A message with everything that was read from it so far."""

    text: Text
    entities: list[Entity]
    view: View
    lexicon: Lexicon
    classify: Classify
    flows: frozenset[str]
    """The procedures that a person can ask for."""
    personal: frozenset[str] = frozenset()
    """Those of them that need to know who is talking."""
    stances: Take = _none

    def within(self, start: int, end: int) -> tuple[Entity, ...]:
        """Return the entities between two places."""
        return tuple(item for item in self.entities if item.start >= start and item.end <= end)

    def sub(self, start: int, end: int | None = None) -> Reading:
        """Return a piece of the message, or all behind a place, as a reading of its own, at the same places."""
        blank, end = " " * start, len(self.text.raw) if end is None else end
        raw, plain, low = (blank + words[start:end] for words in (self.text.raw, self.text.plain, self.text.low))
        inside = [item for item in self.entities if item.start >= start and item.end <= end]
        return dataclasses.replace(self, text=Text(raw, plain, low), entities=inside)

    def without(self, spans: Sequence[tuple[int, int]]) -> Reading:
        """Return the message with pieces of it, and what was read there, blanked out; the rest stays at its places."""
        raw, plain, low = self.text.raw, self.text.plain, self.text.low
        for start, end in spans:
            raw, plain, low = (words[:start] + " " * (end - start) + words[end:] for words in (raw, plain, low))
        left = [item for item in self.entities if all(item.end <= start or item.start >= end for start, end in spans)]
        return dataclasses.replace(self, text=Text(raw, plain, low), entities=left)

    def words(self, start: int = 0, end: int | None = None) -> str:
        """Return what was said between two places, as it was said."""
        return self.text.span(start, len(self.text.raw) if end is None else end)

    def told(self) -> tuple[Entity, ...]:
        """Return the entities that say something; "item" and the like do not."""
        return tuple(
            item for item in self.entities
            if item.type != "category" and not (item.type == "product" and item.score <= 0.3 and not item.value.get("product_ids"))
        )  # fmt: skip

    def masked(self, start: int = 0, end: int | None = None) -> str:
        """Return the words with ids, names and addresses taken out, as the classifier was taught."""
        return masked(self.text, self.entities, start, end)


def masked(text: Text, entities: Iterable[Entity], start: int = 0, end: int | None = None) -> str:
    """Return the words between two places with ids, names and addresses taken out."""
    end = len(text.plain) if end is None else end
    chinese = any("\u4e00" <= c <= "\u9fff" for c in text.plain[start:end])
    masks = _MASKS_ZH if chinese else _MASKS
    pieces, place = [], start
    for item in sorted(entities, key=lambda item: item.start):
        if item.start < place or item.end > end:
            continue
        mask = masks.get(item.type)
        if item.type == "order_ref" and "id" in item.value:
            mask = "#1"
        if item.type == "coupon_code" and _CODE.match(item.text):
            mask = CODE if chinese else f" {CODE} "
        if mask is not None:
            pieces += [text.plain[place : item.start], mask]
            place = item.end
    pieces.append(text.plain[place:end])
    return re.sub(r"\s+(?:[=>:]\s+)?", " ", "".join(pieces)).strip()


def classifier_ranking(labels: Iterable[str], chances: np.ndarray) -> list[tuple[str, float]]:
    """Return labels with their chances, best first."""
    names = list(labels)
    return [(names[i], float(chances[i])) for i in np.argsort(-chances)[:6]]
