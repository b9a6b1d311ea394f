"""Panels whose elasticity is known, because they are drawn from it."""

from __future__ import annotations

import numpy as np

from tools.pricing.panel import Panel, make_panel


def confounded(
    *,
    elasticity: float = -3.0,
    stores: int = 8,
    products: int = 10,
    weeks: int = 80,
    level: float = 3.5,
    spread: float = 0.0,
    season: float = 0.9,
    seed: int = 1,
) -> Panel:
    """Dear products sell best, and prices rise in the season: the naive slope is far from the elasticity.

    Product i has the elasticity ``elasticity + spread * e_i`` with e_i from -1 to 1.
    """
    rng = np.random.default_rng(seed)
    rows = [(s, p, t) for s in range(stores) for p in range(products) for t in range(weeks)]
    store, product, week = (np.array(column) for column in zip(*rows, strict=True))
    wave = np.sin(2 * np.pi * week / 52)
    base = np.linspace(0.5, 2.5, products)[product]
    promoted = rng.random(len(rows)) < 0.15
    log_price = base + 0.2 * wave + rng.normal(0, 0.06, len(rows)) - 0.2 * promoted
    own = elasticity + spread * np.linspace(-1, 1, products)[product]
    mean = level + 1.2 * base + season * wave + own * (log_price - base) + 0.2 * rng.normal(size=stores)[store]
    return make_panel(
        product=[f"P{p:02d}" for p in product],
        store=[f"S{s}" for s in store],
        category=["tea" if p % 2 else "coffee" for p in product],
        period=week,
        price=np.exp(log_price),
        units=rng.poisson(np.exp(mean)).astype(float),
    )
