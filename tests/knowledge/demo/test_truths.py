"""What was planted shows in the data."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pytest

from knowledge.db import Database
from knowledge.demo import planted, truths
from knowledge.demo.clock import DAYS
from knowledge.demo.demand import expected_demand
from knowledge.demo.plans import OrderPlan
from knowledge.demo.reviews import review_rows
from knowledge.demo.world import World, draw_world
from knowledge.schema import Address, Customer, Order, PaymentMethod, Refund
from tests.knowledge.demo.conftest import NOW, SCALE, rows_of

Floats = npt.NDArray[np.float64]


@pytest.fixture(scope="module")
def whole() -> World:
    """The shop at full size, drawn but not stored."""
    return draw_world(seed=7, now=NOW, scale=1.0)


def _drawn(orders: Iterable[OrderPlan]) -> list[OrderPlan]:
    return [order for order in orders if order.planned is None and order.person.ring is None]


def test_truths_name_what_the_build_holds(world: World) -> None:
    found = truths(now=NOW, scale=SCALE)
    products = {product.id: product for product in world.catalogue.products}
    assert set(found.elasticity) == set(found.season) == set(found.quality) == set(products)
    assert all(found.elasticity[key] == product.elasticity for key, product in products.items())
    assert found.taste == {person.id: person.taste for person in world.people.customers}
    assert found.rings == world.people.rings
    assert all(-3.5 < value < -0.5 for value in found.elasticity.values())


def test_demand_answers_a_price_by_its_elasticity_and_nothing_else(world: World) -> None:
    product = next(product for product in world.catalogue.products if product.id == "TS001")
    day = DAYS - 40
    before = expected_demand(world.catalogue, world.book, world.clock)[product.index, day]
    level = world.book.level.copy()
    level[product.index, day] *= 0.8
    cheaper = type(world.book)(level, world.book.rate, world.book.reason)
    after = expected_demand(world.catalogue, cheaper, world.clock)[product.index, day]
    assert np.log(after / before) / np.log(0.8) == pytest.approx(product.elasticity)


async def test_ring_accounts_share_device_card_and_address_and_lose_money_for_the_shop(shop: Database) -> None:
    rings = truths(now=NOW, scale=SCALE).rings
    customers = {customer.id: customer for customer in await rows_of(shop, Customer)}
    fingerprints = {method.customer_id: method.fingerprint for method in await rows_of(shop, PaymentMethod)}
    lines = {address.customer_id: address.line1 for address in await rows_of(shop, Address) if address.is_default}
    owner = {order.id: order.customer_id for order in await rows_of(shop, Order)}
    taken_back = Counter(
        owner[refund.order_id] for refund in await rows_of(shop, Refund) if refund.kind == "chargeback"
    )
    for ring in rings:
        assert {customers[member].device_id for member in ring.customers} <= set(ring.device_ids)
        assert {fingerprints[member] for member in ring.customers} == {ring.fingerprint}
        assert len({lines[member] for member in ring.customers}) == 1
        assert sum(taken_back[member] for member in ring.customers) >= 2
    members = {member for ring in rings for member in ring.customers}
    assert sum(taken_back[member] for member in members) > 5 * sum(
        n for key, n in taken_back.items() if key not in members
    )


def test_reviews_of_defective_products_mention_the_defect_and_no_others_do(whole: World) -> None:
    defects = {product.id: product.defect for product in whole.catalogue.products if product.defect}
    told: dict[bool, list[bool]] = defaultdict(list)
    for row in review_rows(whole.seed, whole.clock, whole.orders):
        defect = defects.get(str(row["product_id"]))
        phrases = [phrase for d in planted.DEFECTS for phrase in d.phrases[row["lang"]]]  # type: ignore[index]
        own = defect.phrases[row["lang"]] if defect else ()  # type: ignore[index]
        mentions = any(phrase in str(row["text"]) for phrase in (own or phrases))
        told[defect is not None].append(mentions)
        if defect is not None and mentions:
            assert int(str(row["rating"])) <= 3
    assert np.mean(told[True]) == pytest.approx(planted.DEFECT_MENTION_RATE, abs=0.15)
    assert not any(told[False])
    assert len(defects) >= 20


def test_defective_products_come_back_more_often(whole: World) -> None:
    returned = {str(row["order_line_id"]) for row in whole.aftersales.return_lines}
    counts: dict[bool, list[bool]] = defaultdict(list)
    for order in _drawn(whole.orders):
        if order.delivered_s is not None:
            for position, line in enumerate(order.lines):
                counts[line.product.defect is not None].append(order.line_id(position) in returned)
    assert np.mean(counts[True]) > 2 * np.mean(counts[False])


def test_clusters_buy_their_styles_and_colours(whole: World) -> None:
    shares: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for order in _drawn(whole.orders):
        for line in order.lines:
            shares[order.person.taste, "sporty"].append(line.product.style == "sporty")
            if line.product.colors and "pink" in line.product.colors:
                shares[order.person.taste, "pink"].append(line.variant.color == "pink")
    for feature, lovers in (("sporty", "athlete"), ("pink", "sweetheart")):
        rates = {taste: float(np.mean(shares[taste, feature])) for taste in planted.TASTES}
        others = [rate for taste, rate in rates.items() if taste != lovers]
        assert rates[lovers] > 1.8 * max(others)


def test_seasons_show_in_the_sales(whole: World) -> None:
    months: dict[str, Counter[int]] = defaultdict(Counter)
    for order in _drawn(whole.orders):
        for line in order.lines:
            months[line.product.kind.season][whole.clock.date(whole.clock.day_of(order.placed_s)).month] += 1
    assert sum(months["deep_winter"][month] for month in (11, 12, 1)) > 4 * sum(
        months["deep_winter"][m] for m in (6, 7, 8)
    )
    assert sum(months["sun"][month] for month in (5, 6, 7)) > 2 * sum(months["sun"][month] for month in (11, 12, 1))


def test_further_lines_of_a_basket_complement_the_first(whole: World) -> None:
    baskets = [order for order in _drawn(whole.orders) if len(order.lines) > 1]
    kinds = Counter(line.product.kind.id for order in baskets for line in order.lines)
    total = sum(kinds.values())
    lifts = []
    for kind, complements in planted.COMPLEMENTS.items():
        others = [
            line.product.kind.id in complements
            for o in baskets
            if o.lines[0].product.kind.id == kind
            for line in o.lines[1:]
        ]
        lifts.append(float(np.mean(others)) / (sum(kinds[c] for c in complements) / total))
    assert np.median(lifts) > 2


def test_the_planted_elasticity_is_found_again_and_the_naive_slope_is_not(whole: World) -> None:
    """With effects of the day and of the season the sales give the elasticity; without them promotions overstate it."""
    sold = np.zeros((len(whole.catalogue.products), DAYS))
    for order in _drawn(whole.orders):
        for line in order.lines:
            sold[line.product.index, whole.clock.day_of(order.placed_s)] += 1
    truth = float(np.average([product.elasticity for product in whole.catalogue.products], weights=sold.sum(1)))
    naive, adjusted = (_poisson_slope(whole, sold, adjust=adjust) for adjust in (False, True))
    assert adjusted == pytest.approx(truth, abs=0.25)
    assert naive < truth - 0.8


def _poisson_slope(world: World, sold: Floats, *, adjust: bool) -> float:
    """Fit ``log E[sales] = product (+ day + season x month) + slope * log price`` by turns; knows no planted number."""
    price = np.log(world.book.factor())
    days = np.arange(DAYS)
    alive = np.array(
        [days > world.clock.day_of(product.created_s) for product in world.catalogue.products], dtype=float
    )
    months = np.array([world.clock.date(day).month for day in range(DAYS)])
    seasons = np.array([product.kind.season for product in world.catalogue.products])
    blocks = [np.ix_(seasons == name, months == month) for name in sorted(set(seasons)) for month in range(1, 13)]
    mean = alive * 0.1
    slope = 0.0
    for _ in range(25):
        mean *= ((sold.sum(1) + 0.01) / mean.sum(1))[:, None]
        if adjust:
            mean *= ((sold.sum(0) + 0.01) / mean.sum(0))[None, :]
            for block in blocks:
                mean[block] *= (sold[block].sum() + 0.01) / mean[block].sum()
        centred = price - (mean * price).sum(1, keepdims=True) / mean.sum(1, keepdims=True)
        step = float(((sold - mean) * centred).sum() / (mean * centred**2).sum())
        slope += step
        mean *= np.exp(step * price)
    return slope
