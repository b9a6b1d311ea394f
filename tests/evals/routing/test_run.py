"""Simulated days: the same people under every way, nobody lost, and figures that say where each way is better."""

from __future__ import annotations

import pytest

from evals.routing.day import draw
from evals.routing.report import losses, page_of, text_of
from evals.routing.run import Plan, interval, run, wait_min
from evals.routing.simulation import first_come, live
from knowledge.types import JsonObject


@pytest.fixture(scope="module")
def figures() -> JsonObject:
    return run(Plan(conversations=300, agents=4, seeds=2))


def test_a_seed_is_the_same_day_every_time_and_everybody_is_served() -> None:
    day = draw(3, conversations=200, agents=3)
    assert day == draw(3, conversations=200, agents=3)
    ours, theirs = live(day), live(day, first_come)
    for lived in (ours, theirs):
        assert all(case.first_taken_s is not None and case.done_s is not None for case in lived.cases)
        assert all(wait_min(case) >= 0 for case in lived.cases)
        assert 0 < lived.utilisation <= 1
    assert [case.arrival for case in ours.cases] == [case.arrival for case in theirs.cases]


def test_the_figures_tell_waits_promises_and_differences(figures: JsonObject) -> None:
    assert set(figures["ways"]) == {"routing", "first_come", "first_come_by_queue"}
    urgent = figures["differences"]["routing - first_come"]["urgent"]["wait_p90_min"]
    assert urgent["value"] < 0
    for found in figures["ways"].values():
        assert 0 <= found["all"]["first_response_kept"]["value"] <= 1
        assert found["all"]["wait_longest_min"]["value"] >= found["all"]["wait_p90_min"]["value"]


def test_the_report_and_the_page_say_where_first_come_is_better(figures: JsonObject) -> None:
    text, page = text_of(figures), page_of(figures, "xiaoer eval routing")
    for loss in losses(figures):
        assert loss in text
    assert page.count("<svg") == 6
    assert "先到先服务" in page


def test_an_interval_is_of_days() -> None:
    assert interval([1.0, 2.0, 3.0]) == {"value": 2.0, "n": 3, "interval": [-0.4841, 4.4841]}
