"""Who buys what and when: orders drawn from the planted demand.

Expected units of product p on day d by a customer of segment s are proportional to

    mass(s, d) * popularity(p) * season(p, d) * weekday(d) * traffic(d) * price(p, d) ** elasticity(p) * taste(s, p)

and the lines of all orders are one multinomial draw from it (apart from complements, which choose the kind first).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from knowledge.demo import planted
from knowledge.demo.catalogue import Catalogue, Product, Variant
from knowledge.demo.clock import DAY_S, DAYS, Clock
from knowledge.demo.people import Method, People, Person
from knowledge.demo.plans import LinePlan, OrderPlan
from knowledge.demo.prices import PriceBook, promotion_days
from knowledge.demo.words import size_charts, stream

Array = npt.NDArray[np.float64]

ORDERS = 20_000
CATEGORY_DEMAND = {"clothing": 2.4, "electronics": 0.9, "home": 0.7, "beauty": 1.0}
BASKET = (0.6, 0.26, 0.1, 0.04)
"""Share of orders with one, two, three and four lines."""
HOURS = (
    1.6,
    0.9,
    0.5,
    0.3,
    0.3,
    0.4,
    0.9,
    1.6,
    2.6,
    4.0,
    5.2,
    5.0,
    5.2,
    4.6,
    4.4,
    4.4,
    4.4,
    4.2,
    4.4,
    5.6,
    7.4,
    8.6,
    7.6,
    4.4,
)
"""Orders by hour of the local day."""
FULL_SIZE = (0.1, 0.25, 0.3, 0.22, 0.13)
"""How bodies spread over a chart of five sizes; other charts are cut in the same proportions."""


def expected_demand(catalogue: Catalogue, book: PriceBook, clock: Clock) -> Array:
    """Return the demand of each product on each day before tastes, products x days, in arbitrary units."""
    calendar = [clock.date(day) for day in range(DAYS)]
    weekday = np.array([planted.WEEKDAYS[date.weekday()] for date in calendar])
    traffic = np.ones(DAYS)
    for promotion in planted.PROMOTIONS:
        traffic[promotion_days(clock)[promotion.name]] = promotion.traffic
    factor = book.factor()
    demand = np.empty((len(catalogue.products), DAYS))
    curves = {name: _season(curve, clock) for name, curve in planted.SEASONS.items()}
    for product in catalogue.products:
        row = product.popularity * _price_level(product) * curves[product.kind.season]
        demand[product.index] = row * factor[product.index] ** product.elasticity
        demand[product.index, : max(0, clock.day_of(product.created_s) + 1)] = 0.0
    demand *= weekday * traffic
    demand[:, -1] *= sum(HOURS[:8]) / sum(HOURS)
    return demand


def _price_level(product: Product) -> float:
    return float(product.list_yuan**-0.35) * CATEGORY_DEMAND[product.kind.category]


def _season(curve: tuple[float, ...], clock: Clock) -> Array:
    """Return the curve day by day, straight between the middles of the months."""
    middles = (np.arange(-1, 13) + 0.5) * 365.25 / 12
    values = [curve[-1], *curve, curve[0]]
    return np.interp([clock.date(day).timetuple().tm_yday for day in range(DAYS)], middles, values)


def taste_weights(catalogue: Catalogue, taste: str, gender: str) -> Array:
    """Return how much more a segment buys of each product than the average one."""
    cluster = planted.TASTES[taste]
    weights = np.empty(len(catalogue.products))
    for product in catalogue.products:
        weight = cluster.categories.get(product.kind.category, 1.0) * cluster.styles.get(product.style, 1.0)
        if product.gender not in {"", "unisex", gender}:
            weight *= 0.08
        if product.kind.category == "beauty" and gender == "men":
            weight *= 0.3
        weights[product.index] = weight
    return weights


class Segments:
    """Customers by taste and gender, in the order in which they joined."""

    def __init__(self, people: People, clock: Clock) -> None:
        self.keys = [(taste, gender) for taste in planted.TASTES for gender in ("women", "men")]
        active = [person for person in people.customers if person.activity > 0]
        self.members: list[list[Person]] = []
        self.mass = np.zeros((len(self.keys), DAYS))
        self.cumulative: list[Array] = []
        starts = np.array([clock.midnight_s(day) for day in range(DAYS)])
        for index, key in enumerate(self.keys):
            members = sorted(
                (person for person in active if (person.taste, person.gender) == key), key=lambda p: (p.created_s, p.id)
            )
            cumulative = np.cumsum([0.0, *(person.activity for person in members)])
            joined = np.searchsorted([person.created_s for person in members], starts)
            self.members.append(members)
            self.cumulative.append(cumulative)
            self.mass[index] = cumulative[joined]

    def draw(self, rng: np.random.Generator, segment: int, day: int) -> Person:
        """Draw a customer who had joined by that day."""
        point = float(rng.random()) * self.mass[segment, day]
        found = int(np.searchsorted(self.cumulative[segment], point, side="right")) - 1
        return self.members[segment][min(found, len(self.members[segment]) - 1)]


def draw_orders(
    seed: int, clock: Clock, catalogue: Catalogue, people: People, book: PriceBook, count: int
) -> Iterator[OrderPlan]:
    """Draw `count` orders; they come by day and segment, not by time."""
    rng = stream(seed, "demand")
    demand = expected_demand(catalogue, book, clock)
    segments = Segments(people, clock)
    tastes = np.array([taste_weights(catalogue, *key) for key in segments.keys])
    cells = segments.mass * (tastes @ demand)
    numbers = rng.multinomial(count, (cells / cells.sum()).ravel()).reshape(cells.shape)
    ids = order_ids(rng, count)
    complements = _complement_masks(catalogue)
    for segment, day in np.argwhere(numbers):
        weights = demand[:, day] * tastes[segment]
        cumulative = np.cumsum(weights)
        for _ in range(int(numbers[segment, day])):
            products = _basket(rng, catalogue, weights, cumulative, complements)
            person = segments.draw(rng, int(segment), int(day))
            lines = [_line(rng, product, person, book, int(day)) for product in products]
            placed = time_of_day(rng, clock, int(day))
            yield OrderPlan(next(ids), person, placed, lines, usual_method(rng, person))


def order_ids(
    rng: np.random.Generator, count: int, first: int = 2_000_000_000, beyond: int = 10_000_000_000
) -> Iterator[str]:
    """Return different order ids: D and ten digits. Those of the well-known accounts begin with D100."""
    numbers: dict[int, None] = {}
    while len(numbers) < count:
        numbers[int(rng.integers(first, beyond))] = None
    return (f"D{number}" for number in numbers)


def time_of_day(rng: np.random.Generator, clock: Clock, day: int) -> int:
    """Draw a time of a day; of today only what has passed."""
    hours = np.array(HOURS[:8] if day == DAYS - 1 else HOURS)
    hour = int(np.searchsorted(np.cumsum(hours), rng.random() * hours.sum()))
    return clock.midnight_s(day) + hour * 3_600 + int(rng.integers(3_600))


def usual_method(rng: np.random.Generator, person: Person) -> Method:
    """Pick one of a person's payment methods, the first most often; gift cards pay for nothing here."""
    usable = [method for method in person.methods if method.kind != "gift_card"]
    return usable[0] if rng.random() < 0.75 else usable[int(rng.integers(len(usable)))]


