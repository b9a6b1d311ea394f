from __future__ import annotations

import pytest

from tests.tools.recommendation.shops import events, shop
from tools.fitted import TooLittleDataError
from tools.recommendation.events import Case, Event, Interactions, Seen
from tools.recommendation.splits import following, split

DAY = 86_400.0


def test_one_moment_divides_everybody_where_times_are_known() -> None:
    rows = shop(timed=True)
    train, held = split(rows)
    assert train.at is not None
    last = train.at.max()
    times = {(event.user, event.item): event.at for event in events(timed=True)}
    assert held.cases
    assert all((times[case.user, case.target] or 0.0) > last for case in held.cases)
    assert all(case.target not in {seen.item for seen in case.history} for case in held.cases)


def test_without_times_the_last_purchase_of_each_is_held_out() -> None:
    rows = Interactions.of([Event("u", "a"), Event("u", "b"), Event("v", "a"), Event("u", "c")])
    train, held = split(rows)
    assert held.cases == (Case("u", (Seen("a"), Seen("b")), "c"),)
    assert sorted(train.items[item] for item in train.item) == ["a", "a", "b"]


def test_what_somebody_looked_at_before_is_no_discovery() -> None:
    looked = [Event("u", "a", "view", DAY), Event("v", "b", "buy", DAY), Event("v", "a", "buy", 2 * DAY)]
    _, held = split(Interactions.of([*looked, Event("u", "a", "buy", 8 * DAY), Event("u", "b", "buy", 8 * DAY)]))
    assert held.cases == (Case("u", (Seen("a", "view"),), "b", ("b",)),)


def test_others_rows_follow_the_histories_and_new_people_have_none() -> None:
    rows = Interactions.of([Event("u", "a"), Event("u", "b")])
    held = following(Interactions.of([Event("u", "c"), Event("w", "a")]), rows)
    assert held.cases == (Case("u", (Seen("a"), Seen("b")), "c"), Case("w", (), "a"))


def test_nobody_to_measure_on_is_said() -> None:
    with pytest.raises(TooLittleDataError, match="bought twice"):
        split(Interactions.of([Event("u", "a"), Event("v", "b")]))
