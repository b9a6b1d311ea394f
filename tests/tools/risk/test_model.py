from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from tests.tools.risk.frauds import START, event, shop
from tools.fitted import TooLittleDataError, VersionError, evaluate
from tools.risk.booster import Booster, calibrated
from tools.risk.capability import Risk
from tools.risk.events import Events
from tools.risk.history import FEATURES, SIGNS, History
from tools.risk.model import RiskModel


@pytest.fixture(scope="module")
def fitted() -> RiskModel:
    return Risk().fit(shop())


def test_bursts_are_told_from_honest_orders_and_the_baseline_stands_beside() -> None:
    found = evaluate(Risk(), shop())
    assert found["score"]["value"] > 0.8
    assert found["model"]["ap"]["value"] > found["baseline"]["ap"]["value"] - 0.05
    assert found["model"]["recall_at_1"]["unit"].startswith("account (")


def test_the_reasons_add_up_exactly_to_the_score(fitted: RiskModel) -> None:
    events, history = shop(seed=8), History()
    chances = fitted.chances(events)
    for one, chance in zip(events.all, chances, strict=True):
        scored = fitted.score(one, history)
        assert scored.log_odds == pytest.approx(scored.base + math.fsum(reason.share for reason in scored.reasons))
        assert scored.chance == pytest.approx(1 / (1 + math.exp(-scored.log_odds)))
        assert scored.chance == pytest.approx(chance, abs=1e-5)
        assert [abs(reason.share) for reason in scored.reasons] == sorted(
            (abs(reason.share) for reason in scored.reasons), reverse=True
        )
        history.add(one)


def test_more_events_in_a_short_time_never_lower_the_risk(fitted: RiskModel) -> None:
    assert isinstance(fitted.scorer, Booster)
    rows = np.random.default_rng(3).uniform(0, 5, (200, len(fitted.scorer.names))).astype(np.float32)
    for column, name in enumerate(fitted.scorer.names):
        if SIGNS.get(name):
            higher = rows.copy()
            higher[:, column] += 3
            change = (fitted.scorer.log_odds(higher) - fitted.scorer.log_odds(rows)) * SIGNS[name]
            assert (change >= -1e-6).all(), name


def test_the_same_rows_give_the_same_model_and_files_give_it_back(fitted: RiskModel, tmp_path: Path) -> None:
    again, risk, events = Risk().fit(shop()), Risk(), shop(seed=9)
    risk.save(again, tmp_path)
    read = risk.load(tmp_path)
    for other in (again, read):
        assert np.array_equal(other.chances(events), fitted.chances(events))
    assert read.learnt_from == fitted.learnt_from


@pytest.mark.parametrize("broken", ["risk.json", "trees.ubj", "booster.json"])
def test_files_that_cannot_be_read_are_an_error_with_their_place(
    broken: str, fitted: RiskModel, tmp_path: Path
) -> None:
    Risk().save(fitted, tmp_path)
    (tmp_path / broken).write_text("{")
    with pytest.raises(VersionError, match="cannot be read"):
        Risk().load(tmp_path)


def test_outcomes_that_came_later_are_not_known_to_what_is_trained_on() -> None:
    late = [
        event(number, f"A{number}", hours=number, bad=True, known_at=START.replace(year=2027)) for number in range(50)
    ]
    train, held = Risk().split(Events.of(late))
    assert (train.labelled, held.labelled) == (0, 20)
    assert held.start == len(train.all)


def test_what_is_measured_elsewhere_has_the_past_before_it() -> None:
    past, later = shop(), Events.of([event(1, "A1", hours=3_000, bad=True)])
    held = Risk().after(later, past)
    assert (len(held.all), held.judged, held.bad) == (len(past.all) + 1, later.all, 1)


def test_too_few_frauds_are_said() -> None:
    with pytest.raises(TooLittleDataError, match="expected 20 known frauds"):
        Risk().fit(Events.of([event(1, bad=True), event(2, bad=False)]))


def test_the_cold_start_sees_bursts_links_and_devices_that_lie() -> None:
    cold, history = Risk().cold(), History()
    quiet = cold.score(event(1), history)
    for number in range(4):
        history.add(event(number, f"A{number}", device="d"))
    loud = cold.score(event(9, "A9", hours=0.1, device="d", emulator=True), history)
    assert quiet.chance < 0.01
    assert loud.chance > 0.2
    assert {reason.feature for reason in loud.reasons} == {"device_n_1h", "linked", "emulator"}


def test_people_are_not_judged_by_what_they_are() -> None:
    assert not {"sex", "age", "lang", "name"} & {name.split("_", maxsplit=1)[0] for name in FEATURES}


def test_calibration_makes_chances_right() -> None:
    rng = np.random.default_rng(1)
    margins = rng.normal(0, 2, 20_000)
    bad = rng.random(20_000) < 1 / (1 + np.exp(-(margins * 0.5 - 1)))
    scale, shift = calibrated(margins, bad)
    assert scale == pytest.approx(0.5, abs=0.05)
    assert shift == pytest.approx(-1, abs=0.05)


def test_what_a_device_says_counts_though_no_event_that_was_learnt_from_said_it(fitted: RiskModel) -> None:
    assert isinstance(fitted.scorer, Booster)
    assert not {"emulator", "automated"} & set(fitted.scorer.names)
    plain, told = (
        event(1, "N1", hours=3_000),
        event(1, "N1", hours=3_000, emulator=True, automated=True, modified=False),
    )
    before, after = fitted.score(plain, History()), fitted.score(told, History())
    assert after.log_odds - before.log_odds == pytest.approx(2.5)
    assert {
        reason.feature: reason.share for reason in after.reasons if reason.feature in {"emulator", "automated"}
    } == {
        "emulator": 1.5,
        "automated": 1.0,
    }
    assert after.log_odds == pytest.approx(after.base + math.fsum(reason.share for reason in after.reasons))
    assert fitted.chances(Events((told,)))[0] == pytest.approx(after.chance)


def test_what_was_learnt_of_a_signal_takes_the_place_of_the_rule() -> None:
    marked = [
        event(number, f"S{number}", hours=number, emulator=number % 5 == 0, bad=number % 5 == 0 and number % 3 > 0)
        for number in range(600)
    ]
    model = Risk().fit(Events.of(marked))
    scored = model.score(event(1_000, "S1000", hours=700, emulator=True), History())
    assert "emulator" in model.scorer.names
    assert [reason.feature for reason in scored.reasons].count("emulator") == 1
    assert scored.chance > 0.3
