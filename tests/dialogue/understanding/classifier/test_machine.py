from __future__ import annotations

import numpy as np

from dialogue.understanding.classifier.machine import solve, targets_of


def test_held_out_scores_are_those_of_a_machine_that_never_saw_the_rows() -> None:
    rng = np.random.default_rng(3)
    points = rng.normal(size=(40, 6)).astype(np.float32)
    kernel = (points @ points.T + 1).astype(np.float32)
    truth = rng.integers(0, 3, 40)
    targets = targets_of([[label] for label in truth.tolist()], 3)
    ridge = np.linspace(0.5, 1.5, 40).astype(np.float32)
    held = np.array([2, 7, 8, 30])
    rest = np.setdiff1d(np.arange(40), held)
    apart = solve(kernel[np.ix_(rest, rest)].copy(), targets[rest], ridge[rest])
    expected = kernel[np.ix_(held, rest)] @ apart.weights
    found = solve(kernel.copy(), targets, ridge).held_out(held)
    assert np.allclose(found, expected, atol=1e-3)


def test_targets_are_one_for_the_label_and_little_below_zero_for_others() -> None:
    assert targets_of([[1], [0]], 2).tolist() == [[-0.5, 1.0], [1.0, -0.5]]
