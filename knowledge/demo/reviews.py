"""Reviews: ratings around a product's quality, words to match, and the defects that show in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from knowledge.demo import planted
from knowledge.demo.clock import DAY_S, Clock, utc
from knowledge.demo.order_rows import Row
from knowledge.demo.plans import LinePlan, OrderPlan
from knowledge.demo.words import load, stream
from knowledge.types import Lang

REVIEW_RATE = 0.2
RATING_SPREAD = 0.85


def review_rows(seed: int, clock: Clock, orders: Iterable[OrderPlan]) -> Iterator[Row]:
    """Yield the reviews of delivered lines."""
    rng = stream(seed, "reviews")
    for order in orders:
        if order.delivered_s is None or order.planned is not None or order.person.ring is not None:
            continue
        for position, line in enumerate(order.lines):
            created = order.delivered_s + int(rng.uniform(0.5, 25) * DAY_S)
            if rng.random() < REVIEW_RATE and created < clock.now_s:
                yield _row(rng, order, line, position, created)


def _row(rng: np.random.Generator, order: OrderPlan, line: LinePlan, position: int, created_s: int) -> Row:
    lang = order.person.lang
    rating = int(np.clip(round(float(rng.normal(line.product.quality, RATING_SPREAD))), 1, 5))
    defect = line.product.defect
    complaint = ""
    if defect is not None and rng.random() < planted.DEFECT_MENTION_RATE:
        complaint = _one(rng, defect.phrases[lang])
        rating = min(rating, 1 + int(rng.integers(3)))
    return {
        "id": f"rev_{order.id}_{position + 1}",
        "product_id": line.product.id,
        "sku": line.variant.sku,
        "customer_id": order.person.id,
        "order_id": order.id,
        "rating": rating,
        "lang": lang,
        "text": _text(rng, line, lang, rating, complaint),
        "created_at": utc(created_s),
    }


def _text(rng: np.random.Generator, line: LinePlan, lang: Lang, rating: int, complaint: str) -> str:
    words = load("reviews")
    mood = "good" if rating >= 4 else "fair" if rating == 3 else "poor"
    name = line.product.kind.name
    noun = name.zh if lang == "zh" else name.en.lower()
    opener = _one(rng, words["openers"][lang][mood]).format(noun=noun)
    pool = words["aspects"][line.product.kind.category][lang][mood]
    aspects = [str(aspect) for aspect in rng.permutation(pool)[: 1 if complaint else int(rng.integers(1, 3))]]
    closer = _one(rng, words["closers"][lang][mood])
    said = [complaint, *aspects] if complaint else aspects
    if lang == "zh":
        return "，".join([opener, *said]) + "。" + (f"{closer}。" if closer else "")
    return f"{opener}: {', '.join(said)}." + (f" {closer}." if closer else "")


def _one(rng: np.random.Generator, pool: Iterable[str]) -> str:
    words = list(pool)
    return words[int(rng.integers(len(words)))]
