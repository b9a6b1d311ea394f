from __future__ import annotations

import numpy as np
import pytest

from tools.pricing.decision.game import Game, best_responses, solve
from tools.pricing.decision.logit import best_price, demand_factor, lambert_of_log, sensitivity, shares

TODAY, SHARE = np.array([100.0]), np.array([0.3])


def test_lambert_solves_its_equation_where_the_exponential_would_overflow() -> None:
    logs = np.array([-50.0, -1.0, 0.0, 1.0, 50.0, 2_000.0])
    w = lambert_of_log(logs)
    np.testing.assert_allclose(w + np.log(w), logs, rtol=1e-9, atol=1e-9)


def test_the_best_price_is_the_one_that_a_search_finds() -> None:
    b = sensitivity(np.array([-3.0]), TODAY, SHARE)
    grid = np.linspace(60, 200, 100_001)
    profit = (grid - 60) * demand_factor(grid, TODAY, SHARE, b)
    assert best_price(np.array([60.0]), TODAY, SHARE, b)[0] == pytest.approx(grid[profit.argmax()], abs=0.01)


def test_the_elasticity_at_todays_price_is_the_one_given() -> None:
    b = sensitivity(np.array([-3.0]), TODAY, SHARE)
    rise = np.log(demand_factor(TODAY * 1.0001, TODAY, SHARE, b)) / np.log(1.0001)
    assert rise[0] == pytest.approx(-3.0, abs=0.01)


def test_equal_shops_rest_at_equal_prices_and_nobody_gains_by_leaving() -> None:
    game = Game(np.full((1, 3), 100.0), np.full((1, 3), 0.2), np.array([0.05]))
    found = solve(game, np.full((1, 3), 70.0))
    assert found.converged.all()
    assert np.ptp(found.price) < 1e-3
    rest, share = found.price[0, 0], game.shares_at(found.price)[0, 0]
    assert rest == pytest.approx(70 + 1 / (0.05 * (1 - share)), abs=1e-3)
    for other in (rest - 2, rest + 2):
        moved = found.price.copy()
        moved[0, 0] = other
        assert (other - 70) * game.shares_at(moved)[0, 0] < (rest - 70) * share


def test_at_revealed_costs_todays_prices_are_the_equilibrium() -> None:
    game = Game(np.array([[100.0, 90.0, 120.0]]), np.array([[0.2, 0.25, 0.1]]), np.array([0.04]))
    np.testing.assert_allclose(best_responses(game, game.revealed_cost, game.price), game.price, rtol=1e-9)
    assert solve(game, game.revealed_cost).rounds == 1


def test_a_cheaper_supply_makes_rivals_cheaper_too() -> None:
    game = Game(np.array([[100.0, 100.0]]), np.array([[0.25, 0.25]]), np.array([0.05]))
    cost = game.revealed_cost
    cost[0, 0] -= 20
    found = solve(game, cost)
    assert found.converged.all()
    assert found.price[0, 0] < 100
    assert found.price[0, 1] < 100


def test_bounds_hold_in_the_equilibrium() -> None:
    game = Game(np.array([[100.0, 100.0]]), np.array([[0.25, 0.25]]), np.array([0.05]))
    low = np.array([[98.0, -np.inf]])
    found = solve(game, game.revealed_cost - 30, low=low)
    assert found.price[0, 0] == pytest.approx(98.0)
    assert found.converged.all()


def test_who_is_not_there_takes_no_share() -> None:
    own, others = shares(TODAY, np.array([[100.0, np.nan]]), np.array([0.05]))
    assert own[0] == pytest.approx(0.25)
    assert others[0].tolist() == [pytest.approx(0.25), 0.0]
