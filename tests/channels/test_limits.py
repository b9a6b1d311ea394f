"""Token buckets."""

from __future__ import annotations

import pytest

from channels import limits
from channels.limits import Rates
from channels.problems import ProblemError


class Ticks:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_passes_then_the_rate_holds() -> None:
    ticks = Ticks()
    rates = Rates(2.0, 3, clock=ticks)
    for _ in range(3):
        rates.spend("a")
    with pytest.raises(ProblemError) as refused:
        rates.spend("a")
    assert (refused.value.status, refused.value.headers["Retry-After"]) == (429, "1")
    rates.spend("b")
    ticks.now = 0.5
    rates.spend("a")
    with pytest.raises(ProblemError):
        rates.spend("a")


def test_only_so_many_buckets_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "KEPT", 10)
    rates = Rates(1.0, 1)
    for number in range(100):
        rates.spend(str(number))
    assert len(rates._buckets) == 10
