"""Views, searches, carts and purchases: the trail of every order, and sessions that bought nothing."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from knowledge.demo.catalogue import Product
from knowledge.demo.clock import DAYS, utc
from knowledge.demo.demand import Segments, expected_demand, taste_weights, time_of_day
from knowledge.demo.order_rows import Row
from knowledge.demo.people import Person
from knowledge.demo.plans import OrderPlan
from knowledge.demo.words import stream
from knowledge.demo.world import World

BROWSING = 36_000
"""Sessions without a purchase."""
ANONYMOUS_SHARE = 0.4
SEARCH_RATE = 0.4
CART_RATE = 0.16


def behaviour_rows(world: World) -> Iterator[Row]:
    """Yield all events, by session."""
    rng = stream(world.seed, "behaviour")
    by_kind: dict[str, list[Product]] = {}
    for product in world.catalogue.products:
        by_kind.setdefault(product.kind.id, []).append(product)
    for order in world.orders:
        yield from _buying(rng, order, by_kind)
    yield from _browsing(rng, world, round(BROWSING * world.scale))


def _event(person: Person | None, session: str, kind: str, at: int, **what: str) -> Row:
    return {
        "customer_id": person.id if person is not None else None,
        "session_id": session,
        "kind": kind,
        "product_id": what.get("product"),
        "sku": what.get("sku"),
        "query": what.get("query", ""),
        "at": utc(at),
    }


def _buying(rng: np.random.Generator, order: OrderPlan, by_kind: dict[str, list[Product]]) -> Iterator[Row]:
    """Yield search, views (of the bought and of one beside it), cart and purchase, in this order."""
    person, session = order.person, f"s_{order.id}"
    luck = rng.random((len(order.lines), 4)).tolist()
    at = order.placed_s - 240 * len(order.lines)
    for line, (search, look, other, _) in zip(order.lines, luck, strict=True):
        product = line.product
        if search < SEARCH_RATE:
            yield _event(person, session, "search", at, query=_query(product, person.lang, search / SEARCH_RATE))
        if look < 0.5:
            kind = by_kind[product.kind.id]
            yield _event(person, session, "view", at + 30, product=kind[int(other * len(kind))].id)
        yield _event(person, session, "view", at + 90, product=product.id, sku=line.variant.sku)
        yield _event(person, session, "cart", at + 180, product=product.id, sku=line.variant.sku)
        at += 240
    for line in order.lines:
        yield _event(person, session, "buy", order.placed_s, product=line.product.id, sku=line.variant.sku)


def _query(product: Product, lang: str, luck: float) -> str:
    pool = product.kind.queries[lang]
    return pool[int(luck * len(pool))]


def _browsing(rng: np.random.Generator, world: World, count: int) -> Iterator[Row]:
    """Yield sessions of one to five views, some with a search or an abandoned cart."""
    clock, catalogue = world.clock, world.catalogue
    segments = Segments(world.people, clock)
    demand = expected_demand(catalogue, world.book, clock)
    tastes = np.array([taste_weights(catalogue, *key) for key in segments.keys])
    days = rng.choice(DAYS, size=count, p=demand.sum(0) / demand.sum())
    chosen = rng.choice(len(segments.keys), size=count, p=segments.mass[:, -1] / segments.mass[:, -1].sum())
    views = rng.integers(1, 6, size=count)
    cumulative = np.cumsum(tastes * demand.mean(1), axis=1)
    for number in range(count):
        segment, day = int(chosen[number]), int(days[number])
        reach = cumulative[segment]
        picks = np.searchsorted(reach, rng.random(int(views[number])) * reach[-1], side="right")
        anonymous = rng.random() < ANONYMOUS_SHARE
        person = None if anonymous or segments.mass[segment, day] == 0 else segments.draw(rng, segment, day)
        seen = [catalogue.products[min(int(pick), len(reach) - 1)] for pick in picks]
        at = time_of_day(rng, clock, day)
        yield from _session(rng, person, f"s_b{number:06d}", at, seen)


def _session(
    rng: np.random.Generator, person: Person | None, session: str, at: int, seen: list[Product]
) -> Iterator[Row]:
    luck = rng.random(3).tolist()
    lang = person.lang if person is not None else "en" if luck[2] < 0.15 else "zh"
    if luck[0] < SEARCH_RATE:
        yield _event(person, session, "search", at, query=_query(seen[0], lang, luck[0] / SEARCH_RATE))
    for position, product in enumerate(seen):
        yield _event(person, session, "view", at + 45 * (position + 1), product=product.id)
    if luck[1] < CART_RATE:
        last = seen[-1]
        variant = last.variants[int(luck[1] / CART_RATE * len(last.variants))]
        yield _event(person, session, "cart", at + 45 * len(seen) + 20, product=last.id, sku=variant.sku)
