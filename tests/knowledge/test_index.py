from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from knowledge.embedding import FloatArray, HashingEmbedder
from knowledge.index import IndexMismatchError, Stamp, VectorIndex, build_index

TEXTS = ["red wool scarf", "mechanical keyboard", "wireless mouse", "running shoes", "red dress"]


class CountingEmbedder(HashingEmbedder):
    def __init__(self, version: str = "1") -> None:
        self.version = version
        self.seen: list[str] = []

    def encode(self, texts: Sequence[str]) -> FloatArray:
        self.seen += texts
        return super().encode(texts)


def _random_index(rows: int, *, exact_below: int) -> tuple[VectorIndex, FloatArray]:
    vectors = np.random.default_rng(7).normal(size=(rows, 32)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    keys = [str(row) for row in range(rows)]
    return VectorIndex(keys, vectors, Stamp("random", "1", 32), exact_below=exact_below), vectors


async def test_the_nearest_text_comes_first() -> None:
    index = await build_index(HashingEmbedder(), TEXTS)
    rows, scores = index.search(HashingEmbedder().encode(["keyboard, mechanical"])[0], limit=2)
    assert TEXTS[rows[0]] == "mechanical keyboard"
    assert scores[0] > scores[1]


@pytest.mark.parametrize("exact_below", [10_000, 10], ids=["exact", "coded"])
def test_search_among_some_rows_sees_no_other(exact_below: int) -> None:
    index, vectors = _random_index(300, exact_below=exact_below)
    among = np.arange(0, 300, 7)
    rows, _ = index.search(vectors[14], limit=5, among=among)
    assert index.exact is (exact_below > 300)
    assert rows[0] == 14
    assert set(rows) <= set(among)


def test_codes_find_what_comparing_all_finds() -> None:
    exact, vectors = _random_index(20_000, exact_below=100_000)
    coded, _ = _random_index(20_000, exact_below=10)
    assert (exact.exact, coded.exact) == (True, False)
    hits = [len({*exact.search(v, 10)[0]} & {*coded.search(v, 10)[0]}) for v in vectors[:100]]
    assert np.mean(hits) >= 9.9


def test_scores_found_by_codes_are_exact() -> None:
    coded, vectors = _random_index(2000, exact_below=10)
    rows, scores = coded.search(vectors[3], 20)
    np.testing.assert_allclose(scores, vectors[rows] @ vectors[3], rtol=1e-5)
    np.testing.assert_allclose(coded.likeness(vectors[3])[rows], scores, rtol=1e-5)


def test_a_coded_index_comes_back_from_its_file(tmp_path: Path) -> None:
    coded, vectors = _random_index(2000, exact_below=10)
    coded.stamp = Stamp.of(HashingEmbedder())
    coded.save(tmp_path / "rows.faiss")
    back = VectorIndex.load(tmp_path / "rows.faiss", HashingEmbedder())
    assert not back.exact
    np.testing.assert_array_equal(back.vectors(), vectors)
    np.testing.assert_array_equal(back.search(vectors[5], 10)[0], coded.search(vectors[5], 10)[0])


def test_an_empty_index_finds_nothing() -> None:
    index = VectorIndex([], np.zeros((0, 4), dtype=np.float32), Stamp("e", "1", 4))
    rows, scores = index.search(np.ones(4, dtype=np.float32), limit=3)
    assert (rows.size, scores.size, index.vectors().shape) == (0, 0, (0, 4))


def test_vectors_of_the_wrong_shape_are_refused() -> None:
    with pytest.raises(ValueError, match=r"expected vectors of shape \(1, 4\)"):
        VectorIndex(["a"], np.zeros((1, 3), dtype=np.float32), Stamp("e", "1", 4))


async def test_a_saved_index_comes_back_equal_and_encodes_nothing(tmp_path: Path) -> None:
    first = await build_index(HashingEmbedder(), TEXTS, path=tmp_path / "deep" / "texts.faiss")
    embedder = CountingEmbedder()
    second = await build_index(embedder, TEXTS, path=tmp_path / "deep" / "texts.faiss")
    assert embedder.seen == []
    np.testing.assert_array_equal(first.vectors(), second.vectors())


async def test_only_changed_texts_are_encoded_again() -> None:
    first = await build_index(HashingEmbedder(), TEXTS)
    embedder = CountingEmbedder()
    second = await build_index(embedder, [*TEXTS[1:], "silk scarf"], previous=first)
    assert embedder.seen == ["silk scarf"]
    np.testing.assert_array_equal(second.vectors()[:-1], first.vectors()[1:])


async def test_vectors_of_another_version_are_built_anew(tmp_path: Path) -> None:
    path = tmp_path / "texts.faiss"
    await build_index(CountingEmbedder("1"), TEXTS, path=path)
    with pytest.raises(IndexMismatchError, match="version='2'"):
        VectorIndex.load(path, CountingEmbedder("2"))
    embedder = CountingEmbedder("2")
    await build_index(embedder, TEXTS, path=path)
    assert embedder.seen == TEXTS
    assert VectorIndex.load(path, embedder).stamp.version == "2"


@pytest.mark.parametrize("damage", ["data", "description", "not json"])
async def test_a_damaged_index_is_built_anew(tmp_path: Path, damage: str) -> None:
    path, described = tmp_path / "texts.faiss", tmp_path / "texts.faiss.json"
    await build_index(HashingEmbedder(), TEXTS, path=path)
    if damage == "data":
        path.write_bytes(path.read_bytes()[:-9])
    else:
        described.write_text(json.dumps({"embedder": "x"}) if damage == "description" else "{", encoding="utf-8")
    embedder = CountingEmbedder()
    index = await build_index(embedder, TEXTS, path=path)
    assert (embedder.seen, len(index)) == (TEXTS, len(TEXTS))


async def test_an_index_that_cannot_be_saved_still_works_and_leaves_no_half_file(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "texts.faiss"
    path.mkdir()  # in the way of the finished file, after the fresh one was written
    index = await build_index(HashingEmbedder(), TEXTS, path=path)
    assert len(index) == len(TEXTS)
    assert "was not saved" in caplog.text
    assert "Traceback" not in caplog.text
    assert list(tmp_path.iterdir()) == [path]  # noqa: ASYNC240 (a test)
