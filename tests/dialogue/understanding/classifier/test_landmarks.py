from __future__ import annotations

import numpy as np

from dialogue.understanding.classifier.landmarks import WideMachine
from dialogue.understanding.classifier.machine import solve, targets_of
from dialogue.understanding.classifier.space import Space
from knowledge.embedding import HashingEmbedder
from tests.dialogue.understanding.classifier.messages import ROWS

_TEXTS = [row.text for row in ROWS]
_TARGETS = targets_of([[("refund", "parcel", "size").index(row.label)] for row in ROWS], 3)
_RIDGE = np.linspace(0.5, 1.5, len(ROWS)).astype(np.float32)


def test_with_every_row_a_landmark_it_is_the_exact_machine_also_for_rows_that_are_left_out() -> None:
    vectors = HashingEmbedder().encode(_TEXTS)
    space = Space.of(_TEXTS, vectors)
    known = space.read(_TEXTS, vectors)
    exact = solve(space.likeness(known, known), _TARGETS, _RIDGE)
    wide = WideMachine(space, known, np.arange(len(ROWS)), _TARGETS, _RIDGE)
    near = space.nearness(known, known)
    assert np.allclose(
        wide.weights.scores(near, known.grams), exact.summed(space, known).scores(near, known.grams), atol=0.01
    )
    held = np.array([1, 5, 8, 30])
    assert np.allclose(wide.held_out(held), exact.held_out(held), atol=0.03)
