"""Vector indexes: nearest rows by inner product, kept on disk together with the embedder that made them."""

from __future__ import annotations

import asyncio
import dataclasses
import hashlib
import importlib
import json
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from knowledge.embedding import Embedder, FloatArray
from knowledge.errors import KnowledgeError
from knowledge.whole_files import write_whole

IntArray = npt.NDArray[np.int64]

EXACT_BELOW = 50_000
"""Up to here every row is compared (512 wide, one thread: 1.1 ms for 12,000 rows, 4.3 ms for 49,000); above, all rows by 4-bit codes first.

Why no graph: 100,000 rows that a HNSW graph took minutes to build for (128 wide: 30 s where they were clustered as pictures of goods are, 300 s at
random) have their codes within seconds, and are found as surely in less time; see ``python -m evals.bench.pictures``.
"""
_CANDIDATES = 800
"""Rows that the codes find at least, to be compared exactly."""
_TRAINING = 20_000
"""Rows that the codes are learnt from."""
_WIDE = 256
"""From this width on a code stands for four numbers, below for two: neighbours of few dimensions need finer ones."""
_NEAREST = 1000

logger = logging.getLogger(__name__)


class IndexMismatchError(KnowledgeError):
    """A saved index that was made by another embedder or version, or that cannot be read: build it anew."""


@dataclasses.dataclass(frozen=True)
class Stamp:
    """Which embedder made the vectors."""

    embedder: str
    version: str
    dimension: int

    @classmethod
    def of(cls, embedder: Embedder) -> Stamp:
        """Return the stamp of an embedder."""
        return cls(embedder.name, embedder.version, embedder.dimension)


