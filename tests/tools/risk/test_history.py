from __future__ import annotations

import datetime as dt

import numpy as np

from tests.tools.risk.frauds import START, event, shop
from tools.risk.events import Event, Events
from tools.risk.history import CROWD, FEATURES, KEPT, History
from tools.risk.model import table


def told(history: History, one: Event) -> dict[str, float]:
    return dict(zip(FEATURES, map(float, history.features(one)), strict=True))


def test_nothing_of_the_future_is_in_a_feature() -> None:
    events = shop()
    half = Events(events.all[: len(events.all) // 2])
    before, after = table(half, {}), table(events, {})[: len(half.all)]
    assert np.array_equal(before, after, equal_nan=True)


def test_an_event_knows_nothing_of_itself_and_nothing_of_outcomes() -> None:
    events = shop()
    blind = Events(
        tuple(Event(one.id, one.at, one.account, one.amount_minor, one.card, one.device) for one in events.all)
    )
    assert np.array_equal(table(events, {}), table(blind, {}), equal_nan=True)
    first = told(History(), events.all[0])
    assert (first["account_n"], first["device_n"], first["linked"]) == (0, 0, 0)


def test_counts_sums_and_gaps_are_of_the_windows_before_the_event() -> None:
    history = History()
    for hours in (0.0, 30.0, 47.5, 47.9):
        history.add(event(1, hours=hours))
    found = told(history, event(5, hours=48.0, amount_minor=20_000))
    assert [found[f"account_n_{window}"] for window in ("1h", "1d", "7d", "30d")] == [2, 3, 4, 4]
    assert (found["account_sum_1d"], found["account_sum"], round(found["account_gap_s"])) == (300, 400, 360)
    assert (found["account_peak_1h"], round(found["amount_ratio"], 2)) == (2, 2.0)


def test_accounts_that_share_a_device_card_or_network_are_linked_a_crowd_is_not() -> None:
    history = History()
    history.add(event(1, "A2", device="d"))
    history.add(event(2, "A3", card="c", device="e"))
    for number in range(CROWD + 1):
        history.add(event(3, f"B{number}", ip="cafe"))
    one = event(4, "A1", hours=1.0, device="d", card="c", ip="cafe")
    assert history.linked(one) == {"A2", "A3"}
    found = told(history, one)
    assert (found["linked"], found["device_accounts"], found["ip_accounts"]) == (2, 1, CROWD + 1)


def test_a_new_device_and_card_of_a_known_account_are_told() -> None:
    history = History()
    history.add(event(1, device="d", card="c"))
    found = told(history, event(2, hours=1.0, device="e", card="c"))
    assert (found["new_device"], found["new_card"], found["account_devices"]) == (1, 0, 1)


def test_what_nobody_knows_is_not_a_number() -> None:
    found = told(History(), event(1))
    for name in ("device_n", "card_n", "since_signup_s", "emulator", "modified", "merchant_n", "account_gap_s"):
        assert np.isnan(found[name])
    known = told(History(), event(1, emulator=True, modified=False, signed_up_at=START - dt.timedelta(minutes=1)))
    assert (known["emulator"], known["modified"], known["since_signup_s"]) == (1, 0, 60)


def test_the_past_of_a_busy_key_is_cut_to_its_last_events() -> None:
    history = History()
    for number in range(KEPT + 50):
        history.add(event(number, f"A{number}", hours=number / 60, ip="tower"))
    found = told(history, event(9_999, "Z", hours=5.0, ip="tower"))
    assert (found["ip_n"], found["ip_n_30d"]) == (KEPT, KEPT)


def test_a_place_begins_with_the_usual_habits_and_comes_to_its_own() -> None:
    history = History()
    for number in range(40):
        history.add(event(number, f"A{number}", hours=number * 24.0, merchant="calm"))
    for number in range(40):
        history.add(event(number, "B", hours=1_000 + number, merchant="busy"))
    calm, busy, new = (told(history, event(1, "C", hours=2_000, merchant=name)) for name in ("calm", "busy", "new"))
    assert calm["merchant_repeats"] < new["merchant_repeats"] < busy["merchant_repeats"]
