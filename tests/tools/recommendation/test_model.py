from __future__ import annotations

import dataclasses
import itertools
import json
from pathlib import Path

import numpy as np
import pytest

from tests.tools.recommendation.shops import events, facts, name, shop
from tools.fitted import TooLittleDataError, VersionError, evaluate
from tools.recommendation.answers import Controls, Reason
from tools.recommendation.capability import Recommendation
from tools.recommendation.events import Event, Facts, Interactions, Seen
from tools.recommendation.fitting import popularity
from tools.recommendation.model import Recommender
from tools.recommendation.splits import split


@pytest.fixture(scope="module")
def fitted() -> Recommender:
    return Recommendation().fit(shop(described=True))


def test_it_ranks_the_next_purchase_above_the_baseline_and_popularity() -> None:
    found = evaluate(Recommendation(), shop(timed=True, described=True))
    assert found["score"]["value"] > 0.3
    assert found["model"]["ndcg_10"]["value"] > found["model"]["popularity_ndcg_10"]["value"] + 0.2
    assert found["model"]["ndcg_10"]["unit"].startswith("user (")
    assert found["baseline"]["ndcg_10"]["n"] == found["model"]["ndcg_10"]["n"]


def test_other_names_and_what_comes_later_change_nothing() -> None:
    """No leak: neither the numbers of items nor the held-out purchases reach what is learnt."""
    rows = shop(200)
    train, held = split(rows)
    known = [Event(user, seen.item, seen.kind) for user, history in train.histories() for seen in history]
    renamed = {item: f"x{place * 7919 % 1000}" for place, item in enumerate(rows.items)}
    other = Interactions.of([dataclasses.replace(event, item=renamed[event.item]) for event in known])
    model, same = Recommendation().fit(train), Recommendation().fit(other)
    for case in held.cases[:40]:
        scores = model.scores(case.history)
        others = same.scores([Seen(renamed[seen.item]) for seen in case.history])
        for item in other.items:
            old = next(one for one, new in renamed.items() if new == item)
            assert others[same.places[item]] == pytest.approx(scores[model.places[old]], abs=1e-5)


def test_the_same_rows_give_the_same_model_and_files_give_it_back(fitted: Recommender, tmp_path: Path) -> None:
    again, capability = Recommendation().fit(shop(described=True)), Recommendation()
    capability.save(again, tmp_path)
    read = capability.load(tmp_path)
    history = [Seen(name(0, 1)), Seen(name(0, 2), "view")]
    for other in (again, read):
        assert np.array_equal(other.scores(history), fitted.scores(history))
    assert capability.training(read) == capability.training(fitted)


def test_files_that_are_broken_are_named(fitted: Recommender, tmp_path: Path) -> None:
    fitted.save(tmp_path)
    (tmp_path / "model.json").write_text(json.dumps({"items": []}))
    with pytest.raises(VersionError, match="expected a recommender"):
        Recommender.load(tmp_path)


def test_a_pick_says_what_of_the_history_it_comes_from(fitted: Recommender) -> None:
    picks = fitted.recommend([Seen(name(4, 0)), Seen(name(2, 3))], among=[name(2, 4), name(2, 5)], count=2)
    assert picks[0].item == name(2, 4)
    assert {pick.reason.item for pick in picks} == {name(2, 3)}
    assert {pick.reason.kind for pick in picks} <= {"next", "bought_with"}


def test_somebody_new_gets_what_is_wanted_most(fitted: Recommender) -> None:
    picks = fitted.recommend([], among=fitted.items, count=3)
    assert [pick.item for pick in picks] == popularity(shop()).top([], 3)
    assert picks[0].reason == Reason("popular")


def test_a_product_that_nobody_has_had_is_spoken_for_by_those_like_it() -> None:
    described = {**facts(), "new": Facts("theme 3", "brand 1", 1500, "thing 3 3")}
    model = Recommendation().fit(Interactions.of(events(), described))
    fan, other = [Seen(name(3, 2)), Seen(name(3, 3))], [Seen(name(1, 2)), Seen(name(1, 3))]
    assert model.scores(fan)[model.places["new"]] > 5 * model.scores(other)[model.places["new"]]
    pick = next(pick for pick in model.recommend(fan, among=model.items, count=60) if pick.item == "new")
    assert pick.reason.kind == "alike"
    assert str(pick.reason.item).startswith("d")


def test_a_product_later_than_the_fitting_is_spoken_for_too(fitted: Recommender) -> None:
    late = {"late": Facts("theme 3", "brand 1", 1500, "thing 3 3")}
    among = ["late", name(1, 5)]
    first = fitted.recommend([Seen(name(3, 2)), Seen(name(3, 3))], among=among, count=1, unknown=late)
    assert first[0].item == "late"
    follows = fitted.recommend([Seen("late", "view")], among=[name(1, 5), name(3, 4)], count=1, unknown=late)
    assert follows[0].item == name(3, 4)


def test_diversity_brings_other_categories_and_novelty_less_known_items(fitted: Recommender) -> None:
    history = [Seen(name(0, 0)), Seen(name(1, 0))]
    plain = fitted.recommend(history, among=fitted.items, count=6)
    varied = fitted.recommend(history, among=fitted.items, count=6, controls=Controls(diversity=1.0))
    kinds = [len({pick.item[0] for pick in picks}) for picks in (plain, varied)]
    assert kinds[0] < kinds[1]
    known, rare = (
        [
            fitted.popularity[fitted.places[pick.item]]
            for pick in fitted.recommend([], among=fitted.items, count=5, controls=controls)
        ]
        for controls in (Controls(), Controls(novelty=1.0))
    )
    assert sum(known) >= sum(rare)


def test_the_cold_start_keeps_the_order_it_is_given() -> None:
    cold = Recommendation().cold()
    start = np.array([0.1, 0.9, 0.5])
    assert [pick.item for pick in cold.recommend([Seen("a")], among=["a", "b", "c"], count=3, head_start=start)] == [
        *"bca"
    ]


def test_too_few_events_are_refused() -> None:
    with pytest.raises(TooLittleDataError, match="50 events or more"):
        Recommendation().fit(Interactions.of(itertools.islice(events(), 20)))
