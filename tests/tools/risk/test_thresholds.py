from __future__ import annotations

import numpy as np

from tests.tools.risk.frauds import event
from tools.policy import RiskRules
from tools.risk.events import Events
from tools.risk.thresholds import thresholds

EVENTS = Events(
    (
        event(1, bad=True, amount_minor=10_000),
        event(2, bad=True, amount_minor=20_000),
        event(3, bad=False),
        event(4, bad=False),
        event(5, bad=None),
    )
)
CHANCES = np.array([0.9, 0.15, 0.35, 0.001, 0.99])
RULES = RiskRules(review_minor=100, honest_held_minor=1_000)


def test_each_threshold_has_its_cost_and_what_is_not_known_is_not_counted() -> None:
    found = {each.hold_from: each for each in thresholds(CHANCES, EVENTS, RULES)}
    assert [(each.held, each.caught) for each in (found[0.1], found[0.3], found[0.5])] == [(3, 2), (2, 1), (1, 1)]
    half = found[0.5]
    assert (half.events, half.frauds, half.missed_minor, half.review_minor, half.honest_minor) == (4, 2, 20_000, 100, 0)
    assert found[0.1].cost_minor == 3 * 100 + 1_000
    assert (found[1.0].held, found[1.0].missed_minor) == (0, 30_000)


def test_the_shops_own_thresholds_are_among_them() -> None:
    assert 0.42 in {each.hold_from for each in thresholds(CHANCES, EVENTS, RULES, (0.42,))}
