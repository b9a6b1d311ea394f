from __future__ import annotations

import numpy as np

from tools.pricing.decision.exploration import Beliefs, choose
from tools.pricing.decision.simulator import Market, simulate


def market(seed: int = 3) -> Market:
    rng = np.random.default_rng(seed)
    today = rng.uniform(50, 200, 20)
    estimate = np.full(20, -2.2)
    return Market(
        today,
        today * rng.uniform(0.35, 0.75, 20),
        rng.uniform(3, 15, 20),
        np.ones(4),
        rng.normal(-2.4, 0.6, 20).clip(max=-0.8),
        np.exp(rng.normal(0, 0.15, 20)),
        estimate,
        np.full(20, 0.6),
    )


def test_exploring_earns_nearly_what_the_clairvoyant_does_and_more_than_todays_prices() -> None:
    shop = market()
    known = simulate(shop, "clairvoyant", steps=8_000).profit
    earned = {policy: simulate(shop, policy, steps=8_000).profit for policy in ("thompson", "today")}
    share = {policy: profit.sum() / known.sum() for policy, profit in earned.items()}
    assert share["thompson"] > 0.95
    assert share["thompson"] > share["today"]
    assert earned["thompson"][-50:].sum() / known[-50:].sum() > 0.96


def test_the_truth_is_learnt_from_sales() -> None:
    rng = np.random.default_rng(0)
    today, share = np.full(50, 100.0), np.full(50, 0.25)
    beliefs = Beliefs.of(np.full(50, -2.0), np.full(50, 0.8), today, share)
    true = np.full((50, 1), np.log(3.5))
    before = beliefs.covariance[:, 1, 1].mean()
    for _ in range(200):
        price = rng.uniform(80, 120, 50)
        sold = rng.poisson(20 * 0.9 * beliefs.factor(price[:, None], true)[:, 0])
        beliefs.learn(price, np.full(50, 20.0), sold.astype(float))
    assert abs(beliefs.elasticity.mean() + 3.5) < 0.3
    assert beliefs.covariance[:, 1, 1].mean() < before / 4


def test_no_price_leaves_its_bounds_or_risks_much() -> None:
    rng = np.random.default_rng(1)
    today, share = np.full(200, 100.0), np.full(200, 0.25)
    beliefs = Beliefs.of(np.full(200, -2.5), np.full(200, 1.0), today, share)
    low, high = np.full(200, 90.0), np.full(200, 110.0)
    asked = choose(beliefs, np.full(200, 55.0), low, high, rng)
    assert ((asked >= low) & (asked <= high)).all()
    assert len(np.unique(asked)) > 3
    assert len(np.unique(choose(beliefs, np.full(200, 55.0), low, high, rng, explore=False))) == 1
