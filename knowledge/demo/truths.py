"""Where the planted truths fell in one build: what a model trained on the demo shop should find again.

The constants that steer them stand in `knowledge.demo.planted`. None of it is stored in the shop's database, so no model
can read it by accident.

    planted = truths(seed=7, now=now)
    planted.elasticity["TS001"]        # about -2.4: what a pricing model should estimate for the product
    planted.rings[0].customers         # accounts that a risk model should find
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping

from knowledge.demo.catalogue import build_catalogue
from knowledge.demo.clock import Clock
from knowledge.demo.people import build_people
from knowledge.demo.planted import Ring


@dataclasses.dataclass(frozen=True)
class Truths:
    """Ids are those of the tables."""

    elasticity: Mapping[str, float]
    """Product -> own-price elasticity: the exponent of price in the demand that orders were drawn from."""
    season: Mapping[str, str]
    """Product -> name of its curve in `planted.SEASONS`."""
    defects: Mapping[str, str]
    """Product -> id of its defect in `planted.DEFECTS`; only the defective ones."""
    quality: Mapping[str, float]
    """Product -> mean rating that reviews are drawn around."""
    taste: Mapping[str, str]
    """Customer -> cluster in `planted.TASTES`."""
    rings: tuple[Ring, ...]
    """Accounts of one hand each."""


def truths(*, seed: int = 7, now: dt.datetime | None = None, scale: float = 1.0) -> Truths:
    """Return the truths of the build with these arguments, without building it (under a second)."""
    clock = Clock.at(now)
    products = build_catalogue(seed, clock, scale).products
    people = build_people(seed, clock, scale)
    return Truths(
        elasticity={product.id: product.elasticity for product in products},
        season={product.id: product.kind.season for product in products},
        defects={product.id: product.defect.id for product in products if product.defect is not None},
        quality={product.id: product.quality for product in products},
        taste={person.id: person.taste for person in people.customers},
        rings=people.rings,
    )
