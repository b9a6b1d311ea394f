"""The pricing game: every shop answers the others' prices until nobody would change theirs.

Bertrand competition under logit demand has one Nash equilibrium in prices (Caplin and Nalebuff 1991; for shops with one price
sensitivity Li and Huh 2011). It is found by damped best responses, each in closed form, and checked: the largest gain in price that a
shop would still make is returned, and ``converged`` says whether it is nothing.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from tools.pricing.arrays import BoolArray, FloatArray
from tools.pricing.decision.logit import best_price

ROUNDS, DAMPING, TOLERANCE = 200, 0.7, 1e-6


@dataclasses.dataclass(frozen=True)
class Game:
    """Markets [n] with the same k players each; the first player is the shop.

    `share` [n, k] is what each sells of all shoppers at `price` [n, k] today; 0 for a player who is not there. `b` [n].
    """

    price: FloatArray
    share: FloatArray
    b: FloatArray

    @property
    def revealed_cost(self) -> FloatArray:
        """The cost at which each player's price of today would be the best answer to the others' ([n, k]).

        Nobody knows what a rival pays; that they know what they do is the usual assumption (Berry, Levinsohn and Pakes 1995).
        """
        found: FloatArray = self.price - 1 / (self.b[:, None] * (1 - self.share))
        return found

    def shares_at(self, price: FloatArray) -> FloatArray:
        """Return the shares [n, k] at other prices."""
        pull = self.share * np.exp(np.clip(-self.b[:, None] * (price - self.price), -60, 60))
        outside = 1 - self.share.sum(axis=1, keepdims=True)
        found: FloatArray = pull / (outside + pull.sum(axis=1, keepdims=True))
        return found


@dataclasses.dataclass(frozen=True)
class Equilibrium:
    """Prices [n, k] from which nobody gains by changing theirs alone.

    `gap` [n] is the largest relative change that a player would still make; `converged` where that is under 1e-6.
    """

    price: FloatArray
    gap: FloatArray
    rounds: int

    @property
    def converged(self) -> BoolArray:
        """Whether each market came to rest."""
        found: BoolArray = self.gap < TOLERANCE
        return found


def best_responses(game: Game, cost: FloatArray, price: FloatArray) -> FloatArray:
    """Return what each player would ask if the others ask `price` ([n, k]; who is not there stays)."""
    share = game.shares_at(price)
    there = game.share > 0
    safe = np.where(there, np.clip(share, 1e-12, 1 - 1e-12), 0.5)
    found: FloatArray = np.where(there, best_price(cost, price, safe, game.b[:, None]), price)
    return found


def solve(
    game: Game, cost: FloatArray, *, low: FloatArray | None = None, high: FloatArray | None = None
) -> Equilibrium:
    """Return the equilibrium at these costs [n, k], each price kept within its bounds.

    Profit has one peak in the own price, so that the best price within bounds is the nearest to the best one.
    """
    floor = np.full(game.price.shape, -np.inf) if low is None else low
    ceiling = np.full(game.price.shape, np.inf) if high is None else high
    price = np.clip(game.price, floor, ceiling)
    gap, rounds = np.full(len(price), np.inf), 0
    while rounds < ROUNDS:
        rounds += 1
        wanted = np.clip(best_responses(game, cost, price), floor, ceiling)
        gap = np.abs(wanted / price - 1).max(axis=1)
        if (gap < TOLERANCE).all():
            break
        price = price + DAMPING * (wanted - price)
    return Equilibrium(price, gap, rounds)
