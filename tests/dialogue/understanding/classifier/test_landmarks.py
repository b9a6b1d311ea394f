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


def test_what_n_grams_tell_is_learned_without_the_rows_that_are_left_out() -> None:
    vectors = HashingEmbedder().encode(_TEXTS)
    space = Space.of(_TEXTS, vectors)
    known, held = space.read(_TEXTS, vectors), np.array([1, 5, 8, 30])
    others = np.setdiff1d(np.arange(len(ROWS)), held)
    wide = WideMachine(space, known, others, _TARGETS, _RIDGE, telling=True)
    alone = WideMachine(
        space, known.take(others), np.arange(len(others)), _TARGETS[others], _RIDGE[others], telling=True
    )
    near = space.nearness(known.take(held), known.take(others))
    assert np.allclose(wide.held_out(held), alone.weights.scores(near, known.take(held).grams), atol=0.03)


def test_an_n_gram_of_every_label_weighs_less_where_n_grams_weigh_by_what_they_tell() -> None:
    words = [("good", 0), ("fine", 0), ("bad", 1), ("poor", 1)] * 8
    texts = [f"{word} it is so {number % 7}" for number, (word, _) in enumerate(words)]
    embedder = HashingEmbedder()
    space = Space.of(texts, embedder.encode(texts))
    known = space.read(texts, embedder.encode(texts))
    targets, ridge = targets_of([[label] for _, label in words], 3), np.ones(len(texts), dtype=np.float32)

    def margin(*, telling: bool) -> float:
        weights = WideMachine(space, known, np.arange(8), targets, ridge, telling=telling).weights
        grams = list(space.grams.vocabulary)
        of_word = weights.grams[grams.index("wgood"), 0] - weights.grams[grams.index("wgood"), 1]
        return float(of_word / np.abs(weights.grams[grams.index("wso"), :2]).max())

    assert margin(telling=True) > margin(telling=False) > 0