class VectorIndex:
    """L2-normalised rows, searched by inner product: exactly below `EXACT_BELOW` rows; above, the best by product-quantised
    codes (Andre et al. 2017, "Quicker ADC", 4 bits a code, scanned in registers) are compared exactly.

    Each row has a key (what it was made from), so that unchanged rows are not encoded again.
    """

    def __init__(
        self, keys: Sequence[str], vectors: FloatArray, stamp: Stamp, *, exact_below: int = EXACT_BELOW
    ) -> None:
        if vectors.shape != (len(keys), stamp.dimension):
            raise ValueError(f"expected vectors of shape {(len(keys), stamp.dimension)}, got {vectors.shape}")
        self.keys = tuple(keys)
        self.stamp = stamp
        self._index = _faiss_index(vectors, exact=len(keys) < exact_below)

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def exact(self) -> bool:
        """Whether every row is compared."""
        return not hasattr(self._index, "refine_index")

    def search(self, vector: FloatArray, limit: int, among: IntArray | None = None) -> tuple[IntArray, FloatArray]:
        """Return row numbers and inner products of the nearest rows, best first, at most `limit`; only of `among` if given."""
        limit = min(limit, len(self.keys) if among is None else len(among))
        if limit <= 0:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32)
        index, parameters = self._index, None
        if among is not None:
            index, selector = self._rows, _faiss().IDSelectorBatch(np.ascontiguousarray(among, dtype=np.int64))
            parameters = _faiss().SearchParameters(sel=selector)
        elif not self.exact:
            parameters = _faiss().IndexRefineSearchParameters(k_factor=max(_CANDIDATES / limit, 1.0))
        scores, rows = index.search(np.asarray(vector, dtype=np.float32).reshape(1, -1), limit, params=parameters)
        found = rows[0] >= 0
        return rows[0][found], scores[0][found]

    def likeness(self, vector: FloatArray) -> FloatArray:
        """Return the inner product with every row; of many rows only the nearest are worked out, the others get 0."""
        if self.exact and self.keys:
            return self._products(np.ascontiguousarray(vector, dtype=np.float32))
        alike = np.zeros(len(self.keys), dtype=np.float32)
        rows, scores = self.search(vector, _NEAREST)
        alike[rows] = scores
        return alike

    @property
    def _rows(self) -> Any:
        """The rows as they are, to be compared exactly."""
        return self._index if self.exact else _faiss().downcast_index(self._index.refine_index)

    def _products(self, vector: FloatArray) -> FloatArray:
        """Multiply on this thread: BLAS would start one a core, and two threads on a busy core are ten times slower."""
        faiss = _faiss()
        products = np.empty(len(self.keys), dtype=np.float32)
        query, found = faiss.swig_ptr(vector), faiss.swig_ptr(products)
        faiss.fvec_inner_products_ny(found, query, self._index.get_xb(), self.stamp.dimension, len(self.keys))
        return products

    def vectors(self) -> FloatArray:
        """Return all rows."""
        if not self.keys:
            return np.zeros((0, self.stamp.dimension), dtype=np.float32)
        return np.asarray(self._rows.reconstruct_n(0, len(self.keys)), dtype=np.float32)

    def save(self, path: Path) -> None:
        """Write ``path`` and ``path.json``; a reader sees the old pair or the new one, or a mismatch, never half a file."""
        path.parent.mkdir(parents=True, exist_ok=True)
        data: bytes = _faiss().serialize_index(self._index).tobytes()
        described = {**dataclasses.asdict(self.stamp), "keys": self.keys, "sha256": hashlib.sha256(data).hexdigest()}
        write_whole(path, data)
        write_whole(_description(path), json.dumps(described).encode())

    @classmethod
    def load(cls, path: Path, embedder: Embedder) -> VectorIndex:
        """Read a saved index.

        Raises:
            IndexMismatchError: absent, damaged, or of another embedder, version or dimension.
        """
        try:
            described = json.loads(_description(path).read_text(encoding="utf-8"))
            data = path.read_bytes()
            stamp = Stamp(described["embedder"], described["version"], described["dimension"])
            keys, digest = tuple(described["keys"]), described["sha256"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise IndexMismatchError(f"{path}: no readable index ({type(error).__name__})") from error
        if stamp != Stamp.of(embedder):
            raise IndexMismatchError(f"{path}: expected vectors of {Stamp.of(embedder)}, got {stamp}")
        if digest != hashlib.sha256(data).hexdigest():
            raise IndexMismatchError(f"{path}: does not belong to its description")
        index = cls.__new__(cls)
        index.keys, index.stamp = keys, stamp
        index._index = _faiss().deserialize_index(np.frombuffer(data, dtype=np.uint8))
        if not isinstance(index._index, _faiss().IndexFlat | _faiss().IndexRefine):
            raise IndexMismatchError(f"{path}: made by an older version")
        return index


async def build_index(
    embedder: Embedder, texts: Sequence[str], *, path: Path | None = None, previous: VectorIndex | None = None
) -> VectorIndex:
    """Return an index of `texts` in their order; only texts that neither `previous` nor the file at `path` has are encoded.

    The work is done in a thread. A file that cannot be written is logged: the index works without it.
    """
    return await asyncio.to_thread(_build, embedder, texts, path, previous)


def _build(embedder: Embedder, texts: Sequence[str], path: Path | None, previous: VectorIndex | None) -> VectorIndex:
    keys = [hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=12).hexdigest() for text in texts]
    if previous is None or previous.stamp != Stamp.of(embedder):
        previous = _loaded(path, embedder)
    if previous is not None and previous.keys == tuple(keys):
        return previous
    known = dict(zip(previous.keys, previous.vectors(), strict=True)) if previous is not None else {}
    missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
    known.update(zip(missing, embedder.encode(list(missing.values())), strict=True))
    rows = [known[key] for key in keys]
    vectors = np.stack(rows) if rows else np.zeros((0, embedder.dimension), dtype=np.float32)
    index = VectorIndex(keys, vectors, Stamp.of(embedder))
    if path is not None:
        try:
            index.save(path)
        except OSError as error:
            logger.warning("the index %s was not saved (%s); the next start builds it again", path, error.strerror)
    return index


def _loaded(path: Path | None, embedder: Embedder) -> VectorIndex | None:
    if path is None or not path.exists():
        return None
    try:
        return VectorIndex.load(path, embedder)
    except IndexMismatchError as error:
        logger.info("building an index anew: %s", error)
        return None


def _faiss() -> Any:
    return importlib.import_module("faiss")


def _faiss_index(vectors: FloatArray, *, exact: bool) -> Any:
    faiss = _faiss()
    faiss.omp_set_num_threads(1)
    dimension = vectors.shape[1]
    index = faiss.IndexFlatIP(dimension)
    if not exact:
        codes = next(dimension // width for width in _code_widths(dimension) if dimension % width == 0)
        index = faiss.IndexRefineFlat(faiss.IndexPQFastScan(dimension, codes, 4, faiss.METRIC_INNER_PRODUCT))
        sample = np.random.default_rng(7).permutation(len(vectors))[:_TRAINING]
        index.train(np.ascontiguousarray(vectors[sample], dtype=np.float32))
    if len(vectors):
        index.add(np.ascontiguousarray(vectors, dtype=np.float32))
    return index


def _code_widths(dimension: int) -> tuple[int, ...]:
    """Return how many numbers a code may stand for, the best first; the first that divides the row is taken."""
    return (4, 2, 1) if dimension >= _WIDE else (2, 1)


def _description(path: Path) -> Path:
    return path.with_name(path.name + ".json")