def _complement_masks(catalogue: Catalogue) -> dict[str, Array]:
    kinds = np.array([product.kind.id for product in catalogue.products])
    return {kind: np.isin(kinds, others).astype(float) for kind, others in planted.COMPLEMENTS.items()}


def _basket(
    rng: np.random.Generator, catalogue: Catalogue, weights: Array, cumulative: Array, complements: dict[str, Array]
) -> list[Product]:
    """Draw the different products of one order."""
    size = int(np.searchsorted(np.cumsum(BASKET), rng.random())) + 1
    chosen = [catalogue.products[_pick(rng, cumulative)]]
    for _ in range(size - 1):
        mask = complements.get(chosen[0].kind.id)
        if mask is not None and rng.random() < planted.COMPLEMENT_RATE:
            narrowed = np.cumsum(weights * mask)
            product = catalogue.products[_pick(rng, narrowed if narrowed[-1] > 0 else cumulative)]
        else:
            product = catalogue.products[_pick(rng, cumulative)]
        if all(product.index != other.index for other in chosen):
            chosen.append(product)
    return chosen


def _pick(rng: np.random.Generator, cumulative: Array) -> int:
    return min(int(np.searchsorted(cumulative, rng.random() * cumulative[-1], side="right")), len(cumulative) - 1)


