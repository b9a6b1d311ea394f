"""Linear equations are solved for several right-hand sides at once."""

from __future__ import annotations

import numpy as np
import pytest

from dialogue.understanding.conjugate_gradients import solved
from knowledge.embedding import FloatArray


@pytest.mark.parametrize("seed", range(5))
def test_what_is_found_gives_the_targets(seed: int) -> None:
    rng = np.random.default_rng(seed)
    some = rng.normal(size=(30, 30)).astype(np.float32)
    matrix = some @ some.T + 5 * np.eye(30, dtype=np.float32)
    targets = rng.normal(size=(30, 4)).astype(np.float32)
    diagonal = np.diag(matrix)[:, None]

    def image(x: FloatArray) -> FloatArray:
        return np.asarray(matrix @ x)

    def near(x: FloatArray) -> FloatArray:
        return np.asarray(x / diagonal)

    found = solved(image, near, targets, tolerance=1e-4, steps=200)
    np.testing.assert_allclose(found, np.linalg.solve(matrix, targets), atol=1e-3)
    few = solved(image, near, targets, tolerance=1e-4, steps=2)
    assert np.linalg.norm(image(few) - targets) > 100 * np.linalg.norm(image(found) - targets)


def test_nothing_wanted_is_nothing_found() -> None:
    zeros = np.zeros((3, 2), dtype=np.float32)
    found = solved(lambda x: x, lambda x: x, zeros, tolerance=1e-4, steps=5)
    np.testing.assert_array_equal(found, zeros)
