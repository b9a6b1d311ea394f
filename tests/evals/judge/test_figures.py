"""pass^k, intervals, and the figures of a run."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.judge.figures import estimate, noise_floor, pass_hat, pass_k, summary
from evals.judge.trial import Trial
from tests.evals.judge.conftest import scenario


def trials(**outcomes: str) -> list[Trial]:
    """Trials by scenario: ``+`` passed, ``-`` failed."""
    return [
        Trial(scenario(id=name), seed, (), () if outcome == "+" else ("no",), 0.1)
        for name, told in outcomes.items()
        for seed, outcome in enumerate(told)
    ]


@given(st.lists(st.booleans(), min_size=1, max_size=7), st.data())
def test_pass_hat_is_the_share_of_k_trials_drawn_that_all_pass(outcomes: list[bool], data: st.DataObject) -> None:
    k = data.draw(st.integers(1, len(outcomes)))
    draws = list(itertools.combinations(outcomes, k))
    assert pass_hat(sum(outcomes), len(outcomes), k) == pytest.approx(sum(map(all, draws)) / len(draws))


def test_pass_k_falls_with_k_where_trials_differ() -> None:
    held = trials(a="++++", b="++--", c="----")
    shares = [pass_k(held, k).value for k in (1, 2, 3, 4)]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] == pytest.approx(0.5)
    assert shares[3] == pytest.approx(1 / 3)
    assert noise_floor(held) == pytest.approx(1 / 3)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_an_estimate_lies_in_its_interval_and_is_the_same_each_time(values: list[float]) -> None:
    found = estimate(values)
    assert found.low - 1e-9 <= found.value <= found.high + 1e-9
    assert found == estimate(values)


def test_a_summary_names_its_set_and_every_k() -> None:
    figures = summary(trials(a="++", b="+-"), {"a": False, "b": True})
    assert figures["pass_1"]["value"] == 0.75
    assert figures["pass_2"] == {"value": 0.5, "interval": [0.0, 1.0], "n": 2}
    assert figures["do_nothing"]["value"] == 0.5
    assert figures["by_lang"]["en"]["n"] == 2
