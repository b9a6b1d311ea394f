from __future__ import annotations

import pytest

from evals.bench.figures import STAGES, Measured, quantile, summary, table


@pytest.mark.parametrize(("share", "expected"), [(0.5, 50.0), (0.99, 99.0), (1.0, 100.0), (0.001, 1.0)])
def test_a_quantile_is_a_value_that_was_measured(share: float, expected: float) -> None:
    assert quantile([float(value) for value in range(100, 0, -1)], share) == expected


def test_a_summary_counts_and_spreads() -> None:
    turns = [Measured(dict.fromkeys(STAGES, float(ms)), "a", lost=ms == 1, effects=ms // 2) for ms in (1, 2, 3)]
    found = summary([*turns, Measured({"http": 9000.0}, "a", failed=True)])
    assert (found["n"], found["failed"], found["lost"], found["effects"]) == (3, 1, 1, 2)
    assert found["ms"]["http"] == {"p50": 2.0, "p99": 3.0, "mean": 2.0}


def test_nothing_answered_has_no_milliseconds() -> None:
    assert summary([Measured({"http": 1.0}, "a", failed=True)])["ms"] == {}
    assert table([("none", summary([]))]).splitlines()[1].split() == ["none", "0", *["-"] * len(STAGES)]
