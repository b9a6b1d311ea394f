"""An understanding of one's own rows: the intent of a text, its slots, or both; kept in one folder.

understanding = learned(read_rows(Path("rows.jsonl")), default_embedder())
[reading] = understanding.read(["book a table for two"])
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

from dialogue.understanding import classifier, slots
from dialogue.understanding.classifier import FittingError, Prediction, Row, TextClassifier
from dialogue.understanding.classifier.model import replaced
from dialogue.understanding.slots import Example, Slot, SlotFinder
from knowledge.embedding import Embedder
from knowledge.token_embedding import token_embedder

_SLOTS = "slots.npz"


@dataclasses.dataclass(frozen=True)
class Reading:
    """What is read of one text."""

    prediction: Prediction | None
    """None: no intents were learned."""
    slots: tuple[Slot, ...]


@dataclasses.dataclass(frozen=True)
class Understanding:
    """A classifier of intents, a finder of slots, or both: the finder is then told what the classifier thinks."""

    classifier: TextClassifier | None
    finder: SlotFinder | None

    def read(self, texts: Sequence[str]) -> list[Reading]:
        """Return what is read of each text."""
        predictions = [None] * len(texts) if self.classifier is None else self.classifier.predict(texts)
        return [Reading(seen, self._slots(text, seen)) for text, seen in zip(texts, predictions, strict=True)]

    def _slots(self, text: str, seen: Prediction | None) -> tuple[Slot, ...]:
        if self.finder is None:
            return ()
        return self.finder.find(text, {} if seen is None else dict(seen.ranked))

    def save(self, folder: Path) -> None:
        """Write it into `folder`, whole or not at all."""
        with replaced(folder) as fresh:
            if self.classifier is not None:
                self.classifier.write(fresh)
            if self.finder is not None:
                self.finder.save(fresh / _SLOTS)

    @classmethod
    def load(cls, folder: Path, embedder: Embedder) -> Understanding:
        """Read what `save` wrote, or `TextClassifier.save`.

        Raises:
            ModelError, SlotModelError: nothing stands there, it is damaged, or another embedder made it.
        """
        finder = SlotFinder.load(folder / _SLOTS, token_embedder()) if (folder / _SLOTS).exists() else None
        if finder is not None and not TextClassifier.stands_in(folder):
            return cls(None, finder)
        return cls(TextClassifier.load(folder, embedder), finder)


def learned(rows: Sequence[Row], embedder: Embedder) -> Understanding:
    """Learn what rows teach: intents where some have one, slots where some are marked.

    Raises:
        FittingError: one intent alone, or neither intents nor slots.
    """
    named = [row for row in rows if row.label]
    marked = [row for row in rows if row.slots]
    if not named and not marked:
        raise FittingError(f"expected rows with an intent or with slots, got neither in {len(rows)}")
    return Understanding(
        classifier=classifier.fit(named, embedder) if named else None,
        finder=slots.fit(examples(rows), token_embedder()) if marked else None,
    )


def examples(rows: Sequence[Row]) -> list[Example]:
    """Return the rows that teach slots."""
    return [Example(row.text, row.slots, "" if row.outside else row.label) for row in rows if row.slots is not None]
