from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dialogue.understanding.classifier import Row
from dialogue.understanding.slots import Slot
from evals.benchmarks import xsid
from evals.benchmarks.base import BenchmarkError, Job
from evals.benchmarks.slots import counts, f1
from evals.benchmarks.splits import shared
from evals.benchmarks.xsid import spans

ROWS = [Row("a b c", "x", slots=(Slot(0, 1, "one"), Slot(2, 5, "two"))), Row("d", "x", slots=())]


@pytest.mark.parametrize(
    ("found", "value"),
    [
        ([(Slot(0, 1, "one"), Slot(2, 5, "two")), ()], 1.0),
        ([(Slot(0, 1, "one", 0.2),), ()], 0.6667),
        ([(Slot(0, 1, "two"), Slot(2, 3, "two")), ()], 0.0),
        ([(Slot(0, 1, "one"), Slot(2, 5, "two")), (Slot(0, 1, "one"), Slot(0, 1, "two"))], 0.6667),
        ([(), ()], 0.0),
    ],
)
def test_a_slot_counts_with_exactly_its_boundaries_and_label(found: Any, value: float) -> None:
    assert f1(ROWS, found, "set")["value"] == value


def test_nothing_marked_and_nothing_found_has_no_value() -> None:
    assert f1(ROWS[1:], [()], "set")["value"] is None


def test_slots_are_counted_by_label() -> None:
    found = [(Slot(0, 1, "one"), Slot(2, 3, "two")), ()]
    assert [each.tolist() for each in counts(ROWS, found, "two")] == [[1, 0], [1, 0], [0, 0]]


def test_tags_of_tokens_are_spans_of_the_text() -> None:
    tags = ["O", "B-day", "I-day", "B-day", "O"]
    assert spans("on May 1, 明天去", ["on", "May", "1,", "明天", "去"], tags) == (
        Slot(3, 9, "day"),
        Slot(10, 12, "day"),
    )
    assert spans("on May 1", ["on", "May", "1"], ["O", "I-day", "I-count"]) == (Slot(3, 6, "day"), Slot(7, 8, "count"))
    with pytest.raises(BenchmarkError, match="expected 2 tags"):
        spans("on May", ["on", "May"], ["O"])
    with pytest.raises(BenchmarkError, match="expected the token 'June'"):
        spans("on May 1", ["on", "June"], ["O", "O"])


def test_the_real_requests_have_the_same_number_of_slots_in_both_languages(shared_data: Path) -> None:
    found = xsid.pairs(Job(shared_data), "valid.jsonl")
    assert [
        sum(len(row.slots or ()) for row in rows) for rows in zip(*((pair.en, pair.zh) for pair in found), strict=True)
    ] == [604, 604]


def test_the_folds_of_the_real_requests_keep_both_languages_of_one_together(shared_data: Path) -> None:
    for parts in xsid.splits(Job(shared_data)):
        train, held = ([row for pair in side for row in (pair.en, pair.zh)] for side in (parts.train, parts.held))
        assert not shared(train, held, lambda row: row.group)
