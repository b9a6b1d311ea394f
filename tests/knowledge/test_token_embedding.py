"""Vectors of words where they stand."""

from __future__ import annotations

import numpy as np
import pytest

from knowledge.embedding import UniversalSentenceEncoder
from knowledge.token_embedding import TokenEmbedder, _states, token_embedder


@pytest.fixture(scope="module")
def embedder() -> TokenEmbedder:
    found = token_embedder()
    if found is None:
        pytest.skip("no sentence encoder is installed")
    return found


def _cosine(a: np.typing.NDArray[np.float32], b: np.typing.NDArray[np.float32]) -> float:
    return float(a @ b / (np.linalg.norm(a) * np.linalg.norm(b)))


def test_a_word_is_nearer_to_its_translation_than_to_another_word(embedder: TokenEmbedder) -> None:
    rain, music = embedder.encode("rain music", [(0, 4), (5, 10)])[:, :512]
    [melody] = embedder.encode("音乐", [(0, 2)])[:, :512]
    assert _cosine(melody, music) > _cosine(melody, rain)


def test_the_same_word_differs_with_its_neighbours_in_the_second_part_alone(embedder: TokenEmbedder) -> None:
    [one] = embedder.encode("play the song", [(9, 13)])
    [other] = embedder.encode("stop this song", [(10, 14)])
    assert np.array_equal(one[:512], other[:512])
    assert not np.allclose(one[512:], other[512:])


@pytest.mark.parametrize("text", ["", " ", "\ud800", "ﬁ ½ Ⅷ…", "a" * 3000, "\0\u200b", "１２：３０"])
def test_any_text_and_span_get_a_vector(embedder: TokenEmbedder, text: str) -> None:
    found = embedder.encode(text, [(0, len(text)), (len(text), len(text) + 3)])
    assert found.shape == (2, embedder.dimension)
    assert np.isfinite(found).all()


def test_a_sentence_is_the_sum_of_its_words(embedder: TokenEmbedder) -> None:
    """The forward pass up to the sum is the package's own."""
    sentences = UniversalSentenceEncoder()
    backend = sentences.backend
    ids = backend.sp.encode("where is my parcel", out_type=int, add_bos=True, add_eos=True)
    mean = (_states(backend, np.array(ids))[:, 512:].sum(axis=0) @ backend.cnn_W + len(ids) * backend.cnn_b) / np.sqrt(
        len(ids)
    )
    hidden = np.maximum(mean @ backend.p1 + np.maximum(mean @ backend.d0, 0) @ backend.d1, 0)
    whole = np.tanh(hidden @ backend.p3 + np.maximum(hidden @ backend.d2, 0) @ backend.d3)
    [wanted] = sentences.encode(["where is my parcel"])
    assert whole / np.linalg.norm(whole) == pytest.approx(wanted, abs=1e-4)