def _line(rng: np.random.Generator, product: Product, person: Person, book: PriceBook, day: int) -> LinePlan:
    variant = choose_variant(rng, product, person)
    quantity = 1
    if product.kind.consumable:
        quantity = int(np.searchsorted((0.68, 0.92), rng.random())) + 1
    return LinePlan(product, variant, quantity, book.yuan(product, variant, day))


def choose_variant(rng: np.random.Generator, product: Product, person: Person) -> Variant:
    """Choose the person's size, a colour to their taste, and other options in falling order of popularity."""
    color = 0
    if product.colors:
        liked = planted.TASTES[person.taste].colors
        cumulative = np.cumsum([liked.get(name, 1.0) for name in product.colors])
        color = _pick(rng, cumulative)
    if product.chart:
        rest = size_index(product, person, rng.random())
    else:
        rest = min(int(product.rest_count * rng.random() ** 1.5), product.rest_count - 1)
    return product.variants[color * product.rest_count + rest]


def size_index(product: Product, person: Person, luck: float) -> int:
    """Return which size of the chart fits the person; one time in ten they take the one beside it."""
    count = len(size_charts()[product.chart])
    body = person.body
    if product.chart.startswith("unisex"):
        body = body * 0.55 + (0.45 if person.gender == "men" else 0.0)
    fitting = float(np.interp(body, np.cumsum((0.0, *FULL_SIZE)), np.linspace(0, count, len(FULL_SIZE) + 1)))
    moved = int(fitting) + (1 if luck < 0.05 else -1 if luck > 0.95 else 0)
    return max(0, min(count - 1, moved))


def ring_orders(seed: int, clock: Clock, catalogue: Catalogue, people: People, book: PriceBook) -> Iterator[OrderPlan]:
    """Draw the orders of the fraud rings: soon after sign-up, dear, easily resold."""
    rng = stream(seed, "rings")
    goods = [product for product in catalogue.products if product.kind.id in planted.RING_KINDS]
    most = planted.RING_ORDERS[1] * sum(len(ring.customers) for ring in people.rings)
    ids = order_ids(rng, most, 1_900_000_000, 2_000_000_000)
    for ring in people.rings:
        for customer_id in ring.customers:
            person = people.by_id(customer_id)
            for _ in range(int(rng.integers(planted.RING_ORDERS[0], planted.RING_ORDERS[1] + 1))):
                placed = person.created_s + int(rng.integers(3_600, 20 * DAY_S))
                day = clock.day_of(placed)
                on_sale = [p for p in goods if p.created_s < placed] or goods[:1]
                product = on_sale[int(rng.integers(len(on_sale)))]
                line = LinePlan(product, product.variants[-1 - int(rng.integers(product.rest_count))], 1, 0)
                line.quantity = 1 + int(rng.random() < 0.35)
                line.yuan = book.yuan(product, line.variant, day)
                yield OrderPlan(next(ids), person, placed, [line], person.methods[0])
