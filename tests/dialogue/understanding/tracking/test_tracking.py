"""A tracker of anybody's slots: values said, values offered and taken, values kept and dropped."""

from __future__ import annotations

import pytest

from dialogue.understanding.tracking.tracker import Heard, Labelled, StateTracker, fit
from dialogue.understanding.tracking.values import Lexicon, Mention

PRICE, NAME, FOOD = ("hotel", "price"), ("hotel", "name"), ("food", "dish")
HOTELS = ("Pine Inn", "Cloud Inn", "River House", "Old Mill")
PRICES = ("10-20 yuan", "30-40 yuan", "50-60 yuan")


def dialogues() -> list[list[Labelled]]:
    return [
        [
            Labelled(Heard(f"a hotel for {price} please"), {PRICE: price}),
            Labelled(Heard("ok, I take it", f"I recommend {hotel}."), {PRICE: price, NAME: hotel}),
            Labelled(Heard("forget all that, I want noodles and rice", "Fine."), {FOOD: "noodles rice"}),
        ]
        for price in PRICES
        for hotel in HOTELS
    ] + [
        [
            Labelled(Heard(f"a hotel for {price} please"), {PRICE: price}),
            Labelled(Heard("no, something else", f"I recommend {hotel}."), {PRICE: price}),
        ]
        for price in PRICES
        for hotel in HOTELS
    ]


@pytest.fixture(scope="module")
def tracker() -> StateTracker:
    return fit(dialogues(), {NAME: {*HOTELS, "Blue Door"}}, several=[FOOD])


def test_a_price_never_heard_is_taken_by_its_shape(tracker: StateTracker) -> None:
    assert tracker.track([Heard("a hotel for 70-80 yuan please")]) == [{PRICE: "70-80 yuan"}]


def test_what_is_offered_stands_only_once_it_is_taken(tracker: StateTracker) -> None:
    asked = Heard("a hotel for 30-40 yuan please")
    taken = tracker.track([asked, Heard("ok, I take it", "I recommend Blue Door.")])[-1]
    refused = tracker.track([asked, Heard("no, something else", "I recommend Blue Door.")])[-1]
    assert taken == {PRICE: "30-40 yuan", NAME: "Blue Door"}
    assert refused == {PRICE: "30-40 yuan"}


def test_a_new_wish_drops_what_stood_and_a_slot_may_hold_several(tracker: StateTracker) -> None:
    said = [Heard("a hotel for 50-60 yuan please"), Heard("forget all that, I want noodles and rice", "Fine.")]
    assert tracker.track(said)[-1] == {FOOD: "noodles rice"}


def test_words_without_a_value_leave_the_state_as_it_is(tracker: StateTracker) -> None:
    assert tracker.track([]) == []
    assert tracker.track([Heard(""), Heard("hello", "")]) == [{}, {}]


def test_longer_values_come_before_those_within_them_and_spaces_do_not_matter() -> None:
    lexicon = Lexicon({NAME: {"Inn": 1, "Pine Inn": 2}, PRICE: {"1小时 - 2小时": 3, "1小时-2小时": 1}})
    assert lexicon.mentions("the PINE  INN, 1小时-2小时") == [
        Mention(NAME, "Pine Inn", 3, 10),
        Mention(PRICE, "1小时 - 2小时", 11, 16),
    ]
    assert [found.value for found in lexicon.mentions("3小时 - 4小时")] == ["3小时 - 4小时"]


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("最好能玩2小时到3小时的", "2小时 - 3小时"),
        ("玩2-4个小时", "2小时 - 4小时"),
        ("可以玩1、2个小时的", "1小时 - 2小时"),
        ("100元到150元之间", "100-150元"),
        ("价格在500至600块钱", "500-600元"),
        ("票价在20-50之间", "20-50元"),
        ("人均50元以内", "50元以下"),
        ("评分4.5以上的", "4.5分以上"),
    ],
)
def test_amounts_and_ranges_are_found_however_they_are_written(said: str, value: str) -> None:
    known = {"1小时 - 2小时": 3, "30-80元": 2, "80元以下": 2, "4分以上": 2}
    assert [mention.value for mention in Lexicon({PRICE: known}).mentions(said)] == [value]
