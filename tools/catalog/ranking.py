"""Putting several goods in order by what is asked of them: the price, what buyers think, or something that their pages say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from knowledge.questions import Comparative, Topic, measure, questions
from tools.catalog.facts import held, spoken
from tools.catalog.records import ProductRecord
from tools.catalog.types import Ranked, Ranking
from tools.evidence import LocalText


def ranking(records: Sequence[ProductRecord], question: str) -> Ranking | None:
    """Return the goods in the order that a question asks for, the best first; None where it asks for none.

    Where their pages give words and no measure ("which is warmer?") there is no best one: each says what it says.
    """
    comparative = questions().compared_by(question)
    topic = questions().topic(comparative.by) if comparative is not None else _only_topic(question)
    if comparative is None and topic is None:
        return None
    rows = [_row(record, comparative, topic) for record in records]
    said = comparative.said if comparative is not None else {"zh": "", "en": ""}
    best: tuple[str, ...] = ()
    if comparative is not None and comparative.best is not None and sum(size is not None for _, size in rows) > 1:
        sign = 1.0 if comparative.best == "least" else -1.0
        rows.sort(key=lambda row: (row[1] is None, sign * (row[1] or 0.0)))
        best = tuple(row.product_id for row, size in rows if size == rows[0][1])
    entries = tuple(row for row, _ in rows)
    if not best and not any(entry.values or entry.text for entry in entries):
        return None
    order = tuple(entry.product_id for entry in entries)
    return Ranking(order=order, best=best, said=LocalText(zh=said["zh"], en=said["en"]), entries=entries)


def _only_topic(question: str) -> Topic | None:
    asked = questions().asked(question)
    return asked[0] if asked else None


def _row(record: ProductRecord, comparative: Comparative | None, topic: Topic | None) -> tuple[Ranked, float | None]:
    """Return a product's line and the number that it is put in order by."""
    card = record.card()
    base = Ranked(product_id=record.product.id, title=record.title)
    by = comparative.by if comparative is not None else ""
    if by == "price":
        return base.model_copy(update={"price": card.price_from}), float(card.price_from.minor)
    if by == "rating":
        rating = f"{card.rating:.1f}" if card.rating is not None else ""
        shown = {"key": "rating", "values": (rating,) if rating else (), "count": card.reviews}
        return base.model_copy(update=shown), card.rating
    if topic is None:
        return base, None
    key, values = _attribute(topic, held(record))
    sizes = [size for value in values if (size := measure(value)) is not None]
    if comparative is not None and comparative.best is not None and sizes:
        extreme = max(sizes) if comparative.best == "most" else min(sizes)
        chosen = next(value for value in values if measure(value) == extreme)
        return base.model_copy(update={"key": key, "values": (chosen,)}), extreme
    return base.model_copy(update={"key": key, "values": values, "text": spoken(record, [topic])}), None


def _attribute(topic: Topic, own: Mapping[str, tuple[str, ...]]) -> tuple[str, tuple[str, ...]]:
    return next(((key, own[key]) for key in topic.keys if key in own), ("", ()))
