"""Whether a figure is unusual: what must hold for any history."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.brief.unusual import FAR, LEAST, judge, spread_of

figures = st.integers(-10_000, 10_000).map(float)
histories = st.lists(figures, min_size=LEAST, max_size=12)
floors = st.integers(1, 1000).map(float)


@given(st.lists(figures, max_size=LEAST - 1), figures, floors)
def test_too_little_history_is_said_and_nothing_is_called_unusual(
    same: list[float], value: float, floor: float
) -> None:
    judgement = judge(value, [*same, None, None], floor=floor)
    assert (judgement.verdict, judgement.days, judgement.away) == ("too_little", len(same), None)


@given(histories, figures, floors)
def test_only_what_lies_outside_the_range_is_far_and_the_range_holds_every_day(
    same: list[float], value: float, floor: float
) -> None:
    judgement = judge(value, same, floor=floor)
    assert judgement.low is not None
    assert judgement.high is not None
    assert judgement.low <= min(same) <= max(same) <= judgement.high
    assert (judgement.verdict == "far") == (not judgement.low <= value <= judgement.high)
    assert judgement.verdict != "far" or abs(judgement.away or 0) > FAR
    assert all(judge(each, same, floor=floor).verdict == "usual" for each in same)


@given(histories, figures, floors, st.integers(-100, 100), st.sampled_from([0.5, 2.0, 1024.0]))
def test_another_zero_or_unit_changes_no_verdict(
    same: list[float], value: float, floor: float, shift: int, unit: float
) -> None:
    moved = judge(unit * (value + shift), [unit * (each + shift) for each in same], floor=unit * floor)
    assert moved.verdict == judge(value, same, floor=floor).verdict


@given(histories, figures, floors)
def test_too_much_is_as_far_as_too_little(same: list[float], value: float, floor: float) -> None:
    one, other = judge(value, same, floor=floor), judge(-value, [-each for each in same], floor=floor)
    assert (one.verdict, one.away) == (other.verdict, -(other.away or 0.0))


@given(histories, figures, floors, st.randoms(use_true_random=False))
def test_the_order_of_the_days_does_not_matter(same: list[float], value: float, floor: float, random: object) -> None:
    mixed = list(same)
    random.shuffle(mixed)  # type: ignore[attr-defined]  # a `random.Random`
    assert judge(value, mixed, floor=floor) == judge(value, same, floor=floor)


@given(histories, floors, st.integers(0, 10_000), st.integers(0, 10_000))
def test_what_is_further_out_is_no_less_unusual(same: list[float], floor: float, step: int, more: int) -> None:
    near = judge(max(same) + step, same, floor=floor)
    beyond = judge(max(same) + step + more, same, floor=floor)
    assert near.verdict != "far" or beyond.verdict == "far"


@given(histories, floors, st.floats(1, 10))
def test_a_wider_spread_makes_nothing_more_unusual(same: list[float], floor: float, widen: float) -> None:
    value = max(same) + 5 * floor
    narrow, wide = judge(value, same, floor=floor), judge(value, same, floor=floor, widen=widen)
    assert narrow.verdict == "far" or wide.verdict != "far"


def test_one_mad_day_before_does_not_hide_that_the_shop_stood_still() -> None:
    same = [100.0, 104.0, 97.0, 101.0, 99.0, 103.0, 98.0, 102.0, 100.0, 96.0, 105.0, 9_000.0]
    assert judge(0.0, same, floor=10.0).verdict == "far"
    assert judge(160.0, same, floor=10.0).verdict == "usual"  # there was more on that one day


@pytest.mark.parametrize(("value", "verdict"), [(0.0, "usual"), (3.0, "usual"), (4.0, "far")])
def test_a_count_that_was_always_nought_is_news_when_chance_hardly_makes_it(value: float, verdict: str) -> None:
    assert judge(value, [0.0] * 12, floor=1.0).verdict == verdict


def test_a_day_without_the_figure_is_not_judged() -> None:
    assert judge(None, [0.4] * 12, floor=0.1).verdict == "nothing"


@pytest.mark.parametrize(("floor", "widen"), [(0.0, 1.0), (-1.0, 1.0), (1.0, 0.5)])
def test_a_spread_of_nothing_is_refused(floor: float, widen: float) -> None:
    with pytest.raises(ValueError, match="floor above 0"):
        judge(1.0, [1.0] * 12, floor=floor, widen=widen)


def test_the_spread_of_a_normal_figure_is_its_standard_deviation() -> None:
    assert spread_of(np.random.default_rng(1).normal(0, 3, 100_000).tolist()) == pytest.approx(3, rel=0.02)


@pytest.mark.parametrize(
    ("kind", "most"), [("poisson", 0.01), ("normal", 0.01), ("weekly", 0.01), ("log-normal", 0.025)]
)
def test_of_days_that_are_drawn_alike_few_are_called_unusual(kind: str, most: float) -> None:
    """What the module says of itself: 12 weeks of history, 2,000 shops each."""
    rng = np.random.default_rng(7)
    draws: dict[str, Callable[[], Any]] = {
        "poisson": lambda: rng.poisson(5, 85),
        "normal": lambda: rng.normal(1_000, 200, 85),
        "log-normal": lambda: np.exp(rng.normal(6, 0.5, 85)),
        "weekly": lambda: rng.poisson(20 + 20 * (np.arange(85) % 7 >= 5)),
    }
    called = sum(_called(draws[kind]()) for _ in range(2_000))
    assert called / 2_000 < most


def _called(series: Any) -> bool:
    """Whether the last day is called unusual, judged as the brief does it."""
    past, value = series[:-1], float(series[-1])
    same = past[len(past) % 7 :: 7].tolist()
    deviations = [float(each) for weekday in range(7) for each in past[weekday::7] - np.median(past[weekday::7])]
    floor = math.sqrt(max(float(np.median(same)), 1.0))
    return judge(value, same, deviations, floor=floor).verdict == "far"
