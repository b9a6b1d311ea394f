from __future__ import annotations

import itertools
import statistics
from typing import get_args

import pytest

from evals.bench.schedule import Arrivals, due_times


@pytest.mark.parametrize("arrivals", get_args(Arrivals))
def test_so_many_messages_are_due_as_the_rate_says_in_order_and_in_time(arrivals: Arrivals) -> None:
    due = due_times(arrivals, 25.0, 8.0)
    assert len(due) == 200
    assert due == sorted(due)
    assert 0 <= due[0] <= due[-1] < 8.0


def test_constant_arrivals_are_equally_far_apart() -> None:
    assert due_times("constant", 4.0, 1.0) == [0.0, 0.25, 0.5, 0.75]


def test_random_arrivals_are_as_uneven_as_those_of_a_poisson_process() -> None:
    due = due_times("poisson", 50.0, 100.0)
    gaps = [later - earlier for earlier, later in itertools.pairwise(due)]
    assert statistics.stdev(gaps) / statistics.mean(gaps) == pytest.approx(1.0, abs=0.05)


def test_a_seed_gives_the_same_schedule_again() -> None:
    assert due_times("poisson", 5.0, 2.0, seed=3) == due_times("poisson", 5.0, 2.0, seed=3)
    assert due_times("poisson", 5.0, 2.0, seed=3) != due_times("poisson", 5.0, 2.0, seed=4)


def test_a_low_rate_sends_at_least_one_message() -> None:
    assert len(due_times("constant", 0.1, 1.0)) == 1
