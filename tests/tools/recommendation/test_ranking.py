from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from tests.tools.recommendation.shops import name, shop
from tools.recommendation.answers import Controls
from tools.recommendation.events import Seen
from tools.recommendation.fitting import parts
from tools.recommendation.model import Recommender
from tools.recommendation.ranking import FEATURES, Aims, Catalogue, Ranker

HISTORY = [Seen(name(2, 0)), Seen(name(2, 1), "view")]


def _ranker(wanted: str | None = None) -> Ranker:
    """Return one that has learnt that candidates with a high value of a feature are bought, or that it is all chance."""
    rng = np.random.default_rng(3)
    rows = rng.random((4000, len(FEATURES))).astype(np.float32)
    bought = rng.random(4000) > 0.8 if wanted is None else rows[:, FEATURES.index(wanted)] > 0.8
    return Ranker.fitted(rows, rng.random(4000) < 0.3, bought)


@pytest.fixture(scope="module")
def blend() -> Recommender:
    return parts(shop(described=True), ("next", "together"))


def test_crosses_of_person_and_item_are_what_they_say() -> None:
    catalogue = Catalogue(
        np.array([1, 1, 2, 0]), np.array([1, 2, 2, 0]), np.log([100.0, 200.0, 400.0, np.nan]), np.ones(4)
    )
    total = np.array([0.0, 0.5, 0.3, 0.1])
    said = [total, np.zeros(4), np.zeros(4), np.zeros(4)]
    rows = catalogue.features(said, total, [(0, 1.0)], np.array([1, 2, 3]))
    found = {feature: rows[:, column].tolist() for column, feature in enumerate(FEATURES)}
    assert found["category_share"] == [1.0, 0.0, 0.0]
    assert found["brand_share"] == [0.0, 0.0, 0.0]
    assert found["price_gap"][:2] == pytest.approx(np.log([2.0, 4.0]))
    assert np.isnan(found["price_gap"][2])
    assert (found["category_of_last"], found["place"]) == ([1.0, 0.0, 0.0], [0.0, 1.0, 2.0])


def test_the_best_candidates_are_put_in_order_and_stay_above_the_rest(blend: Recommender, tmp_path: Path) -> None:
    ranked = dataclasses.replace(blend, ranker=_ranker("price_level"))
    pool, _ = blend.candidates(HISTORY)
    assert set(ranked.top(HISTORY, 5)) <= {blend.items[place] for place in pool}
    assert not {seen.item for seen in HISTORY} & set(ranked.top(HISTORY, 40))
    ranked.save(tmp_path)
    assert Recommender.load(tmp_path).top(HISTORY, 10) == ranked.top(HISTORY, 10)


def test_the_value_of_an_order_brings_dearer_things_up(blend: Recommender) -> None:
    ranked = dataclasses.replace(blend, ranker=_ranker())

    def mean_price(aims: Aims) -> float:
        picks = ranked.recommend(HISTORY, among=blend.items, count=2, controls=Controls(aims=aims))
        return float(np.mean([blend.facts[pick.item].price_minor or 0 for pick in picks]))

    assert mean_price(Aims(look=0.0, purchase=0.0, value=1.0)) > mean_price(Aims(look=0.0, value=0.0))
