from __future__ import annotations

import math

import numpy as np
import pytest

from evals.benchmarks.figures import auroc, auroc_figure, bootstrapped, macro_f1, recall_at, share


def test_auroc_is_the_chance_that_a_positive_scores_higher() -> None:
    assert auroc([0.1, 0.2], [0.3, 0.4]) == 1.0
    assert auroc([0.1, 0.5], [0.5, 0.3]) == pytest.approx((1 + 0.5 + 1 + 0) / 4)
    assert math.isnan(auroc([], [1.0]))


def test_macro_f1_weighs_every_label_the_same() -> None:
    truth, found = np.array([0, 0, 0, 1]), np.array([0, 0, 1, 1])
    assert macro_f1(truth, found, [0, 1]) == pytest.approx((0.8 + 2 / 3) / 2)


def test_a_label_that_neither_stands_nor_was_found_does_not_count() -> None:
    assert macro_f1(np.array([0, 1]), np.array([0, 1]), [0, 1, 2]) == 1.0


def test_whole_units_are_drawn_so_that_a_few_speakers_give_a_wide_interval() -> None:
    right = np.array([True] * 50 + [False] * 50)
    by_row = bootstrapped(range(100), lambda rows: float(right[rows].mean()), "set", unit="clip")
    by_speaker = bootstrapped(
        [n // 50 for n in range(100)], lambda rows: float(right[rows].mean()), "set", unit="speaker"
    )
    assert by_row["value"] == by_speaker["value"] == 0.5
    assert by_row["interval"][0] > 0.35
    assert by_speaker["interval"] == [0.0, 1.0]
    assert by_speaker["unit"] == "speaker (2)"


def test_a_figure_of_nothing_has_no_value() -> None:
    for found in (
        auroc_figure([], [0.5], "set"),
        bootstrapped([], lambda rows: float(rows.mean()), "set", unit="clip"),
    ):
        assert (found["value"], found["interval"]) == (None, [0.0, 1.0])


def test_recall_is_taken_where_so_many_of_the_others_pass() -> None:
    negative = [n / 100 for n in range(100)]
    assert recall_at(negative, [0.5, 0.97, 0.99, 1.0], "set", false=0.03)["value"] == 0.75


def test_a_figure_names_its_set_and_number() -> None:
    assert share([True, False], "some/file", "request") == {
        "set": "some/file", "value": 0.5, "n": 2, "interval": [0.0945, 0.9055], "unit": "request",
    }  # fmt: skip
    assert auroc_figure([0.1], [0.9], "f")["n"] == 2
