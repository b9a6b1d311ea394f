from __future__ import annotations

import sys

import pytest

from channels.metrics import Metrics
from dialogue.turn import Turn, TurnTimes
from evals.bench.vitals import read_vitals


def test_what_the_server_counts_is_read() -> None:
    metrics = Metrics()
    turn = Turn(
        conversation_id="cnv_1", seq=3, handled_by="bot", replies=[], ms=TurnTimes(understand=2000.0, total=3000.0)
    )
    metrics.turn(turn, "rest")
    metrics.turn(turn, "ws")
    vitals = read_vitals(metrics.text().decode())
    assert vitals.turns == 2
    assert vitals.stage_s == {"understand": 4.0, "decide": 0.0, "act": 0.0, "reply": 0.0, "total": 6.0}


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process's memory and processor time")
def test_memory_and_processor_time_are_those_of_the_process() -> None:
    vitals = read_vitals(Metrics().text().decode())
    assert vitals.memory_mb is not None
    assert vitals.cpu_s is not None
    assert 10 < vitals.memory_mb < 10_000
    assert vitals.cpu_s > 0


def test_a_server_that_tells_nothing_of_its_process_has_no_memory() -> None:
    vitals = read_vitals("# TYPE xiaoer_turns counter\n")
    assert (vitals.memory_mb, vitals.cpu_s, vitals.turns, vitals.stage_s) == (None, None, 0, {})
