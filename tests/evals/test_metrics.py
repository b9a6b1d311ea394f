from __future__ import annotations

import pytest

from evals.metrics import Share


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (10, 10, 0.7225, 1.0), (263, 328, 0.7553, 0.8413)],
)
def test_the_interval_is_wilsons(hits: int, n: int, low: float, high: float) -> None:
    assert Share(hits, n).interval == pytest.approx((low, high), abs=1e-4)


def test_nothing_says_nothing() -> None:
    assert (Share.of([]).value, Share.of([]).interval) == (0.0, (0.0, 1.0))


def test_it_reads_well() -> None:
    assert str(Share.of([True, True, True, False])) == "75.0 % (3/4, 30.1-95.4)"
