from __future__ import annotations

import random

import pytest

from evals.bench.figures import STAGES, Measured, quantile, quantile_interval, summary, table


def staged(ms: float, *, lost: bool = False, effects: int = 0) -> Measured:
    return Measured("a", ms, dict.fromkeys(STAGES, ms), lost=lost, effects=effects)


@pytest.mark.parametrize(("share", "expected"), [(0.5, 50.0), (0.99, 99.0), (1.0, 100.0), (0.001, 1.0)])
def test_a_quantile_is_a_value_that_was_measured(share: float, expected: float) -> None:
    assert quantile([float(value) for value in range(100, 0, -1)], share) == expected


def test_the_interval_of_a_quantile_holds_the_truth_in_about_95_of_100_samples() -> None:
    rng = random.Random(7)
    held = 0
    for _ in range(400):
        low, high = quantile_interval([rng.random() for _ in range(300)], 0.9)
        held += low <= 0.9 <= high
    assert 0.92 <= held / 400 <= 0.99


@pytest.mark.parametrize("share", [0.5, 0.99])
def test_the_interval_of_few_values_stays_among_them(share: float) -> None:
    assert quantile_interval([3.0], share) == (3.0, 3.0)
    assert set(quantile_interval([2.0, 1.0], share)) <= {1.0, 2.0}


def test_a_summary_counts_and_spreads() -> None:
    turns = [staged(float(ms), lost=ms == 1, effects=ms // 2) for ms in (1, 2, 3)]
    found = summary([*turns, Measured("a", 9000.0, error="timeout")])
    assert (found["n"], found["errors"], found["lost"], found["effects"]) == (3, {"timeout": 1}, 1, 2)
    spread = {"p50": 2.0, "p95": 3.0, "p99": 3.0, "max": 3.0, "mean": 2.0}
    assert found["ms"] == dict.fromkeys((*STAGES, "wait"), spread)


def test_a_turn_without_timings_counts_as_a_wait() -> None:
    assert list(summary([Measured("a", 5.0)])["ms"]) == ["wait"]


def test_nothing_answered_has_no_milliseconds() -> None:
    nothing = summary([Measured("a", 1.0, error="timeout")])
    assert nothing["ms"] == {}
    assert table([("none", nothing)]).splitlines()[1].split() == ["none", "0", *["-"] * 6]
