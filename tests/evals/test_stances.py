"""The figures of stances."""

from __future__ import annotations

import numpy as np
import pytest

from dialogue.understanding.stances.spoken import Asked
from dialogue.understanding.stances.training import Example
from evals.stances import by_words, figures

ROWS = [
    Example(Asked(clause, clause, clause), stance, "en", clause, of_a_thing=False)
    for clause, stance in (("never mind", "off"), ("it can stay", "off"), ("go on", "on"), ("not sure", "neither"))
]


def test_the_figures_of_four_clauses_read_by_words() -> None:
    found = figures(ROWS, by_words(ROWS))
    assert found["right"]["value"] == pytest.approx(0.5)
    assert found["off_precision"]["value"] == pytest.approx(2 / 3, abs=1e-4)
    assert found["off_recall"]["value"] == pytest.approx(1)


def test_chances_count_from_where_the_dialogue_counts_them() -> None:
    chances = np.array([[0.3, 0.6, 0.1], [0.5, 0.4, 0.1], [0, 0, 1], [1, 0, 0]], dtype=np.float32)
    found = figures(ROWS, chances)
    assert found["right"]["value"] == pytest.approx(0.75)
    assert found["off_recall"]["value"] == pytest.approx(0.5)
