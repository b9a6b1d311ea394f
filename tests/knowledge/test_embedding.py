from __future__ import annotations

import asyncio
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.embedding import (
    CachedEmbedder,
    Embedder,
    FloatArray,
    HashingEmbedder,
    UniversalSentenceEncoder,
    default_embedder,
    encode,
)

EMBEDDERS: list[Embedder] = [HashingEmbedder(), UniversalSentenceEncoder()]


class CountingEmbedder(HashingEmbedder):
    def __init__(self) -> None:
        self.seen: list[str] = []

    def encode(self, texts: Sequence[str]) -> FloatArray:
        self.seen += texts
        return super().encode(texts)


@pytest.mark.parametrize("embedder", EMBEDDERS, ids=lambda embedder: embedder.name)
@pytest.mark.parametrize("texts", [[], [""], ["  "], ["\x00\ud800", "退货", "x" * 20_000]], ids=len)
def test_every_text_gets_one_unit_row(embedder: Embedder, texts: list[str]) -> None:
    vectors = embedder.encode(texts)
    assert vectors.dtype == np.float32
    assert vectors.shape == (len(texts), embedder.dimension)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-4)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(st.characters(), max_size=40), max_size=4))
def test_hashed_rows_are_unit_for_any_text(texts: list[str]) -> None:
    np.testing.assert_allclose(np.linalg.norm(HashingEmbedder().encode(texts), axis=1), 1.0, atol=1e-4)


def test_the_sentence_encoder_finds_the_same_meaning_across_languages() -> None:
    query, same, other = UniversalSentenceEncoder().encode(
        ["怎么退货", "how to return an item", "battery life of the phone"]
    )
    assert query @ same > query @ other + 0.2


def test_hashing_finds_the_same_spelling() -> None:
    query, same, other = HashingEmbedder().encode(["mechanical keyboard", "Mechanical  keyboards", "wool scarf"])
    assert query @ same > query @ other + 0.2


def test_a_remembered_text_is_not_encoded_again() -> None:
    inner = CountingEmbedder()
    embedder = CachedEmbedder(inner, capacity=2)
    first = embedder.encode(["a b", "c d", "a b"])
    again = embedder.encode(["c d", "a b"])
    assert inner.seen == ["a b", "c d"]
    np.testing.assert_array_equal(first[[1, 0]], again)


def test_the_text_not_asked_for_longest_is_forgotten() -> None:
    inner = CountingEmbedder()
    embedder = CachedEmbedder(inner, capacity=2)
    for texts in (["one", "two"], ["one"], ["three"]):
        embedder.encode(texts)
    assert [embedder.knows(text) for text in ("one", "two", "three")] == [True, False, True]


def test_a_batch_beyond_the_capacity_passes_by_the_cache() -> None:
    embedder = CachedEmbedder(HashingEmbedder(), capacity=2)
    assert embedder.encode(["a", "b", "c"]).shape == (3, 1024)
    assert not embedder.knows("a")


def test_the_default_is_one_object_with_the_encoder_inside() -> None:
    assert default_embedder() is default_embedder()
    assert default_embedder().name == "use-multilingual-v3"


@pytest.mark.parametrize("texts", [["hello"], ["hello there"] * 3, ["x" * 400]])
async def test_encoding_in_the_loop_and_in_a_thread_agree(texts: list[str]) -> None:
    embedder = CachedEmbedder(HashingEmbedder())
    several = await asyncio.gather(*(encode(embedder, texts) for _ in range(4)))
    for vectors in several:
        np.testing.assert_array_equal(vectors, HashingEmbedder().encode(texts))
